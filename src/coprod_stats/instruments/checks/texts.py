"""Faults of texts: languages, lengths and placeholders."""

from __future__ import annotations

from collections.abc import Iterator

from coprod_stats.errors import Fault
from coprod_stats.instruments.source.draft import Draft, conditions, summary_values, texts
from coprod_stats.instruments.source.written_texts import in_all_languages, placeholders_in
from coprod_stats.suggestions import did_you_mean

_UNFIT = ("multiple", "rank", "allocate", "note", "consent")
MAX_TEXT = 20_000
"""Characters of a text or a condition; a cell of a workbook holds 32,767 with all marks."""


def check_languages(draft: Draft) -> Iterator[Fault]:
    """Find texts in undeclared languages, or without the first one."""
    languages = draft.form.languages
    if len(set(languages)) < len(languages):
        yield draft.fault("LANG-001", ("languages",), "languages", "one occurs twice", "Remove it.")
    for location, place, text in texts(draft):
        given = {languages[0]} if isinstance(text, str) else set(text)
        if unknown := given - set(languages):
            yield draft.fault(
                "LANG-002",
                location,
                place,
                f"the language '{min(unknown)}' is not declared",
                "Add it to 'languages' or remove the text.",
            )
        if languages[0] not in given:
            yield draft.fault(
                "LANG-003",
                location,
                place,
                f"no text in the first language '{languages[0]}'",
                "Add it: other languages fall back to it.",
            )


def check_lengths(draft: Draft) -> Iterator[Fault]:
    """Find texts and conditions that are longer than anything a respondent reads."""
    written = [
        *(
            (at, place, words)
            for at, place, text in texts(draft)
            for words in in_all_languages(text)
        ),
        *conditions(draft),
        *summary_values(draft.form),
    ]
    for location, place, words in written:
        if len(words) > MAX_TEXT:
            yield draft.fault(
                "TEXT-005",
                location,
                place,
                f"a text of {len(words):,} characters",
                f"Shorten it to at most {MAX_TEXT:,}, or divide it among several parts.",
            )


def check_placeholders(draft: Draft) -> Iterator[Fault]:
    """Find placeholders without a text."""
    known = draft.form.placeholders
    for location, place, text in texts(draft):
        for name in placeholders_in(text):
            if name not in known:
                yield draft.fault(
                    "TEXT-001",
                    location,
                    place,
                    f"[{name}] is not defined",
                    f"{did_you_mean(name, known)}Add it to 'placeholders' or remove it from the "
                    "text.",
                )
    items = {placed.item.id: placed.item for placed in draft.items}
    for name, placeholder in known.items():
        if placeholder.item in items and items[placeholder.item].kind in _UNFIT:
            yield draft.fault(
                "TEXT-003",
                ("placeholders", name),
                f"placeholder [{name}]",
                f"{placeholder.item} is of kind '{items[placeholder.item].kind}'",
                "Use an item that has one answer.",
            )
