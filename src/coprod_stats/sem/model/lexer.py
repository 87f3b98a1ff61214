"""Tokens of the model language, each with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from coprod_stats.sem.errors import SemSyntaxError

TokenKind = Literal["name", "number", "string", "operator", "newline"]

_PATTERN = re.compile(
    r"""
    (?P<blank>[^\S\n]+)
  | (?P<comment>[#!][^\n]*)
  | (?P<newline>[\n;])
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<name>(?:[^\W\d_]|\.(?!\d))[\w.]*)
  | (?P<string>"[^"\n]*"|'[^'\n]*')
  | (?P<operator>~\*~|=~|~~|<~|:=|==|\*\*|[~<>|:+\-*/^(),?=])
    """,
    re.VERBOSE,
)

RELATIONS = frozenset({"=~", "<~", "~", "~~", "~*~", "|", ":=", "==", "<", ">"})
"""The operators that make a statement."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the model text, line and column counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Token:
    """The smallest piece of the text that means something."""

    kind: TokenKind
    text: str
    position: Position

    @property
    def is_relation(self) -> bool:
        """Whether this operator makes a statement."""
        return self.kind == "operator" and self.text in RELATIONS


def tokenize(text: str) -> Iterator[Token]:
    """Cut the text into tokens; comments (``#``, ``!``) and blanks are dropped.

    Raises
    ------
    SemSyntaxError
        At a character that no token begins with.
    """
    line, line_start, place = 1, 0, 0
    while place < len(text):
        match = _PATTERN.match(text, place)
        position = Position(line, place - line_start + 1)
        if match is None:
            raise _unknown_character(text, place, position)
        kind = match.lastgroup
        if kind not in ("blank", "comment"):
            yield Token(kind, match.group(), position)  # type: ignore[arg-type]
        place = match.end()
        if match.group() == "\n":
            line, line_start = line + 1, place


def _unknown_character(text: str, place: int, position: Position) -> SemSyntaxError:
    character = text[place]
    source = text.splitlines()[position.line - 1]
    if character in "\"'":
        message = "this quotation mark is never closed"
    else:
        message = f"unexpected character {character!r}; expected a name, a number or an operator"
    return SemSyntaxError(message, line=position.line, column=position.column, source=source)


def split_statements(tokens: Iterator[Token]) -> list[list[Token]]:
    """Gather tokens into statements.

    A line begins a statement if it holds a relation operator or a block header and the
    line before is complete; every other line continues the one before.
    """
    statements: list[list[Token]] = []
    for segment in _segments(tokens):
        begins = any(token.is_relation for token in segment) or is_block_header(segment)
        if statements and (not begins or _is_open(statements[-1])):
            statements[-1].extend(segment)
        else:
            statements.append(segment)
    return statements


def _segments(tokens: Iterator[Token]) -> Iterator[list[Token]]:
    segment: list[Token] = []
    for token in tokens:
        if token.kind != "newline":
            segment.append(token)
        elif segment:
            yield segment
            segment = []
    if segment:
        yield segment


def is_block_header(segment: list[Token]) -> bool:
    """Whether the tokens read ``group: 1`` or ``level: within``."""
    return len(segment) >= 2 and segment[0].kind == "name" and segment[1].text == ":"


def _is_open(statement: list[Token]) -> bool:
    if is_block_header(statement):
        return False
    last = statement[-1]
    depth = sum((token.text == "(") - (token.text == ")") for token in statement)
    return depth > 0 or (last.kind == "operator" and last.text != ")")
