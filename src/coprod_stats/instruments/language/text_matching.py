"""How texts are compared: upper and lower case, and blanks at either end, make no difference.

Platforms differ in both (SurveyJS and REDCap's ``contains`` ignore case, XPath does not), so that
only what ignores them is the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def folded(text: str) -> str:
    """Return a text as it is compared."""
    return text.strip().lower()


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
    letters = "".join(map(_either_case, folded(words)))
    around = r"[\s\S]*" if within else r"\s*"
    return f"^{around}{letters}{around}$"


def reads_as_number(words: str) -> bool:
    """Return whether some platforms would compare words as a number: ``007`` with 7."""
    try:
        float(words)
    except ValueError:
        return False
    return True


def _either_case(letter: str) -> str:
    """Write a letter in both its cases; a blank so that no form takes two of them for one."""
    cases = dict.fromkeys((letter, letter.upper()))
    if len(cases) > 1 and all(len(case) == 1 for case in cases):
        return f"[{''.join(cases)}]"
    return "[ ]" if letter == " " else re.escape(letter)
