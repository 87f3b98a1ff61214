"""Input for Mplus, read back by a strict reader and fitted again: the same model, or it fails."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mplus_reading import NAME, Input, read_mplus
from tolerances import assert_agrees

from coprod_stats.latent_models.engines.choice import fit_specification
from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.peers.mplus_names import MplusNames
from coprod_stats.latent_models.peers.mplus_script import MplusInput, mplus_input
from coprod_stats.latent_models.specification import Specification
from coprod_stats.responses.plain_columns import read_plain_columns
from coprod_stats.sem.errors import SemModelError
from coprod_stats.sem.fit import fit
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.sample import SemData

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "oracles" / "lavaan" / "data"
ORACLE = json.loads((ROOT / "tests" / "oracles" / "mplus_read_back.json").read_text())
PARAMETER = ("lhs", "op", "rhs", "group", "est", "se")
ORDERED = {"estimator": "WLSMV", "ordered": "all"}
HS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
TWO = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6"
LONG = """
visual_perception =~ x1 + a*x2 + x3
textual =~ x4 + x5 + b*x6
Textuals =~ x7 + x8 + x9
textual ~ visual_perception + ageyr
Textuals ~ c1*visual_perception
x3 ~~ x9
indirect_effect := a*b^2/(1 + exp(-c1))
twice := 2*indirect_effect - log(b)
a > 0.1
b + c1 < 10
b == sqrt(a) + 0.25
"""
PATH = "x5 ~ x1 + x2\nx9 ~ x5 + x1\nx7 ~ x1\nx8 ~ x2"
MIXED = "visual =~ x1 + x2 + x3\nx4 ~ visual\nx7 ~ visual + x4\nx9 ~ x4"
DIFFERENT = "group: 1\nv =~ x1 + x2 + x3\nx1 ~~ x9\nx9 ~ v\ngroup: 2\nv =~ x1 + x2 + x3\nx9 ~~ v"
GROWTH = "i =~ 1*t1 + 1*t2 + 1*t3 + 1*t4\ns =~ 0*t1 + 1*t2 + 2*t3 + 3*t4\ni + s ~ x1 + x2"

CASES: dict[str, tuple[str, str, dict[str, object]]] = {
    "cfa": (HS, "hs1939.csv", {}),
    "standardised factors": (HS, "hs1939.csv", {"std_lv": True}),
    "effect coding": (HS, "hs1939.csv", {"effect_coding": True, "meanstructure": True}),
    "second order": (f"{HS}\ng =~ visual + textual + speed", "hs1939.csv", {"estimator": "MLM"}),
    "orthogonal": (f"{HS}\nvisual ~~ 0*textual + 0.3*speed\nx1 ~ 0*1", "hs1939.csv", {}),
    "long names and constraints": (LONG, "hs1939.csv", {"estimator": "MLR"}),
    "starts and bounds": (
        f"{TWO}\nvisual ~~ start(0.4)*textual\nx1 ~~ lower(0.01)*x1",
        "hs1939.csv",
        {},
    ),
    "fiml": (HS, "hs_mcar.csv", {"estimator": "MLR", "missing": "fiml"}),
    "auxiliary": (HS, "hs_mcar.csv", {"missing": "fiml", "auxiliary": ("ageyr", "grade")}),
    "expected information": (HS, "hs_mcar.csv", {"missing": "fiml", "information": "expected"}),
    "paths": (PATH, "hs1939.csv", {}),
    "random covariates": (PATH, "hs1939.csv", {"fixed_x": False, "estimator": "MLMV"}),
    "observed among latent": (MIXED, "hs1939.csv", {}),
    "product": ("visual =~ x1 + x2 + x3\nvisual ~ x7 + x8 + x7:x8", "hs1939.csv", {}),
    "gls": (TWO, "hs1939.csv", {"estimator": "GLS"}),
    "uls": (TWO, "hs1939.csv", {"estimator": "ULSMV"}),
    "wls": (TWO, "hs1939.csv", {"estimator": "WLS", "meanstructure": True}),
    "configural": (HS, "hs1939.csv", {"group": "school"}),
    "scalar": (
        HS,
        "hs1939.csv",
        {
            "group": "school",
            "group_equal": ("loadings", "intercepts", "residuals"),
            "group_partial": ("x3~1", "x7~1"),
        },
    ),
    "labels by group": (
        "v =~ x1 + c(a, b)*x2 + c(0.7, NA)*x3\nt =~ x4 + x5 + c(a, d)*x6\nd == 2*b\ne := a - b",
        "hs1939.csv",
        {"group": "school"},
    ),
    "models by group": (DIFFERENT, "hs1939.csv", {"group": "school"}),
    "weights and clusters": (
        HS,
        "hs_weights.csv",
        {"sampling_weights": "w", "cluster": "cl", "missing": "fiml"},
    ),
    "growth": (GROWTH, "demo_growth.csv", {"model_type": "growth"}),
    "wlsmv": (TWO, "hs_ord4.csv", {"estimator": "WLSMV", "ordered": "all"}),
    "theta": (
        TWO,
        "hs_ord4.csv",
        {"estimator": "WLSMV", "ordered": "all", "parameterization": "theta"},
    ),
    "mixed": (
        f"{HS}\nvisual ~ ageyr\nspeed ~ visual",
        "hs_ord4.csv",
        {"estimator": "WLSM", "ordered": ("x1", "x2", "x3")},
    ),
    "ordered pairwise": (
        "A =~ A1 + A2 + A3\nC =~ C1 + C2 + C3\nC ~ A",
        "bfi_missing.csv",
        {"estimator": "WLSMV", "ordered": "all", "missing": "pairwise"},
    ),
    "ordered groups": (
        TWO,
        "hs_ord4.csv",
        {
            "estimator": "WLSMV",
            "ordered": "all",
            "group": "school",
            "group_equal": ("thresholds", "loadings"),
        },
    ),
    "ordered groups, theta": (
        TWO,
        "hs_ord4.csv",
        {
            "estimator": "WLSMV",
            "ordered": "all",
            "group": "school",
            "parameterization": "theta",
            "group_equal": ("thresholds", "loadings"),
        },
    ),
}


def key_of(name: str) -> str:
    return name.replace(",", "").replace(" ", "_")


READ_BACK = {name: ORACLE[key_of(name)] for name in CASES if key_of(name) in ORACLE}
"""Cases that lavaan has read back and fitted (tests/oracles/mplus_read_back.R)."""


def unstarted(text: str) -> str:
    """Leave out starting values, which are proposals and may change."""
    return re.sub(r"\*-?[0-9.]+(?=[;\]} ])", "*", text)


def read_names(asked: Specification, columns: dict[str, np.ndarray]):
    return mplus_input(asked, columns, "x.dat").renamed


def asked_of(name: str) -> tuple[Specification, dict[str, np.ndarray]]:
    model, file, options = CASES[name]
    asked = Specification(model=model, **options)
    return asked, read_plain_columns(DATA / file, asked.columns)


def written(name: str) -> tuple[Input, MplusInput]:
    made = mplus_input(*asked_of(name), "x.dat")
    return read_mplus(made.text), made


def read_options(read: Input) -> dict[str, object]:
    """Return the options of a fit that the input asks Mplus for."""
    analysis, variable = read.fields["ANALYSIS"], read.fields["VARIABLE"]
    categorical = tuple(variable.get("CATEGORICAL", "").split())
    listwise = read.fields["DATA"].get("LISTWISE") == "ON"
    incomplete = "pairwise" if categorical else "fiml"
    found: dict[str, object] = {
        "estimator": analysis["ESTIMATOR"],
        "ordered": categorical,
        "missing": "listwise" if listwise else incomplete,
        "auxiliary": tuple(variable.get("AUXILIARY", "").removeprefix("(M) ").split()),
    }
    if "INFORMATION" in analysis:
        found["information"] = analysis["INFORMATION"].lower()
    assert ("CLUSTER" in variable) == (analysis["TYPE"] == "COMPLEX")
    return found


def read_data(read: Input, made: MplusInput) -> SemData:
    values = np.array(read.rows(made.data))
    variable = read.fields["VARIABLE"]
    by_name = dict(zip(read.names, values.T, strict=True))
    kept = [*read.used, *variable.get("AUXILIARY", "").removeprefix("(M) ").split()]
    grouped = "GROUPING" in variable
    groups = by_name[variable["GROUPING"].split(" ")[0]].astype(int) - 1 if grouped else None
    clusters = by_name[variable["CLUSTER"]].astype(int) if "CLUSTER" in variable else None
    return SemData(
        values=np.column_stack([by_name[name] for name in kept]),
        names=tuple(kept),
        groups=groups,
        group_labels=tuple(read.groups) or ("",),
        weights=by_name[variable["WEIGHT"]] if "WEIGHT" in variable else None,
        clusters=clusters,
    )


@pytest.mark.parametrize("name", CASES)
def test_what_is_read_back_is_the_same_fit(name: str) -> None:
    asked, columns = asked_of(name)
    read, made = written(name)
    options = FitOptions(**read_options(read))
    theta = read.fields["ANALYSIS"].get("PARAMETERIZATION", "DELTA").lower()
    model = replace(options.model, parameterization=theta)
    again = fit(read.lavaan(), read_data(read, made), replace(options, model=model))
    first = fit_specification(asked, columns).core
    assert again.method == first.method
    for index in {"chisq", "df", "chisq_scaled", "rmsea"} & first.indices.keys():
        assert again.indices[index] == pytest.approx(first.indices[index], rel=1e-6), index
    renamed = {name: given for kind, name, given in made.renamed if kind == "variable"}
    theirs = {(row.lhs, row.op, row.rhs, row.group): index for index, row in enumerate(again.table)}
    for index, row in enumerate(first.table):
        if row.exogenous and row.op in ("~~", "~1"):
            continue
        ends = [renamed.get(end, end) for end in (row.lhs, row.rhs)]
        if row.op == "|":
            ends[1] = row.rhs
        key = (ends[0], row.op, ends[1], row.group)
        place = theirs.get(key, theirs.get((ends[1], row.op, ends[0], row.group)))
        if place is None:
            assert row.lhs in asked.auxiliary or row.rhs in asked.auxiliary, row.name
            continue
        for values in ("estimates", "std_errors"):
            ours, other = (getattr(f.parameters, values) for f in (first, again))
            assert other[place] == pytest.approx(ours[index], rel=1e-6, abs=1e-6), (key, values)
    for name_, value in zip(
        (item.name for item in first.table.definitions), first.definitions.estimates, strict=True
    ):
        given = {n: g for kind, n, g in made.renamed if kind == "label"}.get(name_, name_)
        found = [item.name for item in again.table.definitions].index(given)
        assert again.definitions.estimates[found] == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("name", READ_BACK)
def test_lavaan_reads_the_same_fit(name: str) -> None:
    asked, columns = asked_of(name)
    oracle = READ_BACK[name]
    text = mplus_input(asked, columns, f"{key_of(name)}.dat").text
    assert unstarted(text) == unstarted(oracle["input"] + "\n")
    found = fit_specification(asked, columns)
    assert (oracle["converged"], found.converged) == (True, True)
    entry = "lavaan, polished" if oracle["polished"] else "lavaan, as it stops"
    for index in ("npar", "chisq", "df", "chisq_scaled"):
        if index in found.fit:
            theirs = oracle["fit"][index.replace("_", ".")]
            if index != "npar" or found.core.table.meanstructure:
                assert_agrees(found.fit[index], theirs, f"{entry}: fit", index)
    rows = zip(*(oracle["parameters"][c] for c in PARAMETER), strict=True)
    theirs = {(lhs, op, rhs, group): (est, se) for lhs, op, rhs, group, est, se in rows}
    renamed = {old: new for kind, old, new in read_names(asked, columns) if kind != "group"}
    compared = 0
    for row in found.parameters:
        ends = [renamed.get(end, end) for end in (row.lhs, row.rhs)]
        keys = [
            (*order, row.group)
            for order in ((ends[0], row.op, ends[1]), (ends[1], row.op, ends[0]))
        ]
        pair = next((theirs[key] for key in keys if key in theirs), None)
        if pair is None or row.op == ":=":
            continue
        compared += row.free
        for ours, value in zip((row.est, row.se), pair, strict=True):
            assert_agrees(ours, value or 0.0, entry, (row.term, row.group))
    assert compared == sum(row.free for row in found.parameters)


@pytest.mark.r
def test_the_oracle_is_what_r_gives(tmp_path: Path) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed")
    for name in READ_BACK:
        made = mplus_input(*asked_of(name), f"{key_of(name)}.dat")
        # with the oracle's own starting values, from which lavaan's search for nonlinear
        # constraints ends in the fifth digit elsewhere than from others
        (tmp_path / f"{key_of(name)}.inp").write_text(READ_BACK[name]["input"] + "\n")
        (tmp_path / f"{key_of(name)}.dat").write_text(made.data)
    command = ["Rscript", "tests/oracles/mplus_read_back.R", str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    for key, again in json.loads(run.stdout).items():
        kept = ORACLE[key]
        assert unstarted(again["input"]) == unstarted(kept["input"])
        for column in ("est", "se"):
            pairs = zip(again["parameters"][column], kept["parameters"][column], strict=True)
            assert all(one == pytest.approx(other, abs=1e-6) for one, other in pairs)


@pytest.mark.r
@pytest.mark.parametrize("name", ["second order", "growth"])
def test_lavaan_takes_the_file_as_it_is(name: str, tmp_path: Path) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed")
    asked, columns = asked_of(name)
    made = mplus_input(asked, columns, "x.dat")
    (tmp_path / "x.inp").write_text(made.text)
    (tmp_path / "x.dat").write_text(made.data)
    script = 'cat(lavaan::fitMeasures(lavaan::mplus2lavaan("x.inp"), "chisq"))'
    run = subprocess.run(["Rscript", "-e", script], cwd=tmp_path, check=True, capture_output=True)
    expected = fit_specification(asked, columns).fit["chisq"]
    assert_agrees(expected, float(run.stdout), "read by lavaan")


def test_names_that_mplus_cannot_have() -> None:
    names = MplusNames()
    names.add(
        "variable", ["satisfaction_1", "satisfaction_2", "satisfac", "x:y", "1a", "ü", "on", "X1"]
    )
    names.add("label", ["x1", "satisfac"])
    names.add("group", ["1", "_2"])
    assert {(kind, name): given for kind, name, given in names.changed()} == {
        ("variable", "satisfaction_1"): "satisfa2",
        ("variable", "satisfaction_2"): "satisfa3",
        ("variable", "x:y"): "xy",
        ("variable", "1a"): "v1a",
        ("variable", "ü"): "v",
        ("variable", "on"): "on2",
        ("label", "x1"): "x12",
        ("label", "satisfac"): "satisfa4",
        ("group", "1"): "g1",
        ("group", "_2"): "g_2",
    }


@given(st.lists(st.text(min_size=1, max_size=12), unique=True, max_size=40))
def test_names_are_legal_and_differ(given_names: list[str]) -> None:
    names = MplusNames()
    names.add("variable", given_names)
    made = [names("variable", name) for name in given_names]
    assert all(re.fullmatch(NAME, name) for name in made)
    assert len({name.upper() for name in made}) == len(made)


@pytest.mark.parametrize(
    ("model", "file", "options", "what"),
    [
        (TWO, "hs1939.csv", {"estimator": "DWLS"}, "estimator DWLS"),
        (TWO, "hs1939.csv", {"estimator": "MLMVS"}, "estimator MLMVS"),
        (TWO, "hs1939.csv", {"missing": "two-stage"}, "missing='two-stage'"),
        (TWO, "hs1939.csv", {"likelihood": "wishart"}, "likelihood='wishart'"),
        (TWO, "hs1939.csv", {"se": "robust"}, "se='robust' with ML"),
        (TWO, "hs1939.csv", {"bootstrap": 100, "ci": "bca"}, "ci='bca'"),
        (TWO, "hs1939.csv", {"bootstrap": 100, "seed": 1}, "the seed of a bootstrap"),
        (
            TWO,
            "hs1939.csv",
            {"estimator": "MLM", "bootstrap": 100, "bootstrap_type": "bollen-stine"},
            "a bootstrap with MLM",
        ),
        ("f <~ x1 + x2\nx3 ~ f", "hs1939.csv", {}, "latent variables made by '<~'"),
        (
            'efa("b")*f1 + efa("b")*f2 =~ x1 + x2 + x3 + x4 + x5 + x6',
            "hs1939.csv",
            {},
            "blocks of exploratory factors",
        ),
        (
            "level: 1\nw =~ y1 + y2 + y3\nlevel: 2\nb =~ y1 + y2 + y3",
            "demo_twolevel.csv",
            {"cluster": "cluster"},
            "two-level models",
        ),
        (f"{TWO}\na := tanh(1)", "hs1939.csv", {}, "the function tanh()"),
        (f"{TWO}\nx1 ~~ 2*x1", "hs_ord4.csv", ORDERED, "of parameterization 'theta' in 'delta'"),
        (
            f"{TWO}\nx1 ~*~ 2*x1",
            "hs_ord4.csv",
            {**ORDERED, "parameterization": "theta"},
            "of parameterization 'delta' in 'theta'",
        ),
        (f"{TWO}\nx1 ~ NA*1", "hs_ord4.csv", ORDERED, "intercepts of ordered variables"),
        (
            "group: 1\nv =~ x1 + x2 + x3 + x4 + x5\ngroup: 2\nv =~ x1 + x2 + x3\nt =~ x4 + x5",
            "hs1939.csv",
            {"group": "school"},
            "is a parameter of some groups only",
        ),
    ],
)
def test_what_mplus_cannot_be_told_is_named(model, file, options, what) -> None:
    asked = Specification(model=model, **options)
    columns = read_plain_columns(DATA / file, asked.columns)
    with pytest.raises(LatentModelError, match=re.escape(what)):
        mplus_input(asked, columns, "x.dat")


def test_clusters_make_ml_robust_but_for_two_levels() -> None:
    two_level = "level: 1\nw =~ y1 + y2 + y3\nlevel: 2\nb =~ y1 + y2 + y3"
    assert Specification(model=TWO).used_estimator == "ML"
    assert Specification(model=TWO, cluster="c").used_estimator == "MLR"
    assert Specification(model=TWO, sampling_weights="w").used_estimator == "MLR"
    assert Specification(model=TWO, cluster="c", estimator="WLSMV").used_estimator == "WLSMV"
    assert Specification(model=two_level, cluster="cluster").used_estimator == "ML"


def test_names_that_stand_for_nothing_are_refused() -> None:
    for text in ("a := b", "a := 2*a", "a == 1"):
        asked = Specification(model=f"{TWO}\n{text}")
        columns = read_plain_columns(DATA / "hs1939.csv", asked.columns)
        with pytest.raises(SemModelError):
            mplus_input(asked, columns, "x.dat")


def test_bootstraps_and_a_file_with_a_space() -> None:
    asked = Specification(model=TWO, bootstrap=500)
    columns = read_plain_columns(DATA / "hs1939.csv", asked.columns)
    made = mplus_input(asked, columns, "my data.dat")
    read = read_mplus(made.text)
    assert read.fields["DATA"]["FILE"] == '"my data.dat"'
    assert read.fields["ANALYSIS"]["BOOTSTRAP"] == "500"
    assert "CINTERVAL (BOOTSTRAP);" in made.text
    bollen = replace(asked, bootstrap_type="bollen-stine", se="none")
    text = mplus_input(bollen, columns, "x.dat").text
    assert "BOOTSTRAP = 500 (RESIDUAL);" in text
    assert "NOSERROR;" in text


def test_names_with_letters_of_other_alphabets_are_told_in_ascii() -> None:
    columns = read_plain_columns(DATA / "hs1939.csv")
    data = {
        name: columns[f"x{i}"] for i, name in enumerate(("größe", "höhe", "x.3", "y4"), start=1)
    }
    text = mplus_input(Specification(model="f =~ größe + höhe + x.3 + y4"), data, "x.dat").text
    assert read_mplus(text).used == ["gre", "hhe", "x3", "y4"]
    assert "! gre is variable gr\\xf6\\xdfe" in text


def test_the_code_of_missing_values_occurs_nowhere() -> None:
    rng = np.random.default_rng(2)
    columns = {f"x{i}": rng.normal(size=60) for i in range(1, 7)}
    for column in columns.values():
        column[[0, 2]] = -9.0, np.nan
    made = mplus_input(Specification(model=TWO, missing="fiml"), columns, "x.dat")
    assert read_mplus(made.text).fields["VARIABLE"]["MISSING"] == "ALL (-99)"
    assert made.data.splitlines()[2] == " ".join(["-99"] * 6)
    assert made.data.splitlines()[0] == " ".join(["-9"] * 6)


def test_categories_that_are_no_whole_numbers_become_ranks() -> None:
    rng = np.random.default_rng(1)
    columns = {f"x{i}": rng.integers(0, 3, size=80) / 2 for i in range(1, 7)}
    columns["x1"][3] = np.nan
    asked = Specification(model=TWO, **ORDERED)
    rows = [line.split(" ") for line in mplus_input(asked, columns, "x.dat").data.splitlines()]
    assert {row[0] for row in rows} == {"0", "1", "2", "-9"}
    assert rows[3][0] == "-9"
