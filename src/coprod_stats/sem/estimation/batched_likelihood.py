"""ML estimates of one model on many samples at once, for the bootstrap and Monte Carlo.

All samples share the structure of the model, so that moments, determinants and gradients are
computed on a leading axis. The steps use one Hessian, that of the original sample: they converge
linearly, which mixing the last few steps makes fast, since the samples are alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.batched_gradients import (
    MomentBatch,
    are_positive_definite,
    batch_gradients,
)
from coprod_stats.sem.model.lisrel import LisrelModel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]

CONVERGED = 1e-12
"""A step that promises less than this gain is far smaller than a standard error."""

AT_ONCE = 128
"""Samples whose moments stay in the processor's cache together."""


@dataclass(frozen=True, slots=True)
class BatchMinimum:
    """Estimates of many samples.

    Parameters
    ----------
    params : (n_samples, n_free) array
    converged : (n_samples,) bool array
    """

    params: FloatArray
    converged: BoolArray


def minimize_batch(
    models: Sequence[LisrelModel],
    batches: Sequence[MomentBatch],
    *,
    basis: FloatArray,
    origin: FloatArray,
    start: FloatArray,
    hessian: FloatArray,
    meanstructure: bool,
    max_iterations: int = 30,
) -> BatchMinimum:
    """Estimate a model on many samples.

    Parameters
    ----------
    models : sequence of LisrelModel
        One per group.
    batches : sequence of MomentBatch
        One per group.
    basis, origin : ndarray
        ``params = basis @ reduced + origin``.
    start : (n_reduced,) array
    hessian : (n_reduced, n_reduced) array
        Of the original sample at its estimates.
    meanstructure : bool
    max_iterations : int
    """
    root = np.linalg.cholesky(hessian)
    problem = _WhitenedProblem(
        models, basis @ np.linalg.inv(root).T, basis @ start + origin, meanstructure
    )
    n_samples = len(batches[0].means)
    parts = [
        problem.minimize([batch.part(rows) for batch in batches], max_iterations)
        for rows in np.split(np.arange(n_samples), range(AT_ONCE, n_samples, AT_ONCE))
    ]
    params, converged = (np.concatenate(kind) for kind in zip(*parts, strict=True))
    return BatchMinimum(params, converged)


@dataclass(frozen=True, slots=True)
class _WhitenedProblem:
    """The model in coordinates ``z`` in which the Hessian of the original sample is the identity.

    ``params = directions @ z + start``; the step of one sample is minus its gradient.
    """

    models: Sequence[LisrelModel]
    directions: FloatArray
    start: FloatArray
    meanstructure: bool

    def minimize(
        self, batches: Sequence[MomentBatch], max_iterations: int
    ) -> tuple[FloatArray, BoolArray]:
        """Parameters of each sample, ``(n_samples, n_free)``, and whether they converged."""
        n_samples = len(batches[0].means)
        points = np.zeros((n_samples, self.directions.shape[1]))
        converged = np.zeros(n_samples, dtype=bool)
        active, parts = np.arange(n_samples), batches
        mixing = _AndersonMixing()
        for _ in range(max_iterations):
            params = points[active] @ self.directions.T + self.start
            steps = -self._gradients(parts, params)
            gains = 0.5 * np.einsum("ri,ri->r", steps, steps)
            steps = mixing.mixed(points[active], steps)
            usable = np.isfinite(gains)
            points[active[usable]] += steps[usable]
            converged[active[usable & (gains < CONVERGED)]] = True
            rest = np.flatnonzero(usable & (gains >= CONVERGED))
            if rest.size == 0:
                break
            if rest.size < active.size:
                active = active[rest]
                parts = [batch.part(active) for batch in batches]
                mixing.keep(rest)
        params = points @ self.directions.T + self.start
        for model, batch in zip(self.models, batches, strict=True):
            converged &= are_positive_definite(model, batch, params)
        return params, converged

    def _gradients(self, parts: Sequence[MomentBatch], params: FloatArray) -> FloatArray:
        by_params = batch_gradients(self.models, parts, params, meanstructure=self.meanstructure)
        return np.asarray(by_params @ self.directions)


class _AndersonMixing:
    """Combine the last steps of each sample so that their remainder is smallest [walker2011]_.

    References
    ----------
    .. [walker2011] Walker, H. F., & Ni, P. (2011). SIAM Journal on Numerical Analysis, 49,
       1715-1735, algorithm AA.
    """

    depth = 5

    def __init__(self) -> None:
        self.last: tuple[FloatArray, FloatArray] | None = None
        self.changes: list[FloatArray] = []
        """Of steps, ``(n_samples, n_reduced)`` each, the latest last."""
        self.moves: list[FloatArray] = []
        """Changes of points and steps together."""

    def keep(self, rows: IntArray) -> None:
        """Forget the samples that are done."""
        if self.last is not None:
            self.last = self.last[0][rows], self.last[1][rows]
        self.changes = [change[rows] for change in self.changes]
        self.moves = [move[rows] for move in self.moves]

    def mixed(self, points: FloatArray, steps: FloatArray) -> FloatArray:
        """Choose the steps to take from `points`, ``(n_samples, n_reduced)``."""
        if self.last is not None:
            change = steps - self.last[1]
            self.changes = [*self.changes, change][-self.depth :]
            self.moves = [*self.moves, points - self.last[0] + change][-self.depth :]
        self.last = points, steps
        if not self.changes:
            return steps
        changes = np.stack(self.changes, axis=1)
        gram = changes @ changes.transpose(0, 2, 1)
        ridge = 1e-12 * np.trace(gram, axis1=1, axis2=2) + 1e-300
        gram += ridge[:, None, None] * np.eye(len(self.changes))
        shares = np.linalg.solve(gram, changes @ steps[:, :, None])
        taken = steps.copy()
        for number, move in enumerate(self.moves):
            taken -= shares[:, number] * move
        return taken
