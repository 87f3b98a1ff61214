"""Ceilings of Necessary Condition Analysis on arrays, and the ceiling zones above them.

All coordinates refer to the unit square of the scope, oriented so that the corner expected to be
empty is the upper left: ``x`` and ``y`` run from 0 to 1, and the area of the ceiling zone is the
effect size. Cases are sorted by ``x``; ``y`` may have any number of rows, each an ordering of the
outcome for the same ``x``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Ceiling = Literal["ce-fdh", "cr-fdh"]
"""Free disposal hull: the step function through its corners, or a regression line through them."""

TOLERANCE = 1e-9
"""Distance, as a share of a range, below which two levels are equal."""


@dataclass(frozen=True, slots=True)
class CeilingLines:
    """Straight ceilings, one per row: ``y = intercept + slope * x``.

    NaN where the hull has a single corner, so that no line is determined.
    """

    intercept: NDArray[np.float64]
    slope: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FittedCeiling:
    """The ceiling of one sample, in the unit square.

    ``top`` is the smallest x at which it reaches the highest outcome, ``start`` its y at the left
    edge; NaN where the hull has a single corner. ``is_above`` marks the cases beyond it.
    """

    effect_size: float
    vertices: NDArray[np.float64]
    is_above: NDArray[np.bool_]
    start: float
    top: float
    intercept: float = math.nan
    slope: float = math.nan


def fit_step(x: NDArray[np.float64], y: NDArray[np.float64]) -> FittedCeiling:
    """Fit the free disposal hull to cases sorted by x, both of shape (n_obs,)."""
    corners = hull_corners(x, y[None])[0]
    steps_x, steps_y = np.unique(x[corners]), np.unique(y[corners])
    vertices = np.column_stack(
        [np.append(np.repeat(steps_x, 2), 1.0), np.append(0.0, np.repeat(steps_y, 2))]
    )
    several = len(steps_x) > 1
    return FittedCeiling(
        effect_size=float(step_zones(x, y[None])[0]),
        vertices=vertices,
        is_above=np.zeros(len(x), dtype=bool),
        start=float(steps_y[0]) if several else math.nan,
        top=float(steps_x[-1]) if several else math.nan,
    )


def fit_line(x: NDArray[np.float64], y: NDArray[np.float64]) -> FittedCeiling:
    """Fit the line through the corners of the hull of cases sorted by x."""
    lines = ceiling_lines(x, y[None])
    intercept, slope = float(lines.intercept[0]), float(lines.slope[0])
    (enters,), (leaves,) = line_ends(lines)
    ends = np.array([enters, leaves])
    determined = not math.isnan(slope)
    return FittedCeiling(
        effect_size=float(line_zones(lines)[0]),
        vertices=np.column_stack([ends, intercept + slope * ends])[: 2 * determined],
        is_above=y > intercept + slope * x + TOLERANCE,
        start=max(intercept, 0.0) if determined else math.nan,
        top=float(leaves),
        intercept=intercept,
        slope=slope,
    )


def effect_sizes(
    x: NDArray[np.float64], y: NDArray[np.float64], *, ceiling: Ceiling
) -> NDArray[np.float64]:
    """Return the share of the scope above the ceiling of each row.

    Parameters
    ----------
    x : array, shape (n_obs,)
        Condition in [0, 1], ascending.
    y : array, shape (n_rows, n_obs)
        Outcome in [0, 1].
    ceiling : {"ce-fdh", "cr-fdh"}
        See ``Ceiling``.
    """
    if ceiling == "ce-fdh":
        return step_zones(x, y)
    return line_zones(ceiling_lines(x, y))


def step_zones(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Return the area above the free disposal hull of each row.

    .. math:: d = \int_0^1 \bigl(1 - \max\{y_i : x_i \le t\}\bigr)\,dt

    with a maximum of 0 to the left of all cases. Ties in x need no special treatment: between them
    the integral has no width.
    """
    widths = np.diff(x, append=1.0)
    highest = np.maximum.accumulate(y, axis=1)
    zones: NDArray[np.float64] = x[0] + (1 - highest) @ widths
    return zones


def hull_corners(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark the cases at the corners of the hull ("peers"): none has as much y with less x.

    Shape (n_rows, n_obs). All cases at one corner are marked.
    """
    starts = np.flatnonzero(np.diff(x, prepend=-np.inf) > 0)
    level = np.searchsorted(x[starts], x)  # rank of each case's x among the distinct values
    ends = np.append(starts[1:], len(x)) - 1
    highest = np.maximum.accumulate(y, axis=1)[:, ends]
    below = np.concatenate([np.full((len(y), 1), -np.inf), highest[:, :-1]], axis=1)
    corners: NDArray[np.bool_] = (y == highest[:, level]) & (highest > below)[:, level]
    return corners


def ceiling_lines(x: NDArray[np.float64], y: NDArray[np.float64]) -> CeilingLines:
    """Fit the least-squares line through the corners of each row's hull.

    A corner is weighted by its number of cases, as in the R package NCA since 4.0.3. Since corners
    ascend in both variables, the slope is positive.
    """
    weights = hull_corners(x, y).astype(float)
    n_corners = weights.sum(axis=1)
    mean_x = weights @ x / n_corners
    mean_y = (weights * y).sum(axis=1) / n_corners
    deviations = weights * (x - mean_x[:, None])
    sum_xx = (deviations**2).sum(axis=1)
    sum_xy = (deviations * (y - mean_y[:, None])).sum(axis=1)
    several = y.max(axis=1) > y[:, x == x[0]].max(axis=1)
    slope = np.divide(sum_xy, sum_xx, out=np.full(len(y), np.nan), where=several)
    return CeilingLines(intercept=mean_y - slope * mean_x, slope=slope)


def line_zones(lines: CeilingLines) -> NDArray[np.float64]:
    """Return the area of the unit square above each line; 0 if there is no line."""
    left, right = line_ends(lines)
    middle = lines.intercept + lines.slope * (left + right) / 2
    zones = left + (right - left) * (1 - middle)
    return np.where(np.isnan(zones), 0.0, zones)


def line_ends(lines: CeilingLines) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where each line enters and leaves the unit square, as values of x."""
    enters = np.clip(-lines.intercept / lines.slope, 0, 1)
    leaves = np.clip((1 - lines.intercept) / lines.slope, 0, 1)
    return enters, leaves


def step_levels(
    peers_x: NDArray[np.float64], peers_y: NDArray[np.float64], levels: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the smallest x of a peer that reaches each level of y; infinite if none does.

    Parameters
    ----------
    peers_x, peers_y : array, shape (n_peers,)
        Corners of the hull, both ascending.
    levels : array, shape (n_levels,)
        Levels of the outcome.
    """
    reached = np.append(peers_x, np.inf)
    needed: NDArray[np.float64] = reached[np.searchsorted(peers_y, levels - TOLERANCE)]
    return needed
