import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from coprod_stats.measurement.one_factor import (
    OneFactorError,
    discrepancy,
    expected_hessian,
    fit_one_factor,
)

loadings_of = arrays(float, st.integers(3, 8), elements=st.floats(0.3, 0.9))


def implied(loadings: np.ndarray, uniquenesses: np.ndarray) -> np.ndarray:
    return np.outer(loadings, loadings) + np.diag(uniquenesses)


@settings(deadline=None)
@given(loadings_of)
def test_recovers_an_exact_one_factor_covariance(loadings: np.ndarray) -> None:
    scale = np.linspace(0.5, 20, len(loadings))
    covariance = implied(scale * loadings, scale**2 * (1 - loadings**2))
    fit = fit_one_factor(covariance, n_obs=100)
    assert fit.converged
    assert not fit.improper
    assert_allclose(fit.loadings, scale * loadings, rtol=1e-6)
    assert_allclose(fit.implied_cov, covariance, rtol=1e-6)
    assert fit.discrepancy < 1e-12


def test_gradient_agrees_with_finite_differences() -> None:
    rng = np.random.default_rng(1)
    sample = np.cov(rng.normal(size=(40, 5)) + rng.normal(size=(40, 1)), rowvar=False)
    params = np.concatenate([rng.uniform(0.3, 0.9, 5), rng.uniform(0.3, 0.9, 5)])
    step = 1e-6
    numeric = [
        (discrepancy(params + d, sample)[0] - discrepancy(params - d, sample)[0]) / (2 * step)
        for d in step * np.eye(10)
    ]
    assert_allclose(discrepancy(params, sample)[1], numeric, atol=1e-7)


def test_expected_hessian_is_the_hessian_where_the_model_holds() -> None:
    rng = np.random.default_rng(2)
    params = np.concatenate([rng.uniform(0.3, 0.9, 4), rng.uniform(0.3, 0.9, 4)])
    sample = implied(params[:4], params[4:])
    step = 1e-6
    numeric = [
        (discrepancy(params + d, sample)[1] - discrepancy(params - d, sample)[1]) / (2 * step)
        for d in step * np.eye(8)
    ]
    assert_allclose(expected_hessian(params), numeric, atol=1e-6)


def test_a_heywood_case_is_improper_and_exact() -> None:
    sample = np.array([[1, 0.7, 0.7], [0.7, 1, 0.35], [0.7, 0.35, 1]])
    fit = fit_one_factor(sample)
    assert fit.converged
    assert fit.improper
    assert_allclose(fit.uniquenesses, [-0.4, 0.65, 0.65], atol=1e-8)
    assert np.isnan(fit.acov).all()


def test_correlations_that_no_factor_can_give_do_not_converge() -> None:
    sample = np.array([[1, 0.2, -0.2], [0.2, 1, 0.2], [-0.2, 0.2, 1]])
    assert not fit_one_factor(sample).converged


def test_a_reversed_item_gets_a_negative_loading() -> None:
    loadings = np.array([0.8, 0.7, -0.6, 0.5])
    fit = fit_one_factor(implied(loadings, 1 - loadings**2))
    assert_allclose(fit.loadings, loadings, atol=1e-7)


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        (np.eye(2), "three items"),
        (np.ones((3, 3)), "singular"),
        (2 * np.eye(3) - 1, "not positive definite"),
        (np.diag([1.0, 0.0, 1.0]), "does not vary"),
        (np.full((3, 3), np.nan), "fewer than two respondents"),
    ],
)
def test_says_why_it_cannot_be_estimated(sample: np.ndarray, message: str) -> None:
    with pytest.raises(OneFactorError, match=message):
        fit_one_factor(sample)
