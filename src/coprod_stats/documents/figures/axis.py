"""Round tick values for an axis."""

from __future__ import annotations

import math
import sys
from decimal import Decimal

_STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
_NARROWEST = 1e-12
"""Width of a range, relative to its numbers, below which they count as one."""


def nice_ticks(low: float, high: float, *, at_most: int = 8) -> tuple[float, ...]:
    """Return multiples of 1, 2 or 5 times a power of ten that enclose a range.

    The first is at most ``low`` and the last at least ``high``; there are about ``at_most``. A
    range too narrow to be divided is widened on both sides.
    """
    largest = max(abs(low), abs(high))
    if high - low <= max(_NARROWEST * largest, sys.float_info.min / _NARROWEST):
        half = max(0.5, largest * 1e-6)
        low, high = low - half, high + half
    raw = (high - low) / at_most
    power = Decimal(10) ** math.floor(math.log10(raw))
    step = next((size * power for size in _STEPS if float(size * power) >= raw), 10 * power)
    first = math.floor(low / float(step))
    last = math.ceil(high / float(step))
    return tuple(float(step * index) for index in range(first, last + 1))
