"""Numbers of things in words, with the noun in the right number."""

from __future__ import annotations

from collections.abc import Sequence


def counted(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun: ``1 respondent``, ``1,204 respondents``, ``0 rows``.

    The noun may carry what must agree with it: ``counted(n, "row belongs", "rows belong")``.

    Parameters
    ----------
    number : int
        How many there are.
    singular : str
        The words for exactly one.
    plural : str
        The words for any other number; the singular with an *s* if empty.
    """
    return f"{number:,} {singular if number == 1 else plural or f'{singular}s'}"


def listed(names: Sequence[str], most: int) -> str:
    """Return the first of some names, and how many more there are: ``a, b and 3 more``.

    Parameters
    ----------
    names : sequence of str
        All names.
    most : int
        Most names to list.
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
