"""Experts' ratings of items, from the sheet that the experts filled in."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from coprod_stats.responses.cell_values import is_blank_sign
from coprod_stats.responses.raw_table import RawRow, ResponsesError
from coprod_stats.responses.table_files import read_table

_ITEMS = ("item", "items", "id", "question")
_EXPERTS = ("expert", "experts", "rater", "judge")
_NOTES = ("text", "wording", "scale", "construct", "comment", "comments", "remark", "remarks")


def read_ratings(path: str | Path, *, sheet: str | None = None) -> pd.DataFrame:
    """Read experts' ratings from CSV or XLSX.

    The first column is headed ``item``, with one column per expert, or ``expert``, with one column
    per item. Columns of wordings and remarks (``text``, ``scale``, ``comment`` …) are passed over.

    Returns
    -------
    DataFrame
        One row per item, indexed by its id; one column per expert; blanks are missing.

    Raises
    ------
    ResponsesError
        If the file cannot be read, its first column is neither, or ratings stand in a row or a
        column without a name.
    """
    raw = read_table(Path(path), sheet=sheet)
    first, *others = (name.strip() for name in raw.header)
    if first.casefold() not in (*_ITEMS, *_EXPERTS):
        raise ResponsesError(
            f"{raw.file}: the first column is '{first}', but must be 'item' (a column for "
            "each expert follows) or 'expert' (a column for each item follows)"
        )
    width = len(raw.header)
    names, cells = [], []
    for row in raw.rows:
        name, *given = (cell.strip() for cell in (*row.cells, *[""] * width)[:width])
        _refuse_unnamed(raw.file, row, width, name, first)
        names.append(name)
        cells.append([None if _is_blank(cell) else cell for cell in given])
    table = pd.DataFrame(cells, index=names, columns=others, dtype=object)
    table = table.loc[:, [name.casefold() not in _NOTES for name in others]]
    table = table.loc[:, table.notna().any() | (table.columns != "")]
    if "" in table.columns:
        raise ResponsesError(f"{raw.file}: a column with ratings has no heading")
    return table.T if first.casefold() in _EXPERTS else table


def _is_blank(cell: str) -> bool:
    return cell in ("", "-") or is_blank_sign(cell)


def _refuse_unnamed(file: str, row: RawRow, width: int, name: str, first: str) -> None:
    """Reject a row without a name, and cells beyond the header, which would belong to nobody."""
    if beyond := [cell for cell in row.cells[width:] if cell.strip()]:
        raise ResponsesError(
            f"{file}:{row.line}: '{beyond[0]}' is in a column without a heading; "
            f"the header has {width} columns"
        )
    if not name:
        raise ResponsesError(f"{file}:{row.line}: the column '{first}' is empty")
