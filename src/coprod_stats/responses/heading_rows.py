"""What programs write around a table: titles above it, further rows of headings, row numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from coprod_stats.counts import counted
from coprod_stats.responses.raw_table import RawRow, RawTable, ResponsesError

_LOOKED_AT = 20
"""Rows below the header whose width is compared with it."""
_UNNAMED = "Unnamed: 0"
"""Name that pandas invents for the column of row numbers that it once wrote without a name."""


def with_one_header(raw: RawTable) -> RawTable:
    """Return a table below one row of names; what was passed over is in its notes.

    Qualtrics writes the questions and the import ids below the names, and R and pandas write row
    numbers in a first column without a name, or with a row one cell longer than the header.

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
    width = len(raw.header)
    if not raw.rows or not width:
        return raw
    if all(len(row.cells) == width + 1 for row in raw.rows) and raw.header[0].strip():
        header = raw.header  # R's write.table: the header is one name shorter than the rows
    elif raw.header[0].strip() in ("", _UNNAMED):
        header = raw.header[1:]
    else:
        return raw
    if not _counts([row.cells[0] for row in raw.rows if row.cells]):
        return raw
    rows = tuple(RawRow(row.line, row.cells[1:]) for row in raw.rows)
    note = "the first column, row numbers without a name, was passed over"
    return replace(raw, header=header, rows=rows, notes=(*raw.notes, note))


def _counts(cells: list[str]) -> bool:
    """Return whether cells count up by one from 0 or 1."""
    first = cells[0].strip()
    if first not in ("0", "1"):
        return False
    return all(cell.strip() == str(number) for number, cell in enumerate(cells, int(first)))


def _refuse_title(raw: RawTable) -> None:
    widths = Counter(_filled(row.cells) for row in raw.rows[:_LOOKED_AT])
    if not widths:
        return
    usual, named = widths.most_common(1)[0][0], _filled(raw.header)
    if usual < 2 or 2 * named > usual:
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
