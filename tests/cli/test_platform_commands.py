"""Forms out, answers in, from the command line."""

from __future__ import annotations

import pandas as pd


def test_a_form_goes_out_and_its_answers_come_in(coprod, tmp_path) -> None:
    out = coprod("instrument", "export", "carers", "--to", "xlsform", "--out", "form")
    assert (out.returncode, out.stdout.split()) == (0, ["form/carers.xlsx", "form/sidecar.json"])
    (tmp_path / "odk.csv").write_text("page_situation-relat,page_situation-eage,KEY\n2,80,uuid:1\n")
    read = coprod("responses", "import", "odk.csv", "--from", "odk", "--instrument", "carers",
                  "--sidecar", "form/sidecar.json", "--out", "answers.csv")  # fmt: skip
    assert read.returncode == 0, read.stderr
    answers = pd.read_csv(tmp_path / "answers.csv")
    assert answers.loc[0, ["RID", "RELAT", "EAGE"]].tolist() == ["uuid:1", 2, 80]


def test_an_export_needs_the_sidecar_of_its_form(coprod, tmp_path) -> None:
    (tmp_path / "odk.csv").write_text("relat\n2\n")
    read = coprod("responses", "import", "odk.csv", "--from", "odk", "--instrument", "carers",
                  "--out", "answers.csv")  # fmt: skip
    assert read.returncode == 2
    assert "--sidecar" in read.stderr


def test_what_is_stated_differently_is_said(coprod) -> None:
    told = coprod("instrument", "export", "citizen", "--to", "xlsform", "--out", "form").stderr
    assert "PLATFORM-101" in told


def test_a_language_that_there_is_not_ends_the_export(coprod, tmp_path) -> None:
    out = coprod("instrument", "export", "carers", "--to", "xlsform", "--lang", "xx", "-o", "form")
    assert out.returncode == 1
    assert "has no language 'xx'" in out.stderr
    assert not (tmp_path / "form").exists()
