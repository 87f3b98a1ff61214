import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal
from tolerances import assert_agrees

from coprod_stats.quality.careless_responding import (
    average_string,
    intra_individual_sd,
    longstring,
    mahalanobis_distance,
    mahalanobis_p_value,
    seconds_per_item,
    split_intra_individual_sd,
)
from coprod_stats.quality.person_index import PersonIndex
from coprod_stats.quality.response_consistency import (
    even_odd,
    person_total_correlation,
    psychometric_synonyms,
)

ORACLES = Path(__file__).parents[1] / "oracles"
REVERSED = ["A1", "C4", "C5", "E1", "E2", "O2", "O5"]
NAN = np.nan

likert = arrays(
    float,
    st.tuples(st.integers(3, 8), st.integers(4, 9)),
    elements=st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, NAN]),
)


@pytest.fixture(scope="module")
def oracle() -> dict:
    return json.loads((ORACLES / "careless_bfi.json").read_text())


@pytest.fixture(scope="module")
def answers() -> np.ndarray:
    return pd.read_csv(ORACLES / "data" / "bfi_first300.csv").to_numpy(dtype=float)


@pytest.fixture(scope="module")
def keyed() -> np.ndarray:
    table = pd.read_csv(ORACLES / "data" / "bfi_first300.csv")
    table[REVERSED] = 7 - table[REVERSED]
    return table.to_numpy(dtype=float)


def scales_of(lengths: list[int]) -> list[np.ndarray]:
    ends = np.cumsum(lengths)
    return [np.arange(end - length, end) for length, end in zip(lengths, ends, strict=True)]


def expect(index: PersonIndex, expected: list) -> None:
    assert_agrees(index.values, np.array(expected, dtype=float), "correlation")


def test_agrees_with_careless_on_runs_and_spread(oracle: dict, answers: np.ndarray) -> None:
    expect(longstring(answers), oracle["longstring"])
    expect(average_string(answers), oracle["average_string"])
    expect(intra_individual_sd(answers), oracle["irv"])
    expect(intra_individual_sd(answers, skip_missing=False), oracle["irv_complete"])
    parts = split_intra_individual_sd(answers, 4)
    for k, part in enumerate(parts, start=1):
        expect(part, oracle["irv_split"][f"irv{k}"])


@pytest.mark.parametrize(
    ("name", "lengths"),
    [("five", [5] * 5), ("unequal", [2, 3, 5, 7, 1, 4, 3]), ("two", [10, 15])],
)
def test_agrees_with_careless_on_even_odd(
    oracle: dict, keyed: np.ndarray, name: str, lengths: list[int]
) -> None:
    expect(even_odd(keyed, scales_of(lengths)), oracle["even_odd"][name])


def test_agrees_with_careless_on_mahalanobis_distance(oracle: dict, answers: np.ndarray) -> None:
    index = mahalanobis_distance(answers)
    expect(index, oracle["mahalanobis"])
    flagged = mahalanobis_p_value(index.values, index.n_items) < 0.001
    assert_array_equal(flagged, oracle["mahalanobis_flagged"])


def test_agrees_with_r_on_person_total_correlation_and_synonyms(
    oracle: dict, answers: np.ndarray
) -> None:
    expect(person_total_correlation(answers), oracle["person_total"])
    expect(psychometric_synonyms(answers, critical=0.45), oracle["synonyms"])
    expect(psychometric_synonyms(answers, critical=-0.35), oracle["antonyms"])


def test_missing_answers_end_a_run() -> None:
    answers = np.array([[3.0, 3, NAN, 3], [NAN, NAN, NAN, NAN]])
    index = longstring(answers)
    assert index.values[0] == 2
    assert index.reasons == ("", "no item answered")
    assert average_string(answers).values[0] == pytest.approx(4 / 3)


def test_even_odd_runs_from_consistent_to_careless() -> None:
    scales = scales_of([2, 2, 2])
    consistent, opposite = [1, 1, 3, 3, 5, 5], [1, 5, 3, 3, 5, 1]
    index = even_odd(np.array([consistent, opposite, [2] * 6, [1, NAN, 2, NAN, 3, 3]]), scales)
    assert_allclose(index.values, [-1, 1, NAN, NAN])
    assert index.reasons[2] == "the scale means do not vary"
    assert index.reasons[3] == "fewer than 2 scales with an even and an odd answer"


def test_even_odd_wants_several_scales() -> None:
    index = even_odd(np.ones((2, 5)), scales_of([4, 1]))
    assert index.unavailable == "needs 2 scales of two or more items; the form has 1"
    assert np.isnan(index.values).all()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([[1, 1], [2, 2], [3, 3]], "the covariance matrix of the answers is singular"),
        ([[1, 2], [1, 3], [1, 5]], "an item does not vary"),
        (
            [[1, NAN], [2, NAN], [NAN, 3]],
            "two items were answered together by fewer than two respondents",
        ),
    ],
)
def test_mahalanobis_distance_says_why_it_cannot_be_computed(
    answers: list[list[float]], reason: str
) -> None:
    assert mahalanobis_distance(np.array(answers, dtype=float)).unavailable == reason


def test_mahalanobis_distance_refuses_an_indefinite_pairwise_covariance() -> None:
    pairs = {(0, 1): 0.9, (1, 2): 0.9, (0, 2): -0.9}
    rows = []
    for (i, j), r in pairs.items():
        for x in (-1.0, 1.0):
            for y in (-1.0, 1.0):
                row = [NAN] * 3
                row[i], row[j] = x, r * x + 0.4 * y
                rows.append(row)
    reason = mahalanobis_distance(np.array(rows)).unavailable
    assert reason == "the covariance matrix of the answers is not positive definite"


def test_synonyms_need_three_pairs() -> None:
    index = psychometric_synonyms(np.array([[1.0, 1, 5], [2, 2, 1], [3, 3, 3]]))
    assert index.unavailable == "needs three item pairs with r > 0.6, the answers have 1"


def test_seconds_per_item() -> None:
    index = seconds_per_item(np.array([60.0, NAN, 5.0]), np.array([20, 20, 0]))
    assert index.values[0] == 3.0
    assert index.reasons == ("", "no time recorded", "no item answered")


def test_a_value_is_never_missing_without_a_reason() -> None:
    with pytest.raises(ValueError, match="missing without a reason"):
        PersonIndex("x", np.array([NAN]), ("",), 1)
    with pytest.raises(ValueError, match="one reason per respondent"):
        PersonIndex("x", np.array([1.0]), (), 1)


@settings(max_examples=60, deadline=None)
@given(likert, st.randoms(use_true_random=False))
def test_order_of_respondents_is_irrelevant(answers: np.ndarray, random) -> None:
    order = list(range(len(answers)))
    random.shuffle(order)
    scales = scales_of([2, 2])
    for index in (
        longstring,
        intra_individual_sd,
        person_total_correlation,
        mahalanobis_distance,
        lambda x: even_odd(x, scales),
    ):
        before, after = index(answers), index(answers[order])
        assert bool(before.unavailable) == bool(after.unavailable)
        assert_allclose(after.values, before.values[order], atol=1e-7)


@settings(max_examples=60, deadline=None)
@given(likert)
def test_reverse_keying_changes_no_distance_and_no_spread(answers: np.ndarray) -> None:
    assert_allclose(
        intra_individual_sd(6 - answers).values, intra_individual_sd(answers).values, atol=1e-9
    )
    turned = answers.copy()
    turned[:, 0] = 6 - turned[:, 0]
    before, after = mahalanobis_distance(answers), mahalanobis_distance(turned)
    if not before.unavailable and not after.unavailable:
        assert_allclose(after.values, before.values, rtol=1e-5, atol=1e-6)
