"""A delimited file of numbers without a questionnaire, as a data frame."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from coprod_stats.responses.plain_columns import read_plain_columns


def read_plain_table(path: str | Path) -> pd.DataFrame:
    """Read a delimited file; blank and ``NA`` cells are missing.

    Returns
    -------
    DataFrame
        Numeric columns where every cell is a number or missing, texts otherwise.

    Raises
    ------
    ResponsesError
        If the file cannot be read, a name occurs twice, or a row has the wrong length.
    """
    return pd.DataFrame(read_plain_columns(path))
