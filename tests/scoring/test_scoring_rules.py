import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from coprod_stats.scoring import ScoringRule
from coprod_stats.scoring.scoring_rules import ScoringRuleError

NAN = np.nan
KEYED = np.array([[1.0, 2, 6], [1, 2, NAN], [NAN, NAN, 4], [NAN] * 3])


@pytest.mark.parametrize(
    ("method", "min_answered", "expected"),
    [
        ("mean", 1, [3, 1.5, 4, NAN]),
        ("mean", 2, [3, 1.5, NAN, NAN]),
        ("sum", 2, [9, 4.5, NAN, NAN]),
        ("sum", 3, [9, NAN, NAN, NAN]),
    ],
)
def test_scores(method, min_answered: int, expected: list[float]) -> None:
    assert_allclose(ScoringRule(method, 3, min_answered).apply(KEYED), expected)


@given(arrays(float, (5, 4), elements=st.integers(1, 5)))
def test_sum_is_the_mean_times_the_items_and_the_plain_sum_of_complete_rows(
    keyed: np.ndarray,
) -> None:
    total = ScoringRule("sum", 4, 2).apply(keyed)
    assert_allclose(total, 4 * ScoringRule("mean", 4, 2).apply(keyed))
    assert_allclose(total, keyed.sum(axis=1))


@pytest.mark.parametrize("min_answered", [0, 4])
def test_a_rule_must_be_possible(min_answered: int) -> None:
    with pytest.raises(
        ScoringRuleError, match=f"3 items cannot be based on {min_answered} answers?"
    ):
        ScoringRule("mean", 3, min_answered)


def test_a_rule_says_what_it_does() -> None:
    assert str(ScoringRule("mean", 3, 2)) == "mean of 3, at least 2 answered"
    assert str(ScoringRule("sum", 3, 2)) == "sum of 3, at least 2 answered, prorated"
    assert str(ScoringRule("sum", 3, 3)) == "sum of 3, at least 3 answered"
