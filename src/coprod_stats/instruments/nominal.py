"""Questions whose answers are categories without an order."""

from __future__ import annotations

from coprod_stats.instruments.model import Instrument


def nominal_items(instrument: Instrument) -> frozenset[str]:
    """Return the single-choice questions of three or more categories that have no order.

    A question of two categories is as good as a number: its slope is their difference.
    """
    return frozenset(
        item.id
        for item in instrument.items
        if item.kind == "single"
        and item.responses is not None
        and item.responses.kind == "categorical"
        and len(item.responses.options) > 2
    )
