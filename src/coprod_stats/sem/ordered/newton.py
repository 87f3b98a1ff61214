"""Newton steps on many correlations at once, each kept inside its own bracket."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

BOUND = 0.999
"""Largest absolute correlation that is estimated."""

TOLERANCE = 1e-9
"""Largest last step; the step after it would be of the order of its square."""


class Bracket:
    """Correlations on their way to the roots of their scores.

    A score that is positive at a point puts the root above it; a Newton step that leaves the
    bracket so found is replaced by its middle. A score that points outwards at ±``BOUND`` ends
    there.

    Parameters
    ----------
    start : (n,) array
        Correlations inside ±``BOUND``.
    """

    def __init__(self, start: FloatArray) -> None:
        self.point = start
        self.low = np.full(start.shape, -1.0)
        self.high = np.full(start.shape, 1.0)

    def step(self, score: FloatArray, information: FloatArray) -> bool:
        """Move all points by one step; return whether the steps were negligible.

        Parameters
        ----------
        score, information : (n,) arrays
            First derivative of the log-likelihoods, and a positive curvature: their negative
            second derivative or its expectation.
        """
        self.low = np.where(score > 0.0, self.point, self.low)
        self.high = np.where(score > 0.0, self.high, self.point)
        # a likelihood that is flat to the last digit has no curvature: its score alone directs
        steep = np.where(information > 0.0, information, np.finfo(np.float64).tiny)
        with np.errstate(over="ignore"):
            newton = np.clip(self.point + score / steep, -BOUND, BOUND)
        settled = np.abs(newton - self.point) < TOLERANCE
        inside = (newton > self.low) & (newton < self.high)
        self.point = np.where(settled | inside, newton, (self.low + self.high) / 2.0)
        return bool(settled.all())
