"""One sample of the population of 0.2.0, and the 21 paths estimated from it in two ways."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from coprod_stats.analyses.paths.form import PathsForm, SemSpecification
from coprod_stats.analyses.paths.planned_model import driver_impact_model
from coprod_stats.analyses.sample import design_column, item_table
from coprod_stats.latent_models.frames import frame_columns
from coprod_stats.latent_models.sem_data import sem_data
from coprod_stats.latent_models.specification import Specification
from coprod_stats.responses import Responses
from coprod_stats.responses.table import Provenance
from coprod_stats.sem.errors import SemError
from coprod_stats.sem.fit import fit_coefficients
from coprod_stats.sem.results import CoefficientFit
from coprod_stats.simulation.population import PopulationForm
from coprod_stats.simulation.population_reading import read_population
from coprod_stats.simulation.simulated_answers import simulate_answers
from coprod_stats.structure import DriverImpactModel
from coprod_stats.study.plan_reading import Plan, read_plan

ROOT = Path(__file__).parents[2]
PLAN = ROOT / "tests" / "oracles" / "driver_impact_0_2_0" / "driver_impact.yaml"
"""The frozen plan of 0.2.0, so that samples drawn later add to those that are kept."""
SPECIFICATIONS = ("mlr_fiml", "wlsmv")


@dataclass(frozen=True, slots=True)
class PathDraw:
    """One path in one specification of one sample; NaN where nothing was estimated."""

    seed: int
    specification: str
    path: str
    n_obs: int
    beta: float
    beta_std_error: float
    df: float
    p_value: float
    proper: bool


FIELDS = tuple(item.name for item in fields(PathDraw))


@dataclass(frozen=True, slots=True)
class Design:
    """The plan, the population of those whom it analyses, and the size of a sample."""

    plan: Plan
    population: PopulationForm
    model: DriverImpactModel
    n_rows: int

    @property
    def form(self) -> PathsForm:
        """The plan's analysis of paths."""
        (form,) = self.plan.form.analyses
        assert isinstance(form, PathsForm)
        return form

    @property
    def specifications(self) -> tuple[SemSpecification, ...]:
        """The confirmatory specification and WLSMV, as the plan words them."""
        planned = {entry.specification: entry for entry in self.form.specifications}
        chosen = tuple(planned[name] for name in SPECIFICATIONS)
        return tuple(entry for entry in chosen if isinstance(entry, SemSpecification))

    @property
    def key(self) -> str:
        """Hash of what samples and specifications depend on; results of one key belong together."""
        told = [self.population.model_dump_json(), self.model.syntax(), str(self.n_rows)]
        told += [entry.model_dump_json(exclude={"title", "role"}) for entry in self.specifications]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]

    def true_beta(self, path: str) -> float:
        """Return the standardised coefficient of a path in the population."""
        found = next(entry for entry in self.model.paths if entry.id == path)
        return self.population.paths[found.outcome].get(found.predictor, 0.0)


@cache
def design_of(n_rows: int) -> Design:
    """Read the frozen plan and its population, of which everybody is a careful co-producer.

    Those whom the plan would not analyse are not drawn, so that a sample of 1,200 is one of 1,200
    people analysed. Users of a digital channel stay as frequent as the population has them, so
    that the items on technology are not asked of the others.
    """
    plan = read_plan(PLAN)
    assert plan.form.population_model is not None
    shipped = read_population(plan.beside(plan.form.population_model), plan.instrument)
    strict = shipped.groups["strict"].model_copy(update={"share": 1.0})
    clean = {"careless": None, "dont_know": 0.0, "unanswered": 0.0}
    population = shipped.model_copy(update={"groups": {"strict": strict}, **clean})
    relations = tuple(entry for each in plan.hypotheses for entry in each.relations())
    (form,) = plan.form.analyses
    assert isinstance(form, PathsForm)
    model = driver_impact_model(form, plan.instrument, relations, covariates=())
    return Design(plan, population, model, n_rows)


def draw(design: Design, seed: int) -> Responses:
    """Draw one sample by the simulator of ``coprod simulate``."""
    drawn = simulate_answers(
        design.population,
        design.plan.instrument,
        n_rows=design.n_rows,
        rng=np.random.default_rng(seed),
    )
    provenance = Provenance("synthetic", "", "simulated", design.n_rows)
    return Responses(design.plan.instrument, drawn.answers, provenance)


def replicate(design: Design, seed: int) -> list[PathDraw]:
    """Estimate all paths of one sample in both ways."""
    people = draw(design, seed)
    cluster = design.plan.form.cluster
    assert cluster is not None
    table = item_table(people, design.model.items)
    table = table.assign(**{cluster: design_column(people, cluster)})
    return [
        PathDraw(seed, entry.specification, *found)
        for entry in design.specifications
        for found in _draws(design, entry, people, table)
    ]


def _draws(
    design: Design, specification: SemSpecification, people: Responses, table: pd.DataFrame
) -> Iterator[tuple[Any, ...]]:
    everyone = [path.id for path in design.model.paths]
    taken = {id for part in specification.subgroups for id in part.hypotheses}
    parts = [(None, [id for id in everyone if id not in taken])]
    parts += [(part.where, list(part.hypotheses)) for part in specification.subgroups]
    for where, ids in parts:
        chosen = np.ones(design.n_rows, dtype=bool)
        for condition in (specification.where, where):
            if condition is not None:
                chosen &= people.where(condition)
        yield from _path_draws(_fitted(design, specification, table[chosen]), design, ids)


def _fitted(
    design: Design, specification: SemSpecification, table: pd.DataFrame
) -> CoefficientFit | None:
    """Fit one specification to some people: the study's table and options, coefficients alone."""
    asked = Specification(
        model=design.model.syntax(),
        estimator=specification.estimator,
        missing=specification.missing,
        cluster=design.plan.form.cluster,
        ordered="all" if specification.ordered else (),
    )
    data = sem_data(frame_columns(table, asked.columns), design.model.items, cluster=asked.cluster)
    try:
        return fit_coefficients(asked.model, data, asked.options)
    except SemError:
        return None


def _path_draws(
    found: CoefficientFit | None, design: Design, ids: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """Return path, cases, standardised estimate with its error and df, p value, and properness."""
    if found is None:
        yield from ((id, 0, math.nan, math.nan, math.nan, math.nan, False) for id in ids)
        return
    places = {(row.lhs, row.rhs): i for i, row in enumerate(found.table) if row.op == "~"}
    n_obs = sum(len(sample.rows) for sample in found.samples)
    df = math.inf if found.t_df is None else found.t_df
    for path in design.model.paths:
        if path.id in ids:
            place = places[path.outcome, path.predictor]
            beta, error, p_value = (
                float(values[place])
                for values in (
                    found.standardized,
                    found.standardized_errors,
                    found.parameters.p_values,
                )
            )
            yield path.id, n_obs, beta, error, df, p_value, found.is_proper
