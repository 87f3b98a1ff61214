"""The linter: its rules on a labelled bank, and what it says of our own questionnaires."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from inline_questionnaires import Read

from coprod_stats.instruments import read_instrument
from coprod_stats.instruments.checks.lint_rules import RULES, Question, question_findings
from coprod_stats.instruments.checks.linting import lint
from coprod_stats.instruments.checks.texts import MAX_TEXT
from coprod_stats.instruments.constructs import Role
from coprod_stats.instruments.shipped import list_modules
from coprod_stats.instruments.source.yaml_source import read_yaml
from coprod_stats.study.questionnaire_claims import claimed_paths, measured_in_modules

BANK: dict[str, Any] = read_yaml(Path(__file__).parent / "lint_bank.yaml").data
TEXT_RULES = sorted({code for item in BANK["items"] for code in item["codes"]})

UNITS = (
    *("a", "a ", "a/", "a, ", "n't", "a'", "(", "(a) ", "[A", "?", ". ", "é", "…", "aaa or un"),
    *("between ", "both x ", "between a and ", "and ", "each other ", "match ", "compare "),
    *("such as ", "ing up and ", "good or ", "disagree ", "as many people ", "satisf"),
    *("would ", "had ", "since ", "money has been ", "compared with ", "without your ", "as a "),
    *("by taking ", "how well ", "answer to you ", "have you ", "nobody ", "-efficien", "do you "),
)
"""What a rule may look at again and again in a text that repeats it."""


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
    assert [f"LINT-{number:03}" for number in (1, 2, 3, 4, 5, 6, 7, 9, 13, 14, 16)] == TEXT_RULES


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


# Until the shipped questionnaires are rewritten by the new rules: what these find in the present
# texts. To be emptied, never added to, when the rewritten ones arrive.
_CAUSES = (
    "KGN1 KGN2 KGN3 KGN4 KGN5 IVEST1 IVEST2 IVEST3 IVEST4 IVSOC1 IVSOC2 IVSOC3 IVSOC4 MVREL1 "
    "MVREL2 MVREL3 MVREL4 MVECO1 MVECO2 MVECO3 MVECO4 MVNOR1 MVNOR2 MVNOR3 MVNOR4 MVNOR5 MVPUB1 "
    "MVPUB2 MVPUB3 MVPUB4 MVPUB5 POLCH1 POLCH2 POLCH3"
)
_EVALUATIONS = "DRREL2 DRSET3 DRTEC2 DRKNO4 DRFLO1 DTHUM1 DTPRF3 DTACC1"
UNTIL_REWRITTEN = {
    "citizen": {
        "LINT-013": _CAUSES,
        "LINT-014": f"{_EVALUATIONS} DRKNO2",
        "LINT-015": "DRINP3-QUA3 DRFLO2-MVNOR3 DRFLO3-MVPUB1 DRKNO3-KGN3 DRREL3-KGN3 "
        "DRREL2-IVLOY1 DRREL3-MVREL1 DRFLO2-MVPUB1 DRFLO3-MVNOR3",
        "LINT-017": "core",
        "LINT-018": "IV MV MISP",
        "LINT-019": "DTCON DTHUM DTFIN DTPRF ATT FACOM FAINC FAOPA FAPOL FARSK FPMIN CRIS FPAWR",
        "LINT-020": "DFACT DFCIT",
        "LINT-021": "WOR WIL",
        "LINT-022": "QUA PRF ATT SHR KGN DRREL DRACT DRINP DRSET DRTEC DRKNO DRFLO WIL WOR",
    },
    # attributions are what these measure, which their module is to say
    "modules": {"LINT-013": "VATT VATTP VEFF VABI"},
    "provider": {
        "LINT-013": _CAUSES,
        "LINT-014": _EVALUATIONS,
        "LINT-017": "core",
        "LINT-018": "IV MV MISP",
    },
}


@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_our_own_questionnaires_have_no_finding_without_a_reason(name: str) -> None:
    instrument = read_instrument(name)
    in_modules = measured_in_modules(instrument)
    found = lint(instrument, paths=claimed_paths(instrument), in_modules=in_modules)
    without: dict[str, set[str]] = {}
    for finding in found:
        if not finding.exempted:
            without.setdefault(finding.code, set()).add(finding.place)
    assert without == {code: set(ids.split()) for code, ids in UNTIL_REWRITTEN[name].items()}
    assert all(len(finding.exempted) > 20 for finding in found if finding.exempted)


@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_the_modules_break_no_rule_for_single_questions(name: str) -> None:
    alone = {(entry.code, entry.place) for entry in lint(read_instrument(name))}
    whole = lint(read_instrument(name, modules=list_modules()))
    added = {(entry.code, entry.place) for entry in whole if not entry.exempted} - alone
    expected = UNTIL_REWRITTEN["modules"].items()
    assert added == {(code, place) for code, places in expected for place in places.split()}


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


@pytest.mark.parametrize("unit", UNITS)
def test_the_time_that_a_text_takes_grows_with_its_length(unit: str) -> None:
    # every other word is an outcome's, the others a driver's: the rules of both are tried
    roles: frozenset[Role] = frozenset({"impact" if UNITS.index(unit) % 2 else "driver"})

    def seconds(length: int) -> float:
        text = (unit * length)[:length]
        question = Question(
            *(text, text, (text,) * 3, "bipolar"),
            reverse=True,
            is_rating=True,
            roles=roles,
            offers_dont_know=False,
        )
        start = time.perf_counter()
        list(question_findings(question))
        return time.perf_counter() - start

    seconds(100)  # patterns are compiled
    # ten times the length in a quadratic rule is a hundred times the time: seconds instead of .02
    assert min(seconds(MAX_TEXT) for _ in range(3)) < 0.5


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
