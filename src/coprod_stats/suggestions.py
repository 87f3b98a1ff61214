"""The name that was probably meant where a name is unknown."""

from __future__ import annotations

from collections.abc import Iterable

_LIKE = 0.66
"""Least similarity by ``difflib``: two exchanged letters, or one wrong letter, of three."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return the question that begins a remedy, as ``Did you mean 'citizen'? ``.

    Empty if no known name is like the mistyped one.
    """
    found = _most_alike(name, known)
    return f"Did you mean '{found}'? " if found else ""


def closest(name: str, known: Iterable[str]) -> str:
    """Return the same as the end of a message, as ``; did you mean 'citizen'?``."""
    found = _most_alike(name, known)
    return f"; did you mean '{found}'?" if found else ""


def _most_alike(name: str, known: Iterable[str]) -> str:
    # only needed once something is wrong
    from difflib import get_close_matches

    by_folded = {other.casefold(): other for other in known}
    found = get_close_matches(name.casefold(), by_folded, n=1, cutoff=_LIKE)
    return by_folded[found[0]] if found else ""
