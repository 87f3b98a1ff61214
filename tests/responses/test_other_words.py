"""Own words in place of the option "other", in the column of the question, as in Google Forms."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from coprod_stats.instruments import read_instrument
from coprod_stats.responses import Responses, read_responses

QUESTIONNAIRE = """
instrument: words
version: 1.0.0
title: Words
languages: [en, de]
offers: [dont_know]
forms: {core: {title: Core}}
specify: {en: Please specify, de: Bitte angeben}
pages:
  - page: one
    blocks:
      - block: b
        items:
          - {id: USE, kind: multiple, text: Use, other: 4,
             options: {1: "Books, films", 2: Paths, 3: Water, 4: {en: "Other, so", de: Anderes}}}
          - {id: WAY, text: Way, other: 3, options: {1: Phone, 2: Web, 3: Other}}
          - {id: TWO, text: Two, other: 3, options: {1: Some, 2: Some, 3: Other}}
          - {id: NOT, kind: multiple, text: None, options: {1: Paths, 2: Water}}
"""
TICKS = ["USE__1", "USE__2", "USE__3", "USE__4"]


@pytest.fixture
def answers(tmp_path: Path) -> Callable[[str], Responses]:
    questionnaire = tmp_path / "words.yaml"
    questionnaire.write_text(QUESTIONNAIRE, encoding="utf-8")

    def read(text: str) -> Responses:
        path = tmp_path / "answers.csv"
        path.write_text(text, encoding="utf-8")
        return read_responses(path, read_instrument(questionnaire))

    return read


@pytest.mark.parametrize(
    ("cell", "ticks", "words"),
    [
        ("Paths;we mended it", [0, 1, 0, 1], "we mended it"),
        ("we mended it", [0, 0, 0, 1], "we mended it"),
        ("Books, films, Water, we met, then left", [1, 0, 1, 1], "we met, then left"),
        ("we met, then left, Paths", [0, 1, 0, 1], "we met, then left"),
        ("Books, films;a, b;Water", [1, 0, 1, 1], "a, b"),
        ("Other: by phone;Paths", [0, 1, 0, 1], "by phone"),
        ("Anderes: am Telefon", [0, 0, 0, 1], "am Telefon"),
        ("Note: by phone", [0, 0, 0, 1], "Note: by phone"),
        ("Paths;Anderes;am Telefon", [0, 1, 0, 1], "am Telefon"),
        ("Paths;one;Water;two", [0, 1, 1, 1], "one; two"),
        ("Paths;Water", [0, 1, 1, 0], ""),
        ("Anderes", [0, 0, 0, 1], ""),
        ("Don't know", [-9, -9, -9, -9], ""),
    ],
)
def test_own_words_among_choices_are_the_option_other(answers, cell, ticks, words) -> None:
    found = answers(f'USE,WAY\n"{cell}",Phone\n')
    assert found.answers[TICKS].to_numpy().tolist() == [ticks]
    assert found.answers["USE__other"].tolist() == [words]
    assert found.rejected == ()
    notes = [note for note in found.provenance.notes if note.startswith("USE: words")]
    assert notes == (
        [f"USE: words that are no option read as option 4: '{words}'"] if words else []
    )


@pytest.mark.parametrize(
    "cell", ["Paths;77", "1,9", "yes", "x", "TRUE", "Paths;Don't know", "Don't know;hm", "Paths;no"]
)
def test_what_may_be_something_else_is_rejected(answers, cell) -> None:
    found = answers(f'USE,WAY\n"{cell}",Phone\n')
    assert found.answers[TICKS].isna().all(axis=None)
    assert found.answers["USE__other"].tolist() == [""]
    assert [(entry.column, entry.value) for entry in found.rejected] == [(id, cell) for id in TICKS]


def test_without_the_option_other_or_beside_a_column_of_words_nothing_changes(answers) -> None:
    found = answers("USE,USE__other,NOT,WAY,WAY__other\nPaths;hm,so,Paths;hm,hm,so\n")
    assert {entry.column for entry in found.rejected} == {*TICKS, "NOT__1", "NOT__2", "WAY"}
    assert found.answers[["USE__other", "WAY__other"]].to_numpy().tolist() == [["so", "so"]]


@pytest.mark.parametrize(
    ("cells", "codes", "words"),
    [
        (["Phone", "by pigeon", "Other"], [1, 3, 3], ["", "by pigeon", ""]),
        (["Other: by pigeon"], [3], ["by pigeon"]),
        (["Don't know", "Web"], [-9, 2], ["", ""]),
    ],
)
def test_own_words_in_a_single_choice_are_the_option_other(answers, cells, codes, words) -> None:
    found = answers("USE,WAY\n" + "".join(f"Paths,{cell}\n" for cell in cells))
    assert found.answers["WAY"].tolist() == codes
    assert found.answers["WAY__other"].tolist() == words
    assert found.rejected == ()


@pytest.mark.parametrize(
    ("column", "cells", "rejected"),
    [
        ("WAY", ["1", "by pigeon"], ["by pigeon"]),  # a column of codes
        ("WAY", ["yes"], ["yes"]),
        ("TWO", ["Some", "hm"], ["Some"]),  # which of them?
    ],
)
def test_a_single_choice_that_is_not_clear_is_rejected(answers, column, cells, rejected) -> None:
    found = answers(f"USE,{column}\n" + "".join(f"Paths,{cell}\n" for cell in cells))
    assert [(entry.column, entry.value) for entry in found.rejected] == [
        (column, cell) for cell in rejected
    ]
