"""Large tables by blocks of rows and by patterns of rows, in little memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS = 65_536
"""Rows of a block: temporary arrays of some dozen items stay below 50 MB."""


def row_blocks(n_rows: int, *, size: int = ROWS) -> Iterator[slice]:
    """Return consecutive blocks of rows; one, possibly empty, at least."""
    for start in range(0, max(n_rows, 1), size):
        yield slice(start, min(start + size, n_rows))


def rowwise(compute: Callable[..., tuple[Any, ...]], *tables: NDArray[Any]) -> tuple[Any, ...]:
    """Return what a function computes for each row of tables, a block of rows at a time.

    Parameters
    ----------
    compute : callable
        Takes blocks of the tables and returns a tuple of arrays, (n_rows_of_the_block,) each, that
        depend on nothing but their own row.
    tables : ndarray, (n_rows, ...)
        Tables with the same rows.
    """
    blocks = [compute(*(table[block] for table in tables)) for block in row_blocks(len(tables[0]))]
    return tuple(np.concatenate(parts) for parts in zip(*blocks, strict=True))


def row_patterns(
    columns: Iterable[NDArray[np.bool_]], *, n_rows: int
) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Return the distinct rows of a table of truth values, and which of them each row is.

    The same as ``numpy.unique(axis=0, return_inverse=True)``, in time proportional to the size of
    the table: the patterns of the first columns are split by the next, and those without rows
    dropped.

    Parameters
    ----------
    columns : iterable of ndarray of bool, each (n_rows,)
        The columns, from the one that sorts first.
    n_rows : int
        Number of rows.

    Returns
    -------
    patterns : ndarray of bool, (n_patterns, n_columns)
        In lexicographic order, false first.
    which : ndarray of int, (n_rows,)
        The pattern of each row.
    """
    which = np.zeros(n_rows, dtype=np.intp)
    patterns = np.zeros((1 if n_rows else 0, 0), dtype=bool)
    for column in columns:
        split: NDArray[Any] = 2 * which + column
        occurs = np.bincount(split, minlength=2 * len(patterns)) > 0
        which = (np.cumsum(occurs) - 1)[split]
        found = np.flatnonzero(occurs)
        patterns = np.column_stack([patterns[found // 2], found % 2 == 1])
    return patterns, which
