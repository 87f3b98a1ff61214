"""Functions on plain tables, as commands."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import get_args

import click

from coprod_stats.cli.file_roles import InputFile, command
from coprod_stats.cli.options import json_option, sheet_option
from coprod_stats.cli.output import print_table, records, say, warn, write_json
from coprod_stats.literals import RegressionErrors, RegressionFamily

NOT_CONVERGED = 3
"""Exit status of a fit that did not converge."""


@command(epilog="Example: coprod regress carers.csv --formula 'NEGC7 ~ DEP + C(EDU)'")
@click.argument(
    "data",
    type=InputFile("sample_data"),
    help="Table: CSV, XLSX, SPSS or Parquet, or a shipped sample.",
)
@click.option("--formula", "-f", required=True, help="outcome ~ predictors.")
@click.option(
    "--family",
    type=click.Choice(get_args(RegressionFamily)),
    default="gaussian",
    help="Kind of outcome.",
)
@click.option(
    "--errors",
    type=click.Choice(get_args(RegressionErrors)),
    help="Standard errors; HC3 or what the family has by default.",
)
@click.option("--cluster", help="Column of clusters.")
@click.option("--weights", help="Column of sampling weights.")
@click.option("--effects", is_flag=True, help="Average marginal effects.")
@sheet_option
@json_option
def regress(
    data: Path,
    formula: str,
    family: RegressionFamily,
    errors: RegressionErrors | None,
    cluster: str | None,
    weights: str | None,
    effects: bool,
    sheet: str | None,
    json: str | None,
) -> None:
    """Regress an outcome on predictors; ends with status 3 if the fit did not converge."""
    from coprod_stats.instruments.shipped import find_shipped
    from coprod_stats.responses.plain_columns import codes_among_numbers
    from coprod_stats.responses.plain_table import read_plain_table
    from coprod_stats.structure import regress as fit

    table = read_plain_table(find_shipped("sample_data", data), sheet=sheet)
    found = fit(formula, table, family, errors, cluster=cluster, weights=weights)
    named = set(re.findall(r"\w+", formula))
    used = {name: table[name].to_numpy() for name in table.columns if name in named}
    if said := codes_among_numbers(used):
        warn(f"{data.name}, {said}")
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
