"""Fitting a model to ordered and mixed data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemDataError
from coprod_stats.sem.estimation.categorical_least_squares import (
    CategoricalLeastSquares,
    WeightedStatistics,
)
from coprod_stats.sem.estimation.categorical_start import categorical_start
from coprod_stats.sem.estimation.optimizer import Minimum, minimize, tangent_basis
from coprod_stats.sem.model.constraints import restrictions
from coprod_stats.sem.model.latent_responses import LatentResponseModel
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.matrices import group_matrices
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.observed.categorical_moments import CategoricalMoments
from coprod_stats.sem.observed.gamma import gamma_diagonal, gamma_matrix

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

WeightMatrix = Literal["DWLS", "ULS", "WLS"]


@dataclass(frozen=True, slots=True)
class CategoricalFit:
    """A model fitted to ordered or mixed data.

    Parameters
    ----------
    table : ParameterTable
    models : tuple of LatentResponseModel
        One per group.
    samples : tuple of CategoricalMoments
    objective : CategoricalLeastSquares
    minimum : Minimum
    tangent : (n_free, n_open) array
        Directions that the restrictions leave open.
    """

    table: ParameterTable
    models: tuple[LatentResponseModel, ...]
    samples: tuple[CategoricalMoments, ...]
    objective: CategoricalLeastSquares
    minimum: Minimum
    tangent: FloatArray

    @property
    def params(self) -> FloatArray:
        """The estimates, ``(n_free,)``."""
        return self.minimum.params

    @property
    def n_obs(self) -> float:
        """Number of cases in all groups, or the sum of their weights."""
        return float(sum(sample.n_obs for sample in self.samples))

    @property
    def df(self) -> int:
        """Degrees of freedom: statistics less free directions."""
        n_statistics = sum(sample.vector.size for sample in self.objective.samples)
        return int(n_statistics - self.tangent.shape[1])

    @property
    def chisq(self) -> float:
        """Test statistic, ``Σ (n_g − 1) F_g``."""
        return 2.0 * self.n_obs * self.objective.value(self.params)


def fit_categorical(
    table: ParameterTable,
    samples: Sequence[CategoricalMoments],
    *,
    weight_matrix: WeightMatrix = "DWLS",
    max_iterations: int = 200,
) -> CategoricalFit:
    """Fit thresholds, slopes and polychoric correlations by least squares.

    Parameters
    ----------
    table : ParameterTable
        Its observed variables, without the covariates where these are conditioned on, are the
        items of `samples` in the same order.
    samples : sequence of CategoricalMoments
        One per group.
    weight_matrix : {'DWLS', 'ULS', 'WLS'}
    max_iterations : int

    Raises
    ------
    SemDataError
        Where Gamma is not positive definite and WLS needs its inverse.
    """
    covariates = table.exogenous if table.options.conditional_x else ()
    items = tuple(name for name in table.observed if name not in covariates)
    models = tuple(
        LatentResponseModel(
            LisrelModel(group_matrices(table, group)),
            items,
            sample.n_categories,
            covariates,
            table.options.parameterization,
        )
        for group, sample in enumerate(samples, start=1)
    )
    n_obs = sum(sample.n_obs for sample in samples)
    weighted = [
        WeightedStatistics(
            sample.statistics, _weights(sample, weight_matrix), (sample.n_obs - 1.0) / n_obs
        )
        for sample in samples
    ]
    objective = CategoricalLeastSquares(models, weighted, n_free=table.n_free)
    limits = restrictions(table)
    start = categorical_start(table, models, samples)
    minimum = minimize(objective, limits, start, max_iterations=max_iterations)
    tangent = tangent_basis(limits, minimum.active, minimum.params)
    return CategoricalFit(table, models, tuple(samples), objective, minimum, tangent)


def _weights(sample: CategoricalMoments, kind: WeightMatrix) -> FloatArray:
    if kind == "ULS":
        return np.ones(sample.influence.n_statistics)
    if kind == "DWLS":
        return 1.0 / gamma_diagonal(sample.influence, n_obs=sample.n_obs)
    gamma = gamma_matrix(sample.influence, n_obs=sample.n_obs)
    try:
        root = np.linalg.inv(np.linalg.cholesky(gamma))
    except np.linalg.LinAlgError as error:
        raise SemDataError(
            "WLS: the asymptotic covariance matrix of the thresholds and correlations is singular "
            f"({gamma.shape[0]} statistics, {sample.n_obs:g} cases); use DWLS."
        ) from error
    return np.asarray(root.T @ root)
