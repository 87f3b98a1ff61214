"""Least squares on the vector of sample moments: ULS, DWLS, WLS.

With ``r = s - sigma(params)`` the discrepancy of a group is ``r' W r``: ``W`` is the identity for
ULS, the inverse of the diagonal of the asymptotic covariance matrix of ``s`` for DWLS, its whole
inverse for WLS [browne1984]_. The moments are the means (with a mean structure), then the lower
triangle of the covariance matrix, column by column.

References
----------
.. [browne1984] Browne, M. W. (1984). British Journal of Mathematical and Statistical
   Psychology, 37, 62-83, eq. 2.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.objective import Evaluation
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class WeightedMoments:
    """Moments of one group with the weight matrix of their residuals.

    Parameters
    ----------
    vector : (n_moments,) array
    weight_matrix : (n_moments,) or (n_moments, n_moments) array
        The diagonal, or the whole matrix.
    weight : float
        Share of the group in the objective.
    """

    vector: FloatArray
    weight_matrix: FloatArray
    weight: float


def lower_triangle(n_observed: int) -> tuple[IntArray, IntArray]:
    """Rows and columns of the lower triangle, column by column."""
    columns, rows = np.triu_indices(n_observed)
    return rows, columns


def moment_vector(mean: FloatArray, cov: FloatArray, *, meanstructure: bool) -> FloatArray:
    """Stack means (with a mean structure) and the lower triangle of a covariance matrix."""
    rows, columns = lower_triangle(mean.size)
    parts = [mean, cov[rows, columns]] if meanstructure else [cov[rows, columns]]
    return np.concatenate(parts)


def moment_jacobian(
    model: LisrelModel, implied: ImpliedMoments, *, meanstructure: bool
) -> FloatArray:
    """Differentiate :func:`moment_vector` of the implied moments, ``(n_moments, n_local)``."""
    rows, columns = lower_triangle(implied.mean.size)
    by_cov = model.cov_jacobian(implied, rows, columns)
    return np.vstack([model.mean_jacobian(implied), by_cov]) if meanstructure else by_cov


class LeastSquares:
    """Least-squares objective on moments.

    Parameters
    ----------
    models : sequence of LisrelModel
        One per group.
    samples : sequence of WeightedMoments
        One per group.
    meanstructure : bool
        Whether means are fitted.
    n_free : int
        Number of free parameters of all groups.
    """

    def __init__(
        self,
        models: Sequence[LisrelModel],
        samples: Sequence[WeightedMoments],
        *,
        meanstructure: bool,
        n_free: int,
    ) -> None:
        self.models = tuple(models)
        self.samples = tuple(samples)
        self.meanstructure = meanstructure
        self.n_free = n_free

    def value(self, params: FloatArray) -> float:
        """Half the discrepancy."""
        return float(self.group_values(params) @ [sample.weight for sample in self.samples])

    def group_values(self, params: FloatArray) -> FloatArray:
        """Half the discrepancy of each group, ``(n_groups,)``."""
        values = np.empty(len(self.models))
        for group, model in enumerate(self.models):
            try:
                residual, weighted = self._residual(group, model.moments(params))
                values[group] = 0.5 * residual @ weighted
            except np.linalg.LinAlgError:
                values[group] = np.inf
        return values

    def evaluate(self, params: FloatArray, *, exact: bool) -> Evaluation:
        """Value, gradient and second derivatives (exact, or without second-order terms)."""
        total = 0.0
        gradient = np.zeros(self.n_free)
        curvature = np.zeros((self.n_free, self.n_free))
        for group, (model, sample) in enumerate(zip(self.models, self.samples, strict=True)):
            implied = model.moments(params)
            residual, weighted = self._residual(group, implied)
            jacobian = moment_jacobian(model, implied, meanstructure=self.meanstructure)
            total += 0.5 * sample.weight * float(residual @ weighted)
            local = model.parameters
            gradient[local] = -sample.weight * (weighted @ jacobian)
            bend = jacobian.T @ _weigh(sample.weight_matrix, jacobian)
            if exact:
                bend -= self._second_order(model, implied, weighted)
            curvature[model.block] = sample.weight * bend
        return Evaluation(total, gradient, curvature)

    def _residual(self, group: int, implied: ImpliedMoments) -> tuple[FloatArray, FloatArray]:
        sample = self.samples[group]
        fitted = moment_vector(implied.mean, implied.cov, meanstructure=self.meanstructure)
        residual = sample.vector - fitted
        return residual, _weigh(sample.weight_matrix, residual)

    def _second_order(
        self, model: LisrelModel, implied: ImpliedMoments, weighted: FloatArray
    ) -> FloatArray:
        """Contract the weighted residuals with the second derivatives of the moments."""
        n_observed = implied.mean.size
        n_means = n_observed if self.meanstructure else 0
        rows, columns = lower_triangle(n_observed)
        by_cov = np.zeros((n_observed, n_observed))
        by_cov[rows, columns] = weighted[n_means:]
        by_cov = by_cov + by_cov.T
        shift = weighted[:n_means] if n_means else np.zeros(n_observed)
        Q = implied.columns
        return model.curvature(implied, Q.T @ by_cov @ Q, shift @ Q)


def _weigh(weight_matrix: FloatArray, values: FloatArray) -> FloatArray:
    if weight_matrix.ndim == 2:
        return np.asarray(weight_matrix @ values)
    return weight_matrix[:, None] * values if values.ndim == 2 else weight_matrix * values
