"""Discrepancies between the sample and the implied moments of continuous variables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.group_stacks import MomentSample
from coprod_stats.sem.estimation.maximum_likelihood import (
    GeneralizedLeastSquares,
    MaximumLikelihood,
)
from coprod_stats.sem.estimation.objective import Objective
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.options import Method
from coprod_stats.sem.sample import GroupSample

if TYPE_CHECKING:
    from coprod_stats.sem.estimation.least_squares import LeastSquares

FloatArray = NDArray[np.float64]


def moment_objective(
    table: ParameterTable,
    models: Sequence[LisrelModel],
    samples: Sequence[GroupSample],
    method: Method,
) -> Objective:
    """Build a discrepancy between sample and implied moments.

    Parameters
    ----------
    table : ParameterTable
    models : sequence of LisrelModel
    samples : sequence of GroupSample
        One per group.
    method : Method
    """
    total = sum(sample.n_obs for sample in samples)
    meanstructure = table.meanstructure
    if method.discrepancy in ("ULS", "DWLS", "WLS"):
        return _least_squares(table, models, samples, method)
    if method.discrepancy == "GLS":
        parts = [MomentSample(s.mean, unbiased_cov(s), (s.n_obs - 1.0) / total) for s in samples]
        return GeneralizedLeastSquares(
            models, parts, meanstructure=meanstructure, n_free=table.n_free
        )
    # lavaan counts groups by their cases with Wishart likelihood as well
    parts = [
        MomentSample(
            s.mean, s.cov if method.is_normal_likelihood else unbiased_cov(s), s.n_obs / total
        )
        for s in samples
    ]
    return MaximumLikelihood(models, parts, meanstructure=meanstructure, n_free=table.n_free)


def _least_squares(
    table: ParameterTable,
    models: Sequence[LisrelModel],
    samples: Sequence[GroupSample],
    method: Method,
) -> LeastSquares:
    from coprod_stats.sem.estimation.least_squares import (
        LeastSquares,
        WeightedMoments,
        moment_vector,
    )
    from coprod_stats.sem.estimation.moment_weights import moment_weights

    total = sum(sample.n_obs for sample in samples)
    meanstructure = table.meanstructure
    weighted = [
        WeightedMoments(
            moment_vector(sample.mean, unbiased_cov(sample), meanstructure=meanstructure),
            moment_weights(sample, method.discrepancy, meanstructure=meanstructure),
            (sample.n_obs - 1.0) / total,
        )
        for sample in samples
    ]
    return LeastSquares(models, weighted, meanstructure=meanstructure, n_free=table.n_free)


def unbiased_cov(sample: GroupSample) -> FloatArray:
    """Sample covariance matrix with divisor N - 1."""
    return sample.cov * (sample.n_obs / (sample.n_obs - 1.0))
