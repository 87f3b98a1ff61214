"""A table of text cells: what a platform's file holds, and what its reader makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from coprod_stats.instruments.language.evaluation import FloatArray, evaluate, is_true
from coprod_stats.instruments.language.tree import names
from coprod_stats.instruments.model import (
    MISSING_CODES,
    NOT_ANSWERED,
    OPTION_KINDS,
    TEXT_KINDS,
    Instrument,
)
from coprod_stats.platforms.fields import shown_options
from coprod_stats.platforms.form_export import Sidecar, SidecarColumn
from coprod_stats.platforms.row_summaries import decided_by_rows


@dataclass(frozen=True, slots=True)
class CellTable:
    """Cells as text.

    Attributes
    ----------
    lines : tuple of int
        Line of each row in the file.
    notes : tuple of str
        What was assumed while reading, for the report.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    notes: tuple[str, ...] = ()

    def column(self, name: str) -> tuple[str, ...]:
        """Return the cells of the first column of this name; raises ``ValueError`` if none is."""
        place = self.header.index(name)
        return tuple(row[place] for row in self.rows)

    def columns(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield each column with its name, also those of a name that has occurred before."""
        cells = zip(*self.rows, strict=True) if self.rows else ((),) * len(self.header)
        return zip(self.header, cells, strict=True)

    def with_columns(self, columns: Iterable[tuple[str, tuple[str, ...]]]) -> CellTable:
        """Return the same rows with other columns.

        Of columns of one name, ignoring case, the first counts; binding rejects the others.
        Answers therefore come before what the form does not have, which may have any name.
        """
        named = list(columns)
        rows = tuple(zip(*(cells for _, cells in named), strict=True)) if self.rows else ()
        return replace(self, header=tuple(name for name, _ in named), rows=rows)


MISSING = frozenset(map(str, MISSING_CODES))
"""Canonical codes of missing answers, as cells have them."""


@dataclass(frozen=True, slots=True)
class RosterRows:
    """The rows of a roster, as a table of their own.

    Attributes
    ----------
    respondents : tuple of str
        Id of the respondent of each row.
    numbers : tuple of str
        Number of each row of its respondent, from 1.
    """

    respondents: tuple[str, ...]
    numbers: tuple[str, ...]
    table: CellTable


class Reader(Protocol):
    """Turns a platform's export into canonical columns.

    Columns are named by item ids, cells hold canonical codes, blank is "not asked". What the
    reader does not know stays in the table under its own name, so that binding sets it aside with
    a reason instead of losing it. Exports that would lose answers are refused by
    ``PlatformError`` (codes ``PLATFORM-2xx``).
    """

    def __call__(self, table: CellTable, sidecar: Sidecar, instrument: Instrument) -> CellTable:
        """Read the table of a platform's export."""
        ...


def recoded(cells: tuple[str, ...], codes: Mapping[str, str]) -> tuple[str, ...]:
    """Return canonical codes for what the platform wrote; unknown texts stay as they are."""
    return tuple(codes.get(cell.strip(), cell) for cell in cells)


def with_companion(
    cells: tuple[str, ...], companions: tuple[str, ...], entry: SidecarColumn
) -> tuple[str, ...]:
    """Return the cells, with the reason for no answer where there is none."""
    codes = dict(entry.companion_codes)
    return tuple(
        cell if cell.strip() else codes.get(reason.strip(), cell)
        for cell, reason in zip(cells, companions, strict=True)
    )


def reasons_beside_answers(
    answers: Mapping[str, tuple[str, ...]],
    companions: Mapping[str, tuple[str, ...]],
    sidecar: Sidecar,
) -> dict[str, tuple[str, ...]]:
    """Return the reasons for no answer that were given beside an answer, which counts.

    As columns that the questionnaire does not have, they are rejected, each with its row.

    Parameters
    ----------
    answers : mapping of str to tuple of str
        Canonical columns.
    companions : mapping of str to tuple of str
        Columns of the platform, among them those of the reasons.
    sidecar : Sidecar
    """
    beside: dict[str, tuple[str, ...]] = {}
    for entry in sidecar.columns:
        if entry.companion not in companions or entry.column not in answers:
            continue
        codes = dict(entry.companion_codes)
        found = tuple(
            "" if codes.get(reason.strip(), cell.strip()) == cell.strip() else reason
            for cell, reason in zip(answers[entry.column], companions[entry.companion], strict=True)
        )
        before = beside.get(entry.companion, found)
        beside[entry.companion] = tuple(map(max, before, found))
    return {name: reasons for name, reasons in beside.items() if any(reasons)}


def options_chosen(
    cells: tuple[str, ...], entry: SidecarColumn, *, separator: str | None = None
) -> tuple[str, ...]:
    """Return whether one option is among the answers that each cell holds.

    The result is 1 or 0, blank where the cell is blank, and the canonical code of missing where the
    cell names one. A part that is neither an option nor a missing code stays in the result, to be
    rejected.
    """
    known = dict(entry.codes)

    def chosen(cell: str) -> str:
        parts = [part.strip() for part in cell.split(separator) if part.strip()]
        missing = [known[part] for part in parts if known.get(part) in MISSING]
        if missing and len(parts) == 1:
            return missing[0]
        strange = [part for part in parts if part not in known]
        if strange or missing:
            return cell
        return str(int(entry.option in parts)) if parts else ""

    return tuple(map(chosen, cells))


_MARKS = {"0", "1", "Y", "N"}
"""What raw exports write for an option of a multiple choice, whatever the options are called."""


def holds_labels(cells: tuple[str, ...], entry: SidecarColumn, instrument: Instrument) -> bool:
    """Return whether cells of a question with options hold labels where codes belong."""
    scale = instrument.item(entry.item).responses
    options = () if scale is None else scale.all_options
    shown = options if scale is None else (*options, *shown_options(scale))
    labels = {words for option in shown for _, words in option.label.by_language}
    labels -= {*dict(entry.codes), *(str(option.value) for option in options)}
    if entry.kind == "multiple":
        labels -= _MARKS
    return any(cell.strip() in labels for cell in cells)


def mark_unanswered(
    table: CellTable, instrument: Instrument, *, complete: NDArray[np.bool_]
) -> CellTable:
    """Write -7 where the routing shows a question to someone who finished and it is blank.

    Platforms such as ODK and LimeSurvey write the same empty cell for "not shown" and for "shown
    and skipped". Their routing is the instrument's, and can be gone through again. Conditions
    on what the rows of a roster sum up to count as true, since rows are read later
    (:func:`coprod_stats.responses.rosters.without_unasked`).

    Parameters
    ----------
    table : CellTable
        Canonical columns.
    instrument : Instrument
        The questionnaire, in the form that was fielded.
    complete : ndarray of bool, (n_rows,)
        Who got to the end; of the others nobody knows what they saw, and blanks stay.
    """
    answers = _Answers(table, instrument)
    cells: dict[str, list[str]] = {}
    marked = [(name, list(column)) for name, column in table.columns()]
    for name, own in marked:
        cells.setdefault(name, own)
    of_rows = decided_by_rows(instrument)
    for item in instrument.questions:
        columns = [column for column in item.columns if column in cells]
        if not columns:
            continue
        seen = complete.copy()
        for condition in (tree for tree in item.conditions if not of_rows & set(names(tree))):
            seen &= is_true(condition, answers, n_rows=len(table.rows), texts=answers.cells)
        for row in np.flatnonzero(seen).tolist():
            for column in columns:
                if not cells[column][row].strip():
                    cells[column][row] = str(NOT_ANSWERED)
    return table.with_columns((name, tuple(own)) for name, own in marked)


class _Answers(Mapping[str, FloatArray]):
    """Canonical cells as numbers for the expression language; NaN for every kind of missing."""

    def __init__(self, table: CellTable, instrument: Instrument) -> None:
        self._table = table
        self._texts = {item.id for item in instrument.items if item.kind in TEXT_KINDS}
        self._texts |= {c.id for c in instrument.administrative if c.kind == "text"}
        self._derived = {entry.id: entry.value for entry in instrument.derived}
        self._options = {
            item.id: item.columns for item in instrument.items if item.kind in OPTION_KINDS
        }
        self._known: dict[str, FloatArray] = {}
        self.cells = _Cells(table)

    def __getitem__(self, name: str) -> FloatArray:
        if name not in self._known:
            self._known[name] = self._compute(name)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*self._table.header, *self._derived))

    def __len__(self) -> int:
        return len(self._table.header) + len(self._derived)

    def _compute(self, name: str) -> FloatArray:
        if name in self._derived:
            rows = len(self._table.rows)
            return evaluate(self._derived[name], self, n_rows=rows, texts=self.cells)
        if name in self._options:
            known = [~np.isnan(self[column]) for column in self._options[name]]
            return np.where(np.logical_or.reduce(known), 1.0, np.nan)
        if name not in self._table.header:
            return np.full(len(self._table.rows), np.nan)
        as_number = _filled if name in self._texts else _amount
        return np.array([as_number(cell) for cell in self._table.column(name)], dtype=float)


class _Cells(Mapping[str, Sequence[object]]):
    """Cells as texts; blank where the table has no such column."""

    def __init__(self, table: CellTable) -> None:
        self._table = table

    def __getitem__(self, name: str) -> Sequence[object]:
        known = name in self._table.header
        return self._table.column(name) if known else ("",) * len(self._table.rows)

    def __iter__(self) -> Iterator[str]:
        return iter(self._table.header)

    def __len__(self) -> int:
        return len(self._table.header)


def _amount(cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        return np.nan
    return np.nan if value in MISSING_CODES else value


def _filled(cell: str) -> float:
    missing = not cell.strip() or cell.strip() in MISSING
    return np.nan if missing else 1.0
