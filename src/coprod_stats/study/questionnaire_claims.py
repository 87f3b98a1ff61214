"""What plans and hypotheses claim about a questionnaire: paths that its questions must carry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from coprod_stats.instruments.checks.claimed_paths import ClaimedPath
from coprod_stats.instruments.construct_coverage import measured_codes
from coprod_stats.instruments.model import Instrument
from coprod_stats.instruments.shipped import list_shipped, shipped_names
from coprod_stats.instruments.source.reading import modules_serving, read_instrument
from coprod_stats.plans.hypotheses import Hypothesis
from coprod_stats.study.plan_reading import (
    HYPOTHESES_FILE,
    Plan,
    read_hypotheses,
    read_plan,
)
from coprod_stats.study.tested_hypotheses import tested_by


def readable_plans() -> tuple[Plan, ...]:
    """Return the shipped plans; the file of hypotheses is in the same folder as they are."""
    paths = (path for path in list_shipped("analyses") if path.name != HYPOTHESES_FILE)
    return tuple(map(read_plan, paths))


def claimed_paths(
    instrument: Instrument, *, plans: Sequence[str | Path] = ()
) -> tuple[ClaimedPath, ...]:
    """Return what is claimed about the constructs of a questionnaire.

    Parameters
    ----------
    instrument : Instrument
        The questionnaire with all its forms.
    plans : sequence of str or Path
        Plans that test it; by default the shipped ones that name the questionnaire.

    Returns
    -------
    tuple of ClaimedPath
        Those that a plan tests, then those of the shared hypotheses that none tests yet, as far as
        the questionnaire has their constructs.

    Raises
    ------
    PlanError
        If a plan that is named has faults.
    """
    chosen = [read_plan(name) for name in plans] if plans else readable_plans()
    planned = [
        path
        for plan in chosen
        if plans or plan.questionnaire.id == instrument.id
        for path in planned_paths(plan)
    ]
    stated = [path for path in _of_hypotheses(instrument) if path not in _without_plans(planned)]
    return (*planned, *stated)


def measured_in_modules(instrument: Instrument) -> frozenset[str]:
    """Return the constructs that only shipped modules measure, which are inserted on demand."""
    serving = modules_serving(instrument.id)
    if not serving or instrument.id not in shipped_names():
        return frozenset()
    whole = read_instrument(instrument.id, modules=serving)
    return measured_codes(whole) - measured_codes(instrument)


def plans_by_hypothesis(plans: Sequence[Plan], questionnaire: str) -> dict[str, tuple[str, ...]]:
    """Return the ids of the plans that test each hypothesis with a questionnaire."""
    found: dict[str, tuple[str, ...]] = {}
    for plan in plans:
        if plan.questionnaire.id == questionnaire:
            for path in planned_paths(plan):
                known = found.get(path.hypothesis, ())
                found[path.hypothesis] = tuple(dict.fromkeys((*known, plan.form.plan)))
    return found


def planned_paths(plan: Plan) -> Iterator[ClaimedPath]:
    """Yield the paths that a plan tests, in the form that it fields."""
    for analysis in plan.form.analyses:
        for hypothesis in tested_by(analysis, plan.hypotheses):
            for predictor, outcome in _links(hypothesis):
                yield ClaimedPath(
                    hypothesis.id,
                    hypothesis.kind,
                    predictor,
                    outcome,
                    plan.form.plan,
                    plan.instrument.forms[0].id,
                    hypothesis.among or "",
                )


def _of_hypotheses(instrument: Instrument) -> Iterator[ClaimedPath]:
    known = {construct.code for construct in instrument.constructs}
    known |= {item.id for item in instrument.questions}
    known |= {index.id for index in instrument.indices}
    for hypothesis in read_hypotheses():
        for predictor, outcome in _links(hypothesis):
            if {predictor, outcome} <= known:
                yield ClaimedPath(
                    hypothesis.id,
                    hypothesis.kind,
                    predictor,
                    outcome,
                    among=hypothesis.among or "",
                )


def _links(hypothesis: Hypothesis) -> Iterator[tuple[str, str]]:
    """Yield both ends of each path of a hypothesis, those to and from its mediators as well."""
    for relation in hypothesis.relations():
        yield relation.predictor, relation.outcome
    for mediator in hypothesis.through:
        yield from ((predictor, mediator) for predictor in hypothesis.predictors)
        yield from ((mediator, outcome) for outcome in hypothesis.outcomes)


def _without_plans(planned: Sequence[ClaimedPath]) -> set[ClaimedPath]:
    return {replace(path, plan="", form="") for path in planned}
