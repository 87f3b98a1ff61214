"""Answers that SurveyJS gave, read back."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from coprod_stats.errors import Fault
from coprod_stats.files.reading import parse_json
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.model import Instrument
from coprod_stats.platforms.cell_table import (
    MISSING,
    CellTable,
    RosterRows,
    holds_labels,
    mark_unanswered,
    reasons_beside_answers,
    with_companion,
)
from coprod_stats.platforms.form_export import (
    PlatformError,
    Sidecar,
    SidecarColumn,
    SidecarRoster,
)

_WRAPPERS = ("data", "Data", "results", "Results", "responses")
"""Names of the list of results in what services and their APIs send."""


def parse(content: bytes) -> CellTable:
    """Turn a JSON list of results, or one result a line, into a table.

    An answer of several parts is spread: a row of a matrix is ``matrix.row``. A list stays one
    cell, as JSON.

    Raises
    ------
    PlatformError
        If the file is neither.
    """
    return _table(_results(content))


def read(table: CellTable, sidecar: Sidecar, instrument: Instrument) -> CellTable:
    """Read results of the form that ``surveyjs.export`` wrote.

    SurveyJS hands over results when the form is completed, so that a question which the routing
    shows and which has no answer was seen. A multiple choice with nothing chosen is "seen,
    unanswered": SurveyJS writes nothing for it. Where rows of a roster have to find their
    respondent again, a result without an id is named by its line.

    Raises
    ------
    PlatformError
        If answers are the texts that respondents saw instead of values.
    """
    _refuse_texts(table, sidecar, instrument)
    blank = ("",) * len(table.rows)
    found = {name: table.column(name) for name in table.header}
    reasons = {
        entry.companion: tuple(map(_only, found.get(entry.companion, blank)))
        for entry in sidecar.columns
        if entry.companion
    }
    key = instrument.administrative_column("respondent") if instrument.rosters else None
    cells: dict[str, tuple[str, ...]] = {}
    for entry in sidecar.columns:
        if entry.column == key:
            cells[key] = _ids(found.get(entry.name, blank), table.lines)
            continue
        if entry.name not in found and entry.kind in ("administrative", "assigned"):
            continue
        answers = tuple(_canonical(cell, entry) for cell in found.get(entry.name, blank))
        if entry.companion:
            answers = with_companion(answers, reasons[entry.companion], entry)
        cells[entry.column] = answers
    taken = {*sidecar.names, *sidecar.internal}
    surplus = [(name, column) for name, column in found.items() if name not in taken]
    beside = reasons_beside_answers(cells, reasons, sidecar)
    read = table.with_columns([*cells.items(), *beside.items(), *surplus])
    return mark_unanswered(read, instrument, complete=np.ones(len(table.rows), dtype=bool))


def roster_rows(table: CellTable, roster: SidecarRoster, key: str) -> RosterRows:
    """Return the rows of a roster, which are a list in each result.

    Raises
    ------
    PlatformError
        If a result has something else in its place.
    """
    blank = ("",) * len(table.rows)
    lists = table.column(roster.name) if roster.name in table.header else blank
    ids = table.column(key) if key in table.header else blank
    respondents, numbers, rows = [], [], []
    for line, id, cell in zip(table.lines, _ids(ids, table.lines), lists, strict=True):
        for number, row in enumerate(_panels(cell, roster, line), 1):
            respondents.append(id)
            numbers.append(str(number))
            rows.append(row)
    return RosterRows(tuple(respondents), tuple(numbers), _table(rows))


def _ids(cells: Sequence[str], lines: Sequence[int]) -> tuple[str, ...]:
    """Return the id of each result, which is its line where it has none."""
    return tuple(
        cell if cell.strip() else f"line {line}" for cell, line in zip(cells, lines, strict=True)
    )


def _panels(cell: str, roster: SidecarRoster, line: int) -> list[Mapping[str, Any]]:
    """Return the rows that one result holds for a roster."""
    try:
        found = parse_json(cell) if cell.strip() else []
    except ValueError:
        found = None
    if isinstance(found, list) and all(isinstance(row, Mapping) for row in found):
        return found
    raise PlatformError(
        [
            Fault(
                "PLATFORM-222",
                f"result {line} holds no list of rows",
                "Give 'survey.data' as SurveyJS makes it.",
                place=f"roster '{roster.roster}'",
            )
        ]
    )


def _results(content: bytes) -> list[Mapping[str, Any]]:
    encoding = json.detect_encoding(content)
    try:
        text = content.decode(encoding).strip()
    except UnicodeDecodeError as error:
        place = f"{error.reason} at byte {error.start:,}"
        raise _no_results(f"not in {encoding}, as JSON is: {place}") from error
    try:
        found = parse_json(text)
    except ValueError:
        try:
            found = [parse_json(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            raise _no_results(str(error)) from error
    results = _unwrapped(found)
    if not all(isinstance(result, Mapping) for result in results):
        raise _no_results("an entry is no object")
    return results


def _unwrapped(found: Any) -> list[Any]:
    """Return the list of results, also where a service sends it in an object, as ``{"data": […]}``.

    Question names are upper case here, so that the name of the list is no question.
    """
    if isinstance(found, Mapping):
        lists = [found[name] for name in _WRAPPERS if isinstance(found.get(name), list)]
        return lists[0] if lists else [found]
    return found if isinstance(found, list) else [found]


def _refuse_texts(table: CellTable, sidecar: Sidecar, instrument: Instrument) -> None:
    for entry in sidecar.columns:
        if entry.kind not in ("single", "consent", "multiple") or entry.name not in table.header:
            continue
        cells = table.column(entry.name)
        if entry.kind == "multiple":
            cells = tuple(part for cell in cells if cell for part in _listed(cell) or (cell,))
        if holds_labels(cells, entry, instrument):
            raise PlatformError(
                [
                    Fault(
                        "PLATFORM-221",
                        "display texts instead of values, which change with the language",
                        "Give 'survey.data', not the plain data with display texts.",
                        place=f"column '{entry.name}'",
                    )
                ]
            )


def _no_results(reason: str) -> PlatformError:
    return PlatformError(
        [
            Fault(
                "PLATFORM-220",
                f"no results of SurveyJS: {reason}",
                "Give a JSON list of 'survey.data' objects, or one object a line.",
            ),
        ]
    )


def _table(results: Sequence[Mapping[str, Any]]) -> CellTable:
    """Return objects as the rows of a table, numbered from 1."""
    spread = [dict(_spread(result)) for result in results]
    header = tuple(dict.fromkeys(name for result in spread for name in result))
    rows = tuple(tuple(result.get(name, "") for name in header) for result in spread)
    return CellTable(header, rows, tuple(range(1, len(rows) + 1)))


def _spread(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in result.items():
        if isinstance(value, Mapping):
            for part, inner in value.items():
                yield f"{name}.{part}", _cell(inner)
        else:
            yield name, _cell(value)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and math.isfinite(value):
        return spell_number(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _canonical(cell: str, entry: SidecarColumn) -> str:
    """Return the canonical cell of one column from what SurveyJS holds for its question."""
    if entry.kind in ("single", "consent"):
        return dict(entry.codes).get(cell, cell)
    if entry.kind not in ("multiple", "rank") or not cell:
        return cell
    chosen = _listed(cell)
    if chosen is None:
        return cell
    if entry.kind == "rank":
        return str(chosen.index(entry.option) + 1 if entry.option in chosen else 0)
    known = dict(entry.codes)
    if set(chosen) - known.keys():
        return cell
    missing = [known[code] for code in chosen if known[code] in MISSING]
    if missing:
        return missing[0] if len(chosen) == 1 else cell
    return str(int(entry.option in chosen)) if chosen else ""


def _listed(cell: str) -> list[str] | None:
    try:
        found = parse_json(cell)
    except ValueError:
        return None
    return [_cell(value) for value in found] if isinstance(found, list) else None


def _only(cell: str) -> str:
    chosen = _listed(cell) if cell else None
    return chosen[0] if chosen and len(chosen) == 1 else cell
