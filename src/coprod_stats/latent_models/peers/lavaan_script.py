"""A fit as an R script for lavaan, so that anyone can check it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeGuard

from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.frames import require_columns
from coprod_stats.latent_models.peers.lavaan_groups import (
    block_lines,
    has_other_paths,
    needs_blocks,
)
from coprod_stats.latent_models.peers.lavaan_model import model_lines, renamed_labels
from coprod_stats.latent_models.peers.r_text import r_lines, r_string, r_vector
from coprod_stats.latent_models.sem_data import Columns, group_codes, model_columns
from coprod_stats.latent_models.specification import Specification
from coprod_stats.latent_models.specified_data import specified_data
from coprod_stats.sem.model.group_variables import named_columns, with_same_variables
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters
from coprod_stats.sem.rotation.options import RotationOptions
from coprod_stats.sem.sample import unanswered_of_groups
from coprod_stats.sem.solution import completed_table

_MISSING = {"two-stage": "two.stage", "robust-two-stage": "robust.two.stage"}

_CLUSTERS_IGNORED = (
    "# with ordered variables lavaan 0.6-14 ignores cluster without a word: its estimates are the",
    "# same, its standard errors and tests are those of independent cases",
)


def lavaan_script(asked: Specification, data_file: str, columns: Columns | None = None) -> str:
    """Write the model, the options and the data call for R.

    Parameters
    ----------
    asked : Specification
    data_file : str
        Name of the CSV file, as R will find it.
    columns : mapping of str to array, optional
        Those of groups and clusters. Groups are needed: lavaan takes the blocks of a model by the
        order of the groups, which is therefore stated. With those of the variables, groups may
        have been asked different ones.

    Raises
    ------
    LatentModelError
        If the column of groups is not given, or a name has no counterpart; at blocks of different
        variables without the columns of these.
    SemModelError
        If a block of the model fits none of the groups.
    """
    given = columns or {}
    if asked.group is not None:
        require_columns(given, [asked.group])
    design = [name for name in (asked.group, asked.cluster) if name is not None]
    texts = [name for name in design if name in given and given[name].dtype == object]
    labels = group_codes(given, asked.group)[1] if asked.group is not None else ()
    table = _table_of_groups(asked, given, labels) if asked.group is not None else None
    renamed = renamed_labels(parse_model(asked.model))
    package = "semTools" if asked.auxiliary else "lavaan"
    interval = ', boot.ci.type = "bca.simple"' if asked.ci == "bca" else ""
    return "\n".join(
        [
            f"library({package})",
            *lavaan_inputs(asked, data_file, labels, texts=texts, table=table),
            *(f"# {name} is the label {r_string(label)}" for label, name in renamed.items()),
            *(_CLUSTERS_IGNORED if asked.ordered and asked.cluster is not None else ()),
            f"fit <- {lavaan_call(asked, labels, table)}",
            "summary(fit, fit.measures = TRUE, standardized = TRUE, rsquare = TRUE)",
            f"parameterEstimates(fit, level = {asked.conf_level:g}{interval}, standardized = TRUE)",
            "",
        ]
    )


def _table_of_groups(
    asked: Specification, columns: Columns, group_labels: Sequence[str]
) -> ParameterTable | None:
    """Complete the model of groups with different variables; None where all have the same."""
    syntax = parse_model(asked.model)
    if any(relation.level for relation in syntax.relations):
        return None
    are_given = any(name in columns for name in model_columns(syntax)) and not asked.ordered
    data = specified_data(asked, columns, syntax) if are_given else None
    unanswered = (
        () if data is None else unanswered_of_groups(data, named_columns(syntax, data.names))
    )
    plain = build_parameters(syntax, group_labels=group_labels, unanswered=unanswered)
    if not has_other_paths(plain):
        return None
    if data is not None:
        return completed_table(syntax, data, asked.options)
    what = "with ordered variables" if asked.ordered else "without the columns of the variables"
    with_same_variables(plain, what)
    options = asked.options.model
    if needs_blocks(build_parameters(syntax, group_labels=group_labels, options=options)):
        raise LatentModelError(
            f"not available in lavaan {what}: parameters equal among groups of other paths"
        )
    return None


def lavaan_inputs(
    asked: Specification,
    data_file: str,
    group_labels: Sequence[str],
    *,
    texts: Sequence[str] = (),
    table: ParameterTable | None = None,
) -> tuple[str, str]:
    """Read the data and state the model, in R.

    Parameters
    ----------
    asked : Specification
    data_file : str
    group_labels : sequence of str
        Empty without groups.
    texts : sequence of str
        Columns that are read as text, so that ``01`` and ``T`` stay what they are.
    table : ParameterTable, optional
        The completed model; it is stated whole where groups have different variables.
    """
    kept = ", ".join(f'{r_string(name)} = "character"' for name in texts)
    classes = f", colClasses = c({kept})" if texts else ""
    syntax = parse_model(asked.model)
    if _is_stated_whole(table):
        lines = block_lines(table, syntax, group_labels)
    else:
        lines = model_lines(syntax, group_labels)
    return (
        f'data <- read.csv({r_string(data_file)}, na.strings = c("", "NA"), check.names = FALSE'
        f"{classes})",
        f"model <- {r_lines(lines)}",
    )


def _is_stated_whole(table: ParameterTable | None) -> TypeGuard[ParameterTable]:
    return table is not None and needs_blocks(table)


def lavaan_call(
    asked: Specification, group_labels: Sequence[str], table: ParameterTable | None = None
) -> str:
    """Write the call of lavaan that does the same.

    Parameters
    ----------
    asked : Specification
    group_labels : sequence of str
        Empty without groups.
    table : ParameterTable, optional
        As in :func:`lavaan_inputs`.
    """
    if _is_stated_whole(table):  # nothing is left to defaults and options
        asked = replace(
            asked,
            group_equal=(),
            group_partial=(),
            std_lv=False,
            model_type="sem",
        )
    function = f"{asked.model_type}.auxiliary" if asked.auxiliary else asked.model_type
    arguments = ",\n  ".join(["model", "data = data", *_arguments(asked, group_labels)])
    return f"{function}({arguments})"


def _arguments(asked: Specification, group_labels: Sequence[str]) -> Iterator[str]:
    yield f"estimator = {r_string(asked.used_estimator)}"
    if asked.ordered:
        yield f"ordered = {'TRUE' if asked.ordered == 'all' else r_vector(asked.ordered)}"
        yield f"parameterization = {r_string(asked.parameterization)}"
    if asked.missing != "listwise":
        yield f"missing = {r_string(_MISSING.get(asked.missing, asked.missing))}"
    if asked.auxiliary:
        yield f"aux = {r_vector(asked.auxiliary)}"
    for name, column in (
        ("group", asked.group),
        ("cluster", asked.cluster),
        ("sampling.weights", asked.sampling_weights),
    ):
        if column is not None:
            yield f"{name} = {r_string(column)}"
        if name == "group" and group_labels:
            yield f"group.label = {r_vector(group_labels)}"
    yield from _rotation(asked)
    if asked.group_equal:
        families = [family.replace("-", ".") for family in asked.group_equal]
        yield f"group.equal = {r_vector(families)}"
    if asked.group_partial:
        yield f"group.partial = {r_vector(asked.group_partial)}"
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
        yield f"se = {r_string(asked.se.replace('-', '.'))}"
    if asked.bootstrap_type == "bollen-stine":
        yield f'test = "bollen.stine", bootstrap = {asked.n_bootstrap}'
    if asked.information != "default":
        yield f"information = {r_string(asked.information)}"
    if asked.likelihood != "normal":
        yield f"likelihood = {r_string(asked.likelihood)}"


def _rotation(asked: Specification) -> Iterator[str]:
    """State the rotation and how its standard errors are computed."""
    if not any(term.is_exploratory for r in parse_model(asked.model).relations for term in r.left):
        return
    used = asked.rotation_options or RotationOptions()
    yield f"rotation = {r_string(used.name)}"
    yield f"rotation.se = {r_string(used.errors)}"
    arguments = []
    if used.is_orthogonal and used.name != "varimax":
        arguments.append("orthogonal = TRUE")
    numbers = {
        "geomin.epsilon": used.geomin_epsilon,
        "oblimin.gamma": used.oblimin_gamma,
        "promax.kappa": used.promax_kappa,
    }
    arguments += [
        f"{name} = {float(value)!r}" for name, value in numbers.items() if value is not None
    ]
    if used.target is not None:
        cells = [
            "NA" if value is None else repr(float(value)) for row in used.target for value in row
        ]
        matrix = f"matrix(c({', '.join(cells)}), ncol = {len(used.target[0])}, byrow = TRUE)"
        arguments += [f"target = {matrix}", 'order.lv.by = "none"']
    elif used.order != "index":
        arguments.append(f"order.lv.by = {r_string(used.order)}")
    if used.row_weights != "default":
        arguments.append(f"row.weights = {r_string(used.row_weights)}")
    if not used.std_ov:
        arguments.append("std.ov = FALSE")
    if used.reflect is False:
        arguments.append("reflect = FALSE")
    if arguments:
        yield f"rotation.args = list({', '.join(arguments)})"
