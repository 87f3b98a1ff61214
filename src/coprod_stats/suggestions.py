"""What a mistyped name may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def closest(name: str, known: Iterable[str]) -> str:
    """Return words that suggest the known name most like a mistyped one.

    Returns
    -------
    str
        As ``; did you mean 'citizen'?``; empty if no name is alike.
    """
    by_folded = {other.casefold(): other for other in known}
    found = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.7)
    return f"; did you mean '{by_folded[found[0]]}'?" if found else ""
