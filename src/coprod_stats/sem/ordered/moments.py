"""Sample statistics of ordered and mixed data: thresholds, slopes, variances, correlations.

The statistics are stacked as lavaan does: thresholds and negative means in the order of the
items; slopes on the covariates, one covariate after the other; variances of continuous items;
covariances as the strict lower triangle by columns. Correlations with continuous items are put
on the scale of covariances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.observed.errors import DataNote, ObservedDataError
from coprod_stats.sem.observed.moments import SampleMoments, sample_moments
from coprod_stats.sem.ordered.casewise_estimates import casewise_estimates
from coprod_stats.sem.ordered.influence import DenseInfluence, Influence
from coprod_stats.sem.ordered.margins import (
    Margin,
    OrderedMargin,
    continuous_margin,
    ordered_margin,
)
from coprod_stats.sem.ordered.polychoric_matrix import (
    correlation_notes,
    matrix_of_codes,
    no_common_answers,
)
from coprod_stats.sem.ordered.table_influence import table_influence
from coprod_stats.sem.ordered.thresholds import (
    MISSING,
    CodeArray,
    category_counts,
    rare_category,
    require_all_categories,
)

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class CategoricalData:
    """Answers of one group, ordered items as category codes.

    Parameters
    ----------
    values : (n_rows, n_items) array
        Codes 0, 1, … of ordered items, numbers of continuous ones; missing is NaN.
    n_categories : tuple of int
        Of each item; 0 for a continuous one.
    covariates : (n_rows, n_covariates) array or None
        Exogenous variables on which everything is conditioned; complete.
    weights : (n_rows,) array or None
        Sampling weights, scaled by :func:`~.weights.normalized_weights`.
    """

    values: FloatArray
    n_categories: tuple[int, ...]
    covariates: FloatArray | None = None
    weights: FloatArray | None = None

    @property
    def is_ordered(self) -> BoolArray:
        """Which items are ordered."""
        return np.array(self.n_categories) > 0

    @property
    def n_obs(self) -> float:
        """Number of cases, or the sum of their weights."""
        return float(len(self.values) if self.weights is None else self.weights.sum())

    def codes(self, item: int | slice = slice(None)) -> CodeArray:
        """Category codes of ordered items, ``MISSING`` where there is no answer."""
        return np.nan_to_num(self.values[:, item], nan=MISSING).astype(np.int16)


@dataclass(frozen=True, slots=True)
class CategoricalMoments:
    """Two-step estimates of one group.

    Parameters
    ----------
    n_obs : float
        Number of cases, or the sum of their weights.
    n_categories : tuple of int
        0 for a continuous item.
    thresholds : (n_thresholds,) array
        Thresholds of ordered items and means (intercepts) of continuous ones, by item.
    threshold_items : (n_thresholds,) int array
        The item of each.
    slopes : (n_items, n_covariates) array
    cov : (n_items, n_items) array
        Given the covariates; unit variance for the latent responses of ordered items.
    covariates : SampleMoments or None
    influence : Influence
        Of the cases on :attr:`statistics`.
    notes : tuple of DataNote
    """

    n_obs: float
    n_categories: tuple[int, ...]
    thresholds: FloatArray
    threshold_items: IntArray
    slopes: FloatArray
    cov: FloatArray
    covariates: SampleMoments | None
    influence: Influence
    notes: tuple[DataNote, ...]

    @property
    def is_ordered(self) -> BoolArray:
        """Which items are ordered."""
        return np.array(self.n_categories) > 0

    @property
    def statistics(self) -> FloatArray:
        """All statistics in one vector, in the order of the module's docstring."""
        signs = np.where(self.is_ordered[self.threshold_items], 1.0, -1.0)
        first, second = np.triu_indices(self.cov.shape[0], 1)
        return np.concatenate(
            [
                signs * self.thresholds,
                self.slopes.ravel(order="F"),
                np.diag(self.cov)[~self.is_ordered],
                self.cov[second, first],
            ]
        )


def categorical_moments(data: CategoricalData) -> CategoricalMoments:
    """Estimate thresholds, slopes, variances and correlations of ordered and mixed data.

    Each pair of items uses the available cases; for listwise deletion drop the cases before.

    Parameters
    ----------
    data : CategoricalData

    Raises
    ------
    ObservedDataError
        ``OBS-011`` for an empty category, ``OBS-012`` for collinear covariates, ``OBS-013`` for a
        constant continuous item, ``OBS-016`` for one of two values, ``OBS-002`` for missing
        covariates, ``OBS-015`` for a pair of items that nobody answered together.
    """
    if data.covariates is None and data.is_ordered.all():
        return _ordered_moments(data)
    return _casewise_moments(data)


def _require_pairs(values: FloatArray) -> None:
    answered = (~np.isnan(values)).astype(np.float32)
    together = answered.T @ answered
    if not together.all():
        first, second = np.argwhere(together == 0)[0]
        raise no_common_answers(int(first), int(second))


def _ordered_moments(data: CategoricalData) -> CategoricalMoments:
    codes = data.codes()
    matrix = matrix_of_codes(codes, data.n_categories, weights=data.weights)
    influence = table_influence(
        codes,
        tables=matrix.tables,
        margins=matrix.counts,
        estimates=matrix.estimates,
        weights=data.weights,
    )
    sizes = [values.size for values in matrix.thresholds]
    return CategoricalMoments(
        n_obs=data.n_obs,
        n_categories=data.n_categories,
        thresholds=np.concatenate(matrix.thresholds),
        threshold_items=np.repeat(np.arange(len(sizes)), sizes),
        slopes=np.empty((len(sizes), 0)),
        cov=matrix.correlations,
        covariates=None,
        influence=influence,
        notes=matrix.notes,
    )


def _margin(
    data: CategoricalData, item: int, *, covariates: FloatArray, weights: FloatArray
) -> Margin:
    size = data.n_categories[item]
    try:
        if size:
            return ordered_margin(data.codes(item), size, covariates=covariates, weights=weights)
        return continuous_margin(data.values[:, item], covariates=covariates, weights=weights)
    except ObservedDataError as error:
        rare = rare_category(category_counts(data.codes(item), size)) if size else ""
        remedy = f" Or, as {rare}, join it with a neighbouring one." if rare else ""
        raise ObservedDataError(error.code, error.message + remedy, (item,)) from error


def _casewise_moments(data: CategoricalData) -> CategoricalMoments:
    _require_pairs(data.values)
    none = np.ones(1)
    require_all_categories(
        tuple(
            category_counts(data.codes(item), size, weights=data.weights) if size else none
            for item, size in enumerate(data.n_categories)
        )
    )
    n_rows = data.values.shape[0]
    covariates = np.empty((n_rows, 0)) if data.covariates is None else data.covariates
    if np.isnan(covariates).any():
        raise ObservedDataError("OBS-002", "the covariates hold missing values; drop those cases.")
    weights = np.ones(n_rows) if data.weights is None else data.weights
    margins = tuple(
        _margin(data, item, covariates=covariates, weights=weights)
        for item in range(len(data.n_categories))
    )
    estimates = casewise_estimates(margins, covariates=covariates, weights=weights)
    thresholds = [
        margin.thresholds if isinstance(margin, OrderedMargin) else np.array([margin.intercept])
        for margin in margins
    ]
    return CategoricalMoments(
        n_obs=data.n_obs,
        n_categories=data.n_categories,
        thresholds=np.concatenate(thresholds),
        threshold_items=np.repeat(np.arange(len(margins)), [values.size for values in thresholds]),
        slopes=np.array([margin.slopes for margin in margins]),
        cov=estimates.cov,
        covariates=(
            None
            if data.covariates is None
            else sample_moments(data.covariates, weights=data.weights)
        ),
        influence=DenseInfluence(estimates.influence),
        notes=correlation_notes(estimates.correlations),
    )
