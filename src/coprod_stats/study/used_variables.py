"""All variables that a plan names, as the checks and the gate against pooling need them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from coprod_stats.analyses.kind import condition_names
from coprod_stats.analyses.registry import kind_of
from coprod_stats.instruments.language.tree import names
from coprod_stats.instruments.model import Instrument
from coprod_stats.plans.hypotheses import Hypothesis
from coprod_stats.plans.model import PlanForm

if TYPE_CHECKING:
    from coprod_stats.study.plan_reading import Plan


def used_variables(
    form: PlanForm, hypotheses: Sequence[Hypothesis], instrument: Instrument
) -> tuple[str, ...]:
    """Return scales, indices, items and columns that a plan names anywhere, each once."""
    analysed = analysed_variables(form, hypotheses, instrument)
    return tuple(dict.fromkeys((*analysed, *form.participants)))


def analysed_variables(
    form: PlanForm, hypotheses: Sequence[Hypothesis], instrument: Instrument
) -> tuple[str, ...]:
    """Return what a plan names but for what describes the participants alone, each once."""
    return tuple(dict.fromkeys(_named(form, hypotheses, instrument)))


def reported_scales(plan: Plan) -> tuple[str, ...]:
    """Return the scales whose correlations a report shows: those named, or else those analysed.

    A scale by which the participants alone are described is not analysed.
    """
    if plan.form.reliability:
        return plan.form.reliability
    scales = {scale.id for scale in plan.instrument.scales}
    analysed = analysed_variables(plan.form, plan.hypotheses, plan.instrument)
    return tuple(name for name in analysed if name in scales)


def _named(
    form: PlanForm, hypotheses: Sequence[Hypothesis], instrument: Instrument
) -> Iterator[str]:
    yield from form.reliability
    yield from form.covariates
    yield from filter(None, (form.weights, form.cluster))
    for hypothesis in hypotheses:
        yield from hypothesis.variables
    selections = [form.respondents]
    for analysis in form.analyses:
        kind = kind_of(analysis)
        yield from kind.names(analysis)
        selections += [c.respondents for _, c in kind.choices(analysis) if c.respondents]
    for condition in (form.respondents.where, *(part.where for part in form.data.parts)):
        yield from condition_names(condition) if condition else ()
    rule = instrument.classification
    if rule is not None and any(entry.classes for entry in selections):
        yield from (id for _, condition in rule.classes for id in names(condition))
