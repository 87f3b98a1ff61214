"""The rows of rosters in the export of a survey platform, bound to their questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from coprod_stats.instruments.model import Roster
from coprod_stats.literals import ExportSource
from coprod_stats.platforms.cell_table import RosterRows
from coprod_stats.platforms.form_export import Sidecar, SidecarRoster
from coprod_stats.platforms.registry import ROSTERS_APART, reader_of, roster_rows_of
from coprod_stats.responses.coded_rows import CodedRows
from coprod_stats.responses.platform_reading import even_rows, read_export_cells
from coprod_stats.responses.raw_table import RawRow, RawTable, ResponsesError, SheetError
from coprod_stats.responses.rosters import bind_rows, numbers_of_rows
from coprod_stats.responses.table import Responses
from coprod_stats.responses.table_files import format_of, read_cells

_Cells = TypeVar("_Cells")


def read_platform_rosters(
    path: Path,
    answers: Responses,
    *,
    source: ExportSource,
    sidecar: Sidecar,
    files: Sequence[Path] = (),
    sheet: str | None = None,
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
    sheet : str, optional
        Sheet of a workbook that holds the answers with the rows; the first by default.

    Returns
    -------
    dict of str to Responses
        The rows of each roster that was found.

    Raises
    ------
    ResponsesError
        If a file cannot be read, or is of no roster of the form; if two files are of one roster, or
        the platform has all rows in the export.
    PlatformError
        If the export would lose answers.
    """
    if source in ROSTERS_APART:
        tables = _tables_apart(path, sidecar, files)
    elif files:
        raise ResponsesError(f"{files[0].name}: {source} has the rows of rosters in its one export")
    else:
        whole = read_export_cells(path, source, sidecar, sheet=sheet)
        tables = {roster.roster: whole for roster in sidecar.rosters}
    return {
        roster.roster: _bound_rows(tables[roster.roster], roster, answers, source, sidecar)
        for roster in sidecar.rosters
        if roster.roster in tables
    }


def _tables_apart(path: Path, sidecar: Sidecar, files: Sequence[Path]) -> dict[str, RawTable]:
    """Read the tables of rosters that stand beside the export, or on sheets of it."""
    found: dict[str, RawTable] = {}
    if not files and format_of(path) == "xlsx":
        for roster in sidecar.rosters:
            with suppress(SheetError):  # nobody may have added a row
                found[roster.roster] = read_cells(path, source="xlsx", sheet=roster.name)
    for file in files:
        raw = read_cells(file, expected=[e.name for one in sidecar.rosters for e in one.columns])
        likeliest = _likeliest_roster(raw, sidecar)
        if likeliest in found:
            raise ResponsesError(
                f"{file.name}: the roster {likeliest} has two files, {found[likeliest].file} too"
            )
        found[likeliest] = raw
    return found


def _likeliest_roster(raw: RawTable, sidecar: Sidecar) -> str:
    """Return the roster with the most columns of a file."""
    last = {re.split(r"[-/]", name.strip())[-1] for name in raw.header}
    shared = {one.roster: len(last & {e.name for e in one.columns}) for one in sidecar.rosters}
    likeliest = max(shared, key=lambda roster: shared[roster], default="")
    if not likeliest or not shared[likeliest]:
        raise ResponsesError(f"{raw.file}: no column is a question of a roster of this form")
    return likeliest


def _bound_rows(
    raw: RawTable,
    roster: SidecarRoster,
    answers: Responses,
    source: ExportSource,
    sidecar: Sidecar,
) -> Responses:
    instrument = answers.instrument.roster(roster.roster)
    (form,) = (one for one in answers.instrument.rosters if one.id == roster.roster)
    key = instrument.columns[0]
    table, uneven = even_rows(raw)
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
    bound = bind_rows(canonical, form, answers)
    if source not in ROSTERS_APART:  # they are rejected as rows of the export
        return bound
    rejected = sorted((*uneven, *bound.rejected), key=lambda entry: (entry.line, entry.column))
    rows_read = bound.provenance.rows_read + len(uneven)
    provenance = replace(bound.provenance, rows_read=rows_read)
    return replace(bound, provenance=provenance, rejected=tuple(rejected))


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
        return filled or not number.isdecimal() or int(number) <= allowed.get(respondent, np.inf)

    kept = [
        place
        for place, row in enumerate(
            zip(rows.respondents, rows.numbers, rows.table.rows, strict=True)
        )
        if stays(*row)
    ]

    def of(values: tuple[_Cells, ...]) -> tuple[_Cells, ...]:
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
