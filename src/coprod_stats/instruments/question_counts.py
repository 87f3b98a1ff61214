"""The number of questions: one count for lists, previews, reports and cuts alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coprod_stats.counts import counted
from coprod_stats.instruments.questions import Item

if TYPE_CHECKING:  # the model shows itself by these counts
    from coprod_stats.instruments.model import Instrument


def is_question(item: Item) -> bool:
    """Return whether an item counts as a question.

    Notes ask for nothing; what "other, please specify" is followed by belongs to its question.
    """
    return item.kind != "note" and item.specifies is None


def n_questions(instrument: Instrument) -> int:
    """Count the questions, those of a roster once, whatever its number of rows."""
    return sum(is_question(item) for table in instrument.tables for item in table.items)


def questions_in_words(instrument: Instrument) -> str:
    """Return the number of questions, as ``3 questions, and 2 for each row of HH``."""
    n_rows = sum(n_questions(instrument.roster(roster.id)) for roster in instrument.rosters)
    words = counted(n_questions(instrument) - n_rows, "question")
    names = ", ".join(roster.id for roster in instrument.rosters)
    return f"{words}, and {n_rows} for each row of {names}" if instrument.rosters else words
