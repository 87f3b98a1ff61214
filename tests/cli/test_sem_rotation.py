"""``coprod sem --rotation`` as a user meets it."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from tolerances import near

DATA = Path(__file__).parents[1] / "oracles" / "lavaan" / "data"
EFA = 'efa("efa")*f1 + efa("efa")*f2 =~ x1 + x2 + x3 + x4 + x5 + x6\n'
TARGET = "NA,0\n,0\nNA,0\n0,NA\n0,\n0,NA\n"


@pytest.fixture
def models(tmp_path, coprod):
    (tmp_path / "efa.txt").write_text(EFA)
    (tmp_path / "esem.txt").write_text(EFA + "f1 + f2 ~ ageyr\n")
    (tmp_path / "cfa.txt").write_text("visual =~ x1 + x2 + x3\n")
    (tmp_path / "target.csv").write_text(TARGET)
    (tmp_path / "words.csv").write_text("high,low\n")
    return tmp_path


def run(coprod, model, *words):
    return coprod("sem", model, "--data", DATA / "hs1939.csv", *words)


def estimates(coprod, *words):
    shown = run(coprod, "efa.txt", "--json", "-", *words)
    assert (shown.returncode, shown.stderr) == (0, "")
    found = json.loads(shown.stdout)
    return found, {(r["lhs"], r["op"], r["rhs"]): r for r in found["parameters"]}


def test_geomin_without_a_word_and_others_by_name(coprod, models):
    plain, rows = estimates(coprod)
    assert plain["asked_and_used"]["rotation"] == {"asked": "default", "used": "geomin", "note": ""}
    assert rows["f1", "=~", "x6"]["free"]
    assert rows["f1", "~~", "f2"]["se"] > 0
    assert rows["f1", "~~", "f1"]["est"] == 1.0
    assert plain["fit"]["df"] == 4
    turned, other = estimates(coprod, "--rotation", "varimax")
    assert other["f1", "~~", "f2"]["est"] == 0.0
    assert turned["fit"]["chisq"] == pytest.approx(plain["fit"]["chisq"], abs=1e-8)
    assert other["f1", "=~", "x1"]["est"] != pytest.approx(rows["f1", "=~", "x1"]["est"], abs=1e-3)


def test_options_of_a_rotation(coprod, models):
    _, plain = estimates(coprod)
    changed = (
        ("--rotation-args", "geomin_epsilon=0.05"),
        ("--rotation-args", "geomin.epsilon=0.001,std_ov=false"),
        ("--rotation-args", "orthogonal=TRUE"),
        ("--rotation", "oblimin", "--rotation-args", "row_weights=kaiser, oblimin_gamma=-1"),
        ("--rotation", "target", "--rotation-target", "target.csv"),
        ("--rotation-se", "delta"),
    )
    seen = [{key: (row["est"], row["se"]) for key, row in plain.items()}]
    for words in changed:
        _, rows = estimates(coprod, *words)
        seen.append({key: (row["est"], row["se"]) for key, row in rows.items()})
        assert seen[-1] not in seen[:-1]


@pytest.mark.parametrize(
    ("model", "words", "status", "message"),
    [
        ("cfa.txt", ("--rotation", "oblimin"), 1, "the model has no efa() block"),
        ("efa.txt", ("--rotation", "equamax"), 2, "equamax"),
        ("efa.txt", ("--rotation-args", "geomin_epsilon"), 2, "not of the form name=value"),
        ("efa.txt", ("--rotation-args", "epsilon=0.1"), 1, "unknown 'epsilon'"),
        ("efa.txt", ("--rotation-args", "row_weights=cm"), 1, "row_weights: unknown 'cm'"),
        ("efa.txt", ("--rotation", "target"), 1, "needs the wanted loadings"),
        ("efa.txt", ("--rotation-target", "target.csv"), 1, "target has no effect"),
        ("efa.txt", ("--rotation", "target", "--rotation-target", "words.csv"), 1, "numbers"),
        ("efa.txt", ("--group", "school", "--group-equal", "loadings"), 1, "efa block 'efa'"),
        ("efa.txt", ("--engine", "semopy"), 1, "exploratory factors (efa)"),
        ("efa.txt", ("--effect-coding", "--meanstructure"), 1, "a rotation of the efa block"),
    ],
)
def test_faults(coprod, models, model, words, status, message):
    shown = run(coprod, model, *words)
    assert (shown.returncode, message in shown.stderr) == (status, True), shown.stderr
    assert "Traceback" not in shown.stderr


def test_summary_and_scores(coprod, models, snapshot):
    shown = run(coprod, "esem.txt", "--rotation", "oblimin", "--scores", "s.csv")
    assert (shown.returncode, shown.stdout) == (0, snapshot)
    with (models / "s.csv").open() as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["f1", "f2"]
    assert len(rows) == 302


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), ['rotation = "geomin"', 'rotation.se = "bordered"']),
        (("--rotation", "quartimax"), ["rotation.args = list(orthogonal = TRUE)"]),
        (("--rotation-se", "delta"), ['rotation.se = "delta"']),
        (
            (
                "--rotation",
                "oblimin",
                "--rotation-args",
                "oblimin_gamma=-0.5,row_weights=kaiser,std_ov=false,reflect=false,order_lv_by=none",
            ),
            [
                'list(oblimin.gamma = -0.5, order.lv.by = "none", row.weights = "kaiser", '
                "std.ov = FALSE, reflect = FALSE)"
            ],
        ),
        (
            ("--rotation", "target", "--rotation-target", "target.csv"),
            [
                "target = matrix(c(NA, 0.0, NA, 0.0, NA, 0.0, 0.0, NA, 0.0, NA, 0.0, NA), "
                "ncol = 2, byrow = TRUE)"
            ],
        ),
    ],
)
def test_the_script_for_lavaan_carries_the_rotation(coprod, models, words, expected):
    shown = run(coprod, "efa.txt", "--emit", "lavaan", *words)
    assert shown.returncode == 0
    for part in expected:
        assert part in shown.stdout


@pytest.mark.r
@pytest.mark.parametrize("name", ["geomin", "oblimin", "varimax", "quartimax"])
def test_lavaan_agrees(coprod, models, name):
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed")
    words = ("--rotation", name, "--rotation-se", "bordered", "--engine", "lavaan", "--json", "-")
    found = json.loads(run(coprod, "esem.txt", *words).stdout)
    assert len(found["engine_differences"]) > 30
    for row in found["engine_differences"]:
        assert row["core"] == near(row["lavaan"], "second engine, rotated"), row
