"""Options that were requested and have no effect on the model at hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from coprod_stats.latent_models.specification import Specification
from coprod_stats.sem.model.equality import family
from coprod_stats.sem.model.parameters import Parameter, ParameterTable
from coprod_stats.sem.results import CoreFit


@dataclass(frozen=True, slots=True)
class IdleOption:
    """An option, or one name of several that it lists, and why it has no effect."""

    name: str
    reason: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.name}{self.value and f'={self.value}'} ({self.reason})"


def idle_options(core: CoreFit, asked: Specification) -> tuple[IdleOption, ...]:
    """Name the options without effect among those that are not at their default.

    Options that have no effect on any model are refused when the specification is made.
    """
    return tuple(
        IdleOption(name, reason, value)
        for name in asked.given
        if name in RULES
        for value, reason in RULES[name](core, asked)
    )


Reasons = Iterator[tuple[str, str]]
"""The value without effect, empty for the option as a whole, and the reason."""


def _group(core: CoreFit, _: Specification) -> Reasons:
    if len(core.samples) == 1:
        yield "", f"all cases belong to one: {core.data.group_labels[0]}"


def _group_equal(core: CoreFit, asked: Specification) -> Reasons:
    if len(core.samples) == 1:
        return
    present = {_family(core, row) for row in core.table if row.free >= 0}
    locations = {"intercepts", "thresholds"}
    if locations & set(asked.group_equal):
        present.add("means")  # they would be free in all groups but the first
    if core.table.ordered and locations & present:
        present |= locations  # with ordered variables each implies the other
    for name in asked.group_equal:
        if name not in present:
            yield name, "the model has no such free parameters"


def _ordered(core: CoreFit, asked: Specification) -> Reasons:
    if asked.ordered == "all":
        return
    for name in asked.ordered:
        if name not in core.table.observed:
            yield name, "not in the model"
        elif name in core.table.conditioned:
            yield name, "a covariate"


def _group_partial(core: CoreFit, asked: Specification) -> Reasons:
    equal = core.table.options.group_equal
    held = [row for row in core.table if row.free >= 0 and _family(core, row) in equal]
    partial = {name: _without_group(name) for name in asked.group_partial}
    for name, parameter in partial.items():
        if parameter not in {f"{row.lhs}{row.op}{row.rhs}" for row in held}:
            yield name, "not a free parameter of the families held equal"


def _family(core: CoreFit, row: Parameter) -> str:
    table = core.table
    return family(row.lhs, row.op, row.rhs, latent=table.latent, covariates=table.exogenous)


def _without_group(name: str) -> str:
    return re.sub(r"(\.g\d+)?(\.l\d+)?$", "", name)


def _of_standard_errors(_: CoreFit, asked: Specification) -> Reasons:
    if asked.se == "none":
        yield "", "there are no standard errors"


def _information(core: CoreFit, asked: Specification) -> Reasons:
    if asked.se == "none" and core.inference.scaled is None:
        yield "", "neither standard errors nor the test depend on it"


def _fixed_x(core: CoreFit, asked: Specification) -> Reasons:
    if not core.table.exogenous:
        yield "", "the model has no covariates"
    elif not core.table.ordered and core.problem.method.discrepancy != "ML":
        yield "", f"{asked.estimator} takes all covariates as random"


def _of_latent_variables(core: CoreFit, _: Specification) -> Reasons:
    if not core.table.latent:
        yield "", "the model has no latent variables"


def _meanstructure(core: CoreFit, asked: Specification) -> Reasons:
    if _has_means_anyway(core.table, asked):
        yield "", "the model has one in any case"


def _missing(core: CoreFit, asked: Specification) -> Reasons:
    # the others change the objective or the standard errors of complete data too
    if asked.missing == "pairwise" and not core.has_missing_values:
        yield "", "no answer is missing"


def _bootstrap_type(core: CoreFit, _: Specification) -> Reasons:
    if core.inference.df <= 0:
        yield "", "the model has no degrees of freedom to test"


RULES: Mapping[str, Callable[[CoreFit, Specification], Reasons]] = MappingProxyType(
    {
        "ordered": _ordered,
        "missing": _missing,
        "group": _group,
        "group_equal": _group_equal,
        "group_partial": _group_partial,
        "conf_level": _of_standard_errors,
        "information": _information,
        "bootstrap_type": _bootstrap_type,
        "std_lv": _of_latent_variables,
        "effect_coding": _of_latent_variables,
        "fixed_x": _fixed_x,
        "meanstructure": _meanstructure,
    }
)
"""By the name of the option; one that always has an effect has no rule."""


def _has_means_anyway(table: ParameterTable, asked: Specification) -> bool:
    needed = asked.missing != "listwise" or asked.model_type == "growth" or bool(asked.ordered)
    named = asked.group is not None or asked.cluster is not None
    return needed or named or any(row.op == "~1" and row.user for row in table)
