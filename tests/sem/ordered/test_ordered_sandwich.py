import numpy as np
import pytest
from oracle_cases import CASES, ORDERED_CASES

from coprod_stats.sem.inference.weighted_least_squares import (
    least_squares_information,
    least_squares_variability,
    restricted_inverse,
    trace_moments,
)
from coprod_stats.sem.ordered.sandwich import (
    independence_test,
    ordered_derivatives,
    statistics_objective,
)


def test_continuous_fits_have_no_thresholds(fit_oracle):
    fitted = fit_oracle("hs_cfa_ml", CASES["hs_cfa_ml"])
    with pytest.raises(TypeError, match="not fitted to ordered variables"):
        statistics_objective(fitted.estimate)


def test_traces_are_those_of_the_matrices(fit_oracle):
    fitted = fit_oracle("hs_ord4_mg_thr_load", ORDERED_CASES["hs_ord4_mg_thr_load"])
    groups = ordered_derivatives(fitted.estimate, fitted.samples)
    inverse = restricted_inverse(least_squares_information(groups), fitted.inference.inverted.basis)
    weights = np.diag(np.concatenate([group.share * group.weight_matrix for group in groups]))
    size = len(groups[0].gamma)
    gamma = np.zeros((2 * size, 2 * size))
    gamma[:size, :size] = groups[0].gamma / groups[0].share
    gamma[size:, size:] = groups[1].gamma / groups[1].share
    jacobian = np.vstack([group.jacobian for group in groups])
    residual = weights - weights @ jacobian @ inverse @ jacobian.T @ weights
    product = residual @ gamma
    first, second = trace_moments(groups, inverse, least_squares_variability(groups))
    assert first == pytest.approx(np.trace(product), rel=1e-9)
    assert second == pytest.approx(np.trace(product @ product), rel=1e-9)


def test_wls_is_right_about_its_weights(fit_oracle):
    fitted = fit_oracle("hs_ord4_wls", ORDERED_CASES["hs_ord4_wls"])
    groups = fitted.inference.groups
    variability = least_squares_variability(groups)
    inverse = fitted.inference.inverted.inverse
    assert trace_moments(groups, inverse, variability) == pytest.approx((24, 24), rel=1e-7)
    _, traces = independence_test(fitted.estimate, groups)
    assert traces == pytest.approx((36, 36), rel=1e-7)
