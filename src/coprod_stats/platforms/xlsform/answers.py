"""What ODK and KoboToolbox write of an XLSForm's answers, brought into canonical columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from coprod_stats.errors import Fault
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.model import Instrument
from coprod_stats.platforms.cell_table import (
    CellTable,
    RosterRows,
    holds_labels,
    mark_unanswered,
    options_chosen,
    reasons_beside_answers,
    recoded,
    with_companion,
)
from coprod_stats.platforms.form_export import PlatformError, Sidecar, SidecarColumn

_ADDED_BY_PYXFORM = re.compile(
    r"(generated_table_list_label|reserved_name_for_field_list_labels)_\d+"
)
_GROUPS = re.compile(r"[-/]")
_INSTANCE = re.compile(r"\[(\d+)\]$")
"""Number of a row at the end of its key, as in ``uuid:…/member[2]``."""
_OF_REPEATS = ("_parent_table_name", "_parent_index", "_submission__id", "_index")
Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExportShape:
    """How a platform lays out its exports.

    Attributes
    ----------
    respondent : tuple of str
        Columns that identify a submission, the best first, without names of groups.
    metadata : frozenset of str
        Columns of the platform's own.
    repeat : str
        Column that only a file of repeated groups has.
    parents : tuple of str
        Columns of a file of repeats with the id of the submission, the best first.
    headings : str
        What to choose when exporting, for people whose export has labels.
    """

    respondent: tuple[str, ...]
    metadata: frozenset[str]
    repeat: str
    headings: str
    parents: tuple[str, ...]


def canonical_table(
    table: CellTable, sidecar: Sidecar, instrument: Instrument, *, shape: ExportShape
) -> CellTable:
    """Bring a table of submissions into canonical columns.

    Columns are known by the last part of their name, so that it does not matter whether groups
    are part of it. Of a multiple choice only the column with all answers counts: the columns of
    single options hold 0 even for those who were not asked. A question that a finished
    submission shows and leaves blank is "seen, unanswered".

    Raises
    ------
    PlatformError
        If the table is a file of repeats, has labels for names or codes, or lacks the column
        with all answers of a multiple choice.
    """
    places = _Places(table.header, sidecar)
    _refuse(places, table, sidecar, instrument, shape)
    columns: dict[str, Cells] = {}
    for entry in sidecar.columns:
        cells = _cells(entry, places, table, instrument, shape)
        if cells is not None:
            columns[entry.column] = cells
    reasons = {
        entry.companion: taken
        for entry in sidecar.columns
        if entry.companion and (taken := places.take(entry.companion, table)) is not None
    }
    surplus = (
        (name, tuple(row[place] for row in table.rows))
        for name, place in places.surplus(shape.metadata)
    )
    beside = reasons_beside_answers(columns, reasons, sidecar)
    found = table.with_columns([*columns.items(), *beside.items(), *surplus])
    finished = np.ones(len(table.rows), dtype=bool)
    return mark_unanswered(found, instrument, complete=finished)


def rows_of_repeat(table: CellTable, *, shape: ExportShape) -> RosterRows:
    """Return the rows of a file of repeats, numbered by their keys or as they stand there.

    Raises
    ------
    PlatformError
        If no column has the id of the submission.
    """
    names = [_last(name.strip().lstrip("\ufeff")) for name in table.header]
    parent = next((names.index(name) for name in shape.parents if name in names), None)
    if parent is None:
        raise PlatformError(
            [
                Fault(
                    "PLATFORM-205",
                    f"no file of repeats: it has no column {' or '.join(shape.parents)}",
                    "Give the file that the platform writes for the repeated group.",
                )
            ]
        )
    respondents = tuple(row[parent].strip() for row in table.rows)
    keys = table.column(table.header[names.index("KEY")]) if "KEY" in names else respondents
    seen: Counter[str] = Counter()
    numbers = []
    for respondent, key in zip(respondents, keys, strict=True):
        seen[respondent] += 1
        stated = _INSTANCE.search(key)
        numbers.append(stated[1] if stated else str(seen[respondent]))
    own = {*shape.parents, *shape.metadata, *_OF_REPEATS}
    kept = [place for place, name in enumerate(names) if name not in own]
    header = tuple(table.header[place] for place in kept)
    rows = tuple(tuple(row[place] for place in kept) for row in table.rows)
    return RosterRows(respondents, tuple(numbers), replace(table, header=header, rows=rows))


class _Places:
    """Where the columns of a form stand in an export."""

    def __init__(self, header: Sequence[str], sidecar: Sidecar) -> None:
        self._multiple = {entry.name for entry in sidecar.columns if entry.kind == "multiple"}
        self._internal = set(sidecar.internal)
        self._header = [name.strip().lstrip("\ufeff") for name in header]
        self.names: dict[str, int] = {}
        self.split: set[str] = set()
        self._taken: set[int] = set()
        for place, name in enumerate(self._header):
            base, slash, option = name.rpartition("/")
            if slash and option and _last(base) in self._multiple:
                self.split.add(_last(base))
                self._taken.add(place)
            elif _last(name) not in self.names:
                self.names[_last(name)] = place

    def surplus(self, metadata: Collection[str]) -> Iterator[tuple[str, int]]:
        """Return the columns that nobody asked for, which are rejected with a reason later."""
        for place, name in enumerate(self._header):
            last = _last(name)
            if place in self._taken or last in metadata or last in self._internal:
                continue
            if not _ADDED_BY_PYXFORM.fullmatch(last):
                yield name, place

    def take(self, name: str, table: CellTable) -> Cells | None:
        """Return the cells of a column, if the export has it."""
        if name not in self.names:
            return None
        self._taken.add(self.names[name])
        return tuple(row[self.names[name]] for row in table.rows)


def _last(name: str) -> str:
    return _GROUPS.split(name)[-1]


def _cells(
    entry: SidecarColumn,
    places: _Places,
    table: CellTable,
    instrument: Instrument,
    shape: ExportShape,
) -> Cells | None:
    if entry.kind == "administrative":
        return _about_submission(entry, places, table, shape)
    cells = places.take(entry.name, table)
    if cells is None:
        return None
    match entry.kind:
        case "multiple":
            return options_chosen(cells, entry)
        case "single" | "consent":
            return recoded(cells, dict(entry.codes))
        case "rank":
            top = instrument.item(entry.item).top or 0
            cells = tuple(_rank(cell, entry.option, top) for cell in cells)
    companions = places.take(entry.companion, table) if entry.companion else None
    return cells if companions is None else with_companion(cells, companions, entry)


def _rank(cell: str, option: str, top: int) -> str:
    order = cell.split()
    if not order or option not in order:
        return cell
    place = order.index(option) + 1
    return str(place if place <= top else 0)


def _about_submission(
    entry: SidecarColumn, places: _Places, table: CellTable, shape: ExportShape
) -> Cells | None:
    if entry.name == "seconds":
        start, end = (places.take(name, table) for name in ("started_at", "ended_at"))
        if start is None or end is None:
            return None
        return tuple(map(_seconds, start, end))
    found = (places.take(name, table) for name in shape.respondent)
    return next((cells for cells in found if cells is not None and any(cells)), None)


def _seconds(start: str, end: str) -> str:
    try:
        passed = datetime.fromisoformat(end.strip()) - datetime.fromisoformat(start.strip())
    except (ValueError, TypeError):  # TypeError: a time with its zone and one without
        return ""
    return spell_number(round(passed.total_seconds()))


def _refuse(
    places: _Places, table: CellTable, sidecar: Sidecar, instrument: Instrument, shape: ExportShape
) -> None:
    faults = []
    if shape.repeat in places.names:
        faults.append(
            Fault(
                "PLATFORM-201",
                f"a file of a repeated group (it has a column '{shape.repeat}')",
                "Import the file of the submissions themselves.",
            )
        )
    elif places.names.keys().isdisjoint(sidecar.names) and not places.split:
        faults.append(
            Fault(
                "PLATFORM-202",
                "no column has the name of a question; the headings may be labels",
                shape.headings,
            )
        )
    faults += [
        Fault(
            "PLATFORM-203",
            f"only columns of single options for '{name}', which do not tell "
            "'not chosen' from 'not asked'",
            "Export multiple choices with the column that holds all answers.",
        )
        for name in sorted(places.split - places.names.keys())
    ]
    faults += _labels(places, table, sidecar, instrument, shape)
    if faults:
        raise PlatformError(faults)


def _labels(
    places: _Places, table: CellTable, sidecar: Sidecar, instrument: Instrument, shape: ExportShape
) -> Iterator[Fault]:
    for entry in sidecar.columns:
        if entry.kind not in ("single", "consent", "multiple") or entry.name not in places.names:
            continue
        place = places.names[entry.name]
        if holds_labels(tuple(row[place] for row in table.rows), entry, instrument):
            yield Fault(
                "PLATFORM-204",
                "labels instead of codes, which are not unique and change with the language",
                shape.headings,
                place=f"column '{entry.name}'",
            )
            return
