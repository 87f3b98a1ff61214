"""Qualtrics survey files, gone through by an evaluator of their own logic and read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from every_kind import Respondents, plain, respondents
from qualtrics_engine import Respondent, elements, export_csv
from qualtrics_structure import faults

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.instruments.language.expressions import parse_expression
from coprod_stats.instruments.model import TYPED_KINDS
from coprod_stats.instruments.texts import Text
from coprod_stats.platforms import PlatformError, compose_form
from coprod_stats.platforms.qualtrics.languages import language_code
from coprod_stats.responses.platform_reading import read_platform_export
from counted_calls import n_calls

Json = dict[str, Any]


def survey_file(instrument: Instrument, **options: Any) -> Json:
    (name, *_) = files = compose_form(instrument, "qualtrics", **options).files
    assert [file.rpartition(".")[2] for file in files] == ["qsf", "txt"]
    return json.loads(compose_form(instrument, "qualtrics", **options).files[name])


def questions(survey: Json) -> dict[str, Json]:
    return {question["DataExportTag"]: question for question in elements(survey, "SQ")}


def as_qualtrics(instrument: Instrument, wanted: dict[str, Any]) -> dict[str, Any]:
    """State a respondent's answers by export tags."""
    given: dict[str, Any] = {}
    for item in instrument.questions:
        answer = wanted[item.id]
        typed = item.kind in (*TYPED_KINDS, "rank", "allocate")
        if typed and answer in (-8, -9):
            given[f"{item.id}_NA"] = answer
        elif item.kind == "multiple" and answer is not None:
            given[item.id] = [answer] if isinstance(answer, int) else list(answer)
        elif item.kind == "rank" and isinstance(answer, Mapping):
            places = sorted(answer, key=lambda value: (answer[value] == 0, answer[value]))
            given[item.id] = {value: place for place, value in enumerate(places, 1)}
        elif answer is not None:
            given[item.id] = answer
    return given


def walk(instrument: Instrument, survey: Json, wanted: dict[str, Any]) -> Respondent:
    assigned = {variable.id: str(wanted[variable.id]) for variable in instrument.assigned}
    return Respondent(survey, as_qualtrics(instrument, wanted), assigned)


def round_trip(
    instrument: Instrument,
    people: Respondents,
    folder: Path,
    *,
    recoded: tuple[bool, ...] = (False, True),
) -> None:
    survey = survey_file(instrument)
    walks = [walk(instrument, survey, wanted) for wanted in people.wanted]
    assert [w.problems for w in walks if w.problems] == []
    sidecar = compose_form(instrument, "qualtrics").sidecar
    for split in (False, True):
        for unanswered in recoded:
            path = folder / "export.csv"
            text = export_csv(survey, walks, split=split, unanswered=unanswered)
            path.write_text(text, encoding="utf-8", newline="")
            found = read_platform_export(path, instrument, source="qualtrics", sidecar=sidecar)
            assert found.rejected == ()
            assert found.provenance.rows_read == len(walks)
            assert_same(found, people)


def assert_same(found: Any, people: Respondents) -> None:
    for number, wanted in enumerate(people.canonical):
        for column, cell in wanted.items():
            value = found.answers[column].iloc[number]
            if column == "RID":
                assert value == f"R_{number}"
            elif isinstance(value, str):
                assert value == cell, (number, column)
            else:
                assert plain(value) == cell, (number, column)


def test_answers_come_back_as_given(every_kind: Instrument, tmp_path: Path) -> None:
    round_trip(every_kind, respondents(every_kind, 50, seed=1), tmp_path)


@pytest.mark.slow
def test_a_thousand_respondents_come_back_as_given(every_kind: Instrument, tmp_path: Path) -> None:
    round_trip(every_kind, respondents(every_kind, 1_000, seed=2), tmp_path)


@pytest.mark.parametrize(
    ("name", "form"), [("citizen", "core"), ("provider", "core"), ("carers", "full")]
)
def test_shipped_questionnaires_come_back_as_given(name: str, form: str, tmp_path: Path) -> None:
    instrument = read_instrument(name).for_form(form)
    round_trip(instrument, respondents(instrument, 5, seed=3), tmp_path)


@pytest.mark.parametrize(
    ("name", "form", "modules"),
    [
        ("every kind", "full", ()),
        ("carers", "full", ()),
        ("citizen", "core", ()),
        ("provider", "full", ()),
        (
            "citizen",
            "core",
            (
                "vignette",
                "conjoint",
                "sector_behaviours",
                "panel_wave",
                "goals_benefits_challenges_reasons",
            ),
        ),
    ],
)
def test_the_survey_file_is_what_qualtrics_documents(
    name: str, form: str, modules: tuple[str, ...], every_kind: Instrument
) -> None:
    instrument = every_kind
    if name != "every kind":
        instrument = read_instrument(name, modules=modules).for_form(form)
    assert faults(survey_file(instrument)) == []


def test_the_checker_finds_what_is_wrong(every_kind: Instrument) -> None:
    survey = survey_file(every_kind)
    by_tag = questions(survey)
    by_tag["USED"]["RecodeValues"]["3"] = "1"
    by_tag["MOOD"]["DisplayLogic"]["0"]["0"]["LeftOperand"] = "q://QID2/SelectableChoice/77"
    by_tag["MEANS"]["QuestionText"] = "${e://Field/NOBODY}"
    del by_tag["YEARS"]["Validation"]["Settings"]["ValidNumber"]
    found = "\n".join(faults(survey))
    for wrong in ("RecodeValues", "no choice q://QID2", "pipe e://Field/NOBODY", "validation"):
        assert wrong in found


def test_codes_are_recode_values_and_tags_the_ids(every_kind: Instrument) -> None:
    by_tag = questions(survey_file(every_kind))
    assert by_tag["USED"]["RecodeValues"] == {"1": "1", "2": "2", "3": "-9", "4": "-8"}
    assert by_tag["USED"]["VariableNaming"] == by_tag["USED"]["RecodeValues"]
    (often,) = (
        q
        for tag, q in by_tag.items()
        if tag.startswith("G_second_often") and "OFT1" in q["ChoiceDataExportTags"].values()
    )
    assert often["RecodeValues"] == {"3": "0", "1": "1", "2": "2", "4": "-9"}


def test_choices_limits_and_demands_are_written(every_kind: Instrument) -> None:
    by_tag = questions(survey_file(every_kind))
    assert by_tag["MEANS"]["Choices"]["4"] == {"Display": "Don't know", "ExclusiveAnswer": True}
    settings = {tag: question["Validation"]["Settings"] for tag, question in by_tag.items()}
    assert settings["MEANS"]["MaxChoices"] == "2"
    assert settings["YEARS"]["ValidNumber"] == {"Min": "0", "Max": "90", "NumDecimals": "0"}
    assert settings["HOURS"]["ValidNumber"] == {"Min": "0", "Max": "", "NumDecimals": ""}
    assert settings["POINTS"]["ChoiceTotal"] == "10"
    assert settings["CONS"]["ForceResponse"] == "ON"
    assert by_tag["YEARS_NA"]["DisplayLogic"]["inPage"]


def test_the_evaluator_holds_to_limits(every_kind: Instrument) -> None:
    survey = survey_file(every_kind)
    wrong = {"CONS": 1, "USED": 1, "YEARS": 91, "MEANS": [1, -9], "POINTS": {1: 3, 2: 3}}
    assert Respondent(survey, {}, {}).problems == ["CONS: forced"]
    assert Respondent(survey, wrong, {}).problems == [
        "MEANS: not alone",
        "YEARS: no such number",
        "POINTS: wrong total",
    ]


def test_who_declines_comes_to_the_end(every_kind: Instrument) -> None:
    survey = survey_file(every_kind)
    declined = Respondent(survey, {"CONS": 2}, {})
    assert declined.ended
    assert declined.displayed == {"QID1", "QID2", "QID3"}
    assert not Respondent(survey, {"CONS": 1}, {}).ended


def test_texts_follow_answers_and_language(every_kind: Instrument) -> None:
    survey = survey_file(every_kind)
    given = {"CONS": 1, "USED": 1, "MOOD": 2, "YEARS": 2, "MEANS": [1], "TRU1": 5}
    english = Respondent(survey, given | {"NAME": "the <park>"}, {"ARM": "1"}).texts
    german = Respondent(survey, given, {"ARM": "2"}, language="DE").texts
    assert english["MEANS"] == "How, with the <park>?"
    assert english["TRU2"] == "do you, who rely on the <park>, doubt it?"
    assert english["STORY"] == "It failed, and you felt bad."
    assert german["USED"] == "Haben Sie es benutzt?"
    assert german["T_second"] == "Trust in das Amt"


def test_derived_variables_are_calculated(every_kind: Instrument) -> None:
    value = parse_expression("mean(YEARS, TRU1) * 2 + option(POINTS, 1) + ARM")
    more = replace(every_kind.derived[0], id="SUM", value=value)
    survey = survey_file(replace(every_kind, derived=(*every_kind.derived, more)))
    given = {"CONS": 1, "USED": 1, "YEARS": 2, "MEANS": [1], "TRU1": 5, "POINTS": {1: 4, 2: 6}}
    data = Respondent(survey, given, {"ARM": "2"}).data
    assert (data["KEEN"], data["SUM"]) == ("1", "13")
    blank = Respondent(survey, given | {"TRU1": -9}, {"ARM": "2"}).data
    assert (blank["KEEN"], blank["SUM"]) == ("", "")


def test_arms_are_drawn_evenly_once(every_kind: Instrument) -> None:
    (randomizer, *_) = elements(survey_file(every_kind), "FL")[0]["Flow"]
    assert (randomizer["Type"], randomizer["SubSet"]) == ("BlockRandomizer", 1)
    assert randomizer["EvenPresentation"]
    assert [n["EmbeddedData"][0]["Value"] for n in randomizer["Flow"]] == ["1", "2"]


def test_a_page_is_cut_where_a_text_depends_on_an_answer_there(every_kind: Instrument) -> None:
    survey = survey_file(every_kind)
    names = [block["Description"] for block in elements(survey, "BL")[0]]
    assert names == [
        "consent",
        "first",
        "first_2",
        "second",
        "second_2",
        "second_3",
        "third",
        "third_2",
        "third_3",
        "Trash / Unused Questions",
    ]
    losses = [str(loss) for loss in compose_form(every_kind, "qualtrics").losses]
    assert any(loss.startswith("PLATFORM-162 page 'first': shown as 2 pages") for loss in losses)


def test_the_text_file_carries_questions_and_says_what_it_leaves_out(
    every_kind: Instrument,
) -> None:
    export = compose_form(every_kind, "qualtrics")
    text = export.files["survey_advanced.txt"].decode()
    tags = [line[5:-2] for line in text.splitlines() if line.startswith("[[ID:")]
    assert tags == list(questions(survey_file(every_kind)))
    assert "[[Question:MC:MultipleAnswer:Vertical]]\n[[ID:MEANS]]\nHow, with the office?" in text
    assert "[[Question:RankOrder]]\n[[ID:GOALS]]" in text
    assert "[[AdvancedAnswers]]\n[[Answer:3]]\nNever" in text
    left_out = [loss.found for loss in export.losses if loss.code == "PLATFORM-170"]
    assert len(left_out) == 8
    assert "the text file has no routing" in left_out


def test_no_text_reads_as_a_tag_a_pipe_or_html(every_kind: Instrument) -> None:
    wild = Text((("en", "[[Choice]] ${e://Field/X} <b> & $e{ 1 }\nend"),))
    page = every_kind.pages[0]
    item = replace(page.blocks[0].items[0], text=wild)
    page = replace(page, blocks=(replace(page.blocks[0], items=(item,)),))
    changed = replace(every_kind, pages=(page, *every_kind.pages[1:]))
    survey = survey_file(changed)
    assert questions(survey)["CONS"]["QuestionText"] == (
        "[[Choice]] &#36;{e://Field/X} &lt;b&gt; &amp; &#36;e{ 1 }<br>end"
    )
    assert Respondent(survey, {}, {}).texts["CONS"] == str(wild)
    text = compose_form(changed, "qualtrics").files["survey_advanced.txt"].decode()
    assert "[&#91;Choice]] &#36;{e" in text


def test_one_language_has_no_translations(every_kind: Instrument) -> None:
    survey = survey_file(every_kind, languages=["de"])
    assert survey["SurveyEntry"]["SurveyLanguage"] == "DE"
    assert all(question["Language"] == [] for question in elements(survey, "SQ"))


def test_arabic_is_a_language_of_the_survey() -> None:
    survey = survey_file(read_instrument("citizen").for_form("core"))
    assert elements(survey, "SO")[0]["AvailableLanguages"] == {"EN": [], "AR": []}
    assert all("AR" in question["Language"] for question in elements(survey, "SQ"))


@pytest.mark.parametrize(("language", "code"), [("pt-BR", "PT-BR"), ("zh", "ZH-S"), ("ar", "AR")])
def test_languages_have_qualtrics_codes(language: str, code: str) -> None:
    assert language_code(language) == code


def test_a_language_that_qualtrics_lacks_is_refused(every_kind: Instrument, tmp_path: Path) -> None:
    pseudo = replace(every_kind, languages=("en", "en-XA"))
    with pytest.raises(PlatformError, match="PLATFORM-061 languages: Qualtrics has no language"):
        compose_form(pseudo, "qualtrics").write(tmp_path / "form")


def last_shown_if(instrument: Instrument, condition: str) -> Instrument:
    page = instrument.pages[2]
    block = page.blocks[2]
    last = replace(block.items[2], conditions=(parse_expression(condition),))
    block = replace(block, items=(*block.items[:2], last))
    page = replace(page, blocks=(*page.blocks[:2], block))
    return replace(instrument, pages=(*instrument.pages[:2], page))


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("RID > 1", "a condition uses RID, which the form does not hold"),
        ("YEARS > HOURS", "a condition calculates with several numbers"),
        ("YEARS * HOURS > 1", "a condition calculates with several numbers"),
        ("1 / YEARS > 1", "a condition calculates with several numbers"),
        ("max(YEARS, 3) > 1", "a condition calculates with several numbers"),
    ],
)
def test_what_qualtrics_cannot_compare_is_refused_by_name(
    every_kind: Instrument, condition: str, message: str
) -> None:
    export = compose_form(last_shown_if(every_kind, condition), "qualtrics")
    assert len(export.refused) == 1
    assert str(export.refused[0]).startswith(f"PLATFORM-060 item LAST: Qualtrics: {message}")


def test_a_condition_of_too_many_comparisons_is_refused(every_kind: Instrument) -> None:
    many = " or ".join(
        "(" + " and ".join(f"(YEARS > {n} or HOURS > {n})" for n in range(first, first + 8)) + ")"
        for first in (1, 11, 21)
    )
    export = compose_form(last_shown_if(every_kind, many), "qualtrics")
    assert "more than 400 comparisons" in str(export.refused[0])


@pytest.mark.parametrize(
    ("condition", "goals", "shown"),
    [
        ("option(GOALS, 3) == 1", {3: 1, 1: 2, 2: 3}, True),
        ("option(GOALS, 3) == 1", {1: 1, 3: 2, 2: 3}, False),
        ("option(GOALS, 3) == 0", {1: 1, 2: 2, 3: 3}, True),
        ("option(GOALS, 3) < 2", {1: 1, 2: 2, 3: 3}, True),
        ("option(GOALS, 3) < 2", {1: 1, 3: 2, 2: 3}, False),
        ("answered(GOALS)", {1: 1, 3: 2, 2: 3}, True),
        ("answered(GOALS)", None, False),
        ("ARM == 2 and answered(ARM)", None, True),
    ],
)
def test_ranks_and_arms_are_compared(
    every_kind: Instrument, condition: str, goals: dict[int, int] | None, shown: bool
) -> None:
    survey = survey_file(last_shown_if(every_kind, condition))
    given = {"CONS": 1, "GOALS": goals, "LAST": "x"}
    qid = questions(survey)["LAST"]["QuestionID"]
    assert (qid in Respondent(survey, given, {"ARM": "2"}).displayed) == shown


def test_orders_that_stay_fixed_are_stated(every_kind: Instrument) -> None:
    page = every_kind.pages[2]
    blocks = tuple(replace(block, random_order=True) for block in page.blocks)
    pages = (*every_kind.pages[:2], replace(page, blocks=blocks))
    export = compose_form(replace(every_kind, pages=pages), "qualtrics")
    assert [loss.place for loss in export.losses if loss.code == "PLATFORM-160"] == [
        "page 'second'"
    ]
    by_tag = questions(survey_file(replace(every_kind, pages=pages)))
    matrices = [q for q in by_tag.values() if q["QuestionType"] == "Matrix"]
    assert {q["Randomization"]["Type"] for q in matrices} == {"All"}


def test_a_ranking_that_is_demanded_beside_don_t_know_is_stated(every_kind: Instrument) -> None:
    page = every_kind.pages[2]
    block = page.blocks[2]
    block = replace(block, items=(replace(block.items[0], required=True), *block.items[1:]))
    pages = (*every_kind.pages[:2], replace(page, blocks=(*page.blocks[:2], block)))
    export = compose_form(replace(every_kind, pages=pages), "qualtrics")
    assert "PLATFORM-164 item GOALS" in "\n".join(map(str, export.losses))


def test_what_cannot_be_calculated_is_stated(every_kind: Instrument) -> None:
    for text, reason in (("abs(YEARS - 3)", "+ - * / only"), ("RID + 1", "a condition uses RID")):
        derived = replace(every_kind.derived[0], value=parse_expression(text))
        export = compose_form(replace(every_kind, derived=(derived,)), "qualtrics")
        (loss,) = (loss for loss in export.losses if loss.code == "PLATFORM-161")
        assert reason in loss.found


def test_a_text_by_what_nobody_is_asked_is_refused(every_kind: Instrument) -> None:
    page = every_kind.pages[2]
    block = page.blocks[0]
    wording = replace(block.items[1].wordings[0], condition=parse_expression("RID == 1"))
    block = replace(block, items=(block.items[0], replace(block.items[1], wordings=(wording,))))
    pages = (*every_kind.pages[:2], replace(page, blocks=(block,)))
    export = compose_form(replace(every_kind, pages=pages, derived=()), "qualtrics")
    assert str(export.refused[0]).startswith("PLATFORM-060 text W_TRU2: Qualtrics: a condition")


GRAMMAR = """
instrument: big
version: 1.0.0
title: Big
languages: [en]
forms: {full: {title: Full}}
responses:
  agree: {kind: bipolar, options: {1: "No", 2: "Maybe", 3: "Yes"}}
pages:
"""
BLOCK = "    blocks:\n      - block: b{n}\n        responses: agree\n        items:\n"
ITEM = '          - {{id: Q{n}, text: "q {n}"{when}}}\n'


def calls_to_compose(n_items: int, shape: str, folder: Path) -> int:
    """Return the calls that a form of this many items takes."""
    pages = [
        (f"  - page: p{n}\n" + BLOCK.format(n=n) if n == 0 or shape == "pages" else "")
        + ITEM.format(n=n, when=f", when: Q{n - 1} == 1" if n and shape == "routed" else "")
        for n in range(n_items)
    ]
    path = folder / "big.yaml"
    path.write_text(GRAMMAR + "".join(pages), encoding="utf-8")
    instrument = read_instrument(path).for_form("full")
    return n_calls(lambda: compose_form(instrument, "qualtrics"))


@pytest.mark.parametrize("shape", ["plain", "routed", "pages"])
def test_the_work_on_a_form_is_linear_in_its_items(shape: str, tmp_path: Path) -> None:
    few, many = (calls_to_compose(n_items, shape, tmp_path) for n_items in (250, 1_000))
    assert many < 4 * 1.1 * few
