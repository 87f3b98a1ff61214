"""Faults of what is typed: ranges of dates, lengths and patterns of texts."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from datetime import date
from re import _parser  # type: ignore[attr-defined]

from coprod_stats.errors import Fault
from coprod_stats.instruments.checks.pattern_ambiguity import is_exponential, most_steps
from coprod_stats.instruments.source.draft import Draft


def check_dates(draft: Draft) -> Iterator[Fault]:
    """Find ranges of dates on other kinds of items, that are no dates, or that run backwards."""
    for placed in draft.items:
        given = placed.item.date
        if given is None:
            continue
        ends = [end for end in (given.min, given.max) if end is not None]
        wrong = placed.item.kind != "date" or not all(map(_is_date, ends)) or ends != sorted(ends)
        if wrong:
            yield draft.fault(
                "ITEM-015",
                placed.location,
                f"item {placed.item.id}",
                "has a range of dates that is on another kind of item, or names a day that does "
                "not exist, or runs backwards",
                "Set 'kind: date', and let 'min' and 'max' be days in this order.",
            )


def check_text_rules(draft: Draft) -> Iterator[Fault]:
    """Find lengths and patterns on other kinds of items, or that no text or platform can meet."""
    for placed in draft.items:
        item = placed.item
        if item.length is None and item.format is None and item.pattern is None:
            continue
        ends = (item.length.min, item.length.max) if item.length is not None else (None, None)
        given = [end for end in ends if end is not None]
        twice = item.format is not None and item.pattern is not None
        unreadable = item.pattern is not None and not _is_common_pattern(item.pattern)
        if item.kind != "text" or given != sorted(given) or twice or unreadable:
            yield draft.fault(
                "ITEM-018",
                placed.location,
                f"item {item.id}",
                "has a length or a format that is on another kind of item, cannot be met, is "
                "stated twice, or is no regular expression that all platforms read alike",
                "Set 'kind: text', let 'min' be at most 'max', state 'format' or 'pattern', and "
                "use no '(?', '^', '$', back-references, possessive quantifiers or classes within "
                "classes ('[[:alpha:]]' is '[A-Za-z]').",
            )
        elif item.pattern is not None and _takes_without_end(item.pattern, ends[1]):
            yield draft.fault(
                "ITEM-019",
                placed.location,
                f"item {item.id}",
                "has a pattern that repeats what is itself repeated in several ways, or whose "
                "repetitions can share a text among them in very many ways, so that a text that "
                "does not fit may take without end",
                "Let each text match in one way: '(a+)+' is 'a+', '([a-z]+ ?)+' is "
                "'[a-z]+( [a-z]+)*', '.*-.*-.*' is '[^-]*-[^-]*-.*'; or let 'length' end it early.",
            )


LONGEST_TEXT = 10_000
"""Characters of an answer that has no limit of its own: some three pages."""
_MOST_STEPS = 1e8
"""Steps that a text may take: about a second, and two free repetitions in a long text."""


def _takes_without_end(pattern: str, longest: int | None) -> bool:
    if is_exponential(pattern):
        return True
    return most_steps(pattern, min(longest or LONGEST_TEXT, LONGEST_TEXT)) > _MOST_STEPS


_PECULIAR = re.compile(r"\(\?|\\[1-9AZzGbBkpP]|[*+?}]\+|(?<!\\)[$]|(?<![\[\\])\^")
"""What regular expressions of Python, Java, JavaScript and PCRE do not share, or anchors."""


def _is_common_pattern(pattern: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)  # classes within classes
            _parser.parse(pattern)
    except (re.error, FutureWarning, OverflowError, RecursionError):
        return False
    return not _PECULIAR.search(pattern)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
