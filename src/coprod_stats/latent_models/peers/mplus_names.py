"""Names as Mplus allows them: eight characters, letters first, capitals all the same."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 8

_RESERVED = frozenset(
    (
        *("ALL", "AND", "ARE", "AT", "BY", "EQ", "GE", "GT", "IF", "IN", "IS", "LE", "LT", "NE"),
        *("NEW", "NOT", "ON", "OR", "PON", "PWITH", "THEN", "VIA", "WITH", "XWITH", "INF"),
        *("ABS", "ACOS", "ASIN", "ATAN", "COS", "EXP", "LOG", "LOG10", "PHI", "SIN", "SQRT", "TAN"),
    )
)
"""Words of the language itself, which as names would be read as something else."""


class MplusNames:
    """Gives each name one that Mplus takes, keeping it wherever it can be kept.

    Variables, groups and labels draw from one pool: a label that differs from a variable by its
    capitals alone would be the same word.
    """

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], str] = {}
        self._taken: set[str] = set(_RESERVED)

    def add(self, kind: str, names: Iterable[str]) -> None:
        """Name things of one kind, those first whose names can stay as they are."""
        new = [name for name in dict.fromkeys(names) if (kind, name) not in self._given]
        for name in sorted(new, key=lambda name: _legal(name, kind) != name):
            self._given[kind, name] = self._free(_legal(name, kind))

    def __call__(self, kind: str, name: str) -> str:
        """Look a name up, or make it now."""
        self.add(kind, [name])
        return self._given[kind, name]

    def changed(self) -> list[tuple[str, str, str]]:
        """List what has another name in Mplus: kind, name here, name there."""
        return [(kind, name, given) for (kind, name), given in self._given.items() if name != given]

    def _free(self, wanted: str) -> str:
        candidate, number = wanted, 1
        while candidate.upper() in self._taken:
            number += 1
            candidate = f"{wanted[: LONGEST - len(str(number))]}{number}"
        self._taken.add(candidate.upper())
        return candidate


def _legal(name: str, kind: str) -> str:
    """Keep ASCII letters, digits and underscores, up to eight, beginning with a letter."""
    kept = re.sub(r"[^A-Za-z0-9_]", "", name)
    if not kept[:1].isalpha():
        kept = f"{kind[0]}{kept}"
    return kept[:LONGEST]
