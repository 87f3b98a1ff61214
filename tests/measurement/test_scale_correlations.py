import json
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pingouin
import pytest
from numpy.testing import assert_allclose
from tolerances import assert_agrees

from coprod_stats.measurement import (
    ScaleCorrelationError,
    ScaleCorrelations,
    reliability,
    scale_correlations,
)
from coprod_stats.measurement.frame_reliability import ReliabilityError
from coprod_stats.measurement.scale_correlations import correlation_test, fisher_interval
from coprod_stats.responses import Responses
from coprod_stats.results import Result
from coprod_stats.scoring import keyed_answers, score

ORACLES = Path(__file__).parents[1] / "oracles"


@pytest.fixture(scope="module")
def oracle() -> dict:
    return json.loads((ORACLES / "psych_scale_correlations.json").read_text())


@pytest.fixture(scope="module")
def bfi() -> pd.DataFrame:
    return pd.read_csv(ORACLES / "data" / "bfi_first300.csv")[["A1", "A2", "A3", "A4", "A5"]]


def correlated(values: pd.DataFrame, **options: Any) -> ScaleCorrelations:
    return scale_correlations(SimpleNamespace(values=values), **options)


def agrees(found: ScaleCorrelations, expected: dict) -> None:
    pairs = found.tidy()
    upper = np.triu_indices(len(found.scales), k=1)
    assert_agrees(found.r, expected["r"], "correlation")
    assert_allclose(found.n_obs, expected["n"])
    assert_agrees(pairs["statistic"], np.array(expected["t"], dtype=float)[upper], "closed form")
    assert_agrees(pairs["p_value"], np.array(expected["p"], dtype=float)[upper], "distribution")
    assert_agrees(pairs["conf_low"], np.ravel(expected["lower"]), "correlation")
    assert_agrees(pairs["conf_high"], np.ravel(expected["upper"]), "correlation")


def test_scales_of_the_carers_correlate_as_in_psych(oracle: dict, carers: Responses) -> None:
    agrees(scale_correlations(score(carers)), oracle["carers"])


def test_pairwise_correlations_agree_with_psych(oracle: dict, bfi: pd.DataFrame) -> None:
    agrees(correlated(bfi), oracle["bfi"])


def test_partial_correlations_agree_with_psych(oracle: dict, bfi: pd.DataFrame) -> None:
    found = correlated(bfi, held_constant="A5")
    expected = np.array(oracle["bfi_partial"], dtype=float)
    assert_agrees(found.partial_r[:4, :4], expected, "correlation")
    assert np.isnan(found.partial_r[4]).all()
    assert found.tidy()["partial_r"].notna().sum() == 6


@pytest.mark.parametrize("held_constant", ["A1", "A3", "A5"])
def test_partial_correlations_of_available_cases_are_those_of_pingouin(
    bfi: pd.DataFrame, held_constant: str
) -> None:
    assert bfi.isna().to_numpy().any()
    found = correlated(bfi, held_constant=held_constant)
    others = [scale for scale in bfi if scale != held_constant]
    for first, second in combinations(others, 2):
        theirs = pingouin.partial_corr(bfi, x=first, y=second, covar=held_constant)["r"].iloc[0]
        row, column = bfi.columns.get_loc(first), bfi.columns.get_loc(second)
        assert_agrees(found.partial_r[row, column], theirs, "correlation")
        assert found.partial_r[column, row] == found.partial_r[row, column]


def test_correlations_and_alpha_agree_with_pingouin(carers: Responses) -> None:
    values = score(carers).values
    theirs = pingouin.pairwise_corr(values).iloc[0]
    ours = scale_correlations(score(carers)).tidy().iloc[0]
    assert_agrees(ours["estimate"], theirs["r"], "correlation")
    assert_agrees(ours["p_value"], theirs["p_unc"], "distribution")
    assert ours["n_obs"] == theirs["n"]
    for scale in carers.instrument.scales:
        complete = keyed_answers(carers, scale.items).dropna()
        alpha, (low, high) = pingouin.cronbach_alpha(complete)
        found = next(
            entry
            for entry in reliability(carers, missing="listwise")[scale.id].coefficients
            if entry.term == "alpha"
        )
        assert_agrees(found.estimate, alpha, "correlation")
        # pingouin rounds the limits
        assert_allclose([found.conf_low, found.conf_high], [low, high], atol=1e-3)


def test_what_is_not_determined_is_missing() -> None:
    values = pd.DataFrame(
        {
            "A": [1.0, 2.0, 4.0, 3.0],
            "B": [2.0, 4.0, 8.0, 6.0],
            "FLAT": [3.0, 3.0, 3.0, 3.0],
            "FEW": [1.0, np.nan, np.nan, 2.0],
            "NONE": np.nan,
        }
    )
    found = correlated(values, held_constant="A")
    pairs = found.tidy().set_index("term")
    assert found.scales == ("A", "B", "FLAT", "FEW")
    assert pairs.loc["A ~~ B", ["estimate", "conf_low", "conf_high"]].tolist() == [1.0, 1.0, 1.0]
    assert pairs.loc["A ~~ FLAT", ["estimate", "p_value", "conf_low"]].isna().all()
    assert pairs.loc["A ~~ FEW", ["p_value", "conf_low"]].isna().all()
    assert pairs["partial_r"].isna().all()
    assert found.glance()["min_n_obs"].item() == 2


def test_a_scale_without_scores_cannot_be_held_constant(carers: Responses) -> None:
    with pytest.raises(
        ScaleCorrelationError, match="nobody has a score on 'MRK'; scales with scores: NEG"
    ):
        scale_correlations(score(carers), held_constant="MRK")


def test_a_level_that_is_no_proportion_is_refused(carers: Responses) -> None:
    with pytest.raises(ScaleCorrelationError, match="must lie between 0 and 1, not 95"):
        scale_correlations(score(carers), conf_level=95)
    with pytest.raises(ReliabilityError, match="must lie between 0 and 1, not 95"):
        reliability(carers, conf_level=95)
    with pytest.raises(ReliabilityError, match="unknown missing 'none'"):
        reliability(carers, missing="none")


def test_intervals_and_tests_are_symmetric() -> None:
    r, n_obs = np.array([-0.4, 0.4]), np.array([50, 50])
    low, high = fisher_interval(r, n_obs)
    assert_allclose(low[0], -high[1])
    statistic, p_value = correlation_test(r, n_obs)
    assert_allclose(statistic[0], -statistic[1])
    assert_allclose(p_value[0], p_value[1])


def test_tables(carers: Responses) -> None:
    found = scale_correlations(score(carers))
    assert isinstance(found, Result)
    assert found.matrix().loc["NEG", "POS"] == found.tidy()["estimate"].item()
    assert str(found).splitlines()[1].split() == ["NEG", "1.00", "-0.32"]
    assert found.glance().iloc[0].to_dict() == {
        "n_scales": 2,
        "n_pairs": 1,
        "min_n_obs": 902,
        "largest": abs(found.r[0, 1]),
        "held_constant": "",
    }
