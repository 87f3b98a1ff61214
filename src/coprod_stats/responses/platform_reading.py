"""Exports of survey platforms, read with the sidecar of the form that was fielded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from coprod_stats.counts import counted
from coprod_stats.instruments.model import Instrument
from coprod_stats.literals import ExportSource
from coprod_stats.platforms.cell_table import CellTable
from coprod_stats.platforms.form_export import Sidecar, SidecarError
from coprod_stats.platforms.registry import form_of, parser_of, reader_of
from coprod_stats.responses.binding import bind, rejected_row
from coprod_stats.responses.coded_rows import CodedRows
from coprod_stats.responses.raw_table import RawRow, RawTable, read_bytes
from coprod_stats.responses.table import Rejected, Responses
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
        If the sidecar belongs to a form for another platform, to another questionnaire or to
        another wording of this one.
    """
    _check(sidecar, instrument, source)
    raw = read_export_cells(path, source, sidecar, sheet=sheet)
    table, uneven = even_rows(raw)
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
    provenance = replace(
        responses.provenance,
        rows_read=len(raw.rows) - (len(table.rows) - len(found.rows)),
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


def even_rows(raw: RawTable) -> tuple[CellTable, list[Rejected]]:
    """Return the rows that are as long as the header; the others are rejected."""
    width = len(raw.header)
    kept = [row for row in raw.rows if len(row.cells) == width]
    uneven = [
        rejected_row(
            "ROW-001", row, "", f"the row has {counted(len(row.cells), 'cell')}, the header {width}"
        )
        for row in raw.rows
        if len(row.cells) != width
    ]
    cells, lines = tuple(row.cells for row in kept), tuple(row.line for row in kept)
    return CellTable(raw.header, cells, lines), uneven


def read_export_cells(
    path: Path, source: ExportSource, sidecar: Sidecar, *, sheet: str | None
) -> RawTable:
    """Read an export as it stands in the file; errors as of :func:`read_platform_export`."""
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


def _check(sidecar: Sidecar, instrument: Instrument, source: ExportSource) -> None:
    if sidecar.platform != form_of(source):
        raise SidecarError(
            f"the sidecar belongs to a form for {sidecar.platform}, not to an export of {source}"
        )
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
