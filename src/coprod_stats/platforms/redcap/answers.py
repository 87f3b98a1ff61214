"""REDCap's CSV export (raw data), read back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from coprod_stats.errors import Fault
from coprod_stats.instruments.model import DONT_KNOW, REFUSED, Instrument, Item
from coprod_stats.platforms.cell_table import (
    CellTable,
    RosterRows,
    holds_labels,
    mark_unanswered,
    reasons_beside_answers,
    recoded,
    with_companion,
)
from coprod_stats.platforms.fields import choices
from coprod_stats.platforms.form_export import PlatformError, Sidecar, SidecarRoster
from coprod_stats.platforms.redcap.expressions import checkbox_code

_REPEATED = "redcap_repeat_instrument"
_INSTANCE = "redcap_repeat_instance"
_STRUCTURE = (
    "redcap_event_name",
    _REPEATED,
    _INSTANCE,
    "redcap_data_access_group",
    "redcap_survey_identifier",
)
_COMPLETE = "2"
_TICKED = {"Checked", "Unchecked"}
_RAW_DATA = "Export 'CSV / Microsoft Excel (raw data)', not the one with labels."


def read(table: CellTable, sidecar: Sidecar, instrument: Instrument) -> CellTable:
    """Read the raw CSV export of the form that ``redcap.export`` wrote.

    REDCap writes 0 for every box of a question that was not shown: a multiple choice counts as
    answered if a box is ticked, as "seen, unanswered" if the routing shows it and none is. Blanks
    of records whose form is not complete stay "not asked", as nobody knows how far they got. A
    question of which a report has no field is absent.

    A report that combines the boxes of a question in one column, ``1,3``, is read as well.

    Raises
    ------
    PlatformError
        If the export has labels instead of codes, or repeated forms or several events, which are
        several rows for one respondent.
    """
    table = _once(table, {roster.name for roster in sidecar.rosters})
    found: dict[str, tuple[str, ...]] = {}
    again: list[tuple[str, tuple[str, ...]]] = []
    for heading, column in table.columns():
        name = heading.strip()
        if name in found:
            again.append((name, _ticked(name, column)))
        else:
            found[name] = column
    combined = _combined(found, instrument)
    _refuse_labels(found, combined, sidecar, instrument)
    _refuse_repeats(found)
    for item in combined:
        found |= _boxes(item, found[item.id.lower()], instrument)
    blank = ("",) * len(table.rows)
    cells: dict[str, tuple[str, ...]] = {}
    for entry in sidecar.columns:
        if entry.name not in found and entry.companion not in found:
            continue  # a report of some fields: nobody knows what stands in the others
        answers = recoded(found.get(entry.name, blank), dict(entry.codes))
        if entry.companion:
            answers = with_companion(answers, found.get(entry.companion, blank), entry)
        cells[entry.column] = answers
    for item in instrument.items:
        columns = [column for column in item.columns if column in cells]
        if item.kind == "multiple" and columns:
            _settle_boxes(item.id, columns, cells, found)
    # the questions of a roster are an instrument of its name
    forms = (instrument.id.lower(), sidecar.form.lower())
    form = next((name for name in forms if f"{name}_complete" in found), forms[0])
    known = {item.id.lower() for item in combined} | _taken(sidecar, form)
    known |= {box for item in instrument.items for box in _missing_boxes(item.id).values()}
    surplus = ((name, _ticked(name, column)) for name, column in found.items() if name not in known)
    beside = reasons_beside_answers(cells, found, sidecar)
    read = table.with_columns([*cells.items(), *beside.items(), *surplus, *again])
    states = found.get(f"{form}_complete", (_COMPLETE,) * len(table.rows))
    complete = np.array([state.strip() == _COMPLETE for state in states], dtype=bool)
    return mark_unanswered(read, instrument, complete=complete)


def _taken(sidecar: Sidecar, form: str) -> set[str]:
    """Return the columns that are no surplus: of the form, of REDCap, and of instruments."""
    of_rows = {name for roster in sidecar.rosters for name in _fields(roster)}
    instruments = (form, *(roster.name for roster in sidecar.rosters))
    states = {f"{name}_{state}" for name in instruments for state in ("complete", "timestamp")}
    return {*sidecar.names, *(set(sidecar.internal) - of_rows), *_STRUCTURE, *states}


def _once(table: CellTable, rosters: set[str]) -> CellTable:
    """Return the rows of the records themselves, without those of their rosters."""
    names = [name.strip() for name in table.header]
    if not rosters or _REPEATED not in names:
        return table
    place = names.index(_REPEATED)
    return _with_rows(table, [row[place].strip() not in rosters for row in table.rows])


def _with_rows(table: CellTable, kept: list[bool]) -> CellTable:
    rows = tuple(row for row, stays in zip(table.rows, kept, strict=True) if stays)
    lines = tuple(line for line, stays in zip(table.lines, kept, strict=True) if stays)
    return replace(table, rows=rows, lines=lines)


def _ticked(name: str, cells: Sequence[str]) -> tuple[str, ...]:
    """Return cells of a field from where it does not belong, without the zeros of its boxes."""
    untouched = "0" if "___" in name else ""
    return tuple("" if cell.strip() == untouched else cell for cell in cells)


def _checkboxes(roster: SidecarRoster) -> tuple[str, ...]:
    multiple = (entry for entry in roster.columns if entry.kind == "multiple")
    return tuple(dict.fromkeys(entry.name.partition("___")[0] for entry in multiple))


def _fields(roster: SidecarRoster) -> set[str]:
    """Return the fields that hold answers of a row, boxes also combined in one column."""
    names = {name for entry in roster.columns for name in (entry.name, entry.companion) if name}
    return names | set(_checkboxes(roster))


def _is_of_rows(name: str, roster: SidecarRoster) -> bool:
    """Return whether a field holds answers of a row, or is a box that the form does not have."""
    boxes = tuple(f"{field}___" for field in _checkboxes(roster))
    return name in _fields(roster) or name.startswith(boxes)


def roster_rows(table: CellTable, roster: SidecarRoster, key: str) -> RosterRows:
    """Return the rows of a repeating instrument, which stand between those of the records.

    Raises
    ------
    PlatformError
        If the export lacks the columns that tell whose rows they are, or all fields of the rows.
    """
    names = [name.strip() for name in table.header]
    _refuse_without_rows(names, roster, key)
    place, number = names.index(_REPEATED), names.index(_INSTANCE)
    found = _with_rows(table, [row[place].strip() == roster.name for row in table.rows])
    without = {key, *_STRUCTURE, f"{roster.name}_timestamp"}

    def is_kept(place: int, name: str) -> bool:
        if _is_of_rows(name, roster) or name == f"{roster.name}_complete":
            return True
        # what is of the respondent, or of another roster, is rejected with its row
        filled = any(cell.strip() for cell in _ticked(name, [row[place] for row in found.rows]))
        return filled and name not in without

    kept = [place for place, name in enumerate(names) if is_kept(place, name)]
    return RosterRows(
        tuple(row[names.index(key)].strip() for row in found.rows),
        tuple(row[number].strip() for row in found.rows),
        CellTable(
            tuple(names[place] for place in kept),
            tuple(tuple(row[place] for place in kept) for row in found.rows),
            found.lines,
        ),
    )


def _refuse_without_rows(names: list[str], roster: SidecarRoster, key: str) -> None:
    place = f"roster '{roster.roster}'"
    faults = [
        Fault(
            "PLATFORM-233",
            f"the export has no column '{name}', which tells whose rows they are",
            "Make it a repeating instrument (Project Setup) and export the record's id with it.",
            place=place,
        )
        for name in (key, _REPEATED, _INSTANCE)
        if name not in names
    ]
    if not any(_is_of_rows(name, roster) for name in names):
        faults.append(
            Fault(
                "PLATFORM-234",
                "no field of its rows is a column of the export",
                "Export all instruments of the project.",
                place=place,
            )
        )
    if faults:
        raise PlatformError(faults)


def _combined(found: dict[str, tuple[str, ...]], instrument: Instrument) -> tuple[Item, ...]:
    """Return the multiple choices whose boxes the export combines in one column."""
    return tuple(
        item
        for item in instrument.items
        if item.kind == "multiple"
        and item.id.lower() in found
        and not any(name.startswith(f"{item.id.lower()}___") for name in found)
    )


def _boxes(
    item: Item, cells: tuple[str, ...], instrument: Instrument
) -> dict[str, tuple[str, ...]]:
    """Return a column for each box, as REDCap exports them when it does not combine them.

    A cell with a part that is no code stays in every column, to be rejected.
    """
    codes = [option.written for option in choices(item, instrument)]
    chosen = [[part.strip() for part in cell.split(",") if part.strip()] for cell in cells]
    return {
        f"{item.id.lower()}___{checkbox_code(code)}": tuple(
            str(int(code in parts)) if set(parts) <= set(codes) else cell
            for cell, parts in zip(cells, chosen, strict=True)
        )
        for code in codes
    }


def _missing_boxes(item: str) -> dict[int, str]:
    """Return the boxes of the reasons for no answer beside those of a multiple choice."""
    return {code: f"{item.lower()}___{checkbox_code(str(code))}" for code in (REFUSED, DONT_KNOW)}


def _settle_boxes(
    item: str,
    columns: Sequence[str],
    cells: dict[str, tuple[str, ...]],
    found: dict[str, tuple[str, ...]],
) -> None:
    """Blank the zeros of respondents who ticked nothing; put the reason where one was ticked.

    Beside a reason, choices are no answer: both stay in the cells, to be rejected.
    """
    missing = {code: found.get(box) for code, box in _missing_boxes(item).items()}
    rows = range(len(cells[columns[0]]))
    ticked = [any(cells[c][row].strip() not in ("", "0") for c in columns) for row in rows]
    reasons = [
        next(
            (str(code) for code, boxes in missing.items() if boxes and boxes[row].strip() == "1"),
            "",
        )
        for row in rows
    ]
    for column in columns:
        cells[column] = tuple(
            (f"{cell},{reason}" if reason else cell) if answered else reason
            for cell, answered, reason in zip(cells[column], ticked, reasons, strict=True)
        )


def _refuse_labels(
    found: dict[str, tuple[str, ...]],
    combined: tuple[Item, ...],
    sidecar: Sidecar,
    instrument: Instrument,
) -> None:
    faults = []
    if not combined and not any(entry.name in found for entry in sidecar.columns):
        found_none = "no field of the form is a column of the export"
        faults.append(Fault("PLATFORM-230", found_none, _RAW_DATA))
    names = {item.id: item.id.lower() for item in combined}
    for entry in sidecar.columns:
        cells = found.get(names.get(entry.item, entry.name), ())
        if entry.kind not in ("single", "consent", "multiple"):
            continue
        if entry.item in names:
            cells = tuple(start for cell in cells for start in _starts(cell))
        ticked_in_words = entry.kind == "multiple" and not _TICKED.isdisjoint(cells)
        if ticked_in_words or holds_labels(cells, entry, instrument):
            faults.append(
                Fault(
                    "PLATFORM-232",
                    "labels instead of codes, which are not unique and change with the language",
                    _RAW_DATA,
                    place=f"column '{entry.name}'",
                )
            )
            break
    if faults:
        raise PlatformError(faults)


def _starts(cell: str) -> Iterator[str]:
    """Yield what a cell of combined boxes begins with: a label may itself hold commas."""
    parts = cell.split(",")
    yield from (",".join(parts[:length]) for length in range(1, len(parts) + 1))


def _refuse_repeats(found: dict[str, tuple[str, ...]]) -> None:
    events = {cell.strip() for cell in found.get("redcap_event_name", ())} - {""}
    several = f"{len(events)} events" if len(events) > 1 else ""
    if any(cell.strip() for cell in found.get(_INSTANCE, ())):
        several = "repeated forms"
    if several:
        raise PlatformError(
            [
                Fault(
                    "PLATFORM-231",
                    f"the export has {several}, several rows for one respondent",
                    "Export each event or instance by itself.",
                ),
            ]
        )
