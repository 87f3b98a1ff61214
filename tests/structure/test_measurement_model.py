"""Factors before any path: lavaan's and semTools' numbers, and factors that are one."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from tolerances import assert_agrees

from coprod_stats.structure import DriverImpactModel, MeasuredFactor, StructuralPath
from coprod_stats.structure.measurement_model import fit_measurement

ORACLES = Path(__file__).parents[1] / "oracles"
DRIVERS = ("DRREL", "DRACT", "DRINP", "DRSET", "DRTEC", "DRKNO", "DRFLO")
IMPACTS = ("QUA", "PRF", "ATT", "SHR", "KGN", "IV", "MV")
ITEMS = {name: 4 if name in ("IV", "MV") else 3 for name in (*DRIVERS, *IMPACTS)}
TRAITS = dict.fromkeys("ACENO", 5)
REVERSED = ("A1", "C4", "C5", "E1", "E2", "O2", "O5")


def model_of(items):
    """All factors but the first are predicted by it: paths are of no account here."""
    factors = tuple(
        MeasuredFactor(name, tuple(f"{name}{i + 1}" for i in range(n))) for name, n in items.items()
    )
    first, *others = items
    paths = tuple(StructuralPath(name, first, name) for name in others)
    return DriverImpactModel(factors, paths)


@pytest.fixture(scope="module")
def lavaan():
    return json.loads((ORACLES / "measurement_model.json").read_text())


@pytest.fixture(scope="module")
def fits():
    simulated = pd.read_csv(ORACLES / "data" / "m0_simulated.csv")
    simulated["ATT2"] = 6 - simulated["ATT2"]
    simulated["cluster"] = np.repeat(np.arange(80), 15)
    real = pd.read_csv(ORACLES / "data" / "bfi_first300.csv")
    real[list(REVERSED)] = 7 - real[list(REVERSED)]
    return {
        "simulated": fit_measurement(
            simulated, model_of(ITEMS), {"engine": "core", "estimator": "MLR", "cluster": "cluster"}
        ),
        "bfi": fit_measurement(real, model_of(TRAITS), {"engine": "core", "estimator": "MLR"}),
    }


@pytest.mark.parametrize("sample", ["simulated", "bfi"])
def test_all_numbers_agree_with_lavaan_and_semtools(sample, lavaan, fits):
    ours, theirs = fits[sample], lavaan[sample]
    fit = ours.fit.fit
    for name, value in theirs["fit"].items():
        assert_agrees(fit[name.replace(".", "_")], value, "measurement model")
    pairs, expected = ours.tidy(), pd.DataFrame(theirs["correlations"])
    assert pairs["factor_1"].tolist() == expected["factor_1"].tolist()
    assert pairs["factor_2"].tolist() == expected["factor_2"].tolist()
    assert_agrees(pairs["estimate"], expected["est"], "measurement model")
    # lavaan's intervals are normal with clusters too
    half = (pairs["conf_high"] - pairs["conf_low"]) / 2 / stats.t.ppf(0.975, ours.fit.df)
    normal = (expected["ci_upper"] - expected["ci_lower"]) / 2 / stats.norm.ppf(0.975)
    assert_agrees(half, normal, "measurement model")
    factors = ours.factors().set_index("term")
    for name in factors.index:
        assert_agrees(factors.loc[name, "omega"], theirs["omega"][name], "measurement model")
        assert_agrees(factors.loc[name, "ave"], theirs["ave"][name], "measurement model")


@pytest.mark.parametrize("sample", ["simulated", "bfi"])
def test_htmt2_of_pairs(sample, lavaan, fits):
    ours = fits[sample].tidy()["htmt2"].to_numpy()
    theirs = np.array(
        [
            np.nan if value is None or value == "NaN" else value
            for value in lavaan[sample]["correlations"]["htmt2"]
        ],
        dtype=float,
    )
    assert_agrees(ours, theirs, "measurement model")


@pytest.mark.parametrize("sample", ["simulated", "bfi"])
def test_residuals_and_modification_indices(sample, lavaan, fits):
    ours, theirs = fits[sample], lavaan[sample]
    off = pd.DataFrame(theirs["residuals"])
    off = off[off["cor"].abs() >= 0.10]
    found = ours.residuals()
    named = {
        frozenset((a, b)): r for a, b, r in zip(off["row"], off["column"], off["cor"], strict=True)
    }
    assert {frozenset(pair) for pair in zip(found["lhs"], found["rhs"], strict=True)} == set(named)
    for lhs, rhs, value in zip(found["lhs"], found["rhs"], found["correlation"], strict=True):
        assert_agrees(value, named[frozenset((lhs, rhs))], "measurement model")
    expected = pd.DataFrame(theirs["modifications"]).sort_values("mi", ascending=False).head(10)
    largest = ours.modifications()
    assert_agrees(largest["mi"], expected["mi"], "measurement model")
    # the unstandardised change depends on how the factors are scaled
    assert_agrees(largest["sepc_all"], expected["sepc_all"], "measurement model")


def drawn(correlation, seed=1, n=600):
    """Items of two factors that correlate so much, and of a third that is apart."""
    rng = np.random.default_rng(seed)
    shape = [[1, correlation, 0.3], [correlation, 1, 0.3], [0.3, 0.3, 1]]
    factors = rng.multivariate_normal(np.zeros(3), shape, n)
    return pd.DataFrame(
        {
            f"{name}{i + 1}": 0.8 * factors[:, k] + 0.6 * rng.standard_normal(n)
            for k, name in enumerate("ABC")
            for i in range(3)
        }
    )


@pytest.mark.parametrize(
    ("correlation", "expected"), [(0.5, "no problem"), (0.82, "marginal"), (0.999, "severe")]
)
def test_factors_that_are_nearly_one_are_named(correlation, expected):
    model = model_of(dict.fromkeys("ABC", 3))
    found = fit_measurement(drawn(correlation), model, {"engine": "core", "estimator": "ML"})
    kinds = found.tidy().set_index("term")["distinctness"]
    assert kinds["A ~~ B"] == expected
    assert kinds["A ~~ C"] == kinds["B ~~ C"] == "no problem"
    assert len(found.indistinct) == (expected != "no problem")
    factors = found.factors().set_index("term")
    assert factors.loc["A", "closest"] == "B"
    meets = factors.loc["A", "largest_correlation"] ** 2 < factors.loc["A", "ave"]
    assert meets == (expected == "no problem")
    assert ("A and B" in str(found)) == (expected != "no problem")


def test_a_negative_correlation_near_one_is_as_close():
    table = drawn(0.999)
    table[["B1", "B2", "B3"]] *= -1
    model = model_of(dict.fromkeys("ABC", 3))
    found = fit_measurement(table, model, {"engine": "core", "estimator": "ML"})
    assert found.indistinct[0].distinctness == "severe"
    assert found.indistinct[0].estimate < 0


def test_items_of_two_factors_that_belong_together_are_a_residual():
    table = drawn(0.5)
    shared = np.random.default_rng(2).standard_normal(len(table))
    table["A1"] += 0.5 * shared
    table["C1"] += 0.5 * shared
    model = model_of(dict.fromkeys("ABC", 3))
    found = fit_measurement(table, model, {"engine": "core", "estimator": "ML"})
    first = found.modifications().iloc[0]
    assert (first["lhs"], first["op"], first["rhs"]) == ("A1", "~~", "C1")
    assert found.residuals()["term"].iloc[0] == "A1 ~~ C1"
