"""Questionnaires as data: grammar, checks, versions, translations."""

from coprod_stats.instruments.model import Instrument, Item, Scale
from coprod_stats.instruments.source.reading import (
    InstrumentError,
    check_instrument,
    read_instrument,
)

__all__ = ["Instrument", "InstrumentError", "Item", "Scale", "check_instrument", "read_instrument"]
