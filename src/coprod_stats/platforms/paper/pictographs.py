"""Emoji that no font at hand can print: left off the paper where every text remains readable."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from coprod_stats.platforms.paper.document import PaperDocument

D = TypeVar("D")
_JOINING = "\u200d\ufe0e\ufe0f\u20e3"
"""What joins pictographs into one, or chooses how they are drawn (Unicode UTS 51)."""


def are_pictographs(letters: str) -> bool:
    """Return whether all of some characters are emoji or other symbols that are no letters."""
    symbols = [letter for letter in letters if letter not in _JOINING]
    return bool(symbols) and all(unicodedata.category(one) in ("So", "Sk") for one in symbols)


def without_pictographs(document: PaperDocument, letters: str) -> PaperDocument | None:
    """Return a document without some pictographs.

    Returns
    -------
    PaperDocument or None
        None where a text would be empty or two different texts would become the same: the
        pictograph says something then.
    """
    marked = re.compile(f" ?[{re.escape(letters)}{_JOINING}]+")

    def bare(text: str) -> str:
        return marked.sub("", text).strip() if set(letters) & set(text) else text

    before = dict.fromkeys(text for text in _texts(document) if text)
    after = [bare(text) for text in before]
    if not all(after) or len(set(after)) < len(after):
        return None
    return _mapped(document, bare)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _texts(part)
    elif is_dataclass(value):
        for part in fields(value):
            yield from _texts(getattr(value, part.name))


def _mapped(value: D, change: Callable[[str], str]) -> D:
    found: Any = value
    if isinstance(value, str):
        found = change(value)
    elif isinstance(value, tuple):
        found = tuple(_mapped(part, change) for part in value)
    elif is_dataclass(value) and not isinstance(value, type):
        parts = {part.name: _mapped(getattr(value, part.name), change) for part in fields(value)}
        found = replace(value, **parts)
    result: D = found
    return result
