"""What the rows of a roster sum up to, as conditions about a respondent use it.

A summary is known where the page of the roster is asked and a row has what is summed up; of no
rows a count, a sum and ``any`` are 0 (:func:`coprod_stats.responses.rosters.with_summaries`). A
platform states how it counts rows and adds up an answer over them; this module composes the rest.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

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
    reach,
)
from coprod_stats.instruments.model import Instrument, Roster
from coprod_stats.instruments.variables import Derived
from coprod_stats.platforms.fields import InexpressibleError
from coprod_stats.platforms.two_valued_conditions import (
    FALSE,
    TRUE,
    anyone,
    compares,
    known_to_hold,
)

Amount = Literal["sum", "mean", "min", "max"]
OF_NONE = ("count", "sum", "any")
"""Functions that are 0 where there are no rows."""


_LEAST = "-1000000000000"
"""Stands for an answer that is not known among those of which the largest is taken."""


class Row(Protocol):
    """The translator of the questions of a row, within it."""

    def condition(self, tree: Expression) -> str:
        """Translate a condition in two-valued logic."""
        ...

    def amount(self, id: str) -> str:
        """Refer to an answer as a number."""
        ...

    def choice(self, condition: str, yes: str, no: str) -> str:
        """Write one thing where a condition holds, and another where it does not."""
        ...

    def sign(self, operator: str) -> str:
        """Return the platform's own operator."""
        ...

    def aliases(self, id: str) -> Mapping[int, str]:
        """Return the answers of an item that do not read as its numbers."""
        ...


class Rows(ABC):
    """The rows of one roster: what each of them says is calculated in it, and added up outside.

    Attributes
    ----------
    calculated : dict of str to str
        Names of the values of a row, by what they are calculated from.
    """

    def __init__(
        self, roster: Roster, instrument: Instrument, row: Row, calculated: dict[str, str]
    ) -> None:
        self.roster, self.inside = roster, instrument.roster(roster.id)
        self._row, self.calculated = row, calculated

    @abstractmethod
    def over(self, function: Literal["sum", "min", "max"], value: str) -> str:
        """Write a function of a value over all rows; a sum is 0 of no rows."""

    @abstractmethod
    def name(self, number: int) -> str:
        """Name a value that each row calculates."""

    def count(self, condition: Expression) -> str:
        """Write the number of rows for which a condition in two-valued logic holds."""
        if condition == FALSE:
            return "0"
        if condition == TRUE:
            return self.over("sum", self._value("1"))
        return self.over("sum", self._each(self._row.condition(condition), "1", "0"))

    def amount(self, function: Amount, item: str, known: Expression) -> str:
        """Write a function of the answers to an item, over the rows in which they are known."""
        if self._row.aliases(item):
            raise InexpressibleError(f"{item} has letters for its numbers, which are not added up")
        given, number = self._row.condition(known), self._row.amount(item)
        match function:
            case "sum":
                return self.over("sum", self._each(given, number, "0"))
            case "mean":
                sign = self._row.sign("/")
                return f"({self.amount('sum', item, known)} {sign} {self.count(known)})"
            case "max":
                return self.over("max", self._each(given, number, _LEAST))
            case _:
                return self.over("min", self._each(given, number, _LEAST.removeprefix("-")))

    def _each(self, condition: str, yes: str, no: str) -> str:
        """Name the value that each row calculates by a condition."""
        return self._value(self._row.choice(condition, yes, no))

    def _value(self, calculation: str) -> str:
        """Name the value that each row calculates."""
        return self.calculated.setdefault(calculation, self.name(len(self.calculated) + 1))


@dataclass(frozen=True, slots=True)
class RowSummary:
    """A summary in the words of a platform.

    Attributes
    ----------
    known : str
        A condition: rows decide what it is.
    is_of_none : bool
        Whether it is known, and 0, of no rows.
    value : str
        The number, where it is known.
    """

    known: str
    is_of_none: bool
    value: str


def summaries_of(instrument: Instrument) -> dict[str, tuple[Roster, Derived]]:
    """Return the summaries that a condition can name, by their ids."""
    return {entry.id: (one, entry) for one in instrument.rosters for entry in one.summaries}


def decided_by_rows(instrument: Instrument) -> set[str]:
    """Return the summaries of rows, and the derived variables that depend on one."""
    found = set(summaries_of(instrument))
    uses = {entry.id: names(entry.value) for entry in instrument.derived}
    return found | {id for id in uses if reach([id], uses) & found}


def rosters_summed_up(instrument: Instrument) -> set[str]:
    """Return the rosters of which conditions, or what is derived for them, name a summary."""
    named = {name for tree in _expressions(instrument) for name in names(tree)}
    return {one.id for one in instrument.rosters if named & {e.id for e in one.summaries}}


def _expressions(instrument: Instrument) -> Iterator[Expression]:
    yield from (entry.value for entry in instrument.derived)
    pages = (*instrument.pages, *(one.page for one in instrument.rosters))
    yield from (page.condition for page in pages if page.condition is not None)
    for item in instrument.items:
        yield from item.conditions
        yield from (check.condition for check in item.checks)
        yield from (tree for _, tree in item.options_when)
        yield from (wording.condition for wording in (*item.wordings, *item.stem_wordings))


def row_summary(entry: Derived, rows: Rows, words: Row) -> RowSummary:
    """Write a summary.

    Parameters
    ----------
    entry : Derived
    rows : Rows
    words : Row

    Raises
    ------
    InexpressibleError
        If it adds up what is no answer to one question, or what the platform lacks.
    """
    assert isinstance(entry.value, Call)
    function, (inner,) = entry.value.function, entry.value.arguments
    inner = _of_any_row(inner, rows.roster)
    if function in ("count", "any", "all") or _is_condition(inner):
        holds = known_to_hold([inner], rows.inside)
        fails = known_to_hold([Not(inner)], rows.inside)
        known = rows.count(TRUE if function == "count" else anyone([holds, fails]))
        counts = (rows.count(holds), rows.count(fails), known)
        value = _of_conditions(function, counts, words)
        return RowSummary(f"{known} > 0", function in OF_NONE, value)
    items = {item.id: item for item in rows.inside.items}
    if not isinstance(inner, Name) or inner.id not in items:
        raise InexpressibleError(
            f"{entry.id} is a {function} of more than the answers to one question; make it a "
            "count, or the sum, mean, min or max of one"
        )
    given = known_to_hold([Call("answered", (inner,))], rows.inside)
    assert function in ("sum", "mean", "min", "max")
    amount = rows.amount(function, inner.id, given)
    return RowSummary(f"{rows.count(given)} > 0", function in OF_NONE, amount)


def _of_conditions(function: str, counts: tuple[str, str, str], words: Row) -> str:
    """Write a function of a condition, which is 1 or 0 in each row where it is known."""
    holds, fails, known = counts
    match function:
        case "count" | "sum":
            return holds
        case "mean":
            return f"({holds} {words.sign('/')} {known})"
        case "any" | "max":
            return words.choice(f"{holds} > 0", "1", "0")
        case _:
            return words.choice(f"{fails} > 0", "0", "1")


def _is_condition(tree: Expression) -> bool:
    is_call = isinstance(tree, Call) and tree.function in ("any", "all", "answered", "includes")
    return is_call or isinstance(tree, Compare | Logic | Not | Member | TextMatch)


def _of_any_row(tree: Expression, roster: Roster) -> Expression:
    """Settle what is the same for every number of a row, as ``MEMBER > 0``."""
    match tree:
        case Compare(operator, Name(id=id), Number(value)) if id == roster.id:
            first, last = (compares(operator, number, value) for number in (1.0, roster.most))
            inside = operator in ("==", "!=") and 1.0 <= value <= roster.most
            return tree if first != last or inside else (TRUE if first else FALSE)
        case Not(part):
            return Not(_of_any_row(part, roster))
        case Logic(operator, parts):
            return Logic(operator, tuple(_of_any_row(part, roster) for part in parts))
        case _:
            return tree
