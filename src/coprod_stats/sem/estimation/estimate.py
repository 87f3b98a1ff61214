"""Parameter estimates of one problem."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.objective import Evaluation, Likelihood, Objective, Sloped
from coprod_stats.sem.estimation.optimizer import MAX_ITERATIONS, Minimum, minimize
from coprod_stats.sem.model.constraints import Restrictions, restrictions
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel
from coprod_stats.sem.model.parameters import ParameterTable

if TYPE_CHECKING:
    from coprod_stats.sem.problems.problem import Problem

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A fitted model before any inference.

    Parameters
    ----------
    problem : Problem
    models : tuple of LisrelModel
        One per group (and level), in the order of ``table.blocks``.
    objective : Objective
    restrictions : Restrictions
    minimum : Minimum
    implied : tuple of ImpliedMoments
        The same, at the estimates.
    shifted : ShiftedEstimate, optional
        Where the model was estimated with variables measured from their means.
    """

    problem: Problem
    models: tuple[LisrelModel, ...]
    objective: Objective
    restrictions: Restrictions
    minimum: Minimum
    implied: tuple[ImpliedMoments, ...]
    shifted: ShiftedEstimate | None = None

    @property
    def table(self) -> ParameterTable:
        """The parameter table."""
        return self.problem.table

    @property
    def params(self) -> FloatArray:
        """Estimates of the free parameters, ``(n_free,)``."""
        return self.minimum.params


@dataclass(frozen=True, slots=True)
class ShiftedEstimate:
    """A model fitted to data measured from their means, where inference is exact.

    Parameters
    ----------
    estimate : Estimate
    directions : (n_free, n_free) array
        ``P``, which turns directions there into directions of the original parameters.
    """

    estimate: Estimate
    directions: FloatArray


def estimate_model(
    problem: Problem, *, start: FloatArray | None = None, max_iterations: int = MAX_ITERATIONS
) -> Estimate:
    """Fit a model.

    Parameters
    ----------
    problem : Problem
    start : (n_free,) array, optional
        Starting values; computed if omitted.
    max_iterations : int
    """
    models = problem.models()
    limits = restrictions(problem.table)
    shifted = _shifted(problem, models, limits, start, max_iterations)
    if shifted is not None:
        return shifted
    objective = problem.objective(models)
    if start is None:
        minimum = _minimum_from_any_start(problem, models, limits, objective)
    else:
        near = problem.is_started_near
        minimum = minimize(objective, limits, start, max_iterations=max_iterations, is_near=near)
    implied = tuple(model.moments(minimum.params) for model in models)
    return Estimate(problem, models, objective, limits, minimum, implied)


def _minimum_from_any_start(
    problem: Problem,
    models: tuple[LisrelModel, ...],
    limits: Restrictions,
    objective: Objective,
) -> Minimum:
    """Minimize from the proposed starting values; where these lead nowhere, from others in turn.

    Where none leads to a minimum, the lowest end is kept.
    """
    proposed = problem.starting_values(models)
    near = problem.is_started_near
    start = problem.approach(models, limits, proposed)
    lowest = minimize(objective, limits, start, is_near=near)
    if lowest.converged:
        return lowest
    for other in problem.other_starts(models, proposed):
        start = problem.approach(models, limits, other)
        found = minimize(objective, limits, start, is_near=near)
        if found.converged:
            return found
        if found.final.value < lowest.final.value or not np.isfinite(lowest.final.value):
            lowest = found
    return lowest


def _shifted(
    problem: Problem,
    models: tuple[LisrelModel, ...],
    limits: Restrictions,
    start: FloatArray | None,
    max_iterations: int,
) -> Estimate | None:
    """Fit the model with variables measured from their means, where these lie far from zero.

    None where they do not, or where the model would be another one.
    """
    moved = problem.measured_from_means()
    if moved is None:
        return None
    near, offsets = moved
    # time stamps and the like are rare: a small model is fitted faster than imported
    from coprod_stats.sem.estimation.far_means import shift_between

    table = problem.table
    shift = shift_between(
        models,
        near.models(),
        offsets=[offsets[table.columns_of(group)] for group in range(1, table.n_groups + 1)],
        samples=problem.samples,
        limits=limits,
    )
    if shift is None:
        return None
    begin = None if start is None else shift.from_data(start)
    found = estimate_model(near, start=begin, max_iterations=max_iterations)
    params = shift.to_data(found.params)
    if params is None:
        return None
    objective = problem.objective(models)
    final = objective.evaluate(params, exact=True)
    minimum = replace(found.minimum, params=params, final=final)
    implied = tuple(model.moments(params) for model in models)
    shifted = ShiftedEstimate(found, shift.directions(params))
    return Estimate(problem, models, objective, limits, minimum, implied, shifted)


def known_estimate(problem: Problem, params: FloatArray) -> Estimate | None:
    """Take given parameters for the ML solution if they are one, without second derivatives.

    Parameters
    ----------
    problem : Problem
    params : (n_free,) array

    Returns
    -------
    Estimate or None
        None where the first derivatives do not vanish, or the method is not ML.
    """
    models = problem.models()
    objective = problem.objective(models)
    if not isinstance(objective, Likelihood) or not objective.has_minimum_at(params):
        return None
    return _without_curvature(problem, models, objective, restrictions(problem.table), params)


def estimate_nearby(problem: Problem, other: Estimate) -> Estimate | None:
    """Fit a model to cases much like those that it was fitted to, without second derivatives.

    Parameters
    ----------
    problem : Problem
        The same model with other cases.
    other : Estimate
        Its estimates and second derivatives are taken for those nearby.

    Returns
    -------
    Estimate or None
        None where this spares nothing, restrictions are not linear, or there is no minimum nearby.
    """
    limits = other.restrictions
    objective = problem.objective(other.models)
    if not isinstance(objective, Sloped) or limits.is_nonlinear or other.shifted is not None:
        return None
    # loaded only where samples are drawn
    from coprod_stats.sem.estimation.nearby import minimize_nearby

    params = minimize_nearby(objective, limits, other.params, other.minimum.final.curvature)
    if params is None:
        return None
    return _without_curvature(problem, other.models, objective, limits, params)


def _without_curvature(
    problem: Problem,
    models: tuple[LisrelModel, ...],
    objective: Objective,
    limits: Restrictions,
    params: FloatArray,
) -> Estimate:
    """Take given parameters for the minimum; second derivatives stay unknown."""
    n_free = problem.table.n_free
    unknown = np.full((n_free, n_free), np.nan)
    final = Evaluation(objective.value(params), np.zeros(n_free), unknown)
    minimum = Minimum(params, True, 0, final, (), np.zeros(0), 0.0)
    implied = tuple(model.moments(params) for model in models)
    return Estimate(problem, models, objective, limits, minimum, implied)


def estimate_at(problem: Problem, params: FloatArray) -> Estimate:
    """Take given parameters for the solution, without minimizing.

    Parameters
    ----------
    problem : Problem
    params : (n_free,) array
    """
    models = problem.models()
    objective = problem.objective(models)
    limits = restrictions(problem.table)
    final = objective.evaluate(params, exact=True)
    slope = float(np.abs(final.gradient @ limits.basis).max(initial=0.0))
    minimum = Minimum(params, True, 0, final, limits.equalities, np.zeros(0), slope)
    implied = tuple(model.moments(params) for model in models)
    return Estimate(problem, models, objective, limits, minimum, implied)
