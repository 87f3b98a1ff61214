"""ML estimates of one model on many samples at once, for the bootstrap and Monte Carlo.

All samples share the structure of the model, so that moments, determinants and gradients are
computed on a leading axis. The steps use one Hessian, that of the original sample: they converge
linearly, which mixing the last few steps makes fast, since the samples are alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.matrices import Kind

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]

CONVERGED = 1e-12
"""A step that promises less than this gain is far smaller than a standard error."""


@dataclass(frozen=True, slots=True)
class MomentBatch:
    """Sample moments of one group in many samples.

    Parameters
    ----------
    means : (n_samples, n_observed) array
    covs : (n_samples, n_observed, n_observed) array
        Divisor N.
    weight : float
        Share of the group in the objective.
    """

    means: FloatArray
    covs: FloatArray
    weight: float

    def part(self, rows: IntArray) -> MomentBatch:
        """Take some of the samples."""
        return MomentBatch(self.means[rows], self.covs[rows], self.weight)


@dataclass(frozen=True, slots=True)
class BatchMinimum:
    """Estimates of many samples.

    Parameters
    ----------
    reduced : (n_samples, n_reduced) array
    converged : (n_samples,) bool array
    """

    reduced: FloatArray
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
    n_samples = len(batches[0].means)
    reduced = np.tile(start, (n_samples, 1))
    converged = np.zeros(n_samples, dtype=bool)
    inverse = np.linalg.inv(hessian)
    mixing = _AndersonMixing(n_samples, hessian)
    active = np.arange(n_samples)
    for _ in range(max_iterations):
        params = reduced[active] @ basis.T + origin
        parts = [batch.part(active) for batch in batches]
        gradients = batch_gradients(models, parts, params, meanstructure=meanstructure) @ basis
        steps = -gradients @ inverse
        gains = -0.5 * np.einsum("ri,ri->r", steps, gradients)
        usable = np.isfinite(gains)
        active, steps, gains = active[usable], steps[usable], gains[usable]
        reduced[active] += mixing.mixed(active, reduced[active], steps)
        converged[active[gains < CONVERGED]] = True
        active = active[gains >= CONVERGED]
        if active.size == 0:
            break
    params = reduced @ basis.T + origin
    for model, batch in zip(models, batches, strict=True):
        smallest = np.linalg.eigvalsh(_implied(model, batch, params).cov)[:, 0]
        converged &= smallest > 0
    return BatchMinimum(reduced, converged)


class _AndersonMixing:
    """Combine the last steps of each sample so that their remainder is smallest [walker2011]_.

    References
    ----------
    .. [walker2011] Walker, H. F., & Ni, P. (2011). SIAM Journal on Numerical Analysis, 49,
       1715-1735, algorithm AA.
    """

    depth = 5

    def __init__(self, n_samples: int, metric: FloatArray) -> None:
        self.metric = metric
        self.points = np.zeros((n_samples, len(metric)))
        self.steps = np.zeros_like(self.points)
        self.moved = np.zeros((n_samples, self.depth, len(metric)))
        self.changed = np.zeros_like(self.moved)
        self.n_calls = 0

    def mixed(self, rows: IntArray, points: FloatArray, steps: FloatArray) -> FloatArray:
        """Choose the steps to take from `points`, ``(n_rows, n_reduced)``."""
        taken = steps
        if self.n_calls:
            slot = (self.n_calls - 1) % self.depth
            self.moved[rows, slot] = points - self.points[rows]
            self.changed[rows, slot] = steps - self.steps[rows]
            used = min(self.n_calls, self.depth)
            changed, moved = self.changed[rows, :used], self.moved[rows, :used]
            weighed = changed @ self.metric
            gram = weighed @ changed.transpose(0, 2, 1)
            ridge = 1e-12 * np.trace(gram, axis1=1, axis2=2) + 1e-300
            gram += ridge[:, None, None] * np.eye(used)
            shares = np.linalg.solve(gram, weighed @ steps[:, :, None])
            taken = steps - ((moved + changed) * shares).sum(axis=1)
        self.points[rows], self.steps[rows] = points, steps
        self.n_calls += 1
        return taken


def batch_gradients(
    models: Sequence[LisrelModel],
    batches: Sequence[MomentBatch],
    params: FloatArray,
    *,
    meanstructure: bool,
) -> FloatArray:
    """Differentiate half the ML discrepancy of many samples, each at its own parameters.

    Parameters
    ----------
    models : sequence of LisrelModel
    batches : sequence of MomentBatch
    params : (n_samples, n_free) array
    meanstructure : bool

    Returns
    -------
    (n_samples, n_free) array
    """
    gradients = np.zeros_like(params)
    for model, batch in zip(models, batches, strict=True):
        local = _local_gradients(model, batch, params, meanstructure)
        gradients[:, model.parameters] = -batch.weight * local
    return gradients


def _local_gradients(
    model: LisrelModel, batch: MomentBatch, params: FloatArray, meanstructure: bool
) -> FloatArray:
    implied = _implied(model, batch, params)
    precision = _inverses(implied.cov)
    identity = np.broadcast_to(np.eye(precision.shape[1]), precision.shape)
    Q = np.concatenate([identity, implied.loadings, implied.cross], axis=2)
    second = batch.covs
    factors = np.zeros((len(params), model.parameters.size))
    shift = np.zeros(batch.means.shape)
    if meanstructure:
        deviation = batch.means - implied.mean
        second = second + deviation[:, :, None] * deviation[:, None, :]
        shift = np.einsum("rij,rj->ri", precision, deviation)
        factors = _mean_factors(model, implied.eta_mean)
    residual = precision @ second @ precision - precision
    projected = residual @ Q
    u, v = Q[:, :, model.u], projected[:, :, model.v]
    gradients = model.h * np.einsum("rpq,rpq->rq", u, v)
    if meanstructure:
        gradients += factors * np.einsum("rp,rpq->rq", shift, u)
    return np.asarray(gradients)


def _inverses(matrices: FloatArray) -> FloatArray:
    """Invert a stack; those that are singular become nan."""
    try:
        return np.asarray(np.linalg.inv(matrices))
    except np.linalg.LinAlgError:
        inverses = np.full_like(matrices, np.nan)
        for place, matrix in enumerate(matrices):
            with suppress(np.linalg.LinAlgError):
                inverses[place] = np.linalg.inv(matrix)
        return inverses


@dataclass(frozen=True, slots=True)
class _Implied:
    """Implied moments of many samples, with a leading axis."""

    mean: FloatArray
    cov: FloatArray
    eta_mean: FloatArray
    loadings: FloatArray
    cross: FloatArray


def _implied(model: LisrelModel, batch: MomentBatch, params: FloatArray) -> _Implied:
    cells = _fill(model, batch, params)
    shapes, offsets = model.matrices.shapes, model.matrices.offsets
    lambda_, beta, psi, theta, nu, alpha = (
        cells[:, offsets[k] : offsets[k + 1]].reshape(len(params), *shapes[k]) for k in range(6)
    )
    total = np.linalg.inv(np.eye(model.matrices.n_eta) - beta)
    loadings = lambda_ @ total
    cross = loadings @ psi @ total.transpose(0, 2, 1)
    return _Implied(
        mean=nu + np.einsum("rij,rj->ri", loadings, alpha),
        cov=cross @ lambda_.transpose(0, 2, 1) + theta,
        eta_mean=np.einsum("rij,rj->ri", total, alpha),
        loadings=loadings,
        cross=cross,
    )


def _mean_factors(model: LisrelModel, eta_means: FloatArray) -> FloatArray:
    kinds = model.matrices.kinds
    units = np.isin(kinds, (Kind.NU, Kind.ALPHA)).astype(np.float64)
    factors = np.tile(units, (len(eta_means), 1))
    factors[:, model.directed] = eta_means[:, model.matrices.columns[model.directed]]
    return factors


def _fill(model: LisrelModel, batch: MomentBatch, params: FloatArray) -> FloatArray:
    """Cells of all matrices, ``(n_samples, n_cells)``; fixed covariates follow each sample."""
    matrices = model.matrices
    cells = np.tile(matrices.template, (len(params), 1))
    filled, sources = matrices.cells
    cells[:, filled] = params[:, matrices.parameters][:, sources]
    column = {name: index for index, name in enumerate(matrices.observed)}
    for place in matrices.exogenous:
        row = column[matrices.eta[place.row]]
        if place.kind == Kind.ALPHA:
            cells[:, matrices.offsets[Kind.ALPHA] + place.row] = batch.means[:, row]
        else:
            values = batch.covs[:, row, column[matrices.eta[place.column]]]
            for cell in matrices.cells_of(place):
                cells[:, cell] = values
    return cells
