"""A table of numbers without a questionnaire, as a data frame."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from coprod_stats.responses.plain_columns import read_plain_columns


def read_plain_table(path: str | Path, *, sheet: str | None = None) -> pd.DataFrame:
    """Read a file as :func:`~coprod_stats.responses.plain_columns.read_plain_columns` does.

    Parameters
    ----------
    path : str or Path
        CSV, XLSX, SPSS or Parquet.
    sheet : str, optional
        Sheet of a workbook; the first by default.

    Returns
    -------
    DataFrame
        Numeric columns where every cell is a number or missing, texts otherwise.

    Raises
    ------
    ResponsesError
        If the file cannot be read, a name occurs twice, or a row has the wrong length.
    """
    return pd.DataFrame(read_plain_columns(path, sheet=sheet))
