"""Expressions that are linear in one number, for platforms that compare one with a constant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coprod_stats.instruments.model import Item
from coprod_stats.platforms.fields import InexpressibleError

_REDUCE: dict[str, Callable[[Sequence[float]], float]] = {
    "min": min,
    "max": max,
    "abs": lambda found: abs(found[0]),
}


@dataclass(frozen=True, slots=True)
class Rank:
    """The rank of an option, which is no amount: beyond the top it counts as 0."""

    item: Item
    option: int


@dataclass(frozen=True, slots=True)
class Term:
    """``offset + slope * of``; ``of`` is a number of the form, or none.

    Raises
    ------
    InexpressibleError
        By the methods, if two numbers meet or one stands where it makes no line.
    """

    offset: float
    slope: float = 0.0
    of: str | Rank | None = None

    def with_other(self, sign: str, other: Term) -> Term:
        """Calculate with another term."""
        if sign in ("+", "-"):
            turn = 1.0 if sign == "+" else -1.0
            if self.of is not None and other.of is not None and self.of != other.of:
                raise _two_numbers()
            return Term(
                self.offset + turn * other.offset,
                self.slope + turn * other.slope,
                self.of if self.of is not None else other.of,
            )
        if other.of is not None and (sign == "/" or self.of is not None):
            raise _two_numbers()
        if sign == "/":
            return self._times(1 / other.offset) if other.offset else Term(float("nan"))
        return self._times(other.offset) if other.of is None else other._times(self.offset)

    def _times(self, factor: float) -> Term:
        return Term(self.offset * factor, self.slope * factor, self.of)


def reduced(function: str, parts: Sequence[Term]) -> Term:
    """Reduce terms by ``sum``, ``mean``, ``min``, ``max`` or ``abs``; the last three of constants.

    Raises
    ------
    InexpressibleError
        If the result is not linear in one number.
    """
    if function in ("sum", "mean"):
        total = Term(0.0)
        for part in parts:
            total = total.with_other("+", part)
        return total if function == "sum" else total.with_other("/", Term(float(len(parts))))
    if any(part.of is not None for part in parts):
        raise _two_numbers()
    return Term(float(_REDUCE[function]([part.offset for part in parts])))


def _two_numbers() -> InexpressibleError:
    return InexpressibleError(
        "Qualtrics: a condition calculates with several numbers; its logic compares one with a "
        "constant"
    )
