"""Prefilled answers: constants, earlier answers and parameters of the invitation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import test_limesurvey
import test_surveyjs
import test_xlsform
from every_kind import Respondents, canonical
from redcap_logic import holds
from short_forms import HEAD, cells
from test_filtered_options import if_parts
from test_redcap import dictionary

from coprod_stats.instruments import Instrument, InstrumentError, read_instrument
from coprod_stats.instruments.codebook import codebook
from coprod_stats.instruments.preview import preview
from coprod_stats.instruments.versions.comparison import compare
from coprod_stats.literals import Platform
from coprod_stats.platforms import compose_form
from coprod_stats.responses import read_responses
from coprod_stats.simulation.population import PopulationForm
from coprod_stats.simulation.simulated_answers import simulate_answers

FIRST = """
- {id: A, text: First?, options: {1: One, 2: Two}, codes: {1: ONE, 2: TWO}, offers: [dont_know]}
- {id: N, kind: number, text: How many?, number: {min: 0, max: 9}}
- {id: T, kind: text, text: Which?}
"""
SECOND = """
- {id: B, text: Still?, options: {1: One, 2: Two, 3: Three}, codes: {1: ONE, 2: x, 3: y},
   offers: [dont_know], prefill: {answer: A}}
- {id: M, kind: number, text: Still so many?, number: {min: 0, max: 9}, prefill: {answer: N}}
- {id: U, kind: text, text: Still this?, prefill: {answer: T}}
- {id: C, text: Which one?, options: {1: One, 2: Two}, prefill: {value: 2}}
- {id: V, kind: text, text: Where?, prefill: {value: "Upper Town (north), 1/2 - it's * so"}}
- {id: K, kind: number, text: How far?, number: {whole: false}, prefill: {value: 2.5}}
- {id: D, kind: date, text: When?, prefill: {value: 2026-01-31}}
- {id: H, kind: time, text: At what time?, prefill: {value: "14:30"}}
- {id: P, kind: text, text: Your town?, prefill: {parameter: town}}
"""
FIXED = """
- {id: B, text: Still?, options: {1: One, 2: Two}, codes: {1: ONE, 2: TWO},
   prefill: {answer: A, read_only: true}}
- {id: C, text: Which one?, options: {1: One, 2: Two}, prefill: {value: 2, read_only: true}}
- {id: V, kind: text, text: Where?, prefill: {value: Bonn, read_only: true}}
- {id: P, kind: text, text: Your town?, prefill: {parameter: town, read_only: true}}
"""
GIVEN: list[dict[str, Any]] = [
    {"A": 2, "N": 3, "T": "the park"},
    {"A": 1, "N": 0, "T": "it's so"},
    {"A": -9},
    {},
    {"A": 2, "N": 3, "T": "the park", "B": 3, "M": 4, "U": "no more", "C": 1, "V": "x", "K": 7.25},
]
"""What respondents answer; the rest they leave as it stands in the form."""


def two_pages(folder: Path, first: str = FIRST, second: str = SECOND) -> Instrument:
    pages = "".join(
        f"\n  - page: p{place}\n    blocks:\n      - block: b{place}\n        items:"
        + "".join(f"\n          {line}" for line in items.strip().splitlines())
        for place, items in enumerate((first, second))
    )
    head = "administrative: [{id: RID, title: Respondent, role: respondent}]\n"
    path = folder / "short.yaml"
    path.write_text(f"{HEAD}{head}pages:{pages}\n", encoding="utf-8")
    return read_instrument(path).for_form("full")


def people_of(instrument: Instrument) -> Respondents:
    blank = dict.fromkeys(item.id for item in instrument.questions)
    found = [canonical(instrument, blank | row, place) for place, row in enumerate(GIVEN)]
    return Respondents([blank | row for row in GIVEN], found)


@pytest.fixture
def instrument(tmp_path: Path) -> Instrument:
    return two_pages(tmp_path)


def test_what_is_left_as_it_stands_is_an_answer(instrument: Instrument) -> None:
    first, *_, blank, _ = people_of(instrument).canonical
    assert [first[id] for id in ("B", "M", "U", "C", "K", "H", "P")] == [
        "2",
        "3",
        "the park",
        "2",
        "2.5",
        "14:30",
        "-7",
    ]
    assert [blank[id] for id in ("B", "M", "U", "C", "D")] == ["-7", "-7", "-7", "2", "2026-01-31"]


@test_xlsform.needs_engine
def test_odk_prefills_and_lets_respondents_change_it(
    instrument: Instrument, tmp_path: Path
) -> None:
    test_xlsform.round_trip(instrument, people_of(instrument), tmp_path)


@test_xlsform.needs("java", "pyxform")
@pytest.mark.parametrize("second", [SECOND, FIXED])
def test_odk_validate_accepts_prefilled_questions(second: str, tmp_path: Path) -> None:
    form = compose_form(two_pages(tmp_path, second=second), "xlsform")
    test_xlsform.xform(form, tmp_path, validate=True)


@test_surveyjs.needs_survey_core
def test_survey_core_prefills_and_lets_respondents_change_it(
    instrument: Instrument, tmp_path: Path
) -> None:
    test_surveyjs.round_trip(instrument, people_of(instrument), tmp_path)
    form = compose_form(instrument, "surveyjs").files["survey.json"]
    assert test_surveyjs.fill(form, [], tmp_path)["lint"]["findings"] == []


@test_limesurvey.needs_node
def test_limesurvey_prefills_and_lets_respondents_change_it(
    instrument: Instrument, tmp_path: Path
) -> None:
    test_limesurvey.round_trip(instrument, people_of(instrument), tmp_path)


def default_in_redcap(tags: str, record: dict[str, str]) -> str:
    """Return what a field is filled with when its page is first shown."""
    if not tags.startswith("@IF"):
        value = tags.removeprefix("@DEFAULT=").strip("'\"")
        for name, cell in record.items():
            value = value.replace(f"[{name}:value]", cell).replace(f"[{name}]", cell)
        return value
    logic, yes, no = if_parts(tags)
    return default_in_redcap(yes if holds(logic, record) else no, record)


def test_redcap_prefills_when_a_page_is_shown(instrument: Instrument) -> None:
    fields = dictionary(instrument)
    names = {"B": {"1": "ONE", "2": "x"}, "M": {}, "U": {}, "C": {}, "V": {}, "K": {}}
    for given, row in zip(GIVEN[:4], people_of(instrument).canonical, strict=False):
        record = {
            "a": {1: "ONE", 2: "TWO"}.get(given.get("A"), str(given.get("A", ""))),
            "n": str(given.get("N", "")),
            "t": given.get("T", ""),
        }
        for id, codes in names.items():
            tags = fields[id.lower()]["Field Annotation"].removeprefix("@FORCE-MINMAX ")
            filled = default_in_redcap(tags, record)
            assert filled == ("" if row[id] == "-7" else codes.get(row[id], row[id]))


LINKS: dict[Platform, str] = {
    "xlsform": "&d[/data/page_p1/p]=",
    "limesurvey": "&P=",
    "redcap": "&p=",
    "surveyjs": "survey.setValue('P', …)",
}


@pytest.mark.parametrize("platform", LINKS)
def test_the_invitation_prefills_by_what_the_platform_has_for_it(
    platform: Platform, instrument: Instrument
) -> None:
    losses = [one for one in compose_form(instrument, platform).losses if one.place == "item P"]
    (loss,) = (one for one in losses if one.code == "PLATFORM-110")
    assert loss.found == "'town' is prefilled by the invitation"
    assert LINKS[platform] in loss.remedy


@pytest.mark.parametrize("platform", ["qualtrics", "paper"])
def test_what_is_not_prefilled_is_stated(platform: Platform, instrument: Instrument) -> None:
    losses = [one for one in compose_form(instrument, platform).losses if one.code.endswith("111")]
    assert [loss.place for loss in losses] == [
        f"item {item.id}" for item in instrument.questions if item.prefill is not None
    ]
    assert "the answer to A" in losses[0].found


def test_what_cannot_be_changed_is_read_only_where_the_platform_has_it(tmp_path: Path) -> None:
    fixed = two_pages(tmp_path, second=FIXED)
    rows = test_xlsform.sheet(compose_form(fixed, "xlsform"), "survey")
    survey = {row.get("name"): row for row in rows}
    assert {survey[name]["readonly"] for name in "bcvp"} == {"yes"}
    assert "trigger" not in survey["b"]
    fields = dictionary(fixed)
    assert all(fields[name]["Field Annotation"].endswith("@READONLY") for name in "bcvp")
    form = json.loads(compose_form(fixed, "surveyjs").files["survey.json"])
    elements = form["pages"][1]["elements"][0]["elements"]
    assert [element["readOnly"] for element in elements] == [True] * 4
    losses = compose_form(fixed, "limesurvey").losses
    places = [loss.place for loss in losses if loss.code == "PLATFORM-111"]
    assert places == ["item B", "item C", "item V", "item P"]


@test_xlsform.needs_engine
def test_odk_keeps_to_what_cannot_be_changed(tmp_path: Path) -> None:
    fixed = two_pages(tmp_path, second=FIXED)
    form = test_xlsform.xform(compose_form(fixed, "xlsform"), tmp_path)
    (found,) = test_xlsform.fill(form, [{"assigned": {}, "answers": [["a", "TWO"]]}])
    assert all(part in found["xml"] for part in ("<b>TWO</b>", "<c>2</c>", "<v>Bonn</v>"))


@pytest.mark.parametrize(
    ("row", "rejected"),
    [
        ("1,1,2,Bonn,here", []),
        ("1,2,2,Bonn,", ["B"]),
        ("-9,2,2,Bonn,", []),
        ("1,1,1,Bonn,", ["C"]),
        ("1,1,-7,Köln,", ["V"]),
    ],
)
def test_a_changed_answer_that_cannot_be_changed_is_rejected(
    row: str, rejected: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(f"A,B,C,V,P\n{row}\n", encoding="utf-8")
    found = read_responses(path, two_pages(tmp_path, second=FIXED))
    assert [entry.column for entry in found.rejected] == rejected
    assert {entry.code for entry in found.rejected} <= {"VALUE-003"}


def test_a_prefilled_answer_may_be_changed_in_the_data(
    instrument: Instrument, tmp_path: Path
) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("A,B,C\n1,3,1\n", encoding="utf-8")
    found = read_responses(path, instrument)
    assert (cells(found, "B", "C"), found.rejected) == ([(3, 1)], ())


def test_preview_and_codebook_say_what_is_prefilled(instrument: Instrument, tmp_path: Path) -> None:
    shown = " ".join(preview(instrument).split())
    assert "Prefilled with the answer to A." in shown
    assert "Prefilled with 2 Two." in shown
    assert "<dt>prefilled with</dt>" in codebook(instrument)
    fixed = " ".join(preview(two_pages(tmp_path, second=FIXED)).split())
    assert "the parameter 'town' of the invitation, which cannot be changed." in fixed


def test_another_prefilled_answer_is_a_change(instrument: Instrument, tmp_path: Path) -> None:
    newer = two_pages(tmp_path, second=SECOND.replace("{value: 2}", "{value: 1}"))
    assert [str(change.place) for change in compare(instrument, newer)] == ["C"]


def test_simulated_respondents_keep_what_cannot_be_changed(tmp_path: Path) -> None:
    fixed = two_pages(tmp_path, second=FIXED)
    stated = {"population": "p", "about": "Invented.", "rows": 200, "seed": 1, "shares": {}}
    stated |= {"paths": {}, "loadings": {}, "groups": {"all": {"share": 1.0}}}
    population = PopulationForm.model_validate(stated)
    drawn = simulate_answers(population, fixed, n_rows=200, rng=np.random.default_rng(1)).answers
    assert (drawn["B"] == drawn["A"]).all()
    assert (drawn["C"] == 2).all()
    assert (drawn["V"] == "Bonn").all()
    drawn.to_csv(tmp_path / "drawn.csv", index=False)
    assert read_responses(tmp_path / "drawn.csv", fixed).rejected == ()


def test_a_brace_in_a_text_is_refused_where_it_would_be_an_expression(tmp_path: Path) -> None:
    form = two_pages(tmp_path, second="- {id: V, kind: text, text: V, prefill: {value: '{x}'}}")
    (fault,) = compose_form(form, "limesurvey").refused
    assert fault.place == "item V"
    assert fault.found == "LimeSurvey: the text '{x}' has characters that LimeSurvey has for itself"
    assert compose_form(form, "xlsform").refused == ()


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ("{id: Z, text: Z, options: {1: A, 2: B}, prefill: {value: 3}}", "ITEM-024"),
        ("{id: Z, text: Z, options: {1: A, 2: B}, prefill: {value: A}}", "ITEM-024"),
        ("{id: Z, kind: number, text: Z, number: {max: 3}, prefill: {value: 4}}", "ITEM-024"),
        ("{id: Z, kind: number, text: Z, prefill: {value: 1.5}}", "ITEM-024"),
        ("{id: Z, kind: text, text: Z, length: {max: 2}, prefill: {value: abc}}", "ITEM-024"),
        ("{id: Z, kind: text, text: Z, format: digits, prefill: {value: abc}}", "ITEM-024"),
        ("{id: Z, kind: date, text: Z, prefill: {value: 2026-02-30}}", "ITEM-024"),
        ("{id: Z, kind: time, text: Z, prefill: {value: '24:00'}}", "ITEM-024"),
        ("{id: Z, kind: text, text: Z, prefill: {}}", "ITEM-024"),
        ("{id: Z, kind: text, text: Z, prefill: {value: a, parameter: b}}", "ITEM-024"),
        ("{id: Z, kind: note, text: Z, prefill: {value: a}}", "ITEM-024"),
        ("{id: Z, kind: number, text: Z, prefill: {answer: T}}", "ITEM-024"),
        ("{id: Z, text: Z, options: {1: A}, prefill: {answer: A}}", "ITEM-024"),
        ("{id: Z, kind: text, text: Z, prefill: {answer: X}}", "EXPR-002"),
        ("{id: Z, kind: text, text: Z, prefill: {answer: Y}}", "ROUTE-001"),
    ],
)
def test_what_cannot_be_prefilled_is_a_fault(item: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(InstrumentError) as caught:
        two_pages(tmp_path, second=f"- {{id: Y, kind: text, text: Y}}\n- {item}")
    assert [fault.code for fault in caught.value.faults] == [code]


def test_a_form_without_the_earlier_question_is_a_fault(tmp_path: Path) -> None:
    first = FIRST.replace("{id: T, kind: text", "{id: T, forms: [other], kind: text")
    with pytest.raises(InstrumentError) as caught:
        two_pages(tmp_path, first=first)
    assert {fault.code for fault in caught.value.faults} >= {"FORM-002"}


TAKEN = "number: {min: 0, max: 10}"
SLIDER = "number: {min: 0, max: 10, slider: {low: Low, high: High, step: 5}}"


@pytest.mark.parametrize(
    "item",
    [
        f"kind: number, {SLIDER}, prefill: {{value: 3}}",
        f"kind: number, {TAKEN}, prefill: {{value: 3}}, checks: [{{holds: X > 5, message: No}}]",
        'kind: text, prefill: {value: no}, checks: [{holds: X != "NO", message: No}]',
    ],
)
def test_a_value_between_steps_or_against_a_check_is_a_fault(item: str, tmp_path: Path) -> None:
    with pytest.raises(InstrumentError) as caught:
        two_pages(tmp_path, second=f"- {{id: X, text: X, {item}}}")
    assert [fault.code for fault in caught.value.faults] == ["ITEM-024"]
    for found, right in (("value: 3", "value: 10"), ("value: no", "value: so")):
        item = item.replace(found, right)
    assert two_pages(tmp_path, second=f"- {{id: X, text: X, {item}}}").items


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("kind: number, number: {min: 0, max: 11}", f"kind: number, {TAKEN}", "refuses"),
        ("kind: number, number: {max: 10}", f"kind: number, {TAKEN}", "refuses"),
        (
            "kind: number, number: {min: 0, max: 10, whole: false}",
            f"kind: number, {TAKEN}",
            "refuses",
        ),
        (f"kind: number, {TAKEN}", f"kind: number, {SLIDER}", "refuses"),
        (f"kind: number, {SLIDER}", f"kind: number, {TAKEN}", ""),
        (f"kind: number, {TAKEN}", "kind: number, number: {min: -1, max: 10}", ""),
        ("kind: date", "kind: date, date: {max: 2026-12-31}", "refuses"),
        ("kind: date, date: {min: 2026-02-01}", "kind: date, date: {min: 2026-01-01}", ""),
        ("kind: text", "kind: text, length: {max: 3}", "refuses"),
        ("kind: text, length: {max: 3}", "kind: text, length: {max: 3}", ""),
        ("kind: text, format: digits", "kind: text, format: email", "refuses"),
        ("kind: text, format: email", "kind: text", ""),
        (
            f"kind: number, {TAKEN}",
            f"kind: number, {TAKEN}, checks: [{{holds: X > 5, message: No}}]",
            "check",
        ),
        (f"kind: number, {TAKEN}", f"kind: number, {TAKEN}, required: true", "must be answered"),
        (
            "options: {1: One, 2: Two}",
            "options: {1: One, 2: Two}, options_when: {2: E == 1}",
            "not shown",
        ),
        (
            "options: {1: One, 2: Two}",
            "options: {1: One, 2: Two}, options_when: {2: 1 == 1}",
            "",
        ),
    ],
)
def test_an_answer_that_cannot_be_changed_is_one_that_the_question_takes(
    first: str, second: str, found: str, tmp_path: Path
) -> None:
    source = f"- {{id: E, text: E, {first}}}"
    for fixed in (", read_only: true", ""):
        item = f"- {{id: X, text: X, {second}, prefill: {{answer: E{fixed}}}}}"
        if not found or not fixed:
            assert two_pages(tmp_path, source, item).items
            continue
        with pytest.raises(InstrumentError) as caught:
            two_pages(tmp_path, source, item)
        (fault,) = caught.value.faults
        assert (fault.code, found in fault.found) == ("ITEM-027", True)


def test_a_fixed_value_whose_option_is_hidden_from_some_is_a_fault(tmp_path: Path) -> None:
    source = "- {id: E, text: E, options: {1: One, 2: Two}}"
    item = "- {id: X, text: X, options: {1: One, 2: Two}, options_when: {2: E == 1}, "
    assert two_pages(tmp_path, source, item + "prefill: {value: 1, read_only: true}}").items
    with pytest.raises(InstrumentError, match="not shown to everybody"):
        two_pages(tmp_path, source, item + "prefill: {value: 2, read_only: true}}")


@pytest.mark.parametrize("platform", ["xlsform", "limesurvey", "redcap", "surveyjs"])
def test_forms_state_what_becomes_of_a_parameter_that_does_not_fit(
    platform: Platform, tmp_path: Path
) -> None:
    def stated(item: str) -> bool:
        form = compose_form(two_pages(tmp_path, second=f"- {{id: X, text: X, {item}}}"), platform)
        (loss,) = (fault for fault in form.losses if fault.code == "PLATFORM-110")
        return "rejected when it is read" in loss.found

    assert stated(f"kind: number, {TAKEN}, prefill: {{parameter: size, read_only: true}}")
    assert not stated(f"kind: number, {TAKEN}, prefill: {{parameter: size}}")
    assert not stated("kind: text, prefill: {parameter: town, read_only: true}")


def test_a_parameter_that_does_not_fit_is_rejected_when_it_is_read(tmp_path: Path) -> None:
    item = (
        f"- {{id: X, kind: number, {TAKEN}, text: X, prefill: {{parameter: x, read_only: true}}}}"
    )
    path = tmp_path / "answers.csv"
    path.write_text("RID,A,N,T,X\nr1,1,1,a,10\nr2,1,1,a,11\n", encoding="utf-8")
    found = read_responses(path, two_pages(tmp_path, second=item))
    assert [(one.column, one.value) for one in found.rejected] == [("X", "11")]


@test_surveyjs.needs_survey_core
def test_dont_know_does_not_stand_beside_a_prefilled_answer_in_surveyjs(tmp_path: Path) -> None:
    item = "- {id: N, kind: number, text: How many?, prefill: {value: 3}, offers: [dont_know]}"
    first = "- {id: A, kind: text, text: Who?}"
    instrument = two_pages(tmp_path, first=first, second=item)
    form = compose_form(instrument, "surveyjs").files["survey.json"]
    ticked, cleared = ["N_NA", [-9]], ["N", None]
    people = [{"before": {}, "answers": given} for given in ([ticked], [cleared, ticked])]
    found = test_surveyjs.fill(form, people, tmp_path)["results"]
    assert [result["completed"] for result in found] == [True, True]
    assert [result["data"] for result in found] == [{"N": 3}, {"N_NA": [-9]}]
