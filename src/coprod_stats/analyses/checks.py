"""Checks of variables that several kinds of analysis share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coprod_stats.analyses.kind import Scope
from coprod_stats.errors import Fault
from coprod_stats.instruments.model import Instrument


def known_variables(instrument: Instrument) -> frozenset[str]:
    """Return every scale, index, derived variable and column of a questionnaire."""
    found = {*instrument.columns, *(scale.id for scale in instrument.scales)}
    found |= {index.id for index in instrument.indices}
    found |= {derived.id for derived in instrument.derived}
    return frozenset(found)


def text_columns(instrument: Instrument) -> frozenset[str]:
    """Return the columns that hold text rather than numbers."""
    asked = {c for item in instrument.items if item.kind == "text" for c in item.columns}
    given = {column.id for column in instrument.administrative if column.kind == "text"}
    return frozenset(asked | given)


def numeric_faults(scope: Scope, id: str, names: Sequence[str]) -> Iterator[Fault]:
    """Return faults for the variables of a relation that hold text."""
    words = text_columns(scope.instrument)
    for name in names:
        if name in words:
            yield scope.fault(
                "PLAN-017",
                (),
                f"{id}: '{name}' holds text, not numbers",
                "Name a scale, an index, a derived variable or a question with coded answers.",
            )
