"""Residual moments against lavaan's residuals()."""

from dataclasses import replace

import numpy as np
import pytest
from oracle_cases import CASES, ORDERED_CASES
from scipy.linalg import block_diag
from tolerances import bound

from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.estimation.least_squares import moment_jacobian
from coprod_stats.sem.inference.moment_sandwich import normal_weight
from coprod_stats.sem.inference.residuals import (
    correlation_residuals,
    raw_residuals,
    standardized_residuals,
)


@pytest.fixture(scope="module")
def fitted(fit_oracle):
    return fit_oracle("hs_cfa_ml", CASES["hs_cfa_ml"])


def values(matrix):
    return np.array(matrix["values"], dtype=float)


def test_correlation_residuals(fitted, fit_oracle, oracle):
    expected = values(oracle("hs_cfa_ml")["extra"]["resid_cor"])
    np.testing.assert_allclose(correlation_residuals(fitted)[0], expected, atol=bound("polished"))
    expected = values(oracle("hs_ord4_wlsmv")["extra"]["resid"])
    ordered = fit_oracle("hs_ord4_wlsmv", ORDERED_CASES["hs_ord4_wlsmv"])
    np.testing.assert_allclose(correlation_residuals(ordered)[0], expected, atol=bound("ordered"))


def test_standardized_residuals(fitted, oracle):
    expected = values(oracle("hs_cfa_ml")["extra"]["resid_std"])
    np.testing.assert_allclose(
        standardized_residuals(fitted)[0].cov, expected, atol=bound("z value")
    )


@pytest.mark.parametrize("name", ["hs_mg_scalar", "hs_cfa_ml_means"])
def test_raw_residuals_are_sample_minus_implied(name, fit_oracle, oracle):
    reference = oracle(name)
    residuals = raw_residuals(fit_oracle(name, CASES[name]))
    moments = (reference["sampstat"].values(), reference["implied"].values())
    groups = zip(residuals, *moments, strict=True)
    for found, sample, implied in groups:
        expected = values(sample["cov"]) - values(implied["cov"])
        np.testing.assert_allclose(found.cov, expected, atol=bound("polished"))
        expected = values(sample["mean"]) - values(implied["mean"])
        np.testing.assert_allclose(found.mean, expected[:, 0], atol=bound("polished"))


def test_errors_over_groups_are_those_of_the_stacked_projection(fit_oracle):
    fit = fit_oracle("hs_mg_scalar", CASES["hs_mg_scalar"])
    jacobians, weights, gammas = [], [], []
    groups = zip(fit.estimate.models, fit.estimate.implied, fit.samples, strict=True)
    for model, implied, sample in groups:
        jacobian = np.zeros((54, fit.table.n_free))
        jacobian[:, model.parameters] = moment_jacobian(model, implied, meanstructure=True)
        jacobians.append(jacobian)
        weights.append(sample.n_obs * normal_weight(implied.cov, meanstructure=True))
        gammas.append(np.linalg.inv(normal_weight(sample.cov, meanstructure=True)) / sample.n_obs)
    fitted = np.vstack(jacobians) @ fit.inference.covariance @ np.vstack(jacobians).T
    projection = np.eye(108) - fitted @ block_diag(*weights)
    variances = np.diagonal(projection @ block_diag(*gammas) @ projection.T)
    means = np.concatenate([raw.mean for raw in raw_residuals(fit)])
    found = np.concatenate([residual.mean for residual in standardized_residuals(fit)])
    expected = means / np.sqrt(variances[np.r_[:9, 54:63]])
    np.testing.assert_allclose(found, expected, rtol=1e-8)
    # one group's residual mean is the other's with the sign turned
    np.testing.assert_allclose(found[:9], -found[9:], atol=1e-6)


def test_residuals_of_latent_responses_in_the_metric_of_the_model(fit_oracle):
    fit = fit_oracle("hs_dich_wlsmv_theta", ORDERED_CASES["hs_dich_wlsmv_theta"])
    delta = fit.estimate.implied[0].delta
    residual = raw_residuals(fit)[0]
    np.testing.assert_allclose(
        residual.cov * np.outer(delta, delta), correlation_residuals(fit)[0], atol=1e-10
    )
    assert not residual.mean.any()


@pytest.mark.parametrize(
    ("name", "message"), [("hs_cfa_mlr", "estimator ML"), ("hs_path_fixedx", "fixed_x=False")]
)
def test_refusals(name, message, fit_oracle):
    with pytest.raises(SemOptionError, match=message):
        standardized_residuals(fit_oracle(name, CASES[name]))


def test_refuses_an_unidentified_model(fitted):
    unknown = np.full_like(fitted.inference.covariance, np.nan)
    broken = replace(fitted, inference=replace(fitted.inference, covariance=unknown))
    with pytest.raises(SemOptionError, match="identified"):
        standardized_residuals(broken)
