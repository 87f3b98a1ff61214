"""Values of expressions over many respondents at once, with three-valued logic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.language.text_matching import matches
from coprod_stats.instruments.language.tree import (
    Arithmetic,
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
)

FloatArray = NDArray[np.float64]
Texts = Mapping[str, Sequence[object]]
"""Texts by column, one for each respondent."""
_NO_TEXTS: Texts = {}

_COMPARE: dict[Comparison, Callable[[FloatArray, FloatArray], NDArray[np.bool_]]] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
_ARITHMETIC: dict[Arithmetic, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}
_REDUCE: dict[Function, Callable[..., FloatArray]] = {
    "sum": np.sum,
    "mean": np.mean,
    "min": np.min,
    "max": np.max,
}


def choice_column(item: str, value: float) -> str:
    """Name the column of one option of a multiple-choice item, as ``CHANNEL__4``."""
    return f"{item}__{spell_number(value)}"


def other_column(item: str) -> str:
    """Name the column of the words for "other, please specify", as ``CHANNEL__other``."""
    return f"{item}__other"


def evaluate(
    tree: Expression,
    values: Mapping[str, FloatArray],
    *,
    n_rows: int,
    texts: Texts = _NO_TEXTS,
) -> FloatArray:
    """Evaluate an expression for every respondent.

    Parameters
    ----------
    tree : Expression
        What to evaluate.
    values : mapping of str to ndarray, each (n_rows,)
        Numeric answers by column name, NaN where missing for whatever reason; options of
        multiple-choice items as ``ID__n``. For ``answered`` on a text item: 1 where answered.
    n_rows : int
        Number of respondents.
    texts : mapping of str to sequence, each (n_rows,)
        The texts that conditions compare with words; what was not answered is not looked at.

    Returns
    -------
    ndarray, (n_rows,)
        Numbers; conditions are 1 (true), 0 (false) or NaN (unknown: Kleene's strong logic, so
        that ``false and unknown`` is false and ``true or unknown`` is true).

    Raises
    ------
    KeyError
        If a name has no column; checked instruments have none such.
    """

    def value(part: Expression) -> FloatArray:
        return evaluate(part, values, n_rows=n_rows, texts=texts)

    match tree:
        case Number():
            return np.full(n_rows, tree.value)
        case Name():
            return np.asarray(values[tree.id], dtype=float)
        case Compare():
            left, right = value(tree.left), value(tree.right)
            return _known(_COMPARE[tree.operator](left, right), left, right)
        case Member():
            item = value(tree.item)
            return _known(np.isin(item, tree.values), item)
        case TextMatch():
            found = matches(texts[tree.item.id], tree.words, within=tree.within)
            return _known(found, value(tree.item))
        case Not():
            return 1.0 - _truth(value(tree.part))
        case Logic():
            return _logic(tree.operator, [value(part) for part in tree.parts])
        case Binary():
            return _finite(_ARITHMETIC[tree.operator], value(tree.left), value(tree.right))
        case Call():
            return _call(tree, values, value)


def is_true(
    tree: Expression,
    values: Mapping[str, FloatArray],
    *,
    n_rows: int,
    texts: Texts = _NO_TEXTS,
) -> NDArray[np.bool_]:
    """State for whom a condition is known to be true, (n_rows,)."""
    return np.equal(evaluate(tree, values, n_rows=n_rows, texts=texts), 1.0)


def _known(outcome: NDArray[np.bool_], *sides: FloatArray) -> FloatArray:
    missing = np.logical_or.reduce([np.isnan(side) for side in sides])
    return np.where(missing, np.nan, outcome.astype(float))


def _truth(number: FloatArray) -> FloatArray:
    return np.where(np.isnan(number), np.nan, (number != 0).astype(float))


def _logic(operator: str, parts: list[FloatArray]) -> FloatArray:
    truths = np.vstack([_truth(part) for part in parts])
    decisive = 0.0 if operator == "and" else 1.0
    undecided = np.where(np.isnan(truths).any(axis=0), np.nan, 1.0 - decisive)
    return np.where((truths == decisive).any(axis=0), decisive, undecided)


def _finite(
    operation: Callable[[FloatArray, FloatArray], FloatArray], left: FloatArray, right: FloatArray
) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        result = operation(left, right)
    return np.where(np.isfinite(result), result, np.nan)


def _call(
    call: Call, values: Mapping[str, FloatArray], value: Callable[[Expression], FloatArray]
) -> FloatArray:
    if call.function == "answered":
        name = call.arguments[0]
        assert isinstance(name, Name)
        return (~np.isnan(values[name.id])).astype(float)
    if call.function == "includes":
        return _includes(call, values)
    if call.function == "option":
        name, option = call.arguments
        assert isinstance(name, Name)
        assert isinstance(option, Number)
        return np.asarray(values[choice_column(name.id, option.value)], dtype=float)
    found = [value(part) for part in call.arguments]
    match call.function:
        case "any":
            return _logic("or", found)
        case "all":
            return _logic("and", found)
        case "if":
            condition, yes, no = _truth(found[0]), found[1], found[2]
            return np.where(np.isnan(condition), np.nan, np.where(condition == 1.0, yes, no))
        case "abs":
            return np.abs(found[0])
        case "count":
            return np.asarray(np.vstack([_truth(part) for part in found]).sum(axis=0))
    with np.errstate(invalid="ignore", over="ignore"):
        result = _REDUCE[call.function](np.vstack(found), axis=0)
    return np.where(np.isfinite(result), result, np.nan)


def _includes(call: Call, values: Mapping[str, FloatArray]) -> FloatArray:
    name, *options = call.arguments
    assert isinstance(name, Name)
    numbers = [option.value for option in options if isinstance(option, Number)]
    return _logic("or", [values[choice_column(name.id, number)] for number in numbers])
