"""What programs write around a table: titles above it, further rows of headings, row numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

from coprod_stats.counts import counted
from coprod_stats.responses.coded_rows import CodedRows
from coprod_stats.responses.raw_table import RawRow, RawTable, ResponsesError

_LOOKED_AT = 20
"""Rows below the header whose width is compared with it."""
_MOST_DIGITS = 18
_UNNAMED = "Unnamed: 0"
"""Name that pandas invents for the column of row numbers that it once wrote without a name."""


def with_one_header(raw: RawTable) -> RawTable:
    """Return a table below one row of names; what was passed over is in its notes.

    Qualtrics writes the questions and the import ids below the names, and R and pandas write row
    numbers in a first column without a name.

    Raises
    ------
    ResponsesError
        If the first row is a title: the header would be further down.
    """
    raw = _without_qualtrics_rows(raw)
    raw = _without_row_numbers(raw)
    _refuse_title(raw)
    return raw


def _without_qualtrics_rows(raw: RawTable) -> RawTable:
    marked = [any("ImportId" in cell for cell in row.cells) for row in raw.rows[:2]]
    if not any(marked):
        return raw
    # the platforms are loaded only for their files
    from coprod_stats.platforms.qualtrics.codes import import_id

    place = marked.index(True)
    if not any(map(import_id, raw.rows[place].cells)):
        return raw
    above, rows = raw.rows[: place + 1], raw.rows[place + 1 :]
    questions = above[0].cells if place else ()
    lines = " and ".join(str(row.line) for row in above)
    note = (
        f"read as an export of Qualtrics without its form: line {lines} passed over (questions, "
        "import ids); with the form's sidecar use --from qualtrics"
    )
    titles = tuple(
        (name, title.strip())
        for name, title in zip(raw.header, questions, strict=False)
        if title.strip()
    )
    return replace(raw, rows=rows, titles=titles, notes=(*raw.notes, note))


def _without_row_numbers(raw: RawTable) -> RawTable:
    """Pass over a first column of row numbers that has no name."""
    if not raw.rows or not raw.header or raw.header[0].strip() not in ("", _UNNAMED):
        return raw
    if not _ascend([row.cells[0].strip() for row in raw.rows if row.cells]):
        return raw
    rows = CodedRows.of(RawRow(row.line, row.cells[1:]) for row in raw.rows)
    note = "the first column, row numbers without a name, was passed over"
    notes = (*raw.notes, note)
    return replace(raw, header=raw.header[1:], rows=rows, notes=notes, first_column=2)


def _ascend(cells: list[str]) -> bool:
    """Return whether cells are whole numbers, each larger than the one before."""
    if not all(cell.isdecimal() and len(cell) <= _MOST_DIGITS for cell in cells):
        return False
    return all(int(a) < int(b) for a, b in pairwise(cells))


def _refuse_title(raw: RawTable) -> None:
    widths = Counter(_filled(row.cells) for row in raw.rows[:_LOOKED_AT])
    if not widths:
        return
    usual, named = max(widths, key=lambda width: widths[width]), _filled(raw.header)
    # names of rows leave the first cell of a header blank, as a title seldom does
    fewest = usual / 2 if raw.header[0].strip() else (usual - 1) / 2
    if usual < 2 or named > fewest:
        return
    names = counted(named, "name")
    raise ResponsesError(
        f"{raw.file}: row 1 has {names} ('{_first(raw.header)}'), the rows below have "
        f"{counted(usual, 'cell')}: is the header further down? Remove what is above it"
    )


def _filled(cells: tuple[str, ...]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _first(cells: tuple[str, ...]) -> str:
    return next((cell.strip()[:60] for cell in cells if cell.strip()), "")
