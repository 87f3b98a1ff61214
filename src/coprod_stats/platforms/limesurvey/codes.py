"""Codes as LimeSurvey allows them, and where it keeps the answer to each item.

A question code has at most 20 letters and digits, an answer code 5. LimeSurvey strips underscores
without a word, and ExpressionScript reads some words as operators or as facts about the survey
(https://www.limesurvey.org/manual/ExpressionScript_-_Presentation).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from coprod_stats.instruments.model import DONT_KNOW, REFUSED, Instrument, Item
from coprod_stats.platforms.fields import (
    InexpressibleError,
    companion,
    needs_companion,
    rows_together,
)

QUESTION_LENGTH, ANSWER_LENGTH = 20, 5
MISSING_CODES = {DONT_KNOW: "dk", REFUSED: "ref"}
"""Answer codes of "don't know" and of a refusal."""
_RESERVED = {
    "AND",
    "OR",
    "LE",
    "LT",
    "GE",
    "GT",
    "EQ",
    "NE",
    "XOR",
    "NOT",
    "TRUE",
    "FALSE",
    "NULL",
    "SID",
    "TOKEN",
    "LANG",
    "SAVEDID",
    "THIS",
    "THAT",
    "SELF",
    "INSERTANS",
    "SEED",
    "ID",
    "SUBMITDATE",
    "LASTPAGE",
    "STARTLANGUAGE",
    "STARTDATE",
    "DATESTAMP",
    "IPADDR",
    "REFURL",
    "INTERVIEWTIME",
}


def answer_code(value: int) -> str:
    """Return the code of an answer; a minus becomes ``m``.

    Raises
    ------
    InexpressibleError
        If it has more than five characters.
    """
    code = MISSING_CODES.get(value) or str(value).replace("-", "m")
    if len(code) > ANSWER_LENGTH:
        raise InexpressibleError(
            f"LimeSurvey: the code {value} has more than {ANSWER_LENGTH} characters"
        )
    return code


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer stands: a question, or a subquestion of it."""

    question: str
    sub: str = ""

    @property
    def heading(self) -> str:
        """Heading of the column of an export, as ``G1[TRU1]``."""
        return f"{self.question}[{self.sub}]" if self.sub else self.question

    @property
    def variable(self) -> str:
        """Name in ExpressionScript, as ``G1_TRU1``."""
        return f"{self.question}_{self.sub}" if self.sub else self.question

    def at(self, sub: str) -> Place:
        """Return a part of the question, as one option of a multiple choice."""
        return Place(self.question, sub)


_RESERVED_SUBS = {"OTHER", "COMMENT", "TIME"}
"""What a subquestion may not be called."""


class Codes:
    """The code of every question of a form.

    Attributes
    ----------
    places : dict of str to Place
        Place of each item, assigned and derived variable, by id.
    companions : dict of str to Place
        Place of the reason for having no answer, by item.
    """

    def __init__(self, instrument: Instrument) -> None:
        self._taken: set[str] = set()
        self.places: dict[str, Place] = {}
        self.companions: dict[str, Place] = {}
        ids = [variable.id for variable in instrument.assigned]
        ids += [item.id for item in instrument.items if not item.in_grid]
        ids += [entry.id for entry in instrument.derived]
        self.places |= {id: Place(self.free(id)) for id in ids}
        for rows in grids(instrument):
            grid = self.free(f"{rows[0].page}{rows[0].block}")
            self.places |= {row.id: Place(grid, _sub(row)) for row in rows}
        for item in instrument.questions:
            if needs_companion(item):
                self.companions[item.id] = Place(self.free(companion(item)))

    def free(self, wish: str) -> str:
        """Return a code that is not taken yet, as near to the wish as can be."""
        plain = re.sub("[^A-Za-z0-9]", "", wish)
        if not plain[:1].isalpha() or plain.upper() in _RESERVED:
            plain = f"Q{plain}"
        code, number = plain[:QUESTION_LENGTH], 1
        while code.upper() in self._taken:
            number += 1
            code = f"{plain[: QUESTION_LENGTH - len(str(number))]}{number}"
        self._taken.add(code.upper())
        return code


def _sub(row: Item) -> str:
    return f"Q{row.id}" if row.id in _RESERVED_SUBS else row.id


def grids(instrument: Instrument) -> Iterator[tuple[Item, ...]]:
    """Return the rows of each array of a form."""
    for page in instrument.pages:
        for block in page.blocks:
            yield from (rows for rows in rows_together(block) if rows[0].in_grid)
