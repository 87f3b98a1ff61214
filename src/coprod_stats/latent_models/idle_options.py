"""Options that were asked for and cannot change anything in the model at hand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coprod_stats.latent_models.specification import Specification
from coprod_stats.sem.model.equality import family
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.results import CoreFit


def idle_options(core: CoreFit, asked: Specification) -> tuple[str, ...]:
    """Name the options without effect, as they are called in a specification.

    What never has an effect, whatever the model, is refused when the specification is made.
    """
    return tuple(_idle(core, asked))


def _idle(core: CoreFit, asked: Specification) -> Iterator[str]:
    table = core.table
    if asked.group is not None and len(core.samples) == 1:
        yield f"group (all cases are in one: {core.data.group_labels[0]})"
    if len(core.samples) > 1:
        yield from _idle_families(table, asked)
    if asked.ordered and asked.ordered != "all":
        for name in asked.ordered:
            if name not in table.observed:
                yield f"ordered={name} (not in the model)"
            elif name in table.conditioned:
                yield f"ordered={name} (a covariate)"
    if not asked.fixed_x and not table.exogenous:
        yield "fixed_x (the model has no covariates)"
    for name in ("std_lv", "effect_coding"):
        if getattr(asked, name) and not table.latent:
            yield f"{name} (the model has no latent variables)"
    if asked.meanstructure and _has_means_anyway(table, asked):
        yield "meanstructure (the model has one anyway)"
    if asked.missing == "pairwise" and not _has_holes(core):
        yield "missing (no answer is missing)"
    if asked.bootstrap_type == "bollen-stine" and core.inference.df <= 0:
        yield "bootstrap_type (the model has no degrees of freedom to test)"


def _idle_families(table: ParameterTable, asked: Specification) -> Iterator[str]:
    present = {
        family(row.lhs, row.op, row.rhs, latent=table.latent, covariates=table.exogenous)
        for row in table
        if row.free >= 0
    }
    if {"intercepts", "thresholds"} & set(asked.group_equal):
        present.add("means")  # they would be free in all groups but the first
    for name in asked.group_equal:
        if name not in present:
            yield f"group_equal={name} (the model has no such free parameters)"


def _has_means_anyway(table: ParameterTable, asked: Specification) -> bool:
    needed = asked.missing != "listwise" or asked.model_type == "growth" or bool(asked.ordered)
    named = asked.group is not None or asked.cluster is not None
    return needed or named or any(row.op == "~1" and row.user for row in table)


def _has_holes(core: CoreFit) -> bool:
    return any(bool(np.isnan(sample.data).any()) for sample in core.samples)
