"""SurveyJS forms, filled and judged by survey-core itself."""

from __future__ import annotations

import html
import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from engines import NODE_MODULES, needs, node
from every_kind import Respondents, everything, respondents, written

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.instruments.language.expressions import parse_expression
from coprod_stats.instruments.model import TYPED_KINDS, Text
from coprod_stats.platforms import PlatformError, compose_form
from coprod_stats.platforms.surveyjs.answers import parse, read
from coprod_stats.platforms.surveyjs.columns import grid_paths

HERE = Path(__file__).parent
needs_survey_core = needs("node", "survey-core")


def fill(form: bytes, filled: list[dict[str, Any]], folder: Path) -> dict[str, Any]:
    (folder / "form.json").write_bytes(form)
    (folder / "respondents.json").write_text(json.dumps(filled), encoding="utf-8")
    done = subprocess.run(
        [str(node()), HERE / "survey_core.mjs", folder / "form.json", folder / "respondents.json"],
        stdout=subprocess.PIPE,
        check=True,
        env={**os.environ, "SURVEY_CORE": str(NODE_MODULES)},
        timeout=60 + 2 * len(filled),
    )
    return json.loads(done.stdout)


def as_surveyjs(instrument: Instrument, wanted: dict[str, Any], number: int) -> dict[str, Any]:
    """State a respondent's answers in SurveyJS's terms."""
    grids, answers = grid_paths(instrument), []
    for item in instrument.questions:
        answer = wanted[item.id]
        name = ".".join(grids[item.id]) if item.id in grids else item.id
        if item.kind in (*TYPED_KINDS, "rank", "allocate") and answer in (-8, -9):
            name, answer = f"{item.id}_NA", [answer]
        elif item.kind == "multiple" and answer is not None:
            answer = [answer] if isinstance(answer, int) else list(answer)
            answer = [_value(item, code) for code in answer]
        elif item.kind in ("single", "consent") and answer is not None:
            answer = _value(item, answer)
        elif item.kind == "rank" and answer is not None:
            ranked = sorted((rank, value) for value, rank in answer.items() if rank)
            answer = [value for _, value in ranked]
        elif item.kind == "allocate" and answer is not None:
            answer = {f"o{value}": points for value, points in answer.items()}
        if answer is not None:
            answers.append([name, answer])
    before = {variable.id: wanted[variable.id] for variable in instrument.assigned}
    return {"before": {"RID": f"r{number}"} | before, "answers": answers}


def _value(item: Any, code: int) -> int | str:
    return code if written(item, code) == str(code) else written(item, code)


def round_trip(instrument: Instrument, people: Respondents, folder: Path) -> None:
    form = compose_form(instrument, "surveyjs")
    filled = [as_surveyjs(instrument, row, n) for n, row in enumerate(people.wanted)]
    found = fill(form.files["survey.json"], filled, folder)
    assert [result["errors"] for result in found["results"]] == [[]] * len(filled)
    results = json.dumps([result["data"] for result in found["results"]]).encode()
    table = read(parse(results), form.sidecar, instrument)
    rows = [dict(zip(table.header, row, strict=True)) for row in table.rows]
    assert rows == [
        {column: cell for column, cell in row.items() if column in table.header}
        for row in people.canonical
    ]
    assert set(table.header) >= {c for item in instrument.items for c in item.columns}


@needs_survey_core
def test_answers_come_back_as_given(every_kind: Instrument, tmp_path: Path) -> None:
    round_trip(every_kind, respondents(every_kind, 50, seed=1), tmp_path)


@needs_survey_core
@pytest.mark.slow
def test_a_thousand_respondents_come_back_as_given(every_kind: Instrument, tmp_path: Path) -> None:
    round_trip(every_kind, respondents(every_kind, 1_000, seed=2), tmp_path)


@needs_survey_core
def test_the_citizen_questionnaire_comes_back_as_given(tmp_path: Path) -> None:
    citizen = read_instrument("citizen")
    citizen = citizen.for_form(citizen.forms[0].id)
    round_trip(citizen, respondents(citizen, 10, seed=3), tmp_path)


@needs_survey_core
def test_survey_core_and_its_linter_find_nothing(every_kind: Instrument, tmp_path: Path) -> None:
    found = fill(compose_form(every_kind, "surveyjs").files["survey.json"], [], tmp_path)
    assert found["jsonErrors"] == []
    assert found["lint"]["findings"] == []


@needs_survey_core
def test_texts_follow_the_answers(every_kind: Instrument, tmp_path: Path) -> None:
    form = compose_form(every_kind, "surveyjs").files["survey.json"]
    answers = [
        ["CONS", 1],
        ["USED", 1],
        ["NAME", "the park"],
        ["MOOD", 2],
        ["YEARS", 2],
        ["MEANS", [1]],
        ["second_trust_1.TRU1", 5],
    ]
    found = fill(form, [{"before": {"ARM": 1}, "answers": answers}], tmp_path)
    (shown,) = found["results"]
    assert shown["titles"]["MEANS"] == "How, with the park?"
    assert shown["rows"]["TRU2"] == "do you, who rely on the park, doubt it?"
    assert shown["notes"]["STORY"] == "It failed, and you felt bad."


def with_levels(instrument: Instrument, words: str) -> Instrument:
    """Put a text into what the note on the first page tells."""
    placeholders = tuple(
        replace(entry, levels=tuple((level, Text((("en", words),))) for level, _ in entry.levels))
        for entry in instrument.placeholders
    )
    return replace(instrument, placeholders=placeholders)


@needs_survey_core
@pytest.mark.parametrize(
    "words", ["it's", 'a "so-called" office', "both ' and \"", "a\\b", "a\\'b", "a<b> & {CONS}"]
)
def test_quotation_marks_stand_in_composed_texts(
    every_kind: Instrument, words: str, tmp_path: Path
) -> None:
    form = compose_form(with_levels(every_kind, words), "surveyjs").files["survey.json"]
    answers = [["CONS", 1], ["MOOD", 2]]
    found = fill(form, [{"before": {"ARM": 1}, "answers": answers}], tmp_path)
    assert found["lint"]["findings"] == []
    shown = html.unescape(found["results"][0]["notes"]["STORY"])
    assert shown == f"It {words}, and you felt bad."


@needs_survey_core
@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_the_full_questionnaires_with_all_modules_are_sound(name: str, tmp_path: Path) -> None:
    found = fill(compose_form(everything(name), "surveyjs").files["survey.json"], [], tmp_path)
    assert found["jsonErrors"] == []
    assert found["lint"]["findings"] == []


def test_one_language_is_written_plainly(every_kind: Instrument) -> None:
    german = json.loads(compose_form(every_kind, "surveyjs", languages=["de"]).files["survey.json"])
    assert german["title"] == "Eine Umfrage"
    assert german["locale"] == "de"


def test_what_surveyjs_cannot_look_up_is_refused_by_name(every_kind: Instrument) -> None:
    page = every_kind.pages[2]
    block = page.blocks[2]
    last = replace(block.items[2], conditions=(parse_expression("option(GOALS, 1) == 1"),))
    block = replace(block, items=(*block.items[:2], last))
    pages = (*every_kind.pages[:2], replace(page, blocks=(*page.blocks[:2], block)))
    export = compose_form(replace(every_kind, pages=pages), "surveyjs")
    (refused,) = export.refused
    assert str(refused).startswith("PLATFORM-020 item LAST: SurveyJS: a condition uses the rank")


def test_a_condition_on_a_column_that_nobody_is_asked_for_is_refused(
    every_kind: Instrument,
) -> None:
    page = every_kind.pages[0]
    block = page.blocks[0]
    item = replace(block.items[0], conditions=(parse_expression("WGT > 1"),))
    page = replace(page, blocks=(replace(block, items=(item,)),))
    export = compose_form(replace(every_kind, pages=(page, *every_kind.pages[1:])), "surveyjs")
    assert "uses WGT, which the form does not hold" in str(export.refused[0])


def test_results_are_a_list_or_one_a_line() -> None:
    listed, lines = parse(b'[{"A": 1}, {"A": 2, "B": {"x": 3}}]'), parse(b'{"A": 1}\n{"A": null}\n')
    assert listed.header == ("A", "B.x")
    assert listed.rows == (("1", ""), ("2", "3"))
    assert lines.rows == (("1",), ("",))
    numbers = parse(b'[{"A": 5315121.0, "B": 1e-7, "C": [5315123.0]}]')
    assert numbers.rows == (("5315121", "0.0000001", "[5315123.0]"),)


@pytest.mark.parametrize("content", [b"no json", b"[1, 2]"])
def test_a_file_of_something_else_is_refused(content: bytes) -> None:
    with pytest.raises(PlatformError, match="PLATFORM-220: no results of SurveyJS"):
        parse(content)


def test_what_is_not_an_option_stands_as_it_is(every_kind: Instrument) -> None:
    form = compose_form(every_kind, "surveyjs")
    table = parse(b'[{"CONS": 1, "MEANS": [1, 99], "GOALS": "x", "WEATHER": "fine"}]')
    read_back = read(table, form.sidecar, every_kind)
    row = dict(zip(read_back.header, read_back.rows[0], strict=True))
    assert (row["MEANS__1"], row["GOALS__1"], row["WEATHER"]) == ("[1, 99]", "x", "fine")


@pytest.mark.parametrize("name", ["data", "Data", "results", "responses"])
def test_results_may_be_wrapped_as_services_send_them(name) -> None:
    wrapped = parse(json.dumps({name: [{"A": 1}, {"A": 2}], "total": 2}).encode())
    assert (wrapped.header, wrapped.rows) == (("A",), (("1",), ("2",)))


def test_one_result_is_no_wrapper() -> None:
    assert parse(b'{"A": 1, "DATA": [1, 2]}').rows == (("1", "[1, 2]"),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_letters_of_results_are_read_in_any_encoding_of_json(encoding: str) -> None:
    assert parse('[{"WHO": "Zoë"}]'.encode(encoding)).column("WHO") == ("Zoë",)


def test_results_in_an_encoding_that_json_does_not_have_are_refused() -> None:
    with pytest.raises(
        PlatformError, match=r"PLATFORM-220: .* not in utf-8, as JSON is: .* byte 1"
    ):
        parse('[{"WHO": "Zoë"}]'.encode("latin-1"))


def test_results_nested_beyond_any_form_are_refused() -> None:
    with pytest.raises(PlatformError, match="PLATFORM-220: no results of SurveyJS"):
        parse(b'{"A":' + b"[" * 100_000)


@pytest.mark.parametrize("item", ["CONS", "MEANS"])
def test_display_texts_are_refused(every_kind: Instrument, item) -> None:
    form = compose_form(every_kind, "surveyjs")
    scale = every_kind.item(item).responses
    assert scale is not None
    label = str(scale.options[0].label)
    given = json.dumps([{item: [label] if item == "MEANS" else label}]).encode()
    with pytest.raises(PlatformError, match=f"PLATFORM-221 column '{item}'"):
        read(parse(given), form.sidecar, every_kind)
