"""``coprod responses import``: answers and rows of rosters into canonical tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, cast, get_args

import click

from coprod_stats.cli.file_roles import TABLE, InputFile, OutputFile, command
from coprod_stats.cli.options import (
    bound_answers,
    form_option,
    instrument_in_form,
    instrument_option,
    json_option,
    module_option,
    refuse_given,
    sheet_option,
)
from coprod_stats.cli.output import say, say_where, write_json
from coprod_stats.files.writing import committed_together
from coprod_stats.literals import AnswersFormat, ExportSource, FileFormat

if TYPE_CHECKING:
    from coprod_stats.responses.table import Responses

SHOWN_COLUMNS = 8


def _rejected_path(out: Path) -> Path:
    """Return the file beside the answers for what did not fit."""
    return out.with_name(f"{out.name}.rejected.csv")


SOURCES = (*get_args(FileFormat), *get_args(ExportSource))


@command(
    epilog="Example: coprod responses import export.xlsx --from xlsx --instrument citizen "
    "--out answers.csv",
)
@click.argument("file", type=InputFile("sample_data"), help="Answers: CSV, XLSX, SPSS or Parquet.")
@instrument_option
@click.option(
    "--out",
    "-o",
    type=OutputFile(companions=lambda out: [_rejected_path(out)], suffixes=TABLE),
    required=True,
    help="Canonical CSV, or .xlsx or .parquet, to write.",
)
@click.option(
    "--from",
    "source",
    type=click.Choice(SOURCES),
    metavar="SOURCE",
    help=f"One of {', '.join(SOURCES)}; by default from the file's suffix.",
)
@click.option("--sidecar", type=InputFile(), help="sidecar.json of the form that was fielded.")
@click.option(
    "--roster",
    "rosters",
    type=InputFile(),
    multiple=True,
    help="File of a roster's rows, as ODK writes beside the submissions; may be repeated.",
)
@sheet_option
@click.option(
    "--for-spreadsheet",
    is_flag=True,
    help="Protect spreadsheets from texts that look like formulas.",
)
@form_option
@module_option
@json_option
def import_answers(
    file: Path,
    instrument: str,
    out: Path,
    source: AnswersFormat | None,
    sidecar: Path | None,
    rosters: tuple[Path, ...],
    sheet: str | None,
    for_spreadsheet: bool,
    form: str | None,
    module: tuple[str, ...],
    json: str | None,
) -> None:
    """Bind a file of answers to its questionnaire; what does not fit goes to OUT.rejected.csv.

    The rows of a roster go to OUT.ROSTER.csv.
    """
    from coprod_stats.responses.reading import write_canonical, write_rejected
    from coprod_stats.responses.rosters import read_rosters, roster_path, with_summaries

    if source in get_args(ExportSource):
        platform = cast(ExportSource, source)
        found, rows = _exported(
            file,
            instrument,
            form,
            module,
            source=platform,
            sidecar=sidecar,
            rosters=rosters,
            sheet=sheet,
        )
    else:
        refuse_given({"sidecar"}, "only with --from a platform")
        plain = cast("FileFormat | None", source)
        found = bound_answers(file, instrument, form, module, source=plain, sheet=sheet)
        rows = read_rosters(rosters, found.instrument, found)
        found = with_summaries(found, rows)
    beside = {roster_path(out, id): table for id, table in rows.items()}
    with committed_together():
        for path, table in {out: found, **beside}.items():
            write_canonical(table.answers, path, for_spreadsheet=for_spreadsheet)
            write_rejected(table.rejected, _rejected_path(path))
        if json is not None:
            write_json(_counts(found) | _counts_of_rosters(rows), json)
    if json is None:
        _report_import(found, out, beside)
        return
    for path in (out, *beside):
        say_where(f"answers: {path}", json)
        say_where(f"rejected, with reasons: {_rejected_path(path)}", json)


def _report_import(found: Responses, out: Path, rosters: Mapping[Path, Responses]) -> None:
    """Report what was kept and rejected of the answers and of rosters, and where it is."""
    from coprod_stats.responses.rosters import roster_path

    say(f"{found.provenance.file}: {found.provenance.reading}")
    say(
        f"rows read {found.provenance.rows_read:,}, kept {found.n_respondents:,}, "
        f"rejected {found.n_rejected_rows:,}"
    )
    say(_rejected_parts(found))
    if absent := found.absent_questions:
        of = f"{len(absent):,} of {len(found.instrument.questions):,}"
        say(f"questions without a column in the file {of}: {_listed([*absent])}")
    for note in found.provenance.notes:
        say(f"note: {note}")
    say(f"answers: {out}")
    say(f"rejected, with reasons: {_rejected_path(out)}")
    for path, table in rosters.items():
        say(
            f"{table.instrument.title}: {path}; rows kept {table.n_respondents:,}, "
            f"rejected {table.n_rejected_rows:,}; {_rejected_parts(table)}"
        )
    for roster in found.instrument.rosters:
        path = roster_path(out, roster.id)
        if path not in rosters:
            stale = f"; {path} is of an earlier import" if path.exists() else ""
            say(f"note: no rows of '{roster.id}' were given (--roster FILE){stale}")


def _exported(
    file: Path,
    instrument: str,
    form: str | None,
    modules: tuple[str, ...],
    *,
    source: ExportSource,
    sidecar: Path | None,
    rosters: tuple[Path, ...],
    sheet: str | None,
) -> tuple[Responses, dict[str, Responses]]:
    """Read a platform's export with its rosters; form and modules are the sidecar's."""
    from coprod_stats.platforms import read_sidecar
    from coprod_stats.responses.platform_reading import read_platform_export
    from coprod_stats.responses.platform_rosters import read_platform_rosters
    from coprod_stats.responses.rosters import with_summaries, without_unasked

    if sidecar is None:
        raise click.BadParameter(
            f"an export of '{source}' is read with the sidecar of its form", param_hint="--sidecar"
        )
    known = read_sidecar(sidecar)
    questionnaire = instrument_in_form(
        instrument, form or known.form, modules or list(known.modules)
    )
    found = read_platform_export(file, questionnaire, source=source, sidecar=known, sheet=sheet)
    rows = read_platform_rosters(
        file, found, source=source, sidecar=known, files=rosters, sheet=sheet
    )
    return without_unasked(with_summaries(found, rows)), rows


def _rejected_parts(found: Responses) -> str:
    """Describe what was rejected in rows that stay."""
    counts = _counts_of_table(found)
    columns = _listed(counts["columns_rejected"])
    return f"values rejected {counts['values_rejected']:,}; columns rejected: {columns}"


class _TableCounts(TypedDict):
    rows_kept: int
    rows_rejected: int
    values_rejected: int
    columns_rejected: list[str]
    columns_absent: list[str]


def _counts_of_table(found: Responses) -> _TableCounts:
    return {
        "rows_kept": found.n_respondents,
        "rows_rejected": found.n_rejected_rows,
        "values_rejected": sum(entry.scope == "value" for entry in found.rejected),
        "columns_rejected": sorted({e.column for e in found.rejected if e.scope == "column"}),
        "columns_absent": list(found.provenance.absent),
    }


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:SHOWN_COLUMNS]) or "none"
    more = len(names) - SHOWN_COLUMNS
    return f"{shown} and {more:,} more" if more > 0 else shown


def _counts(found: Responses) -> dict[str, object]:
    return {
        "file": found.provenance.file,
        "sha256": found.provenance.sha256,
        "reading": found.provenance.reading,
        "rows_read": found.provenance.rows_read,
        **_counts_of_table(found),
        "notes": list(found.provenance.notes),
    }


def _counts_of_rosters(rows: Mapping[str, Responses]) -> dict[str, object]:
    counts = {
        id: {"rows_read": table.provenance.rows_read, **_counts_of_table(table)}
        for id, table in rows.items()
    }
    return {"rosters": counts} if counts else {}
