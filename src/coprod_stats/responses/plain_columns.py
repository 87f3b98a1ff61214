"""A table of numbers without a questionnaire, as arrays; does not import pandas for a CSV."""

from __future__ import annotations

import re
from collections.abc import Container
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.responses.raw_table import RawTable, ResponsesError
from coprod_stats.responses.table_files import read_table

_BLANK = ("", "NA")
_POINTED = re.compile(r"^(-?(?:0|[1-9][0-9]*))\.0+$")


def read_plain_columns(
    path: str | Path,
    wanted: Container[str] | None = None,
    *,
    labels: Container[str] = (),
    sheet: str | None = None,
) -> dict[str, NDArray[Any]]:
    """Read columns of a file; blank and ``NA`` cells, and codes declared missing, are missing.

    Parameters
    ----------
    path : str or Path
        CSV, XLSX, SPSS or Parquet.
    wanted : container of str, optional
        Names of columns; all if omitted.
    labels : container of str
        Columns that name groups or clusters, which are read as texts: as numbers, ``01`` and ``1``
        would be one group, and so would ids of more than 15 digits.
    sheet : str, optional
        Sheet of a workbook; the first by default.

    Returns
    -------
    dict of str to (n_rows,) array
        Floats with NaN where every cell is a number or missing; texts with None otherwise. Columns
        without a name are omitted.

    Raises
    ------
    ResponsesError
        If the file cannot be read, a name occurs twice, or a row has the wrong length.
    """
    raw = read_table(Path(path), sheet=sheet)
    _check_shape(raw)
    columns = (
        zip(*(row.cells for row in raw.rows), strict=True) if raw.rows else [()] * len(raw.header)
    )
    return {
        name: _texts(_known(cells, raw, name))
        if name in labels
        else _parsed(_known(cells, raw, name), raw.comma_is_decimal)
        for name, cells in zip(raw.header, columns, strict=True)
        if name and (wanted is None or name in wanted)
    }


def _known(cells: tuple[str, ...], raw: RawTable, name: str) -> list[str]:
    """Return the cells without white space around them; blank where the file says missing."""
    missing = {*_BLANK, *raw.missing_of(name)}
    return ["" if (text := cell.strip()) in missing else text for cell in cells]


def _texts(cells: list[str]) -> NDArray[Any]:
    """Return labels; a whole number that some program wrote with a point loses it again."""
    return np.array([_POINTED.sub(r"\1", cell) or None for cell in cells], dtype=object)


def _check_shape(raw: RawTable) -> None:
    named = [name for name in raw.header if name]
    if len(set(named)) < len(named):
        twice = next(name for name in named if named.count(name) > 1)
        raise ResponsesError(f"{raw.file}: two columns are named '{twice}'")
    for row in raw.rows:
        if len(row.cells) != len(raw.header):
            raise ResponsesError(
                f"{raw.file}: line {row.line} has {counted(len(row.cells), 'cell')}, "
                f"the header {len(raw.header)}"
            )


def _parsed(cells: list[str], comma_is_decimal: bool) -> NDArray[Any]:
    plain = [cell or "nan" for cell in cells]
    if comma_is_decimal:
        plain = [text.replace(",", ".") for text in plain]
    try:
        return np.array(plain, dtype=np.float64)
    except ValueError:
        return np.array([cell or None for cell in cells], dtype=object)
