"""Parameter estimates of one model for ordered and mixed data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemDataError
from coprod_stats.sem.estimation.categorical_least_squares import (
    CategoricalLeastSquares,
    WeightedStatistics,
)
from coprod_stats.sem.estimation.categorical_start import categorical_start
from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.estimation.optimizer import minimize
from coprod_stats.sem.model.completed_model import CompletedModel
from coprod_stats.sem.model.constraints import restrictions
from coprod_stats.sem.model.latent_responses import LatentResponseModel
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.matrices import group_matrices
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.observed.categorical_moments import CategoricalMoments
from coprod_stats.sem.observed.gamma import gamma_diagonal, gamma_matrix
from coprod_stats.sem.options import Discrepancy, Method
from coprod_stats.sem.sample import GroupSample

FloatArray = NDArray[np.float64]


def estimate_categorical(
    table: ParameterTable,
    samples: Sequence[GroupSample],
    method: Method,
    *,
    start: FloatArray | None = None,
) -> Estimate:
    """Fit thresholds, slopes and polychoric correlations by least squares.

    Parameters
    ----------
    table : ParameterTable
    samples : sequence of GroupSample
        One per group, with thresholds and correlations.
    method : Method
    start : (n_free,) array, optional
        Starting values; computed if left out.

    Returns
    -------
    Estimate
        Its models are :class:`CompletedModel`, its objective :class:`CategoricalLeastSquares`.

    Raises
    ------
    SemDataError
        Where WLS needs the inverse of a singular Gamma.
    SemModelError
        Where an ordered variable predicts others under the delta parameterization.
    """
    models = tuple(_model(table, group, sample) for group, sample in enumerate(samples, start=1))
    responses = [model.responses for model in models]
    total = sum(sample.n_obs for sample in samples)
    statistics = [ordered_moments(sample) for sample in samples]
    weighted = [
        WeightedStatistics(
            moments.statistics, _weights(moments, method.discrepancy), (moments.n_obs - 1.0) / total
        )
        for moments in statistics
    ]
    objective = CategoricalLeastSquares(responses, weighted, n_free=table.n_free)
    limits = restrictions(table)
    if start is None:
        start = categorical_start(table, responses, samples)
    minimum = minimize(objective, limits, start)
    implied = tuple(model.moments(minimum.params) for model in models)
    return Estimate(table, models, objective, limits, minimum, implied)


def ordered_moments(sample: GroupSample) -> CategoricalMoments:
    """Thresholds and correlations of a sample that was prepared with ordered variables."""
    if sample.ordered is None:
        raise TypeError("the sample was prepared without ordered variables")
    return sample.ordered


def _model(table: ParameterTable, group: int, sample: GroupSample) -> CompletedModel:
    covariates = table.exogenous if table.options.conditional_x else ()
    matrices = group_matrices(table, group)
    responses = LatentResponseModel(
        LisrelModel(matrices),
        tuple(name for name in table.observed if name not in covariates),
        ordered_moments(sample).n_categories,
        covariates,
        table.options.parameterization,
    )
    return CompletedModel(matrices.with_exogenous(sample.mean, sample.cov), responses)


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
