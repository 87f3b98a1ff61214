import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tolerances import assert_agrees

import coprod_stats as cp
from coprod_stats.results import CaseResult
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.necessity_result import effect_magnitude

ORACLES = Path(__file__).parents[1] / "oracles"
CORNERS = ("upper-left", "upper-right", "lower-left", "lower-right")

# Countries on which ceilings and scope of the 28 in Dul (2016) depend: Hofstede's individualism,
# risk taking (reversed uncertainty avoidance), innovation performance (Gans & Stern)
COUNTRIES = pd.DataFrame(
    [
        ("Belgium", 75, 41, 75.1),
        ("Denmark", 74, 112, 116.3),
        ("Finland", 63, 76, 173.1),
        ("Greece", 35, 23, 12.0),
        ("Japan", 46, 43, 171.6),
        ("Mexico", 30, 53, 1.2),
        ("South Korea", 18, 50, 42.3),
        ("Sweden", 71, 106, 184.9),
        ("USA", 91, 89, 214.4),
    ],
    columns=["country", "individualism", "risk_taking", "innovation"],
).set_index("country")

# Buyer-supplier relationships on which ceilings and scope of the 48 in Table 2 of Van der Valk,
# Sumo, Dul and Schroeder (2016) depend, as the R package NCA has them (nca.example2)
RELATIONSHIPS = pd.DataFrame(
    [
        (3.57, 2.71, 2.43, 3.0),
        (1.0, 2.43, 3.29, 3.5),
        (3.43, 1.86, 3.86, 4.5),
        (5.0, 5.43, 5.0, 5.0),
        (4.14, 3.71, 5.0, 5.0),
        (3.71, 3.0, 3.43, 4.0),
        (3.29, 5.71, 4.43, 4.5),
        (4.0, 4.0, 4.57, 5.0),
        (3.86, 4.29, 3.71, 4.0),
        (5.0, 4.86, 4.95, 5.0),
    ],
    columns=["innovation", "contractual_detail", "goodwill_trust", "competence_trust"],
)


@pytest.fixture(scope="module")
def democracy():
    return pd.read_csv(ORACLES / "lavaan" / "data" / "pd.csv")


@pytest.fixture(scope="module")
def oracle():
    return json.loads((ORACLES / "necessary_conditions.json").read_text())


@pytest.fixture(scope="module")
def likert(democracy):
    return pd.DataFrame(
        {
            "x": (democracy["y5"] / 2).round().clip(1, 5),
            "y": (democracy["y1"] / 2).round().clip(1, 5),
        }
    )


def necessary(rng, n_obs=300):
    """Return cases whose outcome never exceeds .2 + 1.2 times the condition, and often nearly."""
    x = rng.random(n_obs)
    return pd.DataFrame({"x": x, "y": rng.beta(2, 1, n_obs) * np.minimum(1, 0.2 + 1.2 * x)})


@pytest.mark.parametrize(
    ("condition", "ceiling", "d", "zone", "rest"),
    [
        ("individualism", "ce-fdh", 0.416, 6466.8, (math.nan, math.nan, 0.0, 19.278, 100.0)),
        ("individualism", "cr-fdh", 0.307, 4772.541, (2.230, 28.353, 10.383, 31.565, 73.801)),
        ("risk_taking", "ce-fdh", 0.309, 5871.1, (math.nan, math.nan, 25.843, 5.066, 100.0)),
        ("risk_taking", "cr-fdh", 0.282, 5348.968, (2.642, -14.478, 28.500, 21.147, 91.107)),
    ],
)
def test_the_countries_of_dul_2016(condition, ceiling, d, zone, rest):
    result = cp.nca(COUNTRIES, condition, "innovation", ceiling=ceiling, permutations=0)
    assert result.effect_size == pytest.approx(d, abs=5e-4)
    assert result.ceiling_zone == pytest.approx(zone, abs=5e-4)
    found = (
        result.slope,
        result.intercept,
        result.condition_inefficiency,
        result.outcome_inefficiency,
        result.fit,
    )
    assert found == pytest.approx(rest, abs=5e-4, nan_ok=True)


@pytest.mark.parametrize(
    ("condition", "ceiling", "needed"),
    [
        ("individualism", "ce-fdh", ["NN"] * 2 + [38.4] * 6 + [61.6, 100.0, 100.0]),
        ("individualism", "cr-fdh", ["NN"] * 4 + [11.0, 24.1, 37.2, 50.3, 63.4, 76.5, 89.6]),
        ("risk_taking", "ce-fdh", ["NN"] + [20.2] * 3 + [22.5] * 4 + [59.6, 74.2, 74.2]),
        ("risk_taking", "cr-fdh", ["NN"] * 3 + [8.0, 17.1, 26.2, 35.2, 44.3, 53.4, 62.4, 71.5]),
    ],
)
def test_the_bottleneck_table_of_dul_2016(condition, ceiling, needed):
    result = cp.nca(COUNTRIES, condition, "innovation", ceiling=ceiling, permutations=0)
    table = result.bottleneck()
    assert table["outcome_percentage"].tolist() == pytest.approx(list(range(0, 101, 10)))
    found = (
        table["condition_percentage"]
        .round(1)
        .where(table["necessity"] == "necessary", table["necessity"])
    )
    assert found.tolist() == needed


@pytest.mark.parametrize(
    ("condition", "ceiling", "d", "line", "needed"),
    [
        ("contractual_detail", "ce-fdh", 0.23727922, None, ["NN", 48.1, 77.9, 77.9, 77.9]),
        (
            "contractual_detail",
            "cr-fdh",
            0.18786190,
            (0.54410042, 2.21364385),
            [8.3, 27.4, 46.5, 65.6, 84.7],
        ),
        ("goodwill_trust", "ce-fdh", 0.30657588, None, ["NN", 49.8, 98.1, 98.1, 98.1]),
        (
            "goodwill_trust",
            "cr-fdh",
            0.25514640,
            (0.47170502, 2.22703025),
            [2.2, 35.2, 68.2, "NA", "NA"],
        ),
        ("competence_trust", "ce-fdh", 0.32125, None, ["NN", 50.0, 100.0, 100.0, 100.0]),
        (
            "competence_trust",
            "cr-fdh",
            0.20772727,
            (0.75363636, 1.1545455),
            ["NN", 25.5, 52.1, 78.6, "NA"],
        ),
    ],
)
def test_the_relationships_of_van_der_valk_2016(condition, ceiling, d, line, needed):
    result = cp.nca(RELATIONSHIPS, condition, "innovation", ceiling=ceiling, permutations=0)
    assert result.effect_size == pytest.approx(d, abs=5e-9)
    if line is not None:
        assert (result.slope, result.intercept) == pytest.approx(line, abs=5e-8)
    table = result.bottleneck()
    needs = table["necessity"] == "necessary"
    found = table["condition_percentage"].round(1).where(needs, table["necessity"])
    assert found.tolist() == ["NN"] * 6 + needed


@pytest.mark.parametrize("sample", ["observed", "theoretical", "likert"])
def test_every_ceiling_and_corner_agrees_with_r(sample, democracy, likert, oracle):
    data, x, y = (likert, "x", "y") if sample == "likert" else (democracy, "x3", "y1")
    assert len(oracle[sample]) == 8
    for expected in oracle[sample]:
        ranges = {}
        if sample != "observed":
            ranges = {name: tuple(expected[name]) for name in ("x_range", "y_range")}
        result = cp.nca(
            data,
            x,
            y,
            ceiling=expected["ceiling"],
            corner=expected["corner"],
            permutations=0,
            **ranges,
        )
        row = result.glance().iloc[0]
        for name in (
            "ceiling_zone",
            "effect_size",
            "n_peers",
            "accuracy",
            "slope",
            "intercept",
            "condition_inefficiency",
            "outcome_inefficiency",
        ):
            assert_agrees(row[name], numbers(expected[name]), "necessary conditions", name)
        table = result.bottleneck()
        assert table["necessity"].tolist() == expected["necessity"]
        for name in ("outcome", "condition"):
            assert_agrees(table[name], numbers(expected[name]), "necessary conditions", name)
        named = table["necessity"] == "necessary"
        assert [n for n in expected["n_below"] if n is not None] == table["n_below"][named].tolist()


def numbers(value):
    return np.array(value, dtype=float)


def test_the_p_value_estimates_that_of_all_orders_in_r(democracy, oracle):
    rows = democracy.iloc[[row - 1 for row in oracle["exact_p"]["rows"]]]
    for ceiling in ("ce-fdh", "cr-fdh"):
        result = cp.nca(rows, "x3", "y1", ceiling=ceiling, seed=4, conf_level=0.999)
        assert result.test.conf_low < oracle["exact_p"][ceiling] < result.test.conf_high


def test_a_ceiling_that_the_population_has_is_found():
    # the area above the line y = .2 + 1.2 x in the unit square: .8 * (2 / 3) / 2
    data = necessary(np.random.default_rng(1), 5000)
    ranges = {"x_range": (0.0, 1.0), "y_range": (0.0, 1.0)}
    for ceiling in ("ce-fdh", "cr-fdh"):
        result = cp.nca(data, "x", "y", ceiling=ceiling, permutations=500, seed=1, **ranges)
        assert result.effect_size == pytest.approx(0.8 / 3, abs=0.02)
        assert result.p_value == 1 / 501
    line = cp.nca(data, "x", "y", ceiling="cr-fdh", permutations=0, **ranges)
    assert (line.intercept, line.slope) == pytest.approx((0.2, 1.2), abs=0.05)
    table = line.bottleneck([20, 50, 80])
    assert table["condition"].tolist()[1:] == pytest.approx([0.25, 0.5], abs=0.04)


def test_what_is_sufficient_but_not_necessary_leaves_another_corner_empty():
    # the condition lifts whoever lacks the outcome; without it the best outcomes occur as well
    rng = np.random.default_rng(2)
    condition, otherwise = rng.random((2, 400))
    data = pd.DataFrame({"x": condition, "y": np.maximum(otherwise, condition / 2)})
    asked = {"x_range": (0.0, 1.0), "y_range": (0.0, 1.0), "permutations": 999, "seed": 2}
    result = cp.nca(data, "x", "y", **asked)
    assert result.magnitude == "small"
    assert result.p_value > 0.05
    elsewhere = cp.nca(data, "x", "y", corner="lower-right", **asked)
    # the triangle that is empty in the population, and what steps leave beside it
    assert 0.25 < elsewhere.effect_size < 0.3
    assert elsewhere.p_value == 0.001


def rejections(replications, n_obs, ceiling):
    """Return how many samples of unrelated variables have p <= .05."""
    rng = np.random.default_rng(99)
    samples = (
        pd.DataFrame(rng.random((n_obs, 2)), columns=["x", "y"]) for _ in range(replications)
    )
    return sum(
        cp.nca(sample, "x", "y", ceiling=ceiling, permutations=199, seed=rng).p_value <= 0.05
        for sample in samples
    )


def test_unrelated_variables_are_seldom_found_necessary():
    # 5 in 100 expected; qbinom(c(.001, .999), 100, .05)
    assert 0 <= rejections(100, 40, "ce-fdh") <= 13


@pytest.mark.slow
@pytest.mark.parametrize("ceiling", ["ce-fdh", "cr-fdh"])
@pytest.mark.parametrize("n_obs", [20, 200])
def test_the_level_of_the_test_is_five_per_cent(ceiling, n_obs):
    # qbinom(c(.001, .999), 2000, .05)
    assert 71 <= rejections(2000, n_obs, ceiling) <= 131


cases = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=5, max_size=25).filter(
    lambda rows: all(len({row[i] for row in rows}) > 1 for i in (0, 1))
)


@given(cases, st.sampled_from(["ce-fdh", "cr-fdh"]), st.randoms(use_true_random=False))
def test_row_order_changes_nothing(rows, ceiling, random):
    shuffled = random.sample(rows, len(rows))
    one, other = (
        cp.nca(
            pd.DataFrame(r, columns=["x", "y"]), "x", "y", ceiling=ceiling, permutations=50, seed=3
        )
        for r in (rows, shuffled)
    )
    pd.testing.assert_frame_equal(one.glance(), other.glance())
    pd.testing.assert_frame_equal(one.bottleneck(), other.bottleneck())
    assert one.test == other.test


@given(
    cases,
    st.sampled_from(["ce-fdh", "cr-fdh"]),
    st.floats(0.01, 100),
    st.floats(-1000, 1000),
)
def test_units_change_neither_d_nor_p(rows, ceiling, factor, shift):
    data = pd.DataFrame(rows, columns=["x", "y"])
    rescaled = pd.DataFrame({"x": shift + factor * data["x"], "y": factor * data["y"] - shift})
    one, other = (
        cp.nca(d, "x", "y", ceiling=ceiling, permutations=50, seed=3) for d in (data, rescaled)
    )
    assert other.effect_size == pytest.approx(one.effect_size, abs=1e-9)
    assert other.p_value == one.p_value
    assert other.ceiling_zone == pytest.approx(factor**2 * one.ceiling_zone, abs=1e-6 * factor**2)
    np.testing.assert_allclose(
        other.bottleneck()["condition_percentage"],
        one.bottleneck()["condition_percentage"],
        atol=1e-6,
    )


@given(cases, st.sampled_from(["ce-fdh", "cr-fdh"]), st.sampled_from(CORNERS))
def test_a_corner_is_the_upper_left_of_mirrored_data(rows, ceiling, corner):
    data = pd.DataFrame(rows, columns=["x", "y"])
    mirrored = pd.DataFrame(
        {
            "x": data["x"] * (-1 if corner.endswith("right") else 1),
            "y": data["y"] * (-1 if corner.startswith("lower") else 1),
        }
    )
    result = cp.nca(data, "x", "y", ceiling=ceiling, corner=corner, permutations=20, seed=1)
    twin = cp.nca(mirrored, "x", "y", ceiling=ceiling, permutations=20, seed=1)
    assert result.effect_size == pytest.approx(twin.effect_size, abs=1e-12)
    assert result.test == twin.test
    needed, twins = (r.bottleneck() for r in (result, twin))
    assert needed["necessity"].tolist() == twins["necessity"].tolist()
    assert needed["n_below"].tolist() == twins["n_below"].tolist()
    np.testing.assert_allclose(needed["condition"].abs(), twins["condition"].abs(), atol=1e-9)


def test_a_theoretical_scope_counts_what_nobody_reached():
    data = pd.DataFrame([(2, 1), (2, 2), (3, 3), (4, 4), (5, 2)], columns=["x", "y"])
    empirical = cp.nca(data, "x", "y", permutations=0)
    assert (empirical.limits.x_range, empirical.limits.y_range) == ((2, 5), (1, 4))
    assert (empirical.scope, empirical.ceiling_zone) == pytest.approx((9, 2 + 1))
    # a strip at the left and one above, which cross
    wider = cp.nca(data, "x", "y", x_range=(1, 5), y_range=(1, 5), permutations=0)
    assert (wider.scope, wider.ceiling_zone) == pytest.approx((16, 3 + 4 + 4 - 1))
    top = wider.bottleneck([100]).iloc[0]
    assert top["necessity"] == "NA"
    assert math.isnan(top["condition"])
    assert top["n_below"] is pd.NA
    # nobody has the least condition, so that even the least outcome was not seen with it
    least = wider.bottleneck([0]).iloc[0]
    assert (least["necessity"], least["condition"], least["n_below"]) == ("necessary", 2, 0)


@pytest.mark.parametrize("ceiling", ["ce-fdh", "cr-fdh"])
def test_nothing_is_necessary_where_the_best_outcome_came_with_the_least_condition(ceiling):
    data = pd.DataFrame({"x": [1, 2, 3, 4, 5], "y": [5, 1, 4, 2, 3]})
    result = cp.nca(data, "x", "y", ceiling=ceiling, permutations=100, seed=1)
    assert (result.effect_size, result.magnitude, result.p_value) == (0, "none", 1)
    assert set(result.bottleneck()["necessity"]) == {"NN"}
    assert result.bottleneck()["n_below"].tolist() == [0] * 11
    assert math.isnan(result.condition_inefficiency)
    assert math.isnan(result.fit)
    assert "Condition inefficiency         -" in str(result)


def test_one_peer_in_a_wider_scope_determines_steps_but_no_line():
    data = pd.DataFrame([(2, 5), (3, 1), (4, 4), (5, 2), (5, 3)], columns=["x", "y"])
    asked = {"x_range": (1, 5), "y_range": (1, 6), "permutations": 0}
    steps = cp.nca(data, "x", "y", **asked)
    assert steps.effect_size == pytest.approx(1 - 3 * 4 / (4 * 5))
    assert steps.bottleneck([0, 100])["necessity"].tolist() == ["necessary", "NA"]
    assert "No line" not in str(steps)
    line = cp.nca(data, "x", "y", ceiling="cr-fdh", **asked)
    # p_nca_cr_fdh() and p_mpx_single_peer() of the R package NCA
    assert (line.effect_size, line.accuracy, line.fit) == (0, 100, 0)
    assert set(line.bottleneck()["necessity"]) == {"NN"}
    assert "No line: the hull has a single corner, and d is 0 by definition" in str(line)
    several = cp.nca(COUNTRIES, "individualism", "innovation", ceiling="cr-fdh", permutations=0)
    assert "No line" not in str(several)


def test_the_line_and_the_steps_are_drawn_within_the_scope():
    step = cp.nca(COUNTRIES, "individualism", "innovation", permutations=0)
    assert step.ceiling_points[:3].tolist() == [[18, 1.2], [18, 42.3], [46, 42.3]]
    assert step.ceiling_points[-1].tolist() == [91, 214.4]
    line = cp.nca(COUNTRIES, "individualism", "innovation", ceiling="cr-fdh", permutations=0)
    at = line.intercept + line.slope * line.ceiling_points[:, 0]
    assert line.ceiling_points[:, 1] == pytest.approx(at)
    assert line.ceiling_points[1, 1] == pytest.approx(214.4)
    assert line.points.tolist() == COUNTRIES[["individualism", "innovation"]].to_numpy().tolist()


def test_cases_at_and_beyond_the_ceiling_are_named():
    line = cp.nca(COUNTRIES, "individualism", "innovation", ceiling="cr-fdh", permutations=0)
    table = line.augment()
    assert table.index[table["is_peer"]].tolist() == [
        "Finland",
        "Japan",
        "South Korea",
        "Sweden",
        "USA",
    ]
    assert table.index[table["is_above"]].tolist() == ["Finland", "Japan"]
    assert line.accuracy == pytest.approx(100 * 7 / 9)
    assert line.peers.tolist() == [
        [18, 42.3],
        [46, 171.6],
        [63, 173.1],
        [71, 184.9],
        [91, 214.4],
    ]


def test_levels_may_be_values_percentiles_or_other_percentages():
    result = cp.nca(COUNTRIES, "individualism", "innovation", permutations=0)
    values = result.bottleneck([42.3, 43, 214.4], outcome="actual")
    assert values["necessity"].tolist() == ["NN", "necessary", "necessary"]
    assert values["condition"].tolist()[1:] == [46, 91]
    assert values["n_below"].tolist() == [0, 3, 8]
    assert values["condition_percentile"].tolist()[1:] == pytest.approx([300 / 9, 800 / 9])
    median = result.bottleneck([50], outcome="percentile")
    assert median["outcome"].tolist() == pytest.approx([116.3])
    assert result.bottleneck([25])["outcome"].tolist() == pytest.approx([1.2 + 213.2 / 4])
    rounded = result.bottleneck([-1e-12, 100 + 1e-12], outcome="percentile")
    assert rounded["outcome"].tolist() == pytest.approx([1.2, 214.4])
    assert len(result.bottleneck(outcome="percentile")) == 11


def test_levels_outside_the_scope_are_refused():
    result = cp.nca(COUNTRIES, "individualism", "innovation", permutations=0)
    with pytest.raises(StructureError, match="innovation lie outside its range: 110, -1"):
        result.bottleneck([50, 110, -1])
    with pytest.raises(StructureError, match="outside its range: 215"):
        result.bottleneck([200, 215], outcome="actual")
    with pytest.raises(StructureError, match="outside its range: 101"):
        result.bottleneck([101], outcome="percentile")
    with pytest.raises(
        StructureError,
        match="unknown unit of levels 'percent'; expected one of percentage, actual, percentile",
    ):
        result.bottleneck(outcome="percent")


def test_incomplete_rows_are_omitted_and_counted():
    holed = COUNTRIES.astype("Float64")
    holed.loc["Belgium", "individualism"] = pd.NA
    holed.loc["Denmark", "innovation"] = pd.NA
    result = cp.nca(holed, "individualism", "innovation", permutations=0)
    assert (result.n_obs, result.n_omitted) == (7, 2)
    assert "Belgium" not in result.augment().index
    whole = cp.nca(COUNTRIES, "individualism", "innovation", permutations=0)
    assert result.effect_size == pytest.approx(whole.effect_size, abs=1e-15)


def test_a_condition_that_is_there_or_not():
    # the outcome runs to 4, and to 2 without the condition
    data = pd.DataFrame({"x": [False, False, False, True, True], "y": [0, 1, 2, 1, 4]})
    result = cp.nca(data, "x", "y", permutations=0)
    assert result.effect_size == 0.5
    assert result.bottleneck([40, 60])["necessity"].tolist() == ["NN", "necessary"]


def test_a_seed_repeats_the_test_and_a_generator_goes_on():
    data = pd.DataFrame(np.random.default_rng(7).random((30, 2)), columns=["x", "y"])
    p = [cp.nca(data, "x", "y", permutations=200, seed=seed).p_value for seed in (5, 5, 6)]
    assert p[0] == p[1] != p[2]
    rng = np.random.default_rng(5)
    first, second = (cp.nca(data, "x", "y", permutations=200, seed=rng).p_value for _ in range(2))
    assert first == p[0] != second


@pytest.mark.parametrize(
    ("effect_size", "magnitude"),
    [(0, "none"), (0.05, "small"), (0.1, "medium"), (0.3, "large"), (0.5, "very large")],
)
def test_magnitudes_of_dul_2016(effect_size, magnitude):
    assert effect_magnitude(effect_size) == magnitude


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": "income"}, "no column income"),
        ({"x": "innovation"}, "the same column: innovation"),
        ({"ceiling": "ols"}, "unknown ceiling 'ols'; expected one of ce-fdh, cr-fdh"),
        ({"corner": "left"}, "unknown corner 'left'; expected one of upper-left"),
        ({"permutations": -1}, "must not be negative: -1"),
        ({"seed": 1}, "without permutations there is no test: omit seed"),
        ({"seed": 1, "conf_level": 0.9}, "no test: omit seed and conf_level"),
        ({"permutations": 9, "conf_level": 1.0}, "must lie between 0 and 1, not 1.0"),
        ({"x_range": (20, 100)}, "20 to 100 does not contain individualism.*18.0 to 91.0"),
        ({"y_range": (0, 200)}, "0 to 200 does not contain innovation"),
        ({"y_range": (300, 0)}, "300 to 0 does not contain innovation"),
        ({"x_range": (math.nan, 100)}, "range of individualism must be finite: nan to 100"),
        ({"x_range": (0, math.inf)}, "range of individualism must be finite: 0 to inf"),
    ],
)
def test_options_that_make_no_sense_are_refused(change, message):
    options = {"x": "individualism", "y": "innovation", "permutations": 0} | change
    with pytest.raises(StructureError, match=message):
        cp.nca(COUNTRIES, **options)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            COUNTRIES.assign(individualism="high"),
            r"not numeric: individualism \(first value that is not a number: 'high'\)",
        ),
        (COUNTRIES.assign(innovation=1.0), "the scope is empty: innovation"),
        (COUNTRIES.iloc[:4], "4 complete rows of individualism and innovation: the analysis"),
        (COUNTRIES.assign(innovation=math.inf), "infinite values: innovation"),
        (
            pd.concat([COUNTRIES, COUNTRIES], axis=1),
            "columns that occur more than once: individualism",
        ),
    ],
)
def test_data_that_allow_no_analysis_are_refused(data, message):
    with pytest.raises(StructureError, match=message):
        cp.nca(data, "individualism", "innovation", permutations=0)


def test_tables_and_text(snapshot):
    result = cp.nca(COUNTRIES, "individualism", "innovation", permutations=999, seed=1)
    assert isinstance(result, CaseResult)
    assert str(result) == snapshot
    tidy = result.tidy()
    assert tidy.columns.tolist() == [
        "term",
        "estimate",
        "p_value",
        "effect_size",
        "accuracy",
        "p_accuracy",
        "p_conf_low",
        "p_conf_high",
    ]
    assert tidy["estimate"].tolist() == tidy["effect_size"].tolist() == [result.effect_size]
    row = result.glance().iloc[0]
    assert (row["n_obs"], row["permutations"], row["magnitude"]) == (9, 999, "large")
    untested = cp.nca(COUNTRIES, "individualism", "innovation", ceiling="cr-fdh", permutations=0)
    assert str(untested) == snapshot
