"""Least squares on thresholds, slopes and polychoric correlations: DWLS, ULS, WLS.

With ``r = s − σ(params)`` the discrepancy of a group is ``r' W r``: ``W`` is the inverse of the
diagonal of Gamma for DWLS, the identity for ULS, the inverse of Gamma for WLS [muthen1984]_.
Groups are weighed by ``(n_g − 1) / N``, so that ``N`` times twice the objective is the
chi-square statistic.

References
----------
.. [muthen1984] Muthén, B. (1984). Psychometrika, 49, 115-132, eq. 24.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemDataError
from coprod_stats.sem.estimation.objective import Evaluation
from coprod_stats.sem.options import Discrepancy
from coprod_stats.sem.ordered.gamma import gamma_diagonal, gamma_matrix
from coprod_stats.sem.ordered.latent_responses import ImpliedStatistics, LatentResponseModel
from coprod_stats.sem.ordered.moments import CategoricalMoments
from coprod_stats.sem.ordered.sample import OrderedSample

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WeightedStatistics:
    """Statistics of one group with the weight matrix of their residuals.

    Parameters
    ----------
    vector : (n_statistics,) array
    weight_matrix : (n_statistics,) or (n_statistics, n_statistics) array
        The diagonal, or the whole matrix.
    weight : float
        Of the group in the objective, ``(n_g − 1) / N``.
    share : float
        Of the group in the cases, ``n_g / N``, and so in the information.
    """

    vector: FloatArray
    weight_matrix: FloatArray
    weight: float
    share: float

    def weigh(self, values: FloatArray) -> FloatArray:
        """Multiply a vector or the columns of a matrix by the weight matrix."""
        if self.weight_matrix.ndim == 2:
            return np.asarray(self.weight_matrix @ values)
        return (self.weight_matrix * values.T).T


class CategoricalLeastSquares:
    """Least-squares objective on the statistics of ordered and mixed data.

    Parameters
    ----------
    models : sequence of LatentResponseModel
        One per group.
    samples : sequence of WeightedStatistics
        One per group.
    n_free : int
        Number of free parameters of all groups.
    """

    def __init__(
        self,
        models: Sequence[LatentResponseModel],
        samples: Sequence[WeightedStatistics],
        *,
        n_free: int,
    ) -> None:
        self.models = tuple(models)
        self.samples = tuple(samples)
        self.n_free = n_free

    def value(self, params: FloatArray) -> float:
        """Half the discrepancy; infinite where the model is not defined."""
        return float(self.group_values(params) @ [sample.weight for sample in self.samples])

    def group_values(self, params: FloatArray) -> FloatArray:
        """Half the discrepancy of each group, ``(n_groups,)``."""
        values = np.empty(len(self.models))
        for group, (model, sample) in enumerate(zip(self.models, self.samples, strict=True)):
            try:
                residual = sample.vector - model.statistics(params).vector
                values[group] = 0.5 * residual @ sample.weigh(residual)
            except np.linalg.LinAlgError:
                values[group] = np.inf
        return values

    def evaluate(self, params: FloatArray, *, exact: bool) -> Evaluation:
        """Value, gradient and second derivatives (exact, or without second-order terms)."""
        total = 0.0
        gradient = np.zeros(self.n_free)
        curvature = np.zeros((self.n_free, self.n_free))
        for model, sample in zip(self.models, self.samples, strict=True):
            implied = model.statistics(params)
            part = _evaluate_group(model, sample, implied, exact=exact)
            local = model.parameters
            total += sample.weight * part.value
            gradient[local] += sample.weight * part.gradient
            curvature[np.ix_(local, local)] += sample.weight * part.curvature
        return Evaluation(total, gradient, curvature)

    def information(self, params: FloatArray) -> FloatArray:
        """Information of one case as standard errors take it, ``(n_free, n_free)``."""
        total = np.zeros((self.n_free, self.n_free))
        for model, sample in zip(self.models, self.samples, strict=True):
            jacobian = model.jacobian(model.statistics(params))
            gram = _weighted_gram(jacobian, sample, model.threshold_items.size)
            total[np.ix_(model.parameters, model.parameters)] += sample.share * gram
        return total


def _evaluate_group(
    model: LatentResponseModel,
    sample: WeightedStatistics,
    implied: ImpliedStatistics,
    *,
    exact: bool,
) -> Evaluation:
    residual = sample.vector - implied.vector
    weighted = sample.weigh(residual)
    jacobian = model.jacobian(implied)
    bend = _weighted_gram(jacobian, sample, model.threshold_items.size)
    if exact:
        bend -= model.curvature(implied, weighted)
    return Evaluation(0.5 * float(residual @ weighted), -(weighted @ jacobian), bend)


def _weighted_gram(
    jacobian: FloatArray, sample: WeightedStatistics, n_thresholds: int
) -> FloatArray:
    """Compute ``Δ'W Δ``; with diagonal weights thresholds stay out of the much longer rest."""
    if sample.weight_matrix.ndim == 2:
        return np.asarray(jacobian.T @ sample.weigh(jacobian))
    weights = sample.weight_matrix[:, None]
    top, rest = jacobian[:n_thresholds], jacobian[n_thresholds:]
    gram = top.T @ (weights[:n_thresholds] * top)
    used = np.flatnonzero(rest.any(axis=0))
    rest = rest[:, used]
    gram[np.ix_(used, used)] += rest.T @ (weights[n_thresholds:] * rest)
    return np.asarray(gram)


def ordered_objective(
    models: Sequence[LatentResponseModel],
    samples: Sequence[OrderedSample],
    discrepancy: Discrepancy,
    *,
    n_free: int,
) -> CategoricalLeastSquares:
    """Build the discrepancy of thresholds, slopes and polychoric correlations.

    Parameters
    ----------
    models : sequence of LatentResponseModel
        One per group.
    samples : sequence of OrderedSample
    discrepancy : {'DWLS', 'ULS', 'WLS'}
    n_free : int

    Raises
    ------
    SemDataError
        Where WLS needs the inverse of a singular Gamma.
    """
    total = sum(sample.n_obs for sample in samples)
    weighted = [
        WeightedStatistics(
            sample.moments.statistics,
            _weights(sample.moments, discrepancy),
            weight=(sample.moments.n_obs - 1.0) / total,
            share=sample.moments.n_obs / total,
        )
        for sample in samples
    ]
    return CategoricalLeastSquares(models, weighted, n_free=n_free)


def _weights(moments: CategoricalMoments, discrepancy: Discrepancy) -> FloatArray:
    if discrepancy == "ULS":
        return np.ones(moments.influence.n_statistics)
    if discrepancy == "DWLS":
        return 1.0 / gamma_diagonal(moments.influence, n_obs=moments.n_obs)
    gamma = gamma_matrix(moments.influence, n_obs=moments.n_obs)
    try:
        root = np.linalg.inv(np.linalg.cholesky(gamma))
    except np.linalg.LinAlgError as error:
        raise SemDataError(
            "WLS: the asymptotic covariance matrix of the thresholds and correlations is singular "
            f"({len(gamma)} statistics, {moments.n_obs:g} cases); use DWLS or WLSMV"
        ) from error
    return np.asarray(root.T @ root)
