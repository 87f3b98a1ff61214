"""How numbers are spelled: in column names, codes, limits, conditions and messages alike."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np

_EXACT = 2.0**53
"""Below it every whole number is a float of its own."""


def spell_number(value: float | Decimal) -> str:
    """Spell a number exactly: the shortest decimal that reads as the same number.

    Without an exponent, which XPath 1.0 and ExpressionScript do not know, and without a point
    where the number is whole, so that a code is spelled alike whether it is held as 3 or as 3.0.
    Shortest means the fewest digits that identify a binary64 number (Steele & White, 1990,
    Proceedings of PLDI '90, 112-126).

    Parameters
    ----------
    value : float or Decimal
        A finite number; an integer or a decimal of any size is spelled as it is.

    Raises
    ------
    ValueError
        If it is infinite or not a number.
    """
    if isinstance(value, int):
        return str(int(value))
    if not math.isfinite(value):
        raise ValueError(f"no digits spell {value}")
    if isinstance(value, Decimal):
        written = f"{value:f}" if value else "0"
        return written.rstrip("0").rstrip(".") if "." in written else written
    if abs(value) < _EXACT and float(value).is_integer():
        return str(int(value))
    return np.format_float_positional(value, trim="-")
