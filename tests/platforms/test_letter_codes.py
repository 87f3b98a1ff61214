"""Letters that stand for options on forms, and the integers that they are in the answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from short_forms import cells, read_export, short_form
from test_limesurvey import rows_of
from test_qualtrics import questions, survey_file
from test_redcap import CHOICES, LOGIC, dictionary
from test_xlsform import sheet

from coprod_stats.instruments import Instrument, InstrumentError
from coprod_stats.instruments.codebook import codebook
from coprod_stats.instruments.preview import preview
from coprod_stats.literals import ExportSource
from coprod_stats.platforms import compose_form
from coprod_stats.responses import read_responses

ITEMS = """
- {id: C, text: Where?, options: {1: Germany, 4: Austria}, off_scale: {9: Nowhere},
   codes: {1: DE, 4: AT, 9: nowhere}, offers: [dont_know]}
- {id: M, kind: multiple, text: Which?, options: {1: Left, 2: Right}, codes: {1: A, 2: b}}
- {id: T, kind: text, text: Why?, when: "C >= 4 and includes(M, 2)"}
"""


@pytest.fixture
def instrument(tmp_path: Path) -> Instrument:
    return short_form(tmp_path, ITEMS)


EXPORTS: dict[ExportSource, list[dict[str, Any]]] = {
    "odk": [{"c": "AT", "m": "A b", "t": "so"}, {"c": "dk", "m": "A"}, {"c": "XY", "m": "b"}],
    "surveyjs": [
        {"C": "AT", "M": ["A", "b"], "T": "so"},
        {"C": -9, "M": ["A"]},
        {"C": "XY", "M": ["b"]},
    ],
    "redcap": [
        {"c": "AT", "m___a": 1, "m___b": 1, "t": "so"},
        {"c": -9, "m___a": 1, "m___b": 0},
        {"c": "XY", "m___a": 0, "m___b": 1},
    ],
    "limesurvey": [
        {"C": "AT", "M[A]": "Y", "M[b]": "Y", "T": "so", "submitdate": "2026-11-24"},
        {"C": "dk", "M[A]": "Y", "submitdate": "2026-11-24"},
        {"C": "XY", "M[b]": "Y", "submitdate": "2026-11-24"},
    ],
    "qualtrics": [{"C": 4, "M": "1,2", "T": "so"}, {"C": -9, "M": "1"}, {"C": "XY", "M": "2"}],
}


@pytest.mark.parametrize("source", EXPORTS)
def test_letters_are_read_as_the_codes_of_the_answers(
    source: ExportSource, instrument: Instrument, tmp_path: Path
) -> None:
    found = read_export(instrument, source, EXPORTS[source], tmp_path)
    assert cells(found, "C", "M__1", "M__2", "T") == [
        (4, 1, 1, "so"),
        (-9, 1, 0, None),
        (None, 0, 1, None),
    ]
    assert [(entry.column, entry.value) for entry in found.rejected] == [("C", "XY")]
    assert found.rejected[0].reason == "not among the answers 1 (DE), 4 (AT), 9 (nowhere)"


def test_a_plain_file_may_hold_letters_or_codes(instrument: Instrument, tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("C\nDE\n4\nnowhere\n-8\nde\n", encoding="utf-8")
    found = read_responses(path, instrument)
    assert cells(found, "C") == [(1,), (4,), (9,), (-8,), (None,)]


def test_forms_write_the_letters_and_route_on_them(instrument: Instrument) -> None:
    export = compose_form(instrument, "xlsform")
    names = [row["name"] for row in sheet(export, "choices")]
    assert names == ["DE", "AT", "nowhere", "dk", "A", "b"]
    survey = {row.get("name"): row for row in sheet(export, "survey")}
    assert survey["t"]["relevant"] == (
        "(${c} = 'AT' or ${c} = 'nowhere') and (selected(${m}, 'b'))"
    )
    codes = [row["name"] for row in rows_of(instrument) if row["class"] == "A"]
    assert codes == ["DE", "AT", "c3", "dk"]
    fields = dictionary(instrument)
    assert fields["c"][CHOICES].startswith("DE, Germany | AT, Austria | nowhere, Nowhere | -9")
    assert fields["t"][LOGIC] == "([c] = 'AT' or [c] = 'nowhere') and ([m(b)] = '1')"
    assert questions(survey_file(instrument))["C"]["RecodeValues"]["4"] == "4"


def test_preview_and_codebook_have_both(instrument: Instrument) -> None:
    assert "1 (DE) Germany | 4 (AT) Austria || 9 (nowhere) Nowhere" in preview(instrument)
    assert "1 (DE) = Germany; 4 (AT) = Austria" in codebook(instrument)


def test_letters_that_read_like_an_alias_of_limesurvey_stay_apart(tmp_path: Path) -> None:
    options = "options: {1: One, 123456: Two, 3: Three}, codes: {1: c2, 123456: longer, 3: x}"
    rows = rows_of(short_form(tmp_path, f"- {{id: A, text: Which?, {options}}}"))
    codes = [row["name"] for row in rows if row["class"] == "A"]
    assert len(set(codes)) == 3


@pytest.mark.parametrize("kind", ["single", "multiple"])
@pytest.mark.parametrize("word", ["other", "Other", "comment", "time"])
def test_words_that_limesurvey_has_for_itself_are_no_codes(
    kind: str, word: str, tmp_path: Path
) -> None:
    options = f"options: {{1: One, 2: Two}}, codes: {{1: A, 2: {word}}}"
    rows = rows_of(short_form(tmp_path, f"- {{id: A, kind: {kind}, text: Which?, {options}}}"))
    names = [row["name"] for row in rows if row["class"] in ("A", "SQ")]
    assert {"A", "c2"} <= set(names)
    assert word not in names


@pytest.mark.parametrize(
    "item",
    [
        "{id: A, text: A, options: {1: x, 2: y}, codes: {1: A}}",
        "{id: A, text: A, options: {1: x, 2: y}, codes: {1: A, 2: a}}",
        "{id: A, text: A, options: {1: x, 2: y}, codes: {1: A, 3: B}}",
        "{id: A, text: A, options: {1: x, 2: y}, codes: {1: A, 2: dk}}",
        "{id: A, kind: rank, text: A, options: {1: x, 2: y}, codes: {1: A, 2: B}}",
        "{id: A, kind: number, text: A, codes: {1: A}}",
    ],
)
def test_letters_name_each_option_once(item: str, tmp_path: Path) -> None:
    with pytest.raises(InstrumentError) as caught:
        short_form(tmp_path, f"- {item}")
    assert {fault.code for fault in caught.value.faults} == {"CODE-005"}
