"""Answers: import them into the canonical table, assess their quality, score them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, cast, get_args

import click

from coprod_stats.cli.file_roles import InputFile, OutputFile, command
from coprod_stats.cli.options import (
    bound_answers,
    data_argument,
    form_option,
    instrument_in_form,
    instrument_option,
    json_option,
    module_option,
    out_option,
    refuse_given,
    report_rejected,
    sheet_option,
)
from coprod_stats.cli.output import print_table, records, say, write_json
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
    type=OutputFile(companions=lambda out: [_rejected_path(out)]),
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


def _report_import(found: Responses, out: Path, rosters: Mapping[Path, Responses]) -> None:
    """Report what was kept and rejected of the answers and of rosters, and where it is."""
    from coprod_stats.responses.rosters import roster_path

    say(f"{found.provenance.file}: {found.provenance.reading}")
    say(
        f"rows read {found.provenance.rows_read:,}, kept {found.n_respondents:,}, "
        f"rejected {found.n_rejected_rows:,}"
    )
    say(_rejected_parts(found))
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
    return found, rows


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
    counts = {id: _counts_of_table(table) for id, table in rows.items()}
    return {"rosters": counts} if counts else {}


@command(epilog="Example: coprod quality answers.csv --instrument citizen")
@data_argument
@instrument_option
@out_option
@form_option
@sheet_option
@json_option
def quality(
    data: Path,
    instrument: str,
    out: Path | None,
    form: str | None,
    sheet: str | None,
    json: str | None,
) -> None:
    """Flag careless responding, with reasons, and count missing answers by kind."""
    from coprod_stats.quality import flag_careless
    from coprod_stats.responses.reading import write_by_respondent

    responses = bound_answers(data, instrument, form, sheet=sheet)
    report_rejected(responses)
    flags = flag_careless(responses)
    with committed_together():
        if out is not None:
            write_by_respondent(flags.augment(), out)
        if json is not None:
            summary = records(flags.glance())[0]
            write_json({"rules": records(flags.tidy()), "summary": summary}, json)
    if json is not None:
        return
    say(str(flags).splitlines()[0])
    print_table(
        flags.tidy(),
        {
            "rule": "rule",
            "n_computed": "computed",
            "n_hits": "hits",
            "reason": "reason if not computed",
        },
    )
    if out is not None:
        say(f"flags and reasons: {out}")


@command(epilog="Example: coprod score answers.csv --instrument citizen --out scores.csv")
@data_argument
@instrument_option
@out_option
@form_option
@sheet_option
@json_option
def score(
    data: Path,
    instrument: str,
    out: Path | None,
    form: str | None,
    sheet: str | None,
    json: str | None,
) -> None:
    """Score scales and indices by the questionnaire's own rules."""
    from coprod_stats.responses.reading import write_by_respondent
    from coprod_stats.scoring import score as score_scales

    responses = bound_answers(data, instrument, form, sheet=sheet)
    report_rejected(responses)
    scores = score_scales(responses)
    with committed_together():
        if out is not None:
            write_by_respondent(scores.augment(), out)
        if json is not None:
            write_json(records(scores.tidy()), json)
    if json is not None:
        return
    if not scores.scales:
        say(str(scores))
    else:
        print_table(
            scores.tidy(),
            {
                "term": "scale",
                "title": "title",
                "rule": "rule",
                "n_scored": "n",
                "mean": "mean",
                "sd": "SD",
                "floor": "floor",
                "ceiling": "ceiling",
            },
        )
    if out is not None:
        say(f"scores: {out}")


@command(epilog="Example: coprod reliability answers.csv --instrument citizen")
@data_argument
@instrument_option
@form_option
@module_option
@sheet_option
@json_option
def reliability(
    data: Path,
    instrument: str,
    form: str | None,
    module: tuple[str, ...],
    sheet: str | None,
    json: str | None,
) -> None:
    """Estimate the reliability of every scale: alpha, omega, Spearman-Brown.

    Published scales of a module are compared with the published values.
    """
    from coprod_stats.measurement import reliability as estimate
    from coprod_stats.measurement.published_values import compare_published

    responses = bound_answers(data, instrument, form, module, sheet=sheet)
    report_rejected(responses)
    found = estimate(responses)
    if json is not None:
        write_json(records(found.by_scale()), json)
        return
    say(str(found))
    if compared := str(compare_published(responses, found)):
        say(compared)
