"""The name that was probably meant where a name is unknown."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``Did you mean 'title'?`` if a known name resembles the given one, else nothing.

    Letters count alike in upper and lower case.

    Parameters
    ----------
    name : str
        What was written.
    known : iterable of str
        The names that there are.
    """
    # only needed once something is wrong
    from difflib import get_close_matches

    by_folded = {one.casefold(): one for one in known}
    found = get_close_matches(name.casefold(), by_folded, n=1)
    return f"Did you mean '{by_folded[found[0]]}'?" if found else ""
