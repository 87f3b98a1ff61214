"""``coprod sem``: one latent-variable model from its text, and tests of nested ones."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn, get_args

from coprod_stats.cli.declared import Argument, Option, for_typer
from coprod_stats.cli.output import STANDARD_OUTPUT, fail, say, warn
from coprod_stats.literals import (
    BootstrapInterval,
    BootstrapType,
    DifferenceScaling,
    Engine,
    Estimator,
    Missing,
)

if TYPE_CHECKING:
    import typer

    from coprod_stats.latent_models.sem_fit import SemFit
    from coprod_stats.latent_models.specification import Specification

IMPROPER = 3
"""Exit status of a model that did not converge or is improper."""

_COMPARE = "compare"

ModelType = Literal["sem", "cfa", "growth"]
Parameterization = Literal["delta", "theta"]
ErrorKind = Literal["standard", "robust", "bootstrap", "none"]
Information = Literal["expected", "observed"]
Likelihood = Literal["normal", "wishart"]
Peer = Literal["lavaan", "mplus"]
RotationErrors = Literal["default", "delta", "bordered"]
RotationName = Literal[
    "geomin",
    "oblimin",
    "quartimin",
    "promax",
    "target",
    "varimax",
    "quartimax",
    "cf-quartimax",
    "cf-varimax",
    "cf-equamax",
    "cf-parsimax",
    "cf-facparsim",
]
"""Repeated from ``sem.rotation.options``, which loads NumPy; a test keeps them alike."""


def sem(
    files: Annotated[
        list[str],
        Argument(
            metavar="MODEL|compare FIT.json",
            help="File with the model in lavaan's language; or fits to test against each other.",
        ),
    ],
    data: Annotated[
        Path | None, Option("Answers: CSV, or any file with --instrument.", "--data")
    ] = None,
    engine: Annotated[Engine, Option("Who estimates; lavaan is a check beside the core.")] = "core",
    model_type: Annotated[ModelType, Option("Whose defaults.")] = "sem",
    estimator: Annotated[
        Estimator | None, Option("Estimator.  [default: ML; WLSMV if ordered]")
    ] = None,
    ordered: Annotated[str, Option("'all', or v1,v2,…")] = "",
    parameterization: Annotated[Parameterization, Option("Of ordered.")] = "delta",
    missing: Annotated[Missing, Option("Missing values.")] = "listwise",
    auxiliary: Annotated[str, Option("Variables that inform on missing ones.")] = "",
    group: Annotated[str | None, Option("Column of groups.")] = None,
    group_equal: Annotated[str, Option("Families held equal, by commas.")] = "",
    group_partial: Annotated[str, Option("Exceptions, by commas.")] = "",
    cluster: Annotated[str | None, Option("Column of clusters.")] = None,
    sampling_weights: Annotated[str | None, Option("Column of weights.")] = None,
    se: Annotated[ErrorKind | None, Option("Standard errors.")] = None,
    information: Annotated[Information | None, Option("Their basis.")] = None,
    likelihood: Annotated[Likelihood, Option("Divisor N or N - 1.")] = "normal",
    bootstrap: Annotated[int, Option("Bootstrap samples.", min=0)] = 0,
    seed: Annotated[int | None, Option("Seed of the bootstrap.", min=0)] = None,
    bootstrap_type: Annotated[
        BootstrapType, Option("Standard errors, or a test of the model.")
    ] = "naive",
    ci: Annotated[BootstrapInterval, Option("Bootstrap intervals.")] = "percentile",
    instrument: Annotated[str | None, Option("Read the table by a questionnaire.")] = None,
    std_lv: Annotated[bool, Option("Unit variances of factors.", "--std-lv")] = False,
    effect_coding: Annotated[bool, Option("Loadings that average 1.", "--effect-coding")] = False,
    no_fixed_x: Annotated[bool, Option("Random covariates.", "--no-fixed-x")] = False,
    meanstructure: Annotated[bool, Option("Intercepts.", "--meanstructure")] = False,
    rotation: Annotated[
        RotationName | None,
        Option(
            f"Of exploratory factors: {', '.join(get_args(RotationName))}.  [default: geomin]",
            metavar="NAME",
        ),
    ] = None,
    rotation_args: Annotated[
        str, Option("Its options, as geomin_epsilon=0.01,orthogonal=true.")
    ] = "",
    rotation_target: Annotated[
        Path | None, Option("CSV of wanted loadings, blank where open.")
    ] = None,
    rotation_se: Annotated[RotationErrors, Option("delta: exact; bordered: lavaan's.")] = "default",
    difference: Annotated[
        DifferenceScaling, Option("With compare: scaling of the difference test.")
    ] = "default",
    modindices: Annotated[bool, Option("Modification indices.", "--modindices")] = False,
    scores: Annotated[Path | None, Option("Write factor scores as CSV.")] = None,
    emit: Annotated[Peer | None, Option("Write the script of a peer instead.")] = None,
    json: Annotated[str | None, Option("Write JSON to a file, or - for output.")] = None,
) -> None:
    """Fit one latent-variable model; ends with status 3 if the solution is not proper."""
    if files[0] == _COMPARE:
        _compare([Path(file) for file in files[1:]], difference, json)
        return
    if difference != "default":
        fail("--difference belongs to coprod sem compare")
    if data is None or not is_one_model(files, data):
        _refuse_words(files)
    from coprod_stats.latent_models.specification import Specification

    asked = Specification(
        model=_text(Path(files[0])),
        engine="core" if engine == "lavaan" else engine,
        model_type=model_type,
        estimator=estimator,
        ordered="all" if ordered == "all" else _names(ordered),
        parameterization=parameterization,
        missing=missing,
        auxiliary=_names(auxiliary),
        group=group,
        group_equal=_names(group_equal),
        group_partial=_names(group_partial),
        cluster=cluster,
        sampling_weights=sampling_weights,
        se=se or "default",
        information=information or "default",
        likelihood=likelihood,
        bootstrap=bootstrap,
        seed=seed,
        bootstrap_type=bootstrap_type,
        ci=ci,
        std_lv=std_lv,
        effect_coding=effect_coding,
        fixed_x=not no_fixed_x,
        meanstructure=meanstructure,
        rotation=rotation,
        rotation_args=_rotation_args(rotation_args, rotation_target),
        rotation_se=rotation_se,
    )
    if emit is not None:
        _emit(asked, data, instrument, emit)
        return
    fit = _fit(asked, data, instrument)
    _show(fit, json, _data_file(data, instrument), modindices=modindices, check=engine == "lavaan")
    if scores is not None:
        _write_scores(fit, scores)
    if not fit.proper:
        sys.exit(IMPROPER)


def is_one_model(files: list[str], data: Path | None) -> bool:
    """Return whether the words ask to fit one model to data."""
    return len(files) == 1 and files[0] != _COMPARE and data is not None


def _refuse_words(files: list[str]) -> NoReturn:
    # loaded by now, unless the function is called from Python
    import typer

    if len(files) > 1:
        raise typer.BadParameter("one model at a time")
    raise typer.BadParameter("a model needs --data")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _rotation_args(text: str, target: Path | None) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for part in _names(text):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not (name and sign and value):
            fail(f"--rotation-args: '{part}' is not of the form name=value")
        arguments[name] = _argument(value)
    if target is not None:
        arguments["target"] = _target(target)
    return arguments


def _argument(text: str) -> str | bool | float:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return text


def _target(path: Path) -> list[list[float | None]]:
    """Read wanted loadings: a row per item, a column per factor, no header."""
    import csv

    rows = [row for row in csv.reader(_text(path).splitlines()) if row]
    try:
        return [[float(c) if c.strip() not in ("", "NA") else None for c in row] for row in rows]
    except ValueError as error:
        fail(f"{path}: wanted loadings are numbers or blank: {error}")


def _text(path: Path) -> str:
    from coprod_stats.responses.delimited import decode
    from coprod_stats.responses.raw_table import read_bytes

    content, _ = read_bytes(path)
    return decode(content, path.name)[0]


def _fit(asked: Specification, data: Path, instrument: str | None) -> SemFit:
    from coprod_stats.latent_models.engines.choice import fit_specification

    return fit_specification(asked, _columns(data, asked, instrument))


def _columns(path: Path, asked: Specification, instrument: str | None) -> dict[str, Any]:
    if instrument is None:
        from coprod_stats.responses.plain_columns import read_plain_columns

        return read_plain_columns(path, asked.columns)
    from coprod_stats.cli.options import bound_answers
    from coprod_stats.latent_models.frames import frame_columns

    responses = bound_answers(path, instrument, None)
    return frame_columns(responses.numbers(list(responses.answers.columns)), asked.columns)


def _data_file(path: Path, instrument: str | None) -> dict[str, str]:
    from coprod_stats.responses.raw_table import read_bytes

    named = {"file": path.as_posix(), "sha256": read_bytes(path)[1]}
    return named if instrument is None else {**named, "instrument": instrument}


def _emit(asked: Specification, data: Path, instrument: str | None, peer: Peer) -> None:
    """Print a peer's script; what Mplus reads beside it is written to the working folder."""
    if peer == "lavaan":
        from coprod_stats.latent_models.peers.lavaan_script import lavaan_script

        if instrument is not None:
            fail(
                "--emit lavaan: R would read the table without --instrument, codes of missing "
                "answers included; write a table of numbers first"
            )
        say(lavaan_script(asked, data.as_posix()).rstrip())
        return
    from coprod_stats.latent_models.peers.mplus_script import mplus_input

    file = Path(f"{data.stem}.mplus.dat")
    written = mplus_input(asked, _columns(data, asked, instrument), file.name)
    file.write_text(written.data, encoding="ascii")
    say(written.text.rstrip())
    warn(f"data for Mplus: {file}; the commands above belong into a file beside it")


def _write_scores(fit: SemFit, path: Path) -> None:
    """Write regression or modal scores, a row per row of the data; blank where none was used."""
    import csv

    from coprod_stats.sem.factor_scores import factor_scores

    found = factor_scores(fit.core)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(found.latent)
        for row in found.scores.tolist():
            writer.writerow("" if math.isnan(score) else score for score in row)


def _show(
    fit: SemFit, json: str | None, data_file: dict[str, str], *, modindices: bool, check: bool
) -> None:
    from coprod_stats.latent_models.modification import modification_indices
    from coprod_stats.latent_models.sem_json import as_json, fit_document

    indices = modification_indices(fit) if modindices else None
    if json != STANDARD_OUTPUT:
        say(str(fit))
        for index in indices or ():
            say(
                f"  {index.lhs} {index.op} {index.rhs} [{index.group}]  MI {index.mi:.3f}  "
                f"EPC {index.epc:.3f}  SEPC {index.sepc_all:.3f}"
            )
    document = fit_document(fit, modification_indices=indices, data_file=data_file)
    if check:
        document["engine_differences"] = _checked(fit, quiet=json == STANDARD_OUTPUT)
    if json == STANDARD_OUTPUT:
        say(as_json(document).rstrip())
    elif json is not None:
        Path(json).write_text(as_json(document), encoding="utf-8")


def _checked(fit: SemFit, *, quiet: bool) -> list[dict[str, Any]]:
    """Compare with lavaan, and print the largest differences."""
    from coprod_stats.latent_models.engines.comparison import engine_differences

    found = sorted(engine_differences(fit, "lavaan"), key=lambda row: -abs(row.difference))
    if not quiet:
        say("\nLargest differences from lavaan (relative above 1):")
        for row in found[:10]:
            say(
                f"  {row.name:<32}{row.what:<5}{row.ours:>14.7f}{row.theirs:>14.7f}"
                f"{row.difference:>12.1e}"
            )
    return [
        {"name": row.name, "what": row.what, "core": row.ours, "lavaan": row.theirs}
        for row in found
    ]


def _compare(paths: list[Path], scaling: DifferenceScaling, json: str | None) -> None:
    from coprod_stats.cli.comparison_output import comparison_document, comparison_lines
    from coprod_stats.cli.output import write_json
    from coprod_stats.latent_models.comparison import compare_documents

    documents = {path.as_posix(): _stored_fit(path) for path in paths}
    compared = compare_documents(documents, _columns_again, scaling)
    if json != STANDARD_OUTPUT:
        for line in comparison_lines(compared):
            say(line)
    if json is not None:
        write_json(comparison_document(compared), json)


def _stored_fit(path: Path) -> dict[str, Any]:
    import json

    from coprod_stats.latent_models.errors import LatentModelError

    try:
        document = json.loads(_text(path))
    except ValueError as error:
        raise LatentModelError(f"{path}: no JSON of a fit: {error}") from error
    if not isinstance(document, dict):
        raise LatentModelError(f"{path}: no JSON of a fit")
    return document


def _columns_again(data: Any, asked: Specification) -> dict[str, Any]:
    from coprod_stats.latent_models.errors import LatentModelError

    path = Path(data["file"])
    if _data_file(path, None)["sha256"] != data["sha256"]:
        raise LatentModelError(f"{path}: the data have changed since the models were fitted")
    return _columns(path, asked, data.get("instrument"))


def register(main: typer.Typer) -> None:
    """Add the commands that stand at the top level."""
    main.command(epilog="Example: coprod sem model.txt --data answers.csv --json fit.json")(
        for_typer(sem)
    )
