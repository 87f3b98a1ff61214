"""Stated against unstated paths, and the evaluative factor: lavaan's numbers, truth and halo."""

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tolerances import assert_agrees

from coprod_stats.results import Result
from coprod_stats.structure import (
    DriverImpactModel,
    MeasuredFactor,
    StructuralPath,
    fit_driver_impact,
)
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.evaluative_factor import fit_evaluative_factor
from coprod_stats.structure.path_pattern import PathMean, fit_pattern, pattern_syntax
from coprod_stats.structure.pattern_weights import orientation, pattern_weights

pytestmark = pytest.mark.any_python

ORACLES = Path(__file__).parents[1] / "oracles"
STATED = {
    "QUA": ("DRREL", "DRACT", "DRINP"),
    "PRF": ("DRREL", "DRACT", "DRINP"),
    "ATT": ("DRREL", "DRSET", "DRTEC"),
    "SHR": ("DRREL", "DRSET", "DRTEC"),
    "KGN": ("DRREL", "DRFLO", "DRKNO"),
    "IV": ("DRREL", "DRFLO", "DRKNO"),
    "MV": ("DRREL", "DRFLO", "DRKNO"),
}
DRIVERS = ("DRREL", "DRACT", "DRINP", "DRSET", "DRTEC", "DRKNO", "DRFLO")


def model_of(stated, drivers, n_items=3, signs=None, more=()):
    names = (*drivers, *stated)
    factors = tuple(
        MeasuredFactor(name, tuple(f"{name}{i}" for i in range(1, n_items_of(name, n_items) + 1)))
        for name in names
    )
    paths = [
        StructuralPath(f"{a}-{b}", a, b, (signs or {}).get((a, b), "+"))
        for b, predictors in stated.items()
        for a in predictors
    ]
    return DriverImpactModel(factors, (*paths, *more))


def n_items_of(name, n_items):
    return 4 if name in ("IV", "MV") else n_items


@pytest.fixture(scope="module")
def lavaan():
    return json.loads((ORACLES / "driver_impact_pattern.json").read_text())


@pytest.fixture(scope="module")
def answers():
    data = pd.read_csv(ORACLES / "data" / "m0_simulated.csv")
    return data.assign(ATT2=6 - data["ATT2"], cluster=np.repeat(np.arange(80), 15))


@pytest.fixture(scope="module")
def tested(answers):
    return fit_driver_impact(
        answers, model_of(STATED, DRIVERS), engine="core", estimator="MLR", cluster="cluster"
    )


@pytest.fixture(scope="module")
def pattern(answers, tested):
    return fit_pattern(answers, tested)


def test_the_pattern_agrees_with_lavaan(pattern, lavaan):
    theirs = pd.DataFrame(lavaan["means"]).set_index("term")
    ours = pattern.tidy().set_index("term")
    assert list(ours.index) == list(theirs.index)
    assert_agrees(ours["estimate"], theirs["std_all"], "unpolished")
    assert_agrees(ours["std_error"], theirs["std_all_se"], "unpolished")
    plain = {row.lhs: row for row in pattern.fit.parameters if row.op == ":="}
    assert_agrees([plain[term].est for term in theirs.index], theirs["est"], "unpolished")
    assert_agrees([plain[term].se for term in theirs.index], theirs["se"], "unpolished")


def test_the_scaled_test_is_given_where_clusters_are_fewer_than_parameters(pattern, tested, lavaan):
    for fit, theirs in ((tested.fit, lavaan["stated"]), (pattern.fit, lavaan["all"])):
        assert fit.df == 79
        assert [warning.code for warning in fit.warnings] == ["SEM-202"]
        for name, value in theirs.items():
            ours = fit.fit[name.replace(".", "_")]
            assert_agrees(ours, value, "lavaan, as it stops")


def test_the_likelihood_ratio_is_scaled(pattern, tested, lavaan):
    assert_agrees(pattern.ratio.chisq, lavaan["difference"]["chisq"], "difference test")
    assert pattern.ratio.df == lavaan["difference"]["df"] == 28
    assert_agrees(
        pattern.ratio.p_value, lavaan["difference"]["p_value"], "p value of a difference test"
    )
    plain = tested.fit.fit["chisq"] - pattern.fit.fit["chisq"]
    assert abs(pattern.ratio.chisq - plain) > 0.1


def test_the_evaluative_factor_agrees_with_lavaan(answers, tested, lavaan):
    found, theirs = fit_evaluative_factor(answers, tested), lavaan["evaluation"]
    assert_agrees(found.variance, theirs["variance"], "unpolished")
    assert_agrees(found.std_error, theirs["se"], "unpolished")
    assert_agrees(found.aic_difference, lavaan["stated"]["aic"] - theirs["aic"], "unpolished")
    by_pair = {(change.predictor, change.outcome): change for change in found.changes}
    pairs = list(zip(theirs["predictor"], theirs["outcome"], strict=True))
    assert_agrees([by_pair[p].rival for p in pairs], theirs["std_all"], "unpolished")
    assert_agrees([by_pair[p].rival_se for p in pairs], theirs["std_all_se"], "unpolished")


def test_means_are_those_of_the_cells(pattern):
    table = pattern.paths()
    stated = table["std_all"][table["stated"]].mean()
    unstated = table["std_all"][~table["stated"]].mean()
    assert pattern.mean_stated.estimate == pytest.approx(stated, abs=1e-12)
    assert pattern.mean_unstated.estimate == pytest.approx(unstated, abs=1e-12)
    assert pattern.contrast.estimate == pytest.approx(stated - unstated, abs=1e-12)
    assert (pattern.n_stated, pattern.n_unstated) == (21, 28)
    assert isinstance(pattern, Result)
    assert pattern.glance().loc[0, "contrast"] == pattern.contrast.estimate


SMALL = {"Y": ("A",), "Z": ("B",)}


def small(halo=0.0, paths=0.0, *, uneven=0.0, n=1_000, seed=3):
    """Draw two drivers and two impacts: a halo on all items, paths A to Y and B to Z."""
    rng = np.random.default_rng(seed)
    factor = {name: rng.standard_normal(n) for name in "AB"}
    factor["Y"] = paths * factor["A"] + np.sqrt(1 - paths**2) * rng.standard_normal(n)
    factor["Z"] = paths * factor["B"] + np.sqrt(1 - paths**2) * rng.standard_normal(n)
    evaluation = rng.standard_normal(n)
    weight = {"A": halo + uneven, "B": halo, "Y": halo + uneven, "Z": halo}
    return pd.DataFrame(
        {
            f"{name}{i}": 0.7 * factor[name]
            + weight[name] * evaluation
            + np.sqrt(0.51) * rng.standard_normal(n)
            for name in "ABYZ"
            for i in (1, 2, 3)
        }
    )


def fitted(data, stated=SMALL, **options):
    return fit_driver_impact(
        data, model_of(stated, ("A", "B"), **options), engine="core", estimator="MLR"
    )


def found(data, stated=SMALL, **options):
    return fit_pattern(data, fitted(data, stated, **options))


def test_a_true_pattern_is_present():
    pattern = found(small(paths=0.4))
    assert pattern.conclusion == "present"
    assert pattern.contrast.estimate == pytest.approx(0.4, abs=0.1)
    assert not pattern.mean_unstated.above_zero
    assert pattern.ratio.p_value > 0.01


def test_a_halo_alone_is_no_pattern_though_every_path_is_significant():
    data = small(halo=0.5)
    tested = fitted(data)
    assert [path.conclusion for path in tested.paths] == ["supported", "supported"]
    pattern = fit_pattern(data, tested)
    assert pattern.conclusion == "general-evaluation"
    assert abs(pattern.contrast.statistic) < 2
    assert pattern.mean_unstated.above_zero
    assert pattern.ratio.p_value < 0.001


def test_where_nothing_is_related_nothing_is_shown():
    pattern = found(small())
    assert pattern.conclusion == "undetermined"
    assert not pattern.mean_unstated.above_zero


def test_an_uneven_halo_passes_for_a_pattern_by_the_means_alone():
    # drivers A and B with impacts Y and Z; A and Y are evaluated more strongly, and A is stated
    # for both impacts
    data = small(halo=0.35, uneven=0.45)
    pattern = found(data, {"Y": ("A", "B"), "Z": ("A",)})
    assert pattern.contrast.above_zero
    assert pattern.mean_unstated.above_zero
    assert not pattern.within.above_zero
    assert pattern.conclusion == "uneven"
    true = found(small(paths=0.4))
    assert true.within.above_zero


def mean(low, high):
    return PathMean("mean", (low + high) / 2, 0.01, 1.0, math.inf, 0.5, low, high)


@pytest.mark.parametrize(
    ("contrast", "stated", "unstated", "within", "conclusion"),
    [
        ((0.01, 0.2), (0.1, 0.3), (-0.1, 0.1), (0.01, 0.2), "present"),
        ((0.01, 0.2), (0.1, 0.3), (0.01, 0.1), (0.01, 0.2), "present"),
        ((0.01, 0.2), (0.1, 0.3), (0.01, 0.1), None, "present"),
        ((0.01, 0.2), (0.1, 0.3), (0.01, 0.1), (-0.1, 0.2), "uneven"),
        ((0.01, 0.2), (0.1, 0.3), (-0.1, 0.1), (-0.1, 0.2), "uneven"),
        ((-0.1, 0.2), (0.1, 0.3), (0.01, 0.1), (0.01, 0.2), "general-evaluation"),
        ((-0.3, -0.2), (-0.2, 0.1), (0.01, 0.1), (-0.3, 0.2), "general-evaluation"),
        ((-0.1, 0.2), (0.1, 0.3), (-0.1, 0.1), (0.01, 0.2), "undetermined"),
        ((0.0, 0.2), (0.1, 0.3), (-0.1, 0.1), (0.01, 0.2), "undetermined"),
        ((0.01, 0.2), (-0.1, 0.1), (-0.3, -0.1), (0.01, 0.2), "undetermined"),
    ],
)
def test_the_conclusion_follows_from_four_intervals(
    pattern, contrast, stated, unstated, within, conclusion
):
    changed = dataclasses.replace(
        pattern,
        contrast=mean(*contrast),
        mean_stated=mean(*stated),
        mean_unstated=mean(*unstated),
        within=within and mean(*within),
    )
    assert changed.conclusion == conclusion
    assert changed.is_present == (conclusion == "present")


def test_an_evaluative_factor_takes_the_paths_of_a_halo_and_leaves_true_ones():
    halo = small(halo=0.5)
    taken = fit_evaluative_factor(halo, fitted(halo))
    assert taken.share == pytest.approx(0.25 / 1.25, abs=0.05)
    assert taken.mean_without > 0.2
    assert abs(taken.mean_with_factor) < 0.1
    assert taken.aic_difference > 10
    true = small(paths=0.4)
    left = fit_evaluative_factor(true, fitted(true))
    assert left.share < 0.03
    assert left.mean_with_factor > 0.35


def test_expected_signs_turn_the_paths():
    signs = {("A", "Y"): "-", ("B", "Z"): "-"}
    weights = pattern_weights(model_of(SMALL, ("A", "B"), signs=signs))
    assert weights["mean_stated"]["A", "Y"] == -0.5
    turned = small(paths=0.4)
    for item in ("Y1", "Y2", "Y3", "Z1", "Z2", "Z3"):
        turned[item] = -turned[item]
    pattern, plain = found(turned, signs=signs), found(small(paths=0.4))
    assert pattern.contrast.estimate == pytest.approx(plain.contrast.estimate, abs=1e-6)
    directions = orientation(model_of(SMALL, ("A", "B"), signs=signs))
    assert directions == {"A": 1, "B": 1, "Y": -1, "Z": -1}


def test_signs_that_contradict_each_other_have_no_direction():
    stated = {"Y": ("A", "B"), "Z": ("A", "B"), "X": ("A",)}
    signs = {("B", "Z"): "-"}
    with pytest.raises(StructureError, match="contradict each other"):
        pattern_syntax(model_of(stated, ("A", "B"), signs=signs))
    signs = {("B", "Z"): "two-sided"}
    assert "contrast :=" in pattern_syntax(model_of(stated, ("A", "B"), signs=signs))


@pytest.mark.parametrize("stated", [{"Y": ("A", "B"), "Z": ("A", "B")}])
def test_without_unstated_paths_there_is_no_pattern(stated):
    model = model_of(stated, ("A", "B"))
    with pytest.raises(StructureError, match="is unstated"):
        pattern_syntax(model)
    data = small(paths=0.4)
    with pytest.raises(StructureError, match="nothing identifies"):
        fit_evaluative_factor(data, fitted(data, stated))


def test_paths_among_impacts_are_kept_but_are_not_part_of_the_pattern():
    more = (StructuralPath("Y-Z", "Y", "Z", "+"),)
    model = model_of(SMALL, ("A", "B"), more=more)
    assert model.stated_pairs == (("A", "Y"), ("B", "Z"))
    assert model.unstated_pairs == (("B", "Y"), ("A", "Z"))
    equation = next(line for line in pattern_syntax(model).splitlines() if line.startswith("Z ~"))
    assert "Y" in equation
    assert ("Y", "Z") not in pattern_weights(model)["contrast"]


def test_what_is_stated_may_follow_from_the_impact_alone():
    more = (StructuralPath("Y-Z", "Y", "Z", "+"),)
    model = model_of({"Y": ("A", "B"), "Z": ()}, ("A", "B"), more=more)
    weights = pattern_weights(model)
    assert "contrast_within" not in weights
    assert weights["contrast"] == {
        ("A", "Y"): 0.5,
        ("B", "Y"): 0.5,
        ("A", "Z"): -0.5,
        ("B", "Z"): -0.5,
    }
    assert "contrast_within" in pattern_weights(model_of(SMALL, ("A", "B")))


@pytest.mark.parametrize(
    "options",
    [
        {"estimator": "ML", "engine": "semopy"},
        {"estimator": "WLSMV", "ordered": "all", "engine": "core"},
        {"estimator": "WLSMV", "ordered": "all", "engine": "core", "cluster": "town"},
    ],
)
def test_a_halo_is_recognised_by_every_method(options):
    data = small(halo=0.5).apply(lambda column: np.digitize(column, (-1.2, -0.4, 0.4, 1.2)) + 1)
    data["town"] = np.repeat(np.arange(20), 50)
    tested = fit_driver_impact(data, model_of(SMALL, ("A", "B")), **options)
    assert all(path.p_adjusted < 0.001 for path in tested.paths)
    pattern = fit_pattern(data, tested)
    assert pattern.conclusion == "general-evaluation"
    assert pattern.ratio.p_value < 0.001
    assert abs(fit_evaluative_factor(data, tested).mean_with_factor) < 0.1
