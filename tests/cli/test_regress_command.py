"""``coprod regress`` on the shipped carers."""

import json


def test_numbers_as_json(coprod):
    words = "regress carers.csv --formula", "EMPL ~ CAGE + C(EDU)", "--family binomial --effects"
    done = coprod(*words[0].split(), words[1], *words[2].split(), "--json", "-")
    assert done.returncode == 0
    content = json.loads(done.stdout)
    assert content["glance"]["errors"] == "HC3"
    assert "cluster" not in content["glance"]
    assert [row["term"] for row in content["terms"]][:2] == ["(Intercept)", "CAGE"]
    assert [row["contrast"] for row in content["effects"]] == ["slope", "2 - 1", "3 - 1"]


def test_options_reach_the_fit(coprod):
    words = ["regress", "carers.csv", "-f", "NEGC7 ~ CAGE", "--cluster", "EDU", "--weights", "RID"]
    done = coprod(*words, "--errors", "HC0")
    assert "weights RID, 3 clusters of EDU, HC0 standard errors" in done.stdout


def test_codes_of_missing_answers_that_are_read_as_numbers_are_said(coprod, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("x,y,z\n1,2,-9\n2,-8,1\n3,4,1\n4,4,2\n2,3,2\n")
    done = coprod("regress", str(path), "--formula", "y ~ x")
    assert done.returncode == 0
    assert done.stderr.startswith("t.csv, column y (1): -7, -8 and -9 are read as numbers;")


def test_a_fault_is_told(coprod):
    done = coprod("regress", "carers.csv", "--formula", "NEGC7 ~ WEALTH")
    assert (done.returncode, done.stderr) == (1, "the data have no column WEALTH\n")


def test_a_fit_that_did_not_converge_ends_with_status_3(coprod, monkeypatch):
    from coprod_stats.structure.regression import generalized_linear

    # no step is smaller than this, so that the iterations never end of themselves
    monkeypatch.setattr(generalized_linear, "TOLERANCE", -1.0)
    done = coprod("regress", "carers.csv", "--formula", "EMPL ~ CAGE", "--family", "binomial")
    assert done.returncode == 3
    assert "did not converge in 100 iterations" in done.stdout
