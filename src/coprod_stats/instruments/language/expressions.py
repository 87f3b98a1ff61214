"""The expression language of routing, calculation and classification: its parser.

One small language serves everywhere: ``DFDIR == 1 and any(CPSTG1..CPSTG6 > 0)``. It has numbers,
item ids, ``+ - * /``, comparisons, ``in (1, 2)``, ``and or not`` and the functions in
``FUNCTIONS``; texts are compared by ``NAME == "the park"`` and ``contains(NAME, "park")``. Nothing
in it can reach Python: the text is parsed here, never evaluated by Python.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from coprod_stats.errors import CoprodError
from coprod_stats.instruments.language.tree import (
    FUNCTIONS,
    Binary,
    Call,
    Compare,
    Comparison,
    Expression,
    Function,
    Logic,
    Member,
    Name,
    Not,
    Number,
    TextMatch,
    height,
)

MAX_DEPTH = 60
MAX_RANGE = 200
MAX_LENGTH = 5_000
MAX_DIGITS = 20
MAX_WORDS = 200
"""Characters of a text that answers are compared with."""
_CONTAINS = "contains"


class ExpressionError(CoprodError):
    """An expression that cannot be read; the message points at the place in the text."""

    def __init__(self, text: str, column: int, found: str) -> None:
        self.text, self.column, self.found = text, column, found
        super().__init__(f"{found}, at character {column + 1} of '{text}'")

    def __reduce__(self) -> tuple[type[ExpressionError], tuple[str, int, str]]:
        return type(self), (self.text, self.column, self.found)


_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<range>[A-Z][A-Z0-9]*?\d+\.\.[A-Z][A-Z0-9]*?\d+(?![A-Za-z0-9_]))"
    r"|(?P<name>[A-Za-z][A-Za-z0-9_]*)|(?P<text>\"[^\"]*\"|'[^']*')|(?P<operator>==|!=|<=|>=|<|>|\+|-|\*|/|\(|\)|,))"
)
_COMPARISONS: tuple[Comparison, ...] = ("==", "!=", "<=", ">=", "<", ">")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int


def parse_expression(text: str) -> Expression:
    """Read an expression.

    Raises
    ------
    ExpressionError
        If the text is not an expression of the language; it says where and what was expected.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(text[:40] + "...", 40, f"longer than {MAX_LENGTH:,} characters")
    parser = _Parser(text, list(_tokens(text)))
    tree = parser.disjunction(0)
    parser.expect_end()
    if height(tree) > 2 * MAX_DEPTH:
        raise ExpressionError(text, 0, "too deeply nested")
    return tree


def _tokens(text: str) -> Iterator[_Token]:
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            column = position + len(text[position:]) - len(text[position:].lstrip())
            raise ExpressionError(text, column, f"'{text[column]}' is not part of the language")
        kind = match.lastgroup or ""
        yield _Token(kind, match.group(kind), match.start(kind))
        position = match.end()


def _expand(text: str, token: _Token) -> tuple[Name, ...]:
    first, last = token.text.split("..")
    (stem, start), (other, stop) = (_stem_and_number(name) for name in (first, last))
    if stem != other:
        raise ExpressionError(text, token.column, f"a range has one stem, not '{token.text}'")
    if not start < stop < start + MAX_RANGE:
        raise ExpressionError(
            text, token.column, f"a range runs upwards, at most {MAX_RANGE} ids: '{token.text}'"
        )
    return tuple(Name(f"{stem}{number}", token.column) for number in range(start, stop + 1))


def _stem_and_number(name: str) -> tuple[str, int]:
    stem = name.rstrip("0123456789")
    return stem, int(name[len(stem) :][:9])


class _Parser:
    """Recursive descent over the tokens, of bounded depth."""

    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self.text, self.tokens, self.position = text, tokens, 0

    def fail(self, expected: str) -> ExpressionError:
        if self.position >= len(self.tokens):
            return ExpressionError(
                self.text, len(self.text), f"the text ends, but {expected} was expected"
            )
        token = self.tokens[self.position]
        return ExpressionError(
            self.text, token.column, f"'{token.text}' stands where {expected} was expected"
        )

    def peek(self) -> _Token:
        if self.position < len(self.tokens):
            return self.tokens[self.position]
        return _Token("end", "", len(self.text))

    def accept(self, *texts: str) -> _Token | None:
        token = self.peek()
        if token.kind in ("operator", "name") and token.text in texts:
            self.position += 1
            return token
        return None

    def expect(self, text: str) -> None:
        if self.accept(text) is None:
            raise self.fail(f"'{text}'")

    def expect_end(self) -> None:
        if self.peek().kind != "end":
            raise self.fail("'and', 'or' or an operator")

    def disjunction(self, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise ExpressionError(self.text, self.peek().column, "too deeply nested")
        return self._logic("or", [self.conjunction(depth)], depth)

    def conjunction(self, depth: int) -> Expression:
        return self._logic("and", [self.negation(depth)], depth)

    def _logic(
        self, operator: Literal["and", "or"], found: list[Expression], depth: int
    ) -> Expression:
        inner = self.conjunction if operator == "or" else self.negation
        while self.accept(operator):
            found.append(inner(depth))
        return Logic(operator, tuple(found)) if len(found) > 1 else found[0]

    def negation(self, depth: int) -> Expression:
        if self.accept("not"):
            if depth > MAX_DEPTH:
                raise ExpressionError(self.text, self.peek().column, "too deeply nested")
            return Not(self.negation(depth + 1))
        return self.comparison(depth)

    def comparison(self, depth: int) -> Expression:
        return self.compared((self.addition(depth),), depth)[0]

    def compared(self, sides: tuple[Expression, ...], depth: int) -> tuple[Expression, ...]:
        """Compare each of some left sides with the right side that follows, if one does."""
        for operator in _COMPARISONS:
            if self.accept(operator):
                if self.peek().kind == "text":
                    return self.equal_texts(sides, operator)
                right = self.addition(depth)
                return tuple(Compare(operator, left, right) for left in sides)
        if self.accept("in"):
            self.expect("(")
            if self.peek().kind == "text":
                return self.among_texts(sides)
            values = self.value_list()
            return tuple(Member(left, values) for left in sides)
        return sides

    def equal_texts(
        self, sides: tuple[Expression, ...], operator: Comparison
    ) -> tuple[Expression, ...]:
        if operator not in ("==", "!="):
            raise self.fail("a number: texts are compared by '==' and '!='")
        column = self.peek().column
        words = self.words()
        equal = [TextMatch(self.text_of(left, column), words) for left in sides]
        return tuple(Not(one) if operator == "!=" else one for one in equal)

    def among_texts(self, sides: tuple[Expression, ...]) -> tuple[Expression, ...]:
        column, listed = self.peek().column, [self.words()]
        while self.accept(","):
            listed.append(self.words())
        self.expect(")")
        found = []
        for left in sides:
            name = self.text_of(left, column)
            equal = tuple(TextMatch(name, words) for words in listed)
            found.append(Logic("or", equal) if len(equal) > 1 else equal[0])
        return tuple(found)

    def text_of(self, left: Expression, column: int) -> Name:
        if not isinstance(left, Name):
            raise ExpressionError(self.text, column, "a text is compared with one item")
        return left

    def words(self) -> str:
        token = self.peek()
        if token.kind != "text":
            raise self.fail("a text in quotation marks")
        words = token.text[1:-1]
        if not words or words != words.strip() or not words.isprintable() or len(words) > MAX_WORDS:
            raise ExpressionError(
                self.text,
                token.column,
                f"a text to compare with has 1 to {MAX_WORDS} characters on one line, and no "
                "blanks at its ends",
            )
        self.position += 1
        return words

    def value_list(self) -> tuple[float, ...]:
        """Return the numbers up to a closing bracket."""
        values = [self.signed_number()]
        while self.accept(","):
            values.append(self.signed_number())
        self.expect(")")
        return tuple(values)

    def signed_number(self) -> float:
        sign = -1.0 if self.accept("-") else 1.0
        token = self.peek()
        if token.kind != "number":
            raise self.fail("a number")
        if len(token.text) > MAX_DIGITS:
            raise ExpressionError(
                self.text, token.column, f"a number has at most {MAX_DIGITS} digits"
            )
        self.position += 1
        return sign * float(token.text)

    def addition(self, depth: int) -> Expression:
        tree = self.multiplication(depth)
        while token := self.accept("+", "-"):
            right = self.multiplication(depth)
            tree = Binary("+" if token.text == "+" else "-", tree, right)
        return tree

    def multiplication(self, depth: int) -> Expression:
        tree = self.primary(depth)
        while token := self.accept("*", "/"):
            right = self.primary(depth)
            tree = Binary("*" if token.text == "*" else "/", tree, right)
        return tree

    def primary(self, depth: int) -> Expression:
        if self.accept("("):
            tree = self.disjunction(depth + 1)
            self.expect(")")
            return tree
        token = self.peek()
        if token.kind == "number" or token.text == "-":
            return Number(self.signed_number())
        if token.kind == "range":
            raise ExpressionError(
                self.text, token.column, "a range stands only among a function's arguments"
            )
        if token.kind != "name" or token.text in ("and", "or", "not", "in"):
            raise self.fail("a number, an item or a function")
        self.position += 1
        if token.text == _CONTAINS:
            return self.containing()
        for function in FUNCTIONS:
            if token.text == function:
                return self.call(function, token, depth)
        return Name(token.text, token.column)

    def containing(self) -> TextMatch:
        self.expect("(")
        name = self.peek()
        if name.kind != "name":
            raise self.fail("an item whose answer is a text")
        self.position += 1
        self.expect(",")
        words = self.words()
        self.expect(")")
        return TextMatch(Name(name.text, name.column), words, within=True)

    def call(self, function: Function, token: _Token, depth: int) -> Call:
        self.expect("(")
        arguments = [*self.argument(depth)]
        while self.accept(","):
            arguments.extend(self.argument(depth))
        self.expect(")")
        call = Call(function, tuple(arguments))
        if problem := _misuse(call):
            raise ExpressionError(self.text, token.column, problem)
        return call

    def argument(self, depth: int) -> tuple[Expression, ...]:
        token = self.peek()
        if token.kind != "range":
            return (self.disjunction(depth + 1),)
        self.position += 1
        return self.compared(_expand(self.text, token), depth)


def _misuse(call: Call) -> str:
    """Describe what is wrong with the arguments of a call, or nothing."""
    arguments = call.arguments
    if call.function == "answered" and not (len(arguments) == 1 and isinstance(arguments[0], Name)):
        return "'answered' takes one item"
    if call.function == "if" and len(arguments) != 3:
        return "'if' takes a condition and two values"
    if call.function == "abs" and len(arguments) != 1:
        return "'abs' takes one value"
    if call.function == "includes" and not (
        len(arguments) > 1
        and isinstance(arguments[0], Name)
        and all(isinstance(value, Number) for value in arguments[1:])
    ):
        return "'includes' takes a multiple-choice item and one or more of its values"
    if call.function == "option" and not (
        len(arguments) == 2 and isinstance(arguments[0], Name) and isinstance(arguments[1], Number)
    ):
        return "'option' takes a ranking or an allocation and one of its values"
    return ""
