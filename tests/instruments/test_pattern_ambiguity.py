"""Patterns that a text which does not fit keeps busy without end, and those that look alike."""

from __future__ import annotations

import re
import time

import pytest

from coprod_stats.instruments.checks.pattern_ambiguity import is_exponential
from coprod_stats.instruments.questions import FORMATS


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b",
        "(a*)*",
        "(a+?)+?b",
        "((a+))+b",
        "(a|a)*b",
        "(a|aa)+b",
        "(a|b|ab)*c",
        "((ab)+|a+b)+c",
        "([A-Za-z]+|[a-z]+)*1",
        "([a-z]+)*[0-9]",
        r"(\w+\s?)*x",
        "([^,]*,?)*;",
        "(.*a){20}",
        "(x+x+)+y",
        "(é+)+b",
        "(a+){10}b",
        "(a{1,9}){1,9}b",
        "(a?){30}a{30}",
    ],
)
def test_a_loop_that_can_be_gone_through_in_two_ways(pattern: str) -> None:
    assert is_exponential(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        *FORMATS.values(),
        "",
        "[A-Z]{1,3}/[0-9]+",
        r"\w+([.-]\w+)*",
        r"([0-9]{1,3}\.){3}[0-9]{1,3}",
        "([a-z]+ )+[a-z]+",
        "[0-9]{4}( [0-9]{4}){3}",
        "([0-9]{1,2}){3}",
        "([A-Z]{2}[0-9]{2,6} ?)?",
        "([^,]*,)*;",
        "(ab|cd)*",
        "(Mo|Tu|We)+",
        "(a|ab)(c|bcd)*",
        "a*b*c*",
        "(a?)+b",
        "(" + "|".join(f"word{n}" for n in range(200)) + ")*",
    ],
)
def test_repetitions_that_have_one_way(pattern: str) -> None:
    assert not is_exponential(pattern)
    started = time.process_time()
    for text in ("a" * 42 + "!", "a " * 21 + "!", "1" * 42 + "!", "a," * 21 + "!"):
        re.fullmatch(pattern, text)
    assert time.process_time() - started < 1.0
