"""``coprod sem``: one latent-variable model from its text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from coprod_stats.cli.output import STANDARD_OUTPUT, say
from coprod_stats.literals import Engine, Estimator, Missing

if TYPE_CHECKING:
    import pandas as pd

IMPROPER = 3
"""Exit status of a model that did not converge or is improper."""

ModelType = Literal["sem", "cfa", "growth"]
Parameterization = Literal["delta", "theta"]


def sem(
    model: Annotated[Path, typer.Argument(help="File with the model in lavaan's language.")],
    data: Annotated[
        Path, typer.Option("--data", help="Answers: CSV, or any file with --instrument.")
    ],
    engine: Annotated[Engine, typer.Option(help="Who estimates.")] = "semopy",
    model_type: Annotated[ModelType, typer.Option(help="Whose defaults.")] = "sem",
    estimator: Annotated[Estimator, typer.Option(help="Estimator.")] = "ML",
    missing: Annotated[Missing, typer.Option(help="Missing values.")] = "listwise",
    ordered: Annotated[str, typer.Option(help="'all', or v1,v2,…")] = "",
    parameterization: Annotated[Parameterization, typer.Option()] = "delta",
    group: Annotated[str | None, typer.Option(help="Column of groups.")] = None,
    group_equal: Annotated[str, typer.Option(help="Families held equal, by commas.")] = "",
    group_partial: Annotated[str, typer.Option(help="Exceptions, by commas.")] = "",
    cluster: Annotated[str | None, typer.Option(help="Column of clusters.")] = None,
    sampling_weights: Annotated[str | None, typer.Option(help="Column of weights.")] = None,
    bootstrap: Annotated[int, typer.Option(min=0, help="Bootstrap samples.")] = 0,
    seed: Annotated[int | None, typer.Option(help="Seed of the bootstrap.")] = None,
    std_lv: Annotated[bool, typer.Option("--std-lv", help="Unit variances of factors.")] = False,
    no_fixed_x: Annotated[bool, typer.Option("--no-fixed-x", help="Random covariates.")] = False,
    meanstructure: Annotated[bool, typer.Option("--meanstructure", help="Intercepts.")] = False,
    instrument: Annotated[
        str | None, typer.Option(help="Read the table by a questionnaire.")
    ] = None,
    json: Annotated[str | None, typer.Option(help="Write JSON to a file, or - for output.")] = None,
) -> None:
    """Fit one latent-variable model; ends with status 3 if the solution is not proper."""
    from coprod_stats.latent_models import fit_sem

    options: dict[str, Any] = {
        "ordered": "all" if ordered == "all" else _names(ordered),
        "group_equal": _names(group_equal),
        "group_partial": _names(group_partial),
    }
    fit = fit_sem(
        _text(model),
        _table(data, instrument),
        engine=engine,
        model_type=model_type,
        estimator=estimator,
        missing=missing,
        parameterization=parameterization,
        group=group,
        cluster=cluster,
        sampling_weights=sampling_weights,
        bootstrap=bootstrap,
        seed=seed,
        std_lv=std_lv,
        fixed_x=not no_fixed_x,
        meanstructure=meanstructure,
        **options,
    )
    if json == STANDARD_OUTPUT:
        say(fit.to_json().rstrip())
    else:
        say(str(fit))
        if json is not None:
            fit.to_json(json)
    if not fit.proper:
        raise typer.Exit(IMPROPER)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _text(path: Path) -> str:
    from coprod_stats.responses.delimited import decode
    from coprod_stats.responses.raw_table import read_bytes

    content, _ = read_bytes(path)
    return decode(content, path.name)[0]


def _table(path: Path, instrument: str | None) -> pd.DataFrame:
    if instrument is None:
        from coprod_stats.responses.plain_table import read_plain_table

        return read_plain_table(path)
    from coprod_stats.cli.options import bound_answers

    responses = bound_answers(path, instrument, None)
    return responses.numbers(list(responses.answers.columns))


def register(main: typer.Typer) -> None:
    """Add the commands that stand at the top level."""
    main.command(epilog="Example: coprod sem model.txt --data answers.csv --json fit.json")(sem)
