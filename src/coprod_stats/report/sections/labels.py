"""Names of constructs and items as a reader wants them."""

from __future__ import annotations

import re

from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.study import StudyResult

_PLACEHOLDER = re.compile(r"\[([A-Z][A-Z0-9]*)\]")


def anchor_of(*parts: str) -> str:
    """Make an anchor of names: small letters and digits, joined by hyphens."""
    return "-".join(part.lower().replace("_", "-") for part in parts)


def construct_label(study: StudyResult, name: str) -> str:
    """Return the title of a scale, index, derived variable or item by its id."""
    instrument = study.plan.instrument
    titles = {
        **{entry.id: entry.title for entry in instrument.administrative},
        **{entry.id: entry.title for entry in instrument.derived},
        **{entry.id: entry.title for entry in instrument.indices},
        **{entry.id: entry.title for entry in instrument.scales},
    }
    found = str(titles[name]) if name in titles else None
    if found is None:
        item = next((item for item in instrument.items if item.id == name), None)
        found = name if item is None else item_label(instrument, item)
    return found.split(" (")[0]


def item_label(instrument: Instrument, item: Item) -> str:
    """Return the wording of an item with its placeholders filled by their fallbacks."""
    fallbacks = {entry.name: str(entry.otherwise) for entry in instrument.placeholders}
    return _PLACEHOLDER.sub(lambda found: fallbacks.get(found[1], found[0]), str(item.text))
