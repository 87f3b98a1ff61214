"""Variables without a question: derived, assigned, administrative; and placeholders in texts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from coprod_stats.instruments.language.tree import Expression
from coprod_stats.instruments.questions import Option
from coprod_stats.instruments.texts import Direction, Text

_MARK = re.compile(r"\[([A-Z][A-Z0-9]*)\]")


@dataclass(frozen=True, slots=True)
class Derived:
    """A variable computed from answers."""

    id: str
    title: Text
    value: Expression


@dataclass(frozen=True, slots=True)
class Classification:
    """Classes of respondents; the first whose condition is known to hold, else ``otherwise``."""

    title: Text
    classes: tuple[tuple[str, Expression], ...]
    otherwise: str


@dataclass(frozen=True, slots=True)
class Placeholder:
    """The text for ``[NAME]``: an answer, or a text by the level of an assigned variable.

    Attributes
    ----------
    levels : tuple of (int, Text)
        Texts by level of ``variable``; ``otherwise`` where the level has none.
    """

    name: str
    item: str | None
    otherwise: Text
    variable: str | None = None
    levels: tuple[tuple[int, Text], ...] = ()


def without_marks(text: Text, placeholders: Iterable[Placeholder]) -> str:
    """Return a text with its placeholders replaced by what stands where there is no answer."""
    otherwise = {entry.name: str(entry.otherwise) for entry in placeholders}
    return _MARK.sub(lambda found: otherwise.get(found[1], found[0]), str(text))


@dataclass(frozen=True, slots=True)
class Administrative:
    """A column without a question."""

    id: str
    title: Text
    role: str
    kind: Literal["text", "number"]
    forms: tuple[str, ...] = ()
    original: str | None = None


@dataclass(frozen=True, slots=True)
class Assigned:
    """A randomly assigned variable: an experimental arm, or a set of rotating blocks.

    Attributes
    ----------
    levels : tuple of Option
        Codes and labels.
    blocks : tuple of tuple of str
        Rotating blocks of items that each level asks; empty for an experimental arm.
    forms : tuple of str
        Forms in which it is assigned.
    """

    id: str
    title: Text
    levels: tuple[Option, ...]
    blocks: tuple[tuple[str, ...], ...] = ()
    forms: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[int, ...]:
        """Codes of the levels."""
        return tuple(level.value for level in self.levels)


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the questionnaire and the status of its translation.

    Attributes
    ----------
    status : {"original", "draft", "validated"}
        A translation is a draft as long as one of its texts is.
    absent_file : str
        The file of translations that does not stand beside the questionnaire; empty if it does.
    """

    code: str
    status: Literal["original", "draft", "validated"]
    direction: Direction
    note: Text | None = None
    absent_file: str = ""


@dataclass(frozen=True, slots=True)
class Exemption:
    """A linter rule that is deliberately broken, with the reason."""

    rule: str
    places: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Module:
    """A set of questions inserted into the questionnaire.

    Attributes
    ----------
    open_places : tuple of str
        Published scales that it names and whose wording nobody has put in.
    """

    id: str
    version: str
    title: Text
    open_places: tuple[str, ...] = ()
