"""Models and objective of one fit to ordered and mixed data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemDataError
from coprod_stats.sem.estimation.categorical_least_squares import (
    CategoricalLeastSquares,
    WeightedStatistics,
)
from coprod_stats.sem.model.completed_model import CompletedModel
from coprod_stats.sem.model.latent_responses import LatentResponseModel
from coprod_stats.sem.model.layout import Kind, Place
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.matrices import group_matrices
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.observed.categorical_moments import CategoricalMoments
from coprod_stats.sem.observed.gamma import gamma_diagonal, gamma_matrix
from coprod_stats.sem.options import Discrepancy
from coprod_stats.sem.sample import GroupSample

FloatArray = NDArray[np.float64]


def completed_models(
    table: ParameterTable, samples: Sequence[GroupSample]
) -> tuple[CompletedModel, ...]:
    """Build the model of each group.

    Parameters
    ----------
    table : ParameterTable
    samples : sequence of GroupSample
        With thresholds and correlations.
    """
    return tuple(_model(table, group, sample) for group, sample in enumerate(samples, start=1))


def categorical_objective(
    table: ParameterTable,
    models: Sequence[LisrelModel],
    samples: Sequence[GroupSample],
    discrepancy: Discrepancy,
) -> CategoricalLeastSquares:
    """Build the discrepancy of thresholds, slopes and polychoric correlations.

    Parameters
    ----------
    table : ParameterTable
    models : sequence of CompletedModel
    samples : sequence of GroupSample
    discrepancy : {'DWLS', 'ULS', 'WLS'}

    Raises
    ------
    SemDataError
        Where WLS needs the inverse of a singular Gamma.
    """
    total = sum(sample.n_obs for sample in samples)
    weighted = []
    for sample in samples:
        moments = ordered_moments(sample)
        weights = _weights(moments, discrepancy)
        weighted.append(
            WeightedStatistics(
                moments.statistics,
                weights,
                weight=(moments.n_obs - 1.0) / total,
                share=moments.n_obs / total,
            )
        )
    return CategoricalLeastSquares(responses_of(models), weighted, n_free=table.n_free)


def responses_of(models: Sequence[LisrelModel]) -> tuple[LatentResponseModel, ...]:
    """Models of the statistics behind the completed models of ordered data."""
    return tuple(model.responses for model in models if isinstance(model, CompletedModel))


def ordered_moments(sample: GroupSample) -> CategoricalMoments:
    """Thresholds and correlations of a sample that was prepared with ordered variables."""
    if sample.ordered is None:
        raise TypeError("the sample was prepared without ordered variables")
    return sample.ordered


def _model(table: ParameterTable, group: int, sample: GroupSample) -> CompletedModel:
    covariates = table.conditioned
    matrices = group_matrices(table, group)
    implicit: tuple[Place, ...] = ()
    if table.options.parameterization == "delta":
        factors = [matrices.eta.index(name) for name in table.ordered if name in matrices.eta]
        implicit = tuple(Place(Kind.PSI, factor, factor) for factor in factors)
    numbers = table.n_free + np.arange(len(implicit))
    whole = replace(
        matrices,
        layout=replace(matrices.layout, places=(*matrices.places, *implicit)),
        parameters=np.concatenate([matrices.parameters, numbers]),
    )
    responses = LatentResponseModel(
        LisrelModel(whole),
        tuple(name for name in table.observed if name not in covariates),
        ordered_moments(sample).n_categories,
        covariates,
        table.options.parameterization,
        n_implicit=len(implicit),
    )
    return CompletedModel(matrices, whole.with_exogenous(sample.mean, sample.cov), responses)


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
