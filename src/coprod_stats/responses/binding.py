"""A raw table bound to its instrument: what fits is kept, what does not is set aside by reason."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from coprod_stats.instruments.evaluation import choice_column
from coprod_stats.instruments.model import MISSING_CODES, Instrument, Item
from coprod_stats.responses.labels import recode_by_label
from coprod_stats.responses.raw_table import RawRow, RawTable, ResponsesError
from coprod_stats.responses.table import Provenance, Rejected, Responses

BLANK = ("", "NA", "N/A", "NaN", "nan", "#N/A", "#NULL!")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the canonical table and how its cells are understood.

    Attributes
    ----------
    parse : callable
        Text of a cell to its value; raises ``ValueError`` with the reason if it does not fit.
    """

    id: str
    numeric: bool
    parse: Callable[[str], float | str]


def bind(raw: RawTable, instrument: Instrument) -> Responses:
    """Bind a raw table to an instrument.

    Every row is kept or set aside as a whole (wrong length, duplicate respondent); of a row that
    is kept, single values that do not fit are set aside and the cell is blank.

    Raises
    ------
    ResponsesError
        If no column of the table belongs to the instrument.
    """
    columns = {column.id.casefold(): column for column in _columns(instrument)}
    places, surplus = _match(raw.header, columns)
    if not places:
        raise ResponsesError(
            f"{raw.file}: no column belongs to instrument '{instrument.id}'; the header has "
            f"{_shortened(raw.header)}; expected item ids such as {_shortened(instrument.columns)}"
        )
    rows, rejected = _whole_rows(raw, places.get(instrument.administrative_column("respondent")))
    rejected += _surplus_cells(rows, raw.header, surplus)
    lines = pd.Index([row.line for row in rows], name="line", dtype=int)
    table: dict[str, pd.Series] = {}
    notes: list[str] = []
    for column in columns.values():
        if column.id not in places:
            table[column.id] = _empty(column, lines)
            continue
        cells = pd.Series([row.cells[places[column.id]].strip() for row in rows], lines, dtype=str)
        cells, note = recode_by_label(cells, column.id, raw, instrument)
        notes += note
        table[column.id], faults = _parsed(cells, column)
        rejected += faults
    answers = pd.DataFrame(table, index=lines)
    absent = tuple(column.id for column in columns.values() if column.id not in places)
    provenance = Provenance(
        raw.file, raw.sha256, raw.reading, len(raw.rows), absent=absent, notes=tuple(notes)
    )
    bound = Responses(instrument, answers, provenance)
    return Responses(instrument, answers, provenance, _named(rejected, bound))


def _columns(instrument: Instrument) -> Iterable[Column]:
    for administrative in instrument.administrative:
        numeric = administrative.kind == "number"
        yield Column(administrative.id, numeric, _number if numeric else str)
    for item in instrument.items:
        match item.kind:
            case "multiple":
                for option in item.responses.options if item.responses else ():
                    yield Column(choice_column(item.id, option.value), True, _ticked)
            case "number":
                yield Column(item.id, True, _in_range(item))
            case "text":
                yield Column(item.id, False, str)
            case "single" | "consent":
                yield Column(item.id, True, _among(item))


def _match(
    header: tuple[str, ...], columns: dict[str, Column]
) -> tuple[dict[str | None, int], dict[int, str]]:
    """Find where each column stands; surplus positions come with their reason."""
    places: dict[str | None, int] = {}
    surplus: dict[int, str] = {}
    for position, name in enumerate(header):
        column = columns.get(name.strip().lstrip("\ufeff").casefold())
        if column is None:
            surplus[position] = "the instrument has no such column"
        elif column.id in places:
            surplus[position] = "a second column of this name"
        else:
            places[column.id] = position
    return places, surplus


def _whole_rows(raw: RawTable, respondent: int | None) -> tuple[list[RawRow], list[Rejected]]:
    kept: list[RawRow] = []
    rejected: list[Rejected] = []
    first_of: dict[str, RawRow] = {}
    for row in raw.rows:
        if len(row.cells) != len(raw.header):
            reason = f"the row has {len(row.cells)} cells, the header {len(raw.header)}"
            rejected.append(_whole("ROW-001", row, "", reason))
            continue
        id = row.cells[respondent].strip() if respondent is not None else ""
        if id and id in first_of:
            same = "the same" if first_of[id].cells == row.cells else "different"
            reason = f"respondent already on line {first_of[id].line}, with {same} answers"
            rejected.append(_whole("ROW-002", row, id, reason))
            continue
        if id:
            first_of[id] = row
        kept.append(row)
    return kept, rejected


def _whole(code: str, row: RawRow, respondent: str, reason: str) -> Rejected:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(row.cells)
    return Rejected(row.line, respondent, "", text.getvalue(), "row", code, reason)


def _surplus_cells(
    rows: list[RawRow], header: tuple[str, ...], surplus: dict[int, str]
) -> list[Rejected]:
    return [
        Rejected(
            row.line, "", header[position], row.cells[position], "column", "COLUMN-001", reason
        )
        for position, reason in surplus.items()
        for row in rows
        if row.cells[position].strip()
    ]


def _parsed(cells: pd.Series, column: Column) -> tuple[pd.Series, list[Rejected]]:
    """Parse each distinct text once and spread the outcome over the rows."""
    values: dict[str, float | str] = {}
    reasons: dict[str, str] = {}
    blank: float | str = math.nan if column.numeric else ""
    for text in cells.unique():
        if text in BLANK and (column.numeric or text == ""):
            values[text] = blank
            continue
        try:
            values[text] = column.parse(text)
        except ValueError as error:
            values[text], reasons[text] = blank, str(error)
    rejected = [
        Rejected(line, "", column.id, text, "value", "VALUE-001", reasons[text])
        for line, text in zip(cells.index.tolist(), cells.tolist(), strict=True)
        if text in reasons
    ]
    parsed = cells.map(values)
    return (parsed.astype(float) if column.numeric else parsed.astype(object)), rejected


def _empty(column: Column, lines: pd.Index) -> pd.Series:
    if column.numeric:
        return pd.Series(math.nan, index=lines, dtype=float)
    return pd.Series("", index=lines, dtype=object)


def _number(text: str) -> float:
    try:
        value = float(text if "," not in text or "." in text else text.replace(",", "."))
    except ValueError:
        raise ValueError("not a number") from None
    if not math.isfinite(value):
        raise ValueError("not a finite number")
    return value


def _ticked(text: str) -> float:
    value = _number(text)
    if value not in (0, 1, *MISSING_CODES):
        raise ValueError("an option is 1 (chosen) or 0 (not chosen)")
    return value


def _in_range(item: Item) -> Callable[[str], float]:
    allowed = item.number

    def parse(text: str) -> float:
        value = _number(text)
        if value in MISSING_CODES or allowed is None:
            return value
        if allowed.whole and not value.is_integer():
            raise ValueError("not a whole number")
        if allowed.minimum is not None and value < allowed.minimum:
            raise ValueError(f"below {allowed.minimum:g}")
        if allowed.maximum is not None and value > allowed.maximum:
            raise ValueError(f"above {allowed.maximum:g}")
        return value

    return parse


def _among(item: Item) -> Callable[[str], float]:
    scale = item.responses
    codes = () if scale is None else (*scale.options, *scale.off_scale)
    known = {*(option.value for option in codes), *MISSING_CODES}
    listed = ", ".join(str(option.value) for option in codes)

    def parse(text: str) -> float:
        value = _number(text)
        if value not in known:
            raise ValueError(f"not among the answers {listed}")
        return value

    return parse


def _named(rejected: list[Rejected], bound: Responses) -> tuple[Rejected, ...]:
    """Add the respondent's id to what was set aside of rows that were kept."""
    ids = bound.respondents.to_dict()
    return tuple(
        Rejected(
            entry.line,
            entry.respondent or ids.get(entry.line, ""),
            entry.column,
            entry.value,
            entry.scope,
            entry.code,
            entry.reason,
        )
        for entry in sorted(rejected, key=lambda entry: (entry.line, entry.column))
    )


def _shortened(names: tuple[str, ...]) -> str:
    shown = ", ".join(name[:40] for name in names[:5])
    return f"{shown}, …" if len(names) > 5 else shown or "no names"
