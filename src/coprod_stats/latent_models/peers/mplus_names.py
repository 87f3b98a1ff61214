"""Names that Mplus allows: up to eight characters, a letter first, case ignored."""

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
    """A mapping of names to names that Mplus allows, unchanged where possible.

    Variables, groups and labels share one pool: a label that differs from a variable in case alone
    would be the same name.
    """

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], str] = {}
        self._taken: set[str] = set(_RESERVED)

    def add(self, kind: str, names: Iterable[str]) -> None:
        """Add names of one kind, first those that can stay unchanged."""
        new = [name for name in dict.fromkeys(names) if (kind, name) not in self._given]
        for name in sorted(new, key=lambda name: _legal(name, kind) != name):
            self._given[kind, name] = self._free(_legal(name, kind))

    def __call__(self, kind: str, name: str) -> str:
        """Return the name in Mplus, creating it if necessary."""
        self.add(kind, [name])
        return self._given[kind, name]

    def changed(self) -> list[tuple[str, str, str]]:
        """Return changed names: kind, name here, name in Mplus."""
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
