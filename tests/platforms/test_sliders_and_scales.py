"""Sliders, and scales of numbers labelled at their ends: on every platform, and as answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import test_surveyjs
import test_xlsform
from short_forms import cells, read_export, short_form
from test_limesurvey import fill as fill_limesurvey
from test_limesurvey import named, needs_node, rows_of
from test_qualtrics import Respondent, questions, survey_file
from test_redcap import dictionary

from coprod_stats.instruments import Instrument
from coprod_stats.instruments.codebook import codebook
from coprod_stats.instruments.preview import preview
from coprod_stats.instruments.source.reading import InstrumentError, read_instrument
from coprod_stats.instruments.translations.coverage import translation_coverage
from coprod_stats.instruments.translations.translation import translation_rows
from coprod_stats.instruments.versions.comparison import compare
from coprod_stats.literals import ExportSource
from coprod_stats.platforms import compose_form
from coprod_stats.platforms.codebooks.labelled_variables import labelled_variables
from coprod_stats.platforms.paper.building import paper_document
from coprod_stats.platforms.paper.document import MarkedLine, Steps
from coprod_stats.platforms.paper.versions import versions
from coprod_stats.responses import read_responses
from coprod_stats.simulation.population import PopulationForm
from coprod_stats.simulation.simulated_answers import simulate_answers

SCALE = """
responses:
  nrs: {kind: unipolar, points: [0, 10], options: {0: Not at all, 5: Half, 10: Completely}}
"""
ITEMS = """
- {id: PAIN, kind: number, text: How much?, offers: [dont_know], number: {min: 0, max: 100, slider: {low: None, middle: Some, high: Worst, step: 5}}}
- {id: PART, kind: number, text: Which part?, number: {min: 0, max: 1, whole: false, slider: {low: None, high: All, step: 0.1}}}
- {id: EASY, text: How easy?, responses: nrs, offers: [dont_know]}
"""  # noqa: E501 an item a line


@pytest.fixture
def instrument(tmp_path: Path) -> Instrument:
    return short_form(tmp_path, ITEMS, head=SCALE)


EXPORTS: dict[ExportSource, list[dict[str, Any]]] = {
    "odk": [
        {"pain": "55", "part": "0.3", "easy": "10"},
        {"why_pain": "dk", "easy": "dk"},
        {"pain": "57", "part": "1.5", "easy": "99"},
    ],
    "surveyjs": [
        {"PAIN": 55, "PART": 0.30000000000000004, "EASY": 10},
        {"PAIN_NA": [-9], "EASY": -9},
        {"PAIN": 57, "PART": 1.5, "EASY": 99},
    ],
    "redcap": [
        {"pain": "55", "part": "0.3", "easy": "10", "short_complete": 2},
        {"pain_na": -9, "easy": -9, "short_complete": 2},
        {"pain": "57", "part": "1.5", "easy": "99", "short_complete": 2},
    ],
    "limesurvey": [
        {"PAIN[PAIN]": "55.0000000000", "PART[PART]": ".3", "EASY": 10, "submitdate": "2026"},
        {"PAINNA": "dk", "EASY": "dk", "submitdate": "2026"},
        {"PAIN[PAIN]": "57", "PART[PART]": "1.5", "EASY": 11, "submitdate": "2026"},
    ],
    "qualtrics": [
        {"PAIN_1": 55, "PART_1": 0.3, "EASY": 10},
        {"PAIN_NA": -9, "EASY": -9},
        {"PAIN_1": 57, "PART_1": 1.5, "EASY": 99},
    ],
}


@pytest.mark.parametrize("source", EXPORTS)
def test_numbers_on_a_line_are_read_and_others_rejected(
    source: ExportSource, instrument: Instrument, tmp_path: Path
) -> None:
    found = read_export(instrument, source, EXPORTS[source], tmp_path)
    assert cells(found, "PAIN", "PART", "EASY") == [(55, 0.3, 10), (-9, -7, -9), (None, None, None)]
    reasons = {entry.column: entry.reason for entry in found.rejected}
    assert (reasons["PAIN"], reasons["PART"]) == ("between the steps of 5 from 0", "above 1")
    assert reasons.keys() == {"PAIN", "PART", "EASY"}


@pytest.mark.parametrize(
    ("text", "kept"),
    [("0", 0), ("100", 100), ("0.5", None), ("101", None), ("-5", None), ("-8", -8), ("2.5", None)],
)
def test_an_answer_lies_on_a_step(
    text: str, kept: float | None, instrument: Instrument, tmp_path: Path
) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(f"PAIN\n{text}\n", encoding="utf-8")
    found = read_responses(path, instrument)
    assert cells(found, "PAIN") == [(kept,)]
    assert len(found.rejected) == (kept is None)


@pytest.mark.parametrize(
    ("words", "kept"),
    [("Not at all", 0), ("0 – Not at all", 0), ("10 - Completely", 10), ("7", 7), ("Half", 5)],
)
def test_a_number_of_a_scale_is_read_by_its_label_too(
    words: str, kept: int, instrument: Instrument, tmp_path: Path
) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(f"EASY\n{words}\n", encoding="utf-8")
    assert cells(read_responses(path, instrument), "EASY") == [(kept,)]


def test_an_xlsform_has_ranges_with_labelled_ends(instrument: Instrument) -> None:
    export = compose_form(instrument, "xlsform")
    survey = {row["name"]: row for row in test_xlsform.sheet(export, "survey") if "name" in row}
    choices = test_xlsform.sheet(export, "choices")
    named_list = survey["pain"]["parameters"].rpartition("=")[2]
    assert survey["pain"]["type"] == "range"
    assert survey["pain"]["parameters"] == f"start=0 end=100 step=5 tick_labelset={named_list}"
    labels = [
        (row["name"], row["label::English (en)"])
        for row in choices
        if row["list_name"] == named_list
    ]
    assert labels == [("0", "None"), ("50", "Some"), ("100", "Worst")]
    assert survey["part"]["parameters"].startswith("start=0 end=1 step=0.1 ")
    assert survey["easy"]["appearance"] == "columns-pack"
    shown = [
        row["label::English (en)"]
        for row in choices
        if row["list_name"] == survey["easy"]["type"][11:]
    ]
    assert shown[:2] == ["0 – Not at all", "1"]
    assert shown[9:] == ["9", "10 – Completely", "Don't know"]


@pytest.mark.parametrize(
    ("slider", "expected"),
    [
        ("{low: a, high: b}", "no-ticks"),
        ("{low: a, middle: m, high: b}", "tick_interval=50"),
        ("{low: a, high: b, step: 20}", ""),
    ],
)
def test_many_steps_of_an_xlsform_have_no_ticks_of_their_own(
    slider: str, expected: str, tmp_path: Path
) -> None:
    item = "- {id: P, kind: number, text: How?, number: {min: 0, max: 100, slider: SLIDER}}"
    export = compose_form(short_form(tmp_path, item.replace("SLIDER", slider)), "xlsform")
    (row,) = (row for row in test_xlsform.sheet(export, "survey") if row["type"] == "range")
    found = row.get("appearance", "") + row["parameters"]
    assert expected in found
    assert ("tick_interval" in found, "no-ticks" in found) == (
        expected.startswith("tick"),
        expected == "no-ticks",
    )
    test_xlsform.xform(export, tmp_path)


@test_xlsform.needs_engine
def test_odk_s_engine_holds_to_the_steps(instrument: Instrument, tmp_path: Path) -> None:
    form = test_xlsform.xform(compose_form(instrument, "xlsform"), tmp_path)
    answers = [[["pain", 55], ["part", 0.3], ["easy", "10"]], [["part", 0.7]]]
    found = test_xlsform.fill(form, [{"assigned": {}, "answers": given} for given in answers])
    assert [one["violations"] for one in found] == [[], []]
    assert ">55<" in found[0]["xml"]


def test_redcap_has_sliders_of_whole_numbers(instrument: Instrument) -> None:
    fields = dictionary(instrument)
    pain, part, easy = fields["pain"], fields["part"], fields["easy"]
    assert pain["Field Type"] == "slider"
    assert pain["Choices, Calculations, OR Slider Labels"] == "None | Some | Worst"
    limits = ["Text Validation Type OR Show Slider Number"]
    limits += [f"Text Validation {end}" for end in ("Min", "Max")]
    assert [pain[name] for name in limits] == ["number", "0", "100"]
    assert (part["Field Type"], part["Field Note"]) == ("text", "0 = None, 1 = All")
    assert easy["Custom Alignment"] == "RH"
    assert easy["Choices, Calculations, OR Slider Labels"].startswith("0, 0 – Not at all | 1, 1 |")
    losses = [loss.code for loss in compose_form(instrument, "redcap").losses]
    assert losses == ["PLATFORM-145", "PLATFORM-146"]


@needs_node
def test_limesurvey_has_sliders_that_state_their_ends(
    instrument: Instrument, tmp_path: Path
) -> None:
    rows = rows_of(instrument)
    asked = named(rows, "Q", "PAIN")
    assert (asked["type/scale"], asked["slider_layout"], asked["slider_accuracy"]) == (
        "K",
        "1",
        "5",
    )
    assert (asked["slider_min"], asked["slider_max"]) == ("0", "100")
    assert named(rows, "SQ", "PAIN")["text"] == "|None|Worst"
    assert named(rows, "Q", "EASY")["display_columns"] == "12"
    assert "PLATFORM-156" in [loss.code for loss in compose_form(instrument, "limesurvey").losses]
    people = [{"assigned": {}, "answers": {"PAIN": {"PAIN": 55}}}, {"assigned": {}, "answers": {}}]
    found = fill_limesurvey(instrument, people, tmp_path)
    assert found["problems"] == [[], []]
    assert '"PAIN[PAIN]"' in found["csv"]


@pytest.mark.parametrize(
    ("given", "right"), [({"PAIN": 55.0}, True), ({"PAIN": 57.0}, False), ({"PART": 0.3}, True)]
)
def test_qualtrics_sliders_stop_at_the_steps(
    given: dict[str, float], right: bool, instrument: Instrument
) -> None:
    survey = survey_file(instrument)
    assert (Respondent(survey, given, {}).problems == []) == right
    asked = questions(survey)
    assert (asked["PAIN"]["QuestionType"], asked["PAIN"]["Selector"]) == ("Slider", "HSLIDER")
    assert asked["PAIN"]["Configuration"]["GridLines"] == 20
    assert asked["PART"]["Configuration"]["NumDecimals"] == "1"
    labels = [label["Display"] for label in asked["PAIN"]["Labels"].values()]
    assert labels == ["None", "Some", "Worst"]
    assert asked["EASY"]["Selector"] == "SAHR"


@test_surveyjs.needs_survey_core
def test_survey_core_has_sliders(instrument: Instrument, tmp_path: Path) -> None:
    form = compose_form(instrument, "surveyjs").files["survey.json"]
    asked = {one["name"]: one for one in json.loads(form)["pages"][0]["elements"][0]["elements"]}
    assert asked["PAIN"]["type"] == "slider"
    assert asked["PAIN"]["customLabels"][1] == {"value": 50, "text": "Some"}
    assert asked["EASY"]["colCount"] == 0
    people = [{"before": {}, "answers": answers} for answers in ([["PAIN", 55]], [])]
    found = test_surveyjs.fill(form, people, tmp_path)
    assert found["jsonErrors"] == []
    assert [result["data"].get("PAIN") for result in found["results"]] == [55, None]


def test_preview_and_codebooks_state_the_labels(instrument: Instrument) -> None:
    shown = " ".join(preview(instrument).split())
    assert "from 0 to 100 in steps of 5 on a line: 0 = None | 50 = Some | 100 = Worst" in shown
    assert "0 Not at all | 1 | 2 | 3 | 4 | 5 Half | 6" in shown
    assert "0 to 100 in steps of 5; 0 = None; 50 = Some; 100 = Worst" in codebook(instrument)
    pain, _, easy = labelled_variables(instrument, "en")
    assert pain.question == "How much? (0 = None, 50 = Some, 100 = Worst)"
    assert (easy.values[0], easy.values[1]) == ((0, "Not at all"), (1, "1"))
    (ddi,) = compose_form(instrument, "ddi").files.values()
    assert b"<catValu>100</catValu>" in ddi


def test_spss_labels_the_ends(instrument: Instrument, tmp_path: Path) -> None:
    import pyreadstat  # .3 s to load

    ((name, content),) = compose_form(instrument, "spss").files.items()
    (tmp_path / name).write_bytes(content)
    _, found = pyreadstat.read_sav(tmp_path / name)
    assert {0.0: "None", 50.0: "Some", 100.0: "Worst"}.items() <= found.variable_value_labels[
        "PAIN"
    ].items()


def test_paper_has_a_line_or_numbered_boxes(tmp_path: Path) -> None:
    fine = ITEMS.replace("step: 5}", "step: 1}")
    instrument = short_form(tmp_path, fine, head=SCALE)
    (version,) = versions(instrument)
    printed = [e for e in paper_document(version, "en").elements if e.kind == "question"]
    line, tenths, boxes = (question.body for question in printed)
    assert line == MarkedLine("0", "100", "None", "Worst", "Some")
    assert isinstance(tenths, Steps)
    assert [tick.label for tick in tenths.options[:4]] == ["0", "0.1", "0.2", "0.3"]
    assert isinstance(boxes, Steps)
    assert (boxes.low, boxes.high, boxes.notes) == ("Not at all", "Completely", ("5 = Half",))
    assert [tick.label for tick in printed[2].beside] == ["Don't know"]
    assert printed[0].instruction == "Please mark the line with a cross where your answer lies."
    files = compose_form(instrument, "paper").files
    assert {name.rpartition(".")[2] for name in files} == {"docx", "pdf", "xlsx"}


@pytest.mark.parametrize(
    ("more", "last"),
    [
        ("options_when: {10: PART == 1}", "Completely (only if question 1 is 1)"),
        ("other: 10", "Completely – Please specify ________________________"),
        ("required: true", None),
    ],
)
def test_paper_says_of_a_number_of_a_scale_what_it_says_of_other_options(
    more: str, last: str | None, tmp_path: Path
) -> None:
    items = f"""
- {{id: PART, kind: number, text: Which part?}}
- {{id: EASY, text: How easy?, responses: nrs, {more}}}
"""
    (version,) = versions(short_form(tmp_path, items, head=SCALE))
    printed = [e for e in paper_document(version, "en").elements if e.kind == "question"]
    body = printed[1].body
    assert (body.kind == "steps") == (last is None)
    assert last is None or body.options[-1].label == last


@pytest.mark.parametrize(("most", "kind"), [(20, "steps"), (21, "choice")])
def test_paper_lists_the_numbers_of_a_scale_that_do_not_fit_side_by_side(
    most: int, kind: str, tmp_path: Path
) -> None:
    scale = (
        f"responses: {{s: {{kind: unipolar, points: [0, {most}], options: {{0: a, {most}: b}}}}}}"
    )
    form = short_form(tmp_path, "- {id: P, text: How?, responses: s}", head=f"{scale}\n")
    (version,) = versions(form)
    (asked,) = (e for e in paper_document(version, "en").elements if e.kind == "question")
    assert (asked.body.kind, len(asked.body.options)) == (kind, most + 1)


def test_simulated_answers_lie_on_the_steps(tmp_path: Path) -> None:
    head = "administrative: [{id: RID, title: Respondent, role: respondent}]\n"
    instrument = short_form(tmp_path, ITEMS, head=head + SCALE)
    empty = {key: {} for key in ("paths", "loadings", "shares")}
    given = {"population": "short", "about": "x", "rows": 200, "seed": 1, **empty}
    population = PopulationForm.model_validate(given | {"groups": {"all": {"share": 1.0}}})
    rng = np.random.default_rng(1)
    drawn = simulate_answers(population, instrument, n_rows=200, rng=rng).answers
    assert set(drawn["PAIN"]) <= set(range(0, 101, 5))
    assert set(drawn["PART"]) == {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1}
    assert drawn["EASY"].between(0, 10).all()


def test_labels_are_translated_and_numbers_are_not(tmp_path: Path) -> None:
    short_form(tmp_path, ITEMS, head=SCALE)
    path = tmp_path / "short.yaml"
    keys = {row.key for row in translation_rows(path, "de")}
    assert {"PAIN.number.slider.low", "responses.nrs.options.10"} <= keys
    assert "responses.nrs.options.9" not in keys
    path.write_text(path.read_text().replace("languages: [en]", "languages: [en, de]"))
    (coverage,) = translation_coverage(read_instrument(path))
    # a title, three questions, three labels of the scale, five of sliders, what is offered
    assert coverage.total == 13


def test_another_label_or_step_is_a_change(instrument: Instrument, tmp_path: Path) -> None:
    changed = ITEMS.replace("high: Worst", "high: Much").replace("step: 0.1", "step: 0.2")
    newer = short_form(tmp_path, changed, head=SCALE)
    found = {str(change.place) for change in compare(instrument, newer)}
    assert {"PAIN", "PART"} <= found


@pytest.mark.parametrize(
    "number",
    [
        "{slider: {low: a, high: b}}",
        "{min: 0, slider: {low: a, high: b}}",
        "{min: 10, max: 0, slider: {low: a, high: b}}",
        "{min: 0, max: 0, slider: {low: a, high: b}}",
        "{min: 0, max: 10, slider: {low: a, high: b, step: 3}}",
        "{min: 0, max: 10, slider: {low: a, high: b, step: 20}}",
        "{min: 0, max: 10, slider: {low: a, high: b, step: 0.5}}",
        "{min: 0.5, max: 10.5, slider: {low: a, high: b}}",
        "{min: 1, max: 10, slider: {low: a, middle: m, high: b}}",
    ],
)
def test_a_slider_whose_steps_miss_its_ends_is_a_fault(number: str, tmp_path: Path) -> None:
    with pytest.raises(InstrumentError) as caught:
        short_form(tmp_path, f"- {{id: P, kind: number, text: How?, number: {number}}}")
    assert "ITEM-026" in [fault.code for fault in caught.value.faults]


@pytest.mark.parametrize(
    "number",
    [
        "{min: 1, max: 10, slider: {low: a, high: b}}",
        "{min: -5, max: 5, slider: {low: a, middle: m, high: b}}",
        "{min: 0, max: 1, whole: false, slider: {low: a, middle: m, high: b, step: 0.1}}",
        "{min: 0.1, max: 0.7, whole: false, slider: {low: a, high: b, step: 0.2}}",
    ],
)
def test_steps_may_be_parts_of_a_number(number: str, tmp_path: Path) -> None:
    item = f"- {{id: P, kind: number, text: How?, number: {number}}}"
    made = short_form(tmp_path, item).item("P").number
    assert made is not None
    assert made.on_step(made.ends[1]) == made.ends[1]


@pytest.mark.parametrize(
    "scale",
    [
        "{kind: unipolar, points: [0, 10], options: {0: a}}",
        "{kind: unipolar, points: [0, 10], options: {0: a, 9: b}}",
        "{kind: unipolar, points: [0, 10], options: {0: a, 10: b, 11: c}}",
        "{kind: unipolar, points: [10, 0], options: {0: a, 10: b}}",
        "{kind: unipolar, points: [0, 500], options: {0: a, 500: b}}",
        "{kind: categorical, points: [0, 10], options: {0: a, 10: b}}",
    ],
)
def test_a_scale_of_numbers_without_labels_at_its_ends_is_a_fault(
    scale: str, tmp_path: Path
) -> None:
    with pytest.raises(InstrumentError) as caught:
        short_form(
            tmp_path, "- {id: P, text: How?, responses: s}", head=f"responses: {{s: {scale}}}\n"
        )
    assert [fault.code for fault in caught.value.faults] == ["CODE-006"]
