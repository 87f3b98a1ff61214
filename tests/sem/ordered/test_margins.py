import numpy as np
import pytest
from scipy.special import ndtr

from coprod_stats.sem.observed.errors import ObservedDataError
from coprod_stats.sem.ordered.margins import (
    continuous_margin,
    interval_probability,
    ordered_margin,
)

N = 400


@pytest.fixture
def drawn():
    rng = np.random.default_rng(8)
    covariates = np.column_stack([rng.normal(40, 12, N), rng.integers(0, 2, N)])
    latent = covariates @ [0.03, -0.4] + rng.normal(size=N)
    return covariates, latent, rng.uniform(0.5, 2, N)


def probit_loglik(params, codes, covariates, weights):
    n_thresholds = params.size - covariates.shape[1]
    limits = np.concatenate([[-np.inf], params[:n_thresholds], [np.inf]])
    predicted = covariates @ params[n_thresholds:]
    return weights * np.log(ndtr(limits[codes + 1] - predicted) - ndtr(limits[codes] - predicted))


def casewise_derivatives(function, point, step=1e-6):
    shifts = step * np.eye(point.size)
    return np.array([(function(point + s) - function(point - s)) / (2 * step) for s in shifts]).T


def test_probit_scores_agree_with_finite_differences(drawn):
    covariates, latent, weights = drawn
    codes = np.digitize(latent, [0.5, 1.2, 2.0]).astype(np.int16)
    margin = ordered_margin(codes, 4, covariates=covariates, weights=weights)
    params = np.concatenate([margin.thresholds, margin.slopes])
    numeric = casewise_derivatives(
        lambda point: probit_loglik(point, codes, covariates, np.ones(N)), params
    )
    np.testing.assert_allclose(margin.scores, numeric, atol=1e-6)
    np.testing.assert_allclose(weights @ margin.scores, 0, atol=1e-7)


def test_regression_scores_agree_with_finite_differences(drawn):
    covariates, latent, weights = drawn
    margin = continuous_margin(latent, covariates=covariates, weights=weights)
    params = np.concatenate([[margin.intercept], margin.slopes, [margin.variance]])

    def loglik(point):
        residual = latent - point[0] - covariates @ point[1:3]
        return -0.5 * (np.log(point[3]) + residual**2 / point[3])

    np.testing.assert_allclose(margin.scores, casewise_derivatives(loglik, params), atol=1e-6)
    np.testing.assert_allclose(weights @ margin.scores, 0, atol=1e-8)


def test_missing_answers_have_no_score(drawn):
    covariates, latent, weights = drawn
    codes = np.digitize(latent, [0.5, 1.2]).astype(np.int16)
    codes[:7] = -1
    latent[:7] = np.nan
    ordered = ordered_margin(codes, 3, covariates=covariates, weights=weights)
    continuous = continuous_margin(latent, covariates=covariates, weights=weights)
    for margin in (ordered, continuous):
        assert not margin.scores[:7].any()
        assert margin.observed.sum() == N - 7
    alone = ordered_margin(codes[7:], 3, covariates=covariates[7:], weights=weights[7:])
    np.testing.assert_allclose(ordered.thresholds, alone.thresholds, atol=1e-12)


def test_tail_probabilities_do_not_cancel():
    computed = interval_probability(np.array([9.1, -9.0]), np.array([9.0, -9.1]))
    assert computed[0] == computed[1] > 0


def test_collinear_covariates_are_refused(drawn):
    covariates, latent, weights = drawn
    doubled = np.column_stack([covariates, covariates[:, 0] * 2])
    with pytest.raises(ObservedDataError, match="OBS-012"):
        continuous_margin(latent, covariates=doubled, weights=weights)
    with pytest.raises(ObservedDataError, match="OBS-012"):
        ordered_margin(
            np.digitize(latent, [1.0]).astype(np.int16), 2, covariates=doubled, weights=weights
        )


def test_perfect_prediction_is_refused(drawn):
    covariates, _, weights = drawn
    codes = covariates[:, 1].astype(np.int16)
    with pytest.raises(ObservedDataError, match="OBS-012"):
        ordered_margin(codes, 2, covariates=covariates, weights=weights)


@pytest.mark.parametrize("n_categories", [2, 5])
def test_an_item_cut_from_a_covariate_is_refused(drawn, n_categories):
    """The likelihood grows with the slope for ever, however far apart the covariate's values."""
    covariates, _, weights = drawn
    covariates[:, 0] = np.round(covariates[:, 0])
    bounds = np.quantile(covariates[:, 0], np.arange(1, n_categories) / n_categories)
    codes = np.searchsorted(bounds, covariates[:, 0]).astype(np.int16)
    with pytest.raises(ObservedDataError, match="OBS-012"):
        ordered_margin(codes, n_categories, covariates=covariates, weights=weights)


def test_a_constant_item_is_refused(drawn):
    covariates, _, weights = drawn
    with pytest.raises(ObservedDataError, match="OBS-013"):
        continuous_margin(np.full(N, 3.0), covariates=covariates[:, :0], weights=weights)


@pytest.mark.parametrize("share", [0.3, 0.5])
def test_an_item_of_two_values_has_no_variance_beside_its_mean(drawn, share):
    covariates, latent, weights = drawn
    none = covariates[:, :0]
    two_valued = np.where(np.arange(N) < share * N, 1.0, 2.0)
    for weight in (weights, np.ones(N)):
        with pytest.raises(ObservedDataError, match="OBS-016"):
            continuous_margin(two_valued, covariates=none, weights=weight)
    holed = two_valued.copy()
    holed[::7] = np.nan
    with pytest.raises(ObservedDataError, match="OBS-016"):
        continuous_margin(holed, covariates=none, weights=weights)
    # given a covariate of many values the residuals are no longer two-valued
    continuous_margin(two_valued, covariates=latent[:, None], weights=weights)
    three_valued = np.where(np.arange(N) < 3, 1.5, two_valued)
    continuous_margin(three_valued, covariates=none, weights=weights)
