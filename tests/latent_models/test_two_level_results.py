"""How the levels of a model show in the result: table, JSON, text, R script."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from coprod_stats.latent_models import LatentModelError, compare_engines, fit_sem
from coprod_stats.latent_models.peers.lavaan_script import lavaan_script
from coprod_stats.latent_models.specification import Specification
from coprod_stats.sem.errors import SemOptionError

DATA = Path(__file__).parents[1] / "oracles" / "lavaan" / "data" / "demo_twolevel.csv"
MODEL = """level: 1
fw =~ y1 + a*y2 + b*y3
fw ~ x1
level: 2
fb =~ y1 + a*y2 + b*y3
fb ~ w1
ratio := a/b
"""


@pytest.fixture(scope="module")
def pupils():
    return pd.read_csv(DATA)


@pytest.fixture(scope="module")
def fit(pupils):
    return fit_sem(MODEL, pupils, cluster="cluster")


def test_the_table_names_the_level(fit):
    table = fit.tidy()
    assert table["level"].tolist()[-1] == 0
    assert set(table["level"]) == {0, 1, 2}
    assert table.loc[table["lhs"] == "fb", "level"].eq(2).all()


def test_a_single_level_fit_has_no_level(pupils):
    single = fit_sem("f =~ y1 + y2 + y3", pupils, cluster="cluster")
    assert "level" not in single.tidy().columns
    document = json.loads(single.to_json())
    assert "level" not in document["parameters"][0]
    assert not {"level_labels", "n_clusters", "intraclass_correlations"} & set(document)


def test_json_has_the_level_beside_the_group(fit):
    document = json.loads(fit.to_json())
    first = document["parameters"][0]
    assert list(first)[:5] == ["lhs", "op", "rhs", "group", "level"]
    assert first["level"] == 1
    assert document["level_labels"] == ["within", "cluster"]
    assert document["n_clusters"] == [200]
    assert set(document["intraclass_correlations"][0]) == {"y1", "y2", "y3"}
    assert {"srmr_within", "srmr_between"} <= set(document["fit"])
    assert len(document["r_squared"]) == 2
    assert document["estimator"] == "ML"


def test_parameters_are_found_by_level(fit):
    assert fit.parameter("y1", "~~", "y1").level == 1
    between = fit.parameter("y1", "~~", "y1", level=2)
    assert between.level == 2
    assert between.est != fit.parameter("y1", "~~", "y1", level=1).est
    with pytest.raises(LatentModelError, match="fb =~ y1 in group 1, level 1"):
        fit.parameter("fb", "=~", "y1", level=1)


def test_the_text_has_a_part_per_level(fit):
    lines = str(fit).splitlines()
    within, between = lines.index("Level 1 [within]:"), lines.index("Level 2 [cluster]:")
    assert within < between < lines.index("Intraclass Correlations:")
    assert any(line.split() == ["Number", "of", "clusters", "[cluster]", "200"] for line in lines)
    assert any("SRMR (between covariance matrix)" in line for line in lines)
    assert not any(line.strip().startswith("fb ~") for line in lines[within:between])


def test_groups_have_their_own_levels(pupils):
    grouped = pupils.assign(half=(pupils["cluster"] % 2).map({0: "even", 1: "odd"}))
    fit = fit_sem(
        "level: 1\ny1 ~~ y2\nlevel: 2\ny1 ~~ y2", grouped, cluster="cluster", group="half"
    )
    text = str(fit)
    assert text.index("Group 1 [odd]") < text.index("Group 2 [even]")
    assert text.count("Level 2 [cluster]:") == 2
    assert "100+100" in text
    assert "Intraclass Correlations [even]:" in text
    assert [len(shares) for shares in fit.intraclass_correlations] == [2, 2]
    assert len(fit.sample_cov) == len(fit.implied_cov) == 4


def test_the_script_for_lavaan_keeps_the_estimator_and_the_levels():
    asked = Specification(MODEL, cluster="cluster")
    script = lavaan_script(asked, "data.csv")
    assert "level: 2" in script
    assert 'estimator = "ML"' in script
    assert 'cluster = "cluster"' in script
    plain = lavaan_script(Specification("f =~ y1 + y2 + y3", cluster="cluster"), "data.csv")
    assert 'estimator = "MLR"' in plain


def test_without_clusters_levels_are_refused(pupils):
    with pytest.raises(SemOptionError, match="needs the column of the clusters"):
        fit_sem(MODEL, pupils)


def test_semopy_is_refused(pupils, fit):
    with pytest.raises(LatentModelError, match="engine semopy"):
        fit_sem(MODEL, pupils, cluster="cluster", engine="semopy")
    with pytest.raises(LatentModelError, match="engine semopy"):
        compare_engines(fit)


def test_the_same_formula_may_stand_at_both_levels(pupils):
    fit = fit_sem("level: 1\ny1 ~ y2\nlevel: 2\ny1 ~ y2", pupils, cluster="cluster")
    slopes = [row.est for row in fit.parameters if row.op == "~"]
    assert len(slopes) == 2
    assert slopes[0] != slopes[1]


@pytest.mark.r
@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_lavaan_agrees_on_two_levels(pupils, estimator):
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed")
    centred = pupils.assign(x1=pupils["x1"] - pupils["x1"].mean())
    fit = fit_sem(MODEL, centred, cluster="cluster", estimator=estimator)
    table = compare_engines(fit, "lavaan")
    assert not table["theirs"].isna().any()
    assert table["difference"].abs().max() < 1e-3
