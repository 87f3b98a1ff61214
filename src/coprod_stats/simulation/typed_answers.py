"""Numbers, dates and times of day drawn within the range that a question allows."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from coprod_stats.instruments.model import Item, NumberRange
from coprod_stats.simulation.population import NumberForm

FloatArray = NDArray[np.float64]
LATEST = date(2025, 12, 31)
"""Last date that is drawn where a question does not limit it."""


def draw_normal(form: NumberForm, *, n_respondents: int, rng: np.random.Generator) -> FloatArray:
    """Draw whole numbers from a normal distribution, (n_respondents,)."""
    return _rounded(rng.normal(form.mean, form.sd, n_respondents))


def draw_numbers(
    item: Item, form: NumberForm | None, *, n_respondents: int, rng: np.random.Generator
) -> FloatArray:
    """Draw answers to a question for a number, (n_respondents,).

    Parameters
    ----------
    item : Item
        Of kind ``number``; a slider is answered on its steps.
    form : NumberForm or None
        The normal distribution of the population, which is cut off at the ends that the question
        states; by default every number of the range is as likely.
    n_respondents : int
        Number of respondents.
    rng : numpy.random.Generator
        Source of randomness.
    """
    allowed = item.number or NumberRange()
    low, high = _ends(allowed)
    if form is None:
        drawn = rng.uniform(low, high, n_respondents)
    else:
        drawn = rng.normal(form.mean, form.sd, n_respondents)
        # the population says where an open range lies
        low = low if allowed.minimum is not None else -math.inf
        high = high if allowed.maximum is not None else math.inf
    width = high - low if form is None or math.isfinite(high - low) else 4 * form.sd
    decimals = 0 if allowed.whole else 2 - math.floor(math.log10(width or 1.0))
    if allowed.slider is not None:
        nearest = np.rint((np.clip(drawn, low, high) - low) / allowed.slider.step)
        points = low + nearest * allowed.slider.step
        return np.array([allowed.on_step(point) for point in points], dtype=np.float64)
    return np.clip(_rounded(drawn, max(0, decimals)), low, high)


def draw_moments(
    item: Item, *, n_respondents: int, rng: np.random.Generator
) -> NDArray[np.object_]:
    """Draw dates within their range, or times of day, as texts, (n_respondents,)."""
    if item.dates is None:
        minutes = rng.integers(24 * 60, size=n_respondents)
        return np.array([f"{m // 60:02d}:{m % 60:02d}" for m in minutes], dtype=object)
    last = item.dates.last or max(item.dates.first or LATEST, LATEST)
    first = item.dates.first or date.fromordinal(max(1, last.toordinal() - 365))
    days = rng.integers((last - first).days + 1, size=n_respondents)
    return np.array([str(first + timedelta(days=int(day))) for day in days], dtype=object)


def _ends(allowed: NumberRange) -> tuple[float, float]:
    """Return the least and the largest number to draw; an open range begins at 0 if it can."""
    low, high = allowed.minimum, allowed.maximum
    if low is None:
        low = 0.0 if high is None or high >= 0 else high - 100
    if high is None:
        high = low + 100
    return (math.ceil(low), math.floor(high)) if allowed.whole else (low, high)


def _rounded(numbers: FloatArray, decimals: int = 0) -> FloatArray:
    return np.round(numbers, decimals) + 0.0  # no -0
