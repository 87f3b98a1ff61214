"""Derivatives of each cluster's log-likelihood, and the sandwich that they make.

With ``t = V_n⁻¹ (v_j − μ)`` for the means ``v_j`` of a cluster of size ``n`` and ``R_j`` the sums
of squares and products within it, the derivatives by the moments are

    t                                              (means),
    tt' − V_n⁻¹                                    (between),
    (tt' − V_n⁻¹)/n + W⁻¹ R_j W⁻¹ − (n − 1) W⁻¹    (within),

halved on the diagonals. Clusters are the independent observations: no other correction for their
number is made. The scaled test compares them at the fitted and at the unrestricted moments, as
:mod:`coprod_stats.sem.inference.sandwich` does for single cases [yuan2007]_.

References
----------
.. [yuan2007] Yuan, K.-H., & Bentler, P. M. (2007). Multilevel covariance structure analysis by
   fitting multiple single-level models. Sociological Methodology, 37, 53-82.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.estimation.least_squares import lower_triangle
from coprod_stats.sem.inference.sandwich import CaseScores
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.multilevel.cluster_moments import Variation, cluster_means
from coprod_stats.sem.multilevel.objective import joined_jacobian, joined_moments
from coprod_stats.sem.multilevel.two_level_likelihood import (
    TwoLevelMoments,
    moment_information,
    pairs_at,
)
from coprod_stats.sem.multilevel.two_level_sample import ClusteredSample

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


def cluster_moment_scores(
    data: FloatArray, clusters: IntArray, variation: Variation, moments: TwoLevelMoments
) -> FloatArray:
    """Differentiate each cluster's log-likelihood by the stacked moments.

    Parameters
    ----------
    data : (n_obs, n_variables) array
    clusters : (n_obs,) int array
        Codes from 0.
    variation : Variation
    moments : TwoLevelMoments

    Returns
    -------
    (n_clusters, n_moments) array
    """
    split = cluster_means(data, clusters)
    sizes, of_cluster = np.unique(split.sizes, return_inverse=True)
    precisions = np.linalg.inv(moments.between + moments.within / sizes[:, None, None])
    shifts = np.einsum("jik,jk->ji", precisions[of_cluster], split.means - moments.mean)
    rows, columns = lower_triangle(variation.n_variables)
    factors = np.where(rows == columns, 0.5, 1.0)
    of_means = shifts[:, rows] * shifts[:, columns]
    of_means -= precisions[:, rows, columns][of_cluster]
    of_means *= factors
    w, b = pairs_at(variation, 1), pairs_at(variation, 2)
    within = of_means[:, w] / split.sizes[:, None]
    within += _scores_within(split.deviations, clusters, variation, moments, split.sizes)
    return np.hstack([shifts, within, of_means[:, b]])


def _scores_within(
    deviations: FloatArray,
    clusters: IntArray,
    variation: Variation,
    moments: TwoLevelMoments,
    sizes: IntArray,
) -> FloatArray:
    """Differentiate by ``W`` what the deviations from the cluster means tell."""
    inner = np.ix_(variation.within, variation.within)
    precision = np.linalg.inv(moments.within[inner])
    scaled = deviations[:, variation.within] @ precision
    rows, columns = lower_triangle(variation.within.size)
    factors = np.where(rows == columns, 0.5, 1.0)
    sums = np.empty((sizes.size, rows.size))
    for pair, (row, column) in enumerate(zip(rows, columns, strict=True)):
        products = scaled[:, row] * scaled[:, column]
        sums[:, pair] = np.bincount(clusters, products, minlength=sizes.size)
    return np.asarray(factors * (sums - (sizes[:, None] - 1.0) * precision[rows, columns]))


def two_level_scores(
    estimate: Estimate, samples: Sequence[ClusteredSample], *, scaled: bool
) -> CaseScores:
    """Compute the scores of the clusters.

    Parameters
    ----------
    estimate : Estimate
    samples : sequence of ClusteredSample
    scaled : bool
        Whether a scaled test is to be computed.

    Raises
    ------
    numpy.linalg.LinAlgError
        At a singular information of the unrestricted moments.
    """
    meat = _score_covariance(estimate, samples)
    return CaseScores(meat, _unrestricted_trace(estimate.table, samples) if scaled else None)


def _score_covariance(estimate: Estimate, samples: Sequence[ClusteredSample]) -> FloatArray:
    """Sum cross products of the clusters' derivatives by the parameters, over the cases."""
    total = sum(sample.n_obs for sample in samples)
    result = np.zeros((estimate.table.n_free, estimate.table.n_free))
    pairs = zip(estimate.models[::2], estimate.models[1::2], strict=True)
    implied_pairs = zip(estimate.implied[::2], estimate.implied[1::2], strict=True)
    for models, implied, sample in zip(pairs, implied_pairs, samples, strict=True):
        variation = sample.levels.moments.variation
        moments = joined_moments(variation, implied)
        scores = cluster_moment_scores(sample.data, sample.clusters, variation, moments)
        scores = scores @ joined_jacobian(variation, models, implied)
        local = np.concatenate([model.parameters for model in models])
        result[np.ix_(local, local)] += scores.T @ scores / total
    return result


def _unrestricted_trace(table: ParameterTable, samples: Sequence[ClusteredSample]) -> float:
    """Compute ``tr(A1^-1 B1)`` of the unrestricted model."""
    trace = 0.0
    for sample in samples:
        levels = sample.levels
        variation, moments = levels.moments.variation, levels.unrestricted.moments
        kept = _unfixed_moments(table, variation)
        scores = cluster_moment_scores(sample.data, sample.clusters, variation, moments)[:, kept]
        information = moment_information(levels.moments, moments, exact=True)[np.ix_(kept, kept)]
        trace += float(np.trace(np.linalg.solve(information, scores.T @ scores)))
    return trace


def _unfixed_moments(table: ParameterTable, variation: Variation) -> IntArray:
    """Stacked moments other than those of fixed covariates."""
    place = {name: index for index, name in enumerate(table.observed)} | {"": -1}
    fixed = {
        (row.level, *sorted((place[row.lhs], place[row.rhs])))
        for row in table
        if row.exogenous and row.free < 0
    }
    rows, columns = lower_triangle(variation.n_variables)
    own = set(variation.within_only.tolist())
    stacked = [(1 if item in own else 2, -1, item) for item in range(variation.n_variables)]
    for level in (1, 2):
        pairs = pairs_at(variation, level)
        stacked += [(level, int(columns[pair]), int(rows[pair])) for pair in pairs]
    return np.flatnonzero([moment not in fixed for moment in stacked])
