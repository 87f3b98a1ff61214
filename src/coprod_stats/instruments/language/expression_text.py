"""The text of an expression, as a questionnaire writes it."""

from __future__ import annotations

from collections.abc import Collection

from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.language.tree import (
    Arithmetic,
    Binary,
    Call,
    Compare,
    Expression,
    Logic,
    Member,
    Name,
    Not,
    Number,
    TextMatch,
)

_FACTORS: tuple[Arithmetic, ...] = ("*", "/")
_ALL: tuple[Arithmetic, ...] = ("+", "-", *_FACTORS)


def expression_text(tree: Expression) -> str:
    """Return a text that reads as the given expression; ranges are written out."""
    match tree:
        case Number(value):
            return spell_number(value)
        case Name(id):
            return id
        case Compare(operator, left, right):
            return f"{_side(left, _ALL)} {operator} {_side(right, _ALL)}"
        case Member(item, values):
            return f"{_side(item, _ALL)} in ({', '.join(map(spell_number, values))})"
        case Logic(operator, parts):
            return f" {operator} ".join(map(_part, parts))
        case Not(part):
            return f"not {_part(part)}"
        case Binary(operator, left, right):
            if operator in _FACTORS:
                return f"{_side(left, _FACTORS)} {operator} {_side(right)}"
            return f"{_side(left, _ALL)} {operator} {_side(right, _FACTORS)}"
        case Call(function, arguments):
            return f"{function}({', '.join(map(expression_text, arguments))})"
        case TextMatch(item, words, within):
            mark = "'" if '"' in words else '"'
            quoted = f"{mark}{words}{mark}"
            return f"contains({item.id}, {quoted})" if within else f"{item.id} == {quoted}"


def _side(tree: Expression, bare: Collection[Arithmetic] = ()) -> str:
    """Return the text of a side of a comparison or calculation, in brackets where it needs them."""
    text = expression_text(tree)
    if isinstance(tree, Number | Name | Call) or (
        isinstance(tree, Binary) and tree.operator in bare
    ):
        return text
    return f"({text})"


def _part(tree: Expression) -> str:
    """Return the text of a part of a condition."""
    text = expression_text(tree)
    return f"({text})" if isinstance(tree, Logic) else text
