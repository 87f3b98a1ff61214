"""Routing that a person can follow on paper: where to go on, and for whom a question is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np

from coprod_stats.instruments.language.evaluation import FloatArray, evaluate
from coprod_stats.instruments.language.tree import (
    Call,
    Compare,
    Expression,
    Logic,
    Member,
    Name,
    Not,
    Number,
    TextMatch,
    names,
)
from coprod_stats.instruments.model import Instrument, Item

Truth = Literal["true", "false", "unknown"]
ANY: frozenset[Truth] = frozenset({"true", "false", "unknown"})
_OPPOSITE: dict[Truth, Truth] = {"true": "false", "false": "true", "unknown": "unknown"}


@dataclass(frozen=True, slots=True)
class Unit:
    """What is asked under one number, or a note, which has none.

    Attributes
    ----------
    number : int
        Number of the question; 0 for a note.
    items : tuple of Item
        The rows of a grid, or one item.
    page : int
        Place of the page in the questionnaire.
    """

    number: int
    items: tuple[Item, ...]
    page: int

    @property
    def shared(self) -> tuple[Expression, ...]:
        """Conditions that all rows have in common."""
        first, *others = self.items
        return tuple(
            condition
            for condition in first.conditions
            if all(condition in item.conditions for item in others)
        )


class Routing:
    """What an answer means for the questions that follow.

    Parameters
    ----------
    instrument : Instrument
        One printed version.
    units : sequence of Unit
        In the order in which they are printed.
    """

    def __init__(self, instrument: Instrument, units: Sequence[Unit]) -> None:
        self.units = units
        self._derived = {entry.id: entry.value for entry in instrument.derived}
        self._places = {item.id: place for place, unit in enumerate(units) for item in unit.items}
        self._items = {item.id: item for unit in units for item in unit.items}
        self._targets: dict[tuple[str, float | None], int] = {}

    def target(self, item: Item, answer: float | None) -> int:
        """Return the place of the first question that may follow an answer.

        Parameters
        ----------
        item : Item
        answer : float or None
            Code of the answer; ``None`` for one that is missing.

        Returns
        -------
        int
            Place in ``units``; their number if the questionnaire ends with this answer.
        """
        key = item.id, answer
        if key not in self._targets:
            self._targets[key] = self._find_target(item, answer)
        return self._targets[key]

    def next_question(self, item: Item) -> int:
        """Return the place of the question printed after an item."""
        place = self._places[item.id] + 1
        while place < len(self.units) and not self.units[place].number:
            place += 1
        return place

    def needed(self, conditions: Sequence[Expression], place: int) -> tuple[Expression, ...]:
        """Return the conditions that must be printed: those that no instruction before sees to."""
        return tuple(
            part
            for condition in conditions
            for part in _conjuncts(condition)
            if not self._seen_to(part, place)
        )

    def _find_target(self, item: Item, answer: float | None) -> int:
        known = {item.id: answer}
        for place in range(self._places[item.id] + 1, len(self.units)):
            unit = self.units[place]
            skipped = [row for row in unit.items if not self._may_be_asked(row, known)]
            if unit.number and len(skipped) < len(unit.items):
                return place
            known |= {row.id: None for row in skipped}
        return len(self.units)

    def _may_be_asked(self, item: Item, known: Mapping[str, float | None]) -> bool:
        return all("true" in self._truths(condition, known) for condition in item.conditions)

    def _seen_to(self, part: Expression, place: int) -> bool:
        """Return whether everybody who reads on to a place fulfils a condition on one question.

        That is so if each answer to it either fulfils the condition or leads past the place, and
        everybody here has come by that question.
        """
        used = set(self._used(part))
        item = self._items.get(next(iter(used))) if len(used) == 1 else None
        if item is None or self._places[item.id] >= place or not has_arrows(item):
            return False
        for answer in _answers(item):
            holds = self._truths(part, {item.id: answer}) == {"true"}
            if not holds and self.target(item, answer) <= place:
                return False
        return not self.needed(item.conditions, place)

    def _used(self, tree: Expression) -> Iterator[str]:
        for id in names(tree):
            if id in self._derived:
                yield from self._used(self._derived[id])
            else:
                yield id

    def _truths(self, tree: Expression, known: Mapping[str, float | None]) -> frozenset[Truth]:
        """Return the truth values that a condition can have when some answers are known."""
        match tree:
            case Name(id=id) if id in self._derived:
                return self._truths(self._derived[id], known)
            case Compare("==", Name(id=id), Number(1.0)) if id in self._derived:
                return self._truths(self._derived[id], known)
            case Compare("==", Name(id=id), Number(0.0)) if id in self._derived:
                return frozenset(_OPPOSITE[t] for t in self._truths(self._derived[id], known))
            case Call("answered", (Name(id=id),)) if id in self._derived:
                inner = self._truths(self._derived[id], known)
                return frozenset("false" if t == "unknown" else "true" for t in inner)
            case Call("answered", (Name(id=id),)) if id in known:
                return frozenset({"false" if known[id] is None else "true"})
            case Call("answered", _):
                return frozenset({"true", "false"})
            case TextMatch(Name(id=id)) if id in known and known[id] is None:
                return frozenset({"unknown"})
            case Not(part):
                return frozenset(_OPPOSITE[truth] for truth in self._truths(part, known))
            case Logic(operator, parts):
                return _joined(operator, [self._truths(part, known) for part in parts])
            case Call("any" | "all" as function, parts):
                operator = "or" if function == "any" else "and"
                return _joined(operator, [self._truths(part, known) for part in parts])
            case Compare() | Member() | Call("includes", _) if set(names(tree)) <= known.keys():
                return frozenset({_truth(tree, known)})
            case _:
                return ANY


def letter(place: int) -> str:
    """Name a row by its letter: a to z, then aa, ab and so on."""
    ahead, last = divmod(place, 26)
    return (letter(ahead - 1) if ahead else "") + chr(ord("a") + last)


def has_arrows(item: Item) -> bool:
    """Return whether an answer to an item can be followed by the words where to go on."""
    return item.kind in ("single", "consent") and not item.in_grid


def _answers(item: Item) -> Iterator[float | None]:
    if item.responses is not None:
        for option in item.responses.all_options:
            yield float(option.value)
    if item.offers:
        yield None


def _conjuncts(tree: Expression) -> Iterator[Expression]:
    if isinstance(tree, Logic) and tree.operator == "and":
        for part in tree.parts:
            yield from _conjuncts(part)
    else:
        yield tree


def _truth(tree: Expression, known: Mapping[str, float | None]) -> Truth:
    values = _Known({id: np.array([np.nan if v is None else v]) for id, v in known.items()})
    value = evaluate(tree, values, n_rows=1)[0]
    if np.isnan(value):
        return "unknown"
    return "true" if value else "false"


class _Known(dict[str, FloatArray]):
    """Answers by column; the options of a question that is not asked are missing."""

    def __missing__(self, column: str) -> FloatArray:
        return np.array([np.nan])


def _joined(operator: str, parts: Sequence[frozenset[Truth]]) -> frozenset[Truth]:
    decisive: Truth = "true" if operator == "or" else "false"
    joined: frozenset[Truth] = frozenset({_OPPOSITE[decisive]})
    for part in parts:
        joined = frozenset(
            decisive if decisive in pair else "unknown" if "unknown" in pair else pair[0]
            for pair in product(joined, part)
        )
    return joined
