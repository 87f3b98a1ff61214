"""Labels, defined parameters and constraints in the language of Mplus."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal

from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.peers.mplus_names import MplusNames
from coprod_stats.sem.model.expressions import Call, Expression, Name, Number, names_in
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.model.syntax_tree import Definition

_FUNCTIONS = {
    "exp": "EXP",
    "log": "LOG",
    "log10": "LOG10",
    "sqrt": "SQRT",
    "abs": "ABS",
    "sin": "SIN",
    "cos": "COS",
    "tan": "TAN",
    "pnorm": "PHI",
}


class Labels:
    """The labels of rows, and the meaning of names in expressions.

    Parameters
    ----------
    table : ParameterTable
    names : MplusNames
    """

    def __init__(self, table: ParameterTable, names: MplusNames) -> None:
        self._names = names
        self._values: dict[str, float] = {}
        self._words: dict[str, str] = {}
        by_row: dict[int, str] = {}
        for index, row in enumerate(table):
            word = row.label or table.position_label(index)
            by_row[index] = word
            for name in {word, table.position_label(index)} - self._words.keys():
                self._words[name] = word
                if row.free < 0:
                    self._values[name] = row.fixed
        needed = self._needed(table)
        self._of_row = {
            index: word
            for index, word in by_row.items()
            if table.rows[index].free >= 0 and word in needed
        }

    @classmethod
    def none(cls, table: ParameterTable, names: MplusNames) -> Labels:
        """Return no row a label."""
        labels = cls(table, names)
        labels._of_row = {}
        return labels

    def _needed(self, table: ParameterTable) -> set[str]:
        """Words that are shared by rows, or read or bounded somewhere."""
        free = [table.rows[index] for index in table.free_rows]
        counts: dict[str, int] = {}
        for row in free:
            counts[row.label] = counts.get(row.label, 0) + 1
        needed = {row.label for row in free if row.label and counts[row.label] > 1}
        for index in table.free_rows:
            row = table.rows[index]
            if math.isfinite(row.lower) or math.isfinite(row.upper):
                needed.add(row.label or table.position_label(index))
        expressions = [item.expression for item in table.definitions]
        expressions += [side for item in table.constraints for side in (item.left, item.right)]
        read = {name for expression in expressions for name in names_in(expression)}
        return needed | {self._words[name] for name in read if name in self._words}

    def of_row(self, index: int) -> str:
        """Return the label of a row; empty where it needs none."""
        word = self._of_row.get(index)
        return "" if word is None else self._names("label", word)

    def word(self, name: str) -> str:
        """Write a name that an expression reads: a label, a number, or a new parameter."""
        if name in self._values:
            return _signed_number(self._values[name])
        return self._names("label", self._words.get(name, name))


def constraint_lines(table: ParameterTable, labels: Labels, names: MplusNames) -> Iterator[str]:
    """Write definitions, constraints and bounds.

    Inequalities between more than two parameters or numbers go through a new parameter.

    Raises
    ------
    LatentModelError
        At a function that Mplus lacks.
    """
    for definition in _in_order(table):
        word = names("label", definition.name)
        yield f"NEW({word});"
        yield f"{word} = {_written(definition.expression, labels)};"
    for place, item in enumerate(table.constraints, start=1):
        left, right = (_written(side, labels) for side in (item.left, item.right))
        if item.operator == "==":
            yield f"0 = {left} - ({right});"
            continue
        greater, smaller = (right, left) if item.operator == "<" else (left, right)
        if isinstance(item.left, Name | Number) and isinstance(item.right, Name | Number):
            yield f"{greater} > {smaller};"
        else:
            word = names("label", f"above{place}")
            yield from (f"NEW({word});", f"{word} = {greater} - ({smaller});", f"{word} > 0;")
    for index in table.free_rows:
        row = table.rows[index]
        for bound, sign in ((row.lower, ">"), (row.upper, "<")):
            if math.isfinite(bound):
                yield f"{labels.of_row(index)} {sign} {plain_number(bound)};"


def _in_order(table: ParameterTable) -> list[Definition]:
    """Return definitions, each after those that it reads; cycles were refused before."""
    left = {item.name: item for item in table.definitions}
    ordered: list[Definition] = []
    while left:
        ready = [item for item in left.values() if not names_in(item.expression) & set(left)]
        for item in ready:
            ordered.append(item)
            del left[item.name]
    return ordered


def _written(expression: Expression, labels: Labels) -> str:
    if isinstance(expression, Number):
        return _signed_number(expression.value)
    if isinstance(expression, Name):
        return labels.word(expression.name)
    if len(expression.arguments) == 1:
        return _called(expression.function, expression.arguments[0], labels)
    left, right = (_bracketed(argument, labels) for argument in expression.arguments)
    operator = "**" if expression.function == "^" else f" {expression.function} "
    return f"{left}{operator}{right}"


def _called(function: str, argument: Expression, labels: Labels) -> str:
    if function == "neg":
        return f"(0 - {_bracketed(argument, labels)})"
    if function == "log2":
        return f"(LOG({_written(argument, labels)}) / LOG(2))"
    if function not in _FUNCTIONS:
        raise LatentModelError(f"not available in Mplus: the function {function}()")
    return f"{_FUNCTIONS[function]}({_written(argument, labels)})"


def _bracketed(expression: Expression, labels: Labels) -> str:
    written = _written(expression, labels)
    is_compound = isinstance(expression, Call) and len(expression.arguments) == 2
    return f"({written})" if is_compound else written


def plain_number(value: float) -> str:
    """Write a number without an exponent, so that it is read back unchanged."""
    if value == int(value):
        return str(int(value))
    return format(Decimal(repr(float(value))), "f")


def _signed_number(value: float) -> str:
    """Write a number as an operand: a negative one in brackets."""
    return f"({plain_number(value)})" if value < 0 else plain_number(value)
