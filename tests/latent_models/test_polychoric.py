import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import coprod_stats as cp
from coprod_stats.errors import CoprodError

LAVAAN = Path(__file__).parents[1] / "oracles" / "lavaan"


@pytest.fixture(scope="module")
def answers():
    oracle = json.loads((LAVAAN / "hs_ord4_wlsmv.json").read_text())
    table = pd.read_csv(LAVAAN / "data" / oracle["data"])
    return table[[f"x{i}" for i in range(1, 10)]]


def test_the_matrix_is_labelled_and_rows_may_come_in_any_order(answers):
    matrix = cp.polychoric(answers)
    assert list(matrix.index) == list(matrix.columns) == list(answers.columns)
    np.testing.assert_allclose(matrix, matrix.T)
    again = cp.polychoric(answers.sample(frac=1, random_state=1))
    np.testing.assert_allclose(again, matrix, atol=1e-12)


def test_what_a_saturated_model_finds(answers):
    """Correlations of two items are what WLSMV takes them to be."""
    fit = cp.fit_sem("x1 ~~ x2", answers, estimator="WLSMV", ordered="all")
    found = cp.polychoric(answers[["x1", "x2"]])
    assert fit.parameter("x1", "~~", "x2").est == pytest.approx(found.loc["x1", "x2"], abs=1e-8)


def test_equal_weights_change_nothing_and_others_do(answers):
    plain = cp.polychoric(answers)
    equal = cp.polychoric(answers.assign(w=2.0), sampling_weights="w")
    other = cp.polychoric(answers.assign(w=answers["x1"]), sampling_weights="w")
    np.testing.assert_allclose(equal, plain, atol=1e-9)
    assert abs(other - plain).to_numpy().max() > 1e-3


def test_notes_stand_beside_the_matrix(answers):
    twins = answers[["x1"]].assign(x2=answers["x1"])
    notes = cp.polychoric(twins).attrs["notes"]
    assert any("x1, x2" in note for note in notes)


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"x1": 1}, {}, "OBS-010.*x1"),
        ({"x1": "often"}, {}, "not numeric: x1"),
        ({}, {"sampling_weights": "w"}, "no column w"),
    ],
)
def test_what_has_no_correlations_is_refused(answers, change, options, message):
    with pytest.raises(CoprodError, match=message):
        cp.polychoric(answers.assign(**change), **options)
    with pytest.raises(CoprodError, match="two or more items"):
        cp.polychoric(answers[["x1"]])
