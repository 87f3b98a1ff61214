"""For how long saturated models of incomplete answers are kept; loaded with every fit."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coprod_stats.sem.inference.saturated_model import SaturatedModel

MOST_KEPT = 4
"""Groups of respondents whose saturated models are kept at a time."""

_kept: ContextVar[OrderedDict[bytes, SaturatedModel] | None] = ContextVar("kept", default=None)


def kept_models() -> OrderedDict[bytes, SaturatedModel] | None:
    """Return the saturated models that are kept, the oldest first; None if none are to be."""
    return _kept.get()


@contextmanager
def saturated_models_kept() -> Iterator[None]:
    """Keep saturated models for the fits within; who is within another, uses what that keeps."""
    if _kept.get() is not None:
        yield
        return
    token = _kept.set(OrderedDict())
    try:
        yield
    finally:
        _kept.reset(token)
