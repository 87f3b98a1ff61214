"""Blank cells told apart: what the routing did not show, and what was seen and left unanswered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from coprod_stats.instruments.language.evaluation import FloatArray, evaluate, is_true
from coprod_stats.instruments.model import MISSING_CODES, NOT_ANSWERED, OPTION_KINDS, Instrument
from coprod_stats.platforms.cell_table import CellTable


def mark_unanswered(
    table: CellTable, instrument: Instrument, *, complete: NDArray[np.bool_]
) -> CellTable:
    """Write -7 where the routing shows a question to someone who finished and it is blank.

    Platforms such as ODK and LimeSurvey write the same empty cell for "not shown" and for "shown
    and skipped". Their routing is the instrument's, so that it can be gone through again.

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
    cells = {name: list(table.column(name)) for name in table.header}
    for item in instrument.questions:
        columns = [column for column in item.columns if column in cells]
        if not columns:
            continue
        seen = complete.copy()
        for condition in item.conditions:
            seen &= is_true(condition, answers, n_rows=len(table.rows))
        for row in np.flatnonzero(seen).tolist():
            for column in columns:
                if not cells[column][row].strip():
                    cells[column][row] = str(NOT_ANSWERED)
    rows = tuple(zip(*cells.values(), strict=True)) if table.rows else ()
    return replace(table, header=tuple(cells), rows=rows)


class _Answers(Mapping[str, FloatArray]):
    """Canonical cells as numbers for the expression language; NaN for every kind of missing."""

    def __init__(self, table: CellTable, instrument: Instrument) -> None:
        self._table = table
        self._texts = {item.id for item in instrument.items if item.kind == "text"}
        self._texts |= {c.id for c in instrument.administrative if c.kind == "text"}
        self._derived = {entry.id: entry.value for entry in instrument.derived}
        self._options = {
            item.id: item.columns for item in instrument.items if item.kind in OPTION_KINDS
        }
        self._known: dict[str, FloatArray] = {}

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
            return evaluate(self._derived[name], self, n_rows=len(self._table.rows))
        if name in self._options:
            known = [~np.isnan(self[column]) for column in self._options[name]]
            return np.where(np.logical_or.reduce(known), 1.0, np.nan)
        if name not in self._table.header:
            return np.full(len(self._table.rows), np.nan)
        as_number = _filled if name in self._texts else _amount
        return np.array([as_number(cell) for cell in self._table.column(name)], dtype=float)


def _amount(cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        return np.nan
    return np.nan if value in MISSING_CODES else value


def _filled(cell: str) -> float:
    missing = not cell.strip() or cell.strip() in map(str, MISSING_CODES)
    return np.nan if missing else 1.0
