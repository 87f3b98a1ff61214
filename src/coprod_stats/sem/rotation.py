"""Rotation of factor loadings by gradient projection.

A criterion ``Q`` of the rotated loadings is minimized over rotations of unrotated loadings ``A``:
orthogonal ones, ``A T`` with ``T'T = I`` [jennrich2001]_, or oblique ones, ``A T'⁻¹`` with
``diag(T'T) = 1`` and factor correlations ``T'T`` [jennrich2002]_, from several starts because
most criteria have local minima. The gradients are those of [bernaards2005]_.

References
----------
.. [jennrich2001] Jennrich, R. I. (2001). Psychometrika, 66, 289-306.
.. [jennrich2002] Jennrich, R. I. (2002). Psychometrika, 67, 7-19.
.. [bernaards2005] Bernaards, C. A., & Jennrich, R. I. (2005). Educational and Psychological
   Measurement, 65, 676-696.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemOptionError

FloatArray = NDArray[np.float64]
Criterion = Callable[[FloatArray], tuple[float, FloatArray]]
"""Value of a rotation criterion and its derivatives by the loadings."""

TOLERANCE = 1e-9
MAX_ITERATIONS = 10_000


@dataclass(frozen=True, slots=True)
class Rotation:
    """Rotated loadings.

    Columns have positive sums and stand in the order of the items that load on them: by the mean
    item number, weighted by squared loadings.

    Parameters
    ----------
    loadings : (n_items, n_factors) array
    factor_correlations : (n_factors, n_factors) array
    value : float
        Of the criterion.
    converged : bool
    n_minima : int
        How many starts ended at this value; one of many hints at a doubtful solution.
    """

    loadings: FloatArray
    factor_correlations: FloatArray
    value: float
    converged: bool
    n_minima: int


def oblimin(gamma: float = 0.0) -> Criterion:
    """Direct oblimin; quartimin with ``gamma=0``."""

    def criterion(loadings: FloatArray) -> tuple[float, FloatArray]:
        squares = loadings**2
        others = squares.sum(axis=1, keepdims=True) - squares
        others = others - gamma * others.mean(axis=0)
        return float((squares * others).sum()) / 4.0, np.asarray(loadings * others)

    return criterion


def geomin(epsilon: float = 0.001) -> Criterion:
    """Geomin: geometric means of each item's squared loadings, plus `epsilon`."""

    def criterion(loadings: FloatArray) -> tuple[float, FloatArray]:
        squares = loadings**2 + epsilon
        means = np.exp(np.log(squares).mean(axis=1, keepdims=True))
        slope = 2.0 / loadings.shape[1] * loadings / squares * means
        return float(means.sum()), np.asarray(slope)

    return criterion


def varimax() -> Criterion:
    """Varimax, for orthogonal rotations: minus the variances of the squared loadings."""

    def criterion(loadings: FloatArray) -> tuple[float, FloatArray]:
        centred = loadings**2 - (loadings**2).mean(axis=0)
        return -float((centred**2).sum()) / 4.0, np.asarray(-loadings * centred)

    return criterion


def target(wanted: FloatArray) -> Criterion:
    """Squared distance from target loadings, of which those that are nan do not count."""

    def criterion(loadings: FloatArray) -> tuple[float, FloatArray]:
        distance = np.where(np.isnan(wanted), 0.0, loadings - wanted)
        return float((distance**2).sum()), 2.0 * distance

    return criterion


def rotate(
    loadings: FloatArray,
    criterion: Criterion,
    *,
    orthogonal: bool = False,
    n_starts: int = 30,
    seed: int = 0,
) -> Rotation:
    """Rotate loadings.

    Parameters
    ----------
    loadings : (n_items, n_factors) array
        Of uncorrelated factors with unit variances; divide by the items' standard deviations
        first where these differ, as the criteria compare items.
    criterion : Criterion
    orthogonal : bool
        Keep the factors uncorrelated.
    n_starts : int
        The identity and random orthogonal matrices.
    seed : int
        Of the random starts.

    Raises
    ------
    SemOptionError
        With fewer than two factors or without any start.
    """
    n_factors = loadings.shape[1]
    if n_factors < 2:
        raise SemOptionError("rotation needs at least two factors")
    if n_starts < 1:
        raise SemOptionError("n_starts: at least 1 is needed")
    rng = np.random.default_rng(seed)
    starts = [np.eye(n_factors)]
    starts += [_random_orthogonal(n_factors, rng) for _ in range(n_starts - 1)]
    ends = [_minimize(loadings, criterion, start, orthogonal) for start in starts]
    best = min(ends, key=lambda end: (not end.converged, end.value))
    n_minima = sum(abs(end.value - best.value) < 1e-6 * (1.0 + abs(best.value)) for end in ends)
    rotated = _apply(loadings, best.rotation, orthogonal)
    return _aligned(rotated, best.rotation.T @ best.rotation, best, n_minima)


@dataclass(frozen=True, slots=True)
class _End:
    rotation: FloatArray
    value: float
    converged: bool


def _random_orthogonal(size: int, rng: np.random.Generator) -> FloatArray:
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return np.asarray(q * np.sign(np.diagonal(r)), dtype=np.float64)


def _apply(loadings: FloatArray, T: FloatArray, orthogonal: bool) -> FloatArray:
    return np.asarray(loadings @ T if orthogonal else np.linalg.solve(T, loadings.T).T)


def _minimize(
    loadings: FloatArray, criterion: Criterion, start: FloatArray, orthogonal: bool
) -> _End:
    T, step = start, 1.0
    rotated = _apply(loadings, T, orthogonal)
    value, slope = criterion(rotated)
    for _ in range(MAX_ITERATIONS):
        projected = _projected(loadings, T, rotated, slope, orthogonal)
        size = float((projected**2).sum())
        if size < TOLERANCE**2:
            return _End(T, value, True)
        step *= 2.0
        for _ in range(40):
            trial = _retract(T - step * projected, orthogonal)
            rotated = _apply(loadings, trial, orthogonal)
            new, slope = criterion(rotated)
            if value - new > 0.5 * size * step:
                break
            step /= 2.0
        else:
            # no descent is left beyond rounding
            return _End(T, value, size < 1e-12)
        T, value = trial, new
    return _End(T, value, False)


def _projected(
    loadings: FloatArray,
    T: FloatArray,
    rotated: FloatArray,
    slope: FloatArray,
    orthogonal: bool,
) -> FloatArray:
    """Differentiate by ``T`` along its manifold."""
    if orthogonal:
        gradient: FloatArray = loadings.T @ slope
        inner = T.T @ gradient
        return np.asarray(gradient - T @ (inner + inner.T) / 2.0)
    gradient = np.asarray(-np.linalg.solve(T.T, slope.T @ rotated), dtype=np.float64)
    return np.asarray(gradient - T * (T * gradient).sum(axis=0))


def _retract(X: FloatArray, orthogonal: bool) -> FloatArray:
    if not orthogonal:
        return np.asarray(X / np.sqrt((X**2).sum(axis=0)))
    left, _, right = np.linalg.svd(X)
    return np.asarray(left @ right)


def _aligned(rotated: FloatArray, correlations: FloatArray, end: _End, n_minima: int) -> Rotation:
    signs = np.where(rotated.sum(axis=0) < 0, -1.0, 1.0)
    squares = rotated**2
    centres = np.arange(len(rotated)) @ squares / squares.sum(axis=0)
    order = np.argsort(centres, kind="stable")
    aligned = (correlations * np.outer(signs, signs))[np.ix_(order, order)]
    return Rotation((rotated * signs)[:, order], aligned, end.value, end.converged, n_minima)
