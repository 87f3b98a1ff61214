"""Texts in one or more languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["ltr", "rtl"]
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "yi", "ckb", "sd", "ug", "dv"})
"""Languages whose usual script runs from right to left (Unicode CLDR, character order)."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in one or more languages, the original first."""

    by_language: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return self.by_language[0][1]

    def in_language(self, language: str) -> str:
        """Return the text in a language, or in the first one if there is no translation."""
        return dict(self.by_language).get(language, self.by_language[0][1])


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text that respondents see.

    Attributes
    ----------
    key : str
        Its key in files of translations, such as ``QUA1.text``.
    forms : frozenset of str
        The forms of the questionnaire that show it.
    """

    key: str
    text: Text
    forms: frozenset[str]


def direction(language: str) -> Direction:
    """Return the direction of writing of a language, by its code such as ``ar`` or ``ar-EG``."""
    return "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"
