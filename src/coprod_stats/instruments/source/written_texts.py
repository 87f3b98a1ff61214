"""Texts as the file of a questionnaire writes them: in one language or several."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coprod_stats.instruments.source.answer_form import TextForm
from coprod_stats.instruments.texts import Text

PLACEHOLDER = re.compile(r"\[([A-Z][A-Z0-9]*)\]")


def in_all_languages(given: TextForm) -> tuple[str, ...]:
    """Return the words of a text in each of its languages."""
    return (given,) if isinstance(given, str) else tuple(given.values())


def placeholders_in(given: TextForm) -> tuple[str, ...]:
    """Return the names of the placeholders in a text, each once, whatever the language."""
    found = (name for words in in_all_languages(given) for name in PLACEHOLDER.findall(words))
    return tuple(dict.fromkeys(found))


def text_of(given: TextForm, languages: Sequence[str]) -> Text:
    """Build a text of the questionnaire; words without a language are in the first one."""
    if isinstance(given, str):
        return Text(((languages[0], given),))
    return Text(tuple((code, given[code]) for code in languages if code in given))
