"""Fit indices as functions of plain numbers.

References are given with each function; ``c`` is the scaling factor of robust versions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.distributions import (
    chi_square_tail,
    noncentral_chi_square,
    normal_density,
    normal_quantile,
)

FloatArray = NDArray[np.float64]


def comparative_fit(
    statistic: float,
    df: float,
    baseline: float,
    baseline_df: float,
    *,
    c: float = 1.0,
    c_baseline: float = 1.0,
) -> float:
    """Compute the comparative fit index, ``1 - max(T - c df, 0) / max(T - c df, T0 - c0 df0, 0)``.

    References
    ----------
    Bentler, P. M. (1990). Psychological Bulletin, 107, 238-246, eq. 13. Robust: Brosseau-Liard,
    P. E., & Savalei, V. (2014). Multivariate Behavioral Research, 49, 460-470, eq. 7.
    """
    if df <= 0:
        c = c_baseline = 1.0
    if not np.isfinite(statistic + baseline):
        return float("nan")
    excess = max(statistic - c * df, 0.0)
    largest = max(excess, baseline - c_baseline * baseline_df, 0.0)
    return 1.0 if largest < 1e-8 else 1.0 - excess / largest


def tucker_lewis(
    statistic: float,
    df: float,
    baseline: float,
    baseline_df: float,
    *,
    c: float = 1.0,
    c_baseline: float = 1.0,
) -> float:
    """Compute the Tucker-Lewis index, ``1 - (T - c df) df0 / ((T0 - c0 df0) df)``.

    References
    ----------
    Tucker, L. R., & Lewis, C. (1973). Psychometrika, 38, 1-10, eq. 22.
    """
    if df <= 0:
        c = c_baseline = 1.0
    excess = (statistic - c * df) * baseline_df
    largest = (baseline - c_baseline * baseline_df) * df
    if not (np.isfinite(excess) and np.isfinite(largest)):
        return float("nan")
    return 1.0 - excess / largest if df > 0 and largest != 0 else 1.0


@dataclass(frozen=True, slots=True)
class ApproximationError:
    """RMSEA with its interval.

    Parameters
    ----------
    rmsea : float
    ci_lower, ci_upper : float
        90 % interval.
    p_value : float
        Of the hypothesis that RMSEA is at most .05.
    """

    rmsea: float
    ci_lower: float
    ci_upper: float
    p_value: float


def approximation_error(
    statistic: float,
    df: float,
    *,
    n_obs: float,
    n_groups: int,
    c: float = 1.0,
    c_point: float | None = None,
    point_statistic: float | None = None,
) -> ApproximationError:
    """Compute the root mean square error of approximation.

    ``sqrt(G max(T / (N df) - c / N, 0))``, with the interval from the noncentral chi-square
    distribution of `statistic`.

    Parameters
    ----------
    statistic, df : float
        The test that the interval rests on.
    n_obs : float
        Cases of all groups.
    n_groups : int
    c : float
        Scaling factor by which the interval of a scaled statistic is brought back.
    c_point, point_statistic : float, optional
        Factor and statistic for the point estimate, if they differ from `c` and `statistic`.

    References
    ----------
    Browne, M. W., & Cudeck, R. (1993). In Testing structural equation models (pp. 136-162).
    Robust: Brosseau-Liard, P. E., Savalei, V., & Li, L. (2012). Multivariate Behavioral Research,
    47, 904-930.
    """
    if not df > 0:
        return ApproximationError(0.0, 0.0, 0.0, float("nan"))
    if not np.isfinite(statistic + df + c):
        return ApproximationError(*[float("nan")] * 4)
    top = statistic if point_statistic is None else point_statistic
    c_top = c if c_point is None else c_point
    point = np.sqrt(max(top / n_obs / df - c_top / n_obs, 0.0)) * np.sqrt(n_groups)
    bounds = [
        float(np.sqrt(c * noncentrality(statistic, df, p) / (n_obs * df)) * np.sqrt(n_groups))
        for p in (0.95, 0.05)
    ]
    close = n_obs * df * 0.05**2 / (n_groups * c)
    p_value = 1.0 - noncentral_chi_square(statistic, df, close)[0]
    return ApproximationError(float(point), bounds[0], bounds[1], p_value)


def noncentrality(statistic: float, df: float, probability: float) -> float:
    """Find the noncentrality at which the statistic is a given quantile; 0 if there is none.

    Newton steps from the quantile of the normal distribution with the same mean and variance,
    kept in a bracket, on the normal scale, on which the distribution function is nearly straight.
    They converge quadratically: once a step is small, the next would be less than rounding.
    """
    if 1.0 - chi_square_tail(statistic, df) < probability:
        return 0.0
    excess = statistic - df
    spread = math.sqrt(2.0 * df + 4.0 * max(excess, 0.0))
    target = normal_quantile(probability)
    value = max(excess - target * spread, 0.1 * spread)
    lower, upper = 0.0, math.inf
    for _ in range(200):
        height, slope = noncentral_chi_square(statistic, df, value)
        lower, upper = (value, upper) if height > probability else (lower, value)
        new = math.inf
        if slope and 0.0 < height < 1.0:
            reached = normal_quantile(height)
            new = value - (reached - target) * normal_density(reached) / slope
        if not lower < new < upper:
            new = 0.5 * (lower + upper) if math.isfinite(upper) else 2.0 * value
        elif abs(new - value) <= 1e-8 * (1.0 + value):
            return new
        value = new
    return value


def standardized_residual(
    sample_mean: FloatArray | None,
    sample_cov: FloatArray,
    implied_mean: FloatArray,
    implied_cov: FloatArray,
) -> float:
    """Compute the SRMR of one group: residuals over sample standard deviations, Bentler's version.

    Parameters
    ----------
    sample_mean : (n_items,) array, optional
        None without a mean structure.
    sample_cov, implied_cov : (n_items, n_items) array
    implied_mean : (n_items,) array

    References
    ----------
    Bentler, P. M. (1995). EQS structural equations program manual, p. 271.
    """
    scales = np.sqrt(np.diagonal(sample_cov))
    residual = (sample_cov - implied_cov) / np.outer(scales, scales)
    lower = residual[np.tril_indices(len(scales))]
    total, count = float(lower @ lower), lower.size
    if sample_mean is not None:
        shift = (sample_mean - implied_mean) / scales
        total, count = total + float(shift @ shift), count + shift.size
    return float(np.sqrt(total / count))


def information_criteria(loglik: float, n_params: int, n_obs: float) -> tuple[float, float, float]:
    """Compute AIC, BIC and the sample-size adjusted BIC.

    References
    ----------
    Sclove, S. L. (1987). Psychometrika, 52, 333-343 (adjusted: ``N`` becomes ``(N + 2) / 24``).
    """
    deviance = -2.0 * loglik
    adjusted = deviance + n_params * np.log((n_obs + 2.0) / 24.0)
    return (
        deviance + 2.0 * n_params,
        float(deviance + n_params * np.log(n_obs)),
        float(adjusted),
    )
