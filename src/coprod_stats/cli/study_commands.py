"""Whole studies: the demonstration, carrying out a plan, synthetic answers."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coprod_stats.cli.file_roles import (
    TABLE,
    InputFile,
    InputName,
    OutputFile,
    OutputFolder,
    command,
)
from coprod_stats.cli.options import json_option, module_option, seed_option, sheet_option
from coprod_stats.cli.output import print_table, progress_bar, say, say_where, warn, write_json
from coprod_stats.counts import counted
from coprod_stats.files.writing import committed_together

if TYPE_CHECKING:
    from coprod_stats.study.result import AnalysisResult

plan_argument = click.argument(
    "plan", type=InputName("analyses"), help="Shipped id or path of a plan."
)
DEMO_PLANS = ("driver_impact", "carers")
STANDARDISED = {
    "id": "id",
    "term": "relation",
    "expected_sign": "sign",
    "std_all": "beta",
    "std_all_se": "SE",
    "p_adjusted": "p adj.",
    "verdict": "finding",
}
UNSTANDARDISED = {
    "id": "id",
    "term": "relation",
    "estimate": "estimate",
    "p_value": "p",
    "p_adjusted": "p adj.",
    "verdict": "finding",
}


@command(epilog="Example: coprod demo --out demonstration")
@click.option(
    "--out",
    "-o",
    type=OutputFolder(),
    default=Path("coprod_demo"),
    help="Folder for the report.",
)
def demo(out: Path) -> None:
    """Run complete studies on the shipped sample data and write their reports."""
    for plan in DEMO_PLANS:
        _run_study(plan, data=None, sheet=None, out=out / plan, json=None, workers=1)


@command(epilog="Example: coprod run carers --out carers_report")
@plan_argument
@click.option("--data", type=InputFile("sample_data"), help="Answers instead of the plan's.")
@sheet_option
@click.option(
    "--out", "-o", type=OutputFolder(), default=Path("output"), help="Folder for the report."
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    help="Processes that share the work.",
)
@json_option
def run(
    plan: str, data: Path | None, sheet: str | None, out: Path, workers: int, json: str | None
) -> None:
    """Carry out a study plan: all steps, and the report in the formats that the plan names."""
    if sheet is not None and data is None:
        raise click.UsageError("--sheet goes with --data; a plan names its own under 'data'")
    if not _run_study(plan, data=data, sheet=sheet, out=out, json=json, workers=workers):
        warn("A confirmatory test of the plan could not be estimated.")
        sys.exit(1)


def _run_study(
    plan: str,
    *,
    data: Path | None,
    sheet: str | None,
    out: Path,
    json: str | None,
    workers: int,
) -> bool:
    """Carry out, report and print a study; return whether its confirmatory tests were possible."""
    from coprod_stats.report.study import run_study
    from coprod_stats.study.study_json import study_document

    with progress_bar(plan) as progress:
        study = run_study(plan, data=data, sheet=sheet, progress=progress, workers=workers)
        with committed_together():
            written = study.report(out)
            if json is not None:
                write_json(study_document(study, written), json)
    if json is not None:
        _say_reports(written, json)
        return study.confirmed
    say(study.title)
    if study.plan.form.data.synthetic:
        say("SYNTHETIC DATA: no respondent gave these answers.")
    for line in study.lead:
        say(line)
    for entry in study.analyses:
        several = len(study.analyses) > 1
        _print_findings(entry, f"{entry.form.id}: {study.title_of(entry)}" if several else "")
    say(study.headline_note())
    for warning in study.warnings:
        say(f"{warning.code}: {warning.message}")
    _say_reports(written, json)
    say()
    return study.confirmed


def _say_reports(written: Sequence[Path], json: str | None) -> None:
    for path in written:
        say_where(f"report: {path}", json)


def _print_findings(entry: AnalysisResult, title: str) -> None:
    """Print the findings of an analysis, as standardised effects where there are any."""
    from coprod_stats.analyses.findings import findings_table

    table = findings_table(entry.shown)
    columns = STANDARDISED if table["std_all"].notna().any() else UNSTANDARDISED
    print_table(table, columns, digits=3, title=title)
    for reason in dict.fromkeys(finding.reason for finding in entry.shown if finding.reason):
        say(f"Not estimated: {reason}.")


def _beside_sample(out: Path) -> Iterator[Path]:
    from coprod_stats.study.synthetic_sample import truth_path

    yield truth_path(out)


@command(epilog="Example: coprod simulate driver_impact --n 500 --seed 7 --out synthetic.csv")
@click.argument(
    "plan", type=InputName("analyses", answers=False), help="Shipped id or path of a plan."
)
@click.option(
    "--out",
    "-o",
    type=OutputFile(companions=_beside_sample, suffixes=TABLE),
    required=True,
    help="CSV to write.",
)
@click.option("--n", type=click.IntRange(min=1), help="Respondents.")
@seed_option
@click.option("--form", help="Form; the plan's by default.")
@module_option
@click.option(
    "--population",
    type=InputFile("sample_data"),
    help="Another population than the plan's: a file, or a shipped one.",
)
@click.option("--clean", is_flag=True, help="Without careless respondents and missing answers.")
def simulate(
    plan: str,
    out: Path,
    n: int | None,
    seed: int | None,
    form: str | None,
    module: tuple[str, ...],
    population: Path | None,
    clean: bool,
) -> None:
    """Draw synthetic answers from a plan's population, in the questionnaire's own codes.

    Who consents and who is screened out follows from the weights of these questions in the
    population ('answers', 'groups'); without weights every answer is equally likely.

    The true parameters are written beside the answers: for answers.csv as
    answers.truth.json.
    """
    from coprod_stats.responses.rosters import roster_path
    from coprod_stats.study.synthetic_sample import draw_sample, write_sample

    sample = draw_sample(
        plan, population=population, n_rows=n, seed=seed, form=form, modules=module, clean=clean
    )
    truth = write_sample(sample, out)
    say(f"{counted(len(sample.answers), 'synthetic respondent')}: {out}")
    for roster, rows in sample.rosters.items():
        say(f"{counted(len(rows), 'row')} of {roster}: {roster_path(out, roster)}")
    say(f"true parameters: {truth}")
