"""Checks of what else could have made a result."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One check, fired or not, with the statistic that it rests on.

    ``leads`` is whether its message belongs into the first lines of a report when it fires.
    """

    code: str
    fires: bool
    statistic: float
    message: str
    leads: bool = False

    @property
    def sentence(self) -> str:
        """The message as a sentence."""
        return f"{self.message[:1].upper()}{self.message[1:]}."
