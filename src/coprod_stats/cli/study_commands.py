"""Whole studies: the demonstration, a plan carried out, synthetic answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coprod_stats.cli.options import JsonOption, ModuleOption, SeedOption
from coprod_stats.cli.output import print_table, progress_bar, say, warn, write_json

if TYPE_CHECKING:
    from coprod_stats.study.result import AnalysisResult

PlanArgument = Annotated[str, typer.Argument(help="Shipped id or path of a plan.")]
FolderOption = Annotated[Path, typer.Option("--out", "-o", help="Folder for the report.")]
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


def demo(out: FolderOption = Path("coprod_demo")) -> None:
    """Run the whole way on the shipped sample data and write the reports."""
    for plan in DEMO_PLANS:
        _run_study(plan, data=None, out=out / plan, json=None, workers=1)


def run(
    plan: PlanArgument,
    data: Annotated[Path | None, typer.Option(help="Answers instead of the plan's.")] = None,
    out: FolderOption = Path("output"),
    workers: Annotated[int, typer.Option(min=1, help="Processes that share the work.")] = 1,
    json: JsonOption = None,
) -> None:
    """Carry out a study plan: all steps, and the report in the formats that the plan names."""
    if not _run_study(plan, data=data, out=out, json=json, workers=workers):
        warn("A confirmatory test of the plan could not be estimated.")
        raise typer.Exit(1)


def _run_study(plan: str, *, data: Path | None, out: Path, json: str | None, workers: int) -> bool:
    """Carry out, report and print a study; returns whether its confirmatory tests were possible."""
    from coprod_stats.report.study import run_study
    from coprod_stats.study.study_json import study_document

    with progress_bar(plan) as progress:
        study = run_study(plan, data=data, progress=progress, workers=workers)
        written = study.report(out)
    if json is not None:
        write_json(study_document(study, written), json)
        return study.confirmed
    say(study.title)
    if study.plan.form.data.synthetic:
        say("SYNTHETIC DATA: nobody gave these answers.")
    for entry in study.analyses:
        several = len(study.analyses) > 1
        _print_findings(entry, f"{entry.form.id}: {study.title_of(entry)}" if several else "")
    say(study.headline_note())
    for warning in study.warnings:
        say(f"{warning.code}: {warning.message}")
    for path in written:
        say(f"report: {path}")
    say()
    return study.confirmed


def _print_findings(entry: AnalysisResult, title: str) -> None:
    """Print what an analysis found: standardised effects where it has them."""
    from coprod_stats.analyses.findings import findings_table

    table = findings_table(entry.shown)
    columns = STANDARDISED if table["std_all"].notna().any() else UNSTANDARDISED
    print_table(table, columns, digits=3, title=title)
    for reason in dict.fromkeys(finding.reason for finding in entry.shown if finding.reason):
        say(f"Not estimated: {reason}.")


def simulate(
    plan: PlanArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="CSV to write.")],
    n: Annotated[int | None, typer.Option("--n", min=1, help="Respondents.")] = None,
    seed: SeedOption = None,
    form: Annotated[str | None, typer.Option(help="Form; the plan's by default.")] = None,
    module: ModuleOption = None,
    clean: Annotated[bool, typer.Option(help="No careless respondents, no gaps.")] = False,
) -> None:
    """Draw synthetic answers from a plan's population, in the questionnaire's own codes.

    The true parameters are written beside the answers as OUT.truth.json.
    """
    from coprod_stats.study.synthetic_sample import draw_sample, write_sample

    sample = draw_sample(plan, n_rows=n, seed=seed, form=form, modules=module or (), clean=clean)
    truth = write_sample(sample, out)
    say(f"{len(sample.answers):,} synthetic respondents: {out}")
    say(f"what is true of them: {truth}")


def register(main: typer.Typer) -> None:
    """Add the commands that stand at the top level."""
    main.command(epilog="Example: coprod demo --out demonstration")(demo)
    main.command(epilog="Example: coprod run carers --out carers_report")(run)
    main.command(
        epilog="Example: coprod simulate driver_impact --n 500 --seed 7 --out synthetic.csv"
    )(simulate)
