"""The search for the best rotation by gradient projection.

A criterion of the rotated loadings is minimized over rotations ``T`` of unrotated loadings ``A``:
orthogonal ones, ``A T`` with ``T'T = I`` [jennrich2001]_, or oblique ones, ``A T'⁻¹`` with
``diag(T'T) = 1`` and factor correlations ``T'T`` [jennrich2002]_, from several starts because
most criteria have local minima.

References
----------
.. [jennrich2001] Jennrich, R. I. (2001). A simple general procedure for orthogonal rotation.
   Psychometrika, 66, 289-306.
.. [jennrich2002] Jennrich, R. I. (2002). A simple general method for oblique rotation.
   Psychometrika, 67, 7-19.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.rotation.criteria import Criterion
from coprod_stats.sem.rotation.stationarity import newton_turn, stationarity

FloatArray = NDArray[np.float64]

TOLERANCE = 1e-5
"""Length of the projected gradient at which a descent ends; Newton steps take over from there."""

MAX_ITERATIONS = 10_000

MAX_NEWTON = 20

SAME_VALUE = 1e-6
"""Minima whose values differ by less, relative to their size, count as one."""


@dataclass(frozen=True, slots=True)
class RotationSearch:
    """The best rotation that several starts led to.

    Parameters
    ----------
    rotation : (n_factors, n_factors) array
        ``T``.
    value : float
        Of the criterion.
    converged : bool
    n_minima : int
        How many starts ended at this value; one of many hints at a doubtful solution.
    n_starts : int
    """

    rotation: FloatArray
    value: float
    converged: bool
    n_minima: int
    n_starts: int


def search_rotation(
    loadings: FloatArray,
    criterion: Criterion,
    *,
    orthogonal: bool = False,
    n_starts: int = 30,
    seed: int = 0,
) -> RotationSearch:
    """Find the rotation that minimizes a criterion.

    The starts are the principal axes of the loadings and random turns of these, so that the
    search does not depend on how the loadings happen to be rotated beforehand.

    Parameters
    ----------
    loadings : (n_items, n_factors) array
        Of uncorrelated factors with unit variances; divide by the items' standard deviations
        first where these differ, as the criteria compare items.
    criterion : Criterion
    orthogonal : bool
        Keep the factors uncorrelated.
    n_starts : int
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
        raise SemOptionError("rstarts: at least 1 is needed")
    rng = np.random.default_rng(seed)
    axes = _principal_axes(loadings)
    starts = [axes]
    starts += [axes @ _random_orthogonal(n_factors, rng) for _ in range(n_starts - 1)]
    ends = [improve_rotation(loadings, criterion, start, orthogonal) for start in starts]
    best = min(ends, key=lambda end: (not end.converged, end.value))
    best = polished(loadings, criterion, best, orthogonal)
    limit = SAME_VALUE * (1.0 + abs(best.value))
    n_minima = sum(abs(end.value - best.value) < limit for end in ends)
    return RotationSearch(best.rotation, best.value, best.converged, n_minima, n_starts)


@dataclass(frozen=True, slots=True)
class RotationEnd:
    """Where one start led to."""

    rotation: FloatArray
    value: float
    converged: bool


def _principal_axes(loadings: FloatArray) -> FloatArray:
    """Turn loadings to their principal axes, whose signs follow from the loadings as well."""
    axes = np.linalg.eigh(loadings.T @ loadings)[1][:, ::-1]
    signs = np.where(((loadings @ axes) ** 3).sum(axis=0) < 0, -1.0, 1.0)
    return np.asarray(axes * signs)


def _random_orthogonal(size: int, rng: np.random.Generator) -> FloatArray:
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return np.asarray(q * np.sign(np.diagonal(r)), dtype=np.float64)


def apply_rotation(loadings: FloatArray, T: FloatArray, orthogonal: bool) -> FloatArray:
    """Rotate loadings: ``A T`` or ``A T'⁻¹``."""
    return np.asarray(loadings @ T if orthogonal else np.linalg.solve(T, loadings.T).T)


def improve_rotation(
    loadings: FloatArray, criterion: Criterion, start: FloatArray, orthogonal: bool
) -> RotationEnd:
    """Descend from one start to a minimum of the criterion.

    Parameters
    ----------
    loadings : (n_items, n_factors) array
    criterion : Criterion
    start : (n_factors, n_factors) array
        A rotation.
    orthogonal : bool
    """
    T, step = start, 1.0
    rotated = apply_rotation(loadings, T, orthogonal)
    value, slope = criterion(rotated)
    for _ in range(MAX_ITERATIONS):
        projected = _projected(loadings, T, rotated, slope, orthogonal)
        size = float((projected**2).sum())
        if size < TOLERANCE**2:
            return RotationEnd(T, value, True)
        step *= 2.0
        for _ in range(40):
            trial = _retract(T - step * projected, orthogonal)
            rotated = apply_rotation(loadings, trial, orthogonal)
            new, slope = criterion(rotated)
            if value - new > 0.5 * size * step:
                break
            step /= 2.0
        else:
            # no descent is left beyond rounding
            return RotationEnd(T, value, size < 1e-12)
        T, value = trial, new
    return RotationEnd(T, value, False)


def polished(
    loadings: FloatArray, criterion: Criterion, end: RotationEnd, orthogonal: bool
) -> RotationEnd:
    """Bring a minimum to rounding by Newton steps on the conditions of stationarity.

    Parameters
    ----------
    loadings : (n_items, n_factors) array
    criterion : Criterion
    end : RotationEnd
    orthogonal : bool
    """
    T, value = end.rotation, end.value
    left = _distance(loadings, criterion, T, orthogonal)
    for _ in range(MAX_NEWTON):
        turn = newton_turn(
            apply_rotation(loadings, T, orthogonal), T.T @ T, criterion, orthogonal=orthogonal
        )
        if turn is None:
            break
        trial = _retract(T + T @ turn, orthogonal)
        remaining = _distance(loadings, criterion, trial, orthogonal)
        new = criterion(apply_rotation(loadings, trial, orthogonal))[0]
        if remaining >= left or new > value + 1e-8 * (1.0 + abs(value)):
            break
        T, value, left = trial, new, remaining
    return RotationEnd(T, value, end.converged)


def _distance(loadings: FloatArray, criterion: Criterion, T: FloatArray, orthogonal: bool) -> float:
    rotated = apply_rotation(loadings, T, orthogonal)
    conditions = stationarity(rotated, T.T @ T, criterion, orthogonal=orthogonal)
    return float(np.abs(conditions).max())


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
