"""Numbers as the Publication Manual of the APA (7th ed., sections 6.32-6.52) prints them.

This module is the only place in the package where numbers are rounded. Rounding works on the
shortest decimal representation of a number, halves away from zero, so that 0.125 is printed as
0.13.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

MINUS = "−"
NOT_AVAILABLE = "—"

NumberKind = Literal["decimal", "bounded", "p_value", "count", "percent"]


@dataclass(frozen=True, slots=True)
class Interval:
    """Two limits of an interval, unrounded."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How the numbers of a column are printed.

    Parameters
    ----------
    kind : {"decimal", "bounded", "p_value", "count", "percent"}
        ``bounded`` is for quantities that cannot exceed 1 in absolute value by their nature
        (correlations, reliabilities, standardised coefficients): no zero before the point.
    digits : int
        Digits after the point; ignored by ``count``.
    """

    kind: NumberKind = "decimal"
    digits: int = 2

    def __call__(self, value: float) -> str:
        """Print one number."""
        return _PRINTERS[self.kind](value, self.digits)


DECIMAL = NumberFormat()
BOUNDED = NumberFormat("bounded")
COUNT = NumberFormat("count")


def decimal(value: float, digits: int = 2) -> str:
    """Print a number that may exceed 1: ``−0.30``, ``1,204.50``; nothing is ever ``−0.00``."""
    if math.isnan(value):
        return NOT_AVAILABLE
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{MINUS if rounded < 0 else ''}{abs(rounded):,f}"


def year(value: float, digits: int = 1) -> str:
    """Print a year of the calendar, or a mean of some, which has no comma: ``1976.4``."""
    return decimal(value, digits).replace(",", "")


def bounded(value: float, digits: int = 2) -> str:
    """Print a number bounded by 1 without its leading zero: ``.34``, ``−.05``, ``1.00``."""
    text = decimal(value, digits)
    sign = MINUS if text.startswith(MINUS) else ""
    magnitude = text.removeprefix(MINUS)
    return sign + (magnitude[1:] if magnitude.startswith("0.") else magnitude)


def p_value(value: float, digits: int = 3) -> str:
    """Print a probability: to three decimals, or ``< .001`` or ``> .999`` beyond them."""
    smallest = 10.0**-digits
    if value < smallest:
        return f"< {bounded(smallest, digits)}"
    if value > 1 - smallest:
        return f"> {bounded(1 - smallest, digits)}"
    return bounded(value, digits)


def p_statement(value: float, digits: int = 3) -> str:
    """Print what follows the symbol *p* in running text: ``= .045`` or ``< .001``."""
    text = p_value(value, digits)
    return text if text[0] in "<>" else f"= {text}"


def count(value: float) -> str:
    """Print a count with a comma for thousands: ``1,204``."""
    return decimal(value, 0)


def percent(share: float, digits: int = 1) -> str:
    """Print a share between 0 and 1 as a percentage: ``12.5%``."""
    if not math.isfinite(share):
        return NOT_AVAILABLE
    return f"{decimal(float(Decimal(repr(float(share))) * 100), digits)}%"


def interval(low: float, high: float, *, number_format: NumberFormat) -> str:
    """Print an interval: ``[.12, .34]``; a dash if neither limit is known.

    An interval that excludes 0 does not print as one that reaches it: a limit that would be rounded
    to 0 is printed with as many digits as it needs.
    """
    if math.isnan(low) and math.isnan(high):
        return NOT_AVAILABLE
    if low > 0 or high < 0:
        return f"[{_away_from_zero(low, number_format)}, {_away_from_zero(high, number_format)}]"
    return f"[{number_format(low)}, {number_format(high)}]"


def _away_from_zero(limit: float, number_format: NumberFormat) -> str:
    """Print a limit that is not 0 such that it is not read as 0."""
    printed = number_format(limit)
    if number_format.kind == "count" or any(digit in printed for digit in "123456789∞"):
        return printed
    size = abs(limit) * (100 if number_format.kind == "percent" else 1)
    digits = max(number_format.digits, math.ceil(-math.log10(size)))
    return replace(number_format, digits=digits)(limit)


def digits_to_show(smallest: float) -> int:
    """Return the decimals at which a small number is still visible: at least 2, at most 5."""
    if not smallest > 0 or math.isinf(smallest):
        return 2
    return min(max(math.ceil(-math.log10(smallest)), 2), 5)


_PRINTERS: dict[NumberKind, Callable[[float, int], str]] = {
    "decimal": decimal,
    "bounded": bounded,
    "p_value": p_value,
    "count": lambda value, digits: count(value),  # noqa: ARG005 - counts have no digits
    "percent": percent,
}
