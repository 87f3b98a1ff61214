import numpy as np
import pytest
from exact_samples import sample_with
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from coprod_stats.measurement.one_factor_omega import (
    OneFactorError,
    estimated_omega,
    fit_one_factor,
    has_negative_residual,
    omega_observed_variance,
)

OPPOSED_IN_PAIRS = np.array(
    [
        *([x, -x, np.nan] for x in (1, 2, 3)),
        *([x, np.nan, -x] for x in (1, 2, 3)),
        *([np.nan, x, -x] for x in (1, 2, 3)),
    ]
)
"""Answers of which any two items correlate at -1, each pair in other rows."""

loadings_of = arrays(float, st.integers(3, 8), elements=st.floats(0.3, 0.9))


def sample(covariance: np.ndarray) -> np.ndarray:
    return sample_with(covariance, divisor="n")


def implied(loadings: np.ndarray, residuals: np.ndarray) -> np.ndarray:
    return np.outer(loadings, loadings) + np.diag(residuals)


@settings(deadline=None, max_examples=30)
@given(loadings_of)
def test_recovers_an_exact_one_factor_covariance(loadings: np.ndarray) -> None:
    scale = np.linspace(0.5, 20, len(loadings))
    residuals = scale**2 * (1 - loadings**2)
    fit = fit_one_factor(sample(implied(scale * loadings, residuals)))
    assert fit.proper
    assert not has_negative_residual(fit)
    assert_allclose(
        [row.est for row in fit.parameters if row.op == "=~"], scale * loadings, rtol=1e-6
    )
    total = (scale * loadings).sum() ** 2
    assert estimated_omega(fit).est == pytest.approx(total / (total + residuals.sum()), rel=1e-8)
    assert omega_observed_variance(fit) == pytest.approx(estimated_omega(fit).est, rel=1e-6)


def test_a_heywood_case_is_improper_and_exact() -> None:
    fit = fit_one_factor(sample(np.array([[1, 0.7, 0.7], [0.7, 1, 0.35], [0.7, 0.35, 1]])))
    assert fit.converged
    assert has_negative_residual(fit)
    residuals = [row.est for row in fit.parameters if row.op == "~~" and row.lhs != "f"]
    assert_allclose(residuals, [-0.4, 0.65, 0.65], atol=1e-8)
    omega = estimated_omega(fit)
    assert np.isfinite(omega.est)
    assert np.isnan([omega.se, omega.z, omega.pvalue, omega.ci_lower, omega.ci_upper]).all()


def test_correlations_that_no_factor_can_give_do_not_converge() -> None:
    fit = fit_one_factor(sample(np.array([[1, 0.2, -0.2], [0.2, 1, 0.2], [-0.2, 0.2, 1]])))
    assert not fit.converged


def test_a_reversed_item_gets_a_negative_loading() -> None:
    loadings = np.array([0.8, 0.7, -0.6, 0.5])
    fit = fit_one_factor(sample(implied(loadings, 1 - loadings**2)))
    found = [row.est for row in fit.parameters if row.op == "=~"]
    assert_allclose(found, loadings, atol=1e-7)


def test_the_keying_of_all_items_does_not_matter() -> None:
    answers = sample(implied(np.array([0.8, 0.7, 0.6]), np.array([0.5, 0.6, 0.7])))
    assert estimated_omega(fit_one_factor(-answers)).est == pytest.approx(
        estimated_omega(fit_one_factor(answers)).est
    )


def test_confidence_widens_the_interval() -> None:
    answers = sample(implied(np.array([0.8, 0.7, 0.6]), np.array([0.5, 0.6, 0.7])))
    narrow, wide = (
        estimated_omega(fit_one_factor(answers, conf_level=level)) for level in (0.9, 0.99)
    )
    assert wide.ci_lower < narrow.ci_lower < narrow.est < narrow.ci_upper < wide.ci_upper


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (np.random.default_rng(1).normal(size=(9, 2)), "three or more items, not 2"),
        (OPPOSED_IN_PAIRS, "not positive definite"),
        (np.column_stack([np.arange(9.0)] * 3), "singular"),
        (np.eye(3)[[0, 1, 0, 1]], "does not vary"),
        (np.full((1, 3), 2.0), "fewer than two respondents"),
        (np.random.default_rng(1).normal(size=(3, 4)), "singular"),
    ],
)
def test_says_why_it_cannot_be_estimated(answers: np.ndarray, message: str) -> None:
    with pytest.raises(OneFactorError, match=message):
        fit_one_factor(answers)
