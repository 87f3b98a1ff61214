import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tolerances import assert_agrees

from coprod_stats.quality.mcar import McarTestError, little_mcar_test, missing_patterns
from coprod_stats.responses import Responses

ORACLES = Path(__file__).parents[1] / "oracles"
NAN = np.nan


@pytest.fixture(scope="module")
def oracle() -> dict:
    return json.loads((ORACLES / "careless_bfi.json").read_text())


def agrees(answers: np.ndarray, expected: dict) -> None:
    test = little_mcar_test(answers)
    assert_agrees(test.statistic, expected["statistic"], "EM statistic")
    assert test.df == expected["df"]
    assert_agrees(test.p_value, expected["p_value"], "EM p value")
    assert test.n_obs == expected["n"]


def test_agrees_with_moments_from_lavaan(oracle: dict, carers: Responses) -> None:
    bfi = pd.read_csv(ORACLES / "data" / "bfi_first300.csv").iloc[:, :10]
    agrees(bfi.to_numpy(dtype=float), oracle["little_bfi"])
    cope = carers.numbers([f"COP{k}" for k in range(1, 10)])
    agrees(cope.to_numpy(dtype=float), oracle["little_carers"])


def test_agrees_with_the_published_value_for_airquality(oracle: dict) -> None:
    """naniar documents chi-square(14) = 35.1, p = .00142, 4 patterns for R's airquality."""
    air = pd.DataFrame(oracle["airquality"]["data"]).to_numpy(dtype=float)
    agrees(air, oracle["airquality"]["test"])
    test = little_mcar_test(air)
    assert (round(test.statistic, 1), test.df, round(test.p_value, 5)) == (35.1, 14, 0.00142)
    assert test.n_patterns == 4
    assert (
        str(test) == "Little's MCAR test: chi-square(14) = 35.11, p = 0.00142, 4 patterns, n = 153"
    )
    assert list(test.glance().columns) == [
        "statistic",
        "df",
        "p_value",
        "n_obs",
        "n_items",
        "n_patterns",
    ]
    assert test.tidy()["term"].tolist() == ["Little's MCAR test"]


def test_scale_and_origin_of_items_are_irrelevant() -> None:
    rng = np.random.default_rng(7)
    answers = rng.normal(size=(200, 3))
    answers[rng.random(answers.shape) < 0.1] = NAN
    moved = answers * [1, 100, 0.01] + [0, -50, 3]
    assert little_mcar_test(moved).statistic == pytest.approx(little_mcar_test(answers).statistic)


def test_patterns_hold_every_respondent_once() -> None:
    answers = np.array([[1, NAN], [2, 3], [4, NAN]])
    sizes = {tuple(p.answered.tolist()): len(p.answers) for p in missing_patterns(answers)}
    assert sizes == {(True, False): 2, (True, True): 1}


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([[1.0, 2], [2, 1]], "nothing to test"),
        ([[1.0, NAN], [2, NAN]], "never answered or does not vary"),
        ([[1.0, 5], [2, 5], [1, NAN]], "never answered or does not vary"),
        ([[1.0, 1, NAN], [2, 2, 1], [3, 3, 3], [4, 4, 2]], "singular"),
        ([[NAN, 1.0], [NAN, 5], [1, NAN], [1, 5], [2, 4]], "singular"),
    ],
)
def test_says_why_it_cannot_be_computed(answers: list[list[float]], message: str) -> None:
    with pytest.raises(McarTestError, match=message):
        little_mcar_test(np.array(answers))


def test_gives_up_after_so_many_steps() -> None:
    answers = np.array([[1.0, 2], [2, NAN], [3, 1], [4, 5]])
    with pytest.raises(McarTestError, match="did not converge in 1 iteration"):
        little_mcar_test(answers, max_iterations=1)


@pytest.mark.slow
def test_holds_its_level_when_answers_are_missing_completely_at_random() -> None:
    rng = np.random.default_rng(20250101)
    p_values = []
    for _ in range(500):
        answers = rng.multivariate_normal(np.zeros(3), 0.5 + 0.5 * np.eye(3), size=300)
        answers[rng.random(answers.shape) < 0.1] = NAN
        p_values.append(little_mcar_test(answers).p_value)
    assert np.mean(np.array(p_values) < 0.05) == pytest.approx(0.05, abs=0.03)
