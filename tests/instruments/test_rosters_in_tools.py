"""Rosters in the tools for questionnaires: subsets, the linter, coverage."""

from __future__ import annotations

from pathlib import Path

import pytest

from coprod_stats.instruments import Instrument, check_instrument, read_instrument
from coprod_stats.instruments.checks.linting import lint
from coprod_stats.instruments.construct_coverage import construct_coverage
from coprod_stats.instruments.subsets.writing import write_subset
from coprod_stats.study.coverage_staircase import staircase

CONSTRUCTS = """
source: "An article."
constructs:
  TRU: {family: f, label: Trust, role: impact, section: "5", sources: "[1]", respondent: both,
        measure: reflective}
  CAR: {family: f, label: Care, role: impact, section: "5", sources: "[1]", respondent: both,
        measure: reflective}
"""
SURVEY = """
instrument: survey
version: 1.0.0
title: A survey
introduction: Welcome.
languages: [en]
constructs: constructs.yaml
forms: {full: {title: Full}}
administrative: [{id: RID, title: Respondent, role: respondent}]
responses:
  ext3: {kind: unipolar, options: {1: Not at all, 2: Somewhat, 3: Completely}}
pages:
  - page: size
    blocks:
      - block: size
        items:
          - {id: SIZE, kind: number, text: How many live here?, number: {min: 0, max: 4}}
          - {id: CARE, text: Does anyone need care?, options: {1: "Yes", 2: "No"}}
          - {id: AGO, kind: number, text: For how many years?, number: {min: 0, max: 90}}
          - {id: TOWN, kind: text, text: In which town?}
          - {id: HERE, kind: text, text: Where were you born?}
  - page: members
    when: CARE == 1
    roster:
      id: MEMBER
      title: Members
      count: SIZE
      summaries:
        KIDS: {title: Children, value: "count(AGE < 18)"}
        CARED: {title: Mean care, value: mean(CARE1)}
    blocks:
      - block: who
        items:
          - {id: AGE, kind: number, text: How old?, number: {min: 0, max: 120}}
          - {id: LIVE, kind: text, text: Where?}
      - block: care
        stem: To what extent is this person
        responses: ext3
        items:
          - {id: CARE1, text: cared for by you and your neighbours?}
          - {id: CARE2, text: cared for by others?}
          - {id: CARE3, text: left alone?, reverse: true}
  - page: trust
    when: KIDS > 0
    blocks:
      - block: trust
        stem: To what extent
        responses: ext3
        items:
          - {id: TRU1, text: do you rely on the office?}
          - {id: TRU2, text: is the office kind?}
          - {id: TRU3, text: is the office honest?}
      - block: last
        items:
          - {id: FROM, kind: text, text: Where do you live now?, prefill: {answer: TOWN}}
scales:
  TRUST: {title: Trust, construct: TRU, min_answered: 2, items: [TRU1, TRU2, TRU3]}
  CARED3: {title: Care, construct: CAR, min_answered: 2, items: [CARE1, CARE2, CARE3]}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "constructs.yaml").write_text(CONSTRUCTS, encoding="utf-8")
    file = tmp_path / "survey.yaml"
    file.write_text(SURVEY, encoding="utf-8")
    assert not check_instrument(file)
    return file


@pytest.mark.parametrize("name", ["KIDS", "MEMBER"])
def test_what_rows_sum_up_to_and_their_number_are_no_texts(path: Path, name: str) -> None:
    path.write_text(SURVEY.replace("when: KIDS > 0", f"when: {name} == 'two'"), encoding="utf-8")
    assert "EXPR-007" in {fault.code for fault in check_instrument(path)}


def test_what_is_no_question_neither_counts_rows_nor_is_an_answer(path: Path) -> None:
    text = SURVEY.replace("count: SIZE", "count: BOTH").replace("answer: TOWN", "answer: BOTH")
    text += "derived: {BOTH: {title: Both, value: SIZE + AGO}}\n"
    path.write_text(text, encoding="utf-8")
    assert [fault.code for fault in check_instrument(path)] == ["ITEM-024", "ROSTER-002"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("count(AGE <", "EXPR-001"),
        ("count(AGES < 18)", "EXPR-002"),
        ("count(CARE1 == 9)", "EXPR-003"),
        ("sum(LIVE)", "EXPR-004"),
        ("count(includes(AGE, 1))", "EXPR-006"),
        ("count(AGE == 'x')", "EXPR-007"),
        ("AGE + 1", "ROSTER-005"),
        ("count(SIZE > 1)", "ROSTER-005"),
    ],
)
def test_a_summary_is_checked_as_every_expression_is(path: Path, value: str, code: str) -> None:
    text = SURVEY.replace('"count(AGE < 18)"', f'"{value}"')
    path.write_text(text, encoding="utf-8")
    assert [(fault.code, fault.place) for fault in check_instrument(path)] == [
        (code, "summary 'KIDS'")
    ]


def asked(instrument: Instrument) -> set[str]:
    return {item.id for table in instrument.tables for item in table.items}


def test_a_subset_follows_the_summary_into_the_roster_and_to_its_count(
    path: Path, tmp_path: Path
) -> None:
    found = write_subset(path, ["TRUST"], tmp_path / "cut" / "mine.yaml")
    cut = read_instrument(tmp_path / "cut" / "mine.yaml")
    assert asked(cut) == {"SIZE", "CARE", "AGE", "TRU1", "TRU2", "TRU3"}
    (roster,) = cut.rosters
    assert [entry.id for entry in roster.summaries] == ["KIDS"]
    assert found.cut.gone["summaries"] == ("CARED",)
    reasons = {entry.part: entry.reason for entry in found.cut.stayed}
    assert reasons["SIZE"] == "the number of rows of roster 'MEMBER'"
    assert reasons["AGE"] == "the value of summary 'KIDS'"
    assert str(cut.introduction) == "Welcome."


def test_a_subset_to_a_scale_of_rows_keeps_what_shows_the_roster(
    path: Path, tmp_path: Path
) -> None:
    write_subset(path, ["CARED3"], tmp_path / "cut" / "mine.yaml")
    cut = read_instrument(tmp_path / "cut" / "mine.yaml")
    assert asked(cut) == {"SIZE", "CARE", "CARE1", "CARE2", "CARE3"}
    assert [entry.id for entry in cut.rosters[0].summaries] == ["CARED"]
    assert [scale.id for scale in cut.rosters[0].scales] == ["CARED3"]


def test_a_subset_keeps_the_answer_with_which_a_question_is_filled(
    path: Path, tmp_path: Path
) -> None:
    write_subset(path, ["TRUST"], tmp_path / "cut" / "mine.yaml", keep=["FROM"])
    assert {"FROM", "TOWN"} <= asked(read_instrument(tmp_path / "cut" / "mine.yaml"))


def test_a_roster_without_summaries_left_is_kept_with_none(path: Path, tmp_path: Path) -> None:
    write_subset(path, [], tmp_path / "cut" / "mine.yaml", keep=["LIVE"])
    cut = read_instrument(tmp_path / "cut" / "mine.yaml")
    assert asked(cut) == {"SIZE", "CARE", "LIVE"}
    assert cut.rosters[0].summaries == ()


def test_rules_find_questions_of_rows_once_and_constructs_in_them(path: Path) -> None:
    instrument = read_instrument(path)
    found = [(finding.code, finding.place) for finding in lint(instrument)]
    assert found.count(("LINT-005", "CARE1")) + found.count(("LINT-001", "CARE1")) == 1
    assert not [place for code, place in found if code == "LINT-010"]
    assert {entry.construct.code: entry.status for entry in construct_coverage([instrument])} == {
        "TRU": "covered",
        "CAR": "covered",
    }


def test_the_staircase_counts_rows_apart_from_respondents(path: Path) -> None:
    instrument = read_instrument(path)
    rows = {row.construct.code: row for row in staircase([instrument], [instrument], [])}
    (measure,) = rows["CAR"].forms
    assert (measure.form, measure.items) == ("full, rows of MEMBER", ("CARE1", "CARE2", "CARE3"))
    assert measure.reliability
    assert rows["CAR"].steps == ("named", "asked", "scaled")
    assert "scaled as fielded" in rows["TRU"].steps
