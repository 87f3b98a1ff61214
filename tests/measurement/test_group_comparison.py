import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from tolerances import assert_agrees

from coprod_stats.measurement import MeasurementDataError, compare_groups, partial_correlation
from coprod_stats.measurement.group_effect_sizes import (
    eta_squared,
    explained_variance_interval,
    hedges_g_interval,
    omega_squared,
    small_sample_correction,
)
from coprod_stats.results import TIDY_COLUMNS, Result

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def oracle() -> dict:
    return json.loads((ROOT / "tests/oracles/agreement_and_groups.json").read_text())


@pytest.mark.parametrize(
    ("entry", "value", "group", "level"),
    [
        ("two", "NEGC7", "CSEX", 0.95),
        ("three", "NEGC7", "EDU", 0.95),
        ("relation", "HOURS", "DEP", 0.90),
    ],
)
def test_comparisons_agree_with_r(oracle, answers, entry, value, group, level) -> None:
    expected = oracle[entry]
    found = compare_groups(answers, value, group, conf_level=level)
    whole = found.glance().iloc[0]
    assert_agrees(whole["statistic"], expected["welch"]["F"], "closed form")
    assert_agrees(whole[["df", "df_residual"]], expected["welch"]["df"], "closed form")
    assert_agrees(whole["p_value"], expected["welch"]["p"], "distribution")
    assert_agrees(whole["eta_squared"], expected["eta"], "closed form")
    assert_agrees(whole["omega_squared"], expected["omega"], "closed form")
    limits = whole[["explained_conf_low", "explained_conf_high"]]
    assert_agrees(limits, expected["explained"], "noncentral")
    pairs = found.tidy()
    assert len(pairs) == len(expected["pairs"])
    for (_, row), theirs in zip(pairs.iterrows(), expected["pairs"], strict=True):
        assert_agrees(row["estimate"], theirs["diff"], "closed form")
        assert_agrees(row["std_error"], theirs["se"], "closed form")
        assert_agrees(row["statistic"], theirs["t"], "closed form")
        assert_agrees(row["df"], theirs["df"], "closed form")
        assert_agrees(row["p_value"], theirs["p"], "studentized range")
        assert_agrees(row[["conf_low", "conf_high"]], theirs["interval"], "studentized range")
        assert_agrees(row["hedges_g"], theirs["g"], "closed form")
        assert_agrees(row[["g_conf_low", "g_conf_high"]], theirs["g_interval"], "noncentral")
    if entry == "two":
        assert_agrees(pairs["p_value"], expected["pairs"][0]["p_welch"], "studentized range")
        interval = pairs[["conf_low", "conf_high"]].iloc[0]
        assert_agrees(interval, expected["pairs"][0]["welch_interval"], "studentized range")


def test_partial_correlation_agrees_with_psych(oracle, answers) -> None:
    expected = oracle["partial"]
    found = partial_correlation(answers, "NEGC7", "QUOL5", ["CAGE", "DEP"])
    row = found.tidy().iloc[0]
    assert found.n_obs == expected["n"]
    assert_agrees(row["estimate"], expected["r"], "closed form")
    assert_agrees(row["statistic"], expected["t"], "closed form")
    assert row["df"] == expected["n"] - 4
    assert_agrees(row[["conf_low", "conf_high"]], expected["interval"], "closed form")
    assert_agrees(row["p_value"], 2 * stats.t.sf(abs(expected["t"]), row["df"]), "distribution")


def test_a_partial_correlation_is_that_of_residuals(answers) -> None:
    rows = answers[["NEGC7", "QUOL5", "CAGE", "DEP"]].dropna()
    others = np.column_stack([np.ones(len(rows)), rows[["CAGE", "DEP"]]])
    both = rows[["NEGC7", "QUOL5"]].to_numpy()
    residuals = both - others @ np.linalg.lstsq(others, both, rcond=None)[0]
    found = partial_correlation(answers, "NEGC7", "QUOL5", ["CAGE", "DEP"])
    assert found.r == pytest.approx(np.corrcoef(residuals.T)[0, 1], abs=1e-12)
    assert found.r != pytest.approx(rows["NEGC7"].corr(rows["QUOL5"]), abs=1e-3)


def test_results_keep_the_contract(answers) -> None:
    groups = compare_groups(answers, "NEGC7", "CSEX")
    partial = partial_correlation(answers, "NEGC7", "QUOL5", ["CAGE"])
    for found in (groups, partial):
        assert isinstance(found, Result)
        assert len(found.glance()) == 1
    columns = groups.tidy().columns
    assert tuple(columns[: len(TIDY_COLUMNS)]) == TIDY_COLUMNS
    assert groups.tidy()["term"].tolist() == ["1 - 2"]
    assert partial.glance().iloc[0]["n_omitted"] == len(answers) - partial.n_obs
    assert str(groups).splitlines() == [
        " term  estimate  conf_low  conf_high  p_value  hedges_g",
        "1 - 2    -0.575    -1.177      0.028    0.061    -0.149",
        "Welch's test of equal means: F(1, 347.62) = 3.522, p = 0.0614, omega squared 0.003",
    ]
    assert str(partial_correlation(answers, "NEGC7", "QUOL5", ["CAGE", "DEP"])) == (
        "NEGC7 ~~ QUOL5, controlling for CAGE, DEP: -0.439 [-0.491, -0.385], p = 0.0000, n = 886"
    )


def test_means_of_groups_have_intervals_of_their_own() -> None:
    data = pd.DataFrame({"g": list("aaabbb"), "y": [1, 2, 3, 4, 6, 8]})
    found = compare_groups(data, "y", "g").means().set_index("term")
    assert found.loc["a", ["estimate", "sd", "n_obs"]].tolist() == [2, 1, 3]
    low, high = stats.t.interval(0.95, 2, loc=2, scale=1 / np.sqrt(3))
    assert found.loc["a", ["conf_low", "conf_high"]].tolist() == pytest.approx([low, high])


def test_effect_sizes_are_shares_of_the_sums_of_squares() -> None:
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"g": np.repeat(list("abc"), 9), "y": rng.normal(size=27)})
    data["y"] += data["g"].map({"a": 0, "b": 0.5, "c": 2})
    means = data.groupby("g")["y"].transform("mean")
    total = ((data["y"] - data["y"].mean()) ** 2).sum()
    within = ((data["y"] - means) ** 2).sum()
    whole = compare_groups(data, "y", "g").glance().iloc[0]
    assert whole["eta_squared"] == pytest.approx((total - within) / total)
    mean_square = within / 24
    expected = (total - within - 2 * mean_square) / (total + mean_square)
    assert whole["omega_squared"] == pytest.approx(expected)


def test_omega_squared_may_be_negative_where_eta_squared_cannot() -> None:
    assert omega_squared(0.5, 2, 60) < 0 < eta_squared(0.5, 2, 60)
    assert omega_squared(1.0, 2, 60) == 0
    assert explained_variance_interval(0.001, 2, 60, 0.95)[0] == 0


@given(st.floats(-3, 3), st.integers(2, 200), st.integers(2, 200))
def test_an_interval_of_g_holds_its_limits(d, n_1, n_2) -> None:
    low, high = hedges_g_interval(d, n_1, n_2, 0.95)
    root, df = np.sqrt(n_1 * n_2 / (n_1 + n_2)), n_1 + n_2 - 2
    factor = small_sample_correction(df)
    for limit, share in ((low, 0.975), (high, 0.025)):
        reached = stats.nct.cdf(d * root, df, limit / factor * root)
        assert reached == pytest.approx(share, abs=1e-6)


@pytest.mark.parametrize(("f_ratio", "between", "within"), [(4.0, 2, 60), (50.0, 1, 900)])
def test_an_interval_of_explained_variance_holds_its_limits(f_ratio, between, within) -> None:
    n_obs = between + within + 1
    for limit, share in zip(
        explained_variance_interval(f_ratio, between, within, 0.90), (0.95, 0.05), strict=True
    ):
        noncentrality = n_obs * limit / (1 - limit)
        reached = stats.ncf.cdf(f_ratio, between, within, noncentrality)
        assert reached == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize("n_obs", [10, 1000])
def test_limits_that_cannot_be_computed_are_missing(n_obs) -> None:
    noise = np.random.default_rng(1).normal(size=(2, n_obs))
    data = pd.DataFrame({"y": np.append(*noise), "g": np.repeat([1, 2], n_obs)})
    near = compare_groups(data.assign(y=data["y"] + 3 * data["g"]), "y", "g")
    assert near.glance()[["explained_conf_low", "explained_conf_high"]].notna().all(axis=None)
    far = compare_groups(data.assign(y=data["y"] + 1e6 * data["g"]), "y", "g")
    assert far.glance()[["explained_conf_low", "explained_conf_high"]].isna().all(axis=None)
    assert far.glance()["omega_squared"].item() == pytest.approx(1)
    assert "1 - 2" in str(far)


@pytest.mark.parametrize("df", [4, 10, 5000])
def test_the_small_sample_correction_is_near_its_approximation(df) -> None:
    assert small_sample_correction(df) == pytest.approx(1 - 3 / (4 * df - 1), rel=3e-3)


def test_the_small_sample_correction_of_two_degrees_of_freedom() -> None:
    assert small_sample_correction(2) == pytest.approx(1 / np.sqrt(np.pi))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"g": [1, 1, 1], "y": [1, 2, 3]}, "two groups are needed; those of 'g' with values: 1"),
        ({"g": [1, 1, 2, 2, 3], "y": [1, 2, 3, 3, 4]}, "in 'g': 2, 3; omit or combine them"),
        ({"h": [1], "y": [1]}, "no column 'g'"),
    ],
)
def test_groups_that_cannot_be_compared_are_refused(columns, message) -> None:
    with pytest.raises(MeasurementDataError, match=message):
        compare_groups(pd.DataFrame(columns), "y", "g")


@pytest.mark.parametrize(
    ("covariates", "message"),
    [
        ([], "at least one variable"),
        (["flat"], "constant or a linear function"),
        (["twice"], "constant or a linear function"),
        (["x"], "'x' is named twice"),
        (["rare"], "2 complete rows of x, y, rare; too few"),
    ],
)
def test_partial_correlations_that_are_not_determined_are_refused(covariates, message) -> None:
    rng = np.random.default_rng(1)
    data = pd.DataFrame(rng.normal(size=(20, 2)), columns=["x", "y"])
    data = data.assign(flat=1.0, twice=2 * data["x"] + 1, rare=[1, 2] + 18 * [None])
    with pytest.raises(MeasurementDataError, match=message):
        partial_correlation(data, "x", "y", covariates)
