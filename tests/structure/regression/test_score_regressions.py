import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tolerances import assert_agrees

from coprod_stats.results import TIDY_COLUMNS, Result
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.regression import RegressionPath, fit_regressions

ORACLES = Path(__file__).parents[2] / "oracles"
PATH = RegressionPath("y1", ("x1", "x2", "y5"))


@pytest.fixture(scope="module")
def scores():
    table = pd.read_csv(ORACLES / "lavaan" / "data" / "pd.csv")
    return table.assign(
        cluster=np.repeat(range(15), 5),
        region=np.tile(["south", "north", "east"], 25),
        label="none",
    )


@pytest.fixture(scope="module")
def oracle():
    return json.loads((ORACLES / "regression_hc3.json").read_text())


def test_hc3_agrees_with_its_formula_in_r(scores, oracle):
    table = fit_regressions(scores, [PATH]).tidy()
    expected = oracle["hc3"]
    for column in ("estimate", "std_error", "p_value", "conf_low", "conf_high"):
        assert_agrees(table[column], expected[column], "least squares", column)
    assert_agrees(table["r_squared"], expected["r_squared"], "closed form")
    standardised = oracle["hc3_standardised"]
    assert_agrees(table["beta"][1:], standardised["estimate"][1:], "least squares")
    assert_agrees(table["beta_std_error"][1:], standardised["std_error"][1:], "least squares")
    assert_agrees(table["beta_conf_high"][1:], standardised["conf_high"][1:], "least squares")


def test_clustered_errors_agree_with_their_formula_in_r(scores, oracle):
    table = fit_regressions(scores, [PATH], covariance="cluster", cluster="cluster").tidy()
    for column in ("estimate", "std_error", "df", "p_value", "conf_low", "conf_high"):
        assert_agrees(table[column], oracle["cluster"][column], "least squares", column)


def test_each_equation_uses_its_own_complete_rows(scores):
    holed = scores.copy()
    holed.loc[:9, "x2"] = np.nan
    paths = [PATH, RegressionPath("y5", ("x1",))]
    glance = fit_regressions(holed, paths).glance()
    assert list(glance["n_obs"]) == [65, 75]
    assert list(glance["n_rows"]) == [75, 75]


def test_a_covariate_of_text_enters_as_indicators(scores):
    path = RegressionPath("y1", ("x1",), ("region",))
    table = fit_regressions(scores, [path]).tidy()
    assert list(table["term"]) == ["(Intercept)", "x1", "region_north", "region_south"]


def test_row_order_and_units_do_not_matter(scores):
    shuffled = scores.sample(frac=1, random_state=4).assign(x1=lambda d: 100 * d["x1"] - 3)
    one, other = (fit_regressions(t, [PATH]).tidy() for t in (scores, shuffled))
    np.testing.assert_allclose(one["beta"], other["beta"], rtol=1e-9)
    np.testing.assert_allclose(one["beta_std_error"], other["beta_std_error"], rtol=1e-9)


def test_tables_and_text(scores):
    result = fit_regressions(scores, [PATH])
    assert isinstance(result, Result)
    assert tuple(result.tidy().columns[:8]) == TIDY_COLUMNS
    assert str(result).splitlines() == [
        "y1: n = 75 of 75, R2 = 0.554, HC3 standard errors",
        "  Term           Estimate  Std.Err        t  P(>|t|)     Beta",
        "  (Intercept)       1.130    1.759    0.642    0.523      nan",
        "  x1                0.349    0.587    0.595    0.554    0.098",
        "  x2               -0.295    0.290   -1.017    0.312   -0.170",
        "  y5                0.776    0.101    7.718    0.000    0.773",
    ]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (RegressionPath("y1", ("zz",)), "no column zz"),
        (RegressionPath("y1", ("region",)), "must be numeric: region"),
        (RegressionPath("y1", ("x1",), ("label",)), "fewer than two values: label"),
        (RegressionPath("y1", ("x1",), ("income",)), "no column income"),
        (RegressionPath("y1", ("x1", "twice")), "collinear"),
        (RegressionPath("flat", ("x1",)), "^the outcome flat is constant in the complete rows$"),
        (RegressionPath("y1", ("flat",)), "constant in the complete rows: flat"),
        (RegressionPath("y1", ("rare",)), "2 complete rows are too few for 1 term$"),
    ],
)
def test_an_equation_that_cannot_be_fitted_says_why(scores, path, message):
    table = scores.assign(
        twice=2 * scores["x1"], flat=1.0, rare=scores["x1"].where(scores.index < 2)
    )
    with pytest.raises(StructureError, match=message):
        fit_regressions(table, [path])


def test_a_level_whose_column_name_is_taken_is_refused(scores):
    with pytest.raises(StructureError, match="two columns would be called region_north"):
        fit_regressions(
            scores.assign(region_north=1.0), [RegressionPath("y1", ("x1",), ("region",))]
        )


def test_what_does_not_go_together_is_refused(scores):
    with pytest.raises(StructureError, match="need each other"):
        fit_regressions(scores, [PATH], covariance="cluster")
    with pytest.raises(StructureError, match="need each other"):
        fit_regressions(scores, [PATH], cluster="cluster")
    with pytest.raises(StructureError, match="no regression"):
        fit_regressions(scores, [])
