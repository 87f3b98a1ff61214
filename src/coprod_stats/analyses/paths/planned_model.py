"""The model that a specification of an analysis of paths plans: factors, paths, covariates."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from coprod_stats.analyses.paths.form import PathsForm, SemSpecification
from coprod_stats.instruments.model import Instrument
from coprod_stats.instruments.nominal import nominal_items
from coprod_stats.instruments.score_items import items_behind
from coprod_stats.plans.hypotheses import Relation
from coprod_stats.structure import DriverImpactModel, MeasuredFactor, StructuralPath
from coprod_stats.structure.extra_statements import with_extra_statements


def driver_impact_model(
    form: PathsForm,
    instrument: Instrument,
    relations: tuple[Relation, ...],
    covariates: tuple[str, ...],
    *,
    rotating: bool = True,
    omit: Collection[str] = (),
    syntax: str | None = None,
) -> DriverImpactModel:
    """Return factors, hypotheses and covariates as one structural model.

    An end of a path that is no scale, such as an index or a number, is observed as it is. Items
    that rotate can be omitted, and others by name; statements can be added.

    Raises
    ------
    StructureError
        If they do not form a model.
    """
    asked_of_some = set() if rotating else {i.id for i in instrument.items if i.rotation}
    omitted = asked_of_some | set(omit)
    factors = [
        MeasuredFactor(name, tuple(id for id in instrument.scale(name).items if id not in omitted))
        for name in form.factors
    ]
    model = DriverImpactModel(
        tuple(factors),
        structural_paths(relations),
        covariates=covariates,
        composites=observed_ends(instrument, relations),
    )
    return model if syntax is None else with_extra_statements(model, syntax)


def observed_ends(instrument: Instrument, relations: tuple[Relation, ...]) -> tuple[str, ...]:
    """Return the ends of paths that are observed as they are, in their order.

    These are indices, derived variables, and questions answered by a number or one of some ordered
    or two options. What several questions measure is a factor.
    """
    ends = dict.fromkeys(name for each in relations for name in (each.predictor, each.outcome))
    scales = {scale.id for scale in instrument.scales}
    single = {item.id for item in instrument.items if item.kind in ("single", "number")}
    known = {index.id for index in instrument.indices} | single - nominal_items(instrument)
    known |= {derived.id for derived in instrument.derived}
    return tuple(name for name in ends if name in known - scales)


def ordered_items(
    specification: SemSpecification, model: DriverImpactModel
) -> tuple[str, ...] | Literal["all"]:
    """Return the variables of a specification that are ordered: all, but for composites."""
    if not specification.ordered:
        return ()
    return model.items if model.composites else "all"


def structural_paths(relations: tuple[Relation, ...]) -> tuple[StructuralPath, ...]:
    """Return relations as paths."""
    return tuple(
        StructuralPath(entry.id, entry.predictor, entry.outcome, entry.sign) for entry in relations
    )


def counted_items(
    form: PathsForm,
    instrument: Instrument,
    relations: tuple[Relation, ...],
    *,
    omit: Collection[str] = (),
) -> tuple[str, ...]:
    """Return the items of the factors that are not omitted, and those behind observed ends."""
    ends = observed_ends(instrument, relations)
    used = [id for id in items_behind(instrument, form.factors) if id not in omit]
    asked = {item.id for item in instrument.items}
    return tuple(id for id in (*used, *items_behind(instrument, ends)) if id in asked)
