"""The one base of every translator: conditions, numbers, codes and composed texts.

A condition of the questionnaire is brought into two-valued logic (``two_valued_conditions``) and
walked once, here. A platform states only what differs: its operators and functions, where it keeps
an answer, how it tells that there is one, and how it quotes a text. Numbers and codes are spelled
by ``spell_number`` on every platform.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import ClassVar, Generic, Literal, TypeVar

from coprod_stats.errors import Fault
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.language.text_matching import lower_cases
from coprod_stats.instruments.language.tree import (
    Binary,
    Call,
    Compare,
    Expression,
    Logic,
    Name,
    Not,
    Number,
    TextMatch,
)
from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.platforms.fields import (
    Alternatives,
    Answer,
    InexpressibleError,
    Insert,
    missing_choices,
    pieces,
)
from coprod_stats.platforms.two_valued_conditions import (
    TRUE,
    anyone,
    both,
    compares,
    known_to_hold,
    known_value,
    not_known_to_fail,
)

C = TypeVar("C")

MOST_SPELLINGS = 16
"""Spellings in lower case that an answer is compared with."""


class Conditions(ABC, Generic[C]):
    """Translates the conditions of one questionnaire into those of a platform.

    Attributes
    ----------
    platform : str
        Name of the platform in messages.
    refusal : str
        Code of the fault of what the platform cannot express.
    always, never
        The condition that holds for everybody, and the one that holds for nobody.
    refused : list of Fault
        What could not be expressed so far.
    """

    platform: ClassVar[str]
    refusal: ClassVar[str]
    always: C
    never: C

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.items = {item.id: item for item in instrument.items}
        self.levels = {variable.id: variable.values for variable in instrument.assigned}
        self.refused: list[Fault] = []

    def refuse(self, place: str, error: InexpressibleError) -> None:
        """Record that the platform cannot express what stands at a place."""
        remedy = "Field this questionnaire elsewhere, or reword it."
        self.refused.append(Fault(self.refusal, str(error), remedy, place=place))

    def shown(self, place: str, *alternatives: Sequence[Expression]) -> C:
        """Translate like ``holds``; a condition that cannot be expressed is refused."""
        try:
            return self.holds(*alternatives)
        except InexpressibleError as error:
            self.refuse(place, error)
            return self.always

    def holds(self, *alternatives: Sequence[Expression]) -> C:
        """Translate "all conditions of one of the alternatives are known to hold".

        Raises
        ------
        InexpressibleError
            If a condition uses a column that nobody is asked for, or what the platform lacks.
        """
        trees = [known_to_hold(conditions, self.instrument) for conditions in alternatives]
        return self.condition(anyone(trees))

    def agrees(self, conditions: Sequence[Expression]) -> C:
        """Translate "none of the conditions is known to be false", as checks of an answer demand.

        Raises
        ------
        InexpressibleError
            If a condition uses a column that nobody is asked for, or what the platform lacks.
        """
        trees = [not_known_to_fail(condition, self.instrument) for condition in conditions]
        return self.condition(both(trees))

    def values(self, tree: Expression) -> list[tuple[C, Expression]]:
        """Translate a value by cases: when each holds, and the number that it then is.

        At most one holds; where none does the value is unknown. A condition is 1 or 0.
        """
        cases = known_value(tree, self.instrument)
        return [(self.condition(known), number) for known, number in cases]

    def condition(self, tree: Expression) -> C:
        """Translate a condition in two-valued logic."""
        match tree:
            case Logic(operator, parts):
                return self.joined(operator, [self.condition(part) for part in parts])
            case Call("answered", (Name(id=id),)):
                return self.answered(self.held(id), wanted=True)
            case Not(Call("answered", (Name(id=id),))):
                return self.answered(self.held(id), wanted=False)
            case Call("includes", (Name(id=id), Number(value))):
                return self.chosen(self.held(id), int(value), wanted=True)
            case Not(Call("includes", (Name(id=id), Number(value)))):
                return self.chosen(self.held(id), int(value), wanted=False)
            case TextMatch(Name(id=id)):
                return self.matched(self.held(id), tree, wanted=True)
            case Not(TextMatch(Name(id=id)) as match):
                return self.matched(self.held(id), match, wanted=False)
            case Compare():
                return self.comparison(tree)
            case _:
                return self.always if tree == TRUE else self.never

    def held(self, id: str) -> str:
        """Return the id of an item or of an assigned variable; others the form does not hold."""
        if id not in self.items and id not in self.levels:
            raise InexpressibleError(
                f"{self.platform}: a condition uses {id}, which the form does not hold; "
                "use an item or an assigned variable"
            )
        return id

    def missing_codes(self, id: str) -> tuple[int, ...]:
        """Return the codes of "don't know" and of a refusal that stand among an item's answers."""
        item = self.items.get(id)
        if item is None or item.kind not in ("single", "consent", "multiple"):
            return ()
        return tuple(option.value for option in missing_choices(item, self.instrument))

    @abstractmethod
    def joined(self, operator: Literal["and", "or"], parts: Sequence[C]) -> C:
        """Join conditions."""

    @abstractmethod
    def answered(self, id: str, *, wanted: bool) -> C:
        """Translate "there is (not) an answer other than 'don't know' or a refusal"."""

    @abstractmethod
    def chosen(self, id: str, code: int, *, wanted: bool) -> C:
        """Translate "this option of a multiple choice is (not) chosen"."""

    @abstractmethod
    def matched(self, id: str, match: TextMatch, *, wanted: bool) -> C:
        """Translate "a text is or contains some words", or that it does not; a blank does not."""

    @abstractmethod
    def comparison(self, tree: Compare) -> C:
        """Translate a comparison of numbers, which are known to be known."""


class Dialect(Conditions[str]):
    """An expression language that is written as text.

    Attributes
    ----------
    signs, functions : mapping of str to str
        Operators and functions that the platform spells otherwise.
    """

    signs: ClassVar[Mapping[str, str]] = {}
    functions: ClassVar[Mapping[str, str]] = {}

    def joined(self, operator: Literal["and", "or"], parts: Sequence[str]) -> str:
        """Join conditions, each in parentheses, so that no precedence is relied on."""
        if len(parts) == 1:
            return parts[0]
        return f" {operator} ".join(f"({part})" for part in parts)

    def comparison(self, tree: Compare) -> str:
        """Write a comparison of numbers; answers that are written by letters, answer by answer."""
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
