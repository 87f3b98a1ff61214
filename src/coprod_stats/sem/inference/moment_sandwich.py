"""Moments of continuous data for the sandwich and the scaled tests of MLM and its relatives.

For ML the weight matrix is the normal-theory information at the implied moments, in two-stage
estimation that at the saturated moments; the asymptotic covariance matrix of the sample moments
makes no distributional assumption.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.estimation.least_squares import lower_triangle, moment_jacobian
from coprod_stats.sem.estimation.moment_weights import moment_acov, moment_weights
from coprod_stats.sem.estimation.positive_definite import factor
from coprod_stats.sem.incomplete_sample import IncompleteSample
from coprod_stats.sem.inference.sandwich import fixed_columns
from coprod_stats.sem.inference.saturated_model import saturated_model
from coprod_stats.sem.inference.weighted_least_squares import GroupDerivatives

FloatArray = NDArray[np.float64]


def normal_weight(cov: FloatArray, *, meanstructure: bool) -> FloatArray:
    """Information of one normal observation about its mean and covariances.

    Parameters
    ----------
    cov : (n_items, n_items) array
    meanstructure : bool
        Whether means are moments of the model.

    Raises
    ------
    numpy.linalg.LinAlgError
        Where `cov` is not positive definite.
    """
    factored = factor(cov)
    if factored is None:
        raise np.linalg.LinAlgError("the covariance matrix is not positive definite")
    P = factored.inverse
    i, j = lower_triangle(cov.shape[0])
    halves = np.where(i == j, 0.5, 1.0)
    by_cov = P[np.ix_(i, i)] * P[np.ix_(j, j)] + P[np.ix_(i, j)] * P[np.ix_(j, i)]
    by_cov *= halves[:, None] * halves
    if not meanstructure:
        return np.asarray(by_cov)
    corner = np.zeros((len(P), len(i)))
    return np.block([[P, corner], [corner.T, by_cov]])


def complete_derivatives(estimate: Estimate) -> tuple[GroupDerivatives, ...]:
    """Compute weights, asymptotic covariances and Jacobians of complete data, per group.

    Parameters
    ----------
    estimate : Estimate
    """
    table, method = estimate.table, estimate.problem.method
    means = table.meanstructure
    parts = []
    for group, (implied, sample) in enumerate(
        zip(estimate.implied, estimate.problem.samples, strict=True), start=1
    ):
        fixed = fixed_columns(table, group)
        if method.discrepancy == "ML":
            weight = normal_weight(implied.cov, meanstructure=means)
        else:
            weight = moment_weights(sample, method.discrepancy, meanstructure=means)
        parts.append((weight, moment_acov(sample, meanstructure=means, fixed=fixed)))
    return _derivatives(estimate, parts)


def two_stage_derivatives(
    estimate: Estimate, samples: Sequence[IncompleteSample]
) -> tuple[GroupDerivatives, ...]:
    """Compute weights, asymptotic covariances and Jacobians of saturated moments, per group.

    Parameters
    ----------
    estimate : Estimate
    samples : sequence of IncompleteSample
    """
    means = estimate.table.meanstructure
    robust = estimate.problem.method.missing == "robust-two-stage"
    parts = [
        (normal_weight(sample.cov, meanstructure=means), saturated_acov(sample, robust=robust))
        for sample in samples
    ]
    return _derivatives(estimate, parts)


def _derivatives(
    estimate: Estimate, parts: Sequence[tuple[FloatArray, FloatArray]]
) -> tuple[GroupDerivatives, ...]:
    """Add the Jacobians to weights and asymptotic covariances."""
    samples, means = estimate.problem.samples, estimate.table.meanstructure
    total = sum(sample.n_obs for sample in samples)
    groups = []
    for model, implied, sample, (weight, acov) in zip(
        estimate.models, estimate.implied, samples, parts, strict=True
    ):
        jacobian = np.zeros((len(weight), estimate.table.n_free))
        jacobian[:, model.parameters] = moment_jacobian(model, implied, meanstructure=means)
        groups.append(GroupDerivatives(jacobian, weight, acov, sample.n_obs / total))
    return tuple(groups)


def saturated_acov(sample: IncompleteSample, *, robust: bool) -> FloatArray:
    """Asymptotic covariance matrix of the saturated moments, times the number of cases.

    Parameters
    ----------
    sample : IncompleteSample
    robust : bool
        Whether the data may be nonnormal.
    """
    saturated = saturated_model(sample, np.arange(sample.mean.size * (sample.mean.size + 3) // 2))
    return saturated.robust_acov if robust else saturated.inverse
