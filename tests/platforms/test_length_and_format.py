"""Texts of a stated length and format, on every platform and when they are read."""

from __future__ import annotations

from pathlib import Path

import pytest
import test_surveyjs
import test_xlsform
from short_forms import cells, short_form
from test_limesurvey import fill as fill_limesurvey
from test_limesurvey import named, needs_node, rows_of
from test_qualtrics import Respondent, survey_file
from test_redcap import TYPE, dictionary

from coprod_stats.instruments import Instrument, InstrumentError
from coprod_stats.instruments.codebook import codebook
from coprod_stats.instruments.preview import preview
from coprod_stats.platforms import compose_form
from coprod_stats.platforms.paper.building import paper_document
from coprod_stats.platforms.paper.versions import versions
from coprod_stats.responses import read_responses

ITEMS = """
- {id: PLATE, kind: text, text: Which?, pattern: '[A-Z]{1,3}/[0-9]+', length: {min: 4, max: 6}}
- {id: MAIL, kind: text, text: Where?, format: email, length: {max: 20}}
- {id: SHORT, kind: text, text: Why?, length: {min: 3, max: 12}, offers: [dont_know]}
"""
CASES = [
    ("PLATE", "AB/1", True),
    ("PLATE", "AB/12345", False),
    ("PLATE", "A/1", False),
    ("PLATE", "xAB/1", False),
    ("PLATE", "AB/1 ", False),
    ("MAIL", "a.b@c.org", True),
    ("MAIL", "a.b@c", False),
    ("MAIL", "somebody@somewhere.org", False),
    ("SHORT", "It's\nso", True),
    ("SHORT", "no", False),
    ("SHORT", "a\nmuch longer text", False),
]


@pytest.fixture
def instrument(tmp_path: Path) -> Instrument:
    return short_form(tmp_path, ITEMS)


@pytest.mark.parametrize(("column", "text", "right"), CASES)
def test_what_does_not_fit_is_rejected_when_it_is_read(
    column: str, text: str, right: bool, instrument: Instrument, tmp_path: Path
) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(f'{column}\n"{text}"\n-7\n', encoding="utf-8")
    found = read_responses(path, instrument)
    assert cells(found, column) == [(text if right else None,), ("-7",)]
    assert len(found.rejected) == (not right)


@test_xlsform.needs_engine
def test_odks_engine_holds_to_length_and_format(instrument: Instrument, tmp_path: Path) -> None:
    form = test_xlsform.xform(compose_form(instrument, "xlsform"), tmp_path)
    people = [{"assigned": {}, "answers": [[id.lower(), text]]} for id, text, _ in CASES]
    found = test_xlsform.fill(form, people)
    assert [not one["violations"] for one in found] == [right for _, _, right in CASES]


@test_surveyjs.needs_survey_core
def test_survey_core_holds_to_length_and_format(instrument: Instrument, tmp_path: Path) -> None:
    form = compose_form(instrument, "surveyjs").files["survey.json"]
    people = [{"before": {}, "answers": [[id, text]]} for id, text, _ in CASES]
    found = test_surveyjs.fill(form, people, tmp_path)["results"]
    assert [result["completed"] for result in found] == [right for _, _, right in CASES]


@needs_node
def test_limesurvey_holds_to_length_and_format(instrument: Instrument, tmp_path: Path) -> None:
    people = [{"assigned": {}, "answers": {id: text}} for id, text, _ in CASES]
    found = fill_limesurvey(instrument, people, tmp_path)["problems"]
    assert [not problems for problems in found] == [right for _, _, right in CASES]
    asked = named(rows_of(instrument), "Q", "PLATE")
    assert asked["validation"] == r"/(?=^([A-Z]{1,3}\/[0-9]+)$)^[\s\S]{4,6}$/"
    assert asked["maximum_chars"] == "6"


def test_qualtrics_holds_to_length_and_format(instrument: Instrument) -> None:
    survey = survey_file(instrument)
    for id, text, right in CASES:
        assert (Respondent(survey, {id: text}, {}).problems == []) == right, text
    assert Respondent(survey, {}, {}).problems == []


def test_redcap_holds_to_what_it_can(instrument: Instrument) -> None:
    fields = dictionary(instrument)
    validation = "Text Validation Type OR Show Slider Number"
    assert (fields["mail"][TYPE], fields["mail"][validation]) == ("text", "email")
    limits = [fields[name]["Field Annotation"] for name in ("plate", "mail", "short")]
    assert limits == ["@CHARLIMIT=6", "@CHARLIMIT=20", "@CHARLIMIT=12"]
    losses = compose_form(instrument, "redcap").losses
    places = [loss.place for loss in losses if loss.code == "PLATFORM-138"]
    assert places == ["item PLATE", "item SHORT"]


def test_preview_codebook_and_paper_state_length_and_format(instrument: Instrument) -> None:
    shown = preview(instrument)
    assert "of at most 20 characters, in the format email" in shown
    assert "4 to 6 characters; [A-Z]{1,3}/[0-9]+" in codebook(instrument)
    (version,) = versions(instrument)
    printed = [e for e in paper_document(version, "en").elements if e.kind == "question"]
    assert printed[0].instruction == "Please write in your own words. Characters: 4 to 6."


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?<a>x)",
        r"(a)\1",
        r"^a$",
        r"a++",
        r"\p{L}",
        "[",
        r"a\b",
        "(?=a)a",
        "[[:alpha:]]",
        "[a&&b]",
        "a{99999999999}",
    ],
)
def test_a_pattern_that_platforms_read_in_different_ways_is_a_fault(
    pattern: str, tmp_path: Path
) -> None:
    with pytest.raises(InstrumentError) as caught:
        short_form(tmp_path, f"- {{id: A, kind: text, text: A, pattern: '{pattern}'}}")
    assert [fault.code for fault in caught.value.faults] == ["ITEM-018"]


@pytest.mark.parametrize(
    ("rule", "codes"),
    [
        ("pattern: '.*.*x'", []),
        ("pattern: '.*.*.*x'", ["ITEM-019"]),
        ("pattern: '.*-.*-.*', length: {max: 4000}", ["ITEM-019"]),
        ("pattern: '.*-.*-.*', length: {max: 464}", []),
        ("pattern: '[^-]*-[^-]*-.*'", []),
        ("pattern: '(a+)+b', length: {max: 10}", ["ITEM-019"]),
    ],
)
def test_a_pattern_that_takes_too_long_for_the_longest_text_is_a_fault(
    rule: str, codes: list[str], tmp_path: Path
) -> None:
    assert _faults(rule, tmp_path) == codes


def _faults(rule: str, folder: Path) -> list[str]:
    try:
        short_form(folder, f"- {{id: A, kind: text, text: A, {rule}}}")
    except InstrumentError as error:
        return [fault.code for fault in error.faults]
    return []
