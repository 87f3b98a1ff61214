"""A raw table bound to its instrument: valid values are kept, others rejected with a reason."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.instruments.model import Instrument
from coprod_stats.responses.cell_values import Column, canonical_columns, is_blank_sign
from coprod_stats.responses.checked_answers import without_disagreeing
from coprod_stats.responses.joint_answers import can_be_inconsistent, inconsistent_answers
from coprod_stats.responses.labels import recode_by_label
from coprod_stats.responses.raw_table import RawRow, RawTable, ResponsesError
from coprod_stats.responses.table import Provenance, Rejected, Responses


def bind(raw: RawTable, instrument: Instrument) -> Responses:
    """Bind a raw table to an instrument.

    Every row is kept or rejected as a whole (wrong length, duplicate respondent); within a row
    that is kept, single values that do not fit are rejected and the cell is blank.

    Raises
    ------
    ResponsesError
        If no column of the table is a question of the instrument.
    """
    raw = _renamed(raw, instrument)
    columns = canonical_columns(instrument, comma_is_decimal=raw.comma_is_decimal)
    by_name = {column.id.casefold(): column for column in columns}
    places, surplus = _match(raw.header, by_name)
    questions = tuple(column for item in instrument.items for column in item.columns)
    if places.keys().isdisjoint(questions):
        raise ResponsesError(
            f"{raw.file}: no column is a question of instrument '{instrument.id}'; the header has "
            f"{_shortened(raw.header)}; expected item ids such as {_shortened(questions)}"
        )
    respondent = places.get(instrument.administrative_column("respondent") or "")
    rows, rejected = _whole_rows(raw, respondent)
    rejected += _surplus_cells(rows, raw.header, surplus)
    cells = {id: [row.cells[place] for row in rows] for id, place in places.items()}
    table = _Table(raw, instrument, [row.line for row in rows])
    table.fill(by_name.values(), cells)
    table.reject_inconsistent(cells)
    ids = {} if respondent is None else {row.line: row.cells[respondent].strip() for row in rows}
    provenance = Provenance(
        raw.file,
        raw.sha256,
        raw.reading,
        len(raw.rows),
        absent=tuple(column.id for column in by_name.values() if column.id not in places),
        notes=tuple(table.notes),
    )
    answers = pd.DataFrame(table.values, index=pd.Index(table.lines, name="line", dtype=int))
    bound = Responses(instrument, answers, provenance)
    answers, disagreeing = without_disagreeing(bound, cells)
    return replace(
        bound,
        answers=answers,
        rejected=_ordered(rejected + table.rejected + disagreeing, ids),
    )


def _renamed(raw: RawTable, instrument: Instrument) -> RawTable:
    """Return the table with the names of data collected elsewhere replaced by item ids.

    A name matches exactly; ignoring case only if it is no id and no other name differs from it
    by case alone.
    """
    originals = instrument.originals
    if not originals:
        return raw
    folded = Counter(name.casefold() for name in originals)
    known = {name.casefold(): id for name, id in originals.items() if folded[name.casefold()] == 1}
    for id in instrument.columns:
        known.pop(id.casefold(), None)

    def renamed(name: str) -> str:
        plain = name.strip().lstrip("\ufeff")
        return originals.get(plain) or known.get(plain.casefold()) or name

    return replace(
        raw,
        header=tuple(map(renamed, raw.header)),
        labels=tuple((renamed(name), labels) for name, labels in raw.labels),
        missing=tuple((renamed(name), codes) for name, codes in raw.missing),
    )


def _match(
    header: tuple[str, ...], columns: Mapping[str, Column]
) -> tuple[dict[str, int], dict[int, str]]:
    """Find the position of each column; surplus positions come with a reason."""
    places: dict[str, int] = {}
    surplus: dict[int, str] = {}
    for position, name in enumerate(header):
        plain = name.strip().lstrip("\ufeff").casefold()
        column = columns.get(plain)
        if column is None:
            known = "the instrument has no such column" if plain else "the column has no name"
            surplus[position] = known
        elif column.id in places:
            surplus[position] = "a second column of this name"
        else:
            places[column.id] = position
    return places, surplus


def _whole_rows(raw: RawTable, respondent: int | None) -> tuple[list[RawRow], list[Rejected]]:
    """Keep the rows that are as long as the header and the first of each respondent."""
    kept: list[RawRow] = []
    rejected: list[Rejected] = []
    first_of: dict[str, RawRow] = {}
    for row in raw.rows:
        if len(row.cells) != len(raw.header):
            reason = f"the row has {counted(len(row.cells), 'cell')}, the header {len(raw.header)}"
            rejected.append(rejected_row("ROW-001", row, "", reason))
            continue
        id = row.cells[respondent].strip() if respondent is not None else ""
        first = first_of.setdefault(id, row)
        if first is not row and id and not is_blank_sign(id):
            same = "the same" if first.cells == row.cells else "different"
            reason = f"respondent already on line {first.line}, with {same} answers"
            rejected.append(rejected_row("ROW-002", row, id, reason))
            continue
        kept.append(row)
    return kept, rejected


def rejected_row(code: str, row: RawRow, respondent: str, reason: str) -> Rejected:
    """Return a whole row as rejected, its cells kept as a line of CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(row.cells)
    return Rejected(row.line, respondent, "", text.getvalue(), "row", code, reason)


def _surplus_cells(
    rows: Sequence[RawRow], header: tuple[str, ...], surplus: Mapping[int, str]
) -> list[Rejected]:
    names = {position: header[position].strip() or f"column {position + 1}" for position in surplus}
    return [
        Rejected(row.line, "", names[position], text, "column", "COLUMN-001", reason)
        for position, reason in surplus.items()
        for row in rows
        if (text := row.cells[position]).strip()
    ]


class _Table:
    """The canonical table being filled from the cells of the rows that are kept."""

    def __init__(self, raw: RawTable, instrument: Instrument, lines: Sequence[int]) -> None:
        self.raw, self.instrument, self.lines = raw, instrument, lines
        self.values: dict[str, NDArray[Any]] = {}
        self.rejected: list[Rejected] = []
        self.notes: list[str] = []

    def fill(self, columns: Collection[Column], cells: Mapping[str, Sequence[str]]) -> None:
        """Turn cells into values, each distinct text once; what the file lacks is blank."""
        distinct = {id: set(texts) for id, texts in cells.items()}
        numeric = [distinct.get(column.id, set()) for column in columns if column.numeric]
        signs = {text for texts in numeric for text in texts if is_blank_sign(text)}
        for column in columns:
            kind = np.float64 if column.numeric else np.object_
            if column.id not in cells:
                self.values[column.id] = np.full(len(self.lines), column.blank, dtype=kind)
                continue
            found = distinct[column.id]
            blanks = {text for text in found if not text.strip()}
            blanks |= found & signs if column.sign_is_blank else set()
            value_of = dict.fromkeys(blanks, column.blank) | self._parsed(
                column, found - blanks, cells[column.id]
            )
            if not column.numeric and found & signs & blanks:
                self.notes.append(
                    f"{column.id}: {', '.join(sorted(found & signs))} read as blank, "
                    "because the numeric columns of this file use it so"
                )
            self.values[column.id] = np.array([value_of[text] for text in cells[column.id]], kind)

    def reject_inconsistent(self, cells: Mapping[str, Sequence[str]]) -> None:
        """Blank answers in several columns that are inconsistent, and reject them."""
        for item in self.instrument.items:
            if not can_be_inconsistent(item):
                continue
            answers = np.column_stack([self.values[column] for column in item.columns])
            wrong, reason = inconsistent_answers(item, answers)
            for column in item.columns if wrong.any() else ():
                self.values[column][wrong] = np.nan
                self.rejected += [
                    Rejected(
                        self.lines[row],
                        "",
                        column,
                        cells[column][row] if column in cells else "",
                        "value",
                        "VALUE-002",
                        reason,
                    )
                    for row in np.flatnonzero(wrong).tolist()
                ]

    def _parsed(
        self, column: Column, found: set[str], cells: Sequence[str]
    ) -> dict[str, float | str]:
        """Return the value of each distinct text; those that do not fit are rejected and blank."""
        recoding = recode_by_label(found, column.id, self.raw, self.instrument)
        self.notes += [recoding.note] if recoding.note else []
        reasons = dict(recoding.unclear)
        value_of: dict[str, float | str] = dict.fromkeys(reasons, column.blank)
        for text in found - reasons.keys():
            try:
                value_of[text] = column.parse(recoding.codes.get(text.strip(), text))
            except ValueError as error:
                value_of[text], reasons[text] = column.blank, str(error)
        if reasons:
            self.rejected += [
                Rejected(line, "", column.id, text, "value", "VALUE-001", reasons[text])
                for line, text in zip(self.lines, cells, strict=True)
                if text in reasons
            ]
        return value_of


def _ordered(rejected: Iterable[Rejected], ids: Mapping[int, str]) -> tuple[Rejected, ...]:
    """Sort by position, and add the respondents of rows that were kept."""
    named = (
        entry
        if entry.respondent or entry.line not in ids
        else replace(entry, respondent=ids[entry.line])
        for entry in rejected
    )
    return tuple(sorted(named, key=lambda entry: (entry.line, entry.column)))


def _shortened(names: tuple[str, ...]) -> str:
    shown = ", ".join(name[:40] for name in names[:5])
    return f"{shown}, …" if len(names) > 5 else shown or "no names"
