"""What a codebook says of one variable."""

from __future__ import annotations

import re
from dataclasses import dataclass

LARGEST_CODE = 10**9
_WHOLE = re.compile(r"\s*[+-]?\d+(?:\.0+)?\s*")


@dataclass(frozen=True, slots=True)
class CodebookEntry:
    """The entry of a codebook for one variable.

    Attributes
    ----------
    labels : tuple of (int, str)
        Codes and their labels, including those for missing values.
    letters : tuple of (str, str)
        Codes that are no whole numbers, and their labels.
    missing : tuple of int
        Codes for missing values.
    measure : str
        ``nominal``, ``ordinal``, ``scale`` or empty.
    """

    name: str
    label: str = ""
    labels: tuple[tuple[int, str], ...] = ()
    letters: tuple[tuple[str, str], ...] = ()
    missing: tuple[int, ...] = ()
    measure: str = ""
    line: int = 0


def is_whole(code: str) -> bool:
    """Return whether a code is a whole number."""
    return _WHOLE.fullmatch(code) is not None
