"""EM steps for the unrestricted two-level model: the parts between clusters are missing data.

Given a cluster's means ``v`` with deviation ``d`` from ``μ``, its part between has mean ``K d``
and covariance ``B − K B``, ``K = B V_n⁻¹`` [raudenbush1995]_. Covariance matrices stay positive
semidefinite in every step.

References
----------
.. [raudenbush1995] Raudenbush, S. W. (1995). Maximum likelihood estimation for unbalanced
   multilevel covariance structure models via the EM algorithm. BJMSP, 48, 359-370.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.multilevel.cluster_moments import ClusterMoments
from coprod_stats.sem.multilevel.two_level_likelihood import TwoLevelMoments

FloatArray = NDArray[np.float64]


def first_moments(sample: ClusterMoments) -> TwoLevelMoments:
    """Estimate moments from sums of squares, with positive definite covariance matrices.

    Parameters
    ----------
    sample : ClusterMoments
    """
    variation, n_obs = sample.variation, sample.n_obs
    cases = sample.counts * sample.sizes
    mean = cases @ sample.means / n_obs
    mean[variation.between_only] = (
        sample.counts @ sample.means[:, variation.between_only] / sample.n_clusters
    )
    deviations = sample.means - mean
    seconds = sample.covs + deviations[:, :, None] * deviations[:, None, :]
    of_means = np.tensordot(sample.counts, seconds, axes=1) / sample.n_clusters
    by_cases = np.tensordot(cases, seconds, axes=1) / n_obs
    within = np.zeros_like(of_means)
    inner = np.ix_(variation.within, variation.within)
    within[inner] = sample.pooled_within
    alone = np.ix_(variation.within_only, variation.within_only)
    share = (n_obs - sample.n_clusters) / n_obs
    within[alone] = share * within[alone] + by_cases[alone]
    between = np.zeros_like(of_means)
    outer = np.ix_(variation.between, variation.between)
    between[outer] = of_means[outer]
    return TwoLevelMoments(mean, within, between)


def em_step(sample: ClusterMoments, moments: TwoLevelMoments) -> TwoLevelMoments:
    """Take one EM step.

    Parameters
    ----------
    sample : ClusterMoments
    moments : TwoLevelMoments

    Raises
    ------
    numpy.linalg.LinAlgError
        Where the cluster means of some size have a singular covariance matrix.
    """
    variation, between = sample.variation, moments.between
    covs = between + moments.within / sample.sizes[:, None, None]
    slopes = np.linalg.solve(covs, np.broadcast_to(between, covs.shape)).transpose(0, 2, 1)
    conditional = between - slopes @ between
    deviations = sample.means - moments.mean
    seconds = sample.covs + deviations[:, :, None] * deviations[:, None, :]
    left = np.eye(variation.n_variables) - slopes
    left[:, variation.between_only] = 0.0
    effects = slopes @ seconds @ slopes.transpose(0, 2, 1) + conditional
    residuals = left @ seconds @ left.transpose(0, 2, 1) + conditional
    cases = sample.counts * sample.sizes
    shift_between = sample.counts @ np.einsum("cij,cj->ci", slopes, deviations) / sample.n_clusters
    shift_within = cases @ np.einsum("cij,cj->ci", left, deviations) / sample.n_obs
    new_between = np.tensordot(sample.counts, effects, axes=1) / sample.n_clusters
    new_between -= np.outer(shift_between, shift_between)
    inner = np.ix_(variation.within, variation.within)
    new_within = np.zeros_like(between)
    new_within[inner] = (np.tensordot(cases, residuals, axes=1) / sample.n_obs)[inner]
    new_within[inner] += (
        (sample.n_obs - sample.n_clusters) / sample.n_obs
    ) * sample.pooled_within - np.outer(shift_within, shift_within)[inner]
    return TwoLevelMoments(
        moments.mean + shift_between + shift_within,
        (new_within + new_within.T) / 2.0,
        (new_between + new_between.T) / 2.0,
    )
