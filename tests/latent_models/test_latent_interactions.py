"""Products of indicators against semTools, and the interaction that they measure."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tolerances import assert_agrees

from coprod_stats.latent_models import LatentModelError, fit_sem, product_indicators

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "oracles" / "lavaan" / "data"
ORACLE = json.loads((ROOT / "tests" / "oracles" / "product_indicators.json").read_text())
THREE, TEXTUAL = ["x1", "x2", "x3"], ["x4", "x5", "x6"]
CASES = {
    "matched_double_mean": {"first": THREE},
    "matched_mean": {"first": THREE, "centring": "mean"},
    "matched_residual": {"first": THREE, "centring": "residual"},
    "all_double_mean": {"first": THREE[:2], "pairs": "all"},
    "all_residual": {"first": THREE[:2], "pairs": "all", "centring": "residual"},
    "all_mean": {"first": THREE[:2], "pairs": "all", "centring": "mean"},
}


@pytest.fixture(scope="module")
def holes():
    return pd.read_csv(DATA / "hs_mcar.csv")


@pytest.mark.parametrize("name", CASES)
def test_products_are_those_of_semtools(name, pupils):
    found = product_indicators(pupils, second=TEXTUAL, **CASES[name])
    expected = ORACLE["products"][name]
    assert list(found.names) == expected["names"]
    assert_agrees(found.values[:8], expected["first"], "products")
    assert_agrees((found.values**2).sum(axis=0), expected["sums"], "sums of products")


def test_products_of_incomplete_answers(holes):
    found = product_indicators(holes, THREE, TEXTUAL)
    expected = ORACLE["products"]["holes_double_mean"]
    first = np.array([[np.nan if v is None else v for v in row] for row in expected["first"]])
    assert_agrees(found.values[:8], first.astype(float), "products")
    assert_agrees(np.nansum(found.values**2, axis=0), expected["sums"], "sums of products")
    residuals = product_indicators(holes, THREE, TEXTUAL, centring="residual").values
    complete = holes[THREE + TEXTUAL].notna().all(axis=1).to_numpy()
    assert np.isnan(residuals[~complete]).all()
    items = holes.loc[complete, THREE + TEXTUAL].to_numpy()
    np.testing.assert_allclose(residuals[complete].T @ items, 0, atol=1e-9)


def test_an_interaction_with_all_pairs_is_that_of_lavaan(pupils):
    found = product_indicators(pupils, THREE[:2], TEXTUAL, pairs="all")
    model = "\n".join(
        [
            "visual =~ x1 + x2",
            "textual =~ x4 + x5 + x6",
            "speed =~ x7 + x8 + x9",
            found.measurement("both"),
            "speed ~ visual + textual + both",
        ]
    )
    expected = ORACLE["fit"]
    assert model == expected["model"]
    assert expected["polished"] == "newton-polished"
    fit = fit_sem(model, found.joined(pupils), estimator="MLR")
    for name, value in expected["measures"].items():
        assert_agrees(fit.fit[name.replace(".", "_")], value, "polished measures", name)
    rows = expected["parameters"]
    for lhs, op, rhs, est, se in zip(
        *(rows[c] for c in ("lhs", "op", "rhs", "est", "se")), strict=True
    ):
        row = fit.parameter(lhs, op, rhs)
        assert_agrees([row.est, row.se], [est, se], "polished parameters", row.term)


def test_matched_products_of_the_reference_fit(pupils):
    stored = pd.read_csv(DATA / "hs_indprod.csv")
    found = product_indicators(pupils, THREE, TEXTUAL)
    assert found.measurement("inter") == "inter =~ x1.x4 + x2.x5 + x3.x6"
    pd.testing.assert_frame_equal(found.joined(pupils)[stored.columns], stored, rtol=0, atol=1e-12)


def test_a_latent_interaction_is_found_again():
    rng = np.random.default_rng(20)
    n = 20_000
    f, g = rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], size=n).T
    y = 0.3 * f + 0.2 * g + 0.25 * f * g + rng.normal(scale=0.7, size=n)
    columns = {
        f"{name}{i}": loading * factor + rng.normal(scale=0.6, size=n) + 3
        for name, factor in (("f", f), ("g", g), ("y", y))
        for i, loading in enumerate((1.0, 0.9, 0.8), start=1)
    }
    data = pd.DataFrame(columns)
    first, second = ([f"{name}{i}" for i in (1, 2, 3)] for name in "fg")
    for pairs, centring in (
        ("matched", "double-mean"),
        ("all", "double-mean"),
        ("matched", "residual"),
    ):
        products = product_indicators(data, first, second, pairs=pairs, centring=centring)
        model = "F =~ f1 + f2 + f3\nG =~ g1 + g2 + g3\nY =~ y1 + y2 + y3\nY ~ F + G + FG\n"
        fit = fit_sem(model + products.measurement("FG"), products.joined(data), estimator="MLR")
        assert fit.proper
        assert fit.parameter("Y", "~", "FG").est == pytest.approx(0.25, abs=0.03)


@given(st.integers(1, 4), st.integers(1, 4), st.floats(-5, 5))
def test_a_shift_of_the_answers_changes_nothing(n_first, n_second, shift):
    rng = np.random.default_rng(n_first + 10 * n_second)
    data = pd.DataFrame(rng.normal(size=(30, 8)), columns=list("abcdefgh"))
    first, second = list("abcd")[:n_first], list("efgh")[:n_second]
    found = product_indicators(data, first, second, pairs="all")
    moved = product_indicators(data + shift, first, second, pairs="all")
    np.testing.assert_allclose(found.values, moved.values, atol=1e-9)
    np.testing.assert_allclose(found.values.mean(axis=0), 0, atol=1e-12)


@pytest.mark.parametrize(
    ("first", "second", "options", "message"),
    [
        (["x1", "gone"], ["x4", "x5"], {}, "no column gone"),
        (["x1", "x2"], ["x2", "x5"], {}, "named more than once: x2"),
        (["x1", "school"], ["x4", "x5"], {}, "not numeric: school"),
        (["x1", "nothing"], ["x4", "x5"], {}, "without answers: nothing"),
        (["x1", "x2"], ["x4", "x5", "x6"], {}, "not 2 and 3; use all pairs"),
    ],
)
def test_faults(pupils, first, second, options, message):
    with pytest.raises(LatentModelError, match=message):
        product_indicators(pupils.assign(nothing=np.nan), first, second, **options)


def test_residuals_need_rows(pupils):
    with pytest.raises(LatentModelError, match="more complete rows than 5"):
        product_indicators(pupils.head(5), THREE[:2], TEXTUAL[:2], centring="residual")


def test_products_belong_to_their_data(pupils):
    found = product_indicators(pupils, THREE, TEXTUAL)
    with pytest.raises(LatentModelError, match="products of 301 rows, data of 300"):
        found.joined(pupils.head(300))
    with pytest.raises(LatentModelError, match=r"already have a column x1\.x4"):
        found.joined(found.joined(pupils))
