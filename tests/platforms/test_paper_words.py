"""Routing on paper says what it means to a person who ticked "don't know"."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.instruments.language.evaluation import evaluate
from coprod_stats.instruments.language.expressions import parse_expression
from coprod_stats.platforms import compose_form
from coprod_stats.platforms.paper.building import paper_document
from coprod_stats.platforms.paper.document import CheckBox, Choice, Paragraph, Question
from coprod_stats.platforms.paper.versions import versions

HEAD = """
instrument: words
version: 1.0.0
title: Words
languages: [en, ar, de]
missing_options: {dont_know: {en: Don't know, ar: لا أعرف, de: Weiß nicht}}
forms: {full: {title: Full}}
pages:
  - page: first
    blocks:
      - block: first
        items:
          - {id: ONE, text: One?, options: {1: "Yes", 2: "No", 3: Perhaps}, offers: [dont_know]}
          - {id: TWO, text: Two?, options: {1: "Yes", 2: "No"}, offers: [dont_know, refused]}
          - {id: WAYS, kind: multiple, text: How?, options: {1: Foot, 2: Car}, offers: [dont_know]}
          - {id: NUM, kind: number, text: How many?, number: {min: 0, max: 9}, offers: []}
          - {id: HUE, text: Which?, options: {1: Red, 2: Blue, 7: Other}, other: 7,
             specify: {en: "Which, then?", ar: أي لون إذن؟, de: "Welche, bitte?"}}
          - {id: TOWN, text: Where?, options: {1: Here, 2: "Other, please specify"}, other: 2}
"""
ASKED = """
  - page: last
    blocks:
      - {{block: last, items: [{{id: LAST, text: Last?, options: {{1: a, 2: b}}, when: "{}"}}]}}
"""


def read(folder: Path, text: str) -> Instrument:
    path = folder / "words.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return read_instrument(path).for_form("full")


def route(folder: Path, condition: str, language: str = "en", derived: str = "") -> str:
    instrument = read(folder, ASKED.format(condition.replace('"', "'")) + derived)
    document = paper_document(next(versions(instrument)), language)
    (found,) = [e for e in document.elements if isinstance(e, Paragraph) and e.role == "route"]
    return found.text


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("not answered(ONE)", 'question 1 has no answer other than "Don\'t know".'),
        ("answered(ONE)", 'question 1 has an answer other than "Don\'t know".'),
        (
            "not answered(TWO)",
            'question 2 has no answer other than "Don\'t know" or "Prefer not to say".',
        ),
        ("not answered(WAYS)", 'question 3 has no answer other than "Don\'t know".'),
        ("not answered(NUM)", "question 4 is not answered."),
        ("answered(NUM)", "question 4 is answered."),
        (
            "not answered(TWO) or NUM > 3",
            '(question 2 has no answer other than "Don\'t know" or "Prefer not to say") or '
            "question 4 is above 3.",
        ),
        ("ONE != 1", 'question 1 is "No" or "Perhaps".'),
        ("not ONE == 1", 'question 1 is "No" or "Perhaps".'),
        ("not ONE in (1, 2)", 'question 1 is "Perhaps".'),
        ("TWO != 1", 'question 2 is "No".'),
        ("HUE != 1", 'question 5 is not "Red".'),  # without an offer nothing else can be ticked
        ("NUM != 3", "question 4 is not 3."),
        ("ONE == 1", 'question 1 is "Yes".'),
    ],
)
def test_conditions_are_said_as_who_does_not_know_takes_them(
    tmp_path: Path, condition: str, said: str
) -> None:
    assert f" only if {said} Otherwise" in route(tmp_path, condition)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Frage 1 hat keine andere Antwort als „Weiß nicht“."),
        ("ar", "إجابة السؤال 1 غير مذكورة أو هي «لا أعرف»."),
    ],
)
def test_other_languages_say_it_as_well(tmp_path: Path, language: str, said: str) -> None:
    assert said in route(tmp_path, "not answered(ONE)", language)


@pytest.mark.parametrize("condition", ["ONE != 1", "not ONE == 1", "not ONE in (1, 2)"])
def test_a_negation_is_not_known_of_who_does_not_know(condition: str) -> None:
    unknown = {"ONE": np.array([np.nan])}
    assert np.isnan(evaluate(parse_expression(condition), unknown, n_rows=1)[0])


COMPUTED = "derived: {{ANSWERED: {{title: x, value: {}}}}}\n"


def test_a_computed_variable_is_known_where_its_questions_are(tmp_path: Path) -> None:
    said = route(tmp_path, "not answered(ANSWERED)", derived=COMPUTED.format("NUM > 3"))
    assert "only if question 4 is not answered." in said


BOXES = """
  - page: boxed
    when: BOTH == 1
    blocks: [{block: boxed, items: [{id: BOXED, text: Boxed?, options: {1: a, 2: b}}]}]
  - page: again
    blocks:
      - block: again
        items:
          - {id: AGAIN, text: Again?, options: {1: a, 2: b}, when: BOTH == 1 and NUM > 1}
          - {id: NEVER, text: Never?, options: {1: a, 2: b}, when: not BOTH == 1}
derived:
  BOTH: {title: Both, value: "ONE == 1 and (TWO == 1 or NUM > 5) and answered(WAYS)"}
"""
ONE_PART = 'value: "ONE == 1 or TWO == 1"'


def boxes(instrument: Instrument, language: str) -> list[CheckBox]:
    document = paper_document(next(versions(instrument)), language)
    return [element for element in document.elements if isinstance(element, CheckBox)]


def test_all_parts_of_a_box_are_joined_by_and(tmp_path: Path) -> None:
    instrument = read(tmp_path, BOXES)
    (box,) = boxes(instrument, "en")
    assert (box.title, box.lead) == ("Box A", "Tick this box if all of these hold:")
    assert box.conditions == (
        'question 1 is "Yes"',
        'and (question 2 is "Yes" or question 4 is above 5)',
        'and question 3 has an answer other than "Don\'t know"',
    )
    (german,), (arabic,) = boxes(instrument, "de"), boxes(instrument, "ar")
    assert german.lead == "Kreuzen Sie dieses Feld an, wenn all das gilt:"
    assert [line.startswith("und ") for line in german.conditions] == [False, True, True]
    assert [line.startswith("و") for line in arabic.conditions] == [False, True, True]
    routes = " ".join(
        e.text
        for e in paper_document(next(versions(instrument)), "en").elements
        if isinstance(e, Paragraph)
    )
    assert "only if box A is ticked and question 4 is above 1." in routes
    assert "only if box A is not ticked." in routes


def test_a_box_of_one_condition_says_no_and(tmp_path: Path) -> None:
    start, end = BOXES.index('value: "'), BOXES.rindex("}")
    (box,) = boxes(read(tmp_path, BOXES[:start] + ONE_PART + BOXES[end:]), "en")
    assert box.lead == "Tick this box if"
    assert box.conditions == ('question 1 is "Yes" or question 2 is "Yes"',)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Which, then?"), ("de", "Welche, bitte?"), ("ar", "أي لون إذن؟")]
)
def test_what_is_asked_beside_other_is_printed(tmp_path: Path, language: str, words: str) -> None:
    instrument = read(tmp_path, "")
    document = paper_document(next(versions(instrument)), language)
    asked = {e.id: e for e in document.elements if isinstance(e, Question)}
    hue, town = asked["HUE"].body, asked["TOWN"].body
    assert isinstance(hue, Choice)
    assert isinstance(town, Choice)
    assert hue.options[-1].label == f"Other – {words} {'_' * 24}"
    # a label that asks for it already
    assert town.options[-1].label == f"Other, please specify {'_' * 24}"


def test_all_of_it_is_printed(tmp_path: Path) -> None:
    form = compose_form(read(tmp_path, BOXES), "paper", languages=["en", "ar"])
    assert form.refused == ()
    assert {"words_en.pdf", "words_ar.docx"} <= form.files.keys()


def test_what_describes_a_print_tells_of_a_draft(tmp_path: Path) -> None:
    files = compose_form(read(tmp_path, ""), "paper", languages=["en", "de"]).files
    remark = "Entwurf der Übersetzung, nicht geprüft"
    subjects, descriptions = [], []
    for language in ("en", "de"):
        parts = ZipFile(BytesIO(files[f"words_{language}.docx"]))
        subjects.append(remark in parts.read("docProps/core.xml").decode("utf-8"))
        descriptions.append(remark.encode() in files[f"words_{language}.pdf"])
    assert subjects == descriptions == [False, True]
