"""Faults with one cause are one fault: the first place, and what else it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from coprod_stats.counts import listed
from coprod_stats.errors import Fault

SHOWN = 5
"""Most places that a fault lists; the others are counted."""

CONSEQUENCES = frozenset(
    {
        *("FORM-002", "ITEM-002", "ROUTE-001", "SCALE-001", "TEXT-001"),
        *("TRANSLATION-001", "TWIN-001"),
    }
)
"""Faults of a reference: where two places say the same, what they refer to is the cause."""

SLIPS = frozenset(
    {"CONSTRUCT-001", "FORM-001", "LANG-002", "LANG-003", "ROTATE-001", "ROTATE-002", "ROTATE-004"}
)
"""Faults that are slips, each to be mended at its place, unless there are more of them."""
MOST_SLIPS = 5


def with_shared_causes(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Join the faults of one file that say the same of several places because of one cause.

    Returns
    -------
    tuple of Fault
        In the order of their first places; what else one concerns stands in ``found``.
    """
    causes: dict[Fault, list[Fault]] = {}
    for fault in faults:
        mergeable = fault.code in CONSEQUENCES | SLIPS
        key = replace(fault, remedy="", line=0, place="") if mergeable else fault
        causes.setdefault(key, []).append(fault)
    joined: list[Fault] = []
    for same in causes.values():
        first, *others = same
        if first.code in SLIPS and len(same) <= MOST_SLIPS:
            joined += same
            continue
        found = with_others(first.found, [placed(fault) for fault in others])
        joined.append(replace(first, found=found))
    return tuple(joined)


def with_others(found: str, others: Sequence[str]) -> str:
    """Add to a finding what else it concerns, each place once."""
    places = list(dict.fromkeys(others))
    if not places:
        return found
    return f"{found}; the same holds for {listed(places, SHOWN)}"


def placed(fault: Fault) -> str:
    """Return the place of a fault with its line."""
    return f"{fault.place} (line {fault.line})" if fault.line else fault.place
