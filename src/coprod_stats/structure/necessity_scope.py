"""The scope of a necessary condition: the possible levels and the corner that may be empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Corner = Literal["upper-left", "upper-right", "lower-left", "lower-right"]
"""Corner of the scatter plot that is expected to be empty: a high (upper) or low (lower) outcome
does not occur without a high (left) or low (right) level of the condition."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Ranges of condition and outcome, oriented so that the upper left corner may be empty."""

    x_range: tuple[float, float]
    y_range: tuple[float, float]
    corner: Corner

    @property
    def area(self) -> float:
        """Width times height, in units of the data."""
        return (self.x_range[1] - self.x_range[0]) * (self.y_range[1] - self.y_range[0])

    def to_unit(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return points, shape (n, 2), in the unit square."""
        return np.column_stack([self.x_to_unit(points[:, 0]), self.y_to_unit(points[:, 1])])

    def from_unit(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return points of the unit square, shape (n, 2), in units of the data."""
        return np.column_stack([self.x_from_unit(points[:, 0]), self.y_from_unit(points[:, 1])])

    def x_to_unit(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return levels of the condition as shares of its range, from the side of the corner."""
        return _to_unit(x, self.x_range, turned=self.corner.endswith("right"))

    def y_to_unit(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return levels of the outcome as shares of its range, towards the corner."""
        return _to_unit(y, self.y_range, turned=self.corner.startswith("lower"))

    def x_from_unit(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return shares of the condition's range in its units."""
        return _from_unit(x, self.x_range, turned=self.corner.endswith("right"))

    def y_from_unit(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return shares of the outcome's range in its units."""
        return _from_unit(y, self.y_range, turned=self.corner.startswith("lower"))

    def share_of_x(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return levels of the condition as shares of its range, from its low end."""
        return _to_unit(x, self.x_range, turned=False)

    def line_from_unit(self, intercept: float, slope: float) -> tuple[float, float]:
        """Return intercept and slope, in units of the data, of a line in the unit square."""
        ends = self.from_unit(np.array([[0.0, intercept], [1.0, intercept + slope]]))
        steepness = (ends[1, 1] - ends[0, 1]) / (ends[1, 0] - ends[0, 0])
        return float(ends[0, 1] - steepness * ends[0, 0]), float(steepness)


def _to_unit(
    values: NDArray[np.float64], limits: tuple[float, float], *, turned: bool
) -> NDArray[np.float64]:
    low, high = limits
    return (high - values if turned else values - low) / (high - low)


def _from_unit(
    shares: NDArray[np.float64], limits: tuple[float, float], *, turned: bool
) -> NDArray[np.float64]:
    low, high = limits
    return high - shares * (high - low) if turned else low + shares * (high - low)
