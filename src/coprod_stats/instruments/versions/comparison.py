"""Changes between two versions of a questionnaire, and their effect on comparability."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from coprod_stats.instruments.language.expression_text import expression_text
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.model import (
    Check,
    DateRange,
    Derived,
    Index,
    Instrument,
    Item,
    NumberRange,
    ResponseScale,
    Roster,
    Scale,
    Text,
    TextRule,
    Wording,
)
from coprod_stats.instruments.prefilled_answers import prefilled_with
from coprod_stats.instruments.score_items import score_items

Kind = Literal[
    "removed",
    "added",
    "reused",
    "kind",
    "codes",
    "letters",
    "labels",
    "wording",
    "limits",
    "keying",
    "routing",
    "order",
    "translation",
    "scoring",
    "rotation",
]
Effect = Literal["breaks", "threatens", "harmless"]

EFFECTS: dict[Kind, tuple[Effect, str]] = {
    "removed": ("breaks", "no answers in the newer version"),
    "added": ("threatens", "no answers in the older version; the items after it have moved"),
    "reused": ("breaks", "the id now stands for another question: the answers are not the same"),
    "kind": ("breaks", "answers of different kinds cannot be compared"),
    "codes": ("breaks", "the same code means another answer"),
    "letters": ("harmless", "forms and their exports write the same answers with other letters"),
    "labels": ("threatens", "respondents choose by the labels: thresholds may have shifted"),
    "wording": ("threatens", "loadings and thresholds may have shifted"),
    "limits": ("threatens", "other answers are admitted: distributions may be cut off elsewhere"),
    "keying": ("breaks", "the answers enter the score in the opposite direction"),
    "routing": ("threatens", "other respondents are asked: distributions differ by selection"),
    "order": ("threatens", "preceding questions can change the answers (order effects)"),
    "translation": ("threatens", "respondents in this language read other words"),
    "scoring": ("breaks", "the score is computed differently"),
    "rotation": (
        "harmless",
        "other respondents are omitted at random; the answers stay comparable",
    ),
}
"""Effect of each kind of change, with the reason.

Order and wording: Schuman & Presser (1981), Questions and Answers in Attitude Surveys; labels:
Krosnick & Presser (2010), Handbook of Survey Research, ch. 9; equal loadings and thresholds as
the condition of pooling: Meredith (1993), Psychometrika 58, 525-543.
"""
MIN_SHARED_WORDS = 1 / 3
"""Share of common words below which a text is another question, not another wording."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions.

    Attributes
    ----------
    place : str
        Item or scale that changed.
    scales : tuple of str
        Scales and indices whose scores it affects.
    was, became : str
        Before and after.
    language : str
        Language of a changed text; empty for other changes.
    """

    kind: Kind
    place: str
    scales: tuple[str, ...]
    was: str = ""
    became: str = ""
    language: str = ""

    @property
    def effect(self) -> Effect:
        """Effect on comparability; a change that enters no score is harmless."""
        effect = EFFECTS[self.kind][0]
        return effect if self.scales else "harmless"

    def __str__(self) -> str:
        words = f"{self.place}: {self.kind}" + (f" ({self.language})" if self.language else "")
        change = f", '{self.was}' -> '{self.became}'" if self.was or self.became else ""
        touched = f" Affects {', '.join(self.scales)}." if self.scales else ""
        why = EFFECTS[self.kind][1] if self.scales else "enters no score"
        return f"[{self.effect}] {words}{change}: {why}.{touched}"


def compare(older: Instrument, newer: Instrument) -> tuple[Change, ...]:
    """Return each change between two versions, item by item in the order of the newer one.

    Parameters
    ----------
    older, newer : Instrument
        Versions of one questionnaire, both in the same form where forms are compared.
    """
    touched = _touched(older), _touched(newer)
    was = {item.id: item for item in older.questions}
    became = {item.id: item for item in newer.questions}
    changes: list[Change] = []
    for id, item in became.items():
        scales = tuple(dict.fromkeys((*touched[0].get(id, ()), *touched[1].get(id, ()))))
        if id not in was:
            changes.append(Change("added", id, scales, became=str(item.text)))
        else:
            changes += _item_changes(was[id], item, scales)
    for id, item in was.items():
        if id not in became:
            changes.append(Change("removed", id, touched[0].get(id, ()), was=str(item.text)))
    changes += _order(older, newer, touched[1])
    changes += _scoring(older, newer)
    changes += _formulas(older, newer, touched[1])
    changes += _rosters(older, newer)
    return tuple(changes)


def _rosters(older: Instrument, newer: Instrument) -> Iterator[Change]:
    """Find rosters that came, went or changed, question by question."""
    was = {roster.id: roster for roster in older.rosters}
    became = {roster.id: roster for roster in newer.rosters}
    for id, roster in became.items():
        if id not in was:
            yield Change("added", id, (), became=str(roster.title))
            continue
        before = was[id]
        if before.limits != roster.limits:
            yield Change("limits", id, (), before.limits, roster.limits)
        if _shown(before) != _shown(roster):
            yield Change("routing", id, (), _shown(before), _shown(roster))
        if (followed := _follows(before, older, newer)) != (now := _follows(roster, newer, older)):
            yield Change("order", id, (), followed, now)
        yield from compare(older.roster(id), newer.roster(id))
    for id, roster in was.items():
        if id not in became:
            yield Change("removed", id, (), was=str(roster.title))


def _follows(roster: Roster, own: Instrument, other: Instrument) -> str:
    """Return the page before a roster, among pages that both versions have."""
    shared = {page.id for page in other.pages}
    before = [page.id for page in own.pages[: roster.place] if page.id in shared]
    return before[-1] if before else "the start"


def _shown(roster: Roster) -> str:
    return "" if roster.page.condition is None else expression_text(roster.page.condition)


def _touched(instrument: Instrument) -> Mapping[str, tuple[str, ...]]:
    """Return the scales and indices that each item or derived variable enters."""
    found: dict[str, tuple[str, ...]] = {}
    for score, items in score_items(instrument).items():
        for id in items:
            found[id] = (*found.get(id, ()), score)
    return found


def _item_changes(was: Item, became: Item, scales: tuple[str, ...]) -> Iterator[Change]:
    first = _asked(was), _asked(became)
    if was.kind != became.kind:
        yield Change("kind", was.id, scales, was.kind, became.kind)
    elif _another_question(str(was.text), str(became.text)):
        yield Change("reused", was.id, scales, *first)
    elif first[0] != first[1]:
        yield Change("wording", was.id, scales, *first)
    yield from _text_changes(was, became, scales)
    yield from _answer_changes(was.id, was.responses, became.responses, scales)
    if _variants(was) != _variants(became):
        yield Change("wording", was.id, scales, _variants(was), _variants(became))
    if (before := _limits(was)) != (now := _limits(became)):
        yield Change("limits", was.id, scales, before, now)
    if was.reverse != became.reverse:
        yield Change("keying", was.id, scales)
    if _conditions(was) != _conditions(became):
        yield Change("routing", was.id, scales)
    if was.rotation != became.rotation:
        yield Change("rotation", was.id, scales, was.rotation or "core", became.rotation or "core")


def _asked(item: Item) -> str:
    return f"{item.stem or ''} {item.text}".strip()


def _another_question(was: str, became: str) -> bool:
    """Return whether two texts share too few words to be wordings of one question."""
    one, other = set(was.casefold().split()), set(became.casefold().split())
    return len(one & other) < MIN_SHARED_WORDS * min(len(one), len(other))


def _text_changes(was: Item, became: Item, scales: tuple[str, ...]) -> Iterator[Change]:
    pairs = [(was.text, became.text), (was.stem, became.stem)]
    for old, new in pairs:
        before, after = _by_language(old), _by_language(new)
        first = next(iter(before or after), "")
        for language in dict.fromkeys((*before, *after)):
            if language != first and before.get(language) != after.get(language):
                yield Change(
                    "translation",
                    was.id,
                    scales,
                    before.get(language, ""),
                    after.get(language, ""),
                    language,
                )


def _by_language(text: Text | None) -> dict[str, str]:
    return {} if text is None else dict(text.by_language)


def _answer_changes(
    id: str, was: ResponseScale | None, became: ResponseScale | None, scales: tuple[str, ...]
) -> Iterator[Change]:
    if was is None or became is None:
        return
    old = {option.value: option.label for option in was.all_options}
    new = {option.value: option.label for option in became.all_options}
    if (was.values, set(old)) != (became.values, set(new)) or _swapped(old, new):
        yield Change("codes", id, scales, _listed(old), _listed(new))
        return
    if (letters := _letters(was)) != (letters_now := _letters(became)):
        stood = {option.written: option.value for option in was.all_options}
        moved = any(stood.get(o.written, o.value) != o.value for o in became.all_options)
        yield Change("codes" if moved else "letters", id, scales, letters, letters_now)
    for code, label in old.items():
        before, after = _by_language(label), _by_language(new[code])
        first = next(iter(before))
        for language in dict.fromkeys((*before, *after)):
            words, now = before.get(language, ""), after.get(language, "")
            if words != now:
                kind: Kind = "labels" if language == first else "translation"
                shown = "" if language == first else language
                was_, became_ = (f"{code} {said}" if said else "" for said in (words, now))
                yield Change(kind, id, scales, was_, became_, shown)


def _letters(scale: ResponseScale) -> str:
    """Return the codes of the options with the letters that forms write for them."""
    return ", ".join(f"{option.value} {option.code or ''}".rstrip() for option in scale.all_options)


def _swapped(old: Mapping[int, Text], new: Mapping[int, Text]) -> bool:
    """Return whether a label now has another code."""
    before = {str(label): code for code, label in old.items()}
    return any(before.get(str(label), code) != code for code, label in new.items())


def _listed(options: Mapping[int, Text]) -> str:
    return ", ".join(f"{code} {label}" for code, label in options.items())


def _limits(item: Item) -> str:
    """Describe which answers an item admits: how many, how large, how long, in which format."""
    number, days, rule = (
        item.number or NumberRange(),
        item.dates or DateRange(),
        item.rule or TextRule(),
    )
    facts = {
        "min": number.minimum,
        "max": number.maximum,
        "whole": None if item.number is None else number.whole,
        "step": None if number.slider is None else number.slider.step,
        "labels": " | ".join(f"{spell_number(n)} {label}" for n, label in number.labels) or None,
        "first": days.first,
        "last": days.last,
        "shortest": rule.shortest,
        "longest": rule.longest,
        "pattern": rule.pattern,
        "min_choices": item.min_choices,
        "max_choices": item.max_choices,
        "prefilled with": prefilled_with(item) or None,
    }
    said = [f"{name} {fact}" for name, fact in facts.items() if fact is not None]
    said += [f"option {code} when {expression_text(tree)}" for code, tree in item.options_when]
    return ", ".join([*said, *map(_check, item.checks)])


def _check(check: Check) -> str:
    return f"check {expression_text(check.condition)} '{check.message}'"


def _variants(item: Item) -> str:
    def joined(wordings: tuple[Wording, ...]) -> str:
        return "; ".join(f"{one.text} (when {expression_text(one.condition)})" for one in wordings)

    return f"{joined(item.stem_wordings)} {joined(item.wordings)}".strip()


def _conditions(item: Item) -> list[str]:
    rotated = 1 if item.rotation is not None else 0  # the last condition is the block's
    own = item.conditions[: len(item.conditions) - rotated]
    return [expression_text(condition) for condition in own]


def _order(
    older: Instrument, newer: Instrument, touched: Mapping[str, tuple[str, ...]]
) -> Iterator[Change]:
    """Find items whose predecessor, among items of both versions, has changed."""
    shared = {item.id for item in older.questions} & {item.id for item in newer.questions}
    before = [item.id for item in older.questions if item.id in shared]
    after = [item.id for item in newer.questions if item.id in shared]
    follows = {id: previous for previous, id in pairwise(before)}
    for previous, id in pairwise(after):
        if follows.get(id, "") != previous:
            yield Change("order", id, touched.get(id, ()), follows.get(id, "the start"), previous)


def _scoring(older: Instrument, newer: Instrument) -> Iterator[Change]:
    was = {scale.id: scale for scale in older.scales}
    for scale in newer.scales:
        if scale.id in was and _rule(was[scale.id]) != _rule(scale):
            yield Change("scoring", scale.id, (scale.id,), _rule(was[scale.id]), _rule(scale))


def _formulas(
    older: Instrument, newer: Instrument, touched: Mapping[str, tuple[str, ...]]
) -> Iterator[Change]:
    """Find indices, derived variables and summaries of rosters that are computed differently."""
    was = {entry.id: expression_text(entry.value) for entry in _computed(older)}
    indices = {index.id for index in newer.indices}
    for entry in _computed(newer):
        id, now = entry.id, expression_text(entry.value)
        if (before := was.get(id, now)) != now:
            scores = (id,) if id in indices else touched.get(id, ())
            yield Change("scoring", id, scores, before, now)


def _computed(instrument: Instrument) -> Iterator[Index | Derived]:
    yield from instrument.indices
    yield from instrument.derived
    for roster in instrument.rosters:
        yield from roster.summaries


def _rule(scale: Scale) -> str:
    return f"{scale.method} of {', '.join(scale.items)}, at least {scale.min_answered}"
