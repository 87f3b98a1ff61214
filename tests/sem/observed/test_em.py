import numpy as np
import pytest
from scipy.stats import multivariate_normal
from tolerances import bound

from coprod_stats.sem.observed.em import saturated_loglik, saturated_moments
from coprod_stats.sem.observed.errors import ObservedDataError
from coprod_stats.sem.observed.missing_patterns import group_by_pattern
from coprod_stats.sem.observed.moments import sample_moments
from coprod_stats.sem.observed.saturated_information import saturated_information

HS = [f"x{i}" for i in range(1, 10)]


def incomplete(n_rows=200, n_items=4, share=0.4, seed=2):
    rng = np.random.default_rng(seed)
    mixing = np.eye(n_items) + 0.3 * rng.normal(size=(n_items, n_items))
    data = rng.normal(size=(n_rows, n_items)) @ mixing + 3
    data[rng.random(data.shape) < share] = np.nan
    return data


def brute_force_loglik(data, mean, cov, weights=None):
    total = 0.0
    for row, weight in zip(data, np.ones(len(data)) if weights is None else weights, strict=True):
        items = np.flatnonzero(~np.isnan(row))
        if items.size:
            density = multivariate_normal(mean[items], cov[np.ix_(items, items)])
            total += weight * density.logpdf(row[items])
    return total


def lower(cov):
    cols, rows = np.triu_indices(cov.shape[0])
    return cov[rows, cols]


def from_packed(packed, n_items):
    cov = np.zeros((n_items, n_items))
    cols, rows = np.triu_indices(n_items)
    cov[rows, cols] = cov[cols, rows] = packed[n_items:]
    return packed[:n_items], cov


def test_moments_agree_with_lavaan(oracle, oracle_data):
    reference = oracle("hs_fiml")
    fitted = saturated_moments(group_by_pattern(oracle_data("hs_mcar.csv", HS)))
    h1 = reference["extra"]["h1"]
    assert fitted.converged
    assert fitted.loglik == pytest.approx(
        reference["fit"]["unrestricted.logl"], rel=bound("EM log-likelihood")
    )
    np.testing.assert_allclose(fitted.cov, h1["cov"]["values"], atol=bound("EM moments"))
    np.testing.assert_allclose(fitted.mean[:, None], h1["mean"]["values"], atol=bound("EM moments"))


def test_complete_data_give_the_sample_moments():
    data = incomplete(share=0.0)
    fitted, plain = saturated_moments(group_by_pattern(data)), sample_moments(data)
    np.testing.assert_allclose(fitted.cov, plain.cov, rtol=1e-10)
    np.testing.assert_allclose(fitted.mean, plain.mean, rtol=1e-10)


def test_loglik_is_the_sum_over_weighted_cases():
    data, weights = incomplete(), np.random.default_rng(1).uniform(0.5, 2, 200)
    fitted = saturated_moments(group_by_pattern(data))
    patterns = group_by_pattern(data, weights=weights)
    computed = saturated_loglik(patterns, mean=fitted.mean, cov=fitted.cov)
    expected = brute_force_loglik(data, fitted.mean, fitted.cov, weights)
    assert computed == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("share", [0.1, 0.6])
def test_the_score_is_zero_at_the_estimate(share):
    patterns = group_by_pattern(incomplete(share=share))
    fitted = saturated_moments(patterns)
    packed = np.concatenate([fitted.mean, lower(fitted.cov)])
    step = 1e-4

    def loglik(point):
        mean, cov = from_packed(point, 4)
        return saturated_loglik(patterns, mean=mean, cov=cov)

    shifts = step * np.eye(packed.size)
    score = [(loglik(packed + shift) - loglik(packed - shift)) / (2 * step) for shift in shifts]
    assert fitted.converged
    np.testing.assert_allclose(score, 0, atol=1e-4)


def test_information_agrees_with_finite_differences():
    patterns = group_by_pattern(incomplete(n_rows=60, n_items=3))
    mean, cov = np.array([2.9, 3.1, 3.0]), np.array([[2, 0.3, 0.1], [0.3, 3, -0.4], [0.1, -0.4, 4]])
    packed = np.concatenate([mean, lower(cov)])
    step = 1e-3
    shifts = step * np.eye(packed.size)

    def loglik(point):
        mean, cov = from_packed(point, 3)
        return saturated_loglik(patterns, mean=mean, cov=cov)

    numeric = np.array(
        [
            [
                loglik(packed + a + b)
                - loglik(packed + a - b)
                - loglik(packed - a + b)
                + loglik(packed - a - b)
                for b in shifts
            ]
            for a in shifts
        ]
    ) / (-4 * step**2)
    computed = saturated_information(patterns, mean=mean, cov=cov)
    np.testing.assert_allclose(computed, numeric, rtol=1e-4, atol=1e-3)


def test_an_iteration_limit_is_reported():
    assert not saturated_moments(group_by_pattern(incomplete()), max_iterations=1).converged


def test_a_constant_item_is_refused():
    data = incomplete()
    data[:, 1] = np.where(np.isnan(data[:, 1]), np.nan, 4.0)
    with pytest.raises(ObservedDataError, match="OBS-005"):
        saturated_moments(group_by_pattern(data))
