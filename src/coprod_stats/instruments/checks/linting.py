"""The questionnaire linter: rules of survey methodology with stable codes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from coprod_stats.counts import counted
from coprod_stats.instruments.checks.lint_rules import RULES, Question, question_findings
from coprod_stats.instruments.construct_coverage import construct_coverage
from coprod_stats.instruments.model import MISSING_CODES, TEXT_KINDS, Instrument, Item

MIN_ITEMS = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a question, a scale or a construct breaks.

    Attributes
    ----------
    place : str
        Id of the item, scale or construct.
    exempted : str
        The author's reason for an exemption; empty if there is none.
    """

    code: str
    place: str
    found: str
    exempted: str = ""

    @property
    def source(self) -> str:
        """Reference for the rule."""
        return RULES[self.code][1]

    def __str__(self) -> str:
        text = f"{self.code} {self.place}: {RULES[self.code][0]}: {self.found}"
        return f"{text} (exempted: {self.exempted})" if self.exempted else text


def lint(instrument: Instrument) -> tuple[Finding, ...]:
    """Find questions, scales and constructs of a questionnaire that break a rule.

    Parameters
    ----------
    instrument : Instrument
        A questionnaire or one form of it; with its modules if constructs are to be checked.

    Returns
    -------
    tuple of Finding
        In the order of the questionnaire; exempted findings carry the author's reason.
    """
    reasons = {
        (entry.rule, place): entry.reason
        for entry in instrument.exemptions
        for place in entry.places
    }
    parts = [instrument, *(instrument.roster(roster.id) for roster in instrument.rosters)]
    found = [
        Finding(code, place, words, reasons.get((code, place), ""))
        for part in parts
        for code, place, words in _findings(part)
    ]
    used = {(finding.code, finding.place) for finding in found}
    asked = {item.id for item in instrument.items} | {scale.id for scale in instrument.scales}
    asked |= {construct.code for construct in instrument.constructs}
    stale = [
        Finding("LINT-011", place, f"nothing here breaks {rule}")
        for rule, place in reasons
        if (rule, place) not in used and place in asked
    ]
    return (*found, *stale)


def _findings(instrument: Instrument) -> Iterator[tuple[str, str, str]]:
    for item in instrument.items:
        if item.attention_pass is None and item.kind not in ("consent", "note", *TEXT_KINDS):
            for question in _questions(item):
                for code, found in question_findings(question):
                    yield code, item.id, found
        for reserved in _admissible_missing_codes(item):
            meaning = MISSING_CODES[reserved]
            yield "LINT-012", item.id, f"{reserved} is admissible, and is read as '{meaning}'"
    for scale in instrument.scales:
        if len(scale.items) < MIN_ITEMS:
            yield "LINT-008", scale.id, counted(len(scale.items), "item")
    for entry in construct_coverage([instrument]):
        elsewhere = entry.construct.steps or entry.construct.planned
        if entry.status in ("missing", "partly") and not elsewhere:
            yield "LINT-010", entry.construct.code, f"no item measures '{entry.construct.label}'"


def _admissible_missing_codes(item: Item) -> Iterator[int]:
    """Yield the codes of missing answers among the numbers that an item states as admissible."""
    limits = item.number
    if limits is None or limits.minimum is None:
        return
    highest = math.inf if limits.maximum is None else limits.maximum
    yield from (code for code in MISSING_CODES if limits.minimum <= code <= highest)


def _questions(item: Item) -> Iterator[Question]:
    """Return a question with its alternative wordings."""
    scale = item.responses
    ordered = scale is not None and scale.kind != "categorical"
    labels = () if scale is None else tuple(str(option.label) for option in scale.options)
    texts = dict.fromkeys([str(item.text), *(str(wording.text) for wording in item.wordings)])
    for text in texts:
        yield Question(
            text=text,
            stem="" if item.stem is None else str(item.stem),
            labels=labels if item.kind == "single" else (),
            kind=None if scale is None else scale.kind,
            reverse=item.reverse,
            has_way_out=bool(item.offers) or bool(scale and scale.off_scale),
            is_rating=item.kind == "single" and ordered,
        )
