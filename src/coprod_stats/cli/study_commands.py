"""Whole studies: the demonstration, a plan carried out, synthetic answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from coprod_stats.cli.options import JsonOption, ModuleOption, SeedOption
from coprod_stats.cli.output import print_table, progress_bar, records, say, write_json

PlanArgument = Annotated[str, typer.Argument(help="Shipped id or path of a plan.")]
FolderOption = Annotated[Path, typer.Option("--out", "-o", help="Folder for the report.")]
DEMO_PLANS = ("driver_impact", "carers")
HEADLINE = {
    "term": "id",
    "path": "path",
    "expected_sign": "sign",
    "beta": "beta",
    "beta_std_error": "SE",
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
    workers: Annotated[int, typer.Option(min=1, help="Processes that share the columns.")] = 1,
    json: JsonOption = None,
) -> None:
    """Carry out a study plan: all steps, and the report in the formats that the plan names."""
    _run_study(plan, data=data, out=out, json=json, workers=workers)


def _run_study(plan: str, *, data: Path | None, out: Path, json: str | None, workers: int) -> None:
    from coprod_stats.report.study import run_study

    with progress_bar(plan) as progress:
        study = run_study(plan, data=data, progress=progress, workers=workers)
        written = study.report(out)
    headline = study.headline()
    if json is not None:
        write_json(
            {
                "plan": study.plan.form.plan,
                "sample": records(study.sample.tidy()),
                "headline": records(headline),
                "columns": {
                    column.column.column: records(column.tidy()) for column in study.columns
                },
                "reports": [str(path) for path in written],
            },
            json,
        )
        return
    say(study.title)
    if study.plan.form.data.synthetic:
        say("SYNTHETIC DATA: nobody gave these answers.")
    print_table(headline, HEADLINE, digits=3)
    say(study.headline_note())
    for path in written:
        say(f"report: {path}")
    say()


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
