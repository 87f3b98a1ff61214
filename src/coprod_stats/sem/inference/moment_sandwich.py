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
from coprod_stats.sem.estimation.positive_definite import factor, scaled_inverse
from coprod_stats.sem.inference.sandwich import fixed_columns, saturated_meat
from coprod_stats.sem.inference.weighted_least_squares import GroupDerivatives
from coprod_stats.sem.observed.saturated_information import saturated_information
from coprod_stats.sem.options import Method
from coprod_stats.sem.sample import GroupSample

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


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


def moment_derivatives(
    estimate: Estimate, samples: Sequence[GroupSample], method: Method
) -> tuple[GroupDerivatives, ...]:
    """Gather weights, asymptotic covariances and Jacobians at the estimates, per group."""
    total = sum(sample.n_obs for sample in samples)
    means = estimate.table.meanstructure
    fixed = fixed_columns(estimate.table)
    groups = []
    for model, implied, sample in zip(estimate.models, estimate.implied, samples, strict=True):
        if method.is_two_stage:
            weight = normal_weight(sample.cov, meanstructure=means)
        elif method.discrepancy == "ML":
            weight = normal_weight(implied.cov, meanstructure=means)
        else:
            weight = moment_weights(sample, method.discrepancy, meanstructure=means)
        jacobian = np.zeros((len(weight), estimate.table.n_free))
        jacobian[:, model.parameters] = moment_jacobian(model, implied, meanstructure=means)
        acov = sample_acov(sample, method, meanstructure=means, fixed=fixed)
        groups.append(GroupDerivatives(jacobian, weight, acov, sample.n_obs / total))
    return tuple(groups)


def sample_acov(
    sample: GroupSample, method: Method, *, meanstructure: bool, fixed: IntArray
) -> FloatArray:
    """Asymptotic covariance matrix of the sample moments, times the number of cases."""
    if sample.patterns is None:
        return moment_acov(sample, meanstructure=meanstructure, fixed=fixed)
    information = saturated_information(sample.patterns, mean=sample.mean, cov=sample.cov)
    inverse = scaled_inverse(information) * sample.n_obs
    if method.missing == "two-stage":
        return np.asarray(inverse, dtype=np.float64)
    return np.asarray(inverse @ (saturated_meat(sample) / sample.n_obs) @ inverse)
