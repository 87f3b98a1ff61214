"""Values of expressions: truth tables, missing values, and a plain-Python oracle."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coprod_stats.instruments.language.evaluation import choice_column, evaluate, is_true
from coprod_stats.instruments.language.expressions import parse_expression
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

NAN = float("nan")
Scalar = float | None


def value(text: str, **answers: float) -> float:
    columns = {name: np.array([answer], dtype=float) for name, answer in answers.items()}
    return float(evaluate(parse_expression(text), columns, n_rows=1)[0])


@pytest.mark.parametrize("operator", ["==", "!=", "<", "<=", ">", ">="])
def test_a_comparison_with_an_answer_that_is_missing_on_either_side_is_unknown(
    operator: str,
) -> None:
    for left, right in ((NAN, 1), (1, NAN), (NAN, NAN)):
        assert np.isnan(value(f"A {operator} B", A=left, B=right))
        assert np.isnan(value(f"not A {operator} B", A=left, B=right))


@pytest.mark.parametrize(
    ("left", "right", "conjunction", "disjunction"),
    [
        (1, 1, 1, 1),
        (1, 0, 0, 1),
        (1, NAN, NAN, 1),
        (0, 1, 0, 1),
        (0, 0, 0, 0),
        (0, NAN, 0, NAN),
        (NAN, 1, NAN, 1),
        (NAN, 0, 0, NAN),
        (NAN, NAN, NAN, NAN),
    ],
)
def test_kleene_truth_tables(
    left: float, right: float, conjunction: float, disjunction: float
) -> None:
    np.testing.assert_equal(value("A and B", A=left, B=right), conjunction)
    np.testing.assert_equal(value("A or B", A=left, B=right), disjunction)
    np.testing.assert_equal(value("all(A, B)", A=left, B=right), conjunction)
    np.testing.assert_equal(value("any(A, B)", A=left, B=right), disjunction)
    np.testing.assert_equal(value("not A", A=left), 1 - left)
    np.testing.assert_equal(
        value("not (A and B)", A=left, B=right), value("not A or not B", A=left, B=right)
    )


@pytest.mark.parametrize(
    ("text", "answers", "expected"),
    [
        ("A == 1", {"A": NAN}, NAN),
        ("A != 1", {"A": NAN}, NAN),
        ("A in (1, 2)", {"A": 2}, 1),
        ("A in (1, 2)", {"A": 3}, 0),
        ("A in (1, 2)", {"A": NAN}, NAN),
        ("A + B", {"A": 1, "B": NAN}, NAN),
        ("A / B", {"A": 1, "B": 0}, NAN),
        ("A / B", {"A": 0, "B": 0}, NAN),
        ("A / B", {"A": 3, "B": 2}, 1.5),
        ("sum(A, B)", {"A": 3, "B": 2}, 5),
        ("sum(A, B)", {"A": 3, "B": NAN}, NAN),
        ("mean(A, B)", {"A": 3, "B": 2}, 2.5),
        ("min(A, B)", {"A": 3, "B": 2}, 2),
        ("max(A, B)", {"A": 3, "B": NAN}, NAN),
        ("count(A > 0, B > 0)", {"A": 3, "B": 0}, 1),
        ("count(A > 0, B > 0)", {"A": 3, "B": NAN}, NAN),
        ("if(A == 1, B, 0)", {"A": 1, "B": 7}, 7),
        ("if(A == 1, B, 0)", {"A": 2, "B": NAN}, 0),
        ("if(A == 1, B, 0)", {"A": NAN, "B": 7}, NAN),
        ("abs(A)", {"A": -2}, 2),
        ("answered(A)", {"A": 0}, 1),
        ("answered(A)", {"A": NAN}, 0),
        ("not answered(A) or A == 0", {"A": NAN}, 1),
        ("includes(C, 1, 2)", {"C__1": 0, "C__2": 1}, 1),
        ("includes(C, 1, 2)", {"C__1": 0, "C__2": 0}, 0),
        ("includes(C, 1, 2)", {"C__1": NAN, "C__2": NAN}, NAN),
        ("sum(" + ", ".join(["A"] * 60) + ")", {"A": 1.7e307}, NAN),
    ],
)
def test_values(text: str, answers: dict[str, float], expected: float) -> None:
    np.testing.assert_equal(value(text, **answers), expected)


def test_a_condition_is_true_only_where_it_is_known_to_be() -> None:
    answers = {"A": np.array([1.0, 2.0, np.nan])}
    tree = parse_expression("A == 1")
    assert is_true(tree, answers, n_rows=3).tolist() == [True, False, False]
    assert is_true(Not(tree), answers, n_rows=3).tolist() == [False, True, False]


def test_a_column_of_an_option_is_named_as_in_the_canonical_table() -> None:
    assert choice_column("CHANNEL", 4.0) == "CHANNEL__4"


def test_an_unknown_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        evaluate(parse_expression("A"), {}, n_rows=1)


# The oracle: one respondent at a time, None for unknown, plain Python throughout.


def oracle(tree: Expression, answers: dict[str, Scalar]) -> Scalar:
    match tree:
        case Number(number):
            return number
        case Name(id):
            return answers[id]
        case Compare(operator, left, right):
            return compared(operator, oracle(left, answers), oracle(right, answers))
        case Member(item, values):
            found = oracle(item, answers)
            return None if found is None else float(any(found == wanted for wanted in values))
        case Not(part):
            return negated(oracle(part, answers))
        case Logic(operator, parts):
            truths = [oracle(part, answers) for part in parts]
            return conjoined(truths) if operator == "and" else disjoined(truths)
        case Binary(operator, left, right):
            return computed(operator, oracle(left, answers), oracle(right, answers))
        case Call(function, arguments):
            return called(function, arguments, answers)


def compared(operator: str, left: Scalar, right: Scalar) -> Scalar:
    if left is None or right is None:
        return None
    outcomes: dict[str, bool] = {
        "==": left == right,
        "!=": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }
    return float(outcomes[operator])


def negated(truth: Scalar) -> Scalar:
    return None if truth is None else float(not truth)


def conjoined(truths: list[Scalar]) -> Scalar:
    if any(truth is not None and not truth for truth in truths):
        return 0.0
    return None if None in truths else 1.0


def disjoined(truths: list[Scalar]) -> Scalar:
    return negated(conjoined([negated(truth) for truth in truths]))


def computed(operator: str, left: Scalar, right: Scalar) -> Scalar:
    if left is None or right is None or (operator == "/" and right == 0):
        return None
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    return left * right if operator == "*" else left / right


def in_order(numbers: list[float]) -> float:
    """Add as the array functions do: Python's own ``sum`` compensates from 3.12 on."""
    total = 0.0
    for number in numbers:
        total += number
    return total


REDUCED: dict[str, Callable[[list[float]], float]] = {
    "sum": in_order,
    "mean": lambda found: in_order(found) / len(found),
    "min": min,
    "max": max,
    "count": lambda found: float(sum(bool(number) for number in found)),
    "abs": lambda found: abs(found[0]),
}


def called(function: str, arguments: tuple[Expression, ...], answers: dict[str, Scalar]) -> Scalar:
    if function == "includes":
        name, *options = arguments
        assert isinstance(name, Name)
        wanted = [
            f"{name.id}__{option.value:g}" for option in options if isinstance(option, Number)
        ]
        return disjoined([answers[column] for column in wanted])
    found = [oracle(argument, answers) for argument in arguments]
    if function == "answered":
        return float(found[0] is not None)
    if function == "any":
        return disjoined(found)
    if function == "all":
        return conjoined(found)
    if function == "if":
        return None if found[0] is None else found[1] if found[0] else found[2]
    known = [number for number in found if number is not None]
    return REDUCED[function](known) if len(known) == len(found) else None


ITEMS = ("A", "B", "C")
CHOICES = ("M__1", "M__2")
answers_of_one = st.fixed_dictionaries(
    {name: st.one_of(st.none(), st.sampled_from([0.0, 1.0, 2.0, 5.0])) for name in ITEMS}
    | {name: st.one_of(st.none(), st.sampled_from([0.0, 1.0])) for name in CHOICES}
)


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Build larger expressions from smaller ones, as text."""
    listed = st.lists(inner, min_size=1, max_size=3).map(", ".join)
    reducers = st.sampled_from(["sum", "mean", "min", "max", "count", "any", "all"])
    operators = st.sampled_from(["+", "-", "*", "/", "==", "!=", "<", "<=", ">", ">=", "and", "or"])
    return st.one_of(
        st.tuples(inner, operators, inner).map(lambda parts: "({} {} {})".format(*parts)),
        st.tuples(reducers, listed).map(lambda parts: "{}({})".format(*parts)),
        st.tuples(inner, inner, inner).map(lambda parts: "if({}, {}, {})".format(*parts)),
        inner.map("(not {})".format),
        inner.map("abs({})".format),
        inner.map("({} in (1, 2))".format),
    )


expressions = st.recursive(
    st.sampled_from([*ITEMS, "0", "1", "2.5", "answered(B)", "includes(M, 1, 2)"]),
    grown,
    max_leaves=12,
)


@settings(deadline=None, max_examples=400)
@given(expressions, st.lists(answers_of_one, min_size=1, max_size=5))
def test_evaluation_agrees_with_a_plain_python_oracle(
    text: str, answers: list[dict[str, Scalar]]
) -> None:
    tree = parse_expression(text)
    columns = {
        name: np.array([NAN if row[name] is None else row[name] for row in answers], dtype=float)
        for name in (*ITEMS, *CHOICES)
    }
    found = evaluate(tree, columns, n_rows=len(answers))
    expected = [oracle(tree, row) for row in answers]
    np.testing.assert_array_equal(found, [NAN if number is None else number for number in expected])
