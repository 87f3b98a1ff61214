"""How close two questions are in meaning, from the table that is kept with the constructs.

The table says what each question asks about, in a few words that several questions share. It is
written by people who know the field, so that it can be argued with; a comparison of words stands in
where a question has no entry, and is a second opinion only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from coprod_stats.instruments.constructs import Meaning

SAME, NEAR = 1.0, 0.5
"""Closeness of questions that share a meaning, and of those whose meanings are near."""

_WORD = re.compile(r"[a-z]{3,}")
_FUNCTION_WORDS = frozenset(
    _WORD.findall(
        """about after all and any are been before being but can could did does doing done each
        else ever extent far for from get had has have how into its itself just less like made make
        many may more most much not now off often one only onto other our out over own part per put
        same service services should since some such take than that the their them then there these
        they thing things this those through too use used very was were what when where which while
        who whom whose will with would you your yours yourself staff citizens people work working"""
    )
)


@dataclass(frozen=True, slots=True)
class Closeness:
    """How close two questions are, from 0 to 1, and what they share."""

    value: float
    shared: str


class Meanings:
    """The table of a questionnaire, by item."""

    def __init__(self, table: Sequence[Meaning]) -> None:
        self._entries = {entry.id: entry for entry in table}
        self._of_item: dict[str, list[str]] = {}
        for entry in table:
            for item in entry.items:
                self._of_item.setdefault(item, []).append(entry.id)

    def __contains__(self, item: str) -> bool:
        """Return whether the table says what an item asks about."""
        return item in self._of_item

    def shared(self, one: str, other: str) -> Meaning | None:
        """Return the first meaning that the table gives both items; ``None`` without one."""
        others = self._of_item.get(other, [])
        both = (id for id in self._of_item.get(one, []) if id in others)
        return next((self._entries[id] for id in both), None)

    def closeness(self, one: str, other: str, texts: tuple[str, str]) -> Closeness:
        """Return how close two items are; their words count where one has no entry."""
        mine, others = self._of_item.get(one, []), self._of_item.get(other, [])
        if not mine or not others:
            return word_overlap(*texts)
        if (shared := self.shared(one, other)) is not None:
            return Closeness(SAME, f"both ask about {shared.asks}")
        for id in mine:
            for of_other in others:
                if of_other in self._entries[id].near or id in self._entries[of_other].near:
                    asked = (self._entries[id].asks, self._entries[of_other].asks)
                    return Closeness(NEAR, f"{asked[0]} is near to {asked[1]}")
        return Closeness(0.0, "")


def word_overlap(one: str, other: str) -> Closeness:
    """Return the share of the content words of the shorter text that the other has as well."""
    mine, others = _content_words(one), _content_words(other)
    if not mine or not others:
        return Closeness(0.0, "")
    shared = sorted(mine & others)
    value = len(shared) / min(len(mine), len(others))
    return Closeness(value, f"both say {', '.join(shared)}" if shared else "")


def _content_words(text: str) -> set[str]:
    words = (word for word in _WORD.findall(text.casefold()) if word not in _FUNCTION_WORDS)
    return {_stemmed(word) for word in words}


def _stemmed(word: str) -> str:
    for ending in ("ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
