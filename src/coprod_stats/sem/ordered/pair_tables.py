"""Two-way tables of all pairs of ordered items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.observed.errors import DataNote
from coprod_stats.sem.ordered.thresholds import CodeArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

_ROWS = 8192
"""Rows counted at a time: exact in single precision, and small enough for the cache."""


@dataclass(frozen=True, slots=True)
class PairTables:
    """Counts of the answers to every pair of items, cases with both answers only.

    Parameters
    ----------
    first, second : (n_pairs,) int arrays
        The items of each pair, ``first < second``; pairs run as the strict lower triangle of a
        matrix does by columns.
    counts : (n_pairs, n_categories, n_categories) array
        Numbers or weights; rows belong to `first`. Items with fewer categories than the largest
        are filled up with zeros.
    is_binary : (n_pairs,) bool array
        Whether both items have two categories.
    """

    first: IntArray
    second: IntArray
    counts: FloatArray
    is_binary: BoolArray


def pair_tables(
    codes: CodeArray, n_categories: tuple[int, ...], *, weights: FloatArray | None = None
) -> PairTables:
    """Count all two-way tables at once, as one product of indicator matrices.

    Parameters
    ----------
    codes : (n_obs, n_items) int array
        See :class:`~.thresholds.CategoryCodes`.
    n_categories : tuple of int
    weights : (n_obs,) array, optional
    """
    n_items, widest = codes.shape[1], max(n_categories)
    categories = np.arange(widest, dtype=codes.dtype)
    total = np.zeros((n_items * widest, n_items * widest))
    for start in range(0, codes.shape[0], _ROWS):
        part = codes[start : start + _ROWS]
        chosen = (part[:, :, None] == categories).reshape(part.shape[0], -1)
        if weights is None:
            indicators = chosen.astype(np.float32)
            total += indicators.T @ indicators
        else:
            weighted = chosen * np.sqrt(weights[start : start + _ROWS, None])
            total += weighted.T @ weighted
    first, second = np.triu_indices(n_items, 1)
    grid = total.reshape(n_items, widest, n_items, widest)
    sizes = np.array(n_categories)
    is_binary = (sizes[first] == 2) & (sizes[second] == 2)
    return PairTables(first, second, grid[first, :, second, :], is_binary)


def with_filled_binary_tables(tables: PairTables) -> FloatArray:
    """Fill a single empty cell of a two-by-two table with one half.

    The margins are kept, as in lavaan (``zero.add = c(0.5, 0)``, ``zero.keep.margins``). Larger
    tables stay as they are.
    """
    counts = tables.counts.copy()
    square = counts[:, :2, :2]
    empty = square == 0
    single = tables.is_binary & (empty.sum(axis=(1, 2)) == 1)
    on_diagonal = empty[:, 0, 0] | empty[:, 1, 1]
    shift = np.where(single, np.where(on_diagonal, 0.5, -0.5), 0.0)[:, None, None]
    square += shift * np.array([[1.0, -1.0], [-1.0, 1.0]])
    return counts


def table_notes(tables: PairTables, n_categories: tuple[int, ...]) -> tuple[DataNote, ...]:
    """List pairs of items whose tables have empty cells.

    Returns
    -------
    tuple of DataNote
        ``OBS-111`` pairs with empty cells (one note, the items listed), ``OBS-112`` two-by-two
        tables with one empty cell, where one half was added, ``OBS-113`` those with two empty
        cells, whose correlation is taken as ±1.
    """
    sizes = np.array(n_categories)
    n_cells = sizes[tables.first] * sizes[tables.second]
    n_empty = n_cells - np.count_nonzero(tables.counts, axis=(1, 2))
    notes = []
    if (n_empty > 0).any():
        concerned = np.flatnonzero(n_empty > 0)
        items = np.unique(np.concatenate([tables.first[concerned], tables.second[concerned]]))
        notes.append(
            DataNote(
                "OBS-111",
                f"{concerned.size} of {n_empty.size} pairs of items have combinations of answers "
                "that nobody gave; their correlations rest on little.",
                tuple(map(int, items)),
            )
        )
    messages = {
        1: ("OBS-112", "one combination of answers does not occur; one half was added to it."),
        2: ("OBS-113", "two combinations of answers do not occur; the correlation is ±1."),
    }
    for pair in np.flatnonzero(tables.is_binary & (n_empty > 0)):
        code, message = messages[min(int(n_empty[pair]), 2)]
        notes.append(DataNote(code, message, (int(tables.first[pair]), int(tables.second[pair]))))
    return tuple(notes)
