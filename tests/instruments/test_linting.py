"""The linter: its rules on a labelled bank, and what it says of our own questionnaires."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from inline_questionnaires import Read

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.instruments.checks.claimed_paths import ClaimedPath, items_of
from coprod_stats.instruments.checks.lint_rules import RULES, Question, question_findings
from coprod_stats.instruments.checks.linting import is_english, language_of_rules, lint
from coprod_stats.instruments.shipped import list_modules
from coprod_stats.instruments.source.yaml_source import read_yaml
from coprod_stats.study.questionnaire_claims import claimed_paths, measured_in_modules

BANK: dict[str, Any] = read_yaml(Path(__file__).parent / "lint_bank.yaml").data
ATTACKS: list[dict[str, Any]] = read_yaml(Path(__file__).parent / "lint_attacks.yaml").data["items"]
TEXT_RULES = sorted({code for item in BANK["items"] for code in item["codes"]})


@dataclass(frozen=True)
class Accuracy:
    hits: int
    false_alarms: int
    misses: int

    @property
    def precision(self) -> float:
        return self.hits / (self.hits + self.false_alarms)

    @property
    def recall(self) -> float:
        return self.hits / (self.hits + self.misses)

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.2f}, recall {self.recall:.2f} "
            f"({self.hits} hits, {self.false_alarms} false alarms, {self.misses} misses)"
        )


def question(entry: dict[str, Any]) -> Question:
    answers = BANK["answers"].get(entry.get("answers"), {})
    return Question(
        text=entry["text"],
        stem=entry.get("stem", ""),
        labels=tuple(answers.get("labels", ())),
        kind=answers.get("kind"),
        reverse=entry.get("reverse", False),
        has_way_out=not entry.get("no_way_out", False),
        is_rating="answers" in entry,
        roles=frozenset([entry["role"]]) if "role" in entry else frozenset(),
        offers_dont_know=not entry.get("no_dont_know", False),
        asked_by_time=entry.get("asked_by_time", False),
    )


def accuracy(*codes: str) -> Accuracy:
    found = {
        (place, code)
        for place, entry in enumerate(BANK["items"])
        for code, _ in question_findings(question(entry))
        if code in codes
    }
    wanted = {
        (place, code)
        for place, entry in enumerate(BANK["items"])
        for code in entry["codes"]
        if code in codes
    }
    return Accuracy(len(found & wanted), len(found - wanted), len(wanted - found))


def test_the_bank_is_large_and_half_of_it_sound() -> None:
    sound = sum(not entry["codes"] for entry in BANK["items"])
    assert len(BANK["items"]) >= 120
    assert 0.35 < sound / len(BANK["items"]) < 0.65
    numbers = (1, 2, 3, 4, 5, 6, 7, 9, 13, 14, 16, 23, 26)
    assert [f"LINT-{number:03}" for number in numbers] == TEXT_RULES


def test_precision_and_recall_on_the_bank(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"{code} {RULES[code][0]}: {accuracy(code)}" for code in TEXT_RULES]
    overall = accuracy(*TEXT_RULES)
    with capsys.disabled():
        sys.stdout.write("\n".join(["", *lines, f"all rules: {overall}", ""]))
    assert overall.precision >= 0.93
    assert overall.recall >= 0.85
    for code in TEXT_RULES:
        assert accuracy(code).precision >= 0.9, code
        assert accuracy(code).recall >= 0.8, code


def test_what_an_attack_on_the_rules_gets_past_is_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The page of the linter states these figures: rules that rely on words can be got past."""
    faulty = [entry for entry in ATTACKS if entry["codes"]]
    sound = [entry for entry in ATTACKS if not entry["codes"]]
    found = [entry for entry in faulty if set(entry["codes"]) & set(codes_of(entry))]
    alarms = [entry for entry in sound if codes_of(entry)]
    stated = f"{len(found)} of {len(faulty)} faulty, {len(alarms)} of {len(sound)} sound"
    with capsys.disabled():
        sys.stdout.write(f"\nquestions written against the rules, found: {stated}\n")
    page = Path(__file__).parents[2] / "docs/methods/questionnaire_linting.md"
    assert stated in page.read_text(encoding="utf-8")


def codes_of(entry: dict[str, Any]) -> list[str]:
    return [code for code, _ in question_findings(question(entry))]


@cache
def _whole(name: str) -> tuple[Instrument, tuple[ClaimedPath, ...], frozenset[str]]:
    instrument = read_instrument(name)
    return instrument, claimed_paths(instrument), measured_in_modules(instrument)


@pytest.mark.parametrize("form", [None, "core", "full"])
@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_our_own_questionnaires_have_no_finding_without_a_reason(
    name: str, form: str | None
) -> None:
    instrument, paths, in_modules = _whole(name)
    found = lint(instrument, form=form, paths=paths, in_modules=in_modules)
    assert [str(finding) for finding in found if not finding.exempted] == []
    assert all(len(finding.exempted) > 20 for finding in found)


@pytest.mark.parametrize("plan", ["driver_impact", "values", "worth"])
def test_no_plan_of_ours_has_a_finding_without_a_reason(plan: str) -> None:
    instrument, _, in_modules = _whole("citizen")
    paths = claimed_paths(instrument, plans=[plan])
    found = lint(instrument, paths=paths, all_claims=False, in_modules=in_modules)
    assert [str(entry) for entry in found if not entry.exempted] == []


@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_modules_bring_no_finding_without_a_reason(name: str) -> None:
    whole = lint(read_instrument(name, modules=list_modules()))
    assert [str(entry) for entry in whole if not entry.exempted and entry.code != "LINT-010"] == []


def test_every_question_of_a_tested_path_has_a_meaning_in_both_forms() -> None:
    instrument, paths, _ = _whole("citizen")
    ends = {end for path in paths if path.plan for end in (path.predictor, path.outcome)}
    known = {item for meaning in instrument.meanings for item in meaning.items}
    assert {item.id for end in ends for item in items_of(instrument, end)} <= known


SURVEY = """
instrument: survey
version: 1.0.0
title: A survey
languages: [en]
constructs: constructs.yaml
forms: {core: {title: Core}}
responses:
  ext5: {kind: unipolar, options: {1: Not at all, 2: A little, 3: Some, 4: Much, 5: Completely}}
exemptions:
  - {rule: LINT-002, at: [TRU1], reason: it is the law's own wording}
  - {rule: LINT-001, at: [TRU2], reason: nothing is wrong with it}
pages:
  - page: first
    blocks:
      - block: first
        items:
          - {id: TRU1, text: do you not rely on it?, responses: ext5, offers: [dont_know]}
          - {id: TRU2, text: is it kind?, responses: ext5}
          - {id: CON, kind: consent, text: I have read this and agree., options: {1: "Yes"}}
          - {id: ATT, text: Mark 3 and go on., responses: ext5, attention_pass: 3}
scales:
  TRU: {title: Trust, construct: TRU, items: [TRU1, TRU2], min_answered: 1}
"""


def test_scales_constructs_and_stale_exemptions(read: Read) -> None:
    found = {(entry.code, entry.place): entry for entry in lint(read(SURVEY))}
    assert found.keys() == {
        ("LINT-002", "TRU1"),
        ("LINT-006", "TRU2"),
        ("LINT-008", "TRU"),
        ("LINT-011", "TRU2"),
    } | ({("LINT-010", "USE")} if ("LINT-010", "USE") in found else set())
    exempted = found["LINT-002", "TRU1"]
    assert str(exempted).endswith("(exempted: it is the law's own wording)")
    assert "Belson" in exempted.source


TWO_FORMS = (
    SURVEY.replace("forms: {core: {title: Core}}", "forms: {short: {title: S}, long: {title: L}}")
    .replace(
        "responses: ext5}\n          - {id: CON",
        "responses: ext5, forms: [long]}\n          - {id: CON",
    )
    .replace("reason: nothing is wrong with it", "reason: nothing is wrong with it here")
    .replace(
        "exemptions:",
        "exemptions:\n  - {rule: LINT-008, at: [TRU], reason: the long form asks more}",
    )
)


def test_one_form_is_judged_within_its_questionnaire(read: Read) -> None:
    """Neither a construct of another form is missing, nor is another form's exemption stale."""
    survey = read(TWO_FORMS)
    for form in ("short", "long"):
        found = {(entry.code, entry.place) for entry in lint(survey, form=form)}
        assert ("LINT-008", "TRU") in found
        assert ("LINT-011", "TRU") not in found
    assert ("LINT-011", "TRU2") in {(e.code, e.place) for e in lint(survey, form="long")}
    # what the form does not ask at all cannot have a stale exemption in it
    assert ("LINT-011", "TRU2") not in {(e.code, e.place) for e in lint(survey, form="short")}


@pytest.mark.parametrize(
    ("limits", "codes"),
    [
        ("min: -20, max: 40", ["-7", "-8", "-9"]),
        ("min: -8", ["-7", "-8"]),
        ("min: -1000, max: -9", ["-9"]),
        ("min: -6, max: 40", []),
        ("min: -1000, max: -10", []),
        ("max: 40", []),
        ("min: 0", []),
    ],
)
def test_numbers_that_would_be_read_as_missing(read: Read, limits: str, codes: list[str]) -> None:
    item = f"          - {{id: TEMP, kind: number, text: How cold?, number: {{{limits}}}}}\n"
    survey = read(SURVEY.replace("scales:\n", f"{item}scales:\n"))
    found = [entry.found for entry in lint(survey) if entry.code == "LINT-012"]
    assert [words.split()[0] for words in found] == codes


EARLIER = """          - {id: YEARS, kind: number, text: How many years?, number: {min: 0}}
          - {id: MORE, text: is it kinder than a year ago?, responses: ext5, offers: [dont_know]}
"""


@pytest.mark.parametrize(
    ("condition", "found"),
    [("", True), ("TRU2 > 1", True), ("YEARS >= 1", False), ("LONG == 1", False)],
)
def test_only_those_who_were_there_can_compare(read: Read, condition: str, found: bool) -> None:
    asked = EARLIER.replace("MORE, ", f"MORE, when: {condition}, ") if condition else EARLIER
    derived = 'derived: {LONG: {title: Long there, value: "YEARS >= 1"}}\nscales:\n'
    survey = read(SURVEY.replace("scales:\n", asked + derived))
    codes = {(entry.code, entry.place) for entry in lint(survey)}
    assert (("LINT-023", "MORE") in codes) == found


def test_a_construct_that_nothing_asks_for(read: Read) -> None:
    survey = read(SURVEY.replace("instrument: survey", "instrument: citizen"))
    assert ("LINT-010", "USE") in {(entry.code, entry.place) for entry in lint(survey)}


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("How well do you balance work and family?", False),
        ("How often do staff and citizens help each other?", False),
        ("Is there trust between the office and you?", False),
        ("Is there trust between them? Do you read and write?", True),
        ("Do both the office, and you, read and write?", True),
        ("Do you read (and write) letters?", False),
        ("Do you read (and write letters and cards?", True),
    ],
)
def test_relations_name_two_sides_and_lists_ask_two_things(text: str, joined: bool) -> None:
    codes = [code for code, _ in question_findings(Question(text.replace("? ", ". ")))]
    assert ("LINT-001" in codes) == joined


@pytest.mark.parametrize(
    "text",
    [
        "do staff listen to you, and do they act on it?",
        "do you trust councils (local) and ministries?",
        "do you and the staff trust each other and share tools?",
        "do staff and citizens and politicians meet?",
    ],
)
def test_what_is_joined_to_a_remark_or_a_relation_is_seen(text: str) -> None:
    assert "LINT-001" in [code for code, _ in question_findings(Question(text))]


STEMS = """
      - block: third
        stem: To what extent
        wordings: [{when: TRU2 == 5, text: As a result of your part}]
        responses: ext5
        offers: [dont_know]
        items:
          - {id: GAIN, text: are you content?, wordings: [{when: TRU2 == 1, text: do you not err?}]}
scales:
"""
GAINED = 'indices:\n  IX: {title: Gain, construct: TRU, value: "if(TRU2 == 1, 0, GAIN)"}\n'


def test_the_stems_wordings_are_judged_with_the_constructs_of_indices(read: Read) -> None:
    """What an index adds up measures its construct; what only decides on its value does not."""
    survey = read(SURVEY.replace("scales:\n", STEMS.lstrip("\n")) + GAINED)
    found = [(entry.code, entry.place) for entry in lint(survey)]
    assert found.count(("LINT-013", "GAIN")) == 1
    assert found.count(("LINT-002", "GAIN")) == 1
    without = read(SURVEY.replace("scales:\n", STEMS.lstrip("\n")))
    assert ("LINT-013", "GAIN") not in [(entry.code, entry.place) for entry in lint(without)]


def test_english_texts_are_judged_where_there_are_any(read: Read) -> None:
    both = SURVEY.replace("languages: [en]", "languages: [de, en]").replace(
        "text: is it kind?", "text: {de: Ist es gut?, en: is it kind and quick?}"
    )
    assert ("LINT-001", "TRU2") in {(entry.code, entry.place) for entry in lint(read(both))}
    assert language_of_rules(read(both)) == "en"
    german = read(SURVEY.replace("languages: [en]", "languages: [de]"))
    assert not is_english(language_of_rules(german))
