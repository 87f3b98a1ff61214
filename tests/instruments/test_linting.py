"""The linter: its rules on a labelled bank, and what it says of our own questionnaires."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from inline_questionnaires import Read

from coprod_stats.instruments import read_instrument
from coprod_stats.instruments.checks.lint_rules import RULES, Question, question_findings
from coprod_stats.instruments.checks.linting import lint
from coprod_stats.instruments.shipped import list_modules
from coprod_stats.instruments.source.yaml_source import read_yaml

BANK: dict[str, Any] = read_yaml(Path(__file__).parent / "lint_bank.yaml").data
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
    assert [f"LINT-{number:03}" for number in (1, 2, 3, 4, 5, 6, 7, 9)] == TEXT_RULES


def test_precision_and_recall_on_the_bank(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"{code} {RULES[code][0]}: {accuracy(code)}" for code in TEXT_RULES]
    overall = accuracy(*TEXT_RULES)
    with capsys.disabled():
        sys.stdout.write("\n".join(["", *lines, f"all rules: {overall}", ""]))
    assert overall.precision >= 0.93
    assert overall.recall >= 0.85
    for code in TEXT_RULES:
        assert accuracy(code).precision >= 0.75, code
        assert accuracy(code).recall >= 0.65, code


@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_our_own_questionnaires_have_no_finding_without_a_reason(name: str) -> None:
    found = lint(read_instrument(name, modules=list_modules()))
    assert [str(finding) for finding in found if not finding.exempted] == []
    assert all(len(finding.exempted) > 20 for finding in found)


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


def test_a_construct_that_nothing_asks_for(read: Read) -> None:
    survey = read(SURVEY.replace("instrument: survey", "instrument: citizen"))
    assert ("LINT-010", "USE") in {(entry.code, entry.place) for entry in lint(survey)}
