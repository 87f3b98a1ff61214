"""A delimited file of numbers without a questionnaire, as arrays; does not import pandas."""

from __future__ import annotations

from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.responses.coded_rows import CodedBlock, CodedRows
from coprod_stats.responses.delimited import read_delimited
from coprod_stats.responses.raw_table import RawTable, ResponsesError

_BLANK = ("", "NA")


def read_plain_columns(
    path: str | Path, wanted: Container[str] | None = None
) -> dict[str, NDArray[Any]]:
    """Read columns of a delimited file; blank and ``NA`` cells are missing.

    Parameters
    ----------
    path : str or Path
    wanted : container of str, optional
        Names of columns; all if omitted.

    Returns
    -------
    dict of str to (n_rows,) array
        Floats with NaN where every cell is a number or missing; texts with None otherwise.

    Raises
    ------
    ResponsesError
        If the file cannot be read, a name occurs twice, or a row has the wrong length.
    """
    raw = read_delimited(Path(path), expected=())
    columns = _checked(raw).columns
    return {
        name: _parsed(column.texts, raw.comma_is_decimal)[column.codes]
        for name, column in zip(raw.header, columns, strict=True)
        if wanted is None or name in wanted
    }


def _checked(raw: RawTable) -> CodedBlock:
    """Return the rows, which all have the length of the header."""
    if len(set(raw.header)) < len(raw.header):
        twice = next(name for name in raw.header if raw.header.count(name) > 1)
        raise ResponsesError(f"{raw.file}: two columns are named '{twice}'")
    rows = CodedRows.of(raw.rows)
    for row in rows.of_other_widths(len(raw.header)):
        raise ResponsesError(
            f"{raw.file}: line {row.line} has {counted(len(row.cells), 'cell')}, "
            f"the header {len(raw.header)}"
        )
    return rows.of_width(len(raw.header))


def _parsed(cells: Sequence[str], comma_is_decimal: bool) -> NDArray[Any]:
    """Return the values of distinct texts."""
    texts = [cell.strip() for cell in cells]
    plain = ["nan" if text in _BLANK else text for text in texts]
    if comma_is_decimal:
        plain = [text.replace(",", ".") for text in plain]
    try:
        return np.array(plain, dtype=np.float64)
    except ValueError:
        return np.array([None if text in _BLANK else text for text in texts], dtype=object)
