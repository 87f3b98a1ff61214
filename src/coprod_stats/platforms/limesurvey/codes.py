"""Codes as LimeSurvey allows them, and where it keeps the answer to each item.

The code of a question or subquestion has at most 20 letters and digits, that of an answer 5.
LimeSurvey strips underscores without a word, and ExpressionScript reads some words as operators or
as facts about the survey (https://www.limesurvey.org/manual/ExpressionScript_-_Presentation).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from coprod_stats.instruments.model import TYPED_KINDS, Instrument, Item
from coprod_stats.instruments.questions import MISSING_NAMES
from coprod_stats.platforms.fields import (
    choices,
    companion,
    is_slider,
    missing_choices,
    needs_companion,
    rows_together,
)
from coprod_stats.platforms.form_export import SidecarColumn

QUESTION_LENGTH, SUBQUESTION_LENGTH, ANSWER_LENGTH = 20, 20, 5
RESPONDENT, SECONDS = "id", "interviewtime"
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
_RESERVED_SUBS = {"OTHER", "COMMENT", "TIME"}
"""What a subquestion, or an answer, may not be called."""


def answer_codes(item: Item, instrument: Instrument) -> dict[int, str]:
    """Return LimeSurvey's code of each answer of an item, by the canonical code.

    It is the canonical code, a minus being ``m``, where LimeSurvey takes it; one that is longer, or
    a word that LimeSurvey has for itself, gets an alias, ``c`` and its place among the answers,
    which the sidecar maps back.
    """
    parts = item.kind in ("multiple", "allocate")
    length = SUBQUESTION_LENGTH if parts else ANSWER_LENGTH
    codes: dict[int, str] = {}
    for place, option in enumerate(choices(item, instrument), 1):
        plain = MISSING_NAMES.get(option.value) or option.written.replace("-", "m")
        free = plain.upper() not in _RESERVED_SUBS
        fits = len(plain) <= length and plain.isalnum() and free
        codes[option.value] = plain if fits else f"c{np.base_repr(place, 36)}"
    while len(set(map(str.casefold, codes.values()))) < len(codes):  # letters that read as an alias
        codes = {code: f"c{np.base_repr(n, 36)}" for n, code in enumerate(codes, 1)}
    return codes


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


class Codes:
    """The code of every question of a form.

    Attributes
    ----------
    places : dict of str to Place
        Place of each item, assigned and derived variable, by id.
    companions : dict of str to Place
        Place of the reason for having no answer, by item.
    answers : dict of str to dict
        Codes of the answers of each item, by the canonical code.
    """

    def __init__(self, instrument: Instrument) -> None:
        self._taken: set[str] = set()
        self.places: dict[str, Place] = {}
        self.companions: dict[str, Place] = {}
        ids = [variable.id for variable in instrument.assigned]
        ids += [item.id for item in instrument.items if not item.in_grid]
        ids += [entry.id for entry in instrument.derived]
        self.places |= {id: Place(self.free(id)) for id in ids}
        for item in instrument.items:
            if is_slider(item):
                self.places[item.id] = self.places[item.id].at(_sub(item))
        for rows in grids(instrument):
            grid = self.free(f"{rows[0].page}{rows[0].block}")
            self.places |= {row.id: Place(grid, _sub(row)) for row in rows}
        self.answers = {item.id: answer_codes(item, instrument) for item in instrument.questions}
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


def columns(instrument: Instrument, codes: Codes) -> Iterator[SidecarColumn]:
    """Return the columns, answer codes with what they stand for.

    A multiple choice and a ranking are named by their question alone: each tick and each rank has
    a heading of its own, ``MEANS[1]``, and the options are distinguished by their codes.
    """
    for entry in instrument.administrative:
        name = {"respondent": RESPONDENT, "seconds": SECONDS}.get(entry.role)
        if name is not None:
            yield SidecarColumn(entry.id, entry.id, "administrative", name)
    for variable in instrument.assigned:
        name = codes.places[variable.id].heading
        yield SidecarColumn(variable.id, variable.id, "assigned", name)
    for item in instrument.questions:
        yield from _of_item(item, instrument, codes)


def _of_item(item: Item, instrument: Instrument, codes: Codes) -> Iterator[SidecarColumn]:
    place = codes.places[item.id]
    beside = codes.companions[item.id].heading if item.id in codes.companions else ""
    offered = choices(item, instrument)
    if item.kind == "rank" and item.responses is not None:
        offered = item.responses.options
    written = codes.answers[item.id]
    known = tuple((written[option.value], str(option.value)) for option in offered)
    why = {
        written[option.value]: str(option.value)
        for option in (missing_choices(item, instrument) if beside else ())
    }
    options = [written[option.value] for option in item.column_options] or [""]
    for column, option in zip(item.columns, options, strict=True):
        own = place.at(option) if item.kind == "allocate" else place
        yield SidecarColumn(
            column,
            item.id,
            item.kind,
            own.heading,
            option="" if item.kind == "allocate" else option,
            codes=() if item.kind in (*TYPED_KINDS, "allocate") else known,
            companion=beside,
            companion_codes=tuple(why.items()),
        )
