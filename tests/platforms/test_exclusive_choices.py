"""Multiple choices with options that stand alone, and with limits, on every platform and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import test_surveyjs
from short_forms import cells, read_export, short_form
from test_limesurvey import fill as fill_limesurvey
from test_limesurvey import named, needs_node, rows_of
from test_qualtrics import questions, survey_file
from test_redcap import dictionary
from test_xlsform import sheet

from coprod_stats.instruments import Instrument
from coprod_stats.instruments.codebook import codebook
from coprod_stats.instruments.preview import preview
from coprod_stats.literals import ExportSource
from coprod_stats.platforms import compose_form
from coprod_stats.platforms.paper.building import paper_document
from coprod_stats.platforms.paper.versions import versions
from coprod_stats.responses import read_responses

ITEMS = """
- {id: W, kind: multiple, text: Which?, options: {1: A, 2: B, 3: C}, off_scale: {96: None, 97: All},
   min_choices: 2, max_choices: 2, offers: [dont_know]}
- {id: X, kind: text, text: Why none?, when: "includes(W, 96)"}
"""
COLUMNS = ("W__1", "W__2", "W__3", "W__96", "W__97", "X")


@pytest.fixture
def instrument(tmp_path: Path) -> Instrument:
    return short_form(tmp_path, ITEMS)


EXPORTS: dict[ExportSource, list[dict[str, Any]]] = {
    "odk": [{"w": "96", "x": "because"}, {"w": "1 3"}, {"w": "dk"}, {"w": "1 96"}],
    "surveyjs": [{"W": [96], "X": "because"}, {"W": [1, 3]}, {"W": [-9]}, {"W": [1, 96]}],
    "redcap": [
        {"w___1": 0, "w___2": 0, "w___3": 0, "w___96": 1, "w___97": 0, "w____9": 0, "x": "because"},
        {"w___1": 1, "w___2": 0, "w___3": 1, "w___96": 0, "w___97": 0, "w____9": 0},
        {"w___1": 0, "w___2": 0, "w___3": 0, "w___96": 0, "w___97": 0, "w____9": 1},
        {"w___1": 1, "w___2": 0, "w___3": 0, "w___96": 1, "w___97": 0, "w____9": 0},
    ],
    "limesurvey": [
        {"W[96]": "Y", "X": "because", "submitdate": "2026-11-24"},
        {"W[1]": "Y", "W[3]": "Y", "submitdate": "2026-11-24"},
        {"W[dk]": "Y", "submitdate": "2026-11-24"},
        {"W[1]": "Y", "W[96]": "Y", "submitdate": "2026-11-24"},
    ],
    "qualtrics": [{"W": "96", "X": "because"}, {"W": "1,3"}, {"W": "-9"}, {"W": "1,96"}],
}


@pytest.mark.parametrize("source", EXPORTS)
def test_an_exclusive_option_has_its_column_and_stands_alone(
    source: ExportSource, instrument: Instrument, tmp_path: Path
) -> None:
    found = read_export(instrument, source, EXPORTS[source], tmp_path)
    assert cells(found, *COLUMNS) == [
        (0, 0, 0, 1, 0, "because"),
        (1, 0, 1, 0, 0, None),
        (-9, -9, -9, -9, -9, None),
        (None, None, None, None, None, "-7"),
    ]
    assert {(entry.line, entry.code) for entry in found.rejected} == {
        (4 if source == "surveyjs" else 5, "VALUE-002")
    }
    assert (
        "an exclusive one (96, 97) is chosen alone, at least 2 are chosen"
        in found.rejected[0].reason
    )


@pytest.mark.parametrize(
    ("ticks", "kept"),
    [("1,1,0,0,0", True), ("1,0,0,0,0", False), ("1,1,1,0,0", False), ("0,0,0,1,1", False)],
)
def test_the_number_of_choices_is_held_to_when_answers_are_read(
    ticks: str, kept: bool, instrument: Instrument, tmp_path: Path
) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(f"{','.join(COLUMNS[:5])}\n{ticks}\n", encoding="utf-8")
    found = read_responses(path, instrument)
    assert (found.rejected == ()) == kept
    assert found.answers["W__1"].notna().all() == kept


def test_the_forms_hold_to_exclusive_options_and_limits(instrument: Instrument) -> None:
    rows = sheet(compose_form(instrument, "xlsform"), "survey")
    survey = {row["name"]: row for row in rows if "name" in row}
    assert survey["w"]["constraint"] == (
        "not(selected(., '96') and count-selected(.) > 1)"
        " and not(selected(., '97') and count-selected(.) > 1)"
        " and not(selected(., 'dk') and count-selected(.) > 1) and count-selected(.) <= 2"
        " and (count-selected(.) >= 2 or selected(., '96') or selected(., '97')"
        " or selected(., 'dk'))"
    )
    asked = named(rows_of(instrument), "Q", "W")
    assert (asked["exclude_all_others"], asked["max_answers"]) == ("96;97;dk", "2")
    assert asked["em_validation_q_tip"] == "Please tick at least 2."
    assert dictionary(instrument)["w"]["Field Annotation"] == (
        "@NONEOFTHEABOVE='96,97,-9' @MAXCHECKED=2"
    )
    tagged = questions(survey_file(instrument))["W"]
    assert [id for id, choice in tagged["Choices"].items() if choice.get("ExclusiveAnswer")] == [
        "96",
        "97",
        "98",
    ]
    for platform, code in (("redcap", "PLATFORM-135"), ("qualtrics", "PLATFORM-165")):
        assert code in [loss.code for loss in compose_form(instrument, platform).losses]


def test_qualtrics_demands_a_least_number_where_nothing_stands_alone(tmp_path: Path) -> None:
    plain = "- {id: W, kind: multiple, text: Which?, options: {1: A, 2: B, 3: C}, min_choices: 2}"
    settings = questions(survey_file(short_form(tmp_path, plain)))["W"]["Validation"]["Settings"]
    assert (settings["Type"], settings["MinChoices"], settings["MaxChoices"]) == (
        "ChoiceRange",
        "2",
        "",
    )


@test_surveyjs.needs_survey_core
@pytest.mark.parametrize(
    ("chosen", "taken"), [([1, 2], [1, 2]), ([96], [96]), ([-9], [-9]), ([1], None)]
)
def test_survey_core_demands_a_least_number_of_choices(
    chosen: list[int], taken: list[int] | None, instrument: Instrument, tmp_path: Path
) -> None:
    form = compose_form(instrument, "surveyjs").files["survey.json"]
    (found,) = test_surveyjs.fill(form, [{"before": {}, "answers": [["W", chosen]]}], tmp_path)[
        "results"
    ]
    assert (found["data"].get("W") if found["completed"] else None) == taken
    assert found["errors"] == ([] if taken else ["W: Please tick at least 2."])


@test_surveyjs.needs_survey_core
@pytest.mark.parametrize(
    ("required", "taken"), [("false", [True, False, True]), ("true", [False, False, True])]
)
def test_survey_core_demands_choices_of_who_answers(
    required: str, taken: list[bool], tmp_path: Path
) -> None:
    plain = "- {id: W, kind: multiple, text: Which?, options: {1: A, 2: B, 3: C}, min_choices: 2,"
    instrument = short_form(tmp_path, f"{plain} required: {required}}}")
    form = compose_form(instrument, "surveyjs").files["survey.json"]
    answers: list[list[object]] = [[], [["W", [1]]], [["W", [1, 3]]]]
    people = [{"before": {}, "answers": given} for given in answers]
    found = test_surveyjs.fill(form, people, tmp_path)["results"]
    assert [result["completed"] for result in found] == taken


@test_surveyjs.needs_survey_core
@pytest.mark.parametrize(
    ("more", "answers", "taken"),
    [
        ("", [], True),
        ("", [["W", {"o1": 3}]], False),
        ("", [["W", {"o1": 3, "o2": 7}]], True),
        ("", [["W", {"o1": 0, "o2": 0}]], False),
        (", offers: [dont_know]", [["W_NA", [-9]]], True),
        (", offers: [dont_know], required: true", [["W_NA", [-9]]], True),
        (", offers: [dont_know], required: true", [], False),
        (", required: true", [], False),
    ],
)
def test_survey_core_demands_a_total_of_who_answers(
    more: str, answers: list[object], taken: bool, tmp_path: Path
) -> None:
    shares = "- {id: W, kind: allocate, total: 10, text: Whose?, options: {1: A, 2: B}"
    form = compose_form(short_form(tmp_path, f"{shares}{more}}}"), "surveyjs").files["survey.json"]
    (found,) = test_surveyjs.fill(form, [{"before": {}, "answers": answers}], tmp_path)["results"]
    assert found["completed"] == taken


@needs_node
@pytest.mark.parametrize(("chosen", "right"), [(["1", "2"], True), (["96"], True), (["1"], False)])
def test_limesurvey_demands_a_least_number_of_choices(
    chosen: list[str], right: bool, instrument: Instrument, tmp_path: Path
) -> None:
    people = [{"assigned": {}, "answers": {"W": chosen}}]
    (problems,) = fill_limesurvey(instrument, people, tmp_path)["problems"]
    assert problems == ([] if right else ["W: invalid"])


def test_preview_codebook_and_paper_state_what_stands_alone(instrument: Instrument) -> None:
    shown = " ".join(preview(instrument).split())
    assert "at least 2 and at most 2 of: 1 A | 2 B | 3 C || 96 None alone | 97 All alone" in shown
    assert "1 chosen, 0 not chosen; alone: 96, 97" in codebook(instrument)
    (version,) = versions(instrument)
    printed = [e for e in paper_document(version, "en").elements if e.kind == "question"]
    assert printed[0].instruction == (
        "Please tick 2 to 2. If you tick “None”, please tick nothing else. "
        "If you tick “All”, please tick nothing else."
    )
    assert [tick.label for tick in printed[0].beside] == ["None", "All", "Don't know"]
    (content,) = compose_form(instrument, "frictionless").files.values()
    fields = json.loads(content)["resources"][0]["schema"]["fields"]
    assert [field["title"] for field in fields][3:5] == ["Which? None", "Which? All"]


REQUIRED = """
- {id: T, kind: text, text: Who pays?, required: true, offers: [dont_know]}
- {id: N, kind: number, text: How much?, required: true, offers: [dont_know, refused]}
"""


@test_surveyjs.needs_survey_core
def test_dont_know_answers_a_required_text_or_number_in_surveyjs(tmp_path: Path) -> None:
    form = compose_form(short_form(tmp_path, REQUIRED), "surveyjs").files["survey.json"]
    given = [[["T_NA", [-9]], ["N_NA", [-8]]], [["T", "we"], ["N", 3]], [["T", "we"]], []]
    people = [{"before": {}, "answers": answers} for answers in given]
    found = test_surveyjs.fill(form, people, tmp_path)["results"]
    assert [result["completed"] for result in found] == [True, True, False, False]


def test_dont_know_answers_a_required_text_or_number_in_redcap(tmp_path: Path) -> None:
    fields = dictionary(short_form(tmp_path, REQUIRED))
    demanded = {name: row["Required Field?"] for name, row in fields.items()}
    assert demanded == {"record_id": "", "t": "", "t_na": "y", "n": "", "n_na": "y"}
    logic = "Branching Logic (Show field only if...)"
    assert fields["t_na"][logic] == "not ([t] <> '')"
