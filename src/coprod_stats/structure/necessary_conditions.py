"""Necessary Condition Analysis."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, get_args

import numpy as np
import pandas as pd

from coprod_stats.confidence_level import check_conf_level
from coprod_stats.counts import counted
from coprod_stats.latent_models.frames import (
    frame_columns,
    is_pandas,
    numeric_columns,
    refuse_unbounded,
    require_columns,
)
from coprod_stats.structure.ceiling_permutations import CONF_LEVEL, permutation_test
from coprod_stats.structure.ceilings import Ceiling, fit_line, fit_step, hull_corners
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.necessity_result import NecessityResult
from coprod_stats.structure.necessity_scope import Corner, Scope

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoDataFrame
    from numpy.typing import NDArray

_FEWEST_CASES = 5


def nca(
    data: IntoDataFrame,
    x: str,
    y: str,
    *,
    ceiling: Ceiling = "ce-fdh",
    corner: Corner = "upper-left",
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    permutations: int = 10_000,
    seed: int | np.random.Generator | None = None,
    conf_level: float | None = None,
) -> NecessityResult:
    r"""Estimate to what degree a condition is necessary for an outcome (Dul 2016).

    .. math:: d = C / S

    where the ceiling zone C is the area of the scatter plot beyond the ceiling, in the corner
    that a necessary condition leaves empty, and the scope S is the area of all possible
    combinations.

    Parameters
    ----------
    data : DataFrame
        Of pandas, polars or PyArrow: a row per case. Rows with missing values of either variable
        are omitted and counted.
    x, y : str
        Columns of the condition and of the outcome: numbers, or ordered categories by rank.
    ceiling : {"ce-fdh", "cr-fdh"}
        Step function through the outermost cases (free disposal hull), suited to few levels; or
        the least-squares line through its corners, which some cases may exceed.
    corner : {"upper-left", "upper-right", "lower-left", "lower-right"}
        See ``Corner``; the upper left asks whether a high outcome needs much of the condition.
    x_range, y_range : tuple of float, optional
        Lowest and highest possible level (theoretical scope), such as the ends of a response
        scale; by default those observed (empirical scope).
    permutations : int
        Random permutations of the outcome for the test; 0 for no test.
    seed : int or Generator, optional
        Source of the random permutations.
    conf_level : float, optional
        Level of the Monte Carlo interval of the p value; .95 by default.

    Raises
    ------
    StructureError
        If a column is absent, not numeric, infinite or constant, the two are the same, fewer than
        five rows are complete, a range does not contain the data, or an option is unknown
        or without effect.

    References
    ----------
    Dul, J. (2016). Necessary Condition Analysis (NCA): Logic and methodology of "necessary but
    not sufficient" causality. Organizational Research Methods, 19, 10-52.
    """
    _check_options(ceiling, corner)
    _check_test(permutations, seed=seed, conf_level=conf_level)
    points, index, n_omitted = _complete_points(data, x, y)
    limits = Scope(
        x_range=_range(points[:, 0], x_range, name=x),
        y_range=_range(points[:, 1], y_range, name=y),
        corner=corner,
    )
    unit = limits.to_unit(points)
    order = np.lexsort((unit[:, 1], unit[:, 0]))
    unit_x, unit_y = unit[order, 0], unit[order, 1]
    place = np.argsort(order)  # position of each case in the sorted order
    corners = hull_corners(unit_x, unit_y[None])[0]
    hull = fit_step(unit_x, unit_y)
    fitted = hull if ceiling == "ce-fdh" else fit_line(unit_x, unit_y)
    intercept, slope = limits.line_from_unit(fitted.intercept, fitted.slope)
    return NecessityResult(
        x=x,
        y=y,
        ceiling=ceiling,
        n_obs=len(points),
        n_omitted=n_omitted,
        limits=limits,
        index=index,
        points=points,
        is_peer=corners[place],
        is_above=fitted.is_above[place],
        peers=points[order][corners],
        ceiling_points=limits.from_unit(fitted.vertices),
        slope=slope,
        intercept=intercept,
        effect_size=fitted.effect_size,
        accuracy=100 * float(1 - fitted.is_above.mean()),
        fit=_fit(fitted.effect_size, hull.effect_size),
        condition_inefficiency=100 * (1 - fitted.top),
        outcome_inefficiency=100 * fitted.start,
        test=permutation_test(
            unit_x,
            unit_y,
            ceiling=ceiling,
            permutations=permutations,
            rng=np.random.default_rng(seed),
            conf_level=CONF_LEVEL if conf_level is None else conf_level,
        ),
    )


def _check_options(ceiling: Ceiling, corner: Corner) -> None:
    if ceiling not in get_args(Ceiling):
        raise StructureError(
            f"unknown ceiling {ceiling!r}; expected one of {', '.join(get_args(Ceiling))}"
        )
    if corner not in get_args(Corner):
        raise StructureError(
            f"unknown corner {corner!r}; expected one of {', '.join(get_args(Corner))}"
        )


def _check_test(
    permutations: int, *, seed: int | np.random.Generator | None, conf_level: float | None
) -> None:
    if permutations < 0:
        raise StructureError(f"the number of permutations must not be negative: {permutations}")
    given = {"seed": seed, "conf_level": conf_level}
    idle = [name for name, value in given.items() if value is not None]
    if permutations == 0 and idle:
        raise StructureError(f"without permutations there is no test: omit {' and '.join(idle)}")
    if conf_level is not None:
        check_conf_level(conf_level, error=StructureError)


def _complete_points(
    data: IntoDataFrame, x: str, y: str
) -> tuple[NDArray[np.float64], pd.Index, int]:
    """Return condition and outcome of the complete rows, their labels, and the number omitted."""
    if x == y:
        raise StructureError(f"condition and outcome are the same column: {x}")
    columns = frame_columns(data, (x, y), error=StructureError)
    require_columns(columns, (x, y), error=StructureError)
    numeric_columns(columns, (x, y), error=StructureError)
    points = np.column_stack([columns[x], columns[y]])
    complete = ~np.isnan(points).any(axis=1)
    analysed = points[complete]
    _check_points(analysed, names=(x, y))
    index = data.index if is_pandas(data) else pd.RangeIndex(len(points))
    return analysed, index[complete], len(points) - len(analysed)


def _check_points(points: NDArray[np.float64], *, names: tuple[str, str]) -> None:
    if len(points) < _FEWEST_CASES:
        raise StructureError(
            f"{counted(len(points), 'complete row')} of {' and '.join(names)}: the analysis of a "
            f"necessary condition needs {_FEWEST_CASES}"
        )
    columns = dict(zip(names, points.T, strict=True))
    refuse_unbounded(columns, error=StructureError)
    constant = [name for name, column in columns.items() if np.ptp(column) == 0]
    if constant:
        raise StructureError(
            f"constant in the complete rows, so that the scope is empty: {', '.join(constant)}"
        )


def _range(
    values: NDArray[np.float64], given: tuple[float, float] | None, *, name: str
) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    if given is None:
        return low, high
    if not all(map(math.isfinite, given)):
        raise StructureError(f"the range of {name} must be finite: {given[0]} to {given[1]}")
    if not given[0] <= low < high <= given[1]:
        raise StructureError(
            f"the range {given[0]} to {given[1]} does not contain {name}, which runs from {low} "
            f"to {high}"
        )
    return float(given[0]), float(given[1])


def _fit(zone: float, hull_zone: float) -> float:
    if hull_zone == 0 or zone > hull_zone:
        return math.nan
    return 100 * zone / hull_zone
