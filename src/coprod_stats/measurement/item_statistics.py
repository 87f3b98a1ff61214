"""Statistics of single items and of items in their scales, on arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprod_stats.measurement.coefficients import coefficient_alpha
from coprod_stats.quality.pairwise_moments import column_means, pairwise_correlation, row_means

FloatArray = NDArray[np.float64]


def standard_deviations(answers: FloatArray) -> FloatArray:
    """Compute item standard deviations, divisor n − 1; NaN with fewer than two answers."""
    df = (~np.isnan(answers)).sum(axis=0) - 1
    squares = np.nansum((answers - column_means(answers)) ** 2, axis=0)
    return np.where(df > 0, np.sqrt(squares / np.maximum(df, 1)), np.nan)


def skewness(answers: FloatArray) -> FloatArray:
    r"""Compute the skewness of each item, :math:`m_3 / s^3` with s of divisor n − 1.

    b1 of Joanes & Gill (1998), the default of ``psych::describe`` (type 3). NaN for an item that
    does not vary.
    """
    third_moment = row_means(((answers - column_means(answers)) ** 3).T)
    deviation = standard_deviations(answers)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(deviation > 0, third_moment / deviation**3, np.nan)


def item_total_correlations(answers: FloatArray) -> FloatArray:
    """Correlate each item with the mean of all items answered, including itself.

    ``raw.r`` of ``psych::alpha``: each over the respondents who answered the item.
    """
    with_total = np.column_stack([answers, row_means(answers)])
    return pairwise_correlation(with_total)[0][:-1, -1]


def item_rest_correlations(covariance: FloatArray) -> FloatArray:
    r"""Correlate each item with the sum of the others (``r.drop`` of ``psych::alpha``).

    :math:`(\sum_{j \ne i} s_{ij}) / \sqrt{s_{ii} \sum_{j,k \ne i} s_{jk}}` from the covariance
    matrix, and pairwise if that is.
    """
    variances = np.diag(covariance)
    with_rest = covariance.sum(axis=0) - variances
    of_rest = covariance.sum() - 2 * with_rest - variances
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(with_rest / np.sqrt(variances * of_rest), dtype=np.float64)


def alpha_if_dropped(covariance: FloatArray) -> FloatArray:
    """Compute alpha of the other items, for each item; NaN for scales of two items."""
    n_items = covariance.shape[0]
    if n_items < 3:
        return np.full(n_items, np.nan)
    without = (np.delete(np.delete(covariance, i, 0), i, 1) for i in range(n_items))
    return np.array([coefficient_alpha(rest) for rest in without])


def shares_at(answers: FloatArray, values: FloatArray) -> FloatArray:
    """Compute the share of each item's answers that equal a value; NaN without answers."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(
            (answers == values).sum(axis=0) / (~np.isnan(answers)).sum(axis=0), dtype=np.float64
        )
