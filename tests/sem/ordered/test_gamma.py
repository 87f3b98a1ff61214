import numpy as np
import pytest

from coprod_stats.sem.fit import fit
from coprod_stats.sem.observed.errors import ObservedDataError
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.ordered import gamma as gamma_module
from coprod_stats.sem.ordered.gamma import gamma_diagonal, gamma_matrix
from coprod_stats.sem.ordered.influence import DenseInfluence
from coprod_stats.sem.ordered.moments import CategoricalData, categorical_moments
from coprod_stats.sem.sample import SemData


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


@pytest.mark.parametrize("weighted", [False, True])
def test_single_precision_is_far_below_sampling_error(weighted, monkeypatch):
    values, weights = many_answers(weighted)
    moments = categorical_moments(CategoricalData(values, (4, 4, 4, 4, 4, 2), weights=weights))
    exact = gamma_matrix(moments.influence, n_obs=9000)
    monkeypatch.setattr(gamma_module, "SINGLE_FROM", 9000)
    single = gamma_matrix(moments.influence, n_obs=9000)
    scale = np.sqrt(np.outer(np.diag(exact), np.diag(exact)))
    assert 0 < np.abs((single - exact) / scale).max() < 5e-6
    np.testing.assert_allclose(single[:16, :16], exact[:16, :16], rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(np.diag(single), np.diag(exact), rtol=1e-10)


def test_standard_errors_hardly_feel_single_precision(monkeypatch):
    values, _ = many_answers(False)
    data = SemData(values[:, :5], tuple("abcde"))
    options = FitOptions(estimator="WLSMV", ordered="all", missing="pairwise")
    exact = fit("f =~ a + b + c + d + e", data, options)
    monkeypatch.setattr(gamma_module, "SINGLE_FROM", 9000)
    single = fit("f =~ a + b + c + d + e", data, options)
    errors = single.parameters.std_errors, exact.parameters.std_errors
    np.testing.assert_allclose(*errors, rtol=3e-7)
    assert single.indices["chisq_scaled"] == pytest.approx(exact.indices["chisq_scaled"], rel=1e-6)


def many_answers(weighted):
    rng = np.random.default_rng(8)
    latent = rng.normal(size=(9000, 1)) + rng.normal(size=(9000, 6))
    values = np.digitize(latent, [-1.0, 0.3, 1.1]) * 1.0
    values[:, 5] = values[:, 5] > 1
    values[rng.random(values.shape) < 0.05] = np.nan
    return values, rng.uniform(0.5, 1.5, 9000) if weighted else None
