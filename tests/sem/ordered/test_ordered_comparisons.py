"""Comparisons of ordered models, and fits that tests/oracles/lavaan lacks, against lavaan."""

import json
from pathlib import Path

import numpy as np
import pytest
from oracle_cases import ORDERED_CASES
from tolerances import bound

from coprod_stats.sem.compare import difference_test, release_tests
from coprod_stats.sem.fit import fit
from coprod_stats.sem.inference.standardization import standardize
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.sample import SemData

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "tests" / "oracles" / "lavaan_ordered_comparisons.R"
REFERENCE = json.loads(SCRIPT.with_suffix(".json").read_text(encoding="utf-8"))
ITEMS = [f"x{i}" for i in range(1, 10)]

UNPOLISHED = bound("combinations, unpolished")


def invariance(fit_oracle, estimator, *families):
    case = ORDERED_CASES["hs_ord4_mg_configural"]
    changed = type(case)({**case.fit, "estimator": estimator}, {"group_equal": families}, "school")
    return fit_oracle("hs_ord4_mg_configural", changed)


@pytest.mark.parametrize(
    ("name", "estimator", "method"),
    [("WLSMV", "WLSMV", "default"), ("WLSM", "WLSM", "default"), ("WLSM_2010", "WLSM", "2010")],
)
def test_difference_tests(name, estimator, method, fit_oracle):
    freer = invariance(fit_oracle, estimator, "thresholds")
    restricted = invariance(fit_oracle, estimator, "thresholds", "loadings")
    test = difference_test(restricted, freer, method=method)
    expected = REFERENCE["difference"][name]
    assert test.statistic == pytest.approx(expected["statistic"], rel=UNPOLISHED)
    assert test.df == expected["df"]
    assert test.p_value == pytest.approx(expected["pvalue"], rel=UNPOLISHED)


def test_score_tests(fit_oracle):
    single, total = release_tests(invariance(fit_oracle, "WLSMV", "thresholds", "loadings"))
    expected = REFERENCE["score"]
    assert total.df == expected["total"]["df"]
    assert total.statistic == pytest.approx(expected["total"]["X2"], rel=UNPOLISHED)
    statistics = [released.test.statistic for released in single]
    np.testing.assert_allclose(
        statistics, expected["single"], rtol=UNPOLISHED, atol=bound("unpolished")
    )


@pytest.fixture
def columns(oracle_data):
    """The columns that the R script makes."""
    ordered = oracle_data("hs_ord4.csv", [*ITEMS, "sex", "ageyr"])
    holes = np.isnan(oracle_data("hs_mcar.csv", ITEMS))
    mixed = ordered[:, :9].copy()
    mixed[:, 6:] = oracle_data("hs1939.csv", ITEMS[6:])
    mixed[holes] = np.nan
    covariates = np.column_stack([ordered[:, 9] - 1, ordered[:, 10]])
    names = (*ITEMS, "female", "ageyr")
    weights = oracle_data("hs_weights.csv", ["w"])[:, 0]
    whole, holed = (np.hstack([values, covariates]) for values in (ordered[:, :9], mixed))
    return {
        "mixed_pairwise": SemData(holed, names),
        "weights": SemData(whole, names, weights=weights),
        "outcome_theta": SemData(whole, names),
        "two_valued_covariate": SemData(whole, names),
    }


OPTIONS = {
    "mixed_pairwise": FitOptions("WLSMV", ("x1", "x2", "x3"), "pairwise"),
    "weights": FitOptions("WLSMV", "all"),
    "outcome_theta": FitOptions("WLSMV", "all", model=ModelOptions(parameterization="theta")),
    "two_valued_covariate": FitOptions("WLS", ("x1", "x2", "x3")),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_fits(name, columns):
    reference = REFERENCE["fits"][name]
    fitted = fit(reference["model"], columns[name], OPTIONS[name])
    assert fitted.is_proper
    place = {(row.lhs, row.op, row.rhs): i for i, row in enumerate(fitted.table)}
    standardized = standardize(fitted.estimate, "all").values
    assert len(reference["estimates"]) == fitted.table.n_free
    for row in reference["estimates"]:
        index = place[row["lhs"], row["op"], row["rhs"]]
        assert fitted.parameters.estimates[index] == pytest.approx(row["est"], abs=UNPOLISHED)
        assert fitted.parameters.std_errors[index] == pytest.approx(row["se"], abs=UNPOLISHED)
        assert standardized[index] == pytest.approx(row["std.all"], abs=UNPOLISHED)
    for key, value in reference["fit"].items():
        assert fitted.indices[key.replace(".", "_")] == pytest.approx(value, rel=UNPOLISHED)
