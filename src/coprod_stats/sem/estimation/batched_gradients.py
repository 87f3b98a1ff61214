"""Gradients of half the ML discrepancy of one model on many samples at once.

Moments and matrices carry a leading axis. With ``P`` the inverse of the implied covariance matrix,
``d`` the difference of means, ``b = P d`` and ``R = P (S + d d') P - P``, minus the derivatives by
the matrices of the LISREL model are products of ``R`` with the few columns of ``G = lambda_ A``:

    lambda_: R G C' + b (A alpha)',   beta: G'R G C' + G'b (A alpha)',   psi: G'R G,   theta: R,

``C' = psi A'``. Where ``theta`` is diagonal and positive, ``P`` is never formed: with
``D = theta^-1``, ``P = D - D G K G'D``, ``K = psi (I + G'D G psi)^-1`` (Woodbury), so that the work
of a sample grows with the square of the number of items, not with the cube.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.model.layout import Kind
from coprod_stats.sem.model.lisrel import LisrelModel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]

SMALLEST_RESIDUAL = 1e-3
"""Share of residual variance below which inverting by Woodbury's formula loses digits."""


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
        if rows.size == len(self.means):
            return self
        return MomentBatch(self.means[rows], self.covs[rows], self.weight)


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
        nan where an implied covariance matrix is singular.
    """
    gradients = np.zeros_like(params)
    for model, batch in zip(models, batches, strict=True):
        local = _local_gradients(model, batch, params, meanstructure)
        gradients[:, model.parameters] = -batch.weight * local
    return gradients


def are_positive_definite(model: LisrelModel, batch: MomentBatch, params: FloatArray) -> BoolArray:
    """Describe which implied covariance matrices are positive definite, ``(n_samples,)``."""
    matrices = _matrices(model, batch, params)
    cov = matrices.cross @ matrices.lambda_.transpose(0, 2, 1) + matrices.theta
    try:
        np.linalg.cholesky(cov)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.eigvalsh(cov)[:, 0] > 0)
    return np.ones(len(params), dtype=bool)


@dataclass(frozen=True, slots=True)
class _Matrices:
    """Matrices of many samples: ``loadings`` is ``G``, ``forward`` ``C'``, ``cross`` ``G C'``."""

    lambda_: FloatArray
    psi: FloatArray
    theta: FloatArray
    mean: FloatArray
    eta_mean: FloatArray
    loadings: FloatArray
    forward: FloatArray
    cross: FloatArray

    def part(self, rows: IntArray) -> _Matrices:
        """Take some of the samples."""
        return _Matrices(*(getattr(self, name)[rows] for name in self.__slots__))


def _matrices(model: LisrelModel, batch: MomentBatch, params: FloatArray) -> _Matrices:
    cells = _fill(model, batch, params)
    lambda_, beta, psi, theta, nu, alpha, _, _ = model.layout.split(cells)
    total: FloatArray = np.asarray(np.linalg.inv(np.eye(model.matrices.n_eta) - beta))
    loadings = lambda_ @ total
    forward = psi @ total.transpose(0, 2, 1)
    return _Matrices(
        lambda_=lambda_,
        psi=psi,
        theta=theta,
        mean=nu + _times(loadings, alpha),
        eta_mean=_times(total, alpha),
        loadings=loadings,
        forward=forward,
        cross=loadings @ forward,
    )


def _fill(model: LisrelModel, batch: MomentBatch, params: FloatArray) -> FloatArray:
    """Cells of all matrices, ``(n_samples, n_cells)``; fixed covariates follow each sample."""
    matrices = model.matrices
    cells = np.empty((len(params), matrices.template.size))
    cells[:] = matrices.template
    filled, sources = matrices.layout.cells
    cells[:, filled] = params[:, matrices.parameters[sources]]
    column = {name: index for index, name in enumerate(matrices.observed)}
    for place in matrices.exogenous:
        row = column[matrices.eta[place.row]]
        if place.kind == Kind.ALPHA:
            cells[:, matrices.layout.offsets[Kind.ALPHA] + place.row] = batch.means[:, row]
        else:
            values = batch.covs[:, row, column[matrices.eta[place.column]]]
            for cell in matrices.layout.cells_of(place):
                cells[:, cell] = values
    return cells


def _local_gradients(
    model: LisrelModel, batch: MomentBatch, params: FloatArray, meanstructure: bool
) -> FloatArray:
    matrices = _matrices(model, batch, params)
    deviation = batch.means - matrices.mean if meanstructure else None
    second = batch.covs
    if deviation is not None:
        second = second + deviation[:, :, None] * deviation[:, None, :]
    if not _has_diagonal_theta(model):
        return _gathered(model, matrices, _by_inverse(matrices, second, deviation))
    variances = np.diagonal(matrices.theta, axis1=1, axis2=2)
    total = np.diagonal(second, axis1=1, axis2=2)
    safe = (variances > SMALLEST_RESIDUAL * total).all(axis=1)
    gradients = np.empty((len(params), model.parameters.size))
    for chosen, residual in ((safe, _by_factors), (~safe, _by_inverse)):
        if chosen.all():
            return _gathered(model, matrices, residual(matrices, second, deviation))
        rows = np.flatnonzero(chosen)
        some = matrices.part(rows)
        shift = None if deviation is None else deviation[rows]
        gradients[rows] = _gathered(model, some, residual(some, second[rows], shift))
    return gradients


def _has_diagonal_theta(model: LisrelModel) -> bool:
    matrices = model.matrices
    theta = matrices.layout.split(matrices.template)[Kind.THETA]
    fixed = np.count_nonzero(theta - np.diag(np.diagonal(theta)))
    free = (matrices.kinds == Kind.THETA) & (matrices.rows != matrices.columns)
    return not (fixed or free.any())


@dataclass(frozen=True, slots=True)
class _Residual:
    """What the gradients need of ``R``: itself or its diagonal, ``R G``, and ``b``."""

    own: FloatArray
    by_loadings: FloatArray
    shift: FloatArray | None


def _by_inverse(matrices: _Matrices, second: FloatArray, deviation: FloatArray | None) -> _Residual:
    cov = matrices.cross @ matrices.lambda_.transpose(0, 2, 1) + matrices.theta
    precision = _inverses(cov)
    own = precision @ second @ precision - precision
    shift = None if deviation is None else _times(precision, deviation)
    return _Residual(own, own @ matrices.loadings, shift)


def _by_factors(matrices: _Matrices, second: FloatArray, deviation: FloatArray | None) -> _Residual:
    """Use Woodbury's formula; `own` is the diagonal of ``R``."""
    G, psi = matrices.loadings, matrices.psi
    D = 1.0 / np.diagonal(matrices.theta, axis1=1, axis2=2)
    scaled = D[:, :, None] * G
    within = _inverses(np.eye(psi.shape[1]) + G.transpose(0, 2, 1) @ scaled @ psi)
    K = psi @ within
    spread = second @ scaled
    inner = scaled.transpose(0, 2, 1) @ spread
    folded = scaled @ K
    back = within.transpose(0, 2, 1)
    by_loadings = D[:, :, None] * (spread @ back) - scaled @ (K @ (inner @ back) + back)
    own = D * D * np.diagonal(second, axis1=1, axis2=2) - D
    own += ((folded @ inner - (2.0 * D)[:, :, None] * spread + scaled) * folded).sum(axis=2)
    shift = None
    if deviation is not None:
        shift = D * deviation - _times(folded, _times(scaled.transpose(0, 2, 1), deviation))
    return _Residual(own, by_loadings, shift)


def _gathered(model: LisrelModel, matrices: _Matrices, residual: _Residual) -> FloatArray:
    """Select the derivative of each parameter, ``(n_samples, n_local)``."""
    n = len(residual.own)
    G = matrices.loadings.transpose(0, 2, 1)
    by_psi = G @ residual.by_loadings
    by_lambda, by_beta = residual.by_loadings @ matrices.forward, by_psi @ matrices.forward
    by_nu, by_alpha = np.zeros(matrices.mean.shape), np.zeros(matrices.eta_mean.shape)
    if residual.shift is not None:
        by_nu, by_alpha = residual.shift, _times(G, residual.shift)
        by_lambda += by_nu[:, :, None] * matrices.eta_mean[:, None, :]
        by_beta += by_alpha[:, :, None] * matrices.eta_mean[:, None, :]
    sources = (by_lambda, by_beta, by_psi, residual.own, by_nu, by_alpha)
    kinds, rows, columns = model.matrices.kinds, model.matrices.rows, model.matrices.columns
    gradients = np.zeros((n, kinds.size))
    for kind, source in enumerate(sources):
        chosen = np.flatnonzero(kinds == kind)
        cells = (rows[chosen], columns[chosen]) if source.ndim == 3 else (rows[chosen],)
        gradients[:, chosen] = source[:, *cells]
    halved = model.layout.h == 0.5
    gradients[:, halved] *= 0.5
    return gradients


def _times(matrices: FloatArray, vectors: FloatArray) -> FloatArray:
    """Multiply each matrix by its vector."""
    return np.asarray((matrices @ vectors[:, :, None])[:, :, 0])


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
