"""The likelihood of unequal clusters against the densities that it stands for."""

import numpy as np
import pytest

from coprod_stats.sem.multilevel.cluster_moments import Variation, cluster_means, cluster_moments
from coprod_stats.sem.multilevel.cluster_scores import cluster_moment_scores
from coprod_stats.sem.multilevel.two_level_likelihood import (
    TwoLevelMoments,
    half_deviance,
    loglik_constant,
    moment_information,
    n_moments,
    stack_moments,
    stacked_gradient,
    unstack_moments,
)

# variable 0 varies within clusters only, 1 and 2 at both levels, 3 belongs to the clusters
VARIATION = Variation(4, np.array([0, 1, 2]), np.array([1, 2, 3]))


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(11)
    clusters = rng.permutation(np.repeat(np.arange(25), rng.choice([1, 2, 3, 6], 25)))
    own = rng.normal(size=(25, 4)) @ np.diag([0.0, 0.6, 0.8, 1.0])
    data = own[clusters] + rng.normal(size=(clusters.size, 4)) * [1.0, 0.8, 0.7, 0.0] + 1.0
    root = rng.normal(size=(3, 3)) * 0.3 + np.eye(3)
    within, between = np.zeros((4, 4)), np.zeros((4, 4))
    within[np.ix_(VARIATION.within, VARIATION.within)] = root @ root.T
    between[np.ix_(VARIATION.between, VARIATION.between)] = 0.5 * root.T @ root
    return data, clusters, TwoLevelMoments(np.array([0.9, 1.2, 0.8, 1.1]), within, between)


def loglik_of_cluster(values, moments):
    """Density of all values of a cluster, laid end to end, by their whole covariance matrix."""
    own, n = VARIATION.within, len(values)
    inner = np.ix_(own, own)
    above = VARIATION.between_only
    cov = np.kron(np.eye(n), moments.within[inner]) + np.kron(
        np.ones((n, n)), moments.between[inner]
    )
    cross = np.kron(np.ones((n, 1)), moments.between[np.ix_(own, above)])
    whole = np.block([[cov, cross], [cross.T, moments.between[np.ix_(above, above)]]])
    mean = np.concatenate([np.tile(moments.mean[own], n), moments.mean[above]])
    residual = np.concatenate([values[:, own].ravel(), values[0, above]]) - mean
    log_det = np.linalg.slogdet(whole).logabsdet
    quadratic = residual @ np.linalg.solve(whole, residual)
    return -0.5 * (len(mean) * np.log(2 * np.pi) + log_det + quadratic)


def test_it_is_the_density_of_all_clusters(problem):
    data, clusters, moments = problem
    sample = cluster_moments(data, clusters, VARIATION)
    ours = -half_deviance(sample, moments).value - loglik_constant(sample)
    theirs = sum(loglik_of_cluster(data[clusters == j], moments) for j in range(25))
    assert ours == pytest.approx(theirs, rel=1e-12)


def differences(function, point, step=1e-5):
    shifts = step * np.eye(point.size)
    return np.array([(function(point + h) - function(point - h)) / (2 * step) for h in shifts])


def test_gradient_and_information_by_finite_differences(problem):
    data, clusters, moments = problem
    sample = cluster_moments(data, clusters, VARIATION)
    point = stack_moments(VARIATION, moments)
    assert point.size == n_moments(VARIATION)

    def gradient(stacked):
        return stacked_gradient(
            VARIATION, half_deviance(sample, unstack_moments(VARIATION, stacked))
        )

    by_value = differences(
        lambda s: half_deviance(sample, unstack_moments(VARIATION, s)).value, point
    )
    np.testing.assert_allclose(gradient(point), by_value, rtol=1e-6, atol=1e-6)
    information = moment_information(sample, moments, exact=True)
    np.testing.assert_allclose(information, differences(gradient, point), rtol=1e-6, atol=1e-5)


def test_expected_information_is_the_observed_one_where_the_sample_is_as_expected(problem):
    data, clusters, moments = problem
    sample = cluster_moments(data, clusters, VARIATION)
    covs = moments.between + moments.within / sample.sizes[:, None, None]
    inner = np.ix_(VARIATION.within, VARIATION.within)
    as_expected = type(sample)(
        VARIATION,
        sample.n_obs,
        sample.n_clusters,
        moments.within[inner],
        sample.sizes,
        sample.counts,
        np.tile(moments.mean, (sample.sizes.size, 1)),
        covs,
    )
    np.testing.assert_allclose(
        moment_information(sample, moments, exact=False),
        moment_information(as_expected, moments, exact=True),
        atol=1e-9,
    )


def test_scores_of_clusters_are_the_derivatives_of_their_densities(problem):
    data, clusters, moments = problem
    scores = cluster_moment_scores(data, clusters, VARIATION, moments)
    point = stack_moments(VARIATION, moments)
    for cluster in (0, 7, 13):
        values = data[clusters == cluster]
        numeric = differences(
            lambda s, v=values: loglik_of_cluster(v, unstack_moments(VARIATION, s)), point
        )
        np.testing.assert_allclose(scores[cluster], numeric, rtol=1e-6, atol=1e-6)
    sample = cluster_moments(data, clusters, VARIATION)
    gradient = stacked_gradient(VARIATION, half_deviance(sample, moments))
    np.testing.assert_allclose(scores.sum(axis=0), -gradient, rtol=1e-9, atol=1e-9)


def test_equal_values_within_a_cluster_deviate_by_exactly_nothing():
    values = np.repeat([0.1, 1e6 + 1 / 3], [3, 7])[:, None]
    split = cluster_means(values, np.repeat([0, 1], [3, 7]))
    assert not split.deviations.any()


def test_moments_outside_the_parameter_space_are_refused(problem):
    data, clusters, moments = problem
    sample = cluster_moments(data, clusters, VARIATION)
    for within, between in ((-moments.within, moments.between), (moments.within, -moments.between)):
        with pytest.raises(np.linalg.LinAlgError):
            half_deviance(sample, TwoLevelMoments(moments.mean, within, between))
