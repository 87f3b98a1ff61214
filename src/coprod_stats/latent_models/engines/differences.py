"""Differences between the numbers of two engines."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EngineDifference:
    """One number by two engines.

    ``what`` is ``est``, ``se`` or ``fit``; ``theirs`` is NaN where the other engine has none.
    """

    name: str
    what: str
    ours: float
    theirs: float

    @property
    def difference(self) -> float:
        """Return the difference, relative above 1 and absolute below."""
        return (self.ours - self.theirs) / max(1.0, abs(self.ours))
