"""Exports of survey platforms, read with the sidecar of the form that was fielded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from coprod_stats.counts import counted
from coprod_stats.instruments.model import Instrument, Roster
from coprod_stats.literals import ExportSource
from coprod_stats.platforms.cell_table import CellTable, RosterRows
from coprod_stats.platforms.form_export import Sidecar, SidecarError, SidecarRoster
from coprod_stats.platforms.registry import ROSTERS_APART, parser_of, reader_of, roster_rows_of
from coprod_stats.responses.binding import bind, rejected_row
from coprod_stats.responses.coded_rows import CodedRows
from coprod_stats.responses.raw_table import RawRow, RawTable, ResponsesError, read_bytes
from coprod_stats.responses.rosters import bind_rows, numbers_of_rows
from coprod_stats.responses.table import Responses
from coprod_stats.responses.table_files import format_of, read_cells


def read_platform_export(
    path: Path,
    instrument: Instrument,
    *,
    source: ExportSource,
    sidecar: Sidecar,
    sheet: str | None = None,
) -> Responses:
    """Read the export of a survey platform.

    Parameters
    ----------
    path : Path
        The export.
    instrument : Instrument
        The questionnaire, in the form and with the modules that were fielded.
    source : str
        The platform.
    sidecar : Sidecar
        Written beside the form.
    sheet : str, optional
        Sheet of a workbook; the first by default.

    Raises
    ------
    ResponsesError
        If the file cannot be read as a table, or no column is a question of the instrument.
    PlatformError
        If the export would lose answers; the message names the setting to change.
    SidecarError
        If the sidecar belongs to another questionnaire or to another wording of this one.
    """
    _check(sidecar, instrument)
    raw = _read(path, source, sidecar, sheet)
    width = len(raw.header)
    kept = [row for row in raw.rows if len(row.cells) == width]
    table = CellTable(raw.header, tuple(row.cells for row in kept), tuple(row.line for row in kept))
    found = reader_of(source)(table, sidecar, instrument)
    rows = CodedRows.of(map(RawRow, found.lines, found.rows))
    canonical = replace(
        raw,
        reading=f"{source} export, {raw.reading}",
        header=found.header,
        rows=rows,
        labels=(),
        missing=(),
    )
    responses = bind(canonical, instrument)
    uneven = [
        rejected_row(
            "ROW-001", row, "", f"the row has {counted(len(row.cells), 'cell')}, the header {width}"
        )
        for row in raw.rows
        if len(row.cells) != width
    ]
    provenance = replace(
        responses.provenance,
        rows_read=len(raw.rows) - (len(kept) - len(found.rows)),
        notes=(*found.notes, *_beside_answers(found, sidecar), *responses.provenance.notes),
    )
    rejected = sorted((*uneven, *responses.rejected), key=lambda entry: (entry.line, entry.column))
    return replace(responses, provenance=provenance, rejected=tuple(rejected))


def _beside_answers(found: CellTable, sidecar: Sidecar) -> Iterator[str]:
    """Describe reasons for no answer that were given beside an answer."""
    for entry in {entry.companion: entry for entry in sidecar.columns if entry.companion}.values():
        if entry.companion in found.header:
            n = sum(bool(reason.strip()) for reason in found.column(entry.companion))
            yield (
                f"{entry.item}: {counted(n, 'reason')} for no answer beside an answer, which "
                f"counts; rejected as column {entry.companion}"
            )


def _read(path: Path, source: ExportSource, sidecar: Sidecar, sheet: str | None) -> RawTable:
    parse = parser_of(source)
    if parse is not None:
        content, sha256 = read_bytes(path)
        table = parse(content)
        rows = zip(table.lines, table.rows, strict=True)
        return RawTable(
            path.name, sha256, "JSON", table.header, CodedRows.of(RawRow(*row) for row in rows)
        )
    known = format_of(path) if format_of(path) in ("xlsx", "sav") else "csv"
    return read_cells(path, expected=sidecar.names, source=known, sheet=sheet)


def read_platform_rosters(
    path: Path,
    answers: Responses,
    *,
    source: ExportSource,
    sidecar: Sidecar,
    files: Sequence[Path] = (),
) -> dict[str, Responses]:
    """Read the rows of the rosters in the export of a survey platform.

    Parameters
    ----------
    path : Path
        The export of which ``answers`` were read, which may hold the rows as well.
    answers : Responses
        What the respondents answered; a row without its respondent is rejected.
    source : str
        The platform.
    sidecar : Sidecar
        Written beside the form.
    files : sequence of Path
        Files that the platform writes for rosters beside the export, as ODK does; by default the
        sheets of a workbook that are named as they are.

    Returns
    -------
    dict of str to Responses
        The rows of each roster that was found.

    Raises
    ------
    ResponsesError
        If a file cannot be read, or is of no roster of the form.
    PlatformError
        If the export would lose answers.
    """
    tables = dict(_roster_tables(path, source, sidecar, files))
    return {
        roster.roster: _bound_rows(tables[roster.roster], roster, answers, source, sidecar)
        for roster in sidecar.rosters
        if roster.roster in tables
    }


def _roster_tables(
    path: Path, source: ExportSource, sidecar: Sidecar, files: Sequence[Path]
) -> Iterator[tuple[str, RawTable]]:
    """Read the table in which the rows of each roster stand."""
    if source not in ROSTERS_APART:
        whole = _read(path, source, sidecar, None)
        yield from ((roster.roster, whole) for roster in sidecar.rosters)
        return
    names = tuple(entry.name for roster in sidecar.rosters for entry in roster.columns)
    if not files and format_of(path) == "xlsx":
        for roster in sidecar.rosters:
            with suppress(ResponsesError):  # nobody may have added a row
                yield roster.roster, read_cells(path, source="xlsx", sheet=roster.name)
        return
    for file in files:
        raw = read_cells(file, expected=names)
        last = {re.split(r"[-/]", name.strip())[-1] for name in raw.header}
        shared = {r.roster: len(last & {e.name for e in r.columns}) for r in sidecar.rosters}
        likeliest = max(shared, key=lambda roster: shared[roster], default="")
        if not likeliest or not shared[likeliest]:
            raise ResponsesError(f"{file.name}: no column is a question of a roster of this form")
        yield likeliest, raw


def _bound_rows(
    raw: RawTable,
    roster: SidecarRoster,
    answers: Responses,
    source: ExportSource,
    sidecar: Sidecar,
) -> Responses:
    instrument = answers.instrument.roster(roster.roster)
    key = instrument.columns[0]
    (form,) = (one for one in answers.instrument.rosters if one.id == roster.roster)
    rows = [row for row in raw.rows if len(row.cells) == len(raw.header)]
    table = CellTable(raw.header, tuple(r.cells for r in rows), tuple(r.line for r in rows))
    name = next((entry.name for entry in sidecar.columns if entry.column == key), key)
    found = _wanted(roster_rows_of(source)(table, roster, name), roster, form, answers)
    of_rows = replace(
        sidecar, columns=roster.columns, internal=roster.internal, form=roster.name, rosters=()
    )
    read = reader_of(source)(found.table, of_rows, instrument)
    keys = dict(
        zip(found.table.lines, zip(found.respondents, found.numbers, strict=True), strict=True)
    )
    canonical = replace(
        raw,
        reading=f"{source} export, {raw.reading}",
        header=(*instrument.columns[:2], *read.header),
        rows=CodedRows.of(
            RawRow(line, (*keys[line], *cells))
            for line, cells in zip(read.lines, read.rows, strict=True)
        ),
        labels=(),
        missing=(),
    )
    return bind_rows(canonical, roster.roster, answers.instrument, answers)


def _wanted(
    rows: RosterRows, roster: SidecarRoster, form: Roster, answers: Responses
) -> RosterRows:
    """Return the rows without those that nobody asked for and that hold no answer of anybody."""
    allowed = numbers_of_rows(form, answers)
    known = _unanswered(roster, form)
    untouched = [
        None if name in roster.internal else known.get(name, frozenset({""}))
        for name in rows.table.header
    ]

    def stays(respondent: str, number: str, cells: tuple[str, ...]) -> bool:
        filled = any(
            blank is not None and cell.strip() not in blank
            for cell, blank in zip(cells, untouched, strict=True)
        )
        return filled or not number.isdigit() or int(number) <= allowed.get(respondent, np.inf)

    kept = [
        place
        for place, row in enumerate(
            zip(rows.respondents, rows.numbers, rows.table.rows, strict=True)
        )
        if stays(*row)
    ]

    def of(values: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(values[place] for place in kept)

    table = replace(rows.table, rows=of(rows.table.rows), lines=of(rows.table.lines))
    return RosterRows(of(rows.respondents), of(rows.numbers), table)


def _unanswered(roster: SidecarRoster, form: Roster) -> dict[str, frozenset[str]]:
    """Return what columns hold that no one has answered: nothing, or what the question had."""
    given = {
        item.id: item.prefill.value
        for item in form.items
        if item.prefill is not None and item.prefill.value is not None
    }
    return {
        entry.name: frozenset(
            {
                "",
                given[entry.item],
                *(written for written, code in entry.codes if code == given[entry.item]),
            }
        )
        for entry in roster.columns
        if entry.item in given
    }


T = TypeVar("T")


def _check(sidecar: Sidecar, instrument: Instrument) -> None:
    if sidecar.instrument != instrument.id:
        raise SidecarError(
            f"the sidecar belongs to the questionnaire '{sidecar.instrument}', "
            f"not to '{instrument.id}'"
        )
    if sidecar.sha256 != instrument.sha256:
        raise SidecarError(
            f"the sidecar belongs to version {sidecar.version} of '{instrument.id}' with a wording "
            f"that differs from this file (version {instrument.version}); "
            "use the file that was fielded"
        )
    stated = {entry.column for entry in sidecar.columns}
    for item in instrument.questions:  # a question as a whole may be absent from a form
        if 0 < len(stated & set(item.columns)) < len(item.columns):
            lacking = next(column for column in item.columns if column not in stated)
            raise SidecarError(f"a damaged sidecar: it lacks {lacking}; export the form again")
    for roster in {one.id for one in instrument.rosters} - {one.roster for one in sidecar.rosters}:
        raise SidecarError(
            f"a damaged sidecar: it lacks the roster {roster}; export the form again"
        )
