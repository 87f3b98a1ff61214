"""Every place that counts questions or texts of a questionnaire counts the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.instruments.catalogue import catalogue
from coprod_stats.instruments.preview import preview
from coprod_stats.instruments.question_counts import n_questions, questions_in_words
from coprod_stats.instruments.shipped import shelf
from coprod_stats.instruments.source.reading import modules_serving, read_draft
from coprod_stats.instruments.timing import route_lengths
from coprod_stats.instruments.translations.coverage import translation_coverage
from coprod_stats.instruments.translations.translation import status_counts, translation_rows
from coprod_stats.study.question_costs import question_costs

SHIPPED = [entry.id for entry in catalogue()]
EVERYTHING = """
instrument: everything
version: 0.1.0
title: {en: Everything, ar: كل شيء}
introduction: {en: Read me., ar: اقرأني}
about: Researchers read this.
languages: [en, ar]
offers: [dont_know]
specify: {en: Which?, ar: ما هو؟}
forms: {short: {title: Short}, long: {title: Long}}
administrative: [{id: RID, title: Respondent, role: respondent}]
assigned:
  ARM: {title: Arm, levels: {1: {en: alone, ar: وحدك}, 2: together}}
  HID: {title: Never shown, levels: {1: secret, 2: hidden}}
placeholders: {HOW: {variable: ARM, otherwise: somehow}}
responses:
  often: {kind: frequency, options: {1: Never, 2: Often}}
  nrs: {kind: unipolar, points: [0, 10], options: {0: Not at all, 10: Completely}}
  unused: {kind: unipolar, options: {1: Low, 2: High}}
pages:
  - page: one
    intro: First.
    blocks:
      - block: one
        stem: How often
        responses: often
        items:
          - {id: WALK, text: "do you walk?"}
          - {id: RIDE, text: "do you ride [HOW]?", off_scale: {9: No bike}}
      - block: two
        items:
          - {id: HELLO, kind: note, text: Hello.}
          - {id: PLACE, text: Where?, options: {1: Here, 4: Elsewhere}, other: 4}
          - {id: WAYS, kind: multiple, text: How?, options: {1: Foot, 2: Car}, other: 2,
             specify: Which car?, forms: [long]}
          - {id: PAIN, text: How bad?, responses: nrs}
          - {id: SIZE, kind: number, text: How many?, offers: [],
             number: {min: 0, max: 5, unit: people}, checks: [{holds: SIZE < 5, message: Fewer.}]}
  - page: people
    roster: {id: ROW, title: People, count: SIZE, summaries: {OLD: {title: n, value: any(AGE > 9)}}}
    blocks:
      - block: who
        items:
          - {id: AGE, kind: number, text: How old?, number: {min: 0, max: 99, unit: years}}
          - {id: TIE, text: Who?, options: {1: Child, 2: Other}, other: 2, forms: [long]}
"""


@pytest.fixture
def everything(tmp_path: Path) -> Path:
    path = tmp_path / "everything.yaml"
    path.write_text(EVERYTHING, encoding="utf-8")
    return path


def test_what_a_respondent_answers_is_a_question(everything: Path) -> None:
    one = read_instrument(everything)
    assert n_questions(one) == 8  # no note, and no text beside "other"
    assert questions_in_words(one) == "6 questions, and 2 for each row of ROW"
    assert questions_in_words(one.for_form("short")) == "5 questions, and 1 for each row of ROW"
    assert repr(one) == (
        "<Instrument 'everything', version 0.1.0: 6 questions, and 2 for each row of ROW>"
    )


def test_what_a_respondent_reads_is_a_text(everything: Path) -> None:
    keys = {row.key for row in translation_rows(everything, "ar")}
    assert {"introduction", "specify", "assigned.ARM.levels.1", "PLACE.options.4"} <= keys
    assert {"PAIN.text", "responses.nrs.options.10", "RIDE.off_scale.9"} <= keys
    assert {"SIZE.checks.0.message", "WAYS.specify", "AGE.number.unit"} <= keys
    assert {"page.people.roster.title", "page.one.intro"} <= keys
    researchers = ("about", "assigned.HID", "assigned.ARM.title", "forms.", "responses.unused")
    assert not [key for key in keys if key.startswith(researchers) or "summaries" in key]
    assert "responses.nrs.options.5" not in keys  # a number without words
    assert {"missing_options.dont_know"} == {key for key in keys if key.startswith("missing")}


def _agree(name: str | Path, instrument: Instrument, form: str | None) -> None:
    rows = translation_rows(name, "ar", form=form)
    for entry in translation_coverage(instrument):
        counts = status_counts(rows)
        assert entry.total == len(rows) == counts.total()
        assert entry.translated == counts["draft"] + counts["validated"]
    if form is None:
        return
    shown = preview(instrument)
    assert f"Length: {questions_in_words(instrument)}" in shown
    for entry in translation_coverage(instrument):
        assert f"Translation: {entry}." in shown
    asked = sum(len(cost.items) for cost in question_costs(instrument, ()))
    in_rows = sum(n_questions(instrument.roster(roster.id)) for roster in instrument.rosters)
    assert asked == n_questions(instrument) - in_rows
    assert max(length.n_questions[1] for length in route_lengths(instrument)) <= asked


@pytest.mark.parametrize("name", SHIPPED)
def test_all_counts_of_a_shipped_questionnaire_agree(name: str) -> None:
    whole = read_instrument(name)
    draft = read_draft(name)
    for form in (None, *(form.id for form in whole.forms)):
        chosen = whole if form is None else whole.for_form(form)
        _agree(name, chosen, form)
        items = [placed.item for placed in draft.items if placed.item.kind != "note"]
        asked = [item for item in items if form in (None, *(item.forms or [form]))]
        assert n_questions(chosen) == len(asked)


def test_all_counts_of_a_questionnaire_with_everything_agree(everything: Path) -> None:
    whole = read_instrument(everything)
    for form in (None, "short", "long"):
        _agree(everything, whole if form is None else whole.for_form(form), form)


@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_modules_add_their_texts(name: str) -> None:
    core = read_instrument(name)
    more = read_instrument(name, modules=modules_serving(name))
    assert len(more.texts) > len(core.texts)
    assert n_questions(more) > n_questions(core)


@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_the_readme_states_the_number_of_questions(name: str) -> None:
    text = (shelf("instruments") / "README.md").read_text(encoding="utf-8")
    (row,) = (line for line in text.splitlines() if line.startswith(f"| `{name}.yaml`"))
    stated = re.search(r"core form of (\d+) questions.*full form of (\d+)", row)
    assert stated is not None
    whole = read_instrument(name)
    counts = [n_questions(whole.for_form(form)) for form in ("core", "full")]
    assert [int(number) for number in stated.groups()] == counts
