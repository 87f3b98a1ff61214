"""The shipped questionnaires."""

from __future__ import annotations

from coprod_stats.instruments.model import Instrument
from coprod_stats.instruments.shipped import list_shipped
from coprod_stats.instruments.source.reading import read_instrument


def catalogue() -> tuple[Instrument, ...]:
    """Read every shipped questionnaire, sorted by id, skipping files of constructs."""
    return tuple(
        read_instrument(path)
        for path in list_shipped("instruments")
        if not path.stem.endswith("constructs")
    )
