"""Rosters: a page whose questions are asked again, for each row of a table of its own."""

from __future__ import annotations

from dataclasses import dataclass

from coprod_stats.instruments.constructs import Index, Scale
from coprod_stats.instruments.questions import Item, Page
from coprod_stats.instruments.texts import Text
from coprod_stats.instruments.variables import Derived, Placeholder

SUMMARIES = frozenset({"count", "any", "all", "sum", "mean", "min", "max"})
"""Functions over the rows of a respondent."""
ANSWERS_FILE = "answers.csv"
"""What codebooks call the file of the respondents' answers."""


def rows_file(answers: str, roster: str) -> str:
    """Name the file of a roster by that of the respondents' answers, beside which it stands."""
    return f"{answers}.{roster}.csv"


@dataclass(frozen=True, slots=True)
class Roster:
    """A page of questions that are asked for each row.

    Attributes
    ----------
    id : str
        Column of the number of the row, from 1.
    page : Page
        Its condition is about the respondent; those of its items about their row.
    place : int
        Number of the pages that come before it.
    most : int
        Most rows of a respondent.
    count : str or None
        The number that says how many rows there are; ``None`` where respondents add rows.
    summaries : tuple of Derived
        Variables of the respondent, each a function of one expression over the rows.
    """

    id: str
    title: Text
    page: Page
    place: int
    most: int
    count: str | None = None
    summaries: tuple[Derived, ...] = ()
    scales: tuple[Scale, ...] = ()
    indices: tuple[Index, ...] = ()
    derived: tuple[Derived, ...] = ()
    placeholders: tuple[Placeholder, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """The questions and notes of a row."""
        return tuple(item for block in self.page.blocks for item in block.items)

    @property
    def limits(self) -> str:
        """How many rows there are: ``SIZE at most 4``, or ``at most 3`` without a count."""
        return f"{self.count or ''} at most {self.most}".strip()
