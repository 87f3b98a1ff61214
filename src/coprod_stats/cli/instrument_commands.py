"""``coprod instrument``: what questionnaires there are, how one reads, what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from coprod_stats.cli.options import FormOption, JsonOption, ModuleOption
from coprod_stats.cli.output import say, warn, write_json

app = typer.Typer(
    help="Questionnaires: list, read and check them.", no_args_is_help=True, rich_markup_mode=None
)
NameArgument = Annotated[str, typer.Argument(help="Shipped id or path of a questionnaire.")]


@app.command("list", epilog="Example: coprod instrument list")
def list_instruments(json: JsonOption = None) -> None:
    """List the shipped questionnaires."""
    from coprod_stats.instruments.catalogue import catalogue

    entries = catalogue()
    if json is not None:
        write_json(
            [
                {
                    "id": entry.id,
                    "version": entry.version,
                    "title": str(entry.title),
                    "status": entry.status,
                    "languages": list(entry.languages),
                    "questions": {
                        form.id: len(entry.for_form(form.id).questions) for form in entry.forms
                    },
                }
                for entry in entries
            ],
            json,
        )
        return
    for entry in entries:
        forms = ", ".join(
            f"{form.id} ({len(entry.for_form(form.id).questions)} questions)"
            for form in entry.forms
        )
        say(f"{entry.id:<12} {entry.version:<8} {entry.status:<10} {entry.title}")
        say(f"{'':<12} {forms}; {', '.join(entry.languages)}")


@app.command(epilog="Example: coprod instrument show citizen --form core")
def show(name: NameArgument, form: FormOption = None, module: ModuleOption = None) -> None:
    """Print a questionnaire as a readable preview, with its length and what it can test."""
    from coprod_stats.cli.options import instrument_in_form
    from coprod_stats.instruments.preview import preview
    from coprod_stats.plans.reading import read_hypotheses

    headline = [hypothesis for hypothesis in read_hypotheses() if hypothesis.headline]
    say(preview(instrument_in_form(name, form, module), relations=headline))


@app.command(epilog="Example: coprod instrument check my_survey.yaml")
def check(
    names: Annotated[list[str], typer.Argument(help="Shipped ids or paths.")],
    module: ModuleOption = None,
    json: JsonOption = None,
) -> None:
    """Show all faults of questionnaires at once: where, what was found, what to do."""
    from dataclasses import asdict

    from coprod_stats.instruments.reading import check_instrument

    faults = {name: check_instrument(name, modules=module or ()) for name in names}
    if json is not None:
        write_json(
            {name: [asdict(fault) for fault in found] for name, found in faults.items()}, json
        )
    for name, found in faults.items():
        for fault in found:
            warn(str(fault))
        if not found and json is None:
            say(f"{Path(name).name}: no faults")
    if any(faults.values()):
        raise typer.Exit(1)


@app.command(epilog="Example: coprod instrument coverage")
def coverage(
    names: Annotated[
        list[str] | None, typer.Argument(help="Questionnaires that share constructs.")
    ] = None,
    json: JsonOption = None,
) -> None:
    """Say of each construct of the article where it is asked, computed or analysed."""
    from collections import Counter

    from coprod_stats.instruments.construct_coverage import construct_coverage
    from coprod_stats.instruments.reading import read_instrument
    from coprod_stats.instruments.shipped import list_modules

    instruments = [
        read_instrument(name, modules=list_modules()) for name in names or ("citizen", "provider")
    ]
    found = construct_coverage(instruments, plans=_readable_plans())
    if json is not None:
        write_json(
            [
                {
                    "code": entry.construct.code,
                    "status": entry.status,
                    "items": list(entry.items),
                    "computed": list(entry.computed),
                    "columns": list(entry.columns),
                    "steps": list(entry.steps),
                    "lacking": list(entry.lacking),
                    "planned": entry.construct.planned,
                }
                for entry in found
            ],
            json,
        )
    else:
        for entry in found:
            say(f"{entry.construct.code:<8} {entry.status:<8} {entry.summary}")
        counts = Counter(entry.status for entry in found)
        say(", ".join(f"{count} {status}" for status, count in counts.items()))
    if any(entry.status in ("partly", "missing") for entry in found):
        raise typer.Exit(1)


@app.command(epilog="Example: coprod instrument diff wave1.yaml citizen --form core")
def diff(
    older: Annotated[str, typer.Argument(help="Older version: shipped id or path.")],
    newer: Annotated[str, typer.Argument(help="Newer version.")],
    form: Annotated[str | None, typer.Option(help="Compare one form of both.")] = None,
    json: JsonOption = None,
) -> None:
    """Name each change between two versions and what it does to comparability."""
    from dataclasses import asdict

    from coprod_stats.instruments.comparison import compare
    from coprod_stats.instruments.reading import read_instrument

    versions = [read_instrument(name) for name in (older, newer)]
    if form is not None:
        versions = [version.for_form(form) for version in versions]
    changes = compare(*versions)
    if json is not None:
        write_json([{**asdict(change), "effect": change.effect} for change in changes], json)
        return
    for change in changes:
        say(str(change))
    counts = {effect: sum(change.effect == effect for change in changes)
              for effect in ("breaks", "threatens", "harmless")}  # fmt: skip
    said = ", ".join(f"{count} {effect}" for effect, count in counts.items() if count)
    say(f"{len(changes)} changes{': ' if said else ''}{said}")


@app.command("lint", epilog="Example: coprod instrument lint citizen --form core")
def lint_questionnaire(
    name: NameArgument,
    form: Annotated[str | None, typer.Option(help="One form; all questions by default.")] = None,
    module: ModuleOption = None,
    json: JsonOption = None,
) -> None:
    """Show what survey methodology warns of: rule, place, what was found, and where it is said."""
    from dataclasses import asdict

    from coprod_stats.instruments.linting import lint
    from coprod_stats.instruments.reading import read_instrument

    instrument = read_instrument(name, modules=module or ())
    found = lint(instrument if form is None else instrument.for_form(form))
    if json is not None:
        write_json([{**asdict(entry), "source": entry.source} for entry in found], json)
        return
    for entry in found:
        say(str(entry))
    for code, source in {entry.code: entry.source for entry in found}.items():
        say(f"  {code}: {source}")
    exempted = sum(bool(entry.exempted) for entry in found)
    say(f"{len(found) - exempted} findings, {exempted} exempted with a reason")


def _readable_plans() -> list[str]:
    from coprod_stats.instruments.shipped import list_shipped
    from coprod_stats.plans.reading import PlanError, read_plan

    readable = []
    for path in list_shipped("analyses"):
        try:
            readable.append(read_plan(path).form.plan)
        except PlanError:  # the file of hypotheses lies beside the plans
            continue
    return readable
