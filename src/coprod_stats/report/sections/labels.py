"""Names of constructs and items as a reader wants them."""

from __future__ import annotations

import re

from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.study import StudyResult

_PLACEHOLDER = re.compile(r"\[([A-Z][A-Z0-9]*)\]")


def construct_label(study: StudyResult, name: str) -> str:
    """Give the title of a scale, index, derived variable or item by its id."""
    instrument = study.plan.instrument
    titled = (
        *instrument.scales,
        *instrument.indices,
        *instrument.derived,
        *instrument.administrative,
    )
    found = next((str(entry.title) for entry in titled if entry.id == name), None)
    if found is None:
        item = next((item for item in instrument.items if item.id == name), None)
        found = name if item is None else item_label(instrument, item)
    return found.split(" (")[0]


def item_label(instrument: Instrument, item: Item) -> str:
    """Give the wording of an item with its placeholders filled by their fallbacks."""
    fallbacks = {entry.name: str(entry.otherwise) for entry in instrument.placeholders}
    return _PLACEHOLDER.sub(lambda found: fallbacks.get(found[1], found[0]), str(item.text))
