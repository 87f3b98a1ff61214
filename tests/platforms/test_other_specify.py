"""Other, please specify: a text bound to its option, on every platform, on paper and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from short_forms import cells, read_export, short_form
from test_limesurvey import named, rows_of
from test_qualtrics import questions, survey_file
from test_redcap import LOGIC, TYPE, dictionary
from test_xlsform import sheet

from coprod_stats.errors import Fault
from coprod_stats.instruments import Instrument, InstrumentError, check_instrument
from coprod_stats.instruments.codebook import codebook
from coprod_stats.instruments.preview import preview
from coprod_stats.instruments.translations.translation import translation_rows
from coprod_stats.instruments.versions.comparison import compare
from coprod_stats.literals import ExportSource
from coprod_stats.platforms import compose_form
from coprod_stats.platforms.paper.building import paper_document
from coprod_stats.platforms.paper.versions import versions
from coprod_stats.responses import read_responses

ITEMS = """
- {id: S, text: Who?, options: {1: I, 2: Others}, other: 2, offers: [dont_know]}
- {id: M, kind: multiple, text: How?, options: {1: So, 2: Otherwise}, other: 2, specify: How,
   when: S == 2}
- {id: Z, kind: note, text: Thanks., when: answered(S__other)}
"""


@pytest.fixture
def instrument(tmp_path: Path) -> Instrument:
    return short_form(tmp_path, ITEMS)


def test_the_text_has_a_column_after_its_item_and_its_conditions(instrument: Instrument) -> None:
    assert instrument.columns == ("S", "S__other", "M__1", "M__2", "M__other")
    text = instrument.item("M__other")
    assert (text.kind, text.specifies, str(text.text), len(text.conditions)) == (
        "text",
        "M",
        "How",
        2,
    )


EXPORTS: dict[ExportSource, list[dict[str, Any]]] = {
    "kobo": [
        {"s": 2, "s__other": "we", "m": "2", "m__other": "thus"},
        {"s": 1},
        {"s": 2, "m": "1"},
    ],
    "surveyjs": [
        {"S": 2, "S__other": "we", "M": [2], "M__other": "thus"},
        {"S": 1},
        {"S": 2, "M": [1]},
    ],
    "redcap": [
        {"s": 2, "s_other": "we", "m___1": 0, "m___2": 1, "m_other": "thus"},
        {"s": 1, "m___1": 0, "m___2": 0},
        {"s": 2, "m___1": 1, "m___2": 0},
    ],
    "limesurvey": [
        {"S": 2, "Sother": "we", "M[2]": "Y", "Mother": "thus", "submitdate": "2026-11-24"},
        {"S": 1, "submitdate": "2026-11-24"},
        {"S": 2, "M[1]": "Y", "submitdate": "2026-11-24"},
    ],
    "qualtrics": [
        {"S": 2, "S__other": "we", "M": "2", "M__other": "thus"},
        {"S": 1},
        {"S": 2, "M": "1"},
    ],
}


@pytest.mark.parametrize("source", EXPORTS)
def test_words_beside_other_are_read_back(
    source: ExportSource, instrument: Instrument, tmp_path: Path
) -> None:
    found = read_export(instrument, source, EXPORTS[source], tmp_path)
    assert cells(found, *instrument.columns) == [
        (2, "we", 0, 1, "thus"),
        (1, None, None, None, None),
        (2, "-7", 1, 0, None),
    ]
    assert found.rejected == ()


def test_a_plain_file_is_read_whatever_the_case_of_its_names(
    instrument: Instrument, tmp_path: Path
) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("S,S__OTHER\n2,we\n", encoding="utf-8")
    assert cells(read_responses(path, instrument), "S", "S__other") == [(2, "we")]


def test_forms_ask_for_words_while_the_option_is_chosen(instrument: Instrument) -> None:
    survey = {row.get("name"): row for row in sheet(compose_form(instrument, "xlsform"), "survey")}
    assert (survey["s__other"]["type"], survey["s__other"]["relevant"]) == (
        "text",
        "number(${s}) = 2",
    )
    asked = named(rows_of(instrument), "Q", "Sother")
    assert (asked["type/scale"], asked["relevance"]) == ("S", "S.NAOK == 2")
    field = dictionary(instrument)["m_other"]
    assert (field[TYPE], field[LOGIC]) == ("text", "([s] = 2) and ([m(2)] = '1')")
    assert questions(survey_file(instrument))["S__other"]["DisplayLogic"]["inPage"]


def test_preview_codebook_and_paper_state_what_words_stand_beside(instrument: Instrument) -> None:
    assert "S__other Please specify" in preview(instrument)
    assert "-> in words, beside the option of S" in preview(instrument)
    assert "S__other" in codebook(instrument)
    (version,) = versions(instrument)
    printed = [e for e in paper_document(version, "en").elements if e.kind == "question"]
    assert [question.id for question in printed] == ["S", "M"]
    other = printed[0].body.options[1]
    assert (other.label, other.code) == (f"Others – Please specify {'_' * 24}", "2 S__other")
    assert f" – How {'_' * 24}" in str(printed[1].body)
    assert "PLATFORM" not in str(compose_form(instrument, "paper").refused)


def test_what_stands_beside_is_translated(tmp_path: Path) -> None:
    short_form(tmp_path, ITEMS)
    rows = {row.key: row.source for row in translation_rows(tmp_path / "short.yaml", "de")}
    assert (rows["specify"], rows["M.specify"]) == ("Please specify", "How")


def test_a_new_text_beside_other_is_a_change(tmp_path: Path, instrument: Instrument) -> None:
    older = short_form(tmp_path, ITEMS.replace("other: 2, offers", "offers").split("- {id: Z")[0])
    assert [str(c.place) for c in compare(older, instrument) if c.kind == "added"] == ["S__other"]


@pytest.mark.parametrize(
    ("condition", "code"), [("S__other == 1", "EXPR-004"), ("answered(M__other)", "EXPR-002")]
)
def test_a_condition_asks_only_whether_words_were_given(
    condition: str, code: str, tmp_path: Path
) -> None:
    items = "- {id: S, text: Who?, options: {1: I, 2: Others}, other: 2}\n"
    items += "- {id: M, kind: text, text: Why?, when: CONDITION}".replace("CONDITION", condition)
    with pytest.raises(InstrumentError) as caught:
        short_form(tmp_path, items)
    assert [fault.code for fault in caught.value.faults] == [code]


def test_a_row_of_a_grid_has_no_room_for_words(tmp_path: Path) -> None:
    short_form(tmp_path, "- {id: S, text: Who?, options: {1: I, 2: Others}, other: 2}")
    path = tmp_path / "short.yaml"
    path.write_text(path.read_text().replace("block: b", "block: b\n        stem: Then"))
    found: tuple[Fault, ...] = check_instrument(path)
    assert [fault.code for fault in found] == ["ITEM-014"]
