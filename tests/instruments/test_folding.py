"""Expressions in which a variable is never known."""

from __future__ import annotations

import re

import numpy as np
import pytest
from inline_questionnaires import Read

from coprod_stats.instruments.language.evaluation import evaluate
from coprod_stats.instruments.language.expressions import parse_expression
from coprod_stats.instruments.language.folding import FALSE, MISSING, TRUE, given, without
from coprod_stats.instruments.language.tree import Number


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("X == 1 or answered(ARM)", "X == 1"),
        ("X == 1 and not answered(ARM)", "X == 1"),
        ("X == 1 and Y == 2", "X == 1 and Y == 2"),
        ("count(X, Y) > 1", "count(X, Y) > 1"),
        ("X in (1, 2)", "X in (1, 2)"),
        ("not X == 1", "not X == 1"),
        ("X + 1 > 2 or answered(ARM)", "X + 1 > 2"),
    ],
)
def test_what_constants_decide_goes(text: str, left: str) -> None:
    def plain(expression: str) -> str:
        return re.sub(r", column=\d+", "", repr(expression))

    assert plain(without(parse_expression(text), {"ARM"})) == plain(parse_expression(left))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("not answered(ARM) or ARM == 1", Number(1.0)),
        ("not not answered(ARM) and X == 1", Number(0.0)),
        ("ARM == 1", MISSING),
        ("ARM in (1, 2)", MISSING),
        ("not ARM == 1", MISSING),
        ("not answered(ARM) and not answered(ARM)", Number(1.0)),
    ],
)
def test_constants(text: str, value: object) -> None:
    assert without(parse_expression(text), {"ARM"}) == value


@pytest.mark.parametrize("text", ["X == 1 or ARM == 2", "X == 1 and ARM == 2", "sum(X, ARM) > 1"])
def test_the_value_is_that_of_a_missing_variable(text: str) -> None:
    tree = parse_expression(text)
    values = {"X": np.array([0.0, 1.0, np.nan]), "ARM": np.full(3, np.nan)}
    expected = evaluate(tree, values, n_rows=3)
    found = evaluate(without(tree, {"ARM"}), {"X": values["X"]}, n_rows=3)
    np.testing.assert_array_equal(found, expected)


def test_a_form_that_does_not_assign_an_arm_asks_without_it(read: Read) -> None:
    survey = read("""
        instrument: survey
        version: 1.0.0
        title: A survey
        languages: [en]
        forms: {core: {title: Core}, full: {title: Full}}
        assigned: {ARM: {title: Arm, levels: {1: a, 2: b}, forms: [full]}}
        administrative: [{id: ORG, title: Organisation, forms: [full]}]
        placeholders: {NAME: {variable: ARM, otherwise: c}}
        pages:
          - page: first
            blocks:
              - block: one
                items:
                  - id: A
                    text: "A [NAME]?"
                    options: {1: "Yes"}
                    when: not answered(ARM) or ARM == 1
                    wordings: [{when: ARM == 1, text: "B?"}]
        """)
    assert survey.for_form("core").item("A").conditions == ()
    assert survey.for_form("core").columns == ("A",)
    assert survey.for_form("full").columns == ("ORG", "ARM", "A")
    assert [str(text) for _, text in survey.placeholders[0].levels] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "settled"),
    [
        ("ARM == 2", TRUE),
        ("ARM > 2", FALSE),
        ("ARM in (1, 3)", FALSE),
        ("not ARM == 2", FALSE),
        ("answered(ARM)", TRUE),
        ("GONE == 1", MISSING),
        ("answered(GONE)", FALSE),
        ("ARM / 0 == 1", MISSING),
        ("ARM == 2 or X > 1", TRUE),
        ("ARM == 1 and X > 1", FALSE),
    ],
)
def test_a_known_value_settles_what_it_decides(text: str, settled: object) -> None:
    assert given(parse_expression(text), {"ARM": 2.0, "GONE": None}) == settled
