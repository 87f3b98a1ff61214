"""The unrestricted model: the maximum of the likelihood over proper covariance matrices."""

import numpy as np
import pytest

from coprod_stats.sem.multilevel.boundary import separated_rows, shares_between
from coprod_stats.sem.multilevel.cluster_moments import Variation, cluster_moments
from coprod_stats.sem.multilevel.random_effects_em import em_step, first_moments
from coprod_stats.sem.multilevel.two_level_likelihood import (
    half_deviance,
    stack_moments,
    stacked_gradient,
)
from coprod_stats.sem.multilevel.unrestricted import unrestricted_moments


def sample_of(n_clusters, effects, *, sizes=(1, 2, 4, 7), seed=5, between_only=0):
    """Variables that vary at both levels, the last of them of the clusters alone."""
    rng = np.random.default_rng(seed)
    effects = np.asarray(effects, dtype=float)
    p = len(effects)
    clusters = np.repeat(np.arange(n_clusters), rng.choice(sizes, n_clusters))
    own = rng.normal(size=(n_clusters, p)) * effects
    noise = rng.normal(size=(clusters.size, p)) * np.where(np.arange(p) < p - between_only, 1.0, 0)
    variation = Variation(p, np.arange(p - between_only), np.arange(p))
    return cluster_moments(own[clusters] + noise, clusters, variation)


def test_inside_the_gradient_vanishes():
    sample = sample_of(80, [0.8, 0.9, 1.0, 0.7], between_only=1)
    found = unrestricted_moments(sample)
    assert found.converged
    assert found.rank == 4
    gradient = stacked_gradient(sample.variation, half_deviance(sample, found.moments))
    assert np.abs(gradient).max() < 1e-8
    assert shares_between(sample, found.moments)[0] > 0


def test_em_raises_the_likelihood_and_ends_where_newton_does():
    sample = sample_of(60, [0.8, 0.9, 1.0], between_only=1)
    moments = first_moments(sample)
    values = []
    for _ in range(3000):
        values.append(half_deviance(sample, moments).value)
        moments = em_step(sample, moments)
    assert np.diff(values).max() < 1e-9
    found = unrestricted_moments(sample)
    np.testing.assert_allclose(
        stack_moments(sample.variation, moments),
        stack_moments(sample.variation, found.moments),
        atol=1e-7,
    )


@pytest.mark.parametrize(
    ("n_clusters", "effects"),
    [(40, [0.9, 0.0, 0.0, 0.8]), (40, [0.0, 0.0]), (30, [1.0, 0.05, 0.05, 0.9]), (4, [1.0] * 6)],
)
def test_on_the_boundary_nothing_proper_is_better(n_clusters, effects):
    sample = sample_of(n_clusters, effects, seed=8)
    found = unrestricted_moments(sample)
    p = len(effects)
    assert found.converged
    assert found.rank < p
    eigenvalues = np.linalg.eigvalsh(found.moments.between)
    assert eigenvalues[0] > -1e-12
    assert np.sum(eigenvalues > 1e-6) == found.rank
    # stationary in the means, within clusters, and along the columns of B; falling beyond
    derivatives = half_deviance(sample, found.moments)
    assert np.abs(derivatives.by_mean).max() < 1e-6
    assert np.abs(derivatives.by_within).max() < 1e-5
    assert np.abs(derivatives.by_between @ found.moments.between).max() < 1e-5
    assert np.linalg.eigvalsh(derivatives.by_between)[-1] < 1e-2
    # EM creeps towards the same value from below
    moments = first_moments(sample)
    for _ in range(2000):
        moments = em_step(sample, moments)
    value = half_deviance(sample, moments).value
    assert found.half_deviance <= value + 1e-9
    assert found.half_deviance == pytest.approx(value, abs=2e-2)


def test_rows_are_taken_by_their_distance_from_the_others():
    root = np.array([[1.0, 0.0], [2.0, 0.01], [0.0, 1.0]])
    assert separated_rows(root).tolist() == [1, 2, 0]
    assert separated_rows(np.zeros((2, 0))).tolist() == [0, 1]
    assert sorted(separated_rows(np.zeros((2, 1))).tolist()) == [0, 1]
