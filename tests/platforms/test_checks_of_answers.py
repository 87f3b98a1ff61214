"""Checks across answers with a message: refused on the screen, rejected when read."""

from __future__ import annotations

from pathlib import Path

import pytest
import test_surveyjs
import test_xlsform
from redcap_logic import holds
from short_forms import cells, short_form
from test_limesurvey import fill as fill_limesurvey
from test_limesurvey import needs_node, rows_of
from test_qualtrics import Respondent, survey_file
from test_redcap import LOGIC, dictionary

from coprod_stats.instruments import Instrument, InstrumentError
from coprod_stats.instruments.codebook import codebook
from coprod_stats.instruments.preview import preview
from coprod_stats.instruments.translations.translation import translation_rows
from coprod_stats.platforms import compose_form
from coprod_stats.responses import read_responses

ITEMS = """
- {id: AGE, kind: number, text: Age?, number: {min: 18, max: 99}, offers: [dont_know]}
- {id: JOB, text: Work?, options: {1: "Yes", 2: "No"}}
- id: YEARS
  kind: number
  text: Years of work?
  number: {min: 0, max: 80}
  offers: [dont_know]
  checks:
    - {holds: YEARS <= AGE - 15, message: "Longer than since you were 15?"}
    - {holds: JOB == 1 or YEARS < 60, message: That long?}
"""
CASES = [
    ({"AGE": 40, "YEARS": 25}, True),
    ({"AGE": 40, "YEARS": 26}, False),
    ({"YEARS": 70}, True),
    ({"AGE": -9, "YEARS": 70}, True),
    ({"AGE": 90, "JOB": 2, "YEARS": 59}, True),
    ({"AGE": 90, "JOB": 2, "YEARS": 60}, False),
    ({"AGE": 90, "JOB": 1, "YEARS": 60}, True),
    ({"AGE": 20, "YEARS": -9}, True),
]
"""Answers, and whether their checks are not known to fail."""


@pytest.fixture
def instrument(tmp_path: Path) -> Instrument:
    return short_form(tmp_path, ITEMS)


def test_an_answer_that_is_known_to_disagree_is_rejected_with_the_message(
    instrument: Instrument, tmp_path: Path
) -> None:
    path = tmp_path / "answers.csv"
    rows = [",".join(str(row.get(id, "")) for id in ("AGE", "JOB", "YEARS")) for row, _ in CASES]
    path.write_text("\n".join(["AGE,JOB,YEARS", *rows]), encoding="utf-8")
    found = read_responses(path, instrument)
    assert cells(found, "YEARS") == [(row["YEARS"] if right else None,) for row, right in CASES]
    assert [(entry.line, entry.column, entry.code) for entry in found.rejected] == [
        (3, "YEARS", "VALUE-003"),
        (7, "YEARS", "VALUE-003"),
    ]
    assert found.rejected[0].value == "26"
    assert found.rejected[0].reason.endswith("Longer than since you were 15?")


def test_the_reason_of_a_rejection_has_no_marks_of_placeholders(tmp_path: Path) -> None:
    items = """
- {id: NAME, kind: text, text: Where?}
- {id: AGE, kind: number, text: Age?}
- id: YEARS
  kind: number
  text: Years?
  checks: [{holds: YEARS <= AGE, message: "Longer in [PLACE] than you live [sic]?"}]
"""
    head = "placeholders: {PLACE: {item: NAME, otherwise: your town}}\n"
    path = tmp_path / "answers.csv"
    path.write_text("NAME,AGE,YEARS\nBonn,20,30\n", encoding="utf-8")
    (rejected,) = read_responses(path, short_form(tmp_path, items, head=head)).rejected
    assert rejected.reason.endswith("Longer in your town than you live [sic]?")


@test_xlsform.needs_engine
def test_odks_engine_carries_out_checks(instrument: Instrument, tmp_path: Path) -> None:
    export = compose_form(instrument, "xlsform")
    row = next(r for r in test_xlsform.sheet(export, "survey") if r.get("name") == "years")
    assert "${years}" not in row["constraint"]
    said = row["constraint_message::English (en)"]
    assert said == "Longer than since you were 15? That long?"
    wanted = [dict.fromkeys(("AGE", "JOB", "YEARS")) | given for given, _ in CASES]
    people = [test_xlsform.as_xforms(instrument, row) for row in wanted]
    found = test_xlsform.fill(test_xlsform.xform(export, tmp_path), people)
    assert [not one["violations"] for one in found] == [right for _, right in CASES]


@needs_node
def test_limesurvey_carries_out_checks(instrument: Instrument, tmp_path: Path) -> None:
    people = []
    for given, _ in CASES:
        answers = {
            f"{id}NA" if code == -9 else id: "dk" if code == -9 else str(code)
            for id, code in given.items()
        }
        people.append({"assigned": {}, "answers": answers})
    found = fill_limesurvey(instrument, people, tmp_path)["problems"]
    assert [not problems for problems in found] == [right for _, right in CASES]
    row = next(row for row in rows_of(instrument) if row["name"] == "YEARS")
    assert row["em_validation_q_tip"] == "Longer than since you were 15? That long?"


@test_surveyjs.needs_survey_core
def test_survey_core_carries_out_checks(instrument: Instrument, tmp_path: Path) -> None:
    wanted = [dict.fromkeys(("AGE", "JOB", "YEARS")) | given for given, _ in CASES]
    people = [test_surveyjs.as_surveyjs(instrument, row, n) for n, row in enumerate(wanted)]
    form = compose_form(instrument, "surveyjs").files["survey.json"]
    found = test_surveyjs.fill(form, people, tmp_path)["results"]
    assert [result["completed"] for result in found] == [right for _, right in CASES]
    assert found[1]["errors"] == ["YEARS: Longer than since you were 15?"]


def test_redcap_shows_the_message_while_a_check_fails(instrument: Instrument) -> None:
    fields = dictionary(instrument)
    assert fields["check_years_1"]["Field Label"] == "Longer than since you were 15?"
    for given, right in CASES:
        record = {"age": "", "job": "", "years": "", "age_na": "", "years_na": ""}
        record |= {id.lower(): str(code) for id, code in given.items() if code != -9}
        shown = [holds(fields[f"check_years_{n}"][LOGIC], record) for n in (1, 2)]
        assert any(shown) != right
    losses = [loss.code for loss in compose_form(instrument, "redcap").losses]
    assert "PLATFORM-136" in losses


def test_qualtrics_carries_out_what_it_can_compare(tmp_path: Path) -> None:
    one = ITEMS.replace("    - {holds: YEARS <= AGE", "    # - {holds: YEARS <= AGE")
    instrument = short_form(tmp_path, one)
    codes = {loss.code for loss in compose_form(instrument, "qualtrics").losses}
    assert "PLATFORM-168" in codes
    assert "PLATFORM-167" not in codes
    survey = survey_file(instrument)
    for given, right in CASES[2:]:
        answers = {id: code for id, code in given.items() if code != -9}
        assert (Respondent(survey, answers, {}).problems == []) == right
    assert Respondent(survey, {"YEARS": 81, "JOB": 1}, {}).problems == ["YEARS: not valid"]
    assert Respondent(survey, {"YEARS": 1.5, "JOB": 1}, {}).problems == ["YEARS: not valid"]


def test_qualtrics_states_what_it_cannot_compare(instrument: Instrument) -> None:
    export = compose_form(instrument, "qualtrics")
    assert export.refused == ()
    codes = {loss.code for loss in export.losses}
    assert "PLATFORM-167" in codes
    assert "PLATFORM-168" not in codes  # no check is in the form, so none is reported in it
    assert Respondent(survey_file(instrument), {"YEARS": 81}, {}).problems == [
        "YEARS: no such number"
    ]


def test_preview_codebook_and_sheet_have_rule_and_message(
    instrument: Instrument, tmp_path: Path
) -> None:
    shown = " ".join(preview(instrument).split())
    assert "Accepted unless it is false that YEARS is at most (AGE - 15): Longer than" in shown
    assert "accepted if" in codebook(instrument)
    keys = [row.key for row in translation_rows(tmp_path / "short.yaml", "de")]
    assert "YEARS.checks.0.message" in keys


@pytest.mark.parametrize(
    ("item", "codes"),
    [
        ("{id: A, kind: number, text: A, checks: [{holds: B > A, message: m}]}", ["ROUTE-001"]),
        ("{id: A, kind: number, text: A, checks: [{holds: 1 > 2, message: m}]}", ["ITEM-016"]),
        ("{id: A, kind: note, text: A, checks: [{holds: A > 2, message: m}]}", ["ITEM-016"]),
        ("{id: A, kind: number, text: A, checks: [{holds: A >, message: m}]}", ["EXPR-001"]),
    ],
)
def test_a_check_that_cannot_be_carried_out_is_a_fault(
    item: str, codes: list[str], tmp_path: Path
) -> None:
    with pytest.raises(InstrumentError) as caught:
        short_form(tmp_path, f"- {item}\n- {{id: B, kind: number, text: B}}")
    assert set(codes) <= {fault.code for fault in caught.value.faults}
