"""Against SciPy, whose implementations are others: Cephes and Boost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from coprod_stats.sem.distributions import (
    chi_square_tail,
    ndtr,
    ndtri,
    noncentral_chi_square,
    normal_quantile,
    two_sided_normal,
)

degrees = st.one_of(st.integers(1, 3000).map(float), st.floats(0.2, 500.0))


@given(degrees, st.floats(0.01, 6.0))
def test_chi_square_tail(df, ratio):
    expected = special.chdtrc(df, ratio * df)
    assert chi_square_tail(ratio * df, df) == pytest.approx(expected, rel=1e-10, abs=1e-280)


def test_chi_square_tail_at_the_ends():
    assert chi_square_tail(0.0, 3.0) == 1.0
    assert chi_square_tail(1e5, 3.0) == 0.0
    assert chi_square_tail(7.0, 2.0) == pytest.approx(np.exp(-3.5), rel=1e-14)


@given(degrees, st.floats(0.0, 5000.0), st.floats(0.2, 2.0))
def test_noncentral_chi_square(df, noncentrality, ratio):
    statistic = ratio * (df + noncentrality)
    height, slope = noncentral_chi_square(statistic, df, noncentrality)
    expected = special.chndtr(statistic, df, noncentrality)
    further = special.chndtr(statistic, df + 2, noncentrality)
    assert height == pytest.approx(expected, rel=1e-8, abs=1e-10)
    assert slope == pytest.approx(0.5 * (further - expected), abs=1e-10)


def test_noncentral_chi_square_of_a_million_cases():
    expected = special.chndtr(1e6, 400.0, 998_000.0)
    assert noncentral_chi_square(1e6, 400.0, 998_000.0)[0] == pytest.approx(expected, abs=1e-8)
    assert noncentral_chi_square(0.0, 4.0, 2.0) == (0.0, 0.0)


@given(st.floats(1e-300, 1.0, exclude_max=True))
def test_normal_quantile(probability):
    expected = special.ndtri(probability)
    assert normal_quantile(probability) == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_normal_tails_and_arrays():
    z = np.array([[-3.0, 0.0], [2.5, 40.0]])
    np.testing.assert_allclose(two_sided_normal(z[0]), 2 * special.ndtr(-np.abs(z[0])), rtol=1e-14)
    assert np.isnan(two_sided_normal(np.array([np.nan])))
    np.testing.assert_array_equal(ndtr(z), special.ndtr(z))
    np.testing.assert_array_equal(ndtri(np.array([0.1])), special.ndtri([0.1]))
