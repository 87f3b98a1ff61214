"""Questionnaires under review: what they cover, how versions differ, what the linter says."""

from __future__ import annotations

from typing import Annotated

import typer

from coprod_stats.cli.options import JsonOption, ModuleOption
from coprod_stats.cli.output import say, write_json

NameArgument = Annotated[str, typer.Argument(help="Shipped id or path of a questionnaire.")]


def register(instrument: typer.Typer) -> None:
    """Add the commands to ``coprod instrument``."""
    instrument.command("coverage", epilog="Example: coprod instrument coverage")(coverage)
    instrument.command(
        "diff", epilog="Example: coprod instrument diff wave1.yaml citizen --form core"
    )(diff)
    instrument.command("lint", epilog="Example: coprod instrument lint citizen --form core")(
        lint_questionnaire
    )


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
