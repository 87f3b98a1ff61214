"""The unrestricted two-level model (H1): maximum likelihood with proper covariance matrices.

A few EM steps come first, then Newton steps on the moments. Where these leave the covariance
matrix between clusters without a negative eigenvalue, they are the estimates; else the maximum
lies on the boundary (:mod:`coprod_stats.sem.multilevel.boundary`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coprod_stats.sem.multilevel.boundary import VANISHING, maximum_on_boundary, shares_between
from coprod_stats.sem.multilevel.case_deviance import StackedMoments
from coprod_stats.sem.multilevel.cluster_moments import ClusterMoments
from coprod_stats.sem.multilevel.random_effects_em import em_step, first_moments
from coprod_stats.sem.multilevel.two_level_likelihood import (
    TwoLevelMoments,
    half_deviance,
    stack_moments,
    unstack_moments,
)

N_EM_STEPS = 50
"""EM steps before Newton's."""


@dataclass(frozen=True, slots=True)
class UnrestrictedMoments:
    """Maximum likelihood estimates of the unrestricted two-level model.

    Parameters
    ----------
    moments : TwoLevelMoments
    half_deviance : float
        Minus the log-likelihood without constants.
    rank : int
        Of the covariance matrix between clusters.
    converged : bool
    """

    moments: TwoLevelMoments
    half_deviance: float
    rank: int
    converged: bool


def unrestricted_moments(sample: ClusterMoments) -> UnrestrictedMoments:
    """Estimate means and the covariance matrices within and between clusters.

    Parameters
    ----------
    sample : ClusterMoments

    Raises
    ------
    numpy.linalg.LinAlgError
        Where a covariance matrix is singular: see the checks on the data.
    """
    moments = first_moments(sample)
    for _ in range(N_EM_STEPS):
        moments = em_step(sample, moments)
    n_between = sample.variation.between.size
    inside = _maximum_inside(sample, moments) if n_between < sample.n_clusters else None
    if inside is not None:
        value = half_deviance(sample, inside).value
        return UnrestrictedMoments(inside, value, n_between, converged=True)
    found = maximum_on_boundary(sample, moments)
    value = half_deviance(sample, found.moments).value
    return UnrestrictedMoments(found.moments, value, found.rank, found.converged)


def _maximum_inside(sample: ClusterMoments, start: TwoLevelMoments) -> TwoLevelMoments | None:
    """Maximize over all symmetric matrices; None where the result is not proper."""
    minimum = StackedMoments(sample).minimum(stack_moments(sample.variation, start))
    moments = unstack_moments(sample.variation, minimum.params)
    found = minimum.converged and np.isfinite(minimum.final.value)
    return moments if found and shares_between(sample, moments)[0] >= VANISHING else None
