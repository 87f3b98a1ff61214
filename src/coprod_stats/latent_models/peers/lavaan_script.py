"""A fit as an R script for lavaan, so that anyone can check it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coprod_stats.latent_models.specification import Specification
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.rotation.options import RotationOptions

_MISSING = {"two-stage": "two.stage", "robust-two-stage": "robust.two.stage"}

_CLUSTERS_IGNORED = (
    "# with ordered variables lavaan 0.6-14 ignores cluster without a word: its estimates are the",
    "# same, its standard errors and tests are those of independent cases",
)


def lavaan_script(asked: Specification, data_file: str) -> str:
    """Write the model, the options and the data call for R.

    Parameters
    ----------
    asked : Specification
    data_file : str
        Name of the CSV file, as R will find it.
    """
    fitted = lavaan_call(asked)
    package = "semTools" if asked.auxiliary else "lavaan"
    return "\n".join(
        [
            f"library({package})",
            *lavaan_inputs(asked, data_file),
            *(_CLUSTERS_IGNORED if asked.ordered and asked.cluster is not None else ()),
            f"fit <- {fitted}",
            "summary(fit, fit.measures = TRUE, standardized = TRUE, rsquare = TRUE)",
            f"parameterEstimates(fit, level = {asked.conf_level:g}, standardized = TRUE)",
            "",
        ]
    )


def lavaan_inputs(asked: Specification, data_file: str) -> tuple[str, str]:
    """Read the data and state the model, in R."""
    # R's raw strings need no escapes; the dashes keep a bracket in the model from ending them
    return (
        f'data <- read.csv({_quoted(data_file)}, na.strings = c("", "NA"), check.names = FALSE)',
        f'model <- r"---(\n{asked.model.strip()}\n)---"',
    )


def lavaan_call(asked: Specification) -> str:
    """Write the call of lavaan that does the same."""
    function = f"{asked.model_type}.auxiliary" if asked.auxiliary else asked.model_type
    arguments = ",\n  ".join(["model", "data = data", *_arguments(asked)])
    return f"{function}({arguments})"


def _arguments(asked: Specification) -> Iterator[str]:
    yield f"estimator = {_quoted(asked.used_estimator)}"
    if asked.ordered:
        yield f"ordered = {'TRUE' if asked.ordered == 'all' else _vector(asked.ordered)}"
        yield f"parameterization = {_quoted(asked.parameterization)}"
    if asked.missing != "listwise":
        yield f"missing = {_quoted(_MISSING.get(asked.missing, asked.missing))}"
    if asked.auxiliary:
        yield f"aux = {_vector(asked.auxiliary)}"
    for name, column in (
        ("group", asked.group),
        ("cluster", asked.cluster),
        ("sampling.weights", asked.sampling_weights),
    ):
        if column is not None:
            yield f"{name} = {_quoted(column)}"
    yield from _rotation(asked)
    if asked.group_equal:
        families = [family.replace("-", ".") for family in asked.group_equal]
        yield f"group.equal = {_vector(families)}"
    if asked.group_partial:
        yield f"group.partial = {_vector(asked.group_partial)}"
    for name, given in (
        ("std.lv", asked.std_lv),
        ("effect.coding", asked.effect_coding),
        ("meanstructure", asked.meanstructure),
    ):
        if given:
            yield f"{name} = TRUE"
    if not asked.fixed_x:
        yield "fixed.x = FALSE"
    if asked.is_bootstrapped:
        yield f'se = "bootstrap", bootstrap = {asked.n_bootstrap}'
    elif asked.se != "default":
        yield f"se = {_quoted(asked.se.replace('-', '.'))}"
    if asked.bootstrap_type == "bollen-stine":
        yield f'test = "bollen.stine", bootstrap = {asked.n_bootstrap}'
    if asked.information != "default":
        yield f"information = {_quoted(asked.information)}"
    if asked.likelihood != "normal":
        yield f"likelihood = {_quoted(asked.likelihood)}"


def _rotation(asked: Specification) -> Iterator[str]:
    """State the rotation and how its standard errors are computed."""
    if not any(term.is_exploratory for r in parse_model(asked.model).relations for term in r.left):
        return
    used = asked.rotation_options or RotationOptions()
    yield f"rotation = {_quoted(used.name)}"
    yield f"rotation.se = {_quoted(used.errors)}"
    arguments = []
    if used.is_orthogonal and used.name != "varimax":
        arguments.append("orthogonal = TRUE")
    numbers = {
        "geomin.epsilon": used.geomin_epsilon,
        "oblimin.gamma": used.oblimin_gamma,
        "promax.kappa": used.promax_kappa,
    }
    arguments += [f"{name} = {value!r}" for name, value in numbers.items() if value is not None]
    if used.target is not None:
        cells = ["NA" if value is None else repr(value) for row in used.target for value in row]
        matrix = f"matrix(c({', '.join(cells)}), ncol = {len(used.target[0])}, byrow = TRUE)"
        arguments += [f"target = {matrix}", 'order.lv.by = "none"']
    elif used.order != "index":
        arguments.append(f"order.lv.by = {_quoted(used.order)}")
    if used.row_weights != "default":
        arguments.append(f"row.weights = {_quoted(used.row_weights)}")
    if not used.std_ov:
        arguments.append("std.ov = FALSE")
    if used.reflect is False:
        arguments.append("reflect = FALSE")
    if arguments:
        yield f"rotation.args = list({', '.join(arguments)})"


def _vector(values: Sequence[str]) -> str:
    return f"c({', '.join(map(_quoted, values))})"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
