"""Expressions simplified where something is settled: an arm drawn, or one that is not assigned."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from coprod_stats.instruments.language.evaluation import evaluate
from coprod_stats.instruments.language.tree import (
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
TRUE, FALSE = Number(1.0), Number(0.0)


def without(tree: Expression, gone: Collection[str]) -> Expression:
    """Return an expression in which the variables of ``gone`` are missing for everybody."""
    return given(tree, dict.fromkeys(gone))


def given(tree: Expression, known: Mapping[str, float | None]) -> Expression:
    """Return an expression in which variables have these values, or are missing (``None``).

    ``answered(X)`` of a missing variable is false, a comparison with it unknown; ``and``, ``or``
    and ``not`` follow Kleene's strong logic as far as constants decide them.
    """
    match tree:
        case Name(id=id) if id in known:
            value = known[id]
            return MISSING if value is None else Number(value)
        case Call("answered", (Name(id=id),)) if id in known:
            return FALSE if known[id] is None else TRUE
        case Compare(operator, left, right):
            sides = given(left, known), given(right, known)
            return MISSING if MISSING in sides else _settled(Compare(operator, *sides), *sides)
        case Member(item, values):
            kept = given(item, known)
            return MISSING if kept == MISSING else _settled(Member(kept, values), kept)
        case Not(part):
            kept = given(part, known)
            constants: dict[Expression, Expression] = {TRUE: FALSE, FALSE: TRUE, MISSING: MISSING}
            return constants.get(kept, Not(kept))
        case Logic(operator, parts):
            return _logic(operator == "or", [given(part, known) for part in parts], tree)
        case Binary(operator, left, right):
            sides = given(left, known), given(right, known)
            return MISSING if MISSING in sides else _settled(Binary(operator, *sides), *sides)
        case Call(function, arguments):
            return Call(function, tuple(given(part, known) for part in arguments))
        case _:
            return tree


def _settled(tree: Expression, *sides: Expression) -> Expression:
    """Return the value of what compares or computes with numbers only; others stay."""
    if not all(isinstance(side, Number) for side in sides):
        return tree
    value = float(evaluate(tree, {}, n_rows=1)[0])
    return MISSING if np.isnan(value) else Number(value)


def _logic(is_or: bool, parts: list[Expression], tree: Logic) -> Expression:
    decisive, idle = (TRUE, FALSE) if is_or else (FALSE, TRUE)
    if decisive in parts:
        return decisive
    kept = tuple(part for part in parts if part != idle)
    if len(kept) > 1:
        return Logic(tree.operator, kept)
    return kept[0] if kept else idle
