"""What the stated paths are compared with beyond halo: rivals by name, and a marker."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from coprod_stats.analyses.kind import Scope
from coprod_stats.analyses.paths.form import PathsForm, RivalForm, SemSpecification
from coprod_stats.analyses.sample import item_table
from coprod_stats.errors import CoprodError, Fault
from coprod_stats.responses.table import Responses
from coprod_stats.structure import DriverImpactModel, DriverImpactResult, MeasuredFactor
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.marker_ladder import MarkerLadder, fit_marker_ladder
from coprod_stats.structure.rival_models import (
    ModelComparison,
    RivalModel,
    compare_rival,
    rival_syntax,
)

_EQUATION = re.compile(r"\s*(\w+)\s*~\s*(\w+(?:\s*\+\s*\w+)*)\s*")


def rival_model(form: RivalForm) -> RivalModel:
    """Return a rival as the plan states it.

    Raises
    ------
    StructureError
        If a path to be added is no equation.
    """
    return RivalModel(
        form.rival,
        form.title,
        tuple(pair for equation in form.add for pair in _paths(equation)),
        form.reverse,
    )


def _paths(equation: str) -> list[tuple[str, str]]:
    found = _EQUATION.fullmatch(equation)
    if found is None:
        raise StructureError(f"'{equation}' is no equation such as 'IV ~ QUA + PRF'")
    outcome, predictors = found.groups()
    return [(name.strip(), outcome) for name in predictors.split("+")]


def comparison_faults(form: PathsForm, scope: Scope) -> Iterator[Fault]:
    """Yield faults of what only structural equations can be compared by, without any."""
    if not any(isinstance(entry, SemSpecification) for entry in form.specifications):
        for option in ("rivals", "bootstrap"):
            if getattr(form, option):
                yield scope.fault(
                    "PLAN-041",
                    (option,),
                    f"'{option}' is for structural equations; every specification regresses scores",
                    "Remove it, or add a specification by structural equations.",
                )


def bootstrap_faults(
    form: PathsForm, entry: SemSpecification, scope: Scope, model: DriverImpactModel
) -> Iterator[Fault]:
    """Yield faults of a bootstrap that has nothing to draw, or would ignore the design."""
    if form.bootstrap is None:
        return
    if not model.unstated_pairs or not model.stated_pairs:
        yield scope.fault(
            "PLAN-041",
            ("bootstrap",),
            "there are no stated and unstated paths whose means could be resampled",
            "Remove it.",
        )
    if scope.plan.weights and "weights" not in entry.without:
        yield scope.fault(
            "PLAN-041",
            ("bootstrap",),
            "bootstrap samples do not follow sampling weights",
            "Remove it, or state 'without: [weights]' in the compared specification.",
        )


def rival_faults(form: PathsForm, scope: Scope, model: DriverImpactModel) -> Iterator[Fault]:
    """Yield faults of the rivals, given the model of the hypotheses."""
    known = Counter(rival.rival for rival in form.rivals)
    for position, rival in enumerate(form.rivals):
        here = ("rivals", position)
        if known[rival.rival] > 1:
            found, remedy = f"rival '{rival.rival}' occurs twice", "Rename one of them."
            yield scope.fault("PLAN-007", here, found, remedy)
        if not rival.add and not rival.reverse:
            found = "the rival is the model of the hypotheses"
            yield scope.fault("PLAN-041", here, found, "State 'add' or 'reverse'.")
            continue
        try:
            rival_syntax(model, rival_model(rival))
        except StructureError as error:
            remedy = "Name drivers and impacts of the analysis, and paths that nothing states."
            yield scope.fault("PLAN-041", here, str(error), remedy)


@dataclass(frozen=True, slots=True)
class OtherModels:
    """Rivals that the plan names, and what the questionnaire's marker shares with the items.

    ``marker_scale`` is None where the questionnaire has none; without ``marker``, ``no_marker``
    says why it was not used.
    """

    named: tuple[ModelComparison, ...]
    marker_scale: str | None = None
    marker: MarkerLadder | None = None
    no_marker: str = ""


def fit_other_models(
    table: pd.DataFrame, tested: DriverImpactResult, form: PathsForm, respondents: Responses
) -> OtherModels:
    """Fit them to the rows of the stated paths; what fails leaves its reason."""
    named = _fit_named(table, tested, form.rivals)
    markers = [scale for scale in respondents.instrument.scales if scale.role == "marker"]
    if not markers:
        return OtherModels(named)
    scale = markers[0]
    with_marker = table.join(item_table(respondents, tuple(scale.items)))
    try:
        marker = MeasuredFactor(scale.id, tuple(scale.items))
        ladder = fit_marker_ladder(with_marker, tested, marker)
    except CoprodError as error:
        return OtherModels(named, scale.id, no_marker=str(error))
    return OtherModels(named, scale.id, ladder)


def _fit_named(
    table: pd.DataFrame, tested: DriverImpactResult, rivals: Sequence[RivalForm]
) -> tuple[ModelComparison, ...]:
    found = []
    for rival in rivals:
        try:
            found.append(compare_rival(table, tested, rival_model(rival)))
        except CoprodError as error:
            found.append(ModelComparison(rival.rival, rival.title, reason=str(error)))
    return tuple(found)
