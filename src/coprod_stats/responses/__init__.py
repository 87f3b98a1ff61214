"""One table of answers bound to its instrument."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coprod_stats.responses.raw_table import ResponsesError as ResponsesError
    from coprod_stats.responses.reading import read_responses as read_responses
    from coprod_stats.responses.reading import write_canonical as write_canonical
    from coprod_stats.responses.reading import write_rejected as write_rejected
    from coprod_stats.responses.rosters import read_rosters as read_rosters
    from coprod_stats.responses.table import Provenance as Provenance
    from coprod_stats.responses.table import Rejected as Rejected
    from coprod_stats.responses.table import Responses as Responses

# loaded on first use, so that reading plain columns does not import pandas
_HOMES = {
    "Provenance": "table",
    "Rejected": "table",
    "Responses": "table",
    "ResponsesError": "raw_table",
    "read_responses": "reading",
    "read_rosters": "rosters",
    "write_canonical": "reading",
    "write_rejected": "reading",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'coprod_stats.responses' has no attribute '{name}'")
    return getattr(importlib.import_module(f"coprod_stats.responses.{_HOMES[name]}"), name)
