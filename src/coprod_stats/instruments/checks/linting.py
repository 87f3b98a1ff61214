"""The questionnaire linter: rules of survey methodology with stable codes."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from coprod_stats.instruments.checks.claimed_paths import ClaimedPath
from coprod_stats.instruments.checks.class_rules import classes_of_silence
from coprod_stats.instruments.checks.lint_rules import RULES, Question, question_findings
from coprod_stats.instruments.checks.path_rules import (
    conditions_without_measure,
    not_asked_of_all,
    shared_meanings,
    worded_by_outcome,
)
from coprod_stats.instruments.checks.scale_rules import (
    few_items,
    item_roles,
    reverse_wording,
    scales_of_facets,
    selection_by_outcomes,
    short_scales,
)
from coprod_stats.instruments.construct_coverage import construct_coverage, measured_codes
from coprod_stats.instruments.constructs import Role
from coprod_stats.instruments.language.tree import names
from coprod_stats.instruments.model import MISSING_CODES, TEXT_KINDS, Instrument, Item
from coprod_stats.instruments.score_items import items_behind

OF_PATHS = frozenset({"LINT-015", "LINT-019", "LINT-021", "LINT-022", "LINT-025"})
"""Rules that apply only where it is known what is claimed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a question, a scale or a construct breaks.

    Attributes
    ----------
    place : str
        Id of the item, scale, construct or form; for two items, both with a hyphen.
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


def lint(
    instrument: Instrument,
    *,
    form: str | None = None,
    paths: Sequence[ClaimedPath] = (),
    all_claims: bool = True,
    in_modules: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Find questions, scales and constructs of a questionnaire that break a rule.

    Parameters
    ----------
    instrument : Instrument
        A questionnaire; with its modules if constructs are to be checked.
    form : str, optional
        One form; all questions by default. A construct that another form measures is not missing
        from it, and an exemption that another form needs is not stale.
    paths : sequence of ClaimedPath
        What is claimed about its constructs; rules about the ends of paths need it
        (``claimed_paths`` in ``study.questionnaire_claims``).
    all_claims : bool
        Whether these are all its claims; else an exemption from those rules may serve another plan,
        and is not called stale.
    in_modules : collection of str
        Codes of constructs that a module measures which is inserted on demand.

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
    chosen = instrument if form is None else instrument.for_form(form)
    elsewhere = frozenset(in_modules) | measured_codes(instrument)
    found = [
        Finding(code, place, words, reasons.get((code, place), ""))
        for code, place, words in _findings(chosen, paths, elsewhere)
    ]
    asked = {item.id for table in chosen.tables for item in table.items}
    asked |= {scale.id for table in chosen.tables for scale in table.scales}
    asked |= {construct.code for construct in chosen.constructs}
    asked |= {one.id for one in chosen.forms}
    used = {(one.code, one.place) for one in found}
    unused = [
        (rule, place)
        for rule, place in reasons
        if (rule, place) not in used
        and set(place.split("-")) <= asked
        and ((paths and all_claims) or rule not in OF_PATHS)
    ]
    others = [instrument.for_form(entry.id) for entry in instrument.forms if entry.id != form]
    parts = others if form is None else [*others, instrument]
    stale = _stale(unused, parts, paths, elsewhere)
    return (*found, *(Finding("LINT-011", at, f"nothing here breaks {rule}") for rule, at in stale))


def _stale(
    unused: Iterable[tuple[str, str]],
    parts: Iterable[Instrument],
    paths: Sequence[ClaimedPath],
    elsewhere: Collection[str],
) -> tuple[tuple[str, str], ...]:
    """Return the exemptions, rule and place, that none of the parts needs (LINT-011)."""
    left = dict.fromkeys(unused)
    for part in parts if left else ():
        for code, place, _ in _findings(part, paths, elsewhere):
            left.pop((code, place), None)
            if not left:
                return ()
    return tuple(left)


def _findings(
    instrument: Instrument, paths: Sequence[ClaimedPath], elsewhere: Collection[str]
) -> Iterator[tuple[str, str, str]]:
    for table in instrument.tables:
        yield from _in_table(table)
    yield from selection_by_outcomes(instrument, paths)
    yield from classes_of_silence(instrument)
    yield from reverse_wording(instrument, paths)
    if paths:
        yield from few_items(instrument, paths)
        yield from shared_meanings(instrument, paths)
        yield from not_asked_of_all(instrument, paths)
        yield from conditions_without_measure(instrument, paths)
        yield from worded_by_outcome(instrument, paths)
    for entry in construct_coverage([instrument]):
        construct = entry.construct
        covered = construct.steps or construct.planned or construct.code in elsewhere
        if entry.status in ("missing", "partly") and not covered:
            yield "LINT-010", entry.construct.code, f"no item measures '{entry.construct.label}'"


def _in_table(table: Instrument) -> Iterator[tuple[str, str, str]]:
    """Find questions and scales, of the respondents or of a row, that break a rule."""
    roles, language = item_roles(table), language_of_rules(table)
    numbers = {item.id for item in table.items if item.kind == "number"}
    for item in table.items:
        if item.attention_pass is None and item.kind not in ("consent", "note", *TEXT_KINDS):
            by = items_behind(table, [name for tree in item.conditions for name in names(tree)])
            by_time = not numbers.isdisjoint(by)
            measured = roles.get(item.id, frozenset())
            questions = _questions(item, measured, by_time=by_time, language=language)
            worded = (found for question in questions for found in question_findings(question))
            for code, found in dict.fromkeys(worded):
                yield code, item.id, found
        for reserved in _admissible_missing_codes(item):
            meaning = MISSING_CODES[reserved]
            yield "LINT-012", item.id, f"{reserved} is admissible, and is read as '{meaning}'"
    yield from short_scales(table)
    yield from scales_of_facets(table)


def _admissible_missing_codes(item: Item) -> Iterator[int]:
    """Yield the codes of missing answers among the numbers that an item states as admissible."""
    limits = item.number
    if limits is None or limits.minimum is None:
        return
    highest = math.inf if limits.maximum is None else limits.maximum
    yield from (code for code in MISSING_CODES if limits.minimum <= code <= highest)


def _questions(
    item: Item, roles: frozenset[Role], *, by_time: bool, language: str
) -> Iterator[Question]:
    """Return a question with its alternative wordings, each under each of its stems."""
    scale = item.responses
    ordered = scale is not None and scale.kind != "categorical"
    options = () if scale is None or item.kind != "single" else scale.options
    off_scale = bool(scale and scale.off_scale)
    texts = [item.text, *(wording.text for wording in item.wordings)]
    stems = [] if item.stem is None else [item.stem]
    stems += [wording.text for wording in item.stem_wordings]
    rows = dict.fromkeys(text.in_language(language) for text in texts)
    openings = dict.fromkeys(text.in_language(language) for text in stems) or {"": None}
    for text, stem in product(rows, openings):
        yield Question(
            text=text,
            stem=stem,
            labels=tuple(option.label.in_language(language) for option in options),
            kind=None if scale is None else scale.kind,
            reverse=item.reverse,
            has_way_out=bool(item.offers) or off_scale,
            is_rating=item.kind == "single" and ordered,
            roles=roles,
            offers_dont_know="dont_know" in item.offers or off_scale,
            asked_by_time=by_time,
        )


def language_of_rules(instrument: Instrument) -> str:
    """Return the language whose texts are judged: English, whose words the rules know, if it can.

    Without English texts the original is judged, in which rules for words find nothing.
    """
    english = [code for code in instrument.languages if is_english(code)]
    return (english or [instrument.languages[0]])[0]


def is_english(language: str) -> bool:
    """Return whether the code of a language is English, as ``en`` or ``en-GB``."""
    return language.partition("-")[0] == "en"
