"""Qualtrics' exports, read back: CSV with three header rows, or SPSS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.errors import Fault
from coprod_stats.instruments.model import NOT_ANSWERED, Instrument
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
from coprod_stats.platforms.qualtrics.codes import SEEN_UNANSWERED, SLIDER, import_id

_OWN = {
    "StartDate": "startDate",
    "EndDate": "endDate",
    "Status": "status",
    "IPAddress": "ipAddress",
    "Progress": "progress",
    "Duration (in seconds)": "duration",
    "Duration__in_seconds_": "duration",
    "Finished": "finished",
    "RecordedDate": "recordedDate",
    "ResponseId": "_recordId",
    "RecipientLastName": "recipientLastName",
    "RecipientFirstName": "recipientFirstName",
    "RecipientEmail": "recipientEmail",
    "ExternalReference": "externalDataReference",
    "LocationLatitude": "locationLatitude",
    "LocationLongitude": "locationLongitude",
    "DistributionChannel": "distributionChannel",
    "UserLanguage": "userLanguage",
}
_ORDER = re.compile(r".+_DO(_.*)?", re.DOTALL)
"""Columns in which Qualtrics writes in what order something was shown, as ``AGE_DO_1``."""
_SETTING = "Export with 'Use numeric values', and leave the three header rows as they are."
Cells = tuple[str, ...]


def read(table: CellTable, sidecar: Sidecar, instrument: Instrument) -> CellTable:
    """Read an export of the form that ``qualtrics.export`` wrote.

    Columns are known by the ``ImportId`` of the third header row; an SPSS file, which has none, by
    their names. A multiple choice may be one cell (``1,2``) or a column for each choice.
    -99 is "seen, unanswered" where the export was made so; else, in finished responses, a blank
    that the routing shows. Blanks of unfinished responses stay, as nobody knows what they saw.

    Raises
    ------
    PlatformError
        If answers are choice texts, if the header rows were changed, if the questions have other
        ids than those of the form, or if -99 could mean two things.
    """
    found = _Export(*_without_header_rows(table), sidecar, instrument)
    _refuse(found, instrument)
    cells: dict[str, Cells] = {}
    for entry in sidecar.columns:
        answers = _answers(entry, found, instrument)
        if answers is not None:
            cells[entry.column] = answers
    beside = reasons_beside_answers(cells, found.columns, sidecar)
    read = found.table.with_columns([*cells.items(), *beside.items(), *found.surplus])
    read = replace(read, notes=(*table.notes, *_notes(found)))
    return mark_unanswered(read, instrument, complete=_finished(found))


def _without_header_rows(table: CellTable) -> tuple[CellTable, tuple[dict[str, str], ...]]:
    """Take off the row of questions and the row of import ids, if there are any."""
    for number, row in enumerate(table.rows[:2], 1):
        ids = tuple(map(import_id, row))
        if any(ids):
            return CellTable(table.header, table.rows[number:], table.lines[number:]), ids
    return table, ()


@dataclass
class _Export:
    """The columns of an export by the ids of the sidecar; ticks by question and choice."""

    table: CellTable
    ids: tuple[dict[str, str], ...]
    sidecar: Sidecar
    instrument: Instrument
    columns: dict[str, Cells] = field(default_factory=dict)
    ticks: dict[str, dict[str, Cells]] = field(default_factory=dict)
    surplus: list[tuple[str, Cells]] = field(default_factory=list)
    strange_ids: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        by_tag = dict(_tags(self.sidecar))
        known = {*self.sidecar.names, *_OWN.values()}
        multiple = {e.name: dict(e.codes) for e in self.sidecar.columns if e.kind == "multiple"}
        for place, header in enumerate(self.table.header):
            name = header.strip().lstrip("\ufeff")
            cells = tuple(row[place] for row in self.table.rows)
            import_id = self.ids[place].get("ImportId", "") if self.ids else ""
            choice = self.ids[place].get("choiceId", "") if self.ids else ""
            id = import_id or by_tag.get(name) or _OWN.get(name, "")
            base, _, suffix = id.rpartition("_")
            if not id:
                id, choice = _split_tag(name, by_tag)
            elif base in multiple and suffix in multiple[base]:
                id, choice = base, suffix
            if import_id and by_tag.get(name, id) != id:
                self.strange_ids.append(f"{name} is {import_id}")
            self._keep(name, id if id in known else "", choice, cells)

    def _keep(self, name: str, id: str, choice: str, cells: Cells) -> None:
        if id and choice and choice not in self.ticks.get(id, {}):
            self.ticks.setdefault(id, {})[choice] = cells
        elif id and not choice and id not in self.columns:
            self.columns[id] = cells
        elif id or (name not in self.sidecar.internal and not _ORDER.fullmatch(name)):
            self.surplus.append((name, cells))


def _tags(sidecar: Sidecar) -> Iterator[tuple[str, str]]:
    """Return the name of each column that has one of its own, with its id."""
    for entry in sidecar.columns:
        if entry.kind in ("rank", "allocate"):
            yield f"{entry.item}_{entry.name.rpartition('_')[2]}", entry.name
        elif entry.kind == "number" and not entry.name.endswith("_TEXT"):
            yield f"{entry.item}_{SLIDER}", entry.name
        elif entry.kind != "administrative":
            yield entry.item, entry.name
        if entry.companion:
            yield f"{entry.item}_NA", entry.companion


def _split_tag(name: str, by_tag: dict[str, str]) -> tuple[str, str]:
    base, _, choice = name.rpartition("_")
    return by_tag.get(base, ""), choice


def _answers(entry: SidecarColumn, found: _Export, instrument: Instrument) -> Cells | None:
    if entry.kind == "multiple":
        ticks = found.ticks.get(entry.name)
        whole = found.columns.get(entry.name)
        if whole is None and ticks:
            whole = _joined(ticks, len(found.table.rows))
        return None if whole is None else _chosen(whole, entry)
    cells = found.columns.get(entry.name)
    if cells is None or entry.kind == "administrative":
        return cells
    if entry.kind == "rank":
        cells = tuple(_rank(cell, instrument.item(entry.item).top or 0) for cell in cells)
    if entry.kind in ("single", "consent"):
        cells = recoded(cells, dict(entry.codes))
    if entry.companion and entry.companion in found.columns:
        seen = tuple("" if cell.strip() == SEEN_UNANSWERED else cell for cell in cells)
        answered = with_companion(seen, found.columns[entry.companion], entry)
        cells = tuple(new or old for new, old in zip(answered, cells, strict=True))
    if entry.kind != "assigned" and not _may_be_meant(entry, instrument):
        cells = tuple(map(_seen, cells))
    return cells


def _may_be_meant(entry: SidecarColumn, instrument: Instrument) -> bool:
    """Return whether -99 could be a number that somebody gave."""
    allowed = instrument.item(entry.item).number
    if allowed is None:
        return False
    below = allowed.minimum is None or allowed.minimum <= float(SEEN_UNANSWERED)
    return below and (allowed.maximum is None or allowed.maximum >= float(SEEN_UNANSWERED))


def _seen(cell: str) -> str:
    return str(NOT_ANSWERED) if cell.strip() == SEEN_UNANSWERED else cell


def _chosen(whole: Cells, entry: SidecarColumn) -> Cells:
    seen = tuple(map(_seen, whole))
    shown = tuple("" if cell == str(NOT_ANSWERED) else cell for cell in seen)
    chosen = options_chosen(shown, entry, separator=",")
    return tuple(
        cell if cell == str(NOT_ANSWERED) else answer
        for cell, answer in zip(seen, chosen, strict=True)
    )


def _joined(ticks: dict[str, Cells], n_rows: int) -> Cells:
    """Return the columns of the choices as one cell; 0 and -99 are no ticks but say it was seen."""

    def cell(row: int) -> str:
        found = {choice: cells[row].strip() for choice, cells in ticks.items()}
        chosen = [c for c, text in found.items() if text not in ("", "0", SEEN_UNANSWERED)]
        seen = any(text in ("0", SEEN_UNANSWERED) for text in found.values())
        return ",".join(chosen) if chosen else SEEN_UNANSWERED if seen else ""

    return tuple(map(cell, range(n_rows)))


def _rank(cell: str, top: int) -> str:
    place = cell.strip()
    return "0" if place.isdecimal() and int(place) > top else cell


def _finished(found: _Export) -> NDArray[np.bool_]:
    states = found.columns.get("finished", ("1",) * len(found.table.rows))
    return np.array([state.strip().casefold() in ("1", "true") for state in states], dtype=bool)


def _notes(found: _Export) -> Iterator[str]:
    tries = sum(cell.strip() in ("1", "Survey Preview") for cell in found.columns.get("status", ()))
    if tries:
        previews = counted(tries, "response is a preview", "responses are previews")
        yield f"{previews} of the survey (Status 1), kept"


def _refuse(found: _Export, instrument: Instrument) -> None:
    faults = []
    if not (found.columns.keys() - set(_OWN.values())) and not found.ticks:
        faults.append(Fault("PLATFORM-260", "no column is a question of the form", _SETTING))
    if found.strange_ids:
        faults.append(
            Fault(
                "PLATFORM-262",
                f"questions have other ids than in the form ({found.strange_ids[0]})",
                "Field the survey file (.qsf) as it was written: questions that are copied, or "
                "imported in another order, get new ids.",
            )
        )
    else:
        faults += [*_texts(found, instrument), *_unclear_numbers(found, instrument)][:1]
    if faults:
        raise PlatformError(faults)


def _texts(found: _Export, instrument: Instrument) -> Iterator[Fault]:
    """Find choice texts where codes belong, as in a row of labels that was left in."""
    for entry in found.sidecar.columns:
        cells = found.columns.get(entry.name, ())
        if entry.kind == "multiple":
            cells = tuple(cell.partition(",")[0] for cell in cells)
        coded = entry.kind in ("single", "consent", "multiple")
        if coded and holds_labels(cells, entry, instrument):
            yield Fault(
                "PLATFORM-261",
                "choice texts instead of codes, which change with the language and may hold commas",
                _SETTING,
                place=f"column '{entry.item}'",
            )
    if not found.ids and found.table.rows and _looks_like_labels(found):
        yield Fault(
            "PLATFORM-263",
            "the first row holds questions instead of answers, and the "
            "row with the import ids is gone",
            _SETTING,
        )


def _unclear_numbers(found: _Export, instrument: Instrument) -> Iterator[Fault]:
    """Find -99 where it may be an answer, in an export that writes it for what was left, too."""
    given = {
        entry: found.columns.get(entry.name, ())
        for entry in found.sidecar.columns
        if entry.kind in ("single", "consent", "number", "rank", "allocate")
    }
    meant = {entry for entry in given if _may_be_meant(entry, instrument)}
    left = [cells for entry, cells in given.items() if entry not in meant]
    left += [cells for ticks in found.ticks.values() for cells in ticks.values()]
    if not any(cell.strip() == SEEN_UNANSWERED for cells in left for cell in cells):
        return
    for entry in given:
        if entry in meant and any(cell.strip() == SEEN_UNANSWERED for cell in given[entry]):
            yield Fault(
                "PLATFORM-264",
                "-99 stands for questions that were seen and left, and is also a number that "
                "could be the answer",
                "Export without 'Recode seen but unanswered questions as -99'.",
                place=f"column '{entry.item}'",
            )


def _looks_like_labels(found: _Export) -> bool:
    coded = [
        found.columns[entry.name][0].strip()
        for entry in found.sidecar.columns
        if entry.kind in ("single", "consent", "number") and entry.name in found.columns
    ]
    words = [cell for cell in coded if cell and not _is_number(cell)]
    return len(words) > len(coded) / 2


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
