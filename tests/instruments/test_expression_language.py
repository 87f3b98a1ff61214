"""The expression language: what it reads, what it refuses and where it points."""

from __future__ import annotations

import pickle
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprod_stats.instruments.language.expression_text import expression_text
from coprod_stats.instruments.language.expressions import (
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_LENGTH,
    ExpressionError,
    parse_expression,
)
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
    TextMatch,
    names,
    walk,
)


def shape(tree: Expression) -> str:
    """Write a tree with every bracket, so that precedence shows."""
    match tree:
        case Number(value):
            return f"{value:g}"
        case Name(id):
            return id
        case Compare(operator, left, right) | Binary(operator, left, right):
            return f"({shape(left)} {operator} {shape(right)})"
        case Member(item, values):
            return f"({shape(item)} in {', '.join(f'{value:g}' for value in values)})"
        case Logic(operator, found):
            return f"({f' {operator} '.join(map(shape, found))})"
        case Not(part):
            return f"(not {shape(part)})"
        case Call(function, arguments):
            return f"{function}[{', '.join(map(shape, arguments))}]"
        case TextMatch(item, words, within):
            return f"({item.id} {'~' if within else '=='} {words})"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A + B * 2", "(A + (B * 2))"),
        ("A == 'so' and not B != \"it's\"", "((A == so) and (not (not (B == it's))))"),
        ("A in ('x', 'y') or contains(B, 'z')", "(((A == x) or (A == y)) or (B ~ z))"),
        ("any(A1..A2 == 'x')", "any[(A1 == x), (A2 == x)]"),
        ("(A + B) * 2", "((A + B) * 2)"),
        ("A - B - 1", "((A - B) - 1)"),
        ("A / B / 2", "((A / B) / 2)"),
        ("A - -1", "(A - -1)"),
        ("A + 1 > B * 2", "((A + 1) > (B * 2))"),
        ("not A == 1", "(not (A == 1))"),
        ("not A == 1 and B == 2", "((not (A == 1)) and (B == 2))"),
        ("A == 1 or B == 1 and C == 1", "((A == 1) or ((B == 1) and (C == 1)))"),
        ("(A == 1 or B == 1) and C == 1", "(((A == 1) or (B == 1)) and (C == 1))"),
        ("A == 1 and B == 1 and C == 1", "((A == 1) and (B == 1) and (C == 1))"),
        ("not not A", "(not (not A))"),
        ("A in (1, -2, 3.5)", "(A in 1, -2, 3.5)"),
        ("A + B in (1, 2)", "((A + B) in 1, 2)"),
        ("A != -1", "(A != -1)"),
        ("A1..A3", None),
        ("sum(A1..A3)", "sum[A1, A2, A3]"),
        ("any(A1..A2 > 0)", "any[(A1 > 0), (A2 > 0)]"),
        ("all(A1..A2 in (1, 2), B == 1)", "all[(A1 in 1, 2), (A2 in 1, 2), (B == 1)]"),
        ("count(A9..A10 >= B + 1)", "count[(A9 >= (B + 1)), (A10 >= (B + 1))]"),
        ("sum(A2B1..A2B2)", "sum[A2B1, A2B2]"),
        ("mean(A, B, 3)", "mean[A, B, 3]"),
        ("if(A == 1, B, C)", "if[(A == 1), B, C]"),
        ("abs(A - B)", "abs[(A - B)]"),
        ("answered(A) and includes(B, 1, 2)", "(answered[A] and includes[B, 1, 2])"),
        ("  A\n  ==\t1 ", "(A == 1)"),
        ("min(max(A, B), 2)", "min[max[A, B], 2]"),
    ],
)
def test_precedence_and_forms(text: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(ExpressionError):
            parse_expression(text)
    else:
        assert shape(parse_expression(text)) == expected


@pytest.mark.parametrize(
    ("text", "column", "found"),
    [
        ("", 0, "the text ends, but a number, an item or a function was expected"),
        ("   ", 3, "the text ends"),
        ("A ==", 4, "the text ends, but a number, an item or a function was expected"),
        ("A == == 1", 5, "'==' stands where a number, an item or a function was expected"),
        ("A = 1", 2, "'=' is not part of the language"),
        ("A == 'x", 5, "''' is not part of the language"),
        ("A == 1 and 'x'", 11, "''x'' stands where a number, an item or a function was expected"),
        ("A < 'x'", 4, "''x'' stands where a number: texts are compared by '==' and '!='"),
        ("A + 1 == 'x'", 9, "a text is compared with one item"),
        ("A == ''", 5, "a text to compare with has 1 to 200 characters on one line"),
        ("A == 'x '", 5, "a text to compare with has 1 to 200 characters on one line"),
        ("A in ('x', 1)", 11, "'1' stands where a text in quotation marks was expected"),
        ("contains(A, 1)", 12, "'1' stands where a text in quotation marks was expected"),
        ("A & B", 2, "'&' is not part of the language"),
        ("A.__class__", 1, "'.' is not part of the language"),
        ("A B", 2, "'B' stands where 'and', 'or' or an operator was expected"),
        ("1 < A < 3", 6, "'<' stands where 'and', 'or' or an operator was expected"),
        ("(A == 1", 7, "the text ends, but ')' was expected"),
        ("A == 1)", 6, "')' stands where 'and', 'or' or an operator was expected"),
        ("A in 1", 5, "'1' stands where '(' was expected"),
        ("A in (B)", 6, "'B' stands where a number was expected"),
        ("A in ()", 6, "')' stands where a number was expected"),
        ("A in (1, )", 9, "')' stands where a number was expected"),
        ("-A", 1, "'A' stands where a number was expected"),
        ("and", 0, "'and' stands where a number, an item or a function was expected"),
        ("A and or B", 6, "'or' stands where"),
        ("sum()", 4, "')' stands where a number, an item or a function was expected"),
        ("sum A", 4, "'A' stands where '(' was expected"),
        ("sum(A", 5, "the text ends, but ')' was expected"),
        ("A1..A3 > 0", 0, "a range stands only among a function's arguments"),
        ("sum(A1..B3)", 4, "a range has one stem, not 'A1..B3'"),
        ("sum(A3..A1)", 4, "a range runs upwards, at most 200 ids: 'A3..A1'"),
        ("sum(A1..A1)", 4, "a range runs upwards"),
        ("sum(A1..A999999999999)", 4, "a range runs upwards"),
        ("answered(A, B)", 0, "'answered' takes one item"),
        ("answered(1)", 0, "'answered' takes one item"),
        ("B + if(A, 1)", 4, "'if' takes a condition and two values"),
        ("abs(A, B)", 0, "'abs' takes one value"),
        ("includes(A)", 0, "'includes' takes a multiple-choice item and one or more"),
        ("includes(A, B)", 0, "'includes' takes"),
        ("includes(1, 2)", 0, "'includes' takes"),
        ("open(1)", 4, "'(' stands where 'and', 'or' or an operator was expected"),
        (f"A > {'9' * (MAX_DIGITS + 1)}", 4, f"a number has at most {MAX_DIGITS} digits"),
    ],
)
def test_errors_say_what_and_where(text: str, column: int, found: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text)
    assert caught.value.column == column
    assert found in caught.value.found
    assert f"at character {column + 1} of '{text}'" in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "A" + ")" * 10_000,
        "(" * (MAX_DEPTH + 2) + "A" + ")" * (MAX_DEPTH + 2),
        "not " * 1_000 + "A",
        "abs(" * 500 + "A" + ")" * 500,
        "A" + " + 1" * 1_000,
        "A" + " * 2" * 1_000,
        "A == 1 or " * 20_000 + "A == 2",
    ],
    ids=["brackets", "few brackets", "not", "calls", "sum", "product", "length"],
)
def test_depth_and_length_are_bounded(text: str) -> None:
    with pytest.raises(ExpressionError, match=r"too deeply nested|longer than"):
        parse_expression(text)


def test_long_flat_expressions_are_read() -> None:
    text = " or ".join(f"A{k} == 1" for k in range(1, 300))
    assert len(text) < MAX_LENGTH
    assert len(names(parse_expression(text))) == 299


def test_names_and_walk() -> None:
    tree = parse_expression("B + A > 1 and not answered(A) or C in (1, 2)")
    assert names(tree) == ("B", "A", "C")
    assert [type(node).__name__ for node in walk(tree)] == [
        "Logic",
        "Logic",
        "Compare",
        "Binary",
        "Name",
        "Name",
        "Number",
        "Not",
        "Call",
        "Name",
        "Member",
        "Name",
    ]


TOKENS = (
    "A",
    "B1",
    "A1..A3",
    "and",
    "or",
    "not",
    "in",
    "(",
    ")",
    ",",
    "==",
    "<",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "1",
    "2.5",
    "sum",
    "any",
    "if",
    "answered",
    "includes",
    "abs",
    "..",
    "'",
    "é",
    "\x00",
)


@given(st.one_of(st.text(), st.lists(st.sampled_from(TOKENS), max_size=25).map(" ".join)))
def test_any_text_is_an_expression_or_an_error(text: str) -> None:
    with suppress(ExpressionError):
        parse_expression(text)


@pytest.mark.parametrize(
    "text",
    [
        "A == 1",
        "A - B + 2 * C - D / 3",
        "A - (B - C) > 2 * B + 1",
        "(A + B) * C - A / (B * C)",
        "A in (1, -2, 0.5) and (B == 1 or not C > -1)",
        "not (A == 1 and B == 2) or C != 3",
        "(A > 1) == (B > 1)",
        "count(A < 18, B) + if(answered(A), 1, 0)",
        'includes(A, 2) and NAME == "it\'s"',
        'contains(NAME, \'the "Hall"\') and not OTHER == "x"',
    ],
)
def test_the_text_of_a_tree_is_the_one_it_was_read_from(text: str) -> None:
    assert expression_text(parse_expression(text)) == text


def test_a_range_is_written_out() -> None:
    assert expression_text(parse_expression("mean(A1..A3)")) == "mean(A1, A2, A3)"
