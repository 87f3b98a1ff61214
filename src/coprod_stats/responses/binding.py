"""A raw table bound to its instrument: valid values are kept, others rejected with a reason."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.instruments.model import Instrument
from coprod_stats.responses.answer_words import plain
from coprod_stats.responses.cell_values import Column, canonical_columns, is_blank_sign
from coprod_stats.responses.checked_answers import disagreeing_answers
from coprod_stats.responses.coded_rows import CodedBlock, CodedColumn, CodedRows
from coprod_stats.responses.combined_choices import CombinedChoices, combined_choices
from coprod_stats.responses.joint_answers import can_be_inconsistent, inconsistent_answers
from coprod_stats.responses.labels import own_words, recode_by_label
from coprod_stats.responses.other_words import SingleOrOther, single_choices
from coprod_stats.responses.raw_table import RawRow, RawTable, ResponsesError
from coprod_stats.responses.table import Provenance, Rejected, Responses, Scope
from coprod_stats.suggestions import closest

_MOST_SUGGESTED = 50
"""Surplus columns whose names are compared with those of the questionnaire, which takes time."""


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
    combined: dict[int, CombinedChoices | SingleOrOther] = {
        **combined_choices(raw, instrument),
        **single_choices(raw, instrument),
    }
    columns = canonical_columns(instrument, comma_is_decimal=raw.comma_is_decimal)
    by_name = {column.id.casefold(): column for column in columns}
    places, surplus = _match(raw, by_name, combined)
    questions = tuple(column for item in instrument.items for column in item.columns)
    questions = questions or instrument.columns  # all of its questions may be of rosters
    if places.keys().isdisjoint(questions):
        raise ResponsesError(
            f"{raw.file}: no column is a question of instrument '{instrument.id}'; the header has "
            f"{_shortened(raw.header)}; expected item ids such as {_shortened(questions)}"
            + "".join(f"; {note}" for note in raw.notes)
        )
    respondent = places.get(instrument.administrative_column("respondent") or "")
    rows, rejected = _whole_rows(CodedRows.of(raw.rows), len(raw.header), respondent)
    table = _Table(raw, instrument, by_name.values(), rows, places, combined=combined.values())
    table.reject_surplus(surplus)
    table.fill()
    table.reject_inconsistent()
    provenance = Provenance(
        raw.file,
        raw.sha256,
        raw.reading,
        len(raw.rows),
        absent=tuple(column.id for column in by_name.values() if column.id not in places),
        notes=(*raw.notes, *table.notes),
        sheet=raw.sheet,
    )
    answers = table.without_disagreeing(Responses(instrument, table.frame(), provenance))
    rejected = sorted(rejected + table.rejected, key=lambda entry: (entry.line, entry.column))
    return Responses(instrument, answers, provenance, tuple(rejected))


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
    raw: RawTable,
    columns: Mapping[str, Column],
    combined: Mapping[int, CombinedChoices | SingleOrOther],
) -> tuple[dict[str, int], dict[int, str]]:
    """Find the position of each column; surplus positions come with a reason."""
    places: dict[str, int] = {}
    surplus: dict[int, str] = {}
    for position, name in enumerate(raw.plain_names):
        if position in combined:
            places |= dict.fromkeys(combined[position].columns, position)
            continue
        column = columns.get(name)
        if column is None:
            known = "the instrument has no such column" if name else "the column has no name"
            surplus[position] = known
        elif column.id in places:
            surplus[position] = "a second column of this name"
        else:
            places[column.id] = position
    free = [column.id for column in columns.values() if column.id not in places]
    for position in list(surplus)[:_MOST_SUGGESTED]:
        surplus[position] += closest(raw.header[position].strip(), free)
    return places, surplus


def _whole_rows(
    rows: CodedRows, width: int, respondent: int | None
) -> tuple[CodedBlock, list[Rejected]]:
    """Keep the rows that are as long as the header and the first of each respondent."""
    rejected = []
    for row in rows.of_other_widths(width):
        reason = f"the row has {counted(len(row.cells), 'cell')}, the header {width}"
        rejected.append(rejected_row("ROW-001", row, "", reason))
    block = rows.of_width(width)
    if respondent is None:
        return block, rejected
    first = _first_of_respondent(block.columns[respondent])
    again = np.flatnonzero(first != np.arange(len(block)))
    for place, before in zip(again.tolist(), first[again].tolist(), strict=True):
        row, kept = block.row(place), block.row(before)
        same = "the same" if kept.cells == row.cells else "different"
        reason = f"respondent already on line {kept.line}, with {same} answers"
        rejected.append(rejected_row("ROW-002", row, row.cells[respondent].strip(), reason))
    if again.size:
        block = block.taken(np.flatnonzero(first == np.arange(len(block))))
    return block, rejected


def _first_of_respondent(ids: CodedColumn) -> NDArray[np.intp]:
    """Return for each row the first row with its respondent; itself where there is no id."""
    places = np.arange(len(ids.codes))
    texts = [text.strip() for text in ids.texts]
    numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    of_row = np.array([numbers[text] for text in texts], dtype=np.intp)[ids.codes]
    first = np.empty(len(numbers), dtype=np.intp)
    first[of_row[::-1]] = places[::-1]
    ids_of = list(numbers)
    for number in np.unique(of_row[first[of_row] != places]).tolist():
        if not ids_of[number] or is_blank_sign(ids_of[number]):
            first[number] = -1
    return np.where(first[of_row] < 0, places, first[of_row])


def rejected_row(code: str, row: RawRow, respondent: str, reason: str) -> Rejected:
    """Return a whole row as rejected, its cells kept as a line of CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(row.cells)
    return Rejected(row.line, respondent, "", text.getvalue(), "row", code, reason)


class _Table:
    """The canonical table being filled from the cells of the rows that are kept."""

    def __init__(
        self,
        raw: RawTable,
        instrument: Instrument,
        columns: Collection[Column],
        rows: CodedBlock,
        places: Mapping[str, int],
        *,
        combined: Collection[CombinedChoices | SingleOrOther],
    ) -> None:
        self.raw, self.instrument, self.rows = raw, instrument, rows
        self.cells = {id: rows.columns[place] for id, place in places.items()}
        self.ids = self.cells.get(instrument.administrative_column("respondent") or "")
        self.columns = tuple(columns)
        numeric = [column.id for column in columns if column.numeric]
        self.amounts = np.empty((len(numeric), len(rows)))
        self.numbers = dict(zip(numeric, self.amounts, strict=True))
        self.texts: dict[str, NDArray[np.object_]] = {}
        self.rejected: list[Rejected] = []
        self.combined = {id: choices for choices in combined for id in choices.columns}
        spread = ", ".join(c.item.id for c in combined if c.item.kind == "multiple")
        note = f"{spread}: all choices in one column, spread over the options"
        self.notes = [note] if spread else []

    def reject_surplus(self, surplus: Mapping[int, str]) -> None:
        """Reject the cells of columns that the instrument does not have."""
        for position, reason in surplus.items():
            name = self.raw.header[position].strip() or (
                f"column {position + self.raw.first_column}"
            )
            cells = self.rows.columns[position]
            reasons = {text: reason for text in cells.texts if text.strip()}
            rows = cells.rows_with(reasons)
            self._reject(name, cells, rows, reasons, scope="column", code="COLUMN-001")

    def fill(self) -> None:
        """Turn cells into values, each distinct text once; what the file lacks is blank."""
        signs: set[str] = set()
        for id in self.numbers:
            found = set(filter(is_blank_sign, self._given(id).texts))
            signs |= self._without_answers(found, id)
        for column in self.columns:
            cells = self._given(column.id)
            values = self._values(column, cells, signs)
            if column.numeric:
                self.numbers[column.id][:] = np.array(values, dtype=np.float64)[cells.codes]
            else:
                self.texts[column.id] = np.array(values, dtype=np.object_)[cells.codes]

    def _without_answers(self, signs: set[str], id: str) -> set[str]:
        """Return the signs of a missing number that are no answers of a column."""
        if not signs:
            return signs
        known = self.combined.get(id)
        words = own_words(id, self.instrument) if known is None else set(known.words)
        return {sign for sign in signs if plain(sign) not in words}

    def _given(self, id: str) -> CodedColumn:
        return self.cells.get(id) or CodedColumn(np.zeros(len(self.rows), np.uint8), ("",))

    def reject_inconsistent(self) -> None:
        """Blank answers in several columns that are inconsistent, and reject them."""
        for item in self.instrument.items:
            if not can_be_inconsistent(item):
                continue
            answers = np.column_stack([self.numbers[column] for column in item.columns])
            wrong, reason = inconsistent_answers(item, answers)
            for column in item.columns if wrong.any() else ():
                self.numbers[column][wrong] = np.nan
                self._reject_answers(column, np.flatnonzero(wrong), reason, code="VALUE-002")

    def without_disagreeing(self, bound: Responses) -> pd.DataFrame:
        """Return the answers without those that do not agree with others; reject these."""
        answers = bound.answers
        for found in disagreeing_answers(bound):
            for column in found.item.columns:
                self._reject_answers(column, found.rows, found.reason, code="VALUE-003")
            answers = found.answers
        return answers

    def frame(self) -> pd.DataFrame:
        """Return the table; its numbers are not copied."""
        index = pd.Index(self.rows.lines, name="line")
        numbers = pd.DataFrame(self.amounts.T, index, columns=list(self.numbers), copy=False)
        texts = pd.DataFrame(self.texts, index)
        return pd.concat([numbers, texts], axis=1)[[column.id for column in self.columns]]

    def _values(self, column: Column, cells: CodedColumn, signs: set[str]) -> list[float | str]:
        """Return the value of each distinct text of a column."""
        found = set(cells.texts)
        blanks = {text for text in found if not text.strip()}
        if column.sign_is_blank:
            blanks |= self._without_answers(found & signs, column.id)
        value_of = dict.fromkeys(blanks, column.blank)
        value_of |= self._parsed(column, found - blanks, cells)
        if not column.numeric and found & signs & blanks:
            self.notes.append(
                f"{column.id}: {', '.join(sorted(found & signs))} read as blank, "
                "because the numeric columns of this file use it so"
            )
        return [value_of[text] for text in cells.texts]

    def _parsed(
        self, column: Column, found: set[str], cells: CodedColumn
    ) -> dict[str, float | str]:
        """Return the value of each distinct text; those that do not fit are rejected and blank."""
        choices = self.combined.get(column.id)
        if choices is not None:
            recoding = choices.recoding(found, column.id)
        else:
            recoding = recode_by_label(found, column.id, self.raw, self.instrument)
        self.notes += [recoding.note] if recoding.note else []
        codes, reasons = recoding.codes, dict(recoding.unclear)
        value_of: dict[str, float | str] = dict.fromkeys(reasons, column.blank)
        for text in found - reasons.keys():
            try:
                value_of[text] = column.parse(codes.get(text.strip(), text) if codes else text)
            except ValueError as error:
                value_of[text], reasons[text] = column.blank, str(error)
        rows = cells.rows_with(reasons)
        self._reject(column.id, cells, rows, reasons, scope="value", code="VALUE-001")
        return value_of

    def _reject_answers(
        self, column: str, rows: NDArray[np.intp], reason: str, *, code: str
    ) -> None:
        """Reject the cells of a column in some rows, where they are not blank."""
        cells = self._given(column)
        reasons = {text: reason for text in cells.texts if text.strip()}
        filled = np.intersect1d(rows, cells.rows_with(reasons))
        self._reject(column, cells, filled, reasons, scope="value", code=code)

    def _reject(
        self,
        column: str,
        cells: CodedColumn,
        rows: NDArray[np.intp],
        reasons: Mapping[str, str],
        *,
        scope: Scope,
        code: str,
    ) -> None:
        """Reject the cells of a column in some rows, each for the reason of its text."""
        for row, line in zip(rows.tolist(), self.rows.lines[rows].tolist(), strict=True):
            id = "" if self.ids is None else self.ids.texts[self.ids.codes[row]].strip()
            text = cells.texts[cells.codes[row]]
            self.rejected.append(Rejected(line, id, column, text, scope, code, reasons[text]))


def _shortened(names: tuple[str, ...]) -> str:
    shown = ", ".join(name[:40] for name in names[:5])
    return f"{shown}, …" if len(names) > 5 else shown or "no names"
