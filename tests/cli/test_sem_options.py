"""Every option of ``coprod sem`` reaches the fit, and the same input gives the same bytes."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from coprod_stats.cli.model_commands import sem
from coprod_stats.latent_models.specification import Specification

DATA = Path(__file__).parents[1] / "oracles" / "lavaan" / "data"
MODEL = "f =~ x1 + x2 + x3 + x4\nf ~ ageyr\n"
WLSMV = ("--estimator", "WLSMV", "--ordered", "x1,x2,x3,x4")
GROUPS = ("--group", "school")
DRAWN = ("--bootstrap", "10", "--seed", "1")

# option, what it needs, its words, field of the specification and value
REACHING = [
    ("model_type", (), ("--model-type", "cfa"), "model_type", "cfa"),
    ("estimator", (), ("--estimator", "MLR"), "estimator", "MLR"),
    ("ordered", WLSMV[:2], ("--ordered", "x1,x2,x3,x4"), "ordered", ["x1", "x2", "x3", "x4"]),
    ("parameterization", WLSMV, ("--parameterization", "theta"), "parameterization", "theta"),
    ("missing", (), ("--missing", "fiml"), "missing", "fiml"),
    ("auxiliary", ("--missing", "fiml"), ("--auxiliary", "x5"), "auxiliary", ["x5"]),
    ("group", (), GROUPS, "group", "school"),
    ("group_equal", GROUPS, ("--group-equal", "loadings"), "group_equal", ["loadings"]),
    (
        "group_partial",
        (*GROUPS, "--group-equal", "loadings"),
        ("--group-partial", "f=~x2"),
        "group_partial",
        ["f=~x2"],
    ),
    ("cluster", (), ("--cluster", "id"), "cluster", "id"),
    ("sampling_weights", (), ("--sampling-weights", "agemo"), "sampling_weights", "agemo"),
    ("se", (), ("--se", "robust"), "se", "robust"),
    ("information", (), ("--information", "observed"), "information", "observed"),
    ("likelihood", (), ("--likelihood", "wishart"), "likelihood", "wishart"),
    ("bootstrap", (), ("--bootstrap", "10", "--seed", "1"), "bootstrap", 10),
    ("seed", ("--bootstrap", "10"), ("--seed", "3"), "seed", 3),
    (
        "bootstrap_type",
        DRAWN,
        ("--bootstrap-type", "bollen-stine"),
        "bootstrap_type",
        "bollen-stine",
    ),
    ("conf_level", (), ("--conf-level", "0.9"), "conf_level", 0.9),
    ("ci", DRAWN, ("--ci", "bca"), "ci", "bca"),
    ("std_lv", (), ("--std-lv",), "std_lv", True),
    ("effect_coding", (), ("--effect-coding",), "effect_coding", True),
    ("fixed_x", (), ("--no-fixed-x",), "fixed_x", False),
    ("meanstructure", (), ("--meanstructure",), "meanstructure", True),
    ("engine", (), ("--engine", "semopy"), "engine", "semopy"),
]
# these choose what is read and written; tests of the command and of instruments hold them
AROUND = {"files", "data", "sheet", "instrument", "difference", "modindices", "scores", "emit"}
AROUND |= {"json"}
# these need exploratory blocks; tests/sem/rotation holds them
ROTATION = {"rotation", "rotation_args", "rotation_se"}


@pytest.fixture
def fitted(coprod, tmp_path):
    (tmp_path / "model.txt").write_text(MODEL)
    with (DATA / "hs1939.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        row["agemo"] = str(1 + int(row["agemo"]))  # weights must be positive
    rows[3]["x1"] = ""

    def fit(*words):
        ordered = "--ordered" in words or "WLSMV" in words
        with (tmp_path / "data.csv").open("w", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0])
            writer.writeheader()
            for row in rows:
                graded = {f"x{i}": graded_of(row[f"x{i}"]) for i in (1, 2, 3, 4)}
                writer.writerow(row | graded if ordered else row)
        shown = coprod("sem", "model.txt", "--data", "data.csv", "--json", "fit.json", *words)
        if shown.returncode == 1:
            return shown.stderr, None
        found = json.loads((tmp_path / "fit.json").read_text())
        numbers = {key: found[key] for key in ("parameters", "fit", "n_obs")}
        return numbers, found["specification"]

    return fit


def graded_of(cell):
    return str(sum(float(cell) > cut for cut in (3, 5))) if cell else ""


@pytest.mark.parametrize(("option", "basis", "words", "field", "value"), REACHING)
def test_an_option_reaches_the_fit(option, basis, words, field, value, fitted):
    without, _ = fitted(*basis)
    numbers, specification = fitted(*basis, *words)
    assert specification[field] == value
    # lavaan's cfa() and sem() have the same defaults; growth() differs
    if option != "model_type":
        assert numbers != without


def test_growth_defaults_reach_the_fit(fitted):
    assert fitted("--model-type", "growth")[0] != fitted()[0]


def test_no_option_is_left_out():
    tried = {option for option, *_ in REACHING}
    assert {parameter.name for parameter in sem.params} == (
        tried | AROUND | ROTATION | {"rotation_target"}
    )
    reached = {field for *_, field, _ in REACHING}
    assert {item.name for item in fields(Specification)} - reached == {
        "model",
        *ROTATION,
    }


@pytest.mark.parametrize("options", [("--estimator", "MLR", "--missing", "fiml"), WLSMV])
def test_the_same_input_gives_the_same_output(options, tmp_path):
    """Same bytes for any hash seed; for any number of threads the same to 1e-9."""
    (tmp_path / "model.txt").write_text(MODEL)
    data = DATA / ("hs_ord4.csv" if "WLSMV" in options else "hs_mcar.csv")
    command = "from coprod_stats.cli.main import run; run()"
    words = ["sem", "model.txt", "--data", str(data), "--json", "-", "--modindices", *options]

    def output(seed, threads):
        changed = {"PYTHONHASHSEED": seed, "OPENBLAS_NUM_THREADS": threads}
        return subprocess.run(
            [sys.executable, "-c", command, *words],
            cwd=tmp_path,
            capture_output=True,
            check=True,
            env=os.environ | changed,
        ).stdout

    one = output("0", "1")
    assert output("1", "1") == one
    found, other = json.loads(one), json.loads(output("2", "2"))
    assert numbers_of(other) == pytest.approx(numbers_of(found), rel=1e-9, abs=1e-9)


def numbers_of(value):
    if isinstance(value, dict):
        return [number for item in value.values() for number in numbers_of(item)]
    if isinstance(value, list):
        return [number for item in value for number in numbers_of(item)]
    return [value] if isinstance(value, float) else []
