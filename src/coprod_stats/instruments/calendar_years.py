"""Numeric answers that are years of the calendar."""

from __future__ import annotations

from coprod_stats.instruments.questions import NumberRange

FIRST_YEAR, LAST_YEAR = 1500, 2200
"""A range of whole numbers within them is one of years."""


def holds_years(number: NumberRange) -> bool:
    """Return whether every number of a range is a year, which is printed without a comma."""
    if number.minimum is None or number.maximum is None:
        return False
    return number.whole and number.minimum >= FIRST_YEAR and number.maximum <= LAST_YEAR
