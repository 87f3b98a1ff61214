"""Standard errors and test statistics of models for ordered and mixed data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.categorical_fit import CategoricalFit
from coprod_stats.sem.inference.weighted_least_squares import (
    GroupDerivatives,
    least_squares_information,
    least_squares_variability,
    restricted_inverse,
    trace_moments,
)
from coprod_stats.sem.observed.gamma import gamma_matrix

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class LeastSquaresTest:
    """A test statistic with what its corrections need.

    Parameters
    ----------
    statistic : float
        ``Σ (n_g − 1) F_g``.
    df : int
    trace, trace_of_square : float
        ``tr(UΓ)`` and ``tr((UΓ)²)``.
    """

    statistic: float
    df: int
    trace: float
    trace_of_square: float


@dataclass(frozen=True, slots=True)
class CategoricalInference:
    """Covariances of the estimates and tests of the model.

    Parameters
    ----------
    groups : tuple of GroupDerivatives
    inverse : (n_free, n_free) array
        Inverse information along the open directions.
    standard_cov : (n_free, n_free) array
        Covariance matrix of the estimates as if the weight matrix were the right one.
    robust_cov : (n_free, n_free) array
        Sandwich covariance matrix; robust to clusters if Gamma is.
    model, baseline : LeastSquaresTest
        Of the model, and of independent items with everything else free.
    """

    groups: tuple[GroupDerivatives, ...]
    inverse: FloatArray
    standard_cov: FloatArray
    robust_cov: FloatArray
    model: LeastSquaresTest
    baseline: LeastSquaresTest


def categorical_inference(
    fit: CategoricalFit, *, clusters: Sequence[IntArray] | None = None
) -> CategoricalInference:
    """Compute standard errors and tests at the estimates.

    Covariances have the divisor ``N`` less the number of groups, as lavaan's. With `clusters`
    the sandwich and the corrected tests allow for dependence within them; the estimates and their
    weight matrix stay those of independent cases.

    Parameters
    ----------
    fit : CategoricalFit
    clusters : sequence of (n_rows,) int arrays, optional
        One per group.

    Raises
    ------
    numpy.linalg.LinAlgError
        Where the information matrix is singular: the model is not identified.
    """
    groups = tuple(_derivatives(fit, group, clusters) for group in range(len(fit.models)))
    information = least_squares_information(groups)
    variability = least_squares_variability(groups)
    inverse = restricted_inverse(information, fit.tangent)
    divisor = fit.n_obs - len(groups)
    traces = trace_moments(groups, inverse, variability)
    return CategoricalInference(
        groups=groups,
        inverse=inverse,
        standard_cov=inverse / divisor,
        robust_cov=inverse @ variability @ inverse / divisor,
        model=LeastSquaresTest(fit.chisq, fit.df, *traces),
        baseline=_baseline_test(fit, groups),
    )


def _derivatives(
    fit: CategoricalFit, group: int, clusters: Sequence[IntArray] | None
) -> GroupDerivatives:
    model, sample = fit.models[group], fit.samples[group]
    local = model.jacobian(model.statistics(fit.params))
    jacobian = np.zeros((local.shape[0], fit.table.n_free))
    jacobian[:, model.parameters] = local
    gamma = gamma_matrix(
        sample.influence,
        n_obs=sample.n_obs,
        clusters=None if clusters is None else clusters[group],
    )
    weight_matrix = fit.objective.samples[group].weight_matrix
    return GroupDerivatives(jacobian, weight_matrix, gamma, sample.n_obs / fit.n_obs)


def _baseline_test(fit: CategoricalFit, groups: Sequence[GroupDerivatives]) -> LeastSquaresTest:
    """Test independence: thresholds, means, slopes and variances fit exactly.

    With a whole weight matrix the free statistics are projected out, which leaves the inverse of
    the covariances' own block of its inverse.
    """
    statistic = trace = square = 0.0
    df = 0
    for model, sample, group in zip(fit.models, fit.objective.samples, groups, strict=True):
        kept = slice(sample.vector.size - model.rows.size, None)
        part = _covariance_part(group, kept)
        covariances = sample.vector[kept]
        weighted = part.weigh(covariances[:, None])[:, 0]
        statistic += fit.n_obs * sample.weight * float(covariances @ weighted)
        moments = part.weighted_gamma_moments()
        trace, square = trace + moments[0], square + moments[1]
        df += model.rows.size
    return LeastSquaresTest(statistic, df, trace, square)


def _covariance_part(group: GroupDerivatives, kept: slice) -> GroupDerivatives:
    """Keep the covariances alone, the other statistics being fitted exactly."""
    weights = group.weight_matrix
    if weights.ndim == 2:
        weights = np.linalg.inv(np.linalg.inv(weights)[kept, kept])
    else:
        weights = weights[kept]
    return GroupDerivatives(group.jacobian[kept], weights, group.gamma[kept, kept], group.share)
