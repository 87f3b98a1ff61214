"""LimeSurvey's CSV export (question codes, short answers), read back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from coprod_stats.errors import Fault
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.model import Instrument
from coprod_stats.platforms.cell_table import (
    CellTable,
    holds_labels,
    mark_unanswered,
    options_chosen,
    reasons_beside_answers,
    recoded,
    with_companion,
)
from coprod_stats.platforms.form_export import PlatformError, Sidecar, SidecarColumn
from coprod_stats.platforms.limesurvey.codes import SECONDS

NOT_SHOWN, _NOT_APPLICABLE = "{question_not_shown}", "N/A"
"""How some exports write what was not shown; a text can be "N/A" too, and is left alone."""
_OWN = {
    "id",
    "submitdate",
    "lastpage",
    "startlanguage",
    "seed",
    "token",
    "startdate",
    "datestamp",
    "ipaddr",
    "refurl",
    "interviewtime",
    "firstname",
    "lastname",
    "email",
}
_TIMING = re.compile(r"grouptime\d+|(group|question) time.*")
_PADDED = re.compile(r"(-?\d+)(?:\.0+|(\.\d*?[1-9])0+)")
_SETTING = "Export with the headings 'Question code' and the responses 'Answer codes'."
_TICK = "Y"
Cells = tuple[str, ...]


def read(table: CellTable, sidecar: Sidecar, instrument: Instrument) -> CellTable:
    """Read the CSV export of the form that ``limesurvey.export`` wrote.

    Headings may be ``code[sub]``, ``code_sub`` or ``code.sub.``. LimeSurvey writes the same blank
    for what was not shown and what was skipped: of a response that was submitted, a blank that the
    routing shows is "seen, unanswered"; of the others blanks stay, as nobody knows how far they
    got. A response that was never opened (no last page) counts as not submitted.

    Raises
    ------
    PlatformError
        If headings or answers are texts: full answers say "No" for what was never shown.
    """
    found = _Export(table, sidecar)
    _refuse_texts(found, instrument)
    cells: dict[str, Cells] = {}
    for entry in sidecar.columns:
        answers = _answers(entry, found)
        if answers is not None:
            cells[entry.column] = answers
    hidden = {name: tuple(cell == NOT_SHOWN for cell in column) for name, column in cells.items()}
    cells = {
        name: tuple("" if cell == NOT_SHOWN else cell for cell in column)
        for name, column in cells.items()
    }
    beside = reasons_beside_answers(cells, found.columns, sidecar)
    read = table.with_columns([*cells.items(), *beside.items(), *found.surplus()])
    marked = mark_unanswered(read, instrument, complete=_submitted(found))
    return _blank_again(marked, hidden)


@dataclass
class _Export:
    """The columns of an export by the headings of the sidecar."""

    table: CellTable
    sidecar: Sidecar
    columns: dict[str, Cells] = field(default_factory=dict)
    _strange: list[tuple[str, Cells]] = field(default_factory=list)

    def __post_init__(self) -> None:
        known = self._known()
        for place, heading in enumerate(self.table.header):
            name = heading.strip().lstrip("\ufeff")
            cells = tuple(row[place] for row in self.table.rows)
            canonical = known.get(name.casefold())
            if canonical is not None and canonical not in self.columns:
                self.columns[canonical] = cells
            elif name.casefold() in _OWN and name.casefold() not in self.columns:
                self.columns[name.casefold()] = cells
            else:
                self._strange.append((name, cells))

    def _known(self) -> dict[str, str]:
        headings = dict.fromkeys(self.sidecar.names)
        for entry in self.sidecar.columns:
            if entry.kind == "multiple":
                headings |= dict.fromkeys(f"{entry.name}[{code}]" for code, _ in entry.codes)
            elif entry.kind == "rank":
                slots = range(1, len(entry.codes) + 1)
                headings |= dict.fromkeys(f"{entry.name}[{slot}]" for slot in slots)
        return {form.casefold(): heading for heading in headings for form in _forms(heading)}

    def surplus(self) -> list[tuple[str, Cells]]:
        """Return what nobody asked for, and what has a name again.

        Timings and what the form needs for itself are dropped.
        """
        internal = {name.casefold() for name in self.sidecar.internal}
        questions = {name.partition("[")[0].casefold() for name in self.sidecar.names} | internal
        return [
            (name, cells)
            for name, cells in self._strange
            if name.casefold() not in internal and not _is_timing(name, questions)
        ]

    def parts(self, entry: SidecarColumn) -> dict[str, Cells]:
        """Return the columns of one question by their subquestion or rank."""
        start = f"{entry.name}["
        return {
            name[len(start) : -1]: cells
            for name, cells in self.columns.items()
            if name.startswith(start)
        }


def _forms(heading: str) -> Iterator[str]:
    yield heading
    question, bracket, sub = heading.rstrip("]").partition("[")
    if bracket:
        yield from (f"{question}_{sub}", f"{question}.{sub}.", f"{question}.{sub}")


def _is_timing(name: str, questions: set[str]) -> bool:
    plain = name.casefold()
    return (plain.endswith("time") and plain[:-4] in questions) or _TIMING.fullmatch(
        plain
    ) is not None


def _answers(entry: SidecarColumn, found: _Export) -> Cells | None:
    match entry.kind:
        case "administrative":
            return _about_response(entry, found)
        case "multiple":
            parts = found.parts(entry)
            ticks = _joined(parts, len(found.table.rows)) if parts else None
            return None if ticks is None else _chosen(ticks, entry)
        case "rank":
            slots = [cells for _, cells in sorted(found.parts(entry).items(), key=_slot)]
            cells = tuple(_rank(row, entry) for row in zip(*slots, strict=True)) if slots else None
        case _:
            cells = found.columns.get(entry.name)
    if cells is None:
        return None
    if entry.kind in ("single", "consent"):
        return recoded(tuple(map(_applicable, cells)), dict(entry.codes) | {"": ""})
    if entry.kind in ("number", "allocate", "assigned"):
        cells = tuple(_plain_number(_applicable(cell)) for cell in cells)
    if entry.kind in ("date", "time"):
        cells = tuple(_moment(_applicable(cell), entry.kind) for cell in cells)
    reasons = found.columns.get(entry.companion) if entry.companion else None
    return cells if reasons is None else with_companion(cells, reasons, entry)


def _slot(part: tuple[str, Cells]) -> int:
    return int(part[0])


def _applicable(cell: str) -> str:
    return NOT_SHOWN if cell.strip() == _NOT_APPLICABLE else cell


def _plain_number(cell: str) -> str:
    """Take off the zeros with which the database pads decimals."""
    padded = _PADDED.fullmatch(cell.strip())
    return padded[1] + (padded[2] or "") if padded else cell


def _moment(cell: str, kind: str) -> str:
    """Take the date or the time out of both together, as the database keeps them."""
    day, blank, time = cell.strip().partition(" ")
    return (day if kind == "date" else time) if blank else cell


def _joined(parts: dict[str, Cells], n_rows: int) -> Cells:
    """Return the ticks of a multiple choice as one cell, as ``1 3``; what is no tick is shown."""

    def cell(row: int) -> str:
        found = {code: cells[row].strip() for code, cells in parts.items()}
        if NOT_SHOWN in map(_applicable, found.values()):
            return NOT_SHOWN
        marks = (
            f"{code}={text}" if text != _TICK else code for code, text in found.items() if text
        )
        return " ".join(marks)

    return tuple(map(cell, range(n_rows)))


def _chosen(ticks: Cells, entry: SidecarColumn) -> Cells:
    shown = tuple("" if cell == NOT_SHOWN else cell for cell in ticks)
    chosen = zip(ticks, options_chosen(shown, entry), strict=True)
    return tuple(cell if cell == NOT_SHOWN else answer for cell, answer in chosen)


def _rank(row: Cells, entry: SidecarColumn) -> str:
    """Return the rank of one option; 0 where it was not put in order."""
    order = [_applicable(cell).strip() for cell in row]
    if NOT_SHOWN in order:
        return NOT_SHOWN
    order = [code for code in order if code]
    strange = [code for code in order if code not in dict(entry.codes)]
    if not order or strange:
        return strange[0] if strange else ""
    return str(order.index(entry.option) + 1 if entry.option in order else 0)


def _about_response(entry: SidecarColumn, found: _Export) -> Cells | None:
    if entry.name != SECONDS or SECONDS in found.columns:
        return found.columns.get(entry.name)
    begun, ended = (found.columns.get(name) for name in ("startdate", "submitdate"))
    return None if begun is None or ended is None else tuple(map(_seconds, begun, ended))


def _seconds(begun: str, ended: str) -> str:
    try:
        passed = datetime.fromisoformat(ended.strip()) - datetime.fromisoformat(begun.strip())
    except ValueError:
        return ""
    return spell_number(round(passed.total_seconds())) if passed.total_seconds() >= 0 else ""


def _submitted(found: _Export) -> NDArray[np.bool_]:
    done = np.ones(len(found.table.rows), dtype=bool)
    for name in ("submitdate", "lastpage"):
        if name in found.columns:
            done &= np.array([bool(cell.strip()) for cell in found.columns[name]], dtype=bool)
    return done


def _blank_again(table: CellTable, hidden: dict[str, tuple[bool, ...]]) -> CellTable:
    """Blank what the export says was not shown, whatever the routing has to say."""
    columns = list(table.columns())
    for place, (name, cells) in enumerate(columns[: len(hidden)]):
        blanked = ("" if gone else cell for cell, gone in zip(cells, hidden[name], strict=True))
        columns[place] = name, tuple(blanked)
    return table.with_columns(columns)


def _refuse_texts(found: _Export, instrument: Instrument) -> None:
    questions = {name for name in found.columns if name not in _OWN}
    if not questions:
        raise PlatformError(
            [Fault("PLATFORM-250", "no heading is a question code; they may be texts", _SETTING)]
        )
    faults = [
        Fault(
            "PLATFORM-251",
            "full answers instead of codes; they say 'No' for what was never shown",
            _SETTING,
            place=f"column '{place}'",
        )
        for place in _texts(found, instrument)
    ]
    if faults:
        raise PlatformError(faults[:1])


def _texts(found: _Export, instrument: Instrument) -> Iterator[str]:
    """Name the columns that hold labels where codes belong."""
    for entry in found.sidecar.columns:
        if entry.kind == "multiple":
            for code, cells in found.parts(entry).items():
                words = {cell.strip() for cell in cells} - {_TICK, _NOT_APPLICABLE}
                if any(word.isalpha() for word in words):
                    yield f"{entry.name}[{code}]"
            continue
        chosen = entry.kind in ("single", "consent")
        if chosen and holds_labels(found.columns.get(entry.name, ()), entry, instrument):
            yield entry.name
