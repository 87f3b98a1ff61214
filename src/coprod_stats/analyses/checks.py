"""Checks of variables that several kinds of analysis share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coprod_stats.analyses.kind import Scope
from coprod_stats.errors import Fault
from coprod_stats.instruments.model import TEXT_KINDS, Instrument
from coprod_stats.instruments.nominal import nominal_items
from coprod_stats.instruments.score_items import items_behind
from coprod_stats.instruments.source.yaml_source import Location
from coprod_stats.plans.model import PlanForm, RespondentChoice


def known_variables(instrument: Instrument) -> frozenset[str]:
    """Return every scale, index, derived variable and column of a questionnaire."""
    found = {*instrument.columns, *(scale.id for scale in instrument.scales)}
    found |= {index.id for index in instrument.indices}
    found |= {derived.id for derived in instrument.derived}
    return frozenset(found)


def text_columns(instrument: Instrument) -> frozenset[str]:
    """Return the columns that hold text rather than numbers."""
    asked = {c for item in instrument.items if item.kind in TEXT_KINDS for c in item.columns}
    given = {column.id for column in instrument.administrative if column.kind == "text"}
    return frozenset(asked | given)


def numeric_faults(scope: Scope, id: str, names: Sequence[str]) -> Iterator[Fault]:
    """Return faults for the variables of a relation that hold text."""
    words = text_columns(scope.instrument)
    for name in names:
        if name in words:
            yield scope.fault(
                "PLAN-017",
                (),
                f"{id}: '{name}' holds text, not numbers",
                "Name a scale, an index, a derived variable or a question with coded answers.",
            )


def nominal_faults(scope: Scope, id: str, names: Sequence[str]) -> Iterator[Fault]:
    """Return faults for the ends of a relation whose codes have no order."""
    nominal = nominal_items(scope.instrument)
    for name in names:
        if name in nominal:
            yield scope.fault(
                "PLAN-032",
                (),
                f"{id}: the categories of '{name}' have no order, so that it has no slope",
                "Name a derived variable that is 1 for the category meant, or use it as covariate.",
            )


def used_covariates(choice: RespondentChoice, plan: PlanForm) -> tuple[str, ...]:
    """Return the plan's covariates, unless the choice leaves them aside."""
    return () if "covariates" in choice.without else plan.covariates


def overlap_faults(
    scope: Scope, where: Location, choice: RespondentChoice, used: Sequence[str]
) -> Iterator[Fault]:
    """Return covariates and design columns that are also variables of the analysis.

    A covariate that is an item of a scale in the analysis would explain itself.
    """
    plan = scope.plan
    behind = {*used, *items_behind(scope.instrument, used)}
    design = [("covariates", name) for name in used_covariates(choice, plan)]
    for option, column in (("weights", plan.weights), ("cluster", plan.cluster)):
        if column is not None and option not in choice.without:
            design.append((option, column))
    for option, name in design:
        others = [entry for entry in design if entry != (option, name)]
        if behind & {name, *items_behind(scope.instrument, (name,))}:
            found = f"'{name}' stands under '{option}' and is part of what the analysis tests"
        elif any(name == other for _, other in others):
            found = f"'{name}' has two uses: {', '.join(o for o, n in design if n == name)}"
        else:
            continue
        remedy = f"Remove it from '{option}', or say 'without: [{option}]' there."
        yield scope.fault("PLAN-035", where, found, remedy)


def relation_faults(scope: Scope) -> Iterator[Fault]:
    """Return relations that are duplicates, lead from a variable to itself, or have no slope."""
    met: dict[tuple[str, str], str] = {}
    for entry in scope.relations():
        pair = (entry.predictor, entry.outcome)
        if entry.predictor == entry.outcome:
            yield scope.fault(
                "PLAN-016",
                (),
                f"{entry.id}: '{entry.predictor}' is both predictor and outcome",
                "Name two different variables.",
            )
        elif pair in met:
            yield scope.fault(
                "PLAN-015",
                (),
                f"{entry.id} duplicates the relation {' → '.join(pair)} of {met[pair]}",
                "Remove one of them from 'tests'.",
            )
        met.setdefault(pair, entry.id)
        yield from numeric_faults(scope, entry.id, pair)
        yield from nominal_faults(scope, entry.id, pair)
