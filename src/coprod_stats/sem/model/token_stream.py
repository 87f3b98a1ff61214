"""A statement read token by token, and the arithmetic that statements share."""

from __future__ import annotations

import math
from typing import NoReturn

from coprod_stats.sem.errors import SemModelError, SemSyntaxError
from coprod_stats.sem.model.expressions import (
    FUNCTIONS,
    Call,
    Expression,
    Name,
    Number,
    constant_value,
)
from coprod_stats.sem.model.lexer import Position, Token


class TokenStream:
    """Tokens of one statement with a reading position.

    Parameters
    ----------
    tokens : list of Token
        At least one.
    lines : list of str
        Lines of the whole text, for error messages.
    """

    def __init__(self, tokens: list[Token], lines: list[str]) -> None:
        self.tokens = tokens
        self.lines = lines
        self.index = 0

    @property
    def at_end(self) -> bool:
        """Whether everything is read."""
        return self.index >= len(self.tokens)

    @property
    def position(self) -> Position:
        """Place of the next token, or just after the last one."""
        if not self.at_end:
            return self.tokens[self.index].position
        last = self.tokens[-1]
        return Position(last.position.line, last.position.column + len(last.text))

    def peek(self, ahead: int = 0) -> str:
        """Text of a coming token; empty at the end."""
        place = self.index + ahead
        return self.tokens[place].text if place < len(self.tokens) else ""

    def kind(self, ahead: int = 0) -> str:
        """Kind of a coming token; empty at the end."""
        place = self.index + ahead
        return self.tokens[place].kind if place < len(self.tokens) else ""

    def next(self) -> Token:
        """Read one token."""
        token = self.tokens[self.index]
        self.index += 1
        return token

    def accept(self, text: str) -> bool:
        """Read the next token if it is this one."""
        if self.peek() != text:
            return False
        self.index += 1
        return True

    def expect(self, text: str) -> Token:
        """Read the next token, which must be this one."""
        if self.peek() != text:
            self.fail(f"'{text}'")
        return self.next()

    def fail(self, expected: str, *, at: Position | None = None) -> NoReturn:
        """Raise the error that names what was found and what was expected."""
        found = f"'{self.peek()}'" if not self.at_end else "the end of the statement"
        self.fail_with(f"found {found}, expected {expected}", at=at)

    def fail_with(self, message: str, *, at: Position | None = None) -> NoReturn:
        """Raise an error at a place of this statement."""
        place = at or self.position
        source = self.lines[place.line - 1]
        raise SemSyntaxError(message, line=place.line, column=place.column, source=source)


def parse_expression(stream: TokenStream) -> Expression:
    """Read a sum: the whole of an arithmetic expression."""
    left = _product(stream)
    while stream.peek() in ("+", "-"):
        operator = stream.next().text
        left = Call(operator, (left, _product(stream)))
    return left


def parse_constant(stream: TokenStream) -> float:
    """Read a number that may be written as ``-.5``, ``1/3``, ``sqrt(2)`` or ``(1 + 2)``."""
    start = stream.position
    value = _signed(stream)
    while stream.accept("/"):
        value = Call("/", (value, _signed(stream)))
    try:
        number = constant_value(value)
    except SemModelError as error:
        stream.fail_with(f"{error}; expected a number", at=start)
    return _finite(number, stream, at=start)


def _finite(number: float, stream: TokenStream, *, at: Position) -> float:
    if not math.isfinite(number):
        stream.fail_with("the number is too large", at=at)
    return number


def _product(stream: TokenStream) -> Expression:
    left = _signed(stream)
    while stream.peek() in ("*", "/"):
        operator = stream.next().text
        left = Call(operator, (left, _signed(stream)))
    return left


def _signed(stream: TokenStream) -> Expression:
    if stream.accept("-"):
        return Call("neg", (_signed(stream),))
    if stream.accept("+"):
        return _signed(stream)
    base = _atom(stream)
    if stream.accept("^") or stream.accept("**"):
        return Call("^", (base, _signed(stream)))
    return base


def _atom(stream: TokenStream) -> Expression:
    if stream.accept("("):
        inner = parse_expression(stream)
        stream.expect(")")
        return inner
    if stream.kind() == "number":
        number = stream.next()
        return Number(_finite(float(number.text), stream, at=number.position))
    if stream.kind() != "name":
        stream.fail("a number, a label or '('")
    name = stream.next()
    if stream.peek() != "(":
        return Name(name.text)
    if name.text not in FUNCTIONS:
        known = ", ".join(sorted(set(FUNCTIONS) - {"neg"}))
        stream.fail_with(
            f"unknown function '{name.text}', expected one of {known}", at=name.position
        )
    stream.expect("(")
    argument = parse_expression(stream)
    stream.expect(")")
    return Call(name.text, (argument,))
