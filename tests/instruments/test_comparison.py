"""Versions compared, and the gate before answers are put together."""

from __future__ import annotations

import pytest
from inline_questionnaires import Read

from coprod_stats.instruments import Instrument
from coprod_stats.instruments.versions.comparison import compare
from coprod_stats.instruments.versions.pooling import Fielding, PoolingError, pooling_gate

SURVEY = """
instrument: survey
version: 1.0.0
title: A survey
languages: [en, de]
constructs: constructs.yaml
forms: {core: {title: Core}}
planned_missing: {id: PM, title: Blocks, forms: [core], sets: {1: [A, B], 2: [B, A]}}
responses:
  ext3: {kind: unipolar, options: {1: {en: Not at all, de: Gar nicht}, 2: A little, 3: Completely}}
pages:
  - page: first
    blocks:
      - block: first
        items:
          - {id: USED, text: Have you used it?, options: {1: "Yes", 2: "No"}}
      - block: trust
        stem: To what extent
        responses: ext3
        items:
          - {id: TRU1, text: {en: do you rely on it?, de: verlassen Sie sich darauf?}}
          - {id: TRU2, text: do you doubt it?, reverse: true, when: USED == 1}
          - {id: TRU3, text: is it kind?}
          - {id: ALONE, text: is it far?}
          - {id: MUCH, kind: number, text: how much is it?, number: {max: 9}}
          - {id: MANY, kind: multiple, text: which?, options: {1: A, 2: B}, max_choices: 2}
          - {id: DAY, kind: date, text: when?, date: {min: 2020-01-01}}
          - {id: WHY, kind: text, text: why?, length: {max: 9}}
scales:
  TRU: {title: Trust, construct: TRU, items: [TRU1, TRU2, TRU3], min_answered: 2}
indices:
  AMT: {title: Amount, construct: USE, value: USED + 1}
"""


def changed(read: Read, *pairs: tuple[str, str]) -> tuple[Instrument, Instrument]:
    older, text = read(SURVEY), SURVEY
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return older, read(text)


@pytest.mark.parametrize(
    ("old", "new", "kind", "place", "effect"),
    [
        ("do you rely on it?", "do you count on it?", "wording", "TRU1", "threatens"),
        ("is it kind?", "have neighbours seen rain?", "reused", "TRU3", "breaks"),
        ("is it far?", "is it very far?", "wording", "ALONE", "harmless"),
        ("verlassen Sie sich darauf", "vertrauen Sie darauf", "translation", "TRU1", "threatens"),
        (", reverse: true", "", "keying", "TRU2", "breaks"),
        ("number: {max: 9}", "number: {max: 8}", "limits", "MUCH", "harmless"),
        (
            "{max: 9}}\n          - {id: MANY",
            "{max: 9}, checks: [{holds: MUCH > 0, message: m}]}\n          - {id: MANY",
            "limits",
            "MUCH",
            "harmless",
        ),
        ("max_choices: 2", "min_choices: 1", "limits", "MANY", "harmless"),
        ("{min: 2020-01-01}", "{min: 2021-01-01}", "limits", "DAY", "harmless"),
        ("length: {max: 9}", "length: {max: 9}, format: digits", "limits", "WHY", "harmless"),
        ("when: USED == 1", "when: USED == 2", "routing", "TRU2", "threatens"),
        ("text: is it kind?", "text: is it kind?, rotation: A", "rotation", "TRU3", "harmless"),
        ("min_answered: 2", "min_answered: 3", "scoring", "TRU", "breaks"),
        ('{1: "Yes", 2: "No"}', '{1: "No", 2: "Yes"}', "codes", "USED", "breaks"),
        ('{1: "Yes", 2: "No"}', '{1: "Yes", 2: "Not yet"}', "labels", "USED", "threatens"),
        ("id: ALONE, text", "id: OTHER, text", "added", "OTHER", "harmless"),
        ("id: ALONE, text", "id: OTHER, text", "removed", "ALONE", "harmless"),
        (
            "id: ALONE, text: is it far?",
            "id: ALONE, kind: text, text: is it far?",
            "kind",
            "ALONE",
            "harmless",
        ),
        (
            "text: is it kind?",
            'text: is it kind?, wordings: [{when: USED == 2, text: "kind?"}]',
            "wording",
            "TRU3",
            "threatens",
        ),
    ],
)
def test_each_change_is_named_with_its_effect(
    read: Read, old: str, new: str, kind: str, place: str, effect: str
) -> None:
    found = compare(*changed(read, (old, new)))
    assert (kind, place, effect) in {(c.kind, c.place, c.effect) for c in found}
    assert len({change.place for change in found}) <= 2


def test_a_changed_scale_of_answers_touches_all_its_items(read: Read) -> None:
    found = compare(*changed(read, ("2: A little, 3: Completely", "2: Some, 3: Completely")))
    assert [(c.kind, c.place) for c in found] == [
        ("labels", id) for id in ("TRU1", "TRU2", "TRU3", "ALONE")
    ]
    more = compare(*changed(read, ("3: Completely", "3: Much, 4: Completely")))
    assert {c.kind for c in more} == {"codes"}
    german = compare(*changed(read, ("Gar nicht", "Überhaupt nicht")))
    assert {(c.kind, c.language) for c in german} == {("translation", "de")}


def test_a_moved_question_is_found_once_and_its_neighbours(read: Read) -> None:
    older, newer = changed(
        read,
        ("          - {id: TRU3, text: is it kind?}\n", ""),
        (
            "          - {id: TRU1",
            "          - {id: TRU3, text: is it kind?}\n          - {id: TRU1",
        ),
    )
    moved = {c.place for c in compare(older, newer) if c.kind == "order"}
    assert moved == {"TRU3", "TRU1", "ALONE"}


def test_equal_versions_have_no_changes(read: Read) -> None:
    assert compare(*changed(read)) == ()
    assert compare(*changed(read, ("when: USED == 1", "when: (USED == 1)"))) == ()


def test_a_change_says_what_it_does(read: Read) -> None:
    (change,) = compare(*changed(read, ("do you rely on it?", "do you count on it?")))
    assert str(change) == (
        "[threatens] TRU1: wording, 'To what extent do you rely on it?' -> 'To what extent do you "
        "count on it?': loadings and thresholds may have shifted. Affects TRU."
    )


def test_pooling_is_blocked_until_it_is_accepted_by_name(read: Read) -> None:
    older, newer = changed(read, ("do you rely on it?", "do you count on it?"))
    waves = (Fielding("wave 1", older, "en"), Fielding("wave 2", newer, "en"))
    decision = pooling_gate(waves)
    assert (decision.open, [entry.scale for entry in decision.blocked]) == (("AMT",), ["TRU"])
    name = decision.blocked[0].name
    assert name == "wording TRU1 wave 1 / wave 2"
    after = pooling_gate(waves, accepted=[name])
    assert (after.open, after.blocked) == (("TRU", "AMT"), ())
    assert [entry.name for entry in after.accepted] == [name]


def test_languages_are_pooled_only_when_translated_and_validated(read: Read) -> None:
    survey = read(SURVEY)
    decision = pooling_gate([Fielding("a", survey, "en"), Fielding("b", survey, "de")])
    assert {entry.name for entry in decision.blocked} == {
        "translation de draft b",
        "translation de missing b",
    }
    assert pooling_gate([Fielding("b", survey, "de"), Fielding("c", survey, "de")]).blocked == ()


def test_drift_of_a_language_that_nobody_answered_in_does_not_matter(read: Read) -> None:
    older, newer = changed(read, ("verlassen Sie sich darauf", "vertrauen Sie darauf"))
    assert pooling_gate([Fielding("a", older, "en"), Fielding("b", newer, "en")]).blocked == ()
    assert pooling_gate([Fielding("a", older, "de"), Fielding("b", newer, "de")]).blocked


def test_modes_are_pooled_only_when_accepted(read: Read) -> None:
    survey = read(SURVEY)
    both = [Fielding("a", survey, "en"), Fielding("b", survey, "en", "paper")]
    assert {entry.name for entry in pooling_gate(both).blocked} == {"mode a / b"}
    assert pooling_gate(both, accepted=["mode a / b"]).open == ("TRU", "AMT")


def test_a_gate_without_sense_is_refused(read: Read) -> None:
    with pytest.raises(PoolingError, match="nothing to pool"):
        pooling_gate([])
    with pytest.raises(PoolingError, match="not an obstacle here: wording X"):
        pooling_gate([Fielding("a", read(SURVEY), "en")], accepted=["wording X"])


ROSTER = """
  - page: members
    roster:
      id: ROW
      title: Members
      most: 3
      summaries: {KIDS: {title: Kids, value: count(AGE < 18)}}
    blocks:
      - block: member
        items:
          - {id: AGE, kind: number, text: How old?, number: {min: 0, max: 99}}
          - {id: LAND, text: Where from?, options: {1: Here, 2: There}, codes: {1: HE, 2: TH}}
          - {id: WHO, text: Who?, options: {1: Kin, 2: Other}, options_when: {2: AGE > 17}}
          - id: WORK
            text: Does this person work?
            options: {1: "Yes", 2: "No"}
            when: AGE > 5
            checks: [{holds: WORK == 2 or AGE > 14, message: Too young}]
            wordings: [{when: AGE > 64, text: Does this person still work?}]
administrative: [{id: RID, title: Respondent, role: respondent}]
scales:
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "count(AGE < 18)",
            "count(AGE < 16)",
            "KIDS: scoring, 'count(AGE < 18)' -> 'count(AGE < 16)'",
        ),
        ("{1: HE, 2: TH}", "{1: TH, 2: HE}", "LAND: codes, '1 HE, 2 TH' -> '1 TH, 2 HE'"),
        ("{1: HE, 2: TH}", "{1: HR, 2: TH}", "LAND: letters, '1 HE, 2 TH' -> '1 HR, 2 TH'"),
        ("{2: AGE > 17}", "{2: AGE > 15}", "WHO: limits, 'option 2 when AGE > 17' -> 'option 2"),
        ("AGE > 14, message", "AGE > 15, message", "'check WORK == 2 or AGE > 15 'Too young''"),
        ("{when: AGE > 64", "{when: AGE > 69", "(when AGE > 64)' -> 'Does this person still"),
        ("most: 3", "most: 5", "ROW: limits, 'at most 3' -> 'at most 5'"),
        ("members\n    ro", "members\n    when: USED == 1\n    ro", "routing, '' -> 'USED == 1'"),
        ("value: USED + 1", "value: USED + 2", "AMT: scoring, 'USED + 1' -> 'USED + 2'"),
    ],
)
def test_what_is_computed_or_shown_is_told_in_the_words_of_the_questionnaire(
    read: Read, old: str, new: str, told: str
) -> None:
    text = SURVEY.replace("scales:\n", ROSTER.lstrip("\n"), 1)
    assert old in text
    (change,) = compare(read(text), read(text.replace(old, new)))
    assert told in str(change)


def test_a_roster_that_moved_is_told_by_the_page_before_it(read: Read) -> None:
    page = ROSTER.lstrip("\n").partition("administrative:")[0]
    later = read(SURVEY.replace("scales:\n", ROSTER.lstrip("\n"), 1))
    first = SURVEY.replace("scales:\n", ROSTER.lstrip("\n").replace(page, ""), 1)
    earlier = read(first.replace("pages:\n", f"pages:\n{page}", 1))
    (change,) = compare(later, earlier)
    assert (change.kind, change.place, change.became) == ("order", "ROW", "the start")
    assert change.was == later.pages[-1].id
