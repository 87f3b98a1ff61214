"""Round tick values for an axis."""

from __future__ import annotations

import math
from decimal import Decimal

_STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))


def nice_ticks(low: float, high: float, *, at_most: int = 8) -> tuple[float, ...]:
    """Return multiples of 1, 2 or 5 times a power of ten that enclose a range.

    The first is at most ``low`` and the last at least ``high``; there are about ``at_most``.
    """
    if high <= low:
        low, high = low - 0.5, high + 0.5
    raw = (high - low) / at_most
    power = Decimal(10) ** math.floor(math.log10(raw))
    step = next((size * power for size in _STEPS if float(size * power) >= raw), 10 * power)
    first = math.floor(low / float(step))
    last = math.ceil(high / float(step))
    return tuple(float(step * index) for index in range(first, last + 1))
