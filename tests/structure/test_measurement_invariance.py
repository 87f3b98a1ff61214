"""Questions that measure otherwise in some group: lavaan's numbers, and what is found of truth."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tolerances import assert_agrees

import coprod_stats.structure.measurement_invariance as ladder
import coprod_stats.structure.paths_in_groups as grouped
from coprod_stats.latent_models import fit_sem
from coprod_stats.structure import (
    DriverImpactModel,
    MeasuredFactor,
    StructuralPath,
    fit_driver_impact,
)
from coprod_stats.structure.driver_impact import options_of
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.measurement_invariance import (
    DifferingQuestion,
    MeasurementInvariance,
    compared_groups,
    fit_measurement_invariance,
)
from coprod_stats.structure.paths_in_groups import fit_paths_in_groups, paths_within_groups

ORACLES = Path(__file__).parents[1] / "oracles"
OPTIONS = {"engine": "core", "estimator": "MLR", "missing": "fiml"}


@pytest.fixture(scope="module")
def lavaan():
    return json.loads((ORACLES / "measurement_invariance.json").read_text())


def two_factors(predictor, outcome, items):
    factors = tuple(MeasuredFactor(name, items[name]) for name in (predictor, outcome))
    return DriverImpactModel(factors, (StructuralPath("H1", predictor, outcome),))


@pytest.fixture(scope="module")
def carers():
    table = pd.read_csv(ORACLES.parents[1] / "sample_data" / "carers.csv")
    table = table.where(table >= 0).dropna(subset=["CSEX"])
    negative = tuple(f"COP{i}" for i in range(2, 8))
    model = two_factors("NEG", "POS", {"NEG": negative, "POS": ("COP1", "COP8", "COP9")})
    return table.astype({"CSEX": int}).astype({"CSEX": str}), model


@pytest.fixture(scope="module")
def simulated():
    table = pd.read_csv(ORACLES / "data" / "m0_simulated.csv")
    number = np.arange(len(table)) + 1
    table["cluster"] = np.repeat(np.arange(80), 15)
    table["language"] = np.where(number % 2 == 0, "xx", "en")
    table["MV2"] = table["MV2"] + 0.3 * (number % 2 == 0)
    some = number % 4 == 0
    table.loc[some, "IV3"] = table.loc[some, "IV3"].to_numpy()[::-1]
    model = two_factors(
        "IV", "MV", {name: tuple(f"{name}{i}" for i in range(1, 5)) for name in ("IV", "MV")}
    )
    return table, model


def test_difference_tests_of_each_factor_agree_with_lavaan(lavaan, carers, simulated):
    for (table, model), options, group, sample in (
        (carers, OPTIONS, "CSEX", "carers"),
        (simulated, OPTIONS | {"cluster": "cluster"}, "language", "simulated"),
    ):
        found = fit_measurement_invariance(table, model, options, variable=group)
        for name, theirs in lavaan[sample]["ladder"].items():
            (ours,) = (entry for entry in found.factors if entry.factor == name)
            assert_agrees(
                [ours.chisq_loadings, ours.chisq_intercepts], theirs["chisq"], "measurement model"
            )
            assert [ours.df_loadings, ours.df_intercepts] == theirs["df"]
            assert_agrees([ours.p_loadings, ours.p_intercepts], theirs["p"], "measurement model")
            strongest = int(np.argmax(theirs["score"]))
            freed = [entry for entry in found.questions if entry.factor == name]
            if freed:
                assert freed[0].released == theirs["released"][strongest]
                size = theirs["score"][strongest] / theirs["scaling"]
                assert_agrees(freed[0].statistic, size, "measurement model")


def test_freed_parameters_are_those_that_differ(simulated):
    table, model = simulated
    options = OPTIONS | {"cluster": "cluster"}
    found = fit_measurement_invariance(table, model, options, variable="language")
    assert [(entry.item, entry.kind) for entry in found.questions] == [
        ("IV3", "loading"),
        ("MV2", "intercept"),
    ]
    assert [entry.released for entry in found.questions] == ["IV=~IV3", "MV2~1"]
    loading, intercept = found.questions
    assert loading.difference > 0.2
    assert intercept.difference == pytest.approx(0.3 / table["MV2"].std(), abs=0.1)
    assert found.notable == tuple(sorted(found.questions, key=lambda entry: -entry.statistic))
    assert found.largest == max(entry.statistic for entry in found.questions)
    assert "IV3" in str(found)
    assert found.glance().loc[0, "n_notable"] == 2
    assert found.tidy()["term"].tolist() == ["IV", "MV"]
    assert found.released()["item"].tolist() == ["IV3", "MV2"]


def test_paths_within_groups_agree_with_lavaan(lavaan, carers, simulated):
    for (table, model), options, group, sample, freed in (
        (
            carers,
            OPTIONS,
            "CSEX",
            "carers",
            [("NEG", "COP4", "loading"), ("NEG", "COP5", "intercept")],
        ),
        (
            simulated,
            OPTIONS | {"cluster": "cluster"},
            "language",
            "simulated",
            [("MV", "MV2", "intercept"), ("IV", "IV3", "loading")],
        ),
    ):
        theirs = lavaan[sample]["paths"]
        tested = fit_driver_impact(table, model, **options)
        questions = tuple(DifferingQuestion(*entry, 0.0, 0.0) for entry in freed)
        invariance = MeasurementInvariance(group, tuple(theirs["groups"]), (), questions)
        found = fit_paths_in_groups(table, tested, invariance)
        assert_agrees(found.fit.fit["chisq_scaled"], theirs["chisq"], "measurement model")
        assert found.fit.fit["df"] == theirs["df"]
        outcome, predictor = theirs["path"].split()
        estimate, std_error = found.path(predictor, outcome)
        assert_agrees(estimate, theirs["std_all"], "measurement model")
        assert_agrees(std_error, theirs["se"], "measurement model")
        (path,) = paths_within_groups(tested, found, {}, variable=group).paths
        assert (path.stated, path.rival) == (tested.paths[0].beta, estimate)


MODEL = two_factors("X", "Y", {name: tuple(f"{name}{i}" for i in range(1, 5)) for name in "XY"})


def drawn(seed, *, effect=0.0, shift=0.0, groups=2, n=900):
    """Two factors in groups, in the last of which three of the four questions are shifted."""
    rng = np.random.default_rng(seed)
    group = rng.integers(groups, size=n)
    factor = {"X": rng.standard_normal(n)}
    factor["Y"] = effect * factor["X"] + np.sqrt(1 - effect**2) * rng.standard_normal(n)
    table = {
        f"{name}{i}": 0.75 * factor[name]
        + np.sqrt(1 - 0.75**2) * rng.standard_normal(n)
        + shift * ((group == groups - 1) & (i < 4))
        for name in "XY"
        for i in range(1, 5)
    }
    return pd.DataFrame(table | {"language": [f"l{code}" for code in group]})


def within_languages(table):
    tested = fit_driver_impact(table, MODEL, **OPTIONS)
    invariance = fit_measurement_invariance(
        table, MODEL, options_of(tested.fit), variable="language"
    )
    fit = fit_paths_in_groups(table, tested, invariance)
    return tested, invariance, paths_within_groups(tested, fit, {}, variable="language")


def test_a_path_made_by_a_translation_is_not_found_within_languages():
    tested, invariance, within = within_languages(drawn(1, shift=1.0))
    (path,) = tested.paths
    assert path.beta > 3 * path.beta_std_error
    assert {question.item for question in invariance.notable} >= {"X4", "Y4"}
    (change,) = within.paths
    assert abs(change.rival) < 2 * change.rival_se
    assert not within.keeps("H1", "supported")


def test_a_true_path_is_found_within_languages_too():
    _, _, within = within_languages(drawn(2, effect=0.4, shift=1.0, groups=3))
    (change,) = within.paths
    assert change.rival == pytest.approx(0.4, abs=0.1)
    assert within.keeps("H1", "supported")


def test_groups_that_answer_alike_are_rarely_told_apart():
    found = [
        fit_measurement_invariance(drawn(seed), MODEL, OPTIONS, variable="language")
        for seed in range(10)
    ]
    assert sum(bool(each.questions) for each in found) <= 2
    clean = next(each for each in found if not each.questions)
    assert clean.notable == ()
    assert clean.largest == 0
    assert "no question" in str(clean)


def test_small_groups_are_left_out_and_one_group_is_none():
    table = drawn(3)
    table.loc[:50, "language"] = "rare"
    assert set(compared_groups(table, "language")["language"]) == {"l0", "l1"}
    with pytest.raises(StructureError, match="fewer than two groups have 100"):
        compared_groups(table.assign(language="one"), "language")


def test_groups_too_small_for_the_whole_model_are_omitted_from_the_paths():
    table = drawn(5, effect=0.4, groups=3)
    table.loc[table["language"] == "l2", "X1"] = np.nan
    tested = fit_driver_impact(table, MODEL, **OPTIONS)
    invariance = MeasurementInvariance("language", ("l0", "l1", "l2"), (), ())
    found = fit_paths_in_groups(table, tested, invariance)
    assert set(found.fit.group_labels) == {"l0", "l1"}
    assert found.shares.sum() == pytest.approx(1)
    table.loc[table["language"] == "l1", "X1"] = np.nan
    with pytest.raises(StructureError, match="fewer than two groups of language are large"):
        fit_paths_in_groups(table, tested, invariance)


def test_a_factor_of_three_items_is_compared_too():
    three = two_factors("X", "Y", {name: tuple(f"{name}{i}" for i in (1, 2, 3)) for name in "XY"})
    table = drawn(7)
    table.loc[table["language"] == "l1", "X1"] += 0.8
    found = fit_measurement_invariance(table, three, OPTIONS, variable="language")
    assert [question.item for question in found.questions] == ["X1"]
    assert [entry.df_intercepts for entry in found.factors] == [2, 2]


def test_a_group_that_was_not_asked_a_question_is_compared_by_the_others():
    table = drawn(7, groups=3, n=1500)
    asked = table.copy()
    table.loc[table["language"] == "l0", "X4"] = np.nan
    for one in (table, asked):
        one.loc[one["language"] == "l1", "X1"] += 0.8
    options = {**OPTIONS, "missing": "fiml"}
    found, whole = (
        fit_measurement_invariance(one, MODEL, options, variable="language")
        for one in (table, asked)
    )
    (question,) = found.questions
    assert question.released == "X1~1"
    assert question.difference == pytest.approx(0.8, abs=0.15)
    lost = [
        (
            of_whole.df_loadings - of_found.df_loadings,
            of_whole.df_intercepts - of_found.df_intercepts,
        )
        for of_found, of_whole in zip(found.factors, whole.factors, strict=True)
    ]
    assert lost == [(1, 1), (0, 0)]


def with_loading(table, item, group, loading):
    """The same questions with another loading of one of them in one group."""
    rng = np.random.default_rng(11)
    factor = table[[f"{item[0]}{i}" for i in range(1, 5) if f"{item[0]}{i}" != item]].mean(axis=1)
    own = loading * factor + 0.6 * rng.standard_normal(len(table))
    return table.assign(**{item: table[item].where(table["language"] != group, own)})


@pytest.mark.parametrize("item", ["X1", "X2", "X4"])
def test_any_item_of_a_factor_can_have_the_loading_that_differs(item):
    """The first item sets the scale of a factor, and would be held equal for that."""
    table = with_loading(drawn(8, effect=0.4, n=2000), item, "l1", 0.1)
    tested, invariance, within = within_languages(table)
    assert [entry.released for entry in invariance.questions] == [f"X=~{item}"]
    assert invariance.notable == invariance.questions
    assert within.paths[0].rival == pytest.approx(0.4, abs=0.1)
    fit = fit_paths_in_groups(table, tested, invariance).fit
    sizes = [
        [fit.parameter("X", "=~", f"X{i}", group=group).est for group in (1, 2)]
        for i in range(1, 5)
    ]
    differing = [f"X{i}" for i, (one, other) in enumerate(sizes, 1) if abs(one - other) > 1e-6]
    assert differing == [item]


def test_groups_that_vary_more_do_not_differ_by_that_alone():
    rng = np.random.default_rng(12)
    n = 40_000
    second = rng.integers(2, size=n)
    table = {}
    for name in "XY":
        factor = rng.standard_normal(n) * np.where(second, 2.5, 1.0)
        for i in range(1, 5):
            loading = np.where(second & (i == 2), 0.71, 0.75)
            table[f"{name}{i}"] = loading * factor + 0.66 * rng.standard_normal(n)
    found = fit_measurement_invariance(
        pd.DataFrame(table | {"language": np.where(second, "l1", "l0")}),
        MODEL,
        {"engine": "core", "estimator": "MLR", "missing": "listwise"},
        variable="language",
    )
    question = next(entry for entry in found.questions if entry.item == "X2")
    # .04 by deviations of 1.3 of the question and 1.75 of the factor; standardised, it is .18
    assert question.difference == pytest.approx(0.04 * 1.75 / 1.3, abs=0.02)
    assert not question.is_notable


def test_shares_of_groups_follow_the_weights_and_the_rows_of_the_fit():
    table = drawn(9, effect=0.4)
    table["weight"] = np.where(table["language"] == "l1", 3.0, 1.0)
    table.loc[np.flatnonzero(table["language"] == "l0")[:100], "X1"] = np.nan
    invariance = MeasurementInvariance("language", ("l0", "l1"), (), ())
    n_second = (table["language"] == "l1").sum()
    for missing, n_first in (("fiml", len(table) - n_second), ("listwise", 800 - n_second)):
        options = OPTIONS | {"missing": missing, "sampling_weights": "weight"}
        found = fit_paths_in_groups(table, fit_driver_impact(table, MODEL, **options), invariance)
        expected = 3 * n_second / (3 * n_second + n_first)
        shares = dict(zip(found.fit.group_labels, found.shares, strict=True))
        assert shares["l1"] == pytest.approx(expected)


def test_factors_of_two_items_are_not_compared():
    short = two_factors("X", "Y", {"X": ("X1", "X2"), "Y": ("Y1", "Y2")})
    with pytest.raises(StructureError, match="no factor has three items"):
        fit_measurement_invariance(drawn(6), short, OPTIONS, variable="language")


@pytest.mark.parametrize(
    ("kind", "difference", "notable"),
    [
        ("loading", 0.11, True),
        ("loading", 0.09, False),
        ("intercept", 0.21, True),
        ("intercept", 0.19, False),
    ],
)
def test_only_differences_that_matter_are_notable(kind, difference, notable):
    assert DifferingQuestion("X", "X1", kind, 20.0, difference).is_notable is notable


def test_what_does_not_converge_is_a_fault(monkeypatch):
    table = drawn(4, n=300)
    tested = fit_driver_impact(table, MODEL, **OPTIONS)
    invariance = fit_measurement_invariance(table, MODEL, OPTIONS, variable="language")

    def stopped(*given, **options):
        return replace(fit_sem(*given, **options), converged=False, proper=False)

    for module in (ladder, grouped):
        monkeypatch.setattr(module, "fit_sem", stopped)
    with pytest.raises(StructureError, match="of X in groups of language did not converge"):
        fit_measurement_invariance(table, MODEL, OPTIONS, variable="language")
    with pytest.raises(StructureError, match="model in groups of language did not converge"):
        fit_paths_in_groups(table, tested, invariance)
