import numpy as np
import pytest

from coprod_stats.sem.observed import gamma as gamma_module
from coprod_stats.sem.observed.categorical_moments import CategoricalData, categorical_moments
from coprod_stats.sem.observed.errors import ObservedDataError
from coprod_stats.sem.observed.gamma import continuous_influence, gamma_diagonal, gamma_matrix
from coprod_stats.sem.observed.influence import DenseInfluence


@pytest.fixture
def answers():
    rng = np.random.default_rng(12)
    latent = rng.normal(size=(300, 1)) + rng.normal(size=(300, 4))
    values = np.stack([np.digitize(latent[:, j], [-1.0, 0.3, 1.1]) for j in range(4)], 1) * 1.0
    values[rng.random(values.shape) < 0.1] = np.nan
    return values


def brute_force(influence, clusters):
    columns = influence.columns(slice(None))
    sums = np.array([columns[:, clusters == c].sum(axis=1) for c in np.unique(clusters)])
    n_clusters = len(sums)
    return 300 * n_clusters / (n_clusters - 1) * sums.T @ sums


@pytest.mark.parametrize("weighted", [False, True])
def test_clusters_are_summed_before_the_cross_product(answers, weighted, monkeypatch):
    monkeypatch.setattr(gamma_module, "_BLOCK", 2000)
    rng = np.random.default_rng(3)
    weights = rng.uniform(0.5, 1.5, 300) if weighted else None
    clusters = rng.integers(0, 25, 300)
    moments = categorical_moments(CategoricalData(answers, (4, 4, 4, 4), weights=weights))
    computed = gamma_matrix(moments.influence, n_obs=300, clusters=clusters)
    np.testing.assert_allclose(computed, brute_force(moments.influence, clusters), rtol=1e-10)


def test_clusters_of_one_are_independent_cases(answers):
    moments = categorical_moments(CategoricalData(answers, (4, 4, 4, 4)))
    alone = gamma_matrix(moments.influence, n_obs=300, clusters=np.arange(300))
    plain = gamma_matrix(moments.influence, n_obs=300)
    np.testing.assert_allclose(alone, plain * 300 / 299, atol=1e-12)
    np.testing.assert_allclose(
        np.diag(plain), gamma_diagonal(moments.influence, n_obs=300), rtol=1e-12
    )


def test_one_cluster_is_refused():
    with pytest.raises(ObservedDataError, match="OBS-014"):
        gamma_matrix(DenseInfluence(np.ones((1, 4))), n_obs=4, clusters=np.zeros(4, dtype=int))


def test_continuous_gamma_is_that_of_fourth_moments():
    rng = np.random.default_rng(5)
    data = rng.exponential(size=(200, 3)) @ np.array([[1, 0.5, 0], [0, 1, 0.4], [0, 0, 1]])
    influence = continuous_influence(data, meanstructure=True)
    computed = gamma_matrix(influence, n_obs=200)
    centred = data - data.mean(axis=0)
    cols, rows = np.triu_indices(3)
    stacked = np.hstack([centred, centred[:, rows] * centred[:, cols]])
    np.testing.assert_allclose(computed, np.cov(stacked.T, bias=True), rtol=1e-10)


def test_means_come_before_covariances(oracle_data):
    data = oracle_data("hs1939.csv", [f"x{i}" for i in range(1, 10)])
    without = continuous_influence(data, meanstructure=False)
    with_means = continuous_influence(data, meanstructure=True)
    assert (without.n_statistics, with_means.n_statistics) == (45, 54)
    np.testing.assert_allclose(
        gamma_matrix(with_means, n_obs=301)[9:, 9:], gamma_matrix(without, n_obs=301)
    )


def test_weighted_continuous_gamma_counts_whole_repetitions():
    data = np.random.default_rng(2).normal(size=(50, 2))
    weights = np.r_[np.full(25, 2.0), np.full(25, 1.0)]
    repeated = np.vstack([data[:25], data])
    by_weight = continuous_influence(data, meanstructure=True, weights=weights)
    by_row = continuous_influence(repeated, meanstructure=True)
    clusters = np.r_[np.arange(25), np.arange(50)]
    once = gamma_matrix(by_weight, n_obs=75, clusters=np.arange(50))
    np.testing.assert_allclose(once, gamma_matrix(by_row, n_obs=75, clusters=clusters), rtol=1e-10)
