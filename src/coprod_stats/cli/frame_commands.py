"""The functions on a plain table, as commands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from coprod_stats.cli.options import JsonOption
from coprod_stats.cli.output import print_table, records, say, write_json
from coprod_stats.literals import RegressionErrors, RegressionFamily

NOT_CONVERGED = 3
"""Exit status of a fit that did not converge."""


def regress(
    data: Annotated[
        Path, typer.Argument(help="Table: CSV, or a shipped sample by name.", show_default=False)
    ],
    formula: Annotated[str, typer.Option("--formula", "-f", help="outcome ~ predictors.")],
    family: Annotated[RegressionFamily, typer.Option(help="Kind of outcome.")] = "gaussian",
    errors: Annotated[
        RegressionErrors | None,
        typer.Option(help="Standard errors; HC3 or what the family has by default."),
    ] = None,
    cluster: Annotated[str | None, typer.Option(help="Column of clusters.")] = None,
    weights: Annotated[str | None, typer.Option(help="Column of sampling weights.")] = None,
    effects: Annotated[bool, typer.Option("--effects", help="Average marginal effects.")] = False,
    json: JsonOption = None,
) -> None:
    """Regress an outcome on predictors; ends with status 3 if the fit did not converge."""
    from coprod_stats.instruments.shipped import find_shipped
    from coprod_stats.responses.plain_table import read_plain_table
    from coprod_stats.structure import regress as fit

    table = read_plain_table(find_shipped("sample_data", data))
    found = fit(formula, table, family, errors, cluster=cluster, weights=weights)
    if json is not None:
        summary = {k: v for k, v in records(found.glance())[0].items() if v is not None}
        content = {"glance": summary, "terms": records(found.tidy())}
        write_json(content | ({"effects": records(found.effects())} if effects else {}), json)
    else:
        say(str(found))
        if effects:
            labels = {"term": "effect of", "contrast": "contrast", "category": "category"}
            numbers = {"estimate": "estimate", "std_error": "Std.Err", "p_value": "p"}
            say()
            print_table(found.effects(), labels | numbers, digits=3)
    if not found.converged:
        sys.exit(NOT_CONVERGED)


def register(main: typer.Typer) -> None:
    """Add the commands that stand at the top level."""
    main.command(epilog="Example: coprod regress carers.csv --formula 'NEGC7 ~ DEP + C(EDU)'")(
        regress
    )
