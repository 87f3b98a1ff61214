"""Starting values of models with ordered items."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.starting_values import starting_values
from coprod_stats.sem.model.layout import Kind
from coprod_stats.sem.model.matrices import GroupMatrices
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.ordered.latent_responses import LatentResponseModel
from coprod_stats.sem.ordered.sample import OrderedSample

FloatArray = NDArray[np.float64]

THETA_VARIANCE = 2.0
"""Variance of a latent response with residual variance 1 and half of it explained."""


def ordered_start(
    table: ParameterTable,
    matrices: Sequence[GroupMatrices],
    models: Sequence[LatentResponseModel],
    samples: Sequence[OrderedSample],
) -> FloatArray:
    """Propose values of all free parameters; those given by the user go first.

    Thresholds start at those of the sample, the scales of latent responses at 1, everything else
    from the moments of latent responses and covariates taken together.

    Parameters
    ----------
    table : ParameterTable
    matrices : sequence of GroupMatrices
        One per group.
    models : sequence of LatentResponseModel
        One per group.
    samples : sequence of OrderedSample
        One per group.

    Returns
    -------
    (n_free,) array
    """
    scales = [_scales(model) for model in models]
    covs = [s.cov * np.outer(scale, scale) for s, scale in zip(samples, scales, strict=True)]
    start = starting_values(table, matrices, covs, [sample.mean for sample in samples])
    for model, sample, scale in zip(models, samples, scales, strict=True):
        _start_scales(start, model, sample, scale)
    for row in (table.rows[index] for index in table.free_rows):
        if not np.isnan(row.start):
            start[row.free] = row.start
    return start


def _scales(model: LatentResponseModel) -> FloatArray:
    """Choose the standard deviations that latent responses start with, ``(n_observed,)``."""
    scales = np.ones(model.lisrel.matrices.n_observed)
    if model.parameterization == "theta":
        scales[model.places[model.is_ordered]] = np.sqrt(THETA_VARIANCE)
    return scales


def _start_scales(
    start: FloatArray, model: LatentResponseModel, sample: OrderedSample, scales: FloatArray
) -> None:
    """Start thresholds, scales and residual variances of ordered items."""
    matrices = model.lisrel.matrices
    ordered_places = model.places[model.is_ordered]
    items = sample.moments.threshold_items
    cuts = (sample.moments.thresholds * scales[model.places[items]])[model.is_ordered[items]]
    tau = matrices.kinds == Kind.TAU
    start[matrices.parameters[tau]] = cuts[matrices.rows[tau]]
    of_ordered = np.isin(matrices.rows, ordered_places)
    own = (matrices.kinds == Kind.THETA) & (matrices.rows == matrices.columns) & of_ordered
    start[matrices.parameters[own | (matrices.kinds == Kind.DELTA)]] = 1.0
