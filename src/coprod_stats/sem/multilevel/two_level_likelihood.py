"""The normal log-likelihood of clusters of unequal size, with its derivatives by the moments.

Variables split into a part within and a part between clusters, ``y_ij = u_j + e_ij`` with
covariance matrices ``B`` and ``W``; variables of the clusters themselves have no ``e``, variables
that vary within clusters only have no ``u``. The mean of a cluster of size ``n`` then has the
covariance matrix ``V_n = B + W/n``, and is independent of the deviations from it
[mcdonald1989]_. With ``S_w`` pooled within clusters and ``m_n``, ``S_n`` the moments of the
``J_n`` cluster means of size ``n``, minus the log-likelihood is, without constants,

    ½ (N − J) [log|W| + tr(W⁻¹ S_w)] + ½ Σ_n J_n [log|V_n| + tr(V_n⁻¹ (S_n + d_n d_n'))],

``d_n = m_n − μ``: a sum of normal discrepancies, one within clusters and one per size. Every
derivative is a sum of those of a single covariance matrix, weighted by powers of ``1/n``.

References
----------
.. [mcdonald1989] McDonald, R. P., & Goldstein, H. (1989). Balanced versus unbalanced designs for
   linear structural relations in two-level data. BJMSP, 42, 215-232.
.. [muthen1994] Muthén, B. O. (1994). Multilevel covariance structure analysis. Sociological
   Methods & Research, 22, 376-398.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.least_squares import lower_triangle
from coprod_stats.sem.estimation.positive_definite import factor
from coprod_stats.sem.multilevel.cluster_moments import ClusterMoments, Variation
from coprod_stats.sem.observed.saturated_information import assemble_information

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class TwoLevelMoments:
    """Means and covariance matrices of a two-level model.

    Parameters
    ----------
    mean : (n_variables,) array
        Sum of the means at both levels.
    within, between : (n_variables, n_variables) array
        Zero for variables that do not vary at the level.
    """

    mean: FloatArray
    within: FloatArray
    between: FloatArray


@dataclass(frozen=True, slots=True)
class DevianceDerivatives:
    """Half the deviance and its first derivatives.

    Parameters
    ----------
    value : float
        Minus the log-likelihood of all clusters without constants.
    by_mean : (n_variables,) array
        The differential is ``−by_mean' dμ − ½ tr(by_within dW) − ½ tr(by_between dB)``.
    by_within, by_between : (n_variables, n_variables) array
    """

    value: float
    by_mean: FloatArray
    by_within: FloatArray
    by_between: FloatArray


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Cluster means of each size at given moments."""

    precisions: FloatArray
    log_dets: FloatArray
    deviations: FloatArray
    seconds: FloatArray


def half_deviance(sample: ClusterMoments, moments: TwoLevelMoments) -> DevianceDerivatives:
    """Compute minus the log-likelihood, without constants, with its first derivatives.

    Parameters
    ----------
    sample : ClusterMoments
    moments : TwoLevelMoments

    Raises
    ------
    numpy.linalg.LinAlgError
        Where ``W`` or a ``V_n`` is not positive definite.
    """
    inner = np.ix_(sample.variation.within, sample.variation.within)
    residual_cases = sample.n_obs - sample.n_clusters
    root = factor(moments.within[inner])
    if root is None:
        raise np.linalg.LinAlgError("the covariance matrix within clusters is not positive")
    sizes = _at_sizes(sample, moments)
    weighted = root.inverse @ sample.pooled_within
    traces = np.einsum("cij,cji->c", sizes.precisions, sizes.seconds)
    value = 0.5 * residual_cases * (root.log_det + float(np.trace(weighted)))
    value += 0.5 * float(sample.counts @ (sizes.log_dets + traces))
    shifts = np.einsum("cij,cj->ci", sizes.precisions, sizes.deviations)
    residuals = sizes.precisions @ sizes.seconds @ sizes.precisions - sizes.precisions
    by_within = np.tensordot(sample.counts / sample.sizes, residuals, axes=1)
    by_within[inner] += residual_cases * (weighted @ root.inverse - root.inverse)
    return DevianceDerivatives(
        value=value,
        by_mean=sample.counts @ shifts,
        by_within=by_within,
        by_between=np.tensordot(sample.counts, residuals, axes=1),
    )


def _at_sizes(sample: ClusterMoments, moments: TwoLevelMoments) -> _Sizes:
    covs = moments.between + moments.within / sample.sizes[:, None, None]
    roots = np.linalg.cholesky(covs)
    inverse_roots = np.linalg.inv(roots)
    deviations = sample.means - moments.mean
    return _Sizes(
        precisions=inverse_roots.transpose(0, 2, 1) @ inverse_roots,
        log_dets=2.0 * np.log(np.diagonal(roots, axis1=1, axis2=2)).sum(axis=1),
        deviations=deviations,
        seconds=sample.covs + deviations[:, :, None] * deviations[:, None, :],
    )


def n_moments(variation: Variation) -> int:
    """Count means, variances and covariances that an unrestricted model has."""
    w, b = variation.within.size, variation.between.size
    return variation.n_variables + w * (w + 1) // 2 + b * (b + 1) // 2


def pairs_at(variation: Variation, level: int) -> IntArray:
    """Pairs of variables of a level among all pairs in order of :func:`lower_triangle`."""
    chosen = variation.within if level == 1 else variation.between
    rows, columns = lower_triangle(variation.n_variables)
    return np.flatnonzero(np.isin(rows, chosen) & np.isin(columns, chosen))


def stack_moments(variation: Variation, moments: TwoLevelMoments) -> FloatArray:
    """Concatenate means and the lower triangles within and between, ``(n_moments,)``."""
    rows, columns = lower_triangle(variation.n_variables)
    w, b = pairs_at(variation, 1), pairs_at(variation, 2)
    return np.concatenate(
        [
            moments.mean,
            moments.within[rows[w], columns[w]],
            moments.between[rows[b], columns[b]],
        ]
    )


def unstack_moments(variation: Variation, stacked: FloatArray) -> TwoLevelMoments:
    """Invert :func:`stack_moments`."""
    p = variation.n_variables
    rows, columns = lower_triangle(p)
    matrices = []
    start = p
    for level in (1, 2):
        pairs = pairs_at(variation, level)
        matrix = np.zeros((p, p))
        matrix[rows[pairs], columns[pairs]] = stacked[start : start + pairs.size]
        matrix[columns[pairs], rows[pairs]] = stacked[start : start + pairs.size]
        matrices.append(matrix)
        start += pairs.size
    return TwoLevelMoments(stacked[:p], *matrices)


def stacked_gradient(variation: Variation, derivatives: DevianceDerivatives) -> FloatArray:
    """Differentiate half the deviance by the stacked moments, ``(n_moments,)``."""
    rows, columns = lower_triangle(variation.n_variables)
    factors = np.where(rows == columns, 0.5, 1.0)
    w, b = pairs_at(variation, 1), pairs_at(variation, 2)
    by_within = (factors * derivatives.by_within[rows, columns])[w]
    by_between = (factors * derivatives.by_between[rows, columns])[b]
    return -np.concatenate([derivatives.by_mean, by_within, by_between])


def moment_information(
    sample: ClusterMoments, moments: TwoLevelMoments, *, exact: bool
) -> FloatArray:
    """Differentiate half the deviance twice by the stacked moments.

    Parameters
    ----------
    sample : ClusterMoments
    moments : TwoLevelMoments
    exact : bool
        Observed information; else its expectation given the sizes of the clusters.

    Returns
    -------
    (n_moments, n_moments) array

    Raises
    ------
    numpy.linalg.LinAlgError
        Where ``W`` or a ``V_n`` is not positive definite.
    """
    variation, p = sample.variation, sample.variation.n_variables
    sizes = _at_sizes(sample, moments)
    by_power = [_information_of_means(sample, sizes, power, exact=exact) for power in range(3)]
    w, b = p + pairs_at(variation, 1), p + pairs_at(variation, 2)
    means = np.arange(p)
    within = by_power[2][np.ix_(w, w)] + _information_within(sample, moments, exact=exact)
    mean_within, mean_between = by_power[1][np.ix_(means, w)], by_power[0][np.ix_(means, b)]
    across = by_power[1][np.ix_(w, b)]
    return np.block(
        [
            [by_power[0][:p, :p], mean_within, mean_between],
            [mean_within.T, within, across],
            [mean_between.T, across.T, by_power[0][np.ix_(b, b)]],
        ]
    )


def _information_of_means(
    sample: ClusterMoments, sizes: _Sizes, power: int, *, exact: bool
) -> FloatArray:
    """Sum information of the cluster means about ``V_n`` with weights ``J_n / n^power``."""
    weights = sample.counts / sample.sizes**power
    rows, columns = lower_triangle(sample.variation.n_variables)
    precisions = sizes.precisions
    middle, shifts = precisions / 2.0, np.zeros_like(sizes.deviations)
    if exact:
        middle = precisions @ sizes.seconds @ precisions - precisions / 2.0
        shifts = np.einsum("cij,cj->ci", precisions, sizes.deviations)
    triangles = precisions[:, rows, columns] * weights[:, None]
    return assemble_information(
        np.tensordot(weights, precisions, axes=1),
        triangles.T @ shifts,
        triangles.T @ middle[:, rows, columns],
    )


def _information_within(
    sample: ClusterMoments, moments: TwoLevelMoments, *, exact: bool
) -> FloatArray:
    """Information of the deviations from the cluster means about ``W``."""
    inner = np.ix_(sample.variation.within, sample.variation.within)
    n_within = sample.variation.within.size
    precision = np.linalg.inv(moments.within[inner])
    middle = precision / 2.0
    if exact:
        middle = precision @ sample.pooled_within @ precision - precision / 2.0
    rows, columns = lower_triangle(n_within)
    weight = float(sample.n_obs - sample.n_clusters)
    pairs = weight * np.outer(precision[rows, columns], middle[rows, columns])
    nothing = np.zeros((rows.size, n_within))
    whole = assemble_information(np.zeros((n_within, n_within)), nothing, pairs)
    return whole[n_within:, n_within:]


def loglik_constant(sample: ClusterMoments) -> float:
    """Return what half the deviance leaves out of minus the log-likelihood.

    ``½ (N p_w + J p_z) log 2π + ½ p_w Σ_j log n_j`` for ``p_w`` variables of level 1 and ``p_z``
    variables of the clusters themselves.
    """
    n_within = sample.variation.within.size
    n_values = sample.n_obs * n_within + sample.n_clusters * sample.variation.between_only.size
    of_sizes = n_within * float(sample.counts @ np.log(sample.sizes))
    return 0.5 * (n_values * float(np.log(2.0 * np.pi)) + of_sizes)
