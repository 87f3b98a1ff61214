"""Patterns that a text which does not fit keeps busy without end, and those that look alike."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from coprod_stats.instruments.checks.pattern_ambiguity import is_exponential, most_steps
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
    texts = ("a" * 42 + "!", "a " * 21 + "!", "1" * 42 + "!", "a," * 21 + "!")
    matching = f"import re\nfor text in {texts!r}: re.fullmatch({pattern!r}, text)"
    # a pattern that is exponential after all takes 2**42 steps, which is hours
    subprocess.run([sys.executable, "-I", "-c", matching], check=True, timeout=300)


@pytest.mark.parametrize(
    ("pattern", "n_loops"),
    [
        (".*.*x", 2),
        (".*.*.*x", 3),
        (".*x.*y.*z.*", 4),
        (r"[^@ ]+@[^@ ]+\.[^@ ]+", 2),
        (r".+\..+\..+", 3),
        ("a*a*bc*c*d", 3),
        (r"\s*\w+\s*\w*\s*\w*!", 3),
        ("(ab)*(ab)*(ab)*c", 3),
        ("(a|b)*[ab]*(b|a)*x", 3),
        ("(x*x*x*y){2}", 5),
        *(
            (pattern, 1)
            for pattern in ("a*b*c*", "[^-]*-[^-]*-.*", "([a-z]+ )+[a-z]+", "[0-9]+", "")
        ),
        *((pattern, 2) for pattern in FORMATS.values() if "@" in pattern),
    ],
)
def test_steps_grow_with_a_power_of_the_length(pattern: str, n_loops: int) -> None:
    assert most_steps(pattern, 1000) == 1000.0**n_loops


@pytest.mark.parametrize(
    ("pattern", "steps"),
    [
        ("[0-9]{1,9}[0-9]{1,8}[0-9]{1,7}", 1000 * 8 * 7),
        ("[0-9]{2,5}[ /-]?[0-9]{3,8}[ -]?[0-9]{1,6}", 1000 * 5 * 6),
        (".{0,5000}.{0,5000}x", 1000**2),
        ("([0-9]{1,2},){0,9}x", 1000),
    ],
)
def test_repetitions_that_end_share_a_text_in_few_ways(pattern: str, steps: float) -> None:
    assert most_steps(pattern, 1000) == steps


def backtracking_steps(pattern: str, text: str) -> int:
    """Count the letters that backtracking compares; of single letters, sets and their ``*``."""
    pieces = re.findall(r"(\[\^?.\]|.)(\*?)", pattern)
    n_steps = 0

    def matches(piece: int, place: int) -> bool:
        nonlocal n_steps
        if piece == len(pieces):
            return place == len(text)
        letter, star = pieces[piece]
        end = place
        while end < len(text) and re.fullmatch(letter, text[end]):
            n_steps += 1
            end += 1
            if not star:
                return matches(piece + 1, end)
        n_steps += 1
        return bool(star) and any(matches(piece + 1, at) for at in range(end, place - 1, -1))

    matches(0, 0)
    return n_steps


@pytest.mark.parametrize("pattern", [".*.*.*x", "a*a*a*bx", "[^-]*-[^-]*-.*x", "a*.*x"])
def test_steps_grow_as_those_of_backtracking_do(pattern: str) -> None:
    counted = backtracking_steps(pattern, "a" * 80) / backtracking_steps(pattern, "a" * 40)
    judged = most_steps(pattern, 80) / most_steps(pattern, 40)
    assert judged / 1.25 < counted < judged * 1.25
