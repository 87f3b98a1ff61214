import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprod_stats.results import Result
from coprod_stats.structure.equivalence import adjusted_bound, classify_effect, equivalence_test
from coprod_stats.structure.errors import StructureError


def test_two_one_sided_tests_by_hand():
    # pnorm((.02 - .10) / .04) = pnorm(-2); qnorm(.95) = 1.644854
    test = equivalence_test(0.02, 0.04)
    assert test.p_value == pytest.approx(0.02275013194817921, abs=1e-12)
    assert test.equivalent
    assert test.smallest_bound == pytest.approx(0.02 + 1.6448536269514722 * 0.04, abs=1e-12)
    # pt((-.02 + .10) / .04, 30, lower.tail = FALSE)
    assert equivalence_test(-0.02, 0.04, df=30).p_value == pytest.approx(0.0273126, abs=1e-6)


@given(st.floats(-1, 1, allow_subnormal=False), st.floats(0.01, 0.5), st.floats(0.01, 0.49))
def test_the_test_rejects_exactly_when_the_smallest_bound_is_within_the_bound(b, se, alpha):
    test = equivalence_test(b, se, alpha=alpha)
    if abs(test.smallest_bound - test.bound) > 1e-9:
        assert test.equivalent == (test.smallest_bound < test.bound)
    assert equivalence_test(-b, se, alpha=alpha).p_value == pytest.approx(test.p_value)
    at_bound = equivalence_test(b, se, bound=test.smallest_bound, alpha=alpha)
    assert at_bound.p_value == pytest.approx(alpha, abs=1e-9)


def test_with_1200_rows_a_standard_error_of_047_seldom_excludes_the_bound():
    assert not equivalence_test(0.03, 0.047).equivalent
    assert equivalence_test(0.0, 0.047).equivalent


def test_an_effect_without_error_is_not_tested():
    test = equivalence_test(0.02, math.nan)
    assert math.isnan(test.p_value)
    assert not test.equivalent


def test_a_bound_and_a_level_that_make_no_sense_are_refused():
    with pytest.raises(StructureError, match="must be positive, not 0"):
        equivalence_test(0.0, 0.1, bound=0)
    with pytest.raises(StructureError, match=r"must lie in \(0, .5\), not 0.5"):
        equivalence_test(0.0, 0.1, alpha=0.5)


@pytest.mark.parametrize(
    ("estimate", "p_adjusted", "p_equivalence", "sign", "outcome"),
    [
        (0.2, 0.001, 0.99, "+", "supported"),
        (-0.2, 0.001, 0.99, "+", "opposite"),
        (-0.2, 0.001, 0.99, "-", "supported"),
        (-0.2, 0.001, 0.99, "two-sided", "supported"),
        (0.05, 0.001, 0.01, "+", "supported-negligible"),
        (0.01, 0.8, 0.01, "+", "equivalent"),
        (-0.01, 0.8, 0.01, "+", "equivalent"),
        (0.08, 0.2, 0.3, "+", "inconclusive"),
        (0.08, math.nan, 0.3, "+", "not-estimated"),
        (math.nan, 0.2, 0.3, "+", "not-estimated"),
        (0.08, 0.2, math.nan, "+", "inconclusive"),
    ],
)
def test_outcomes(estimate, p_adjusted, p_equivalence, sign, outcome):
    assert classify_effect(estimate, p_adjusted, p_equivalence, expected_sign=sign) == outcome


def test_tables_and_text():
    test = equivalence_test(0.02, 0.04)
    assert isinstance(test, Result)
    assert test.tidy().loc[0, "p_value"] == test.p_value
    assert test.glance().loc[0, "smallest_bound"] == test.smallest_bound
    assert str(test).splitlines() == [
        "Two one-sided tests against |effect| < 0.1: equivalent, p = 0.0228",
        "  estimate 0.020 (SE 0.040), 90 % CI [-0.046, 0.086], smallest bound excluded 0.086",
    ]


def test_the_bound_at_the_adjusted_level_agrees_with_the_adjusted_test():
    test = equivalence_test(0.0, 0.045, bound=0.1)
    assert adjusted_bound(test, test.p_value) == test.smallest_bound < 0.1
    # at k times the p value, the bound is that of the level alpha / k
    alone = equivalence_test(0.0, 0.045, bound=0.1, alpha=0.05 / 9)
    assert adjusted_bound(test, 9 * test.p_value) == pytest.approx(alone.smallest_bound)
    for factor in (1.5, 3.0, 9.0):
        p_adjusted = factor * test.p_value
        assert (p_adjusted < 0.05) == (adjusted_bound(test, p_adjusted) < 0.1)
    assert adjusted_bound(test, math.nan) == test.smallest_bound
