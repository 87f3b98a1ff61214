"""Faults of a specification by structural equations, before any answers are read."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.analyses.kind import Scope
from coprod_stats.analyses.paths.counted_unknowns import without_middle
from coprod_stats.analyses.paths.form import PathsForm, SemSpecification
from coprod_stats.analyses.paths.named_comparisons import bootstrap_faults, rival_faults
from coprod_stats.analyses.paths.planned_model import (
    counted_items,
    driver_impact_model,
    observed_ends,
    ordered_items,
)
from coprod_stats.analyses.paths.rivals import compared_specification
from coprod_stats.errors import CoprodError, Fault
from coprod_stats.instruments.source.yaml_source import Location
from coprod_stats.plans.model import DESIGN_OPTIONS
from coprod_stats.structure.errors import ExtraStatementsError
from coprod_stats.suggestions import did_you_mean


def sem_faults(
    form: PathsForm, entry: SemSpecification, scope: Scope, here: Location
) -> Iterator[Fault]:
    """Yield faults of its factors, items, subgroups, model and options."""
    observed = observed_ends(scope.instrument, scope.relations())
    neither = [
        f"{relation.id}: '{name}' is neither a factor of the analysis nor observed as a number"
        for relation in scope.relations()
        for name in (relation.predictor, relation.outcome)
        if name not in (*form.factors, *observed)
    ]
    for found in dict.fromkeys(neither):
        yield scope.fault(
            "PLAN-018",
            here,
            found,
            "Add the scale to 'factors', or estimate the paths by 'scores: true'.",
        )
    yield from _rotation_faults(form, entry, scope, here)
    yield from _omitted_faults(form, entry, scope, here)
    yield from _unknown_faults(form, entry, scope, here)
    yield from _subgroup_faults(entry, scope, here)
    if not neither:
        yield from _model_faults(form, entry, scope, here)


def _rotation_faults(
    form: PathsForm, entry: SemSpecification, scope: Scope, here: Location
) -> Iterator[Fault]:
    """Return a fault where rotating items are to be omitted and there are none."""
    used = {id for each in scope.instrument.scales if each.id in form.factors for id in each.items}
    if not entry.rotating and not any(i.rotation for i in scope.instrument.items if i.id in used):
        yield scope.fault(
            "PLAN-039",
            here,
            "no item of the factors rotates: there are none to omit",
            "Remove 'rotating', or choose a form with planned missingness.",
        )


def _omitted_faults(
    form: PathsForm, entry: SemSpecification, scope: Scope, here: Location
) -> Iterator[Fault]:
    """Return a fault for each item to be omitted that no factor has."""
    used = [id for each in scope.instrument.scales if each.id in form.factors for id in each.items]
    for position, id in enumerate(entry.omit):
        if id not in used:
            yield scope.fault(
                "PLAN-042",
                (*here, "omit", position),
                f"no factor of the analysis has the item '{id}'",
                f"{did_you_mean(id, used)}Name items of the factors.",
            )


def _unknown_faults(
    form: PathsForm, entry: SemSpecification, scope: Scope, here: Location
) -> Iterator[Fault]:
    """Return a fault where no don't-know can be given, or where answers have no middle."""
    if entry.dont_know == "missing":
        return
    here = (*here, "dont_know")
    items = counted_items(form, scope.instrument, scope.relations(), omit=entry.omit)
    if not any("dont_know" in scope.instrument.item(id).offers for id in items):
        found = "no question of the analysis offers “don't know”"
        yield scope.fault("PLAN-042", here, found, "Remove 'dont_know'.")
        return
    uneven = without_middle(scope.instrument, items) if entry.dont_know == "middle" else ()
    if uneven:
        yield scope.fault(
            "PLAN-042",
            here,
            f"the answers to {', '.join(uneven)} have no middle",
            "State 'lowest' or 'highest', or omit these items.",
        )


def _subgroup_faults(entry: SemSpecification, scope: Scope, here: Location) -> Iterator[Fault]:
    tested = {hypothesis.id for hypothesis in scope.hypotheses}
    met: set[str] = set()
    for number, part in enumerate(entry.subgroups):
        place: Location = (*here, "subgroups", number)
        yield from scope.condition_faults((*place, "where"), part.where)
        for name in part.hypotheses:
            if name not in tested:
                found, remedy = f"the analysis does not test '{name}'", "Correct the id."
                yield scope.fault("PLAN-011", place, found, remedy)
            elif name in met:
                found = f"'{name}' belongs to two subgroups"
                yield scope.fault("PLAN-011", place, found, "Remove it from one of them.")
            met.add(name)


def _model_faults(
    form: PathsForm, entry: SemSpecification, scope: Scope, here: Location
) -> Iterator[Fault]:
    """Return faults of the model and its options, before any answers are read."""
    from coprod_stats.latent_models.engines.choice import refuse_options
    from coprod_stats.latent_models.specification import Specification

    known = {scale.id for scale in scope.instrument.scales}
    if not set(form.factors) <= known:
        return  # already reported
    plan = scope.plan
    used = {name: "" if name in entry.without else getattr(plan, name) for name in DESIGN_OPTIONS}
    covariates = tuple(used["covariates"])
    designed = bool(used["cluster"] or used["weights"])
    allowed = ("WLSMV", "WLSM", "ULSMV") if entry.ordered else ("MLR",)
    if designed and entry.engine == "core" and entry.estimator not in allowed:
        yield scope.fault(
            "PLAN-019",
            here,
            f"{entry.estimator} does not take clusters and weights into account",
            f"Use {allowed[0]}, or exclude them under 'without'.",
        )
        return
    try:
        model = driver_impact_model(
            form,
            scope.instrument,
            scope.relations(),
            covariates,
            rotating=entry.rotating,
            omit=entry.omit,
            syntax=entry.syntax,
        )
        if entry == compared_specification(form):
            yield from rival_faults(form, scope, model)
            yield from bootstrap_faults(form, entry, scope, model)
        refuse_options(
            Specification(
                model=model.syntax(covariates),
                engine=entry.engine,
                estimator=entry.estimator,
                missing=entry.missing,
                ordered=ordered_items(entry, model),
                cluster=used["cluster"] or None,
                sampling_weights=used["weights"] or None,
            )
        )
    except ExtraStatementsError as error:
        remedy = "State covariances of items, or factors that you add; paths are hypotheses."
        yield scope.fault("PLAN-043", (*here, "syntax"), str(error), remedy)
    except CoprodError as error:
        yield scope.fault("PLAN-019", here, str(error), "Change the specification.")
