"""Correlations of two variables given their margins, from cases rather than tables.

Second step of the two-step estimation for pairs that a contingency table does not describe:
ordered items given covariates, an ordered with a continuous item (polyserial), and two
continuous items with missing values. Each function returns the correlation, the casewise scores
by it and the casewise derivatives by the parameters of both margins.

References
----------
Olsson, U., Drasgow, F., & Dorans, N. J. (1982). Psychometrika, 47, 337-347.
Muthén, B. (1984). Psychometrika, 49, 115-132.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.distributions import ndtr
from coprod_stats.sem.ordered.bivariate_normal import add_increment, density, density_slope
from coprod_stats.sem.ordered.margins import (
    ContinuousMargin,
    Margin,
    OrderedMargin,
    interval_probability,
    standard_density,
)
from coprod_stats.sem.ordered.newton import BOUND, Bracket
from coprod_stats.sem.ordered.polychoric import SMALLEST_PROBABILITY

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

_MAX_STEPS = 60

_Derivatives = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class PairFit:
    """A correlation with the derivatives of each case's log-likelihood.

    Parameters
    ----------
    rho : float
    scores : (n_obs,) array
        By the correlation; unweighted, 0 where one of the answers is missing.
    first, second : two (n_obs,) arrays each
        By the upper and lower limit of an ordered item, or by mean and variance of a continuous
        one.
    """

    rho: float
    scores: FloatArray
    first: _Derivatives
    second: _Derivatives


def fit_pair(first: Margin, second: Margin, *, weights: FloatArray, profiles: IntArray) -> PairFit:
    """Estimate the correlation of two variables given their margins.

    Parameters
    ----------
    first, second : OrderedMargin or ContinuousMargin
    weights : (n_obs,) array
    profiles : (n_obs,) int array
        Equal for cases with equal covariates, so that equal cases are evaluated once.
    """
    if isinstance(first, OrderedMargin):
        if isinstance(second, OrderedMargin):
            return _polychoric(first, second, weights, profiles)
        turned = _polyserial(second, first, weights)
        return PairFit(turned.rho, turned.scores, turned.second, turned.first)
    if isinstance(second, OrderedMargin):
        return _polyserial(first, second, weights)
    return _pearson(first, second, weights)


def _maximum(start: float, evaluate: Callable[[float], tuple[float, float, float, float]]) -> float:
    """Maximise by bracketed Newton steps; `evaluate` returns likelihood, score and informations."""
    bracket = Bracket(np.clip([start], -0.9 * BOUND, 0.9 * BOUND))
    for _ in range(_MAX_STEPS):
        likelihood, score, information, fallback = evaluate(float(bracket.point[0]))
        curvature = information if information > 0.0 else max(fallback, 1e-300)
        if bracket.step(np.array([likelihood]), np.array([score]), np.array([curvature])):
            break
    return float(bracket.point[0])


def _weighted_correlation(x: FloatArray, y: FloatArray, weights: FloatArray) -> float:
    total = weights.sum()
    x, y = x - weights @ x / total, y - weights @ y / total
    spread = float(np.sqrt((weights @ x**2) * (weights @ y**2)))
    return float(weights @ (x * y)) / spread if spread > 0.0 else 0.0


def _polychoric(
    first: OrderedMargin, second: OrderedMargin, weights: FloatArray, profiles: IntArray
) -> PairFit:
    both = first.observed & second.observed
    width = int(second.codes.max()) + 1
    cells = (profiles * (int(first.codes.max()) + 1) + first.codes) * width + second.codes
    _, example, cell_of_case = np.unique(cells[both], return_index=True, return_inverse=True)
    own, other = (
        (side.upper[both][example], side.lower[both][example]) for side in (first, second)
    )
    counts = np.bincount(cell_of_case, weights=weights[both])
    a = np.stack([own[0], own[0], own[1], own[1]])[None]
    b = np.stack([other[0], other[1], other[0], other[1]])[None]
    signs = np.array([1.0, -1.0, -1.0, 1.0])
    corners = ndtr(a) * ndtr(b)
    position = np.zeros(1)

    def move(rho: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        nonlocal position
        add_increment(corners, (a, b), position, np.array([rho]))
        position = np.array([rho])
        at_corners = density(a, b, position)
        curvature = signs @ (at_corners * density_slope(a, b, position))[0]
        probability = np.maximum(signs @ corners[0], SMALLEST_PROBABILITY)
        return probability, signs @ at_corners[0], curvature

    def evaluate(rho: float) -> tuple[float, float, float, float]:
        probability, slope, curvature = move(rho)
        relative = slope / probability
        fisher = float(counts @ relative**2)
        information = fisher - float(counts @ (curvature / probability))
        likelihood = float(counts @ np.log(probability))
        return likelihood, float(counts @ relative), information, fisher

    codes = first.codes[both].astype(np.float64), second.codes[both].astype(np.float64)
    start = _weighted_correlation(*codes, weights[both])
    rho = _maximum(start, evaluate)
    probability, slope, _ = move(rho)
    usable = probability > SMALLEST_PROBABILITY
    by_first = _limit_derivatives(own, other, rho)
    by_second = _limit_derivatives(other, own, rho)

    def casewise(values: FloatArray) -> FloatArray:
        spread = np.zeros(both.size)
        spread[both] = np.where(usable, values / probability, 0.0)[cell_of_case]
        return spread

    return PairFit(
        rho,
        casewise(slope),
        (casewise(by_first[0]), casewise(by_first[1])),
        (casewise(by_second[0]), casewise(by_second[1])),
    )


def _limit_derivatives(own: _Derivatives, other: _Derivatives, rho: float) -> _Derivatives:
    """Change of a cell's probability with the upper and (negatively) the lower limit of one item.

    ``φ(z) [Φ((u − ρz)/√(1 − ρ²)) − Φ((l − ρz)/√(1 − ρ²))]`` at both limits `z` of the item,
    with the limits `u`, `l` of the other item.
    """
    root = np.sqrt(1.0 - rho * rho)
    upper, lower = (
        standard_density(z)
        * (ndtr((other[0] - rho * z) / root) - ndtr((other[1] - rho * z) / root))
        for z in own
    )
    return upper, lower


def _polyserial(
    continuous: ContinuousMargin, ordered: OrderedMargin, weights: FloatArray
) -> PairFit:
    """Ordered item given a continuous one: normal with mean ``ρz`` and variance ``1 − ρ²``."""
    both = continuous.observed & ordered.observed
    weight = np.where(both, weights, 0.0)
    z, upper, lower = continuous.residual, ordered.upper, ordered.lower

    def terms(rho: float) -> tuple[FloatArray, FloatArray, FloatArray, float]:
        root = float(np.sqrt(1.0 - rho * rho))
        t_upper, t_lower = (upper - rho * z) / root, (lower - rho * z) / root
        probability = interval_probability(t_upper, t_lower)
        probability = np.maximum(probability, np.finfo(np.float64).eps)
        by_upper = standard_density(t_upper) / probability
        return by_upper, standard_density(t_lower) / probability, probability, root

    def evaluate(rho: float) -> tuple[float, float, float, float]:
        by_upper, by_lower, probability, root = terms(rho)
        score, curvature = np.zeros_like(z), np.zeros_like(z)
        for by_limit, limit, sign in ((by_upper, upper, 1.0), (by_lower, lower, -1.0)):
            t = (limit - rho * z) / root
            first = (limit * rho - z) / root**3
            second = limit / root**3 + 3.0 * rho * (limit * rho - z) / root**5
            score += sign * by_limit * first
            curvature += sign * by_limit * (second - t * first * first)
        fisher = float(weight @ score**2)
        likelihood = float(weight @ np.log(probability))
        return likelihood, float(weight @ score), fisher - float(weight @ curvature), fisher

    spread = np.sqrt(2.0 * np.pi) / float(np.exp(-0.5 * ordered.thresholds**2).sum())
    codes = ordered.codes[both].astype(np.float64)
    start = _weighted_correlation(z[both], codes, weights[both]) * spread * float(codes.std())
    rho = _maximum(start, evaluate)
    by_upper, by_lower, _, root = terms(rho)
    shift = (rho / root) * (by_upper - by_lower)
    by_mean = (z + shift) / np.sqrt(continuous.variance)
    by_variance = (z * z - 1.0 + z * shift) / (2.0 * continuous.variance)
    scores = (by_upper * (upper * rho - z) - by_lower * (lower * rho - z)) / root**3
    keep = both.astype(np.float64)
    return PairFit(
        rho,
        scores * keep,
        (by_mean * keep, by_variance * keep),
        (by_upper / root * keep, by_lower / root * keep),
    )


def _pearson(first: ContinuousMargin, second: ContinuousMargin, weights: FloatArray) -> PairFit:
    """Two continuous items; with complete data the correlation is that of the residuals."""
    both = first.observed & second.observed
    weight = np.where(both, weights, 0.0)
    x, y = first.residual, second.residual
    total = float(weight.sum())
    squares, product = float(weight @ (x * x + y * y)), float(weight @ (x * y))

    def evaluate(rho: float) -> tuple[float, float, float, float]:
        rest = 1.0 - rho * rho
        distance = squares - 2.0 * rho * product
        score = (rho * total + product - rho * distance / rest) / rest
        expected = total * (1.0 + rho * rho) / rest**2
        slope = (total - (distance - 2.0 * rho * product) / rest) / rest
        slope += 2.0 * rho * (score - rho * distance / rest**2) / rest
        likelihood = -0.5 * (total * np.log(rest) + distance / rest)
        return likelihood, score, -slope, expected

    rho = _maximum(product / total, evaluate)
    rest = 1.0 - rho * rho
    distance = x * x - 2.0 * rho * x * y + y * y
    scores = np.where(both, (rho + x * y - rho * distance / rest) / rest, 0.0)

    def by_margin(own: FloatArray, other: FloatArray, variance: float) -> _Derivatives:
        tilt = (own - rho * other) / rest
        by_mean = np.where(both, tilt / np.sqrt(variance), 0.0)
        return by_mean, np.where(both, (own * tilt - 1.0) / (2.0 * variance), 0.0)

    return PairFit(rho, scores, by_margin(x, y, first.variance), by_margin(y, x, second.variance))
