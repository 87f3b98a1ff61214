"""Forms out, answers in, from the command line."""

from __future__ import annotations

import pandas as pd


def test_a_form_goes_out_and_its_answers_come_in(coprod, tmp_path) -> None:
    out = coprod("instrument", "export", "carers", "--to", "xlsform", "--out", "form")
    assert (out.returncode, out.stdout.split()) == (0, ["form/carers.xlsx", "form/sidecar.json"])
    (tmp_path / "odk.csv").write_text("page_situation-relat,page_situation-eage,KEY\n2,80,uuid:1\n")
    read = coprod(
        "responses",
        "import",
        "odk.csv",
        "--from",
        "odk",
        "--instrument",
        "carers",
        "--sidecar",
        "form/sidecar.json",
        "--out",
        "answers.csv",
    )
    assert read.returncode == 0, read.stderr
    answers = pd.read_csv(tmp_path / "answers.csv")
    assert answers.loc[0, ["RID", "RELAT", "EAGE"]].tolist() == ["uuid:1", 2, 80]


def test_an_export_needs_the_sidecar_of_its_form(coprod, tmp_path) -> None:
    (tmp_path / "odk.csv").write_text("relat\n2\n")
    read = coprod(
        "responses",
        "import",
        "odk.csv",
        "--from",
        "odk",
        "--instrument",
        "carers",
        "--out",
        "answers.csv",
    )
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


def test_a_questionnaire_is_printed_and_entered_answers_come_in(coprod, tmp_path) -> None:
    out = coprod("instrument", "export", "carers", "--to", "paper", "--lang", "en", "-o", "paper")
    assert out.returncode == 0, out.stderr
    names = [line.rpartition("/")[2] for line in out.stdout.split()]
    assert names == ["carers_en.pdf", "carers_en.docx", "data_entry.xlsx", "sidecar.json"]
    read = coprod(
        "responses",
        "import",
        "paper/data_entry.xlsx",
        "--from",
        "xlsx",
        "--instrument",
        "carers",
        "--out",
        "answers.csv",
    )
    assert read.returncode == 0, read.stderr
    assert "columns rejected: none" in read.stdout


def test_a_folder_of_fonts_that_is_not_there_is_wrong_usage(coprod) -> None:
    out = coprod(
        "instrument", "export", "carers", "--to", "paper", "--font-path", "none", "-o", "x"
    )
    assert out.returncode == 2


def test_a_draft_is_written_once_and_read_back(coprod, tmp_path) -> None:
    (tmp_path / "city.csv").write_text("id,svc_a,svc_b,svc_c\n1,1,2,3\n2,3,9,1\n3,2,1,2\n4,3,3,9\n")
    told = coprod("instrument", "draft", "city.csv", "--out", "city.yaml", "--title", "City")
    assert told.returncode == 0, told.stderr
    assert "4 rows, 4 columns: 1 administrative, 3 single" in told.stdout
    assert coprod("instrument", "check", "city.yaml").returncode == 0
    again = coprod("instrument", "draft", "city.csv", "--out", "city.yaml")
    assert again.returncode == 2
    assert "may have been edited" in again.stderr
    numbers = coprod("instrument", "draft", "city.csv", "--out", "other.yaml", "--json", "-")
    assert '"suggested_scales": 1' in numbers.stdout


def test_what_cannot_be_drafted_ends_with_one_message(coprod, tmp_path) -> None:
    (tmp_path / "none.csv").write_text("id,wgt\n1,0.5\n2,1.5\n")
    told = coprod("instrument", "draft", "none.csv", "--out", "none.yaml")
    assert told.returncode == 1
    assert told.stderr.startswith("DRAFT-004 none.csv: no column looks like a question")
    assert not (tmp_path / "none.yaml").exists()
