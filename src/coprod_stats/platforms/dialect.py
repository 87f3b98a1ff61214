"""The one base of every translator: conditions, numbers, codes and composed texts.

A condition of the questionnaire is brought into two-valued logic (``two_valued_conditions``) and
walked once, here. A platform states only what differs: its operators and functions, where it keeps
an answer, how it tells that there is one, and how it quotes a text. Numbers and codes are spelled
by ``spell_number`` on every platform.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import ClassVar, Literal

from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.language.text_matching import lower_cases
from coprod_stats.instruments.language.tree import (
    Binary,
    Call,
    Compare,
    Expression,
    Name,
    Number,
    names,
)
from coprod_stats.instruments.model import Instrument, Item, Roster
from coprod_stats.platforms.conditions import Conditions
from coprod_stats.platforms.fields import (
    Alternatives,
    Answer,
    InexpressibleError,
    Insert,
    pieces,
)
from coprod_stats.platforms.row_summaries import (
    Rows,
    RowSummary,
    rosters_summed_up,
    row_summary,
)
from coprod_stats.platforms.two_valued_conditions import (
    TRUE,
    compares,
)

MOST_SPELLINGS = 16
"""Spellings in lower case that an answer is compared with."""


class Dialect(Conditions[str]):
    """An expression language that is written as text.

    Attributes
    ----------
    signs, functions : mapping of str to str
        Operators and functions that the platform spells otherwise.
    """

    signs: ClassVar[Mapping[str, str]] = {}
    functions: ClassVar[Mapping[str, str]] = {}

    def __init__(self, instrument: Instrument) -> None:
        super().__init__(instrument)
        self.of_rows: dict[str, dict[str, str]] = {}

    def joined(self, operator: Literal["and", "or"], parts: Sequence[str]) -> str:
        """Join conditions, each in parentheses, so that no precedence is relied on."""
        if len(parts) == 1:
            return parts[0]
        return f" {operator} ".join(f"({part})" for part in parts)

    def comparison(self, tree: Compare) -> str:
        """Write a comparison of numbers; answers that are written by letters, answer by answer.

        What sums up rows is compared where it is known: of no rows a platform may have a number.
        """
        summed = [self.summary_known(id, wanted=True) for id in self._summed(tree)]
        return self.joined("and", [*summed, self._comparison(tree)])

    def _summed(self, tree: Expression) -> list[str]:
        return [id for id in names(tree) if id in self.summaries]

    def _comparison(self, tree: Compare) -> str:
        match tree:
            case Compare(_, Name(id=id), Number(bound)) if self.aliases(id):
                return self._one_of_codes(tree, id, bound)
        return self.compared(tree)

    def compared(self, tree: Compare) -> str:
        """Write a comparison of what the platform holds as numbers."""
        return f"{self.number(tree.left)} {self.sign(tree.operator)} {self.number(tree.right)}"

    def literal(self, words: str, unfit: str) -> str:
        """Write words exactly, as answers are compared with them or are prefilled.

        Raises
        ------
        InexpressibleError
            If they hold both quotation marks, or a character that the platform takes for its own.
        """
        mark = '"' if "'" in words else "'"
        return f"{mark}{self.unchanged(words, mark + unfit)}{mark}"

    def lower_cases(self, words: str) -> list[str]:
        """Return words in lower case as the platform may write it, of which one must be found.

        Raises
        ------
        InexpressibleError
            If there are more than ``MOST_SPELLINGS``.
        """
        found = list(islice(lower_cases(words), MOST_SPELLINGS + 1))
        if len(found) > MOST_SPELLINGS:
            raise InexpressibleError(
                f"{self.platform}: the text {words!r} has too many letters sigma, whose lower case "
                "depends on where they stand"
            )
        return found

    def unchanged(self, words: str, unfit: str) -> str:
        """Return words that the platform does not change.

        Raises
        ------
        InexpressibleError
            If they hold a character that the platform takes for its own.
        """
        if any(sign in words for sign in unfit):
            raise InexpressibleError(
                f"{self.platform}: the text {words!r} has characters that {self.platform} has for "
                "itself"
            )
        return words

    def sign(self, operator: str) -> str:
        """Return the platform's own operator."""
        return self.signs.get(operator, operator)

    def number(self, tree: Expression) -> str:
        """Write a number; what it is where it is unknown does not matter."""
        match tree:
            case Number(value):
                return spell_number(value)
            case Name(id=id) if id in self.summaries:
                return self.summary(id).value
            case Name(id=id):
                return self.amount(self.held(id))
            case Binary(operator, left, right):
                return f"({self.number(left)} {self.sign(operator)} {self.number(right)})"
            case Call("option", (Name(id=id), Number(value))):
                return self.of_option(self.items[self.held(id)], int(value))
            case Call("count", parts):
                ones = [self.choice(self.condition(part), "1", "0") for part in parts]
                return self.call("sum", ones)
            case _:
                assert isinstance(tree, Call)
                return self.call(tree.function, [self.number(part) for part in tree.arguments])

    def summary_known(self, id: str, *, wanted: bool) -> str:
        """Write that the page of a roster is asked, and its rows decide on a summary or are none.

        Raises
        ------
        InexpressibleError
            If the platform computes nothing across rows, or not this.
        """
        roster, _ = self.summaries[id]
        summary = self.summary(id)
        decided = [summary.known]
        if summary.is_of_none:
            decided.append(self._without_rows(roster))
        asked = [] if roster.page.condition is None else [self.holds([roster.page.condition])]
        known = self.joined("and", [*asked, self.joined("or", decided)])
        return known if wanted else self.negated(known)

    def _without_rows(self, roster: Roster) -> str:
        """Write that a respondent is known to have no rows."""
        if roster.count is None:
            return f"{self.rows(roster).count(TRUE)} {self.sign('==')} 0"
        return self.holds([Compare("==", Name(roster.count), Number(0.0))])

    def summary(self, id: str) -> RowSummary:
        """Write a summary of the rows of a roster."""
        roster, entry = self.summaries[id]
        try:
            return row_summary(entry, self.rows(roster), self)
        except InexpressibleError as error:
            raise InexpressibleError(f"{self.platform}: a condition uses {id}: {error}") from error

    def rows(self, roster: Roster) -> Rows:
        """Return how what the rows of a roster say is added up outside of them.

        Raises
        ------
        InexpressibleError
            If the platform computes nothing across rows.
        """
        raise InexpressibleError(
            f"it sums up the rows of {roster.id}, across which {self.platform} computes nothing; "
            "ask for the number as such"
        )

    def row_values(self, roster: Roster) -> Mapping[str, str]:
        """Return the values of a row that conditions sum up: their names by their calculations."""
        if roster.id not in rosters_summed_up(self.instrument):
            return {}
        for entry in roster.summaries:
            with suppress(InexpressibleError):  # refused where a condition uses it
                self.summary_known(entry.id, wanted=True)
        return self.of_rows.get(roster.id, {})

    def negated(self, condition: str) -> str:
        """Write that a condition does not hold."""
        return f"not({condition})"

    def call(self, function: str, arguments: Sequence[str]) -> str:
        """Write ``sum``, ``mean``, ``min``, ``max`` or ``abs`` of numbers."""
        return f"{self.functions.get(function, function)}({', '.join(arguments)})"

    def choice(self, condition: str, yes: str, no: str) -> str:
        """Write one thing where a condition holds, and another where it does not."""
        return f"{self.functions.get('if', 'if')}({condition}, {yes}, {no})"

    def value(self, tree: Expression) -> str:
        """Write the value of an expression, 1 or 0 for a condition, blank where it is unknown."""
        written = "''"
        for condition, number in reversed(self.values(tree)):
            written = self.choice(condition, self.number(number), written)
        return written

    def text(self, alternatives: Alternatives, language: str) -> str:
        """Write a text that depends on answers, in one language."""
        written = self.words(alternatives.otherwise.in_language(language), language)
        for condition, text in reversed(alternatives.cases):
            holds = self.holds([condition])
            if holds == self.never:
                continue
            said = (
                self.answer(self.held(text.item))
                if isinstance(text, Answer)
                else self.words(text.in_language(language), language)
            )
            written = self.choice(holds, said, written)
        return written

    def words(self, text: str, language: str) -> str:
        """Write a text with its placeholders as an expression."""
        parts = [
            self.inserted(piece.name, language) if isinstance(piece, Insert) else self.quoted(piece)
            for piece in pieces(text)
        ]
        return parts[0] if len(parts) == 1 else self.together(parts)

    def codes(self, id: str) -> Mapping[int, str]:
        """Return what the form writes for each answer of an item, "don't know" apart."""
        item = self.items[id]
        options = () if item.responses is None else item.responses.all_options
        return {option.value: option.written for option in options}

    def copied(self, id: str, to: str) -> str:
        """Write an answer as another item writes it; blank where there is none."""
        written, theirs = self.answer(id), self.codes(to)
        own = self.codes(id) if self.items[id].responses is not None else {}
        for code, alias in own.items():
            if alias != theirs[code]:
                equal = f"{self.answer(id)} {self.sign('==')} {self.quoted(alias)}"
                written = self.choice(equal, self.quoted(theirs[code]), written)
        return self.choice(self.answered(id, wanted=True), written, "''")

    def aliases(self, id: str) -> dict[int, str]:
        """Return the answers of an item with one answer that do not read as its numbers."""
        item = self.items.get(id)
        if item is None or item.kind not in ("single", "consent"):
            return {}
        return {code: alias for code, alias in self.codes(id).items() if alias != str(code)}

    def numeral(self, id: str, answer: str) -> str:
        """Write the number that an answer stands for, where the form writes something else."""
        written = answer
        for code, alias in reversed(self.aliases(id).items()):
            equal = f"{self.answer(id)} {self.sign('==')} {self.quoted(alias)}"
            written = self.choice(equal, spell_number(code), written)
        return written

    def _one_of_codes(self, tree: Compare, id: str, bound: float) -> str:
        """Compare by name, answer by answer; a missing answer is less than any number."""
        found: dict[bool, list[str]] = {True: [], False: []}
        for code, alias in self.codes(id).items():
            found[compares(tree.operator, code, bound)].append(self.quoted(alias))
        if tree.operator in ("!=", "<", "<="):
            differs = f"{self.answer(id)} {self.sign('!=')}"
            others = [f"{differs} {alias}" for alias in found[False]]
            return " and ".join(others) or self.always
        equals = f"{self.answer(id)} {self.sign('==')}"
        return " or ".join(f"{equals} {alias}" for alias in found[True]) or self.never

    def amount(self, id: str) -> str:
        """Refer to an answer as a number."""
        return self.numeral(id, self.answer(id))

    @abstractmethod
    def answer(self, id: str) -> str:
        """Refer to an answer."""

    @abstractmethod
    def of_option(self, item: Item, code: int) -> str:
        """Refer to the points or the rank of an option."""

    @abstractmethod
    def inserted(self, name: str, language: str, /) -> str:
        """Refer to what a placeholder stands for."""

    @abstractmethod
    def quoted(self, text: str) -> str:
        """Write a text as a literal."""

    @abstractmethod
    def together(self, parts: Sequence[str]) -> str:
        """Write none or several texts as one."""
