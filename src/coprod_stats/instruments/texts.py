"""Words in one or more languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["ltr", "rtl"]
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "yi", "ckb", "sd", "ug", "dv"})
"""Languages whose usual script runs from right to left (Unicode CLDR, character order)."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in one or more languages, the first being the one it was written in."""

    by_language: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return self.by_language[0][1]

    def in_language(self, language: str) -> str:
        """Return the text in this language, or in the first one."""
        return dict(self.by_language).get(language, self.by_language[0][1])


def direction(language: str) -> Direction:
    """Describe which way a language is written, by its code as ``ar`` or ``ar-EG``."""
    return "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"
