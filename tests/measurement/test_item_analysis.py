import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from tolerances import assert_agrees

from coprod_stats.measurement import ItemCriteria, item_analysis
from coprod_stats.measurement.item_statistics import (
    alpha_if_dropped,
    item_rest_correlations,
    item_total_correlations,
    shares_at,
    skewness,
    standard_deviations,
)
from coprod_stats.quality.pairwise_moments import pairwise_correlation, pairwise_covariance
from coprod_stats.responses import Responses
from coprod_stats.results import Result

ORACLES = Path(__file__).parents[1] / "oracles"
COPE = [f"COP{k}" for k in range(1, 10)]


@pytest.fixture(scope="module")
def oracle() -> dict:
    return json.loads((ORACLES / "psych_carers.json").read_text())


@pytest.mark.parametrize("scale", ["NEG", "POS"])
def test_items_agree_with_psych_alpha(oracle: dict, carers: Responses, scale: str) -> None:
    expected = oracle["pairwise"][scale]
    table = item_analysis(carers).tidy().query("scale == @scale")
    for ours, theirs in {
        "n": "n",
        "mean": "mean",
        "sd": "sd",
        "item_total": "raw.r",
        "item_rest": "r.drop",
    }.items():
        assert_agrees(table[ours], expected["items"][theirs], "closed form")
    assert_agrees(table["alpha_if_dropped"], expected["drop"], "closed form")


def test_reversed_items_agree_with_psych_alpha(oracle: dict) -> None:
    table = pd.read_csv(ORACLES / "data" / "bfi_first300.csv").iloc[:, :5]
    table["A1"] = 7 - table["A1"]
    keyed, expected = table.to_numpy(dtype=float), oracle["bfi_agreeableness"]
    covariance = pairwise_covariance(keyed)
    assert_agrees(item_total_correlations(keyed), expected["items"]["raw.r"], "closed form")
    assert_agrees(item_rest_correlations(covariance), expected["items"]["r.drop"], "closed form")
    assert_agrees(alpha_if_dropped(covariance), expected["drop"], "closed form")


def test_moments_and_correlations_agree_with_psych(oracle: dict, carers: Responses) -> None:
    answers = carers.numbers(COPE).to_numpy(dtype=float)
    assert_agrees(standard_deviations(answers), oracle["described"]["sd"], "closed form")
    assert_agrees(skewness(answers), oracle["described"]["skew"], "closed form")
    r, n_pairs = pairwise_correlation(answers)
    assert_agrees(r, oracle["correlations"], "closed form")
    assert_allclose(n_pairs, oracle["pairwise_n"])


def test_correlation_of_an_item_that_does_not_vary_is_missing() -> None:
    r, _ = pairwise_correlation(np.array([[1.0, 2], [1, 3], [1, 4]]))
    assert np.isnan(r[0]).all()
    assert r[1, 1] == 1


def test_two_items_have_no_alpha_if_dropped() -> None:
    assert np.isnan(alpha_if_dropped(np.eye(2))).all()


def test_shares_and_moments_of_items_without_answers() -> None:
    answers = np.array([[1.0, np.nan], [2, np.nan]])
    assert_allclose(shares_at(answers, np.array([1.0, 1.0])), [0.5, np.nan])
    assert_allclose(standard_deviations(answers), [np.sqrt(0.5), np.nan])
    assert np.isnan(skewness(answers)[1])


SURVEY = """
instrument: small
version: 1.0.0
title: A small survey
languages: [en]
constructs: carers_constructs.yaml
forms: {full: {title: Full}}
responses:
  three: {kind: unipolar, options: {1: little, 2: some, 3: much}}
pages:
  - page: one
    blocks:
      - block: grid
        responses: three
        items:
          - {id: Q1, text: one}
          - {id: Q2, text: two, reverse: true}
          - {id: Q3, text: never answered}
scales:
  ALL: {title: All, construct: NEG, items: [Q1, Q2, Q3], min_answered: 1}
"""


def test_statistics_are_keyed_and_categories_as_given(
    bind: Callable[[str, str], Responses],
) -> None:
    found = item_analysis(bind(SURVEY, "Q1,Q2\n1,3\n2,3\n3,1\n3,1\n-9,1\n"))
    table = found.tidy().set_index("term")
    assert table.index.tolist() == ["Q1", "Q2"]
    assert table.loc["Q2", "mean"] == pytest.approx((1 + 1 + 3 + 3 + 3) / 5)
    assert table.loc["Q2", ["floor", "ceiling"]].tolist() == [0.4, 0.6]
    assert table.loc["Q2", "remark"].endswith("never used: 2")
    use = found.categories().query("term == 'Q2'")
    assert use["label"].tolist() == ["little", "some", "much"]
    assert use["n"].tolist() == [3, 0, 2]
    assert found.correlations()["n"].tolist() == [4]


def test_criteria_are_the_callers(bind: Callable[[str, str], Responses]) -> None:
    answers = bind(SURVEY, "Q1,Q2\n1,3\n2,2\n3,1\n3,2\n")
    mild = ItemCriteria(extreme_share=0.9, item_rest=-1, skewness=9)
    assert item_analysis(answers, criteria=mild).glance()["n_remarks"].item() == 0
    assert item_analysis(answers).glance()["n_remarks"].item() == 2


def test_tables(carers: Responses) -> None:
    found = item_analysis(carers)
    assert isinstance(found, Result)
    assert found.glance().iloc[0].to_dict() == {"n_scales": 2, "n_items": 9, "n_remarks": 9}
    assert str(found).splitlines()[5].split() == [
        "NEG",
        "COP6",
        "900",
        "1.29",
        "0.64",
        "0.47",
        "0.77",
        "floor",
        "79%;",
        "skewness",
        "2.4",
    ]
