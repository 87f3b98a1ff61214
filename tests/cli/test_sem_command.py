"""``coprod sem`` as a user meets it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tolerances import near

from coprod_stats.instruments.shipped import shelf

DATA = Path(__file__).parents[1] / "oracles" / "lavaan" / "data"
SOURCE = Path(__file__).parents[2] / "src"
CFA = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\n"


@pytest.fixture
def models(tmp_path, coprod):
    (tmp_path / "cfa.txt").write_text(CFA)
    (tmp_path / "apart.txt").write_text(CFA + "visual ~~ 0*textual\n")
    (tmp_path / "loose.txt").write_text("f =~ x1 + x2\nx1 ~~ x2\n")
    return tmp_path


def fitted(coprod, model, *options, data="hs1939.csv"):
    shown = coprod("sem", model, "--data", DATA / data, "--json", "-", *options)
    assert (shown.returncode, shown.stderr) == (0, "")
    return json.loads(shown.stdout)


def test_json(coprod, models):
    found = fitted(coprod, "cfa.txt", "--modindices", "--group", "school", "--estimator", "MLR")
    assert (found["converged"], found["engine"], found["estimator"]) == (True, "core", "MLR")
    assert (found["n_obs"], found["n_groups"]) == (301, 2)
    assert found["group_labels"] == ["Pasteur", "Grant-White"]
    first = found["parameters"][0]
    assert (first["lhs"], first["op"], first["rhs"], first["group"]) == ("visual", "=~", "x1", 1)
    assert (first["free"], first["est"], first["se"]) == (False, 1.0, 0.0)
    assert "z" not in first
    assert {"chisq", "chisq_scaled", "cfi_robust", "rmsea_ci_upper", "bic2"} <= set(found["fit"])
    best = found["modification_indices"][0]
    assert set(best) == {"lhs", "op", "rhs", "group", "mi", "epc", "sepc_all"}
    assert "modification_indices" not in fitted(coprod, "cfa.txt")


def test_ordered_data(coprod, models):
    found = fitted(
        coprod, "cfa.txt", "--estimator", "WLSMV", "--ordered", "all", data="hs_ord4.csv"
    )
    assert {row["op"] for row in found["parameters"]} >= {"|", "~*~"}
    assert found["asked_and_used"]["test"]["used"] == "scaled-shifted"


def test_an_improper_solution_is_written_and_ends_with_status_3(coprod, models):
    shown = coprod("sem", "loose.txt", "--data", DATA / "hs1939.csv", "--json", "fit.json")
    assert shown.returncode == 3
    assert "IMPROPER" in shown.stdout
    found = json.loads((models / "fit.json").read_text())
    assert found["proper"] is False
    assert {"SEM-103", "SEM-104"} <= {warning["code"] for warning in found["warnings"]}


LEVELS = "level: 1\nfw =~ y1 + {a}y2 + y3\nlevel: 2\nfb =~ y1 + {a}y2 + y3\n"


def test_two_levels(coprod, models):
    (models / "levels.txt").write_text(LEVELS.format(a=""))
    found = fitted(coprod, "levels.txt", "--cluster", "cluster", data="demo_twolevel.csv")
    assert (found["estimator"], found["n_clusters"]) == ("ML", [200])
    assert {row["level"] for row in found["parameters"]} == {1, 2}


def test_two_levels_are_compared_from_their_json(coprod, models):
    data = "demo_twolevel.csv"
    (models / data).write_bytes((DATA / data).read_bytes())
    for name, label in (("free", ""), ("equal", "l*")):
        (models / f"{name}.txt").write_text(LEVELS.format(a=label))
        coprod(
            "sem",
            f"{name}.txt",
            "--data",
            data,
            "--cluster",
            "cluster",
            "--estimator",
            "MLR",
            "--json",
            f"{name}.json",
        )
    shown = coprod("sem", "compare", "equal.json", "free.json", "--json", "-")
    _, restricted = json.loads(shown.stdout)
    assert restricted["diff_df"] == 1


def test_levels_without_clusters_are_a_fault(coprod, models):
    (models / "levels.txt").write_text(LEVELS.format(a=""))
    shown = coprod("sem", "levels.txt", "--data", DATA / "demo_twolevel.csv")
    assert shown.returncode == 1
    assert "needs the column of the clusters" in shown.stderr


def test_a_negative_variance_between_clusters_ends_with_status_3(coprod, models):
    rows = [f"{sign * (k % 5) + 0.1 * (k % 3)},{k}" for k in range(40) for sign in (1, -1)]
    (models / "pairs.csv").write_text("y,pair\n" + "\n".join(rows) + "\n")
    (models / "levels.txt").write_text("level: 1\ny ~~ y\nlevel: 2\ny ~~ y\n")
    shown = coprod("sem", "levels.txt", "--data", "pairs.csv", "--cluster", "pair")
    assert shown.returncode == 3
    assert "y~~y (level 2)" in shown.stdout


@pytest.mark.parametrize(
    ("options", "data", "method"),
    [
        ((), "hs1939.csv", "likelihood ratio"),
        (("--estimator", "MLR"), "hs1939.csv", "Satorra-Bentler (2001)"),
        (("--estimator", "WLSMV", "--ordered", "all"), "hs_ord4.csv", "Satorra (2000)"),
    ],
)
def test_nested_models_are_compared_from_their_json(coprod, models, options, data, method):
    (models / data).write_bytes((DATA / data).read_bytes())
    for name in ("cfa", "apart"):
        coprod("sem", f"{name}.txt", "--data", data, "--json", f"{name}.json", *options)
    shown = coprod("sem", "compare", "apart.json", "cfa.json", "--json", "-")
    freer, restricted = json.loads(shown.stdout)
    assert (freer["name"], restricted["name"]) == ("cfa.json", "apart.json")
    assert restricted["method"] == method
    assert restricted["diff_df"] == 1
    assert restricted["diff_p_value"] < 1e-4
    assert f"Difference test: {method}" in coprod("sem", "compare", "cfa.json", "apart.json").stdout


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("compare", "a.json", "b.json", "--modindices"), "in coprod sem compare: --modindices"),
        (("compare", "a.json", "b.json", "--estimator", "MLR"), "compare: --estimator"),
        (("compare", "a.json", "--data", "x.csv", "--emit", "mplus"), "compare: --data, --emit"),
        (("cfa.txt", "--data", "x.csv", "--emit", "lavaan", "--json", "f.json"), "--emit: --json"),
        (("cfa.txt", "--data", "x.csv", "--emit", "lavaan", "--scores", "s.csv"), "--emit: --scor"),
    ],
)
def test_options_without_effect_are_refused(coprod, models, given, message):
    shown = coprod("sem", *given)
    assert shown.returncode == 2
    assert message in " ".join(shown.stderr.split())


def test_a_shipped_sample_is_found_and_what_it_rejects_is_counted(coprod, models):
    Path("tri.txt").write_text("f =~ COP1 + COP2 + COP3", encoding="utf-8")
    found = coprod("sem", "tri.txt", "--data", "carers", "--instrument", "carers")
    assert found.returncode == 0
    header, first, *rest = (shelf("sample_data") / "carers.csv").read_text("utf-8").splitlines()
    cells = first.split(",")
    cells[header.split(",").index("COP1")] = "77"
    Path("odd.csv").write_text("\n".join([header, ",".join(cells), *rest]), encoding="utf-8")
    shown = coprod("sem", "tri.txt", "--data", "odd.csv", "--instrument", "carers")
    assert "rejected 0 rows, 1 value" in shown.stderr


def test_fits_with_other_groups_of_one_file_are_of_different_data(coprod, models):
    rows = (DATA / "hs1939.csv").read_text(encoding="utf-8").splitlines()
    halves = [f"{row},{'half' if k == 0 else k % 2}" for k, row in enumerate(rows)]
    Path("two.csv").write_text("\n".join(halves), encoding="utf-8")
    for name, group in (("cfa", "school"), ("apart", "half")):
        coprod(
            "sem", f"{name}.txt", "--data", "two.csv", "--json", f"{name}.json", "--group", group
        )
    shown = coprod("sem", "compare", "cfa.json", "apart.json")
    assert shown.returncode == 1
    assert "different data" in shown.stderr


def test_the_scaling_of_a_comparison_is_chosen(coprod, models):
    shown = coprod("sem", "cfa.txt", "--data", "x.csv", "--difference", "satorra.2000")
    assert "only in coprod sem compare: --difference" in shown.stderr
    for estimator in ("MLR", "ULS"):
        for name in ("cfa", "apart"):
            coprod(
                "sem",
                f"{name}.txt",
                "--data",
                DATA / "hs1939.csv",
                "--estimator",
                estimator,
                "--json",
                f"{name}.json",
            )
        words = ("sem", "compare", "cfa.json", "apart.json", "--difference", "satorra.bentler.2010")
        shown, document = coprod(*words), json.loads(coprod(*words, "--json", "-").stdout)
        if estimator == "MLR":
            assert "Difference test: Satorra-Bentler (2010)" in shown.stdout
            assert "warnings" not in document[1]
            continue
        assert "Warning SEM-304, apart.json: the difference of ULS" in shown.stdout
        assert [warning["code"] for warning in document[1]["warnings"]] == ["SEM-304", "SEM-305"]
        assert "diff_p_value" not in document[1]
        assert "nan" not in shown.stdout


def test_a_model_may_stand_in_place_of_its_file(coprod, models):
    by_file = fitted(coprod, "cfa.txt")
    assert fitted(coprod, CFA)["parameters"] == by_file["parameters"]
    assert fitted(coprod, CFA.replace("\n", ";"))["parameters"] == by_file["parameters"]
    long = " + ".join(f"x{place}" for place in range(1, 300))
    shown = coprod("sem", f"f =~ {long}", "--data", DATA / "hs1939.csv")
    assert "'x10' is neither in the data" in shown.stderr
    shown = coprod("sem", "absent.txt", "--data", DATA / "hs1939.csv")
    assert (shown.returncode, "absent.txt" in shown.stderr) == (1, True)
    (models / "a~b").write_text(CFA)
    assert fitted(coprod, "a~b")["parameters"] == by_file["parameters"]


def test_what_cannot_be_compared_is_said(coprod, models):
    data = models / "data.csv"
    data.write_bytes((DATA / "hs_ord4.csv").read_bytes())
    wlsmv = ("--estimator", "WLSMV", "--ordered", "all")
    coprod("sem", "cfa.txt", "--data", data, "--json", "cfa.json", *wlsmv)
    coprod("sem", "apart.txt", "--data", data, "--json", "apart.json", *wlsmv)
    coprod("sem", "apart.txt", "--data", data, "--json", "ml.json")
    coprod("sem", "loose.txt", "--data", data, "--json", "loose.json")
    (models / "words.json").write_text("[]")
    (models / "torn.json").write_text("{")
    data.write_text(data.read_text() + "\n" + data.read_text().splitlines()[-1])
    for files, message in (
        (("cfa.json",), "two or more fits"),
        (("cfa.json", "apart.json"), "data have changed"),
        (("cfa.json", "ml.json"), "differ in estimator"),
        (("ml.json", "loose.json"), "different variables"),
        (("cfa.json", "words.json"), "words.json: no JSON of a fit"),
        (("cfa.json", "torn.json"), "torn.json: no JSON of a fit"),
    ):
        shown = coprod("sem", "compare", *files)
        assert (shown.returncode, message in shown.stderr) == (1, True), shown.stderr


def test_factor_scores_stand_in_the_order_of_the_rows(coprod, models):
    table = (DATA / "hs1939.csv").read_text().splitlines()
    holed = table[2].split(",")
    holed[6] = ""  # x1
    (models / "holed.csv").write_text("\n".join([*table[:2], ",".join(holed), *table[3:]]))
    coprod("sem", "cfa.txt", "--data", "holed.csv", "--scores", "scores.csv")
    rows = (models / "scores.csv").read_text().splitlines()
    assert rows[0] == "visual,textual"
    assert len(rows) == len(table)
    assert rows[2] == ","
    assert all(len(row.split(",")) == 2 for row in rows)


def test_ordered_items_have_modal_scores(coprod, models):
    data = str(DATA / "hs_ord4.csv")
    ordered = ("--ordered", "all", "--estimator", "WLSMV", "--scores", "scores.csv")
    assert coprod("sem", "cfa.txt", "--data", data, *ordered).returncode == 0
    rows = (models / "scores.csv").read_text().splitlines()
    assert rows[0] == "visual,textual"
    assert len(rows) == 302
    assert all(abs(float(score)) < 4 for row in rows[1:] for score in row.split(","))


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("cfa.txt",), 2, "needs --data"),
        (("cfa.txt", "apart.txt", "--data", "x.csv"), 2, "one model at a time"),
        (("cfa.txt", "--data", "x.csv"), 1, "x.csv"),
        (("cfa.txt", "--data", str(DATA / "pd.csv")), 1, "'x4' is neither"),
        (("cfa.txt", "--data", str(DATA / "hs1939.csv"), "--seed", "1"), 1, "seed has no effect"),
        (
            (
                "cfa.txt",
                "--data",
                str(DATA / "hs1939.csv"),
                "--emit",
                "mplus",
                "--estimator",
                "DWLS",
            ),
            1,
            "not available in Mplus: estimator DWLS",
        ),
        (
            ("cfa.txt", "--data", "a.csv", "--instrument", "citizen", "--emit", "lavaan"),
            1,
            "--emit lavaan: R would read the table without --instrument",
        ),
    ],
)
def test_faults(coprod, models, words, status, message):
    shown = coprod("sem", *words)
    assert (shown.returncode, message in shown.stderr) == (status, True), shown.stderr


def test_the_script_for_lavaan(coprod, models, snapshot):
    shutil.copy(DATA / "hs1939.csv", models / "hs.csv")
    options = (
        "--estimator",
        "MLR",
        "--missing",
        "fiml",
        "--group",
        "school",
        "--cluster",
        "id",
        "--group-equal",
        "loadings,residual-covariances",
        "--group-partial",
        "f=~x1",
        "--std-lv",
        "--no-fixed-x",
        "--meanstructure",
        "--information",
        "observed",
    )
    shown = coprod("sem", "cfa.txt", "--data", "hs.csv", "--emit", "lavaan", *options)
    assert (shown.returncode, shown.stdout) == (0, snapshot)
    ordered = ("--ordered", "x1,x2", "--estimator", "WLSMV", "--se", "robust")
    emit = ("sem", "cfa.txt", "--data", "hs.csv", "--emit", "lavaan", *ordered)
    plain, clustered = coprod(*emit).stdout, coprod(*emit, "--cluster", "id").stdout
    assert 'ordered = c("x1", "x2")' in plain
    assert "ignores cluster" not in plain
    assert "# with ordered variables lavaan 0.6-14 ignores cluster" in clustered


def test_the_input_for_mplus(coprod, models, snapshot):
    model = "visual =~ x1 + x2 + a*x3\ntextual =~ x4 + x5 + a*x6\nhalf := a/2\n"
    (models / "equal.txt").write_text(model)
    options = (
        "--estimator",
        "MLR",
        "--missing",
        "fiml",
        "--group",
        "school",
        "--group-equal",
        "intercepts",
    )
    shown = coprod("sem", "equal.txt", "--data", DATA / "hs_mcar.csv", "--emit", "mplus", *options)
    # starting values are proposals and may change
    text = re.sub(r"\*-?[0-9.]+(?=[;\]} ])", "*start", shown.stdout)
    assert (shown.returncode, text) == (0, snapshot)
    assert "hs_mcar.mplus.dat" in shown.stderr
    rows = (models / "hs_mcar.mplus.dat").read_text().splitlines()
    assert len(rows) == 301
    assert {len(row.split(" ")) for row in rows} == {7}
    assert any("-9" in row.split(" ") for row in rows)


@pytest.mark.r
def test_lavaan_as_a_check(coprod, models):
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed")
    found = fitted(
        coprod, "cfa.txt", "--engine", "lavaan", "--estimator", "MLR", "--group", "school"
    )
    assert len(found["engine_differences"]) > 60
    for row in found["engine_differences"]:
        assert row["core"] == near(row["lavaan"], "second engine"), row


def test_the_command_loads_nothing_that_a_small_model_does_not_need(models):
    script = (
        "import sys\n"
        "from coprod_stats.cli.main import run\n"
        "try:\n    run()\n"
        "except SystemExit:\n    pass\n"
        "heavy = {'pandas', 'statsmodels', 'pingouin', 'scipy', 'semopy', 'matplotlib', 'rich',\n"
        "         'pydantic', 'importlib.metadata'}\n"
        "heavy |= {'coprod_stats.sem.' + name for name in ('multilevel', 'resampling',\n"
        "          'rotation.solution', 'estimation.fiml', 'estimation.least_squares',\n"
        "          'estimation.categorical_problem', 'observed.polychoric',\n"
        "          'inference.sandwich')}\n"
        "heavy |= {'coprod_stats.' + name for name in ('instruments.model', 'documents',\n"
        "          'instruments.spreadsheet_text', 'platforms', 'responses.plain_lines',\n"
        "          'responses.table', 'responses.workbook', 'study')}\n"
        "heavy |= {'coprod_stats.cli.' + name + '_commands' for name in ('instrument',\n"
        "          'responses', 'review', 'study')}\n"
        "heavy |= {'coprod_stats.cli.import_command', 'coprod_stats.cli.coverage_command'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    words = ["sem", "cfa.txt", "--data", str(DATA / "hs1939.csv"), "--json", "fit.json"]
    run = subprocess.run(
        [sys.executable, "-c", script, *words],
        cwd=models,
        text=True,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
        check=True,
    )
    assert run.stdout.splitlines()[-1] == "[]"


def test_a_group_named_as_a_missing_value_is_not_dropped_silently(coprod, models) -> None:
    rows = (DATA / "hs1939.csv").read_text().replace("Pasteur", "NA")
    (models / "named.csv").write_text(rows.replace("Grant-White", "DE"))
    shown = coprod("sem", "cfa.txt", "--data", "named.csv", "--group", "school")
    assert "named.csv, column school: 156 cells have 'NA', which is read as missing" in shown.stderr
    assert "156 of 301 rows omitted for missing values" in shown.stdout + shown.stderr


def test_nothing_is_searched_for_garbage_at_the_end():
    script = (
        "import atexit, gc, sys\n"
        "atexit.register(lambda: print(gc.get_freeze_count() > 1000))\n"
        "from coprod_stats.cli.main import run\n"
        "sys.argv = ['coprod', '--version']\n"
        "run()\n"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert found.stdout.splitlines()[-1] == "True"
