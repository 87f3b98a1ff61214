"""Two-valued reading of a rewritten condition agrees with three-valued reading of the original."""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.instruments.language.evaluation import evaluate, is_true
from coprod_stats.instruments.language.expressions import parse_expression
from coprod_stats.instruments.language.tree import (
    Binary,
    Call,
    Compare,
    Expression,
    Logic,
    Name,
    Not,
    Number,
)
from coprod_stats.instruments.texts import Text
from coprod_stats.instruments.variables import Derived
from coprod_stats.platforms.two_valued_conditions import FALSE, TRUE, known_to_hold

COMPARE = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
ARITHMETIC = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
REDUCE = {
    "sum": lambda found: sum(found),
    "mean": lambda found: sum(found) / len(found),
    "min": min,
    "max": max,
    "abs": lambda found: abs(found[0]),
}
CONDITIONS = (
    "A == 1",
    "A != 1",
    "not A == 1",
    "A < 3",
    "A in (1, 2)",
    "not A in (1, 2)",
    "A == 1 and B > 2",
    "A == 1 or B > 2",
    "not (A == 1 or B > 2)",
    "A + B > 3",
    "A / B > 1",
    "any(A > 1, B > 1)",
    "not all(A > 1, B > 1)",
    "answered(A)",
    "not answered(A)",
    "includes(M, 1)",
    "not includes(M, 1, 2)",
    "count(A > 1, B > 1, includes(M, 1)) >= 2",
    "count(A == 1, not B == 1) == 0",
    "sum(A, B) > 3",
    "mean(A, B) < 2",
    "min(A, B) == 1",
    "max(A, B) != 3",
    "abs(A - B) == 1",
    "if(A == 1, B, 0) > 1",
    "1 - if(B > 1, A, 2) < 0",
    "LOYAL == 1",
    "LOYAL == 0",
    "not answered(LOYAL)",
    "LOYAL != 1 or B == 2",
    "AMOUNT > 3",
    "not answered(AMOUNT)",
    "not (A == 1)",
    "count(LOYAL) == 1",
    "1 == 1",
    "answered(M)",
    "if(LOYAL, A, B) == 2",
    "not (A == 1 and not B == 1)",
    "A / 2 == 1",
)


@pytest.fixture(scope="module")
def instrument() -> Instrument:
    derived = (
        Derived("LOYAL", Text((("en", "Loyal"),)), parse_expression("A == 1 and B > 1")),
        Derived("AMOUNT", Text((("en", "Amount"),)), parse_expression("A + B")),
    )
    return replace(read_instrument("carers"), derived=derived)


def answers() -> list[dict[str, float]]:
    numbers = (-9.0, np.nan, 0.0, 1.0, 2.0, 3.0)
    ticks = ((np.nan, np.nan), (-9.0, -9.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
    return [
        {"A": a, "B": b, "M__1": one, "M__2": two}
        for a in numbers
        for b in numbers
        for one, two in ticks
    ]


def plainly(tree: Expression, row: dict[str, float]) -> Any:
    """Read a tree as a platform does: codes of missing answers are numbers like others."""
    match tree:
        case Number(value):
            return value
        case Name(id=id):
            return 0.0 if np.isnan(row[id]) else row[id]
        case Binary(sign, left, right):
            divisor = plainly(right, row)
            return (
                0.0
                if sign == "/" and not divisor
                else ARITHMETIC[sign](plainly(left, row), divisor)
            )
        case Compare(sign, left, right):
            return COMPARE[sign](plainly(left, row), plainly(right, row))
        case Not(part):
            return not plainly(part, row)
        case Logic(sign, found):
            return (all if sign == "and" else any)(plainly(part, row) for part in found)
        case Call("answered", (Name(id="M"),)):
            return row["M__1"] >= 0
        case Call("answered", (Name(id=id),)):
            return not np.isnan(row[id]) and row[id] != -9
        case Call("includes", (Name(id=id), Number(value))):
            return row[f"{id}__{value:.0f}"] == 1
        case Call("count", found):
            return sum(bool(plainly(part, row)) for part in found)
        case Call(function, found):
            return REDUCE[function]([plainly(part, row) for part in found])
    raise AssertionError(tree)


@pytest.mark.parametrize("text", CONDITIONS)
def test_two_valued_reading_gives_the_same_answer(text: str, instrument: Instrument) -> None:
    tree, rows = parse_expression(text), answers()
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    values = {name: np.where(column == -9, np.nan, column) for name, column in columns.items()}
    values["M"] = np.where(np.isnan(values["M__1"]), np.nan, 1.0)
    for entry in instrument.derived:
        values[entry.id] = evaluate(entry.value, values, n_rows=len(rows))
    expected = is_true(tree, values, n_rows=len(rows))
    rewritten = known_to_hold([tree], instrument)
    assert [bool(plainly(rewritten, row)) for row in rows] == expected.tolist()


def test_what_decides_nothing_goes(instrument: Instrument) -> None:
    assert known_to_hold([], instrument) == TRUE
    assert known_to_hold([parse_expression("1 == 1 and 2 < 1")], instrument) == FALSE
    same = [parse_expression("A == 1"), parse_expression("A == 1 and B == 2")]
    assert known_to_hold(same, instrument) == Logic(
        "and", (Compare("==", Name("A"), Number(1.0)), Compare("==", Name("B"), Number(2.0)))
    )
