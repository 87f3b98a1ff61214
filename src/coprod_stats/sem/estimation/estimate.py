"""Parameter estimates of one model on prepared samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.group_stacks import MomentSample
from coprod_stats.sem.estimation.maximum_likelihood import (
    GeneralizedLeastSquares,
    MaximumLikelihood,
)
from coprod_stats.sem.estimation.objective import Evaluation, Likelihood, Objective
from coprod_stats.sem.estimation.optimizer import Minimum, minimize
from coprod_stats.sem.estimation.starting_values import starting_values
from coprod_stats.sem.model.constraints import Restrictions, restrictions
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel
from coprod_stats.sem.model.matrices import group_matrices
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.options import Method
from coprod_stats.sem.sample import GroupSample

if TYPE_CHECKING:
    from coprod_stats.sem.estimation.fiml import FullInformation
    from coprod_stats.sem.estimation.least_squares import LeastSquares

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A fitted model before any inference.

    Parameters
    ----------
    table : ParameterTable
    models : tuple of LisrelModel
        One per group (and level), in the order of ``table.blocks``.
    objective : Objective
    restrictions : Restrictions
    minimum : Minimum
    implied : tuple of ImpliedMoments
        The same, at the estimates.
    """

    table: ParameterTable
    models: tuple[LisrelModel, ...]
    objective: Objective
    restrictions: Restrictions
    minimum: Minimum
    implied: tuple[ImpliedMoments, ...]

    @property
    def params(self) -> FloatArray:
        """Estimates of the free parameters, ``(n_free,)``."""
        return self.minimum.params


def estimate_model(
    table: ParameterTable,
    samples: Sequence[GroupSample],
    method: Method,
    *,
    start: FloatArray | None = None,
) -> Estimate:
    """Fit a model.

    Parameters
    ----------
    table : ParameterTable
    samples : sequence of GroupSample
        One per group, columns in the order of ``table.observed``.
    method : Method
    start : (n_free,) array, optional
        Starting values; computed if left out.
    """
    models = models_of(table, samples, method)
    limits = restrictions(table)
    start_given = start is not None
    if start is None:
        start = propose_start(table, samples, models, method)
    if method.is_fiml and table.n_free and not start_given:
        complete = moment_objective(table, models, samples, method)
        start = minimize(complete, limits, start, max_iterations=50).params
    objective = objective_of(table, models, samples, method)
    minimum = minimize(objective, limits, start, is_near=method.is_fiml)
    implied = tuple(model.moments(minimum.params) for model in models)
    return Estimate(table, models, objective, limits, minimum, implied)


def known_estimate(
    table: ParameterTable, samples: Sequence[GroupSample], method: Method, params: FloatArray
) -> Estimate | None:
    """Take given parameters for the ML solution if they are one, without second derivatives.

    Parameters
    ----------
    table : ParameterTable
    samples : sequence of GroupSample
    method : Method
    params : (n_free,) array

    Returns
    -------
    Estimate or None
        None where the first derivatives do not vanish, or the method is not ML.
    """
    models = models_of(table, samples, method)
    objective = objective_of(table, models, samples, method)
    if not isinstance(objective, Likelihood) or not objective.has_minimum_at(params):
        return None
    unknown = np.full((table.n_free,) * 2, np.nan)
    final = Evaluation(objective.value(params), np.zeros(table.n_free), unknown)
    minimum = Minimum(params, True, 0, final, (), np.zeros(0), 0.0)
    implied = tuple(model.moments(params) for model in models)
    return Estimate(table, models, objective, restrictions(table), minimum, implied)


def estimate_at(
    table: ParameterTable,
    samples: Sequence[GroupSample],
    method: Method,
    params: FloatArray,
) -> Estimate:
    """Take given parameters for the solution, without minimizing.

    Parameters
    ----------
    table : ParameterTable
    samples : sequence of GroupSample
    method : Method
    params : (n_free,) array
    """
    models = models_of(table, samples, method)
    objective = objective_of(table, models, samples, method)
    limits = restrictions(table)
    final = objective.evaluate(params, exact=True)
    slope = float(np.abs(final.gradient @ limits.basis).max(initial=0.0))
    minimum = Minimum(params, True, 0, final, limits.equalities, np.zeros(0), slope)
    implied = tuple(model.moments(params) for model in models)
    return Estimate(table, models, objective, limits, minimum, implied)


# What few models need is loaded where they need it: a small one is fitted faster than imported.


def models_of(
    table: ParameterTable, samples: Sequence[GroupSample], method: Method
) -> tuple[LisrelModel, ...]:
    """Models of all groups (and levels) with the moments of fixed covariates filled in."""
    if method.is_ordered:
        from coprod_stats.sem.estimation.categorical_problem import completed_models

        return completed_models(table, samples)
    if method.is_two_level:
        from coprod_stats.sem.multilevel.problem import two_level_models

        return two_level_models(table, samples)
    return _lisrel_models(table, samples)


def _lisrel_models(
    table: ParameterTable, samples: Sequence[GroupSample]
) -> tuple[LisrelModel, ...]:
    return tuple(
        LisrelModel(group_matrices(table, group + 1).with_exogenous(sample.mean, sample.cov))
        for group, sample in enumerate(samples)
    )


def propose_start(
    table: ParameterTable,
    samples: Sequence[GroupSample],
    models: Sequence[LisrelModel],
    method: Method,
) -> FloatArray:
    """Propose starting values from the sample moments."""
    matrices = [model.matrices for model in models]
    if method.is_ordered:
        from coprod_stats.sem.estimation.categorical_problem import responses_of
        from coprod_stats.sem.estimation.categorical_start import categorical_start

        return categorical_start(table, matrices, responses_of(models), samples)
    if method.is_two_level:
        from coprod_stats.sem.multilevel.problem import two_level_start

        return two_level_start(table, samples, models)
    covs = [sample.cov for sample in samples]
    return starting_values(table, matrices, covs, [sample.mean for sample in samples])


def objective_of(
    table: ParameterTable,
    models: Sequence[LisrelModel],
    samples: Sequence[GroupSample],
    method: Method,
) -> Objective:
    """Build the function that the method minimizes."""
    if method.is_ordered:
        from coprod_stats.sem.estimation.categorical_problem import categorical_objective

        return categorical_objective(table, models, samples, method.discrepancy)
    if method.is_two_level:
        from coprod_stats.sem.multilevel.problem import two_level_objective

        return two_level_objective(table, models, samples)
    if not method.is_fiml:
        return moment_objective(table, models, samples, method)
    return _full_information(table, models, samples)


def _full_information(
    table: ParameterTable, models: Sequence[LisrelModel], samples: Sequence[GroupSample]
) -> FullInformation:
    from coprod_stats.sem.estimation.fiml import FullInformation

    patterns = [sample.patterns for sample in samples if sample.patterns is not None]
    saturated = [_saturated_value(sample) for sample in samples]
    return FullInformation(models, patterns, saturated_values=saturated, n_free=table.n_free)


def moment_objective(
    table: ParameterTable,
    models: Sequence[LisrelModel],
    samples: Sequence[GroupSample],
    method: Method,
) -> Objective:
    """Build a discrepancy between sample and implied moments."""
    total = sum(sample.n_obs for sample in samples)
    meanstructure = table.meanstructure
    if method.discrepancy in ("ULS", "DWLS", "WLS"):
        return _least_squares(table, models, samples, method)
    if method.is_normal_likelihood:
        parts = [MomentSample(s.mean, s.cov, s.n_obs / total) for s in samples]
    else:
        parts = [MomentSample(s.mean, _unbiased(s), (s.n_obs - 1.0) / total) for s in samples]
    if method.discrepancy == "GLS":
        return GeneralizedLeastSquares(
            models, parts, meanstructure=meanstructure, n_free=table.n_free
        )
    return MaximumLikelihood(models, parts, meanstructure=meanstructure, n_free=table.n_free)


def _least_squares(
    table: ParameterTable,
    models: Sequence[LisrelModel],
    samples: Sequence[GroupSample],
    method: Method,
) -> LeastSquares:
    from coprod_stats.sem.estimation.least_squares import (
        LeastSquares,
        WeightedMoments,
        moment_vector,
    )
    from coprod_stats.sem.estimation.moment_weights import moment_weights

    total = sum(sample.n_obs for sample in samples)
    meanstructure = table.meanstructure
    weighted = [
        WeightedMoments(
            moment_vector(sample.mean, _unbiased(sample), meanstructure=meanstructure),
            moment_weights(sample, method.discrepancy, meanstructure=meanstructure),
            (sample.n_obs - 1.0) / total,
        )
        for sample in samples
    ]
    return LeastSquares(models, weighted, meanstructure=meanstructure, n_free=table.n_free)


def _unbiased(sample: GroupSample) -> FloatArray:
    return sample.cov * (sample.n_obs / (sample.n_obs - 1.0))


def _saturated_value(sample: GroupSample) -> float:
    """Half the discrepancy of the saturated model: minus its log-likelihood without constant."""
    if sample.saturated is None or sample.patterns is None:
        return 0.0
    n_values = float(sample.patterns.counts @ sample.patterns.observed.sum(axis=1))
    return float(-sample.saturated.loglik - 0.5 * n_values * np.log(2 * np.pi)) / sample.n_obs
