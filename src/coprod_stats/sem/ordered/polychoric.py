"""Polychoric correlations of all pairs of ordered items, by two-step maximum likelihood.

The thresholds are those of the margins; each correlation maximises the likelihood of its two-way
table. All pairs take safeguarded Newton steps together, and each step moves the cell
probabilities by an integral over the step alone (:mod:`.bivariate_normal`), so that four or five
evaluations of a few nodes each reach full precision.

References
----------
Olsson, U. (1979). Psychometrika, 44, 443-460.
Muthén, B. (1984). Psychometrika, 49, 115-132.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.distributions import ndtr
from coprod_stats.sem.ordered.bivariate_normal import (
    INFINITE,
    add_increment,
    density,
    density_slope,
)
from coprod_stats.sem.ordered.newton import BOUND, Bracket
from coprod_stats.sem.ordered.pair_tables import PairTables, with_filled_binary_tables

FloatArray = NDArray[np.float64]

SMALLEST_PROBABILITY = float(np.sqrt(np.finfo(np.float64).eps))
"""Cell probabilities below this count as this, as in lavaan."""

_PAIRS = 256
_MAX_STEPS = 60


@dataclass(frozen=True, slots=True)
class PolychoricEstimates:
    """Polychoric correlations with the cell probabilities that they imply.

    Parameters
    ----------
    rho : (n_pairs,) array
    probabilities, slopes : (n_pairs, n_categories, n_categories) arrays
        Cell probabilities and their derivatives by the correlation.
    limits : (n_items, n_categories - 1) array
        Thresholds, filled up with ``INFINITE``.
    """

    rho: FloatArray
    probabilities: FloatArray
    slopes: FloatArray
    limits: FloatArray


def polychoric_correlations(
    tables: PairTables, thresholds: tuple[FloatArray, ...]
) -> PolychoricEstimates:
    """Estimate the polychoric correlation of each pair.

    Estimates lie within ±``BOUND``; a two-by-two table with two empty cells gives ±1, and one
    with a single empty cell has it filled with one half at fixed margins, as lavaan does.

    Parameters
    ----------
    tables : PairTables
    thresholds : tuple of (n_categories - 1,) arrays
        One per item, from the margins.
    """
    limits = np.full((len(thresholds), tables.counts.shape[1] - 1), INFINITE)
    for item, values in enumerate(thresholds):
        limits[item, : values.size] = values
    counts = with_filled_binary_tables(tables)
    rho = np.empty(counts.shape[0])
    probabilities, slopes = np.empty_like(counts), np.empty_like(counts)
    for start in range(0, rho.size, _PAIRS):
        part = slice(start, start + _PAIRS)
        cells = _Cells(limits[tables.first[part]], limits[tables.second[part]])
        rho[part] = _maximize(cells, counts[part])
        probabilities[part], slopes[part] = cells.probabilities(), cells.slopes()
    rho = np.where(_is_degenerate(tables), np.sign(tables.counts[:, 0, 0] - 0.5), rho)
    return PolychoricEstimates(rho, probabilities, slopes, limits)


class _Cells:
    """Cell probabilities of a stack of pairs at their current correlations."""

    def __init__(self, first: FloatArray, second: FloatArray) -> None:
        shape = (first.shape[0], first.shape[1], second.shape[1])
        self.limits = (
            np.broadcast_to(first[:, :, None], shape),
            np.broadcast_to(second[:, None, :], shape),
        )
        self.margins = (ndtr(first), ndtr(second))
        self.inner = self.margins[0][:, :, None] * self.margins[1][:, None, :]
        self.rho = np.zeros(shape[0])

    def move(self, rho: FloatArray) -> None:
        add_increment(self.inner, self.limits, self.rho, rho)
        self.rho = rho
        self.density = density(*self.limits, rho[:, None, None])

    def probabilities(self) -> FloatArray:
        bordered = _with_zero_border(self.inner)
        bordered[:, 1:-1, -1] = self.margins[0]
        bordered[:, -1, 1:-1] = self.margins[1]
        bordered[:, -1, -1] = 1.0
        return _rectangles(bordered)

    def slopes(self) -> FloatArray:
        return _rectangles(_with_zero_border(self.density))

    def curvatures(self) -> FloatArray:
        second = self.density * density_slope(*self.limits, self.rho[:, None, None])
        return _rectangles(_with_zero_border(second))


def _with_zero_border(inner: FloatArray) -> FloatArray:
    n_pairs, n_rows, n_columns = inner.shape
    bordered = np.zeros((n_pairs, n_rows + 2, n_columns + 2))
    bordered[:, 1:-1, 1:-1] = inner
    return bordered


def _rectangles(bordered: FloatArray) -> FloatArray:
    by_row = bordered[:, 1:, :] - bordered[:, :-1, :]
    return by_row[:, :, 1:] - by_row[:, :, :-1]


def _maximize(cells: _Cells, counts: FloatArray) -> FloatArray:
    bracket = Bracket(_start(cells, counts))
    for _ in range(_MAX_STEPS):
        cells.move(bracket.point)
        probabilities = np.maximum(cells.probabilities(), SMALLEST_PROBABILITY)
        relative = cells.slopes() / probabilities
        weighted = counts * relative
        score = weighted.sum(axis=(1, 2))
        fisher = (weighted * relative).sum(axis=(1, 2))
        information = fisher - (counts / probabilities * cells.curvatures()).sum(axis=(1, 2))
        likelihood = (counts * np.log(probabilities)).sum(axis=(1, 2))
        if bracket.step(likelihood, score, np.where(information > 0.0, information, fisher)):
            break
    return bracket.point


def _start(cells: _Cells, counts: FloatArray) -> FloatArray:
    """Pearson correlation of the codes, corrected for categorisation (Olsson et al. 1982, eq. 23).

    The polyserial ad hoc factor ``s / Σ φ(τ)`` is applied to both items.
    """
    n_categories = counts.shape[1]
    codes = np.arange(n_categories, dtype=np.float64)
    total = counts.sum(axis=(1, 2))
    sides = (counts.sum(axis=2), counts.sum(axis=1))
    means = [side @ codes / total for side in sides]
    product = np.einsum("pkl,k,l->p", counts, codes, codes, optimize=True) / total
    first, second = cells.limits[0][:, :, 0], cells.limits[1][:, 0, :]
    heights = [np.exp(-0.5 * limit**2).sum(axis=1) for limit in (first, second)]
    guess = (product - means[0] * means[1]) * 2.0 * np.pi / (heights[0] * heights[1])
    return np.asarray(np.clip(guess, -0.9 * BOUND, 0.9 * BOUND))


def _is_degenerate(tables: PairTables) -> NDArray[np.bool_]:
    n_empty = np.count_nonzero(tables.counts[:, :2, :2] == 0, axis=(1, 2))
    return np.asarray(tables.is_binary & (n_empty >= 2))
