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
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]

TOLERANCE = 1e-5
"""Length of the projected gradient at which a descent ends; Newton steps take over from there."""

FIRST_STEPS = 1_000
"""Steps after which descents that have not ended are judged by their values."""

PUSH = 0.02
"""Size of a random turn that a minimum, unlike a saddle point, must undo."""

MAX_ITERATIONS = 10_000

MAX_HALVINGS = 40
MAX_NEWTON = 20

CONVERGED_BELOW = 1e-7
"""Largest left side of the conditions of stationarity at a minimum."""

SAME_VALUE = 1e-5
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
    turns = [np.eye(n_factors)]
    turns += [_random_orthogonal(n_factors, rng) for _ in range(n_starts - 1)]
    problem = RotationProblem(loadings, criterion, orthogonal)
    ends = problem.descend(axes @ np.array(turns), FIRST_STEPS)
    values = problem.values(ends)
    best = problem.minimum(ends[int(np.argmin(values))])
    push = np.eye(n_factors) + PUSH * rng.standard_normal(axes.shape)
    again = problem.minimum(problem.retract(best.rotation @ push))
    limit = SAME_VALUE * (1.0 + abs(best.value))
    if again.value < best.value - limit:
        best = again
    n_minima = int((values - values.min() < limit).sum())
    return RotationSearch(best.rotation, best.value, best.converged, n_minima, n_starts)


def _principal_axes(loadings: FloatArray) -> FloatArray:
    """Rotate loadings to their principal axes, whose signs follow from the loadings as well."""
    axes = np.linalg.eigh(loadings.T @ loadings)[1][:, ::-1]
    signs = np.where(((loadings @ axes) ** 3).sum(axis=0) < 0, -1.0, 1.0)
    return np.asarray(axes * signs)


def _random_orthogonal(size: int, rng: np.random.Generator) -> FloatArray:
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return np.asarray(q * np.sign(np.diagonal(r)), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class RotationMinimum:
    """Where one start led to."""

    rotation: FloatArray
    value: float
    converged: bool


@dataclass(frozen=True, slots=True)
class RotationProblem:
    """A criterion of loadings to be minimized over rotations.

    Parameters
    ----------
    loadings : (n_items, n_factors) array
        Unrotated, as the criterion weights them.
    criterion : Criterion
    orthogonal : bool
    """

    loadings: FloatArray
    criterion: Criterion
    orthogonal: bool

    def rotate(self, T: FloatArray) -> FloatArray:
        """Rotate the loadings: ``A T`` or ``A T'⁻¹``, for each of ``T``, ``(..., m, m)``."""
        if self.orthogonal:
            return np.asarray(self.loadings @ T)
        return np.asarray(self.loadings @ np.swapaxes(np.linalg.inv(T), -1, -2))

    def retract(self, X: FloatArray) -> FloatArray:
        """Return the rotations nearest to matrices."""
        if not self.orthogonal:
            return np.asarray(X / np.sqrt((X**2).sum(axis=-2, keepdims=True)))
        left, _, right = np.linalg.svd(X)
        return np.asarray(left @ right)

    def values(self, T: FloatArray) -> FloatArray:
        """Values of the criterion, ``(...,)``."""
        return self.criterion(self.rotate(T))[0]

    def minimum(self, start: FloatArray) -> RotationMinimum:
        """Go from one start to a minimum.

        Parameters
        ----------
        start : (n_factors, n_factors) array
            A rotation.
        """
        end = self.descend(start[None], MAX_ITERATIONS)[0]
        rotation, converged = self.polish(end)
        return RotationMinimum(rotation, float(self.values(rotation)), converged)

    def descend(self, starts: FloatArray, max_steps: int) -> FloatArray:
        """Descend by gradient projection from all starts at once.

        Parameters
        ----------
        starts : (n_starts, n_factors, n_factors) array
            Rotations.
        max_steps : int
        """
        descent = _Descent(self, starts)
        left = np.arange(len(starts))
        for _ in range(max_steps):
            left = descent.step(left)
            if left.size == 0:
                break
        return descent.T

    def polish(self, T: FloatArray) -> tuple[FloatArray, bool]:
        """Refine a minimum to rounding error by Newton steps; return whether it is one."""
        value, left = self._state(T)
        for _ in range(MAX_NEWTON):
            turn = newton_turn(self.rotate(T), T.T @ T, self.criterion, orthogonal=self.orthogonal)
            if turn is None:
                break
            trial = self.retract(T + T @ turn)
            new, remaining = self._state(trial)
            if remaining >= left or new > value + SAME_VALUE * (1.0 + abs(value)):
                break
            T, value, left = trial, new, remaining
        return T, left < CONVERGED_BELOW

    def _state(self, T: FloatArray) -> tuple[float, float]:
        """Value of the criterion and distance from stationarity."""
        rotated = self.rotate(T)
        conditions = stationarity(rotated, T.T @ T, self.criterion, orthogonal=self.orthogonal)
        return float(self.values(T)), float(np.abs(conditions).max())


class _Descent:
    """Gradient projection of several starts, each with its own length of step."""

    def __init__(self, problem: RotationProblem, starts: FloatArray) -> None:
        self.problem = problem
        self.T = starts.copy()
        self.lengths = np.ones(len(starts))
        self.rotated = problem.rotate(starts)
        self.values, self.slopes = problem.criterion(self.rotated)

    def step(self, left: IntArray) -> IntArray:
        """Take a step from where some descents are; return those that have not ended."""
        projected = self._projected(left)
        sizes = (projected**2).sum(axis=(-2, -1))
        going = sizes >= TOLERANCE**2
        left, projected, sizes = left[going], projected[going], sizes[going]
        self.lengths[left] *= 2.0
        searching = np.arange(left.size)
        for _ in range(MAX_HALVINGS):
            if searching.size == 0:
                break
            accepted = self._try(left[searching], projected[searching], sizes[searching])
            searching = searching[~accepted]
        # no descent is left beyond rounding
        return np.delete(left, searching)

    def _try(self, own: IntArray, projected: FloatArray, sizes: FloatArray) -> BoolArray:
        """Move where the value falls enough, and halve the step where it does not."""
        lengths = self.lengths[own]
        trial = self.problem.retract(self.T[own] - lengths[:, None, None] * projected)
        rotated = self.problem.rotate(trial)
        values, slopes = self.problem.criterion(rotated)
        accepted = np.asarray(self.values[own] - values > 0.5 * sizes * lengths)
        taken = own[accepted]
        self.T[taken], self.rotated[taken] = trial[accepted], rotated[accepted]
        self.values[taken], self.slopes[taken] = values[accepted], slopes[accepted]
        self.lengths[own[~accepted]] /= 2.0
        return accepted

    def _projected(self, own: IntArray) -> FloatArray:
        """Differentiate by the rotations along their manifold."""
        T, rotated, slopes = self.T[own], self.rotated[own], self.slopes[own]
        if self.problem.orthogonal:
            gradient = self.problem.loadings.T @ slopes
            inner = np.swapaxes(T, -1, -2) @ gradient
            return np.asarray(gradient - T @ (inner + np.swapaxes(inner, -1, -2)) / 2.0)
        cross = np.swapaxes(slopes, -1, -2) @ rotated
        gradient = -np.swapaxes(np.linalg.inv(T), -1, -2) @ cross
        return np.asarray(gradient - T * (T * gradient).sum(axis=-2, keepdims=True))
