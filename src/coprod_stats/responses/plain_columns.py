"""A delimited file of numbers without a questionnaire, as arrays; does not import pandas."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprod_stats.counts import counted
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
    _check_shape(raw)
    columns = (
        zip(*(row.cells for row in raw.rows), strict=True) if raw.rows else [()] * len(raw.header)
    )
    return {
        name: _parsed(cells, raw.comma_is_decimal)
        for name, cells in zip(raw.header, columns, strict=True)
        if wanted is None or name in wanted
    }


def _check_shape(raw: RawTable) -> None:
    if len(set(raw.header)) < len(raw.header):
        twice = next(name for name in raw.header if raw.header.count(name) > 1)
        raise ResponsesError(f"{raw.file}: two columns are named '{twice}'")
    for row in raw.rows:
        if len(row.cells) != len(raw.header):
            raise ResponsesError(
                f"{raw.file}: line {row.line} has {counted(len(row.cells), 'cell')}, "
                f"the header {len(raw.header)}"
            )


def _parsed(cells: tuple[str, ...], comma_is_decimal: bool) -> NDArray[Any]:
    texts = [cell.strip() for cell in cells]
    plain = ["nan" if text in _BLANK else text for text in texts]
    if comma_is_decimal:
        plain = [text.replace(",", ".") for text in plain]
    try:
        return np.array(plain, dtype=np.float64)
    except ValueError:
        return np.array([None if text in _BLANK else text for text in texts], dtype=object)
