"""Average marginal effects on the response scale, with standard errors by the delta method."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.literals import RegressionFamily
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.regression.formula import Design

SLOPE = "slope"
"""Contrast of a numeric predictor: the derivative, not a difference of two values."""

STEP = 1e-5
"""Relative step of the symmetric difference for differentiating the design."""

FLOOR = 1e-2
"""Smallest absolute value, in standard deviations, to which the relative step is applied."""

SPLINE = re.compile(r"\b(bs|cc|cr|cs)\(")
"""Functions of a formula that are not defined beyond the range of the data."""

Curve = Callable[[NDArray[np.float64]], tuple[NDArray[np.float64], ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one predictor and its effect on the design (n_obs, n_terms).

    A slope is the ``design`` at the data and its ``derivative``; a discrete change is the
    ``design`` before and the design ``after``.
    """

    variable: str
    contrast: str
    design: NDArray[np.float64]
    derivative: NDArray[np.float64] | None = None
    after: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True)
class AverageEffects:
    """Effects, one per change and category: ``estimate`` and ``std_error`` (n_effects,)."""

    variables: tuple[str, ...]
    contrasts: tuple[str, ...]
    categories: tuple[str, ...]
    estimate: NDArray[np.float64]
    std_error: NDArray[np.float64]


def average_effects(
    design: Design,
    params: NDArray[np.float64],
    covariance: NDArray[np.float64],
    *,
    family: RegressionFamily,
    categories: Sequence[str],
    weights: NDArray[np.float64] | None,
) -> AverageEffects:
    """Average the effects of each predictor on the mean, or on each category's probability.

    With the mean ``g(x'b)``, the effect of a numeric predictor z in a row is ``g'(x'b) (dx/dz)'b``,
    where ``dx/dz`` includes all terms that contain z; that of another level of a categorical
    predictor, or of 1 against 0, is ``g(x1'b) - g(x0'b)`` with everything else as observed.
    Effects are averaged over the rows (by their weights); their variance is ``J V J'`` with J the
    average derivative with respect to the parameters, for the predictors as observed.

    An ordinal outcome has an effect on each category, the difference of the effects on
    ``P(Y > j - 1)`` and ``P(Y > j)``; they sum to 0.

    Raises
    ------
    StructureError
        If the design has no derivative in some row, such as the square root at 0.

    References
    ----------
    Bartus, T. (2005). Estimation of marginal effects using margeff. Stata Journal, 5, 309-329.
    """
    share = np.full(len(design.matrix), 1 / len(design.matrix))
    if weights is not None:
        share = weights / weights.sum()
    rows: list[tuple[str, str, str, float, NDArray[np.float64]]] = []
    for change in (found for name in design.formula.predictors for found in _changes(design, name)):
        if family == "ordinal":
            parts = _on_categories(change, params, share, n_thresholds=len(categories) - 1)
        else:
            parts = [_on_mean(change, params, share, curve=_CURVES[family])]
        labels = categories if family == "ordinal" else [""]
        rows += [
            (change.variable, change.contrast, label, *part)
            for label, part in zip(labels, parts, strict=True)
        ]
    jacobian = np.array([row[4] for row in rows]).reshape(len(rows), len(params))
    variances = np.einsum("ij,jk,ik->i", jacobian, covariance, jacobian)
    return AverageEffects(
        variables=tuple(row[0] for row in rows),
        contrasts=tuple(row[1] for row in rows),
        categories=tuple(row[2] for row in rows),
        estimate=np.array([row[3] for row in rows], dtype=float),
        std_error=np.sqrt(variances),
    )


def _on_mean(
    change: Change, params: NDArray[np.float64], share: NDArray[np.float64], *, curve: Curve
) -> tuple[float, NDArray[np.float64]]:
    """Return the average effect and its gradient in the parameters, shape (n_params,)."""
    mean, slope, bend = curve(change.design @ params)
    if change.after is not None:
        mean_after, slope_after, _ = curve(change.after @ params)
        gradient = (share * slope_after) @ change.after - (share * slope) @ change.design
        return float(share @ (mean_after - mean)), gradient
    assert change.derivative is not None
    speed = change.derivative @ params
    gradient = (share * bend * speed) @ change.design + (share * slope) @ change.derivative
    return float(share @ (slope * speed)), gradient


def _on_categories(
    change: Change,
    params: NDArray[np.float64],
    share: NDArray[np.float64],
    *,
    n_thresholds: int,
) -> list[tuple[float, NDArray[np.float64]]]:
    """Return effects on category probabilities from those on exceeding the thresholds."""
    nothing = 0.0, np.zeros(len(params))
    exceeding = [nothing]
    for threshold in range(n_thresholds):
        at = Change(
            change.variable,
            change.contrast,
            _with_threshold(change.design, threshold, n_thresholds, -1.0),
            _with_threshold(change.derivative, threshold, n_thresholds, 0.0),
            _with_threshold(change.after, threshold, n_thresholds, -1.0),
        )
        exceeding.append(_on_mean(at, params, share, curve=_logistic))
    exceeding.append(nothing)
    return [(before[0] - after[0], before[1] - after[1]) for before, after in pairwise(exceeding)]


def _with_threshold(
    matrix: NDArray[np.float64] | None, threshold: int, n_thresholds: int, value: float
) -> Any:  # stays a matrix if it was one
    if matrix is None:
        return None
    columns = np.zeros((len(matrix), n_thresholds))
    columns[:, threshold] = value
    return np.hstack([matrix, columns])


def _changes(design: Design, variable: str) -> list[Change]:
    values = design.frame[variable]
    if isinstance(values.dtype, pd.CategoricalDtype):
        levels = list(values.cat.categories)
    elif variable in design.categorical or set(values) <= {0.0, 1.0}:
        levels = sorted(set(values))
    else:
        return [_slope(design, variable)]
    labels = [f"{level:.15g}" if isinstance(level, float) else str(level) for level in levels]
    matrices = [_matrix_with(design, variable, level) for level in levels]
    return [
        Change(variable, f"{label} - {labels[0]}", matrices[0], after=matrix)
        for label, matrix in zip(labels[1:], matrices[1:], strict=True)
    ]


def _matrix_with(design: Design, variable: str, value: Any) -> NDArray[np.float64]:
    """Return the design with one predictor set to a value in all rows, or to a value per row."""
    frame = design.frame
    values = pd.Series(value, index=frame.index, dtype=frame[variable].dtype)
    return design.matrix_at(frame.assign(**{variable: values}))


def _slope(design: Design, variable: str) -> Change:
    values = design.frame[variable].to_numpy(dtype=float)
    steps = STEP * np.maximum(np.abs(values), FLOOR * values.std())
    up, down = values + steps, values - steps
    if SPLINE.search(design.formula.text):
        # splines end at the range of the data: rows at the ends are differentiated inwards
        up, down = np.minimum(up, values.max()), np.maximum(down, values.min())
    try:
        difference = _matrix_with(design, variable, up) - _matrix_with(design, variable, down)
    except StructureError as error:
        raise StructureError(
            f"the effect of {variable} is not defined in all rows: {error}"
        ) from error
    # the steps as rounded, so that the derivative of a linear term is exact
    derivative = difference / (up - down)[:, None]
    return Change(variable, SLOPE, design.matrix, derivative=derivative)


def _identity(line: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    return line, np.ones_like(line), np.zeros_like(line)


def _logistic(line: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    # half a second to import
    from scipy.special import expit

    mean = expit(line)
    slope = mean * expit(-line)
    return mean, slope, slope * (1 - 2 * mean)


def _exponential(line: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    mean = np.exp(line)
    return mean, mean, mean


_CURVES: dict[RegressionFamily, Curve] = {
    "gaussian": _identity,
    "binomial": _logistic,
    "poisson": _exponential,
    "negative-binomial": _exponential,
}
"""The mean as a function of the linear predictor, with its first two derivatives."""
