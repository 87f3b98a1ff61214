"""Variables that nobody is asked for: computed, assigned, administrative; and what texts insert."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from coprod_stats.instruments.language.expressions import Expression
from coprod_stats.instruments.questions import Option
from coprod_stats.instruments.texts import Direction, Text


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
    """What ``[NAME]`` stands for: an answer, or a text by the level of an assigned variable.

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


@dataclass(frozen=True, slots=True)
class Administrative:
    """A column that nobody is asked for."""

    id: str
    title: Text
    role: str
    kind: Literal["text", "number"]
    forms: tuple[str, ...] = ()
    original: str | None = None


@dataclass(frozen=True, slots=True)
class Assigned:
    """A variable that chance sets when a respondent begins: an arm, or a set of rotating blocks.

    Attributes
    ----------
    levels : tuple of Option
        Codes and names.
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
    """A language of the questionnaire and how far its translation has got."""

    code: str
    status: Literal["original", "draft", "validated"]
    direction: Direction
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Exemption:
    """A rule of the questionnaire linter that is knowingly broken, and why."""

    rule: str
    places: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Module:
    """A set of questions that was put into the questionnaire."""

    id: str
    version: str
    title: Text
