"""Starting values of models with ordered items."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.starting_values import starting_values
from coprod_stats.sem.model.latent_responses import LatentResponseModel
from coprod_stats.sem.model.matrices import Kind
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.observed.categorical_moments import CategoricalMoments

FloatArray = NDArray[np.float64]

THETA_VARIANCE = 2.0
"""Variance of a latent response with residual variance 1 and half of it explained."""


def categorical_start(
    table: ParameterTable,
    models: Sequence[LatentResponseModel],
    samples: Sequence[CategoricalMoments],
) -> FloatArray:
    """Propose values of all free parameters.

    Thresholds start at those of the sample, the scales of latent responses at 1, everything else
    from the moments of the latent responses and covariates taken together.

    Parameters
    ----------
    table : ParameterTable
    models : sequence of LatentResponseModel
        One per group.
    samples : sequence of CategoricalMoments
        One per group.

    Returns
    -------
    (n_free,) array
    """
    pairs = list(zip(models, samples, strict=True))
    moments = [_all_moments(model, sample) for model, sample in pairs]
    start = starting_values(
        table,
        [model.lisrel.matrices for model in models],
        [cov for cov, _ in moments],
        [mean for _, mean in moments],
    )
    for model, sample in pairs:
        _start_thresholds(start, model, sample)
    for index in table.free_rows:
        row = table.rows[index]
        if not np.isnan(row.start):
            start[row.free] = row.start
    return start


def _all_moments(
    model: LatentResponseModel, sample: CategoricalMoments
) -> tuple[FloatArray, FloatArray]:
    """Covariances and means of latent responses, continuous items and covariates."""
    matrices = model.lisrel.matrices
    scale = np.ones(model.places.size)
    if model.parameterization == "theta":
        scale[model.is_ordered] = np.sqrt(THETA_VARIANCE)
    cov, mean = np.eye(matrices.n_observed), np.zeros(matrices.n_observed)
    within = sample.cov * np.outer(scale, scale)
    continuous = ~model.is_ordered[sample.threshold_items]
    mean[model.places[model.continuous]] = sample.thresholds[continuous]
    if sample.covariates is not None:
        slopes = sample.slopes * scale[:, None]
        between = slopes @ sample.covariates.cov
        names = [matrices.eta[x] for x in model.covariates]
        x = np.array([matrices.observed.index(name) for name in names], dtype=np.intp)
        cov[np.ix_(x, x)] = sample.covariates.cov
        cov[np.ix_(model.places, x)] = between
        cov[np.ix_(x, model.places)] = between.T
        within = within + between @ slopes.T
    cov[np.ix_(model.places, model.places)] = within
    return cov, mean


def _start_thresholds(
    start: FloatArray, model: LatentResponseModel, sample: CategoricalMoments
) -> None:
    matrices = model.lisrel.matrices
    ordered = model.is_ordered[sample.threshold_items]
    scale = np.sqrt(THETA_VARIANCE) if model.parameterization == "theta" else 1.0
    local = np.flatnonzero(matrices.kinds == Kind.TAU)
    start[matrices.parameters[local]] = scale * sample.thresholds[ordered][matrices.rows[local]]
    response = matrices.places
    for place, parameter in zip(response, matrices.parameters, strict=True):
        own = place.kind == Kind.THETA and place.row == place.column
        if own and place.row in model.places[model.is_ordered]:
            start[parameter] = 1.0
