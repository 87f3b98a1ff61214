"""Conditions of an instrument as survey platforms understand them: true or false, never unknown.

An instrument asks a question where its condition is *known* to hold; an answer that is missing
makes a condition unknown (Kleene's strong logic). Platforms know two values and compare a blank,
or a code such as -9, like any other. ``known_to_hold`` rewrites a condition so that two-valued
reading of the result gives the same answer: negations are pushed to the comparisons, each of
which demands that what it compares is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from coprod_stats.instruments.language.tree import (
    Binary,
    Call,
    Compare,
    Comparison,
    Expression,
    Logic,
    Member,
    Name,
    Not,
    Number,
    TextMatch,
)
from coprod_stats.instruments.model import Instrument

TRUE, FALSE = Number(1.0), Number(0.0)
_OPPOSITE: dict[Comparison, Comparison] = {
    "==": "!=",
    "!=": "==",
    "<": ">=",
    ">=": "<",
    ">": "<=",
    "<=": ">",
}
_BOOLEAN_CALLS = ("any", "all", "answered", "includes")
Derived = Mapping[str, Expression]


def known_to_hold(conditions: Sequence[Expression], instrument: Instrument) -> Expression:
    """Describe when all conditions are known to hold, in two-valued logic.

    Returns
    -------
    Expression
        ``TRUE``, ``FALSE`` or a tree of ``Logic`` over ``Compare`` (of numbers, names, arithmetic
        and numeric functions), ``answered(X)``, ``includes(M, v)`` with one value, texts compared
        with words, and ``Not`` of the latter three. Derived variables are written out; the
        arguments of ``count`` are conditions of the same kind.
    """
    derived = {entry.id: entry.value for entry in instrument.derived}
    return both([_holds(condition, True, derived) for condition in conditions])


def not_known_to_fail(condition: Expression, instrument: Instrument) -> Expression:
    """Describe when a condition is not known to be false, in two-valued logic."""
    derived = {entry.id: entry.value for entry in instrument.derived}
    return _negated(_holds(condition, False, derived))


def known_value(
    tree: Expression, instrument: Instrument
) -> tuple[tuple[Expression, Expression], ...]:
    """Return a value by cases: conditions in two-valued logic, and the number where one holds.

    At most one holds; where none does the value is unknown. A condition is 1 or 0.
    """
    derived = {entry.id: entry.value for entry in instrument.derived}
    return tuple(_value_cases(_numeric(tree, derived), derived))


def _value_cases(tree: Expression, derived: Derived) -> Iterator[tuple[Expression, Expression]]:
    choice = next(_choices(tree), None)
    if choice is None:
        yield both(list(_known(tree, derived))), _counted(tree, derived)
        return
    condition, yes, no = choice.arguments
    for holds, branch in ((True, yes), (False, no)):
        chosen = _holds(condition, holds, derived)
        for known, value in _value_cases(_put(tree, choice, branch), derived):
            case = both([chosen, known])
            if case != FALSE:
                yield case, value


def anyone(conditions: Sequence[Expression]) -> Expression:
    """Join conditions of which one must hold."""
    return _join("or", conditions)


def both(parts: Sequence[Expression]) -> Expression:
    """Join conditions that must all hold."""
    return _join("and", parts)


def _holds(tree: Expression, wanted: bool, derived: Derived) -> Expression:
    """Describe when a condition is known to be true (wanted) or known to be false."""
    match tree:
        case Number(value):
            return TRUE if (value != 0) == wanted else FALSE
        case Name(id=id) if id in derived:
            return _holds(derived[id], wanted, derived)
        case Not(part):
            return _holds(part, not wanted, derived)
        case Logic(operator, found):
            return _fold(operator, found, wanted, derived)
        case Call("any" | "all" as function, found):
            return _fold("or" if function == "any" else "and", found, wanted, derived)
        case Call("answered", (Name() as name,)):
            known = _name_known(name, derived)
            return known if wanted else _negated(known)
        case Call("includes", (Name() as name, *options)):
            chosen = [Call("includes", (name, option)) for option in options]
            if wanted:
                return _join("or", chosen)
            return both([Call("answered", (name,)), *(Not(one) for one in chosen)])
        case TextMatch(item, words, within):
            name = Name(item.id)
            match = TextMatch(name, words, within)
            return match if wanted else both([Call("answered", (name,)), Not(match)])
        case Member(item, values):
            equal = tuple(Compare("==", item, Number(value)) for value in values)
            return _fold("or", equal, wanted, derived)
        case Compare(operator, left, right):
            operator = operator if wanted else _OPPOSITE[operator]
            return _comparison(operator, left, right, derived)
        case _:
            return _comparison("!=" if wanted else "==", tree, FALSE, derived)


def _fold(
    operator: Literal["and", "or"], found: Sequence[Expression], wanted: bool, derived: Derived
) -> Expression:
    turned: Literal["and", "or"] = "or" if operator == "and" else "and"
    return _join(operator if wanted else turned, [_holds(part, wanted, derived) for part in found])


def _comparison(
    operator: Comparison, left: Expression, right: Expression, derived: Derived
) -> Expression:
    """Compare two numbers; what stands in an ``if`` is compared branch by branch."""
    compared = Compare(operator, _numeric(left, derived), _numeric(right, derived))
    choice = next(_choices(compared), None)
    if choice is not None:
        condition, yes, no = choice.arguments
        return _join(
            "or",
            [
                both(
                    [
                        _holds(condition, holds, derived),
                        _replaced(compared, choice, branch, derived),
                    ]
                )
                for holds, branch in ((True, yes), (False, no))
            ],
        )
    if isinstance(compared.left, Number) and isinstance(compared.right, Number):
        return TRUE if compares(operator, compared.left.value, compared.right.value) else FALSE
    if _implies_known(compared):
        return compared
    sides = (compared.left, compared.right)
    known = [condition for side in sides for condition in _known(side, derived)]
    return both([*known, Compare(operator, *(_counted(side, derived) for side in sides))])


def _counted(tree: Expression, derived: Derived) -> Expression:
    """Write what is counted as conditions in two-valued logic."""
    match tree:
        case Call("count", arguments):
            return Call("count", tuple(_holds(part, True, derived) for part in arguments))
        case Binary(operator, left, right):
            return Binary(operator, _counted(left, derived), _counted(right, derived))
        case Call(function, arguments):
            return Call(function, tuple(_counted(part, derived) for part in arguments))
        case _:
            return tree


def _replaced(compared: Compare, choice: Call, branch: Expression, derived: Derived) -> Expression:
    left, right = (_put(side, choice, branch) for side in (compared.left, compared.right))
    return _comparison(compared.operator, left, right, derived)


def _put(tree: Expression, choice: Call, branch: Expression) -> Expression:
    """Replace an ``if`` by one of its branches."""
    if tree is choice:
        return branch
    match tree:
        case Binary(operator, left, right):
            return Binary(operator, _put(left, choice, branch), _put(right, choice, branch))
        case Call(function, arguments) if function != "count":
            return Call(function, tuple(_put(part, choice, branch) for part in arguments))
        case _:
            return tree


def _numeric(tree: Expression, derived: Derived) -> Expression:
    """Write derived variables out, conditions as 1 or 0."""
    match tree:
        case Name(id=id) if id in derived:
            return _numeric(derived[id], derived)
        case Name(id=id):
            return Name(id)
        case Binary(operator, left, right):
            return Binary(operator, _numeric(left, derived), _numeric(right, derived))
        case Call("count", _):
            return tree
        case Call("if", (condition, yes, no)):
            return Call("if", (condition, _numeric(yes, derived), _numeric(no, derived)))
        case Call("option", _):
            return tree
        case Call(function, arguments) if function not in _BOOLEAN_CALLS:
            return Call(function, tuple(_numeric(part, derived) for part in arguments))
        case Number():
            return tree
        case _:
            return Call("if", (tree, TRUE, FALSE))


def _choices(tree: Expression) -> Iterator[Call]:
    match tree:
        case Call("if", _):
            yield tree
        case Call("count", _):
            return
        case Compare(_, left, right) | Binary(_, left, right):
            yield from _choices(left)
            yield from _choices(right)
        case Call(_, arguments):
            for argument in arguments:
                yield from _choices(argument)


def _known(tree: Expression, derived: Derived) -> Iterator[Expression]:
    """Return what must be known, and not be divided by, for a number to be known."""
    match tree:
        case Name():
            yield Call("answered", (tree,))
        case Call("count", arguments):
            for part in arguments:
                yield _join("or", [_holds(part, True, derived), _holds(part, False, derived)])
        case Call("option", (Name() as name, _)):
            yield Call("answered", (name,))
        case Binary(operator, left, right):
            yield from _known(left, derived)
            yield from _known(right, derived)
            if operator == "/" and not isinstance(right, Number):
                yield Compare("!=", right, FALSE)
        case Call(_, arguments):
            for argument in arguments:
                yield from _known(argument, derived)


def _name_known(name: Name, derived: Derived) -> Expression:
    value = derived.get(name.id)
    if value is None:
        return Call("answered", (Name(name.id),))
    return _join("or", [_holds(value, True, derived), _holds(value, False, derived)])


def _implies_known(compared: Compare) -> bool:
    """Return whether only an answer can fulfil it: codes of missing ones are negative."""
    match compared:
        case Compare("==" | ">=", Name(), Number(value)):
            return value > 0
        case Compare(">", Name(), Number(value)):
            return value >= 0
        case _:
            return False


def compares(operator: Comparison, left: float, right: float) -> bool:
    """Compare two numbers."""
    return {
        "==": left == right,
        "!=": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[operator]


def _negated(tree: Expression) -> Expression:
    match tree:
        case Number(value):
            return FALSE if value else TRUE
        case Not(part):
            return part
        case Logic(operator, found):
            return _join("or" if operator == "and" else "and", [_negated(part) for part in found])
        case Compare(operator, left, right):
            opposite = Compare(_OPPOSITE[operator], left, right)
            if not _implies_known(tree):
                return opposite
            # platforms differ in how a blank compares: that it is one must be said
            return _join("or", [Not(Call("answered", (left,))), opposite])
        case _:
            return Not(tree)


def _join(operator: Literal["and", "or"], parts: Sequence[Expression]) -> Expression:
    """Join conditions; what is said twice or decides nothing goes."""
    neutral, decisive = (TRUE, FALSE) if operator == "and" else (FALSE, TRUE)
    flat: list[Expression] = []
    for part in parts:
        inner = part.parts if isinstance(part, Logic) and part.operator == operator else (part,)
        flat += [one for one in inner if one not in flat and one != neutral]
    if decisive in flat:
        return decisive
    if not flat:
        return neutral
    return flat[0] if len(flat) == 1 else Logic(operator, tuple(flat))
