"""Constructs, and the scales and indices that measure them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from coprod_stats.instruments.language.tree import Expression
from coprod_stats.instruments.texts import Text

Role = Literal[
    "driver",
    "impact",
    "value",
    "determinant",
    "behaviour",
    "factor",
    "willingness",
    "marker",
    "moderator",
    "sector",
    "goal",
    "benefit",
    "challenge",
    "reason",
    "adverse",
    "definition",
    "practice",
    "gap",
    "outcome",
]


@dataclass(frozen=True, slots=True)
class Construct:
    """A construct to be measured, with its section in the article.

    Attributes
    ----------
    columns : tuple of str
        Administrative or assigned columns that represent it, where no question does.
    steps : tuple of str
        Plans that analyse it, where it is part of the design and not measured.
    planned : str
        The later analysis that will use it, where none does yet.
    """

    code: str
    label: str
    family: str
    role: Role
    section: str
    sources: str
    respondent: str
    measure: str
    note: str = ""
    columns: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    planned: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What some questions ask about, in the table of meanings.

    Attributes
    ----------
    near : tuple of str
        Meanings that differ from it only in part.
    """

    id: str
    asks: str
    items: tuple[str, ...]
    near: tuple[str, ...] = ()


PublishedStatistic = Literal["alpha", "omega", "mean", "sd"]


@dataclass(frozen=True, slots=True)
class PublishedValue:
    """A value that a publication gives for a scale.

    Attributes
    ----------
    sample : str
        Whose answers it is of.
    source : str
        Where it stands: publication, table, page.
    """

    statistic: PublishedStatistic
    value: float
    sample: str
    source: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A reflective scale and its scoring rule.

    Attributes
    ----------
    published : tuple of PublishedValue
        Values to compare with, where the scale is a published one.
    """

    id: str
    title: Text
    construct: Construct
    items: tuple[str, ...]
    method: Literal["mean", "sum"]
    min_answered: int
    role: Role
    note: Text | None = None
    forms: tuple[str, ...] = ()
    published: tuple[PublishedValue, ...] = ()


@dataclass(frozen=True, slots=True)
class Index:
    """A formative index, computed by an expression.

    Attributes
    ----------
    title : Text
        A few words: tables of paths have it in every row.
    note : Text or None
        Its range, and what else is to be known of it.
    """

    id: str
    title: Text
    construct: Construct
    value: Expression
    note: Text | None = None
