"""Each variable by itself given covariates: ordered items by probit, others by linear regression.

First step of the two-step estimation of [muthen1984]_: parameters, casewise scores and the limits
or residuals that the second step (pairs of variables) conditions on.

References
----------
.. [muthen1984] Muthén, B. (1984). Psychometrika, 49, 115-132.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.distributions import ndtr
from coprod_stats.sem.observed.errors import ObservedDataError
from coprod_stats.sem.ordered.bivariate_normal import INFINITE
from coprod_stats.sem.ordered.thresholds import (
    CodeArray,
    bordered,
    category_counts,
    thresholds_from_counts,
)

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_MAX_STEPS = 50
_SMALLEST = 1e-300


@dataclass(frozen=True, slots=True)
class OrderedMargin:
    """Ordered probit regression of one item on the covariates.

    Parameters
    ----------
    thresholds : (n_categories - 1,) array
    slopes : (n_covariates,) array
    codes : (n_obs,) int array
    upper, lower : (n_obs,) arrays
        Limits ``τ − x'β`` of the category of each case; 0 where the answer is missing.
    scores : (n_obs, n_params) array
        Derivatives of each case's log-likelihood by thresholds, then slopes; unweighted.
    """

    thresholds: FloatArray
    slopes: FloatArray
    codes: CodeArray
    upper: FloatArray
    lower: FloatArray
    scores: FloatArray

    @property
    def observed(self) -> BoolArray:
        """Cases that answered."""
        return np.asarray(self.codes >= 0)


@dataclass(frozen=True, slots=True)
class ContinuousMargin:
    """Linear regression of one item on the covariates.

    Parameters
    ----------
    intercept : float
        The mean where there are no covariates.
    slopes : (n_covariates,) array
    variance : float
        Of the residual, divisor the number of cases that answered.
    observed : (n_obs,) bool array
    residual : (n_obs,) array
        In units of its standard deviation; 0 where the answer is missing.
    scores : (n_obs, n_params) array
        By intercept, slopes and variance; unweighted.
    """

    intercept: float
    slopes: FloatArray
    variance: float
    observed: BoolArray
    residual: FloatArray
    scores: FloatArray


Margin = OrderedMargin | ContinuousMargin


def ordered_margin(
    codes: CodeArray, n_categories: int, *, covariates: FloatArray, weights: FloatArray
) -> OrderedMargin:
    """Fit thresholds and slopes of one ordered item by maximum likelihood.

    Parameters
    ----------
    codes : (n_obs,) int array
        No category is empty.
    n_categories : int
    covariates : (n_obs, n_covariates) array
        May have no columns.
    weights : (n_obs,) array

    Raises
    ------
    ObservedDataError
        ``OBS-012`` if the covariates are collinear or predict the answer perfectly.
    """
    counts = category_counts(codes, n_categories, weights=weights)
    thresholds = thresholds_from_counts(counts)
    slopes = np.zeros(covariates.shape[1])
    if slopes.size:
        answered = codes >= 0
        thresholds, slopes = _probit_regression(
            codes[answered], thresholds, covariates[answered], weights[answered]
        )
    limits, predicted = bordered(thresholds), covariates @ slopes
    upper = np.where(codes == n_categories - 1, INFINITE, limits[codes + 1] - predicted)
    lower = np.where(codes == 0, -INFINITE, limits[codes] - predicted)
    missing = codes < 0
    upper[missing], lower[missing] = 0.0, 0.0
    by_upper, by_lower = _limit_scores(upper, lower)
    by_upper[missing], by_lower[missing] = 0.0, 0.0
    scores = np.empty((codes.size, thresholds.size + slopes.size))
    for k in range(thresholds.size):
        scores[:, k] = np.where(codes == k, by_upper, 0.0) - np.where(codes == k + 1, by_lower, 0.0)
    scores[:, thresholds.size :] = (by_lower - by_upper)[:, None] * covariates
    return OrderedMargin(thresholds, slopes, codes, upper, lower, scores)


def continuous_margin(
    values: FloatArray, *, covariates: FloatArray, weights: FloatArray
) -> ContinuousMargin:
    """Fit mean or regression and residual variance of one continuous item.

    Parameters
    ----------
    values : (n_obs,) array
        Missing values are NaN.
    covariates : (n_obs, n_covariates) array
        May have no columns.
    weights : (n_obs,) array

    Raises
    ------
    ObservedDataError
        ``OBS-012`` if the covariates are collinear, ``OBS-013`` if nothing is left to vary,
        ``OBS-016`` if the item has two values, whose variance follows from the mean.
    """
    observed = ~np.isnan(values)
    weight = np.where(observed, weights, 0.0)
    design = np.column_stack([np.ones(values.size), covariates])
    filled = np.where(observed, values, 0.0)
    coefficients = _solve(design.T @ (design * weight[:, None]), design.T @ (weight * filled))
    deviation = np.where(observed, filled - design @ coefficients, 0.0)
    variance = float(weight @ deviation**2 / weight.sum())
    if variance <= 1e-14 * float(weight @ filled**2 / weight.sum()):
        raise ObservedDataError(
            "OBS-013", "a continuous item is constant, or an exact function of the covariates."
        )
    residual = deviation / np.sqrt(variance)
    by_mean = deviation / variance
    by_variance = np.where(observed, residual**2 - 1.0, 0.0) / (2.0 * variance)
    scores = np.column_stack([by_mean[:, None] * design, by_variance])
    if _variance_follows_from_mean(scores, residual, weight):
        raise ObservedDataError(
            "OBS-016",
            "an item of two values is taken as continuous beside ordered ones: its variance "
            "follows from its mean, so that the sampling covariance of the two has no inverse. "
            "Declare it as ordered; a covariate may also stay fixed (fixed_x).",
        )
    return ContinuousMargin(
        float(coefficients[0]), coefficients[1:], variance, observed, residual, scores
    )


def _variance_follows_from_mean(
    scores: FloatArray, residual: FloatArray, weight: FloatArray
) -> bool:
    """Return whether the score of the variance is a linear function of those of the mean.

    So it is with two values, ``x² = a + b x``: the cross-product of the scores, by which influences
    are computed, is singular.
    """
    root = np.sqrt(weight)
    by_mean, squares = scores[:, :-1] * root[:, None], (residual**2 - 1.0) * root
    left = squares - by_mean @ np.linalg.lstsq(by_mean, squares, rcond=None)[0]
    return bool(np.linalg.norm(left) <= 1e-7 * np.linalg.norm(root * residual**2))


def interval_probability(upper: FloatArray, lower: FloatArray) -> FloatArray:
    """Compute ``Φ(upper) − Φ(lower)`` without cancellation in the upper tail."""
    flipped = lower > 0.0
    high, low = np.where(flipped, -lower, upper), np.where(flipped, -upper, lower)
    return np.asarray(np.maximum(ndtr(high) - ndtr(low), _SMALLEST))


def standard_density(z: FloatArray) -> FloatArray:
    """Density ``φ(z)`` of the standard normal distribution."""
    return np.asarray(np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi))


def _limit_scores(upper: FloatArray, lower: FloatArray) -> tuple[FloatArray, FloatArray]:
    probability = interval_probability(upper, lower)
    return standard_density(upper) / probability, standard_density(lower) / probability


def _probit_regression(
    codes: CodeArray, thresholds: FloatArray, covariates: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Newton's method on the concave log-likelihood, with covariates standardised meanwhile."""
    centre, scale = covariates.mean(axis=0), covariates.std(axis=0)
    scale = np.where(scale > 0.0, scale, 1.0)
    x = (covariates - centre) / scale
    n_thresholds = thresholds.size
    indicators = np.eye(n_thresholds + 2)[:, 1:-1]
    upper_design = np.column_stack([indicators[codes + 1], -x])
    lower_design = np.column_stack([indicators[codes], -x])
    # an infinite limit stays infinite wherever the covariates lie
    upper_design[codes == n_thresholds], lower_design[codes == 0] = 0.0, 0.0
    offsets = np.where(codes == n_thresholds, INFINITE, 0.0), np.where(codes == 0, -INFINITE, 0.0)
    params = np.concatenate([thresholds, np.zeros(x.shape[1])])

    def limits(point: FloatArray) -> tuple[FloatArray, FloatArray]:
        return upper_design @ point + offsets[0], lower_design @ point + offsets[1]

    def loglik(point: FloatArray) -> float:
        if np.any(np.diff(point[:n_thresholds]) <= 0.0):
            return -np.inf
        return float(weights @ np.log(interval_probability(*limits(point))))

    current = loglik(params)
    for _ in range(_MAX_STEPS):
        upper, lower = limits(params)
        by_upper, by_lower = _limit_scores(upper, lower)
        gradient = upper_design.T @ (weights * by_upper) - lower_design.T @ (weights * by_lower)
        cross = (upper_design * (weights * by_upper * by_lower)[:, None]).T @ lower_design
        information = (upper_design * (weights * by_upper * (upper + by_upper))[:, None]).T
        information = information @ upper_design - cross - cross.T
        information += (lower_design * (weights * by_lower * (by_lower - lower))[:, None]).T @ (
            lower_design
        )
        step = _solve(information, gradient)
        while (trial := loglik(params + step)) < current - 1e-9 * abs(current):
            step = step / 2.0
        params, current = params + step, trial
        if np.abs(step).max() < 1e-10:
            slopes = params[n_thresholds:] / scale
            return params[:n_thresholds] + centre @ slopes, slopes
    raise ObservedDataError(
        "OBS-012", "the covariates predict an ordered item perfectly; omit one of them."
    )


def _solve(matrix: FloatArray, right: FloatArray) -> FloatArray:
    scale = np.sqrt(np.maximum(np.diag(matrix), _SMALLEST))
    scaled = matrix / np.outer(scale, scale)
    if not np.linalg.cond(scaled) < 1e12:
        raise ObservedDataError(
            "OBS-012",
            "the covariates are collinear or constant, or predict an item perfectly; "
            "omit one of them.",
        )
    return np.asarray(np.linalg.solve(scaled, right / scale) / scale)
