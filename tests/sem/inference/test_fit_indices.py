import numpy as np
import pytest
from scipy import special

from coprod_stats.sem.inference.fit_indices import (
    approximation_error,
    comparative_fit,
    information_criteria,
    noncentrality,
    standardized_residual,
    tucker_lewis,
)


@pytest.mark.parametrize("statistic", [3.0, 30.0, 85.3, 4165.47])
@pytest.mark.parametrize("df", [1, 24, 265])
@pytest.mark.parametrize("probability", [0.05, 0.95])
def test_noncentrality_inverts_the_distribution(statistic, df, probability):
    value = noncentrality(statistic, df, probability)
    at = special.chndtr(statistic, df, value)
    if value == 0:
        assert special.chndtr(statistic, df, 0.0) <= probability
    else:
        assert at == pytest.approx(probability, abs=1e-9)


def test_a_perfect_and_a_saturated_model():
    assert comparative_fit(10.0, 24, 900.0, 36) == 1
    assert tucker_lewis(10.0, 24, 900.0, 36) > 1
    assert comparative_fit(0.0, 0, 900.0, 36) == 1
    assert tucker_lewis(0.0, 0, 900.0, 36) == 1
    saturated = approximation_error(0.0, 0, n_obs=100, n_groups=1)
    assert (saturated.rmsea, saturated.ci_upper) == (0, 0)


def test_what_is_not_finite_stays_so():
    nan = float("nan")
    assert np.isnan(tucker_lewis(nan, 24, 900.0, 36))
    assert np.isnan(comparative_fit(85.0, 24, nan, 36))
    assert np.isnan(approximation_error(nan, 24, n_obs=100, n_groups=1).rmsea)


def test_factors_of_one_change_nothing():
    plain = comparative_fit(85.3, 24, 918.9, 36)
    assert comparative_fit(85.3, 24, 918.9, 36, c=1.0, c_baseline=1.0) == plain
    point = approximation_error(85.3, 24, n_obs=301, n_groups=1)
    again = approximation_error(85.3, 24, n_obs=301, n_groups=1, c=1.0, point_statistic=85.3)
    assert point == again


def test_residuals_without_means():
    sample, implied = np.array([[2.0, 0.8], [0.8, 1.0]]), np.array([[2.0, 0.5], [0.5, 1.0]])
    expected = np.sqrt((0.3 / np.sqrt(2)) ** 2 / 3)
    got = standardized_residual(None, sample, np.zeros(2), implied)
    assert got == pytest.approx(expected)


def test_information_criteria():
    aic, bic, adjusted = information_criteria(-100.0, 3, 98)
    assert (aic, bic) == (206, pytest.approx(200 + 3 * np.log(98)))
    assert adjusted == pytest.approx(200 + 3 * np.log(100 / 24))
