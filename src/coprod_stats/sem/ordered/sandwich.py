"""Derivatives, Gamma and baseline of models for ordered and mixed data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.inference.model_tests import ModelTest, chi_square_p
from coprod_stats.sem.inference.weighted_least_squares import GroupDerivatives
from coprod_stats.sem.ordered.gamma import gamma_matrix
from coprod_stats.sem.ordered.least_squares import CategoricalLeastSquares
from coprod_stats.sem.ordered.sample import OrderedSample

FloatArray = NDArray[np.float64]


def statistics_objective(estimate: Estimate) -> CategoricalLeastSquares:
    """Objective of an estimate from ordered data."""
    if not isinstance(estimate.objective, CategoricalLeastSquares):
        raise TypeError("the model was not fitted to ordered variables")
    return estimate.objective


def ordered_derivatives(
    estimate: Estimate, samples: Sequence[OrderedSample]
) -> tuple[GroupDerivatives, ...]:
    """Gather weights, Gamma and Jacobians at the estimates, per group.

    Gamma sums influences within clusters where there are any; the weights, and with them the
    estimates, stay those of independent cases.

    Parameters
    ----------
    estimate : Estimate
    samples : sequence of OrderedSample
    """
    objective = statistics_objective(estimate)
    total = sum(sample.n_obs for sample in samples)
    groups = []
    for model, weighted, sample in zip(objective.models, objective.samples, samples, strict=True):
        local = model.jacobian(model.statistics(estimate.params))
        jacobian = np.zeros((len(local), estimate.table.n_free))
        jacobian[:, model.parameters] = local
        moments = sample.moments
        gamma = gamma_matrix(moments.influence, n_obs=moments.n_obs, clusters=sample.clusters)
        groups.append(
            GroupDerivatives(jacobian, weighted.weight_matrix, gamma, sample.n_obs / total)
        )
    return tuple(groups)


def independence_test(
    estimate: Estimate, groups: Sequence[GroupDerivatives]
) -> tuple[ModelTest, tuple[float, float]]:
    """Test that all covariances are zero; thresholds, means, slopes and variances fit exactly.

    With a whole weight matrix the free statistics are projected out, which leaves the inverse of
    the covariances' own block of its inverse.

    Parameters
    ----------
    estimate : Estimate
    groups : sequence of GroupDerivatives

    Returns
    -------
    ModelTest
        That of ULS without p-value.
    (float, float)
        ``tr(UΓ)`` and ``tr((UΓ)²)``.
    """
    objective, problem = statistics_objective(estimate), estimate.problem
    statistic = trace = square = 0.0
    df = 0
    parts = zip(objective.models, objective.samples, problem.samples, groups, strict=True)
    for model, weighted, sample, group in parts:
        kept = slice(weighted.vector.size - model.rows.size, None)
        part = _covariance_part(group, kept)
        covariances = weighted.vector[kept]
        discrepancy = float(covariances @ part.weigh(covariances[:, None])[:, 0])
        statistic += (sample.n_obs - 1.0) * discrepancy
        moments = part.weighted_gamma_moments()
        trace, square = trace + moments[0], square + moments[1]
        df += model.rows.size
    p_value = float("nan") if problem.method.discrepancy == "ULS" else chi_square_p(statistic, df)
    return ModelTest(statistic, df, p_value), (trace, square)


def _covariance_part(group: GroupDerivatives, kept: slice) -> GroupDerivatives:
    weights = group.weight_matrix
    if weights.ndim == 2:
        weights = np.linalg.inv(np.linalg.inv(weights)[kept, kept])
    else:
        weights = weights[kept]
    return GroupDerivatives(group.jacobian[kept], weights, group.gamma[kept, kept], group.share)
