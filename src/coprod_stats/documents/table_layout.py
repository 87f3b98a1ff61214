"""A table as rows of printed cells: the starting point of every renderer."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from coprod_stats.counts import counted
from coprod_stats.documents.document import Align, Cell, Column, Marked, Table, Text
from coprod_stats.documents.errors import ReportError
from coprod_stats.documents.numbers import NOT_AVAILABLE, Interval, interval


@dataclass(frozen=True, slots=True)
class PrintedCell:
    """The text of a cell, the letters of its footnotes, and the number of columns it spans."""

    content: Text
    marks: str = ""
    align: Align = "left"
    span: int = 1


@dataclass(frozen=True, slots=True)
class PrintedGroup:
    """Rows of printed cells under one heading."""

    label: Text
    rows: tuple[tuple[PrintedCell, ...], ...]


@dataclass(frozen=True, slots=True)
class TableLayout:
    """A table ready to be rendered.

    Parameters
    ----------
    spanners : tuple of PrintedCell
        First row of the head; empty if no column has a spanner.
    heads : tuple of PrintedCell
        One for each column.
    groups : tuple of PrintedGroup
        The body.
    footnotes : tuple of (str, Text)
        Letter and content of each specific note.
    """

    spanners: tuple[PrintedCell, ...]
    heads: tuple[PrintedCell, ...]
    groups: tuple[PrintedGroup, ...]
    footnotes: tuple[tuple[str, Text], ...]


def lay_out(table: Table) -> TableLayout:
    """Print a table's cells.

    Raises
    ------
    ReportError
        If a row has more or fewer cells than the table has columns, a cell names a footnote that
        does not exist, or there are more footnotes than letters.
    """
    letters = _letters(table)
    heads = tuple(
        PrintedCell(column.label, _marks(column.footnotes, letters, table), column.align)
        for column in table.columns
    )
    groups = tuple(
        PrintedGroup(group.label, tuple(_row(row, table, letters) for row in group.rows))
        for group in table.groups
    )
    notes = tuple((letters[note.key], note.content) for note in table.footnotes)
    return TableLayout(_spanners(table.columns), heads, groups, notes)


def _letters(table: Table) -> dict[str, str]:
    if len(table.footnotes) > len(string.ascii_lowercase):
        raise ReportError(f"Table '{table.anchor}' has more footnotes than there are letters.")
    return {
        note.key: letter
        for note, letter in zip(table.footnotes, string.ascii_lowercase, strict=False)
    }


def _marks(keys: Sequence[str], letters: dict[str, str], table: Table) -> str:
    unknown = [key for key in keys if key not in letters]
    if unknown:
        raise ReportError(f"Table '{table.anchor}' has no footnote {', '.join(unknown)}.")
    return ", ".join(letters[key] for key in keys)


def _row(row: Sequence[Cell], table: Table, letters: dict[str, str]) -> tuple[PrintedCell, ...]:
    if len(row) != len(table.columns):
        raise ReportError(
            f"Table '{table.anchor}' has {counted(len(table.columns), 'column')}, "
            f"a row has {counted(len(row), 'cell')}."
        )
    return tuple(
        _cell(cell, column, letters, table) for cell, column in zip(row, table.columns, strict=True)
    )


def _cell(cell: Cell, column: Column, letters: dict[str, str], table: Table) -> PrintedCell:
    marks = ""
    if isinstance(cell, Marked):
        marks = _marks(cell.footnotes, letters, table)
        cell = cell.value
    match cell:
        case None:
            content: Text = (NOT_AVAILABLE,)
        case str():
            content = (cell,)
        case Interval():
            content = (interval(cell.low, cell.high, number_format=column.number_format),)
        case tuple():
            content = cell
        case _:
            content = (column.number_format(cell),)
    return PrintedCell(content, marks, column.align)


def _spanners(columns: Sequence[Column]) -> tuple[PrintedCell, ...]:
    if not any(column.spanner for column in columns):
        return ()
    runs = [(spanner, len(list(run))) for spanner, run in groupby(columns, lambda one: one.spanner)]
    return tuple(
        PrintedCell((spanner,) if spanner else (), align="center", span=length)
        for spanner, length in runs
    )
