"""Newton steps on many correlations at once, each kept inside its own bracket."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

BOUND = 0.999
"""Largest absolute correlation that is estimated."""

TOLERANCE = 1e-9
"""Largest last step; the step after it would be of the order of its square."""

ROUNDING = 1e-10
"""Share of a log-likelihood by which it may fall without having fallen."""


class Bracket:
    """Correlations on their way to the maxima of their likelihoods.

    A score that is positive at a point puts the maximum above it. So does a likelihood that is
    lower than at the best point so far, from below that: where cells that somebody chose have no
    probability left, the score is zero and points nowhere. A Newton step that leaves the bracket
    so found is replaced by its middle. A score that points outwards at ±``BOUND`` ends there.

    Parameters
    ----------
    start : (n,) array
        Correlations inside ±``BOUND``.
    """

    def __init__(self, start: FloatArray) -> None:
        self.point = start
        self.low = np.full(start.shape, -1.0)
        self.high = np.full(start.shape, 1.0)
        self._best = start
        self._highest = np.full(start.shape, -np.inf)

    def step(self, likelihood: FloatArray, score: FloatArray, information: FloatArray) -> bool:
        """Move all points by one step; return whether the steps were negligible.

        Parameters
        ----------
        likelihood, score, information : (n,) arrays
            Log-likelihoods, up to a constant, their first derivative, and a positive curvature:
            their negative second derivative or its expectation.
        """
        fell = likelihood < self._highest - ROUNDING * np.abs(likelihood)
        is_below = np.where(fell, self.point < self._best, score > 0.0)
        self.low = np.where(is_below, self.point, self.low)
        self.high = np.where(is_below, self.high, self.point)
        rose = likelihood > self._highest
        self._best = np.where(rose, self.point, self._best)
        self._highest = np.where(rose, likelihood, self._highest)
        # a likelihood that is flat to the last digit has no curvature: its score alone directs
        steep = np.where(information > 0.0, information, np.finfo(np.float64).tiny)
        with np.errstate(over="ignore"):
            newton = np.clip(self.point + score / steep, -BOUND, BOUND)
        settled = ~fell & (np.abs(newton - self.point) < TOLERANCE)
        inside = ~fell & (newton > self.low) & (newton < self.high)
        self.point = np.where(settled | inside, newton, (self.low + self.high) / 2.0)
        return bool(settled.all())
