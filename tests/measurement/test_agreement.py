import json
from pathlib import Path

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tolerances import assert_agrees

from coprod_stats.measurement import MeasurementDataError, icc, rwg
from coprod_stats.measurement.agreement_statistics import within_group_agreement
from coprod_stats.results import Result

ORACLES = Path(__file__).parents[1] / "oracles"
LEAD = [f"LEAD{number:02}" for number in range(1, 12)]


@pytest.fixture(scope="module")
def oracle() -> dict:
    return json.loads((ORACLES / "agreement_and_groups.json").read_text())


@pytest.fixture(scope="module")
def army() -> pd.DataFrame:
    answers = pd.read_csv(ORACLES / "data" / "lq2002_leadership.csv")
    return answers.assign(LEAD=answers[LEAD].mean(axis=1))


def first_ten(army: pd.DataFrame) -> pd.DataFrame:
    member = army.groupby("COMPID").cumcount()
    return army[member < 10].assign(member=member)


@pytest.mark.parametrize(("entry", "level"), [("icc", 0.95), ("icc_90", 0.90)])
def test_icc_of_unequal_units_agrees_with_aov(oracle, army, entry, level) -> None:
    expected = oracle[entry]
    found = icc(army, "LEAD", "COMPID", conf_level=level)
    row, whole = found.tidy().iloc[0], found.glance().iloc[0]
    assert_agrees([row["icc1"], row["icc2"]], list(expected["estimate"].values()), "closed form")
    assert_agrees(row["statistic"], expected["F"], "closed form")
    assert_agrees(row["p_value"], expected["p"], "distribution")
    for side in ("low", "high"):
        theirs = list(expected[side].values())
        assert_agrees([row[f"conf_{side}"], row[f"icc2_conf_{side}"]], theirs, "distribution")
    assert row["estimate"] == row["icc1"] == found.icc1
    assert (whole["n_obs"], whole["n_units"]) == (expected["n_obs"], expected["n_units"])
    assert_agrees(whole["unit_size"], expected["n0"], "closed form")
    assert_agrees(
        whole[["mean_square_between", "mean_square_within"]], expected["ms"], "closed form"
    )


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # of pandas, by pingouin
def test_icc_of_equal_units_agrees_with_psych_and_pingouin(oracle, army) -> None:
    expected, ten = oracle["psych"], first_ten(army)
    row = icc(ten, "LEAD", "COMPID").tidy().iloc[0]
    assert_agrees([row["icc1"], row["icc2"]], [expected["icc1"], expected["icc2"]], "closed form")
    assert_agrees(row[["conf_low", "icc2_conf_low"]], expected["low"], "distribution")
    assert_agrees(row[["conf_high", "icc2_conf_high"]], expected["high"], "distribution")
    assert_agrees(row["p_value"], expected["p"], "distribution")
    theirs = pingouin.intraclass_corr(ten, "COMPID", "member", "LEAD").set_index("Type")
    single, means = theirs.loc["ICC(1,1)"], theirs.loc["ICC(1,k)"]
    assert_agrees([row["icc1"], row["icc2"]], [single["ICC"], means["ICC"]], "closed form")
    assert_agrees(row["statistic"], single["F"], "closed form")


@pytest.mark.parametrize(("entry", "items"), [("rwg", LEAD), ("rwg_item", ["TSIG01"])])
def test_agreement_within_units_is_that_of_its_formula(oracle, army, entry, items) -> None:
    expected = oracle[entry]
    found = rwg(army, items, "COMPID", 5).tidy()
    assert found["term"].tolist() == expected["unit"]
    assert_agrees(found["rwg"], expected["rwg"], "closed form")
    assert_agrees(found["mean_variance"], expected["variance"], "closed form")
    assert found["beyond_chance"].any() == (entry == "rwg_item")
    assert (found["beyond_chance"] == (found["mean_variance"] > 2)).all()


def test_results_keep_the_contract(army) -> None:
    for found in (icc(army, "LEAD", "COMPID"), rwg(army, LEAD, "COMPID", 5)):
        assert isinstance(found, Result)
        assert len(found.glance()) == 1
        assert found.tidy()["estimate"].notna().all()
    assert str(icc(army, "LEAD", "COMPID")).splitlines() == [
        "term  icc1  conf_low  conf_high  icc2  statistic  p_value",
        "LEAD 0.089     0.056      0.142 0.801      5.019    0.000",
        "2,042 answers in 49 units",
    ]
    assert str(rwg(army, LEAD, "COMPID", 5)).splitlines()[:2] == [
        " term   rwg  n_obs  mean_variance",
        "    2 0.808     24          1.448",
    ]


def test_members_who_differ_more_than_strangers_have_a_negative_icc() -> None:
    unlike = pd.DataFrame({"unit": [1, 1, 2, 2], "value": [1, 5, 1.5, 4.5]})
    row = icc(unlike, "value", "unit").tidy().iloc[0]
    assert row["icc1"] == pytest.approx(-1)
    assert row["icc2"] == -np.inf
    alike = pd.DataFrame({"unit": [1, 1, 2, 2], "value": [1, 1, 5, 5]})
    row = icc(alike, "value", "unit").tidy().iloc[0]
    assert row[["icc1", "icc2", "conf_low", "conf_high"]].tolist() == [1, 1, 1, 1]


def test_agreement_is_one_without_differences_and_none_beyond_chance() -> None:
    answers = pd.DataFrame({"unit": list("aabbc"), "one": [4, 4, 1, 5, 3], "two": [2, 2, 5, 1, 3]})
    found = rwg(answers, ["one", "two"], "unit", 5)
    assert found.tidy()["rwg"].tolist() == [1, 0]
    assert found.tidy()["beyond_chance"].tolist() == [False, True]
    assert found.omitted_units == ("c",)
    whole = found.glance().iloc[0]
    assert (whole["n_beyond_chance"], whole["n_units_omitted"]) == (1, 1)


def test_rows_without_an_answer_or_a_unit_are_omitted_and_counted() -> None:
    answers = pd.DataFrame(
        {"unit": [1, 1, 2, 2, None, 2], "value": [1, 2, 4, 5, 3, None]}, dtype=object
    )
    found = icc(answers, "value", "unit")
    assert (found.n_obs, found.n_omitted) == (4, 2)
    assert found.icc1 == icc(answers.dropna().astype(float), "value", "unit").icc1
    assert rwg(answers, ["value"], "unit", 5).n_omitted == 2


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"unit": [1, 1, 1], "value": [1, 2, 3]},
            "of 'unit' needs two units, .*; answers: 3, units: 1",
        ),
        ({"unit": [1, 2, 3], "value": [1, 2, 3]}, "with two members; answers: 3, units: 3"),
        ({"unit": [1, 1, 2], "value": [2, 2, 2]}, "'value' does not vary"),
        ({"unit": [1, 1, 2], "other": [2, 2, 2]}, "no column 'value'; the data have: unit, other"),
        (
            {"unit": [1, 1, 2], "value": [2, "x", 2]},
            r"not numeric: value \(first value that is not a number: 'x'\)",
        ),
        ({"unit": [1, 1, 2], "value": [2, np.inf, 2]}, "infinite values: value"),
    ],
)
def test_data_that_carry_no_icc_are_refused(columns, message) -> None:
    with pytest.raises(MeasurementDataError, match=message):
        icc(pd.DataFrame(columns), "value", "unit")


@pytest.mark.parametrize(
    ("items", "n_options", "message"),
    [
        ([], 5, "at least one item"),
        (["one"], 1, "two options"),
        (["one"], 3, "answers span 4 points, too many for 3 options"),
        (["one", "one"], 5, "'one' is named twice"),
        (["alone"], 5, "no unit of 'unit' has two members"),
    ],
)
def test_data_that_carry_no_agreement_are_refused(items, n_options, message) -> None:
    answers = pd.DataFrame({"unit": [1, 1, 2], "one": [1, 5, 2], "alone": [1, None, 2]})
    with pytest.raises(MeasurementDataError, match=message):
        rwg(answers, items, "unit", n_options)


def test_a_column_that_the_data_have_twice_is_refused() -> None:
    doubled = pd.DataFrame([[1, 1, 2], [1, 2, 3]], columns=["unit", "value", "value"])
    with pytest.raises(MeasurementDataError, match="occur more than once: value"):
        icc(doubled, "value", "unit")


@given(st.floats(0, 4), st.integers(1, 12), st.integers(2, 11))
def test_agreement_lies_between_0_and_1(variance, n_items, n_options) -> None:
    found = within_group_agreement(np.array([variance]), n_items=n_items, n_options=n_options)
    assert 0 <= found[0] <= 1


@given(st.permutations(range(40)), st.floats(0.1, 100), st.floats(-100, 100))
def test_icc_ignores_order_unit_and_origin(order, scale, shift) -> None:
    rng = np.random.default_rng(5)
    answers = pd.DataFrame({"unit": np.repeat(range(8), 5), "value": rng.normal(size=40)})
    moved = answers.iloc[list(order)].assign(value=lambda rows: rows["value"] * scale + shift)
    assert icc(moved, "value", "unit").icc1 == pytest.approx(
        icc(answers, "value", "unit").icc1, abs=1e-7
    )


def test_icc_recovers_the_share_between_units() -> None:
    rng = np.random.default_rng(11)
    sizes = rng.integers(2, 30, 800)
    units = np.repeat(np.arange(800), sizes)
    values = rng.normal(0, 0.5, 800)[units] + rng.normal(0, np.sqrt(0.75), sizes.sum())
    found = icc(pd.DataFrame({"unit": units, "value": values}), "value", "unit")
    assert found.icc1 == pytest.approx(0.25, abs=0.03)
