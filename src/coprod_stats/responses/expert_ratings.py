"""Experts' ratings of items, from the sheet that the experts filled in."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from coprod_stats.responses.raw_table import ResponsesError
from coprod_stats.responses.table_files import read_table

_ITEMS = ("item", "items", "id", "question")
_EXPERTS = ("expert", "experts", "rater", "judge")
_NOTES = ("text", "wording", "scale", "construct", "comment", "comments", "remark", "remarks")
_BLANK = ("", "NA", "N/A", ".", "-")


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
        If the file cannot be read, or its first column is neither.
    """
    raw = read_table(Path(path), sheet=sheet)
    first, *others = (name.strip() for name in raw.header)
    if first.casefold() not in (*_ITEMS, *_EXPERTS):
        raise ResponsesError(
            f"{Path(path).name}: the first column is '{first}', but must be 'item' (a column for "
            "each expert follows) or 'expert' (a column for each item follows)"
        )
    rows = [[cell.strip() for cell in row.cells] for row in raw.rows]
    cells = [[None if cell in _BLANK else cell for cell in row[1:]] for row in rows]
    table = pd.DataFrame(cells, index=[row[0] for row in rows], columns=others, dtype=object)
    table = table.loc[:, [name.casefold() not in _NOTES for name in others]]
    return table.T if first.casefold() in _EXPERTS else table
