"""How texts are compared: upper and lower case, and blanks at either end, make no difference.

Platforms differ in both (SurveyJS and REDCap's ``contains`` ignore case, XPath does not), so that
only what ignores them is the same everywhere.

Letters are in lower case as the Unicode Standard maps them (section 3.13, R2), one by one: both
forms of the Greek small sigma are the same letter, as its capital does not tell them apart. The
capital I with a dot is the one letter whose lower case is two, an i and a combining dot.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

SIGMA, FINAL_SIGMA = "σ", "ς"
DOTTED_I = "i\N{COMBINING DOT ABOVE}"
"""Lower case of the capital I with a dot."""
_CAPITAL_DOTTED_I = "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}"
_LAST_OF_ONE_UNIT = 0xFFFF
"""Last character that every platform's regular expressions hold in a class."""
_DOTTED = f"({_CAPITAL_DOTTED_I}|[iI]{DOTTED_I[1]})"


def folded(text: str) -> str:
    """Return a text as it is compared."""
    return text.strip().lower().replace(FINAL_SIGMA, SIGMA)


def is_match(text: str, words: str, *, within: bool) -> bool:
    """Return whether a text is, or contains, some words."""
    return folded(words) in folded(text) if within else folded(words) == folded(text)


def matches(texts: Sequence[object], words: str, *, within: bool) -> NDArray[np.bool_]:
    """State which texts are, or contain, some words, (n_texts,); what is no text does not."""
    distinct = {text for text in texts if isinstance(text, str)}
    found = {text for text in distinct if is_match(text, words, within=within)}
    return np.fromiter((text in found for text in texts), dtype=bool, count=len(texts))


def matching_pattern(words: str, *, within: bool) -> str:
    """Return the regular expression of the texts that match, read alike on all platforms."""
    *parts, last = re.split(f"({DOTTED_I})", folded(words))
    letters = [_DOTTED if part == DOTTED_I else "".join(map(_either_case, part)) for part in parts]
    if within and last.endswith("i"):  # which the lower case of the letter with a dot begins with
        letters += [*map(_either_case, last[:-1]), f"[iI{_CAPITAL_DOTTED_I}]"]
    else:
        letters += map(_either_case, last)
    around = r"[\s\S]*" if within else r"\s*"
    return f"^{around}{''.join(letters)}{around}$"


def lower_cases(words: str) -> Iterator[str]:
    """Return what functions for lower case make of texts that match: a sigma has two forms."""
    forms = [(SIGMA, FINAL_SIGMA) if letter == SIGMA else (letter,) for letter in folded(words)]
    return map("".join, product(*forms))


def reads_as_number(words: str) -> bool:
    """Return whether some platforms would compare words as a number: ``007`` with 7."""
    try:
        float(words)
    except ValueError:
        return False
    return True


def _either_case(letter: str) -> str:
    """Write a letter in all its cases; a blank so that no form takes two of them for one."""
    cases = _cases().get(letter, letter)
    if len(cases) > 1:
        return f"[{cases}]" if ord(max(cases)) <= _LAST_OF_ONE_UNIT else f"({'|'.join(cases)})"
    return "[ ]" if letter == " " else re.escape(letter)


@cache
def _cases() -> Mapping[str, str]:
    """Return the characters that are compared as each letter, for letters that have several."""
    found: dict[str, str] = {}
    for character in map(chr, range(sys.maxunicode + 1)):
        lower = folded(character)
        if len(lower) == 1 and lower != character:
            found[lower] = found.get(lower, lower) + character
    return found
