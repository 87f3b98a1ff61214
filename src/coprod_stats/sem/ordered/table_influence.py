"""Influence of cases on thresholds and polychoric correlations, as tables to look up.

References
----------
Muthén, B. (1984). Psychometrika, 49, 115-132.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.distributions import ndtr
from coprod_stats.sem.ordered.influence import Rows
from coprod_stats.sem.ordered.margins import standard_density
from coprod_stats.sem.ordered.pair_tables import PairTables, pair_tables
from coprod_stats.sem.ordered.polychoric import SMALLEST_PROBABILITY, PolychoricEstimates
from coprod_stats.sem.ordered.thresholds import (
    CodeArray,
    category_counts,
    thresholds_from_counts,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
Precision = type[np.float32] | type[np.float64]


@dataclass(frozen=True, slots=True)
class TableInfluence:
    """Influence looked up from the categories of each case: ordered items without covariates.

    A case's influence on a threshold depends on its category of that item alone, and that on a
    correlation on its cell of the two-way table, so that nothing of the size cases × statistics
    is held. Category 0 of the tables stands for a missing answer.

    Parameters
    ----------
    codes : (n_rows, n_items) int array
        See :class:`~.thresholds.CategoryCodes`.
    weights : (n_rows,) array or None
    thresholds : tuple of (n_thresholds, n_categories + 1) arrays
        One per item.
    first, second : (n_pairs,) int arrays
    correlations : (n_pairs, widest + 1, widest + 1) array
    squared_cells : (n_pairs, widest, widest) array
        Two-way tables of the squared weights.
    squared_margins : tuple of (n_categories,) arrays
    """

    codes: CodeArray
    weights: FloatArray | None
    thresholds: tuple[FloatArray, ...]
    first: IntArray
    second: IntArray
    correlations: FloatArray
    squared_cells: FloatArray
    squared_margins: tuple[FloatArray, ...]

    @property
    def n_rows(self) -> int:
        """Number of cases."""
        return int(self.codes.shape[0])

    @property
    def n_statistics(self) -> int:
        """Number of statistics."""
        return sum(len(table) for table in self.thresholds) + len(self.first)

    def columns(self, rows: Rows, precision: Precision = np.float64) -> FloatArray:
        """Influence of some cases; held in single precision if so asked."""
        places = np.ascontiguousarray((self.codes[rows] + 1).T.astype(np.intp))
        values: FloatArray = np.empty((self.n_statistics, places.shape[1]), precision)
        start = 0
        for table, place in zip(self.thresholds, places, strict=True):
            values[start : start + table.shape[0]] = table[:, place]
            start += table.shape[0]
        width = self.correlations.shape[1]
        flat = self.correlations.reshape(self.first.size, width * width).astype(
            precision, copy=False
        )
        shifted = places * width
        for pair, (i, j) in enumerate(zip(self.first, self.second, strict=True)):
            flat[pair].take(shifted[i] + places[j], out=values[start + pair], mode="clip")
        if self.weights is not None:
            values *= self.weights[rows].astype(precision, copy=False)
        return values

    def threshold_products(self) -> FloatArray:
        """Sum over cases of the products of influences on thresholds, from the two-way tables."""
        ends = np.cumsum([0, *(len(table) for table in self.thresholds)])
        parts = [slice(*span) for span in pairwise(ends.tolist())]
        answers = [table[:, 1:] for table in self.thresholds]
        products = np.zeros((ends[-1], ends[-1]))
        for part, table, counts in zip(parts, answers, self.squared_margins, strict=True):
            products[part, part] = (table * counts) @ table.T
        for cells, i, j in zip(self.squared_cells, self.first, self.second, strict=True):
            inside = cells[: answers[i].shape[1], : answers[j].shape[1]]
            products[parts[i], parts[j]] = answers[i] @ inside @ answers[j].T
            products[parts[j], parts[i]] = products[parts[i], parts[j]].T
        return products

    def sums_of_squares(self) -> FloatArray:
        """Sum over cases of the squared influence on each statistic, from the two-way tables."""
        by_threshold = [
            table[:, 1:] ** 2 @ counts
            for table, counts in zip(self.thresholds, self.squared_margins, strict=True)
        ]
        with np.errstate(over="ignore"):  # of correlations that the answers do not determine
            squares = self.correlations**2
        cells = self.squared_cells
        margins = _stacked(self.squared_margins, cells.shape[1])
        by_pair = np.einsum("pkl,pkl->p", cells, squares[:, 1:, 1:])
        alone = margins[self.first] - cells.sum(axis=2), margins[self.second] - cells.sum(axis=1)
        by_pair += np.einsum("pk,pk->p", alone[0], squares[:, 1:, 0])
        by_pair += np.einsum("pl,pl->p", alone[1], squares[:, 0, 1:])
        return np.concatenate([*by_threshold, by_pair])


def table_influence(
    codes: CodeArray,
    *,
    tables: PairTables,
    margins: tuple[FloatArray, ...],
    estimates: PolychoricEstimates,
    weights: FloatArray | None,
) -> TableInfluence:
    """Derive the influence tables of thresholds and polychoric correlations.

    Parameters
    ----------
    codes : (n_rows, n_items) int array
    tables : PairTables
    margins : tuple of (n_categories,) arrays
        Counts of the answers to each item, or their weights.
    estimates : PolychoricEstimates
    weights : (n_rows,) array or None
    """
    n_categories = tuple(counts.size for counts in margins)
    by_threshold = tuple(_threshold_influence(counts) for counts in margins)
    correlations = _correlation_influence(tables, estimates, by_threshold)
    squared_cells, squared_margins = tables.counts, margins
    if weights is not None:
        squares = weights**2
        squared_cells = pair_tables(codes, n_categories, weights=squares).counts
        squared_margins = tuple(
            category_counts(codes[:, item], size, weights=squares)
            for item, size in enumerate(n_categories)
        )
    return TableInfluence(
        codes,
        weights,
        by_threshold,
        tables.first,
        tables.second,
        correlations,
        squared_cells,
        squared_margins,
    )


def _threshold_influence(counts: FloatArray) -> FloatArray:
    """Influence of each category, missing first, on the thresholds of one item.

    The scores of the thresholds are ``φ(τ_k)/π_k`` in category `k` and ``−φ(τ_k)/π_{k+1}`` in the
    next one.
    """
    thresholds = thresholds_from_counts(counts)
    shares = counts / counts.sum()
    heights = standard_density(thresholds)
    scores = np.zeros((thresholds.size, counts.size + 1))
    position = np.arange(thresholds.size)
    scores[position, position + 1] = heights / shares[:-1]
    scores[position, position + 2] = -heights / shares[1:]
    information = (scores[:, 1:] * counts) @ scores[:, 1:].T
    return np.asarray(np.linalg.solve(information, scores))


def _correlation_influence(
    tables: PairTables, estimates: PolychoricEstimates, by_threshold: tuple[FloatArray, ...]
) -> FloatArray:
    """Influence of each cell, missing first, on the correlations.

    With the score ``s`` of a cell by the correlation, it is ``s − a₁'u₁ − a₂'u₂`` over ``Σ n s²``:
    ``u`` is the influence on the thresholds, ``a`` the cross-product of ``s`` with the scores of
    the table's likelihood by the thresholds.
    """
    probabilities, counts = estimates.probabilities, tables.counts
    usable = probabilities > SMALLEST_PROBABILITY
    inverse = np.where(usable, 1.0 / np.where(usable, probabilities, 1.0), 0.0)
    score = estimates.slopes * inverse
    weighted = counts * score
    information = (weighted * score).sum(axis=(1, 2))
    limits = estimates.limits[tables.first], estimates.limits[tables.second]
    ratio = weighted * inverse
    crossed = (
        _cross_products(ratio, limits, estimates.rho),
        _cross_products(ratio.transpose(0, 2, 1), limits[::-1], estimates.rho),
    )
    stacked = _stacked_influence(by_threshold, counts.shape[1])
    influence = np.zeros((score.shape[0], score.shape[1] + 1, score.shape[2] + 1))
    influence[:, 1:, 1:] = score
    influence -= np.einsum("pt,ptk->pk", crossed[0], stacked[tables.first])[:, :, None]
    influence -= np.einsum("pt,ptl->pl", crossed[1], stacked[tables.second])[:, None, :]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # see .determinacy
        return np.asarray(influence / information[:, None, None])


def _cross_products(
    ratio: FloatArray, limits: tuple[FloatArray, FloatArray], rho: FloatArray
) -> FloatArray:
    """``Σ n s ∂log π/∂τ`` for the thresholds of the row item of each table.

    ``∂π_kl/∂τ_k = φ(τ_k) [Φ((u_l − ρτ_k)/√(1−ρ²)) − Φ((u_{l−1} − ρτ_k)/√(1−ρ²))]``, and the
    opposite for ``π_{k+1,l}``.
    """
    own, other = limits
    root = np.sqrt(np.maximum(1.0 - rho**2, np.finfo(np.float64).tiny))[:, None, None]
    cumulated = np.ones((own.shape[0], own.shape[1], other.shape[1] + 2))
    cumulated[:, :, 0] = 0.0
    shifted = other[:, None, :] - rho[:, None, None] * own[:, :, None]
    cumulated[:, :, 1:-1] = ndtr(shifted / root)
    slopes = standard_density(own)[:, :, None] * np.diff(cumulated, axis=2)
    return np.asarray(((ratio[:, :-1] - ratio[:, 1:]) * slopes).sum(axis=2))


def _stacked(vectors: tuple[FloatArray, ...], width: int) -> FloatArray:
    stacked = np.zeros((len(vectors), width))
    for row, vector in zip(stacked, vectors, strict=True):
        row[: vector.size] = vector
    return stacked


def _stacked_influence(tables: tuple[FloatArray, ...], width: int) -> FloatArray:
    stacked = np.zeros((len(tables), width - 1, width + 1))
    for item, table in enumerate(tables):
        stacked[item, : table.shape[0], : table.shape[1]] = table
    return stacked
