"""Expressions simplified where a variable is never known, as an arm that a form does not assign."""

from __future__ import annotations

from collections.abc import Collection

from coprod_stats.instruments.expressions import (
    Binary,
    Call,
    Compare,
    Expression,
    Logic,
    Member,
    Name,
    Not,
    Number,
)

MISSING = Binary("/", Number(0.0), Number(0.0))
"""An expression that is missing for everybody."""
_TRUE, _FALSE = Number(1.0), Number(0.0)


def without(tree: Expression, gone: Collection[str]) -> Expression:
    """Give an expression in which the variables of ``gone`` are missing for everybody.

    ``answered(X)`` of such a variable is false, a comparison with it unknown; ``and``, ``or`` and
    ``not`` follow Kleene's strong logic as far as constants decide them.
    """
    match tree:
        case Name(id=id) if id in gone:
            return MISSING
        case Call("answered", (Name(id=id),)) if id in gone:
            return _FALSE
        case Compare(operator, left, right):
            sides = without(left, gone), without(right, gone)
            return MISSING if MISSING in sides else Compare(operator, *sides)
        case Member(item, values):
            kept = without(item, gone)
            return MISSING if kept == MISSING else Member(kept, values)
        case Not(part):
            kept = without(part, gone)
            constants: dict[Expression, Expression] = {
                _TRUE: _FALSE, _FALSE: _TRUE, MISSING: MISSING
            }  # fmt: skip
            return constants.get(kept, Not(kept))
        case Logic(operator, parts):
            return _logic(operator == "or", [without(part, gone) for part in parts], tree)
        case Binary(operator, left, right):
            return Binary(operator, without(left, gone), without(right, gone))
        case Call(function, arguments):
            return Call(function, tuple(without(part, gone) for part in arguments))
        case _:
            return tree


def _logic(is_or: bool, parts: list[Expression], tree: Logic) -> Expression:
    decisive, idle = (_TRUE, _FALSE) if is_or else (_FALSE, _TRUE)
    if decisive in parts:
        return decisive
    kept = tuple(part for part in parts if part != idle)
    if len(kept) > 1:
        return Logic(tree.operator, kept)
    return kept[0] if kept else idle
