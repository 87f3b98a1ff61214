"""The matrix of polychoric correlations of a set of ordered items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.observed.errors import DataNote, ObservedDataError
from coprod_stats.sem.ordered.newton import BOUND
from coprod_stats.sem.ordered.pair_tables import PairTables, pair_tables, table_notes
from coprod_stats.sem.ordered.polychoric import PolychoricEstimates, polychoric_correlations
from coprod_stats.sem.ordered.thresholds import (
    CodeArray,
    category_codes,
    category_counts,
    require_all_categories,
    thresholds_from_counts,
)

FloatArray = NDArray[np.float64]

NEARLY_ONE = 0.99
"""Correlations beyond this are named."""


@dataclass(frozen=True, slots=True)
class PolychoricMatrix:
    """Polychoric correlations with what they rest on.

    Parameters
    ----------
    correlations : (n_items, n_items) array
    thresholds : tuple of (n_categories - 1,) arrays
        One per item.
    counts : tuple of (n_categories,) arrays
        Answers in each category, or their weights.
    tables : PairTables
    estimates : PolychoricEstimates
    notes : tuple of DataNote
        Codes ``OBS-111`` to ``OBS-116``.
    """

    correlations: FloatArray
    thresholds: tuple[FloatArray, ...]
    counts: tuple[FloatArray, ...]
    tables: PairTables
    estimates: PolychoricEstimates
    notes: tuple[DataNote, ...]


def polychoric_matrix(data: FloatArray, *, weights: FloatArray | None = None) -> PolychoricMatrix:
    """Estimate all polychoric correlations by two-step maximum likelihood.

    Each pair uses the cases that answered both items, each item's thresholds all its answers.

    Parameters
    ----------
    data : (n_obs, n_items) array
        Answers on any scale, larger meaning more; missing values are NaN.
    weights : (n_obs,) array, optional
        Sampling weights.

    Raises
    ------
    ObservedDataError
        ``OBS-010`` for an item with one answer only, ``OBS-015`` for items that nobody answered
        together, ``OBS-002`` for infinite answers.
    """
    coded = category_codes(data)
    return matrix_of_codes(coded.codes, coded.n_categories, weights=weights)


def matrix_of_codes(
    codes: CodeArray, n_categories: tuple[int, ...], *, weights: FloatArray | None = None
) -> PolychoricMatrix:
    """Estimate all polychoric correlations of coded items; see :func:`polychoric_matrix`.

    Parameters
    ----------
    codes : (n_obs, n_items) int array
    n_categories : tuple of int
    weights : (n_obs,) array, optional

    Raises
    ------
    ObservedDataError
        ``OBS-011`` for a category that nobody chose, ``OBS-015``.
    """
    counts = tuple(
        category_counts(codes[:, item], size, weights=weights)
        for item, size in enumerate(n_categories)
    )
    require_all_categories(counts)
    tables = pair_tables(codes, n_categories, weights=weights)
    alone = np.flatnonzero(tables.counts.sum(axis=(1, 2)) == 0)
    if alone.size:
        raise no_common_answers(int(tables.first[alone[0]]), int(tables.second[alone[0]]))
    thresholds = tuple(thresholds_from_counts(count) for count in counts)
    estimates = polychoric_correlations(tables, thresholds)
    correlations = np.eye(len(counts))
    correlations[tables.first, tables.second] = estimates.rho
    correlations[tables.second, tables.first] = estimates.rho
    notes = table_notes(tables, n_categories) + correlation_notes(correlations)
    return PolychoricMatrix(correlations, thresholds, counts, tables, estimates, notes)


def no_common_answers(first: int, second: int) -> ObservedDataError:
    """Fault of two items that nobody answered together."""
    message = (
        "no case has answers to both of these items, so that their correlation is unknown; "
        "omit one of them"
    )
    return ObservedDataError("OBS-015", message, (first, second))


def correlation_notes(correlations: FloatArray) -> tuple[DataNote, ...]:
    """Note correlations near or at ±1, and a matrix that is not positive definite.

    ``OBS-114`` beyond ``NEARLY_ONE``, ``OBS-116`` at the bound, ``OBS-115`` not positive definite.
    """
    first, second = np.nonzero(np.triu(np.abs(correlations) > NEARLY_ONE, 1))
    notes = []
    for i, j in zip(first, second, strict=True):
        at_bound = abs(correlations[i, j]) >= BOUND
        code = "OBS-116" if at_bound else "OBS-114"
        degree = "perfect" if at_bound else "nearly perfect"
        message = f"the correlation of these items is {degree}; they measure the same."
        notes.append(DataNote(code, message, (int(i), int(j))))
    if np.linalg.eigvalsh(correlations)[0] <= 0.0:
        message = "the matrix of pairwise correlations is not positive definite."
        notes.append(DataNote("OBS-115", message))
    return tuple(notes)
