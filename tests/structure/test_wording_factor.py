"""A factor of reverse-worded items: lavaan's numbers, found where it is, not where it is not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tolerances import assert_agrees

from coprod_stats.structure import (
    DriverImpactModel,
    DriverImpactResult,
    MeasuredFactor,
    StructuralPath,
    fit_driver_impact,
)
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.wording_factor import SMALLEST_SHARE, fit_wording_factor

ORACLES = Path(__file__).parents[1] / "oracles"
SCALES = {"DRREL": 3, "DRACT": 3, "DRINP": 3, "QUA": 3, "PRF": 3, "IV": 4}
STATED = {"QUA": ("DRREL", "DRACT", "DRINP"), "PRF": ("DRREL", "DRACT", "DRINP"), "IV": ("DRREL",)}
MODEL = DriverImpactModel(
    tuple(
        MeasuredFactor(name, tuple(f"{name}{i + 1}" for i in range(n)))
        for name, n in SCALES.items()
    ),
    tuple(
        StructuralPath(f"{a}-{b}", a, b, "+")
        for b, predictors in STATED.items()
        for a in predictors
    ),
)
REVERSED = ("DRREL3", "DRACT3", "DRINP3", "QUA3", "PRF3")


def fitted(answers: pd.DataFrame) -> DriverImpactResult:
    return fit_driver_impact(answers, MODEL, engine="core", estimator="MLR", cluster="cluster")


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    data = pd.read_csv(ORACLES / "data" / "m0_simulated.csv")
    return data.assign(cluster=np.repeat(np.arange(80), 15))


def shared(answers: pd.DataFrame, style: np.ndarray) -> pd.DataFrame:
    return answers.assign(**{item: answers[item] + style for item in REVERSED})


def test_it_agrees_with_lavaan(answers: pd.DataFrame) -> None:
    theirs = json.loads((ORACLES / "wording_factor.json").read_text(encoding="utf-8"))
    data = shared(answers, 0.4 * answers["ATT1"].to_numpy())
    found = fit_wording_factor(data, fitted(data), REVERSED)
    ours = {
        "est": found.variance,
        "se": found.std_error,
        "ci.lower": found.conf_low,
        "ci.upper": found.conf_high,
    }
    assert ours.keys() == theirs["variance"].keys()
    for name, value in theirs["variance"].items():
        if name in ("est", "se"):  # lavaan's intervals are normal; these allow for the clusters
            assert_agrees(ours[name], value, "measurement model")
    assert ours["ci.lower"] < theirs["variance"]["ci.lower"]
    assert_agrees(found.share, theirs["share"], "measurement model")
    for path in theirs["paths"]:
        row = found.fit.parameter(path["lhs"], "~", path["rhs"])
        assert_agrees(row.std_all, path["est.std"], "measurement model")
        assert_agrees(row.std_all_se, path["se"], "measurement model")


def test_a_style_is_found_and_its_paths_are_those_without_it(answers: pd.DataFrame) -> None:
    style = np.random.default_rng(7).normal(scale=0.6, size=len(answers))
    clean, styled = fitted(answers), fitted(shared(answers, style))
    found = fit_wording_factor(shared(answers, style), styled, REVERSED)
    assert found.is_notable
    assert found.share > 4 * SMALLEST_SHARE
    assert found.variance == pytest.approx(0.36, abs=0.06)
    biased = np.array([path.beta for path in styled.paths])
    true = np.array([path.beta for path in clean.paths])
    freed = np.array(
        [found.fit.parameter(p.outcome, "~", p.predictor).std_all for p in styled.paths]
    )
    assert np.abs(freed - true).max() < 0.05
    assert np.abs(freed - true).mean() < 0.5 * np.abs(biased - true).mean()


def test_nothing_is_found_where_there_is_nothing(answers: pd.DataFrame) -> None:
    found = fit_wording_factor(answers, fitted(answers), REVERSED)
    assert not found.is_notable
    assert found.conf_low < 0
    assert found.share < SMALLEST_SHARE


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (("DRREL3", "QUA3"), "fewer than 3 reverse-worded items"),
        (("IV1", "IV2", "IV3"), "all reverse-worded items measure the same factor"),
        (("DRREL3", "QUA3", "ZZZ"), "'ZZZ' is not observed in the model"),
    ],
)
def test_items_that_identify_no_factor_are_refused(
    answers: pd.DataFrame, items: tuple[str, ...], message: str
) -> None:
    with pytest.raises(StructureError, match=message):
        fit_wording_factor(answers, fitted(answers), items)
