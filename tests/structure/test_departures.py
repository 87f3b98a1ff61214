"""Drivers too alike, respondents selected by routing, don't-knows that depend on something."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tolerances import assert_agrees

from coprod_stats.structure import (
    DecisionRules,
    DriverImpactModel,
    MeasuredFactor,
    StructuralPath,
    fit_driver_impact,
)
from coprod_stats.structure.alternative_paths import AlternativePaths, alternative_paths
from coprod_stats.structure.collinearity import driver_collinearity, variance_inflation
from coprod_stats.structure.driver_impact import options_of
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.measurement_model import fit_measurement
from coprod_stats.structure.path_changes import PathChange
from coprod_stats.structure.selected_respondents import compare_asked
from coprod_stats.structure.unknown_answers import describe_unknown_answers

pytestmark = pytest.mark.any_python

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def oracle():
    path = ROOT / "tests" / "oracles" / "measurement_invariance.json"
    return json.loads(path.read_text())


@pytest.fixture(scope="module")
def carers():
    table = pd.read_csv(ROOT / "sample_data" / "carers.csv")
    return table.where(table >= 0).dropna(subset=["CSEX"])


def test_variance_inflation_is_rs_and_that_of_equal_correlations(oracle):
    correlation = np.array([[1, 0.7, 0.6], [0.7, 1, 0.5], [0.6, 0.5, 1]])
    assert_agrees(variance_inflation(correlation), oracle["inflation"], "closed form")
    equal = np.full((3, 3), 0.7) + 0.3 * np.eye(3)
    np.testing.assert_allclose(variance_inflation(equal), 1.7 / (0.3 * 2.4))
    np.testing.assert_allclose(variance_inflation(np.eye(4)), 1)


NAMES = ("A", "B", "C", "Y")
MODEL = DriverImpactModel(
    tuple(MeasuredFactor(name, tuple(f"{name}{i}" for i in (1, 2, 3))) for name in NAMES),
    tuple(StructuralPath(f"H{name}", name, "Y", "+") for name in "ABC"),
)


def answers(correlation, loading, *, n=600, seed=1):
    """Three drivers that correlate alike, and an impact that rests on all of them."""
    rng = np.random.default_rng(seed)
    drivers = rng.multivariate_normal(
        np.zeros(3), np.full((3, 3), correlation) + (1 - correlation) * np.eye(3), n
    )
    impact = drivers.sum(axis=1) * 0.2
    impact = impact + np.sqrt(1 - impact.var()) * rng.standard_normal(n)
    factors = dict(zip(NAMES, [*drivers.T, impact], strict=True))
    return pd.DataFrame(
        {
            f"{name}{i}": loading * factor + np.sqrt(1 - loading**2) * rng.standard_normal(n)
            for name, factor in factors.items()
            for i in (1, 2, 3)
        }
    )


def collinearity_of(table, bound=0.10):
    rules = DecisionRules(bound=bound)
    tested = fit_driver_impact(table, MODEL, engine="core", estimator="MLR", rules=rules)
    measured = fit_measurement(table, MODEL, options_of(tested.fit))
    return tested, driver_collinearity(tested, measured)


def test_drivers_that_are_much_alike_blur_their_paths_and_others_do_not():
    tested, alike = collinearity_of(answers(0.75, 0.6))
    assert {path.id for path in alike.blurred} == {"HA", "HB", "HC"}
    assert alike.largest > 2
    first = alike.paths[0]
    low, high = tested.paths[0].beta_conf_low_90, tested.paths[0].beta_conf_high_90
    assert first.half_width == pytest.approx((high - low) / 2)
    _, apart = collinearity_of(answers(0.2, 0.8))
    assert apart.blurred == ()
    assert apart.largest < 1.5
    assert apart.tidy()["term"].tolist() == ["HA", "HB", "HC"]
    assert apart.glance().loc[0, "n_blurred"] == 0
    assert "0 of 3 paths" in str(apart)


def test_neither_a_small_sample_nor_correlated_drivers_alone_blur():
    _, few = collinearity_of(answers(0.2, 0.8, n=150))
    assert min(path.half_width for path in few.paths) > 0.1
    assert few.blurred == ()
    _, wide = collinearity_of(answers(0.75, 0.6), bound=0.9)
    assert wide.blurred == ()


def test_correlations_that_are_none_have_no_inflation():
    table = answers(0.2, 0.8)
    for i in (1, 2, 3):
        table[f"B{i}"] = table[f"A{i}"] + 0.1 * table[f"B{i}"]
    tested = fit_driver_impact(table, MODEL, engine="core", estimator="MLR")
    measured = fit_measurement(table, MODEL, options_of(tested.fit))
    assert not measured.fit.proper
    with pytest.raises(StructureError, match="improper"):
        driver_collinearity(tested, measured)


def test_asked_and_others_are_compared_as_r_does(oracle, carers):
    asked = (carers["CSEX"] == 2).to_numpy()
    found = compare_asked(carers[["HOURS", "CAGE"]], asked, population="women")
    hours, theirs = found.differences[0], oracle["welch"]
    assert_agrees(hours.statistic, theirs["statistic"], "distribution")
    assert_agrees(hours.df, theirs["df"], "distribution")
    assert_agrees(hours.p_value, theirs["p"], "distribution")
    assert_agrees(hours.difference, theirs["d"], "closed form")
    assert (found.n_asked, found.n_others) == (asked.sum(), (~asked).sum())


def test_those_asked_are_unlike_only_where_the_difference_is_more_than_trivial():
    rng = np.random.default_rng(1)
    asked = rng.random(4000) < 0.7
    table = pd.DataFrame(rng.standard_normal((4000, 4)), columns=list("abcd"))
    same = compare_asked(table, asked, population="users")
    assert same.unlike == ()
    assert "nothing" in str(same)
    table["a"] += 0.5 * asked
    table["b"] += 0.12 * asked
    table["d"] = np.where(asked, table["d"], np.nan)
    found = compare_asked(table, asked, population="users")
    assert [entry.term for entry in found.differences] == ["a", "b", "c"]
    assert found.differences[1].p_adjusted < 0.05
    assert [entry.term for entry in found.unlike] == ["a"]
    assert found.largest == pytest.approx(0.5, abs=0.08)
    assert found.tidy()["population"].unique().tolist() == ["users"]
    assert found.glance().loc[0, "n_asked"] == asked.sum()
    with pytest.raises(StructureError, match="no variable is known"):
        compare_asked(table[["d"]], asked, population="users")
    with pytest.raises(StructureError, match="no variable is known"):
        compare_asked(table.assign(a=1.0)[["a"]], asked, population="users")


def unknown_by(chance, seed=1, n=3000):
    """Three questions of a scale that some do not answer with this probability."""
    rng = np.random.default_rng(seed)
    chances = np.broadcast_to(chance, n)
    return pd.DataFrame({f"A{i}": (rng.random(n) < chances).astype(float) for i in (1, 2, 3)})


def test_dependences_are_those_of_r(oracle, carers):
    unknown = pd.DataFrame({"A1": carers["HOURS"] / carers["HOURS"].max()})
    observed = pd.DataFrame({"CAGE": carers["CAGE"], "EDU": carers["EDU"].astype("category")})
    found = describe_unknown_answers(unknown, {"A": ["A1"]}, observed)
    by_name = {entry.variable: entry for entry in found.dependences}
    for name, theirs in (("CAGE", oracle["spearman"]), ("EDU", oracle["kruskal"])):
        assert_agrees(by_name[name].size, theirs["size"], "correlation")
        assert_agrees(by_name[name].p_value, theirs["p"], "distribution")


def test_dont_knows_that_go_with_something_are_told_from_those_that_do_not():
    rng = np.random.default_rng(2)
    other = rng.standard_normal(3000)
    kind = pd.Series(rng.integers(3, size=3000)).astype("category")
    observed = pd.DataFrame({"other": other, "noise": rng.standard_normal(3000), "kind": kind})
    chance = np.clip(0.1 - 0.08 * other, 0, 1) + 0.1 * (kind == 0)
    found = describe_unknown_answers(unknown_by(chance), {"A": ["A1", "A2", "A3"]}, observed)
    assert found.frequent == ("A",)
    assert {entry.variable for entry in found.dependent} == {"other", "kind"}
    assert next(e.size for e in found.dependent if e.variable == "other") < -0.2
    chance = np.full(3000, 0.1)
    random = describe_unknown_answers(unknown_by(chance), {"A": ["A1", "A2", "A3"]}, observed)
    assert random.frequent == ("A",)
    assert random.dependent == ()
    assert "0 of 3 dependences" in str(random)


def test_rare_dont_knows_are_counted_and_no_more():
    unknown = unknown_by(0.02)
    unknown["B1"] = np.nan  # nobody was asked
    scales = {"A": ["A1", "A2", "A3"], "B": ["B1"]}
    found = describe_unknown_answers(unknown, scales, pd.DataFrame({"x": np.arange(3000)}))
    assert found.shares == pytest.approx({"A": 0.02}, abs=0.005)
    assert (found.frequent, found.dependences) == ((), ())
    assert found.glance()["scale"].tolist() == ["A"]
    assert found.tidy().empty


def test_what_does_not_vary_has_no_dependence():
    unknown = unknown_by(0.2)
    observed = pd.DataFrame(
        {
            "one": np.ones(3000),
            "rare": pd.Series(["a"] * 2995 + ["b"] * 5).astype("category"),
        }
    )
    assert describe_unknown_answers(unknown, {"A": list(unknown)}, observed).dependences == ()
    everyone = describe_unknown_answers(
        unknown * 0 + 1, {"A": list(unknown)}, pd.DataFrame({"x": np.arange(3000.0)})
    )
    assert everyone.frequent == ("A",)
    assert everyone.dependences == ()


def alternative(stated, rival, se):
    rules = DecisionRules(bound=0.10, alpha=0.05)
    return AlternativePaths(
        "otherwise", (PathChange("H", "A", "Y", stated, rival, se),), np.inf, rules
    )


@pytest.mark.parametrize(
    ("conclusion", "stated", "rival", "se", "kept"),
    [
        ("supported", 0.3, 0.2, 0.05, True),
        ("supported", 0.3, 0.05, 0.05, False),
        ("supported", 0.3, -0.3, 0.05, False),
        ("opposite", -0.3, -0.2, 0.05, True),
        ("opposite", -0.3, -0.02, 0.05, False),
        ("equivalent", 0.01, 0.02, 0.02, True),
        ("equivalent", 0.01, 0.09, 0.02, False),
        ("supported-negligible", 0.05, 0.05, 0.01, True),
        ("supported-negligible", 0.05, 0.15, 0.01, False),
        ("supported-negligible", 0.05, 0.01, 0.01, False),
        ("inconclusive", 0.05, 0.9, 0.01, True),
    ],
)
def test_a_conclusion_is_kept_where_the_other_estimate_allows_it(
    conclusion, stated, rival, se, kept
):
    other = alternative(stated, rival, se)
    assert other.keeps("H", conclusion) is kept
    assert other.keeps("another path", conclusion)


def test_alternatives_name_the_path_that_changes_most():
    table = answers(0.2, 0.8)
    tested = fit_driver_impact(table, MODEL, engine="core", estimator="MLR")
    rng = np.random.default_rng(1)
    noise = table.assign(**{f"A{i}": rng.standard_normal(len(table)) for i in (1, 2)})
    other = fit_driver_impact(noise, MODEL, engine="core", estimator="ML")
    found = alternative_paths("with noise", tested, other)
    assert [path.rival for path in found.paths] == [path.beta for path in other.paths]
    assert found.largest.id == max(found.paths, key=lambda path: abs(path.change)).id
    assert str(found).startswith("with noise: ")
    assert found.glance().loc[0, "assumption"] == "with noise"
    assert len(found.tidy()) == 3
