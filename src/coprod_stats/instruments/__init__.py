"""Questionnaires as data: grammar, checks, versions, translations."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coprod_stats.instruments.model import Instrument as Instrument
    from coprod_stats.instruments.model import Item as Item
    from coprod_stats.instruments.model import Scale as Scale
    from coprod_stats.instruments.source.reading import InstrumentError as InstrumentError
    from coprod_stats.instruments.source.reading import check_instrument as check_instrument
    from coprod_stats.instruments.source.reading import read_instrument as read_instrument

# loaded on first use: `coprod sem` spells numbers by this room and reads no questionnaire
_HOMES = {
    "Instrument": "model",
    "InstrumentError": "source.reading",
    "Item": "model",
    "Scale": "model",
    "check_instrument": "source.reading",
    "read_instrument": "source.reading",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'coprod_stats.instruments' has no attribute '{name}'")
    return getattr(importlib.import_module(f"coprod_stats.instruments.{_HOMES[name]}"), name)
