"""Routing on paper: arrows after answers, for whom questions are, boxes, versions."""

from __future__ import annotations

from pathlib import Path

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.platforms.paper.building import numbers_of, paper_document
from coprod_stats.platforms.paper.document import (
    CheckBox,
    Choice,
    Matrix,
    NumberBox,
    PaperDocument,
    Paragraph,
    Question,
)
from coprod_stats.platforms.paper.routing import letter
from coprod_stats.platforms.paper.versions import versions
from coprod_stats.platforms.phrases import phrases_of

HEAD = """
instrument: routes
version: 1.0.0
title: Routes
languages: [en]
forms: {full: {title: Full}}
offers: [dont_know]
"""


def read(folder: Path, text: str) -> Instrument:
    (folder / "routes.yaml").write_text(HEAD + text, encoding="utf-8")
    return read_instrument(folder / "routes.yaml").for_form("full")


def laid_out(folder: Path, text: str) -> PaperDocument:
    return paper_document(next(versions(read(folder, text))), "en")


def questions(document: PaperDocument) -> dict[str, Question]:
    return {e.number: e for e in document.elements if isinstance(e, Question)}


def routes(document: PaperDocument) -> list[str]:
    found = [e for e in document.elements if isinstance(e, Paragraph)]
    return [e.text for e in found if e.role == "route"]


def arrows(question: Question) -> dict[str, str]:
    assert isinstance(question.body, Choice)
    return {t.code: t.go_to for t in (*question.body.options, *question.beside) if t.go_to}


CONSENT = """
pages:
  - page: consent
    blocks:
      - block: consent
        items:
          - {id: CONS, kind: consent, text: Agree?, options: {1: "Yes", 2: "No"}, required: true,
             offers: []}
  - page: use
    when: CONS == 1
    blocks:
      - block: use
        items:
          - {id: USED, text: Used?, options: {1: "Yes", 2: "No"}}
          - {id: WHAT, kind: text, text: What?, when: USED == 1}
          - {id: WHY, kind: text, text: Why not?, when: USED == 2}
          - {id: AGE, kind: number, text: How old?, number: {min: 18, max: 120}}
"""


def test_arrows_lead_past_what_is_certainly_not_asked(tmp_path: Path) -> None:
    found = questions(laid_out(tmp_path, CONSENT))
    assert arrows(found["1"]) == {"2": "go to the end"}
    assert arrows(found["2"]) == {"2": "go to question 4", "-9": "go to question 5"}


def test_what_arrows_see_to_is_not_said_again(tmp_path: Path) -> None:
    document = laid_out(tmp_path, CONSENT)
    # those who used it go on from 3 and must be led past 4; nothing else needs words
    assert routes(document) == [
        'Please answer question 4 only if question 2 is "No". Otherwise go to question 5.'
    ]


def test_a_question_that_is_skipped_counts_as_not_answered(tmp_path: Path) -> None:
    text = (
        CONSENT
        + """
  - page: more
    when: USED == 1
    blocks: [{block: more, items: [{id: MORE, kind: text, text: More?}]}]
"""
    )
    found = questions(laid_out(tmp_path, text))
    assert arrows(found["1"]) == {"2": "go to the end"}


def test_a_condition_on_several_questions_is_said_for_the_whole_run(tmp_path: Path) -> None:
    text = """
pages:
  - page: one
    blocks:
      - block: one
        items:
          - {id: A, text: A?, options: {1: "Yes", 2: "No"}}
          - {id: B, kind: multiple, text: B?, options: {1: Bus, 2: Car, 3: Foot}}
  - page: two
    when: A == 1 or includes(B, 2, 3)
    blocks: [{block: two, items: [{id: C, kind: text, text: C?}, {id: D, kind: text, text: D?}]}]
  - page: three
    when: A == 1 or includes(B, 2, 3)
    blocks: [{block: three, items: [{id: E, kind: text, text: E?}]}]
  - page: four
    when: answered(A)
    blocks: [{block: four, items: [{id: F, kind: note, text: Well done.}]}]
"""
    assert routes(laid_out(tmp_path, text)) == [
        'Please answer questions 3 to 5 only if question 1 is "Yes" or question 2 includes "Car" '
        'or "Foot". Otherwise go to the end of the questionnaire.',
        'If question 1 has an answer other than "Don\'t know":',
    ]


COMPUTED = """
responses:
  often: {kind: count, options: {0: Never, 1: Once, 2: Often}}
pages:
  - page: one
    blocks:
      - block: acts
        stem: How often did you
        responses: often
        items: [{id: ACT1, text: call?}, {id: ACT2, text: write?}]
      - block: out
        items: [{id: OUT, text: From outside?, options: {1: "Yes", 2: "No"}}]
  - page: two
    when: BROAD == 1
    blocks: [{block: two, items: [{id: C, kind: text, text: C?}]}]
  - page: three
    when: NOT == 1
    blocks:
      - block: three
        items:
          - {id: D, kind: text, text: D?}
          - {id: E, kind: text, text: E?, when: TWICE > 3}
derived:
  BROAD: {title: Broad, value: "any(ACT1..ACT2 > 0) and OUT == 1"}
  NOT: {title: Not, value: not answered(BROAD) or BROAD == 0}
  TWICE: {title: Twice, value: ACT1 + ACT2}
"""


def test_a_computed_condition_that_is_needed_twice_becomes_a_box(tmp_path: Path) -> None:
    document = laid_out(tmp_path, COMPUTED)
    (box,) = [e for e in document.elements if isinstance(e, CheckBox)]
    assert (box.title, box.conditions) == (
        "Box A",
        ('at least one of question 1a to question 1b is above "Never"', 'and question 2 is "Yes"'),
    )
    first = document.elements.index(box)
    assert isinstance(document.elements[first + 1], Paragraph)
    assert routes(document) == [
        "Please answer question 3 only if box A is ticked. Otherwise go to question 4.",
        "Please answer questions 4 to 5 only if box A is not ticked. "
        "Otherwise go to the end of the questionnaire.",
        "Please answer question 5 only if (question 1a + question 1b) is above 3. "
        "Otherwise go to the end of the questionnaire.",
    ]


def test_a_computed_condition_that_is_needed_once_is_written_out(tmp_path: Path) -> None:
    text = COMPUTED.replace("when: NOT == 1", "when: OUT != 1 or TWICE == 4")
    document = laid_out(tmp_path, text)
    assert not [e for e in document.elements if isinstance(e, CheckBox)]
    assert (
        'only if at least one of question 1a to question 1b is above "Never" and'
        in (routes(document)[0])
    )


def test_rows_that_offer_different_answers_share_a_grid(tmp_path: Path) -> None:
    text = COMPUTED.replace("{id: ACT2, text: write?}", "{id: ACT2, text: write?, offers: []}")
    grid = questions(laid_out(tmp_path, text))["1"].body
    assert isinstance(grid, Matrix)
    assert [row.offered for row in grid.rows] == [("-9",), ()]
    assert [tick.code for tick in grid.beside] == ["-9"]


def test_many_long_answers_make_no_grid(tmp_path: Path) -> None:
    words = (
        "{0: Unconstitutionally, 1: Institutionalised, 2: Counterrevolutionary, 3: Notwithstanding}"
    )
    text = COMPUTED.replace("{0: Never, 1: Once, 2: Often}", words)
    found = questions(laid_out(tmp_path, text))
    assert (found["1"].stem, found["1"].text, found["2"].text) == (
        "How often did you",
        "call?",
        "write?",
    )


def test_other_wordings_stand_below_with_their_condition(every_kind: Instrument) -> None:
    document = paper_document(next(versions(every_kind)), "en")
    grid = questions(document)["8"]
    assert grid.alternatives == ("If question 6 is 0: So far, to what extent",)
    assert isinstance(grid.body, Matrix)
    second = grid.body.rows[1]
    assert second.conditions == ("only if question 6 is above 1",)
    assert second.alternatives == (
        'If question 8a is above "Some" and question 2 is "Yes": '
        "do you, who rely on the office, doubt it?",
    )


def test_each_version_asks_what_its_arm_is_asked(every_kind: Instrument) -> None:
    first, second = versions(every_kind)
    assert (first.code, second.code) == ("ARM1", "ARM2")
    assert "OFT1" in numbers_of(first.instrument)
    assert "OFT1" not in numbers_of(second.instrument)
    notes = [
        e.text
        for version in (first, second)
        for e in paper_document(version, "en").elements
        if isinstance(e, Paragraph) and e.role == "note"
    ]
    assert notes == ["It failed, and you felt somehow.", "It succeeded, and you felt somehow."]


def test_rotating_blocks_are_versions() -> None:
    instrument = read_instrument("citizen").for_form("full")
    found = list(versions(instrument))
    assert [version.code for version in found] == ["PMSET1", "PMSET2", "PMSET3"]
    asked = [set(numbers_of(version.instrument)) for version in found]
    every = {item.id for item in instrument.questions}
    assert set.union(*asked) == every
    assert len(set.intersection(*asked)) < len(every)


def test_no_question_of_a_shipped_form_is_lost() -> None:
    for name in ("citizen", "provider", "carers"):
        instrument = read_instrument(name)
        for form in instrument.forms:
            chosen = instrument.for_form(form.id)
            for version in versions(chosen):
                document = paper_document(version, "en")
                printed = {q.id for q in questions(document).values()} | {
                    row.id
                    for q in questions(document).values()
                    if isinstance(q.body, Matrix)
                    for row in q.body.rows
                }
                assert printed - {""} == {item.id for item in version.instrument.questions}


def test_numbers_have_room_for_what_may_be_answered(tmp_path: Path) -> None:
    text = """
pages:
  - page: one
    blocks:
      - block: one
        items:
          - {id: A, kind: number, text: A?, number: {min: 0, max: 120}}
          - {id: B, kind: number, text: B?, number: {whole: false, max: 5}}
          - {id: C, kind: number, text: C?}
          - {id: D, kind: number, text: D?, number: {min: -1000, max: 5}}
"""
    found = questions(laid_out(tmp_path, text))
    bodies = [q.body for q in found.values()]
    assert [b.digits for b in bodies if isinstance(b, NumberBox)] == [3, 1, 6, 5]
    assert [q.instruction for q in found.values()] == [
        "Please write a whole number, 0 to 120.",
        "Please write a number, 5 or less.",
        "Please write a whole number.",
        "Please write a whole number, -1000 to 5.",
    ]


def test_rows_are_lettered_beyond_z() -> None:
    assert [letter(place) for place in (0, 25, 26, 27, 52)] == ["a", "z", "aa", "ab", "ba"]


def test_every_language_of_the_program_says_everything() -> None:
    for language in ("en", "de", "ar", "ar-EG"):
        phrases = phrases_of(language)
        assert phrases is not None
        assert set(phrases.conditions.comparisons) == {"==", "!=", "<", "<=", ">", ">="}
        assert set(phrases.conditions.lists) == {"sum", "mean", "min", "max", "any", "all"}
        assert all(text.count("{}") == 1 for text in phrases.conditions.lists.values())
        assert phrases.only_several.count("{}") == 3
        assert phrases.page_of.count("{}") == 2
    assert phrases_of("fr") is None
