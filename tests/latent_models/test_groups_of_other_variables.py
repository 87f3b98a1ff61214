"""What a reader gets of a fit to groups that were asked different items, and scripts of it."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from coprod_stats.latent_models import LatentModelError, compare, compare_engines, fit_sem
from coprod_stats.latent_models.frames import frame_columns
from coprod_stats.latent_models.peers.lavaan_groups import block_lines
from coprod_stats.latent_models.peers.lavaan_script import lavaan_script
from coprod_stats.latent_models.peers.mplus_script import mplus_input
from coprod_stats.latent_models.specification import Specification
from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters

ONE = "f =~ x1 + x2 + x3 + x4\ng =~ y1 + y2 + y3\ng ~ b*f"
BLOCKS = """
group: users
f =~ x1 + x2 + x3 + x4
g =~ y1 + l*y2 + y3
g ~ b*f
group: others
f =~ x1 + x2 + x3
"""
EQUAL = {"group_equal": ["loadings", "intercepts"]}
needs_r = [
    pytest.mark.r,
    pytest.mark.skipif(shutil.which("Rscript") is None, reason="needs Rscript with lavaan"),
]


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(11)
    f = rng.normal(size=600)
    g = 0.5 * f + rng.normal(size=600)
    data = pd.DataFrame(
        np.outer(f, [1.0, 0.9, 0.8, 0.7]) + 0.6 * rng.normal(size=(600, 4)) + 3.0,
        columns=["x1", "x2", "x3", "x4"],
    )
    for name, loading in (("y1", 1.0), ("y2", 0.9), ("y3", 0.8)):
        data[name] = loading * g + 0.6 * rng.normal(size=600)
    data["g_"] = np.where(np.arange(600) % 2 == 0, "users", "others")
    data.loc[data["g_"] == "others", ["x4", "y1", "y2", "y3"]] = np.nan
    return data


@pytest.fixture(scope="module")
def fitted(people):
    return fit_sem(ONE, people, group="g_")


def test_tables_hold_what_each_group_was_asked(fitted):
    tidy = fitted.tidy()
    others = tidy[tidy["group"] == 2]
    assert not set(others["lhs"]) & {"x4", "g", "y1"}
    assert not set(others["rhs"]) & {"x4", "g", "y1"}
    assert list(fitted.r_squared[1]) == ["x1", "x2", "x3"]
    assert fitted.observed == ("x1", "x2", "x3", "x4", "y1", "y2", "y3")
    indices = fitted.modification_indices()
    assert not set(indices[indices["group"] == 2]["rhs"]) & {"x4", "g", "y1"}


def test_matrices_run_over_all_variables(fitted):
    lacking = [fitted.observed.index(name) for name in ("x4", "y1", "y2", "y3")]
    for cov in (fitted.sample_cov[1], fitted.implied_cov[1]):
        assert cov.shape == (7, 7)
        assert np.isnan(cov[lacking]).all()
        assert np.isfinite(cov[:3, :3]).all()
    assert np.isfinite(fitted.sample_cov[0]).all()


def test_what_follows_a_fit_is_about_each_groups_variables(fitted, people):
    moments = fitted.residuals().tidy()
    assert len(moments[moments["group"] == 2]) == 3 + 6
    reliability = fitted.reliability().tidy()
    assert list(zip(reliability["term"], reliability["group"], strict=True)) == [
        ("f", 1),
        ("g", 1),
        ("f", 2),
    ]
    scores = fitted.factor_scores()
    asked = (people["g_"] == "users").to_numpy()
    assert scores["g"].isna().to_numpy().tolist() == (~asked).tolist()
    assert scores["f"].notna().all()
    with pytest.raises(LatentModelError, match=r"two factors .* in group 'others'"):
        fitted.htmt()


def test_models_of_other_variables_in_a_group_are_not_compared(people):
    whole = people.copy()
    rng = np.random.default_rng(3)
    others = whole["g_"] == "others"
    whole.loc[others, "x4"] = whole.loc[others, "x1"] + rng.normal(size=int(others.sum()))
    blocks = "group: users\nf =~ x1 + x2 + x3 + x4\ngroup: others\nf =~ x1 + x2 + x3"
    one, other = (fit_sem(model, whole, group="g_") for model in ("f =~ x1 + x2 + x3 + x4", blocks))
    with pytest.raises(LatentModelError, match="different variables"):
        compare(one, other)


@pytest.mark.parametrize("options", [{}, EQUAL, {"std_lv": True}])
def test_the_script_for_lavaan_states_the_same_model(people, options):
    labels = ("users", "others")
    for model in (ONE, BLOCKS):
        fit = fit_sem(model, people, group="g_", **options)
        table = fit.core.table
        written = "\n".join(block_lines(table, parse_model(model), labels))
        again = build_parameters(parse_model(written), group_labels=labels)
        assert {(r.group, r.name, r.free >= 0, repr(r.fixed)) for r in again} == {
            (r.group, r.name, r.free >= 0, repr(r.fixed)) for r in table
        }
        names = [
            {
                frozenset((t.rows[t.free_rows[i]].group, t.rows[t.free_rows[i]].name) for i in tied)
                for tied in t.equal_parameters
            }
            for t in (table, again)
        ]
        assert names[0] == names[1]
        script = lavaan_script(
            Specification(model, group="g_", **options), "d.csv", frame_columns(people, people)
        )
        assert "group: others" in script
        assert "group.equal" not in script
        assert "std.lv" not in script


def test_other_indicators_of_the_same_variables_are_stated_whole(people):
    model = """
    group: users
    f =~ x1 + x2 + x3
    g =~ y1 + y2
    group: others
    f =~ x2 + x3
    g =~ y1 + y2 + x1
    """
    whole = people.copy()
    others = whole["g_"] == "others"
    whole.loc[others, ["y1", "y2"]] = whole.loc[others, ["x1", "x2"]].to_numpy() * 0.5
    whole.loc[others, ["y1", "y2"]] += np.random.default_rng(2).normal(size=(300, 2))
    columns = frame_columns(whole, whole)
    tied = Specification(model, group="g_", group_equal=("loadings",))
    assert "NA*x2" in lavaan_script(tied, "d.csv", columns)
    assert "f =~ x2 + x3" in lavaan_script(Specification(model, group="g_"), "d.csv", columns)
    with pytest.raises(LatentModelError, match="equal among groups of other paths"):
        lavaan_script(tied, "d.csv", {"g_": columns["g_"]})


def test_peers_that_cannot_are_refused_by_name(people):
    columns = frame_columns(people, people)
    with pytest.raises(LatentModelError, match=r"Mplus: groups with different .*'others' lacks x4"):
        mplus_input(Specification(ONE, group="g_"), columns, "d.dat")
    only = {"g_": columns["g_"]}
    with pytest.raises(SemOptionError, match=r"without the columns of the variables: .*lacks x4"):
        lavaan_script(Specification(BLOCKS, group="g_"), "d.csv", only)
    with pytest.raises(LatentModelError, match="groups"):
        fit_sem(ONE, people, group="g_", engine="semopy")


def test_a_constraint_on_a_place_is_refused_for_lavaan(people):
    model = f"{BLOCKS}\n.p2. == .p3."
    with pytest.raises(LatentModelError, match="a parameter by its place"):
        lavaan_script(Specification(model, group="g_"), "d.csv", frame_columns(people, people))


def test_json_is_written_without_what_is_absent(fitted):
    document = json.loads(fitted.to_json())
    assert {row["group"] for row in document["parameters"] if row["rhs"] == "x4"} == {1}


@pytest.mark.parametrize(
    ("model", "options"),
    [
        pytest.param(ONE, {}, marks=needs_r),
        pytest.param(ONE, {"estimator": "MLR", "missing": "fiml"}, marks=needs_r),
        pytest.param(ONE, EQUAL, marks=needs_r),
        pytest.param(BLOCKS, {"std_lv": True}, marks=needs_r),
    ],
)
def test_lavaan_finds_the_same(people, model, options):
    table = compare_engines(fit_sem(model, people, group="g_", **options), "lavaan")
    assert table["theirs"].notna().sum() > 60
    assert table["difference"].abs().max() < 1e-3
