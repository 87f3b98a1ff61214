"""Derivatives of each case's log-likelihood, the meat of sandwich estimators.

With ``y_i = P_i (x_i - mean)`` and the columns ``Q`` of the model, a case's derivative by a
parameter is ``h ((u'y_i)(v'y_i) - u'P_i v) + s u'y_i``; by an element of the saturated moments
it is ``y_ij`` for a mean and ``c (y_ij y_ik - P_i,jk)`` for a covariance, ``c`` being ½ for a
variance and 1 else.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.least_squares import lower_triangle
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel
from coprod_stats.sem.observed.missing_patterns import MissingPatterns
from coprod_stats.sem.observed.pattern_precision import padded_precision
from coprod_stats.sem.sample import GroupSample

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

CHUNK = 4096
"""Cases taken at a time, to bound temporary memory."""


def standardized_residuals(
    data: FloatArray,
    *,
    mean: FloatArray,
    precisions: FloatArray,
    pattern_of_case: IntArray | None,
) -> FloatArray:
    """Residuals times the inverse covariance of what was observed, ``y_i = P_i (x_i - mean)``.

    Parameters
    ----------
    data : (n_rows, n_items) array
        NaN where missing.
    mean : (n_items,) array
    precisions : (n_patterns, n_items, n_items) array
        Padded with zeros.
    pattern_of_case : (n_rows,) int array, optional
        None where nothing is missing (one pattern).

    Returns
    -------
    (n_rows, n_items) array
    """
    if pattern_of_case is None:
        return np.asarray((data - mean) @ precisions[0])
    residuals = np.nan_to_num(data - mean, nan=0.0)
    result = np.empty_like(residuals)
    for start in range(0, len(data), CHUNK):
        rows = slice(start, start + CHUNK)
        result[rows] = np.einsum("nij,nj->ni", precisions[pattern_of_case[rows]], residuals[rows])
    return result


def model_scores(
    model: LisrelModel,
    implied: ImpliedMoments,
    data: FloatArray,
    *,
    mean: FloatArray,
    patterns: MissingPatterns | None,
) -> FloatArray:
    """Differentiate each case's log-likelihood by the parameters of the model.

    Parameters
    ----------
    model : LisrelModel
    implied : ImpliedMoments
    data : (n_rows, n_items) array
        NaN where missing; rows without any answer get zeros.
    mean : (n_items,) array
        The implied mean, or the sample's in a model without mean structure.
    patterns : MissingPatterns, optional
        None where nothing is missing.

    Returns
    -------
    (n_rows, n_local) array
    """
    precisions, of_case = case_precisions(implied.cov, patterns)
    y = standardized_residuals(data, mean=mean, precisions=precisions, pattern_of_case=of_case)
    Q, u, v = implied.columns, model.layout.u, model.layout.v
    projected = y @ Q
    centre = np.empty((len(precisions), u.size))
    for start in range(0, len(precisions), 256):
        part = precisions[start : start + 256] @ Q[:, v]
        centre[start : start + 256] = np.einsum("pq,kpq->kq", Q[:, u], part)
    scores = projected[:, u] * projected[:, v]
    scores -= centre if of_case is None else centre[of_case]
    scores *= model.layout.h
    if model.has_means:
        scores += projected[:, u] * model.mean_factors(implied)
    if of_case is not None:
        scores[of_case < 0] = 0.0
    return np.asarray(scores)


def saturated_scores(
    data: FloatArray,
    *,
    mean: FloatArray,
    cov: FloatArray,
    patterns: MissingPatterns | None,
    chunk: int = CHUNK,
) -> Iterator[tuple[slice, FloatArray]]:
    """Differentiate each case's log-likelihood by means and covariances, some cases at a time.

    Parameters
    ----------
    data : (n_rows, n_items) array
    mean : (n_items,) array
    cov : (n_items, n_items) array
    patterns : MissingPatterns, optional
    chunk : int
        Number of cases at a time.

    Yields
    ------
    slice, (n_chunk, n_items + n_items (n_items + 1) / 2) array
        Means first, then the lower triangle of the covariance matrix by columns.
    """
    precisions, of_case = case_precisions(cov, patterns)
    y = standardized_residuals(data, mean=mean, precisions=precisions, pattern_of_case=of_case)
    rows, columns = lower_triangle(mean.size)
    factors = np.where(rows == columns, 0.5, 1.0)
    triangles = precisions[:, rows, columns]
    for start in range(0, len(data), chunk):
        part = slice(start, start + chunk)
        of_part = np.zeros(len(y[part]), dtype=np.intp) if of_case is None else of_case[part]
        by_cov = (y[part][:, rows] * y[part][:, columns] - triangles[of_part]) * factors
        by_cov[of_part < 0] = 0.0
        yield part, np.hstack([y[part], by_cov])


def case_precisions(
    cov: FloatArray, patterns: MissingPatterns | None
) -> tuple[FloatArray, IntArray | None]:
    """Invert the observed part of a covariance matrix, pattern by pattern.

    Parameters
    ----------
    cov : (n_items, n_items) array
    patterns : MissingPatterns, optional
        None where nothing is missing.

    Returns
    -------
    (n_patterns, n_items, n_items) array, (n_rows,) int array or None
        Inverses, padded with zeros, and the pattern of each case.
    """
    if patterns is None:
        return np.asarray(np.linalg.inv(cov)[None], dtype=np.float64), None
    blocks = [padded_precision(block, cov)[0] for block in patterns.blocks()]
    return np.concatenate(blocks), patterns.pattern_of_case


def cross_products(
    scores: FloatArray, *, weights: FloatArray | None, clusters: IntArray | None
) -> FloatArray:
    """Sum outer products of weighted scores, over cases or over totals of clusters.

    Sums over ``C`` clusters are multiplied by ``C / (C - 1)``.

    Parameters
    ----------
    scores : (n_rows, k) array
    weights : (n_rows,) array, optional
        Sampling weights.
    clusters : (n_rows,) int array, optional
        Codes from 0.

    Returns
    -------
    (k, k) array
    """
    totals = scores if weights is None else scores * weights[:, None]
    if clusters is None:
        return np.asarray(totals.T @ totals)
    totals = cluster_totals(totals, clusters)
    return np.asarray(totals.T @ totals * small_sample_factor(len(totals)))


def small_sample_factor(n_clusters: int) -> float:
    """Inflate sums over clusters, ``C / (C - 1)``; infinite for a single cluster."""
    return n_clusters / (n_clusters - 1) if n_clusters > 1 else float("inf")


def cluster_totals(values: FloatArray, clusters: IntArray) -> FloatArray:
    """Sum rows within clusters, ``(n_clusters, k)``."""
    totals = np.zeros((int(clusters.max()) + 1, values.shape[1]))
    np.add.at(totals, clusters, values)
    return totals


def saturated_meat(sample: GroupSample) -> FloatArray:
    """Sum cross products of the cases' derivatives by means and covariances."""
    chunks = saturated_scores(
        sample.data, mean=sample.mean, cov=sample.cov, patterns=sample.patterns
    )
    if sample.clusters is not None:
        scores = np.vstack([part for _, part in chunks])
        return cross_products(scores, weights=sample.weights, clusters=sample.clusters)
    n_moments = sample.mean.size * (sample.mean.size + 3) // 2
    total = np.zeros((n_moments, n_moments))
    for rows, scores in chunks:
        weights = None if sample.weights is None else sample.weights[rows]
        total += cross_products(scores, weights=weights, clusters=None)
    return total
