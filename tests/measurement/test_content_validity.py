"""Content validity from experts' ratings: R, published tables, special cases, faults."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tolerances import assert_agrees

from coprod_stats.measurement import ContentValidity, MeasurementDataError, content_validity
from coprod_stats.measurement.content_validity import (
    chance_agreement,
    is_acceptable,
    item_validity,
    modified_kappa,
)
from coprod_stats.results import Result

ORACLE = json.loads(
    (Path(__file__).parents[1] / "oracles" / "content_validity.json").read_text(encoding="utf-8")
)

SCALES = {name: scale["items"] for name, scale in ORACLE["scales"].items()}


def rated(rows: list[list[object]]) -> pd.DataFrame:
    names = [f"A{place}" for place in range(1, len(rows) + 1)]
    experts = [f"E{place}" for place in range(1, len(rows[0]) + 1)]
    return pd.DataFrame(rows, index=names, columns=experts)


@pytest.fixture(scope="module")
def ours() -> ContentValidity:
    table = pd.DataFrame(ORACLE["ratings"], index=ORACLE["items"])
    return content_validity(table, scales=SCALES)


def test_items_agree_with_r(ours: ContentValidity) -> None:
    table = ours.tidy()
    assert list(table["n_relevant"]) == ORACLE["relevant"]
    assert list(table["n_experts"]) == ORACLE["experts"]
    for column, name in (("estimate", "cvi"), ("chance", "chance"), ("kappa", "kappa")):
        assert_agrees(table[column], ORACLE[name], "closed form")


def test_scales_agree_with_r(ours: ContentValidity) -> None:
    assert_agrees(ours.glance()["s_cvi_ave"][0], ORACLE["ave"], "closed form")
    assert_agrees(ours.glance()["s_cvi_ua"][0], ORACLE["ua"], "closed form")
    table = ours.scale_table().set_index("term")
    assert list(table.index) == list(ORACLE["scales"])
    for name, scale in ORACLE["scales"].items():
        assert_agrees(table.loc[name, "s_cvi_ave"], scale["ave"], "closed form")
        assert_agrees(table.loc[name, "s_cvi_ua"], scale["ua"], "closed form")


@pytest.mark.parametrize(
    ("n_experts", "n_relevant", "cvi", "chance", "kappa"),
    [  # table 10 of doi.org/10.1186/s12913-017-2469-8, by Polit, Beck & Owen (2007), to its digits
        (10, 10, 1.00, 0.001, 1.00),
        (10, 9, 0.90, 0.010, 0.90),
        (10, 8, 0.80, 0.044, 0.79),
        (10, 7, 0.70, 0.117, 0.66),
        (9, 8, 0.89, 0.018, 0.89),
        (9, 7, 0.78, 0.070, 0.76),
        (9, 6, 0.67, 0.164, 0.60),
    ],
)
def test_published_values(
    n_experts: int, n_relevant: int, cvi: float, chance: float, kappa: float
) -> None:
    assert item_validity(n_relevant, n_experts) == pytest.approx(cvi, abs=0.005)
    assert chance_agreement(n_relevant, n_experts) == pytest.approx(chance, abs=0.0005)
    assert modified_kappa(n_relevant, n_experts) == pytest.approx(kappa, abs=0.005)


@pytest.mark.parametrize(
    ("n_relevant", "n_experts", "acceptable"),
    [
        (3, 3, True),
        (4, 5, False),
        (5, 5, True),
        (5, 6, True),
        (4, 6, False),
        (7, 9, True),  # .78, which table 10 above calls excellent
        (6, 9, False),
        (14, 18, True),
        (13, 17, False),
        (8, 10, True),
    ],
)
def test_how_many_must_agree(n_relevant: int, n_experts: int, acceptable: bool) -> None:
    assert is_acceptable(n_relevant, n_experts) == acceptable


@given(st.integers(3, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_agreement_of_all_is_one_and_kappa_is_never_above_it(pair: tuple[int, int]) -> None:
    agree, n = pair
    assert modified_kappa(agree, n) <= item_validity(agree, n) <= 1
    assert (modified_kappa(agree, n) == 1) == (agree == n)


@pytest.mark.parametrize(
    ("n_items", "n_relevant", "acceptable"), [(9, 81, True), (9, 80, False), (4, 36, True)]
)
def test_a_mean_at_the_criterion_is_not_below_it(
    n_items: int, n_relevant: int, acceptable: bool
) -> None:
    agree = [n_relevant // n_items + (place < n_relevant % n_items) for place in range(n_items)]
    found = content_validity(
        rated([[4] * n + [1] * (10 - n) for n in agree]),
        scales={"S": [f"A{place}" for place in range(1, n_items + 1)]},
    )
    assert found.scale_table()["acceptable"].tolist() == [acceptable]
    assert ("below 0.90" in str(found)) is not acceptable


def test_a_missing_rating_is_left_out_of_its_item_alone() -> None:
    rows: list[list[object]] = [[4, 4, 4, None], [4, 4, 4, 1]]
    table = content_validity(rated(rows)).tidy()
    assert list(table["estimate"]) == [1.0, 0.75]
    assert list(table["n_experts"]) == [3, 4]


def test_weak_items_are_named_and_what_is_not_rated_is_omitted() -> None:
    found = content_validity(
        rated([[4, 4, 4], [4, 4, 1], [3, 3, 3]]), scales={"S": ["A1", "A2", "Z9"], "T": ["Z8"]}
    )
    (scale,) = found.scale_table().to_dict("records")
    assert (scale["term"], scale["n_items"], scale["weak_items"]) == ("S", 2, "A2")
    assert scale["acceptable"] == False  # noqa: E712 - a numpy value
    assert "reword or drop" in str(found)
    assert isinstance(found, Result)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([[4, 4, 5]], "item A1, expert E3: '5' is no rating"),
        ([[4, 4, "high"]], "'high' is no rating"),
        ([[4, 3.5, 4]], "'3.5' is no rating"),
        ([[4, 4, None]], "item A1 has 2 ratings; at least 3"),
    ],
)
def test_what_is_no_rating_is_refused(rows: list[list[object]], message: str) -> None:
    with pytest.raises(MeasurementDataError, match=message):
        content_validity(rated(rows))


def test_an_item_in_two_rows_and_an_empty_table_are_refused() -> None:
    twice = pd.DataFrame([[4, 4, 4], [3, 3, 3]], index=["A1", "A1"])
    with pytest.raises(MeasurementDataError, match="A1 is rated in two rows"):
        content_validity(twice)
    with pytest.raises(MeasurementDataError, match="no item is rated"):
        content_validity(pd.DataFrame())


def test_an_expert_twice_is_refused_and_one_without_ratings_is_none() -> None:
    twice = pd.DataFrame([[4, 4, 3, 3]], index=["A1"], columns=["E1", "E2", "E2", "E3"])
    with pytest.raises(MeasurementDataError, match="expert E2 occurs twice"):
        content_validity(twice)
    found = content_validity(rated([[4, 4, 3, None], [4, 3, 3, None]]))
    assert found.glance()["n_experts"][0] == 3


def test_chance_agreement_of_many_experts_is_computed() -> None:
    found = content_validity(rated([[4] * 700 + [1] * 400])).tidy()
    assert found["chance"][0] < 1e-18
    assert found["kappa"][0] == pytest.approx(700 / 1100)


def test_items_of_a_scale_that_nobody_rated_are_named_beside_its_index() -> None:
    found = content_validity(rated([[4, 4, 4]]), scales={"S": ["A1", "A2", "A3"]})
    assert "S-CVI/UA 1.00 (1 of 3 items; not rated: A2, A3)" in str(found)
    assert found.scale_table()["unrated_items"].tolist() == ["A2, A3"]
    whole = content_validity(rated([[4, 4, 4]]), scales={"S": ["A1"]})
    assert "(1 item)" in str(whole)
    assert whole.scale_table()["unrated_items"].tolist() == [""]
