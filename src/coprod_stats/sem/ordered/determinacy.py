"""Correlations that the answers do not determine, mostly because hardly anybody chose a category.

Where the cells of a two-way table that decide on the correlation are empty, its likelihood rises
towards ±1 until it is flat: the estimate is arbitrary, and its sampling variance without bound.
lavaan 0.6-14 goes on with it, or fails ("Model estimation FAILED").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.inference.checks import Finding
from coprod_stats.sem.observed.errors import ObservedDataError
from coprod_stats.sem.options import Discrepancy
from coprod_stats.sem.ordered.moments import CategoricalMoments
from coprod_stats.sem.ordered.thresholds import rare_category

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

LARGEST_VARIANCE = {"DWLS": 1e100, "ULS": 1e20, "WLS": 1e20}
"""Entries of the diagonal of Gamma that the arithmetic of a discrepancy stands.

DWLS gives such a correlation a weight of its inverse; the others rest on it as on any.
"""


def require_determined(
    moments: CategoricalMoments, values: FloatArray, discrepancy: Discrepancy
) -> None:
    """Refuse correlations on which no weights, standard errors or tests can rest.

    Parameters
    ----------
    moments : CategoricalMoments
    values : (n_rows, n_items) array
        Category codes of ordered items, numbers of continuous ones.
    discrepancy : {'DWLS', 'ULS', 'WLS'}

    Raises
    ------
    ObservedDataError
        ``OBS-017`` naming two items, the one with the rarer category first.
    """
    variances = correlation_variances(moments)
    usable = (variances > 0.0) & (variances < LARGEST_VARIANCE[discrepancy])
    if usable.all():
        return
    first, second = _pairs(moments)
    worst = int(np.flatnonzero(~usable)[0])
    rarest = _Rarest(moments, values)
    pair = rarest.first_of(int(first[worst]), int(second[worst]))
    raise ObservedDataError(
        "OBS-017",
        f"the answers do not determine the correlation of these items{rarest.said_of(pair[0])}; "
        "join rare categories with a neighbouring one, in all groups alike, or omit an item",
        pair,
    )


def undetermined_findings(
    moments: CategoricalMoments, values: FloatArray, names: Sequence[str], where: str
) -> Iterator[Finding]:
    """Yield the items whose correlations have a standard error above 1, by their rarest category.

    Parameters
    ----------
    moments : CategoricalMoments
    values : (n_rows, n_items) array
    names : sequence of str
    where : str
        What the messages begin with.
    """
    first, second = _pairs(moments)
    weak = np.flatnonzero(correlation_variances(moments) > moments.n_obs)
    rarest = _Rarest(moments, values)
    others: dict[int, list[int]] = {}
    for pair in weak:
        item, other = rarest.first_of(int(first[pair]), int(second[pair]))
        others.setdefault(item, []).append(other)
    for item, found in sorted(others.items()):
        yield Finding(
            "SEM-217",
            f"{where}the answers hardly determine the correlations of the first of these items "
            f"with the others{rarest.said_of(item)}; join rare categories with a neighbouring one, "
            "in all groups alike, or omit the item",
            tuple(names[place] for place in (item, *found)),
        )


def correlation_variances(moments: CategoricalMoments) -> FloatArray:
    """Return the diagonal of Gamma for the correlations, whatever the units of the items."""
    first, second = _pairs(moments)
    scales = np.sqrt(np.diag(moments.cov))
    with np.errstate(over="ignore", invalid="ignore"):
        sums = moments.influence.sums_of_squares()[-first.size :] if first.size else np.empty(0)
        return np.asarray(moments.n_obs * sums / (scales[first] * scales[second]) ** 2)


def _pairs(moments: CategoricalMoments) -> tuple[IntArray, IntArray]:
    return np.triu_indices(len(moments.n_categories), 1)


class _Rarest:
    """The category of each ordered item that fewest cases chose."""

    def __init__(self, moments: CategoricalMoments, values: FloatArray) -> None:
        self._counts: list[FloatArray | None] = [
            np.array([np.count_nonzero(column == code) for code in range(size)]) if size else None
            for size, column in zip(moments.n_categories, values.T, strict=True)
        ]

    def _least(self, item: int) -> float:
        counts = self._counts[item]
        return np.inf if counts is None else float(counts.min())

    def first_of(self, one: int, other: int) -> tuple[int, int]:
        """Return two items, the one with the rarer category first."""
        return (one, other) if self._least(one) <= self._least(other) else (other, one)

    def said_of(self, item: int) -> str:
        """Describe the rarest category of an item, if few chose it."""
        counts = self._counts[item]
        rare = "" if counts is None else rare_category(counts)
        return f" (of the first, {rare})" if rare else ""
