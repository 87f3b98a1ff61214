"""Questionnaires of one's own: without scales, without constructs, with constructs of their own."""

from __future__ import annotations

import csv

import openpyxl
import pytest

from coprod_stats.instruments.spreadsheet_text import unguarded

PLAIN = """
instrument: parks
version: 0.1.0
title: Parks
languages: [en]
forms: {full: {title: Full}}
pages:
  - page: one
    blocks:
      - block: one
        items:
          - {id: VISITS, text: How often?, options: {1: Never, 2: Often}}
          - {id: YEARS, kind: number, text: Since when?, number: {min: 0}}
"""
CONSTRUCTS = """
source: An article.
constructs:
  USE: {family: Use, label: Use, role: behaviour, section: "1", sources: none,
        respondent: citizen, measure: single}
  JOY: {family: Joy, label: Joy, role: impact, section: "1", sources: none,
        respondent: both, measure: single}
"""


@pytest.fixture
def parks(tmp_path):
    path = tmp_path / "parks.yaml"
    path.write_text(PLAIN)
    (tmp_path / "answers.csv").write_text("VISITS,YEARS\n1,3\n2,4\n")
    return path


def test_answers_to_a_questionnaire_without_scales_are_scored_to_nothing(coprod, parks) -> None:
    done = coprod("score", "answers.csv", "--instrument", parks)
    assert (done.returncode, done.stdout) == (0, "no scales\n")
    done = coprod("score", "answers.csv", "--instrument", parks, "--json", "-")
    assert (done.returncode, done.stdout) == (0, "[]\n")


def test_coverage_of_a_questionnaire_without_constructs_says_so(coprod, parks) -> None:
    done = coprod("instrument", "coverage", parks)
    assert done.returncode == 1
    assert "parks: names no file of constructs" in done.stderr
    assert "MODULE" not in done.stderr


def test_coverage_of_a_questionnaire_is_that_of_its_own_constructs(coprod, parks, tmp_path) -> None:
    (tmp_path / "constructs.yaml").write_text(CONSTRUCTS)
    measured = PLAIN.replace("languages:", "constructs: constructs.yaml\nlanguages:")
    parks.write_text(measured.replace("text: How often?", "text: How often?, measures: [USE]"))
    done = coprod("instrument", "coverage", parks)
    assert done.returncode == 1
    shown = [line.split() for line in done.stdout.splitlines()]
    assert shown[:2] == [
        ["USE", "parks", "asked", "full:", "1", "of", "all,", "single", "items"],
        ["JOY", "parks", "named", "nothing", "asks", "it"],
    ]
    assert shown[2] == ["named", "2", "of", "2"]
    assert shown[3] == ["asked", "1", "of", "2"]


def test_coverage_of_the_shipped_questionnaires_goes_through_their_modules(coprod) -> None:
    done = coprod("instrument", "coverage", "carers")
    last = done.stdout.splitlines()[-1].split()
    assert (done.returncode, last) == (0, ["seen", "on", "real", "answers", "2", "of", "2"])


HOSTILE_IDS = (
    *("=1+1", "-1+1", "+2", "@SUM(1)", "\uff1d1+1", "-12", "r1"),
    '=HYPERLINK("http://x","y")',
)


@pytest.mark.parametrize("command", ["score", "quality"])
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_no_spreadsheet_executes_an_id_in_a_table_of_results(
    coprod, parks, tmp_path, command: str, suffix: str
) -> None:
    parks.write_text(
        PLAIN.replace("pages:", "administrative: [{id: RID, title: Id, role: respondent}]\npages:")
    )
    with (tmp_path / "answers.csv").open("w", newline="", encoding="utf-8") as file:
        rows = ([id, 1 + place % 2, place] for place, id in enumerate(HOSTILE_IDS))
        csv.writer(file).writerows([["RID", "VISITS", "YEARS"], *rows])
    out = f"results.{suffix}"
    done = coprod(command, "answers.csv", "--instrument", parks, "--out", out)
    assert done.returncode == 0, done.stderr
    if suffix == "xlsx":
        cells = [row[0] for row in openpyxl.load_workbook(out).active.iter_rows(min_row=2)]
        assert [(cell.value, cell.data_type) for cell in cells] == [(id, "s") for id in HOSTILE_IDS]
        return
    with (tmp_path / out).open(newline="", encoding="utf-8") as file:
        written = [row["respondent"] for row in csv.DictReader(file)]
    assert [unguarded(id) for id in written] == list(HOSTILE_IDS)
    executed = [id for id in written if id[0] in "=+-@\uff1d\uff0b\uff0d\uff20"]
    assert executed == ["+2", "-12"]  # plain numbers
