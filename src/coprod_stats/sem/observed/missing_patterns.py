"""Cases grouped by which items they answered, with the moments within each pattern.

The normal log-likelihood of incomplete data depends on the cases only through the number, mean
and covariance of each pattern, so that its cost grows with the patterns and not with the cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.observed.errors import ObservedDataError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class MissingPatterns:
    """The missing-data patterns of one group, stacked; the most frequent first.

    Cases without any answer belong to no pattern and are not counted.

    Parameters
    ----------
    observed : (n_patterns, n_items) bool array
    counts : (n_patterns,) array
        Number of cases, or the sum of their weights.
    means : (n_patterns, n_items) array
        Within the pattern; zero where not observed.
    covs : (n_patterns, n_items, n_items) array
        Within the pattern, divisor ``counts``; zero where not observed.
    pattern_of_case : (n_rows,) int array
        −1 for a row without any answer.
    """

    observed: BoolArray
    counts: FloatArray
    means: FloatArray
    covs: FloatArray
    pattern_of_case: IntArray

    @property
    def n_items(self) -> int:
        """Number of items."""
        return int(self.observed.shape[1])

    @property
    def n_obs(self) -> float:
        """Number of cases with at least one answer, or the sum of their weights."""
        return float(self.counts.sum())

    @property
    def n_empty(self) -> int:
        """Number of rows without any answer."""
        return int(np.count_nonzero(self.pattern_of_case < 0))

    def coverage(self) -> FloatArray:
        """Share of cases that answered both items of each pair, ``(n_items, n_items)``."""
        answered = self.observed.astype(np.float64)
        return np.asarray(answered.T @ (answered * self.counts[:, None]) / self.n_obs)

    def blocks(self, size: int = 512) -> Iterator[MissingPatterns]:
        """Cut the stack into pieces of at most `size` patterns, to bound temporary memory."""
        for start in range(0, self.counts.size, size):
            part = slice(start, start + size)
            yield MissingPatterns(
                self.observed[part],
                self.counts[part],
                self.means[part],
                self.covs[part],
                self.pattern_of_case,
            )


def available_moments(patterns: MissingPatterns, cov: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Means and variances of the available answers: ML estimates if items are independent.

    Parameters
    ----------
    patterns : MissingPatterns
    cov : (n_items, n_items) array
        Source of the covariances.

    Returns
    -------
    (n_items,) array, (n_items, n_items) array
    """
    counts = patterns.counts @ patterns.observed
    mean = patterns.counts @ patterns.means / counts
    deviation = np.where(patterns.observed, patterns.means - mean, 0.0)
    variances = np.einsum("kii->ki", patterns.covs) + deviation**2
    available = cov.copy()
    np.fill_diagonal(available, patterns.counts @ variances / counts)
    return mean, available


def group_by_pattern(data: FloatArray, *, weights: FloatArray | None = None) -> MissingPatterns:
    """Group cases by missing-data pattern.

    Parameters
    ----------
    data : (n_rows, n_items) array
        Missing values are NaN.
    weights : (n_rows,) array, optional
        Sampling weights, scaled by :func:`~.weights.normalized_weights`.

    Raises
    ------
    ObservedDataError
        ``OBS-004`` if an item has no answer at all, ``OBS-002`` for an infinite value.
    """
    answered = ~np.isnan(data)
    _check(data, answered)
    observed, pattern_of_case = _distinct_patterns(answered)
    n_patterns = observed.shape[0]
    case_weights = np.ones(data.shape[0]) if weights is None else weights
    by_pattern = np.argsort(pattern_of_case, kind="stable")
    ends = np.cumsum(np.bincount(pattern_of_case + 1, minlength=n_patterns + 1))
    counts = np.empty(n_patterns)
    means = np.zeros(observed.shape)
    covs = np.zeros((*observed.shape, observed.shape[1]))
    for pattern, items in enumerate(observed):
        rows = by_pattern[ends[pattern] : ends[pattern + 1]]
        values, weight = data[np.ix_(rows, items)], case_weights[rows]
        counts[pattern] = weight.sum()
        means[pattern, items] = mean = weight @ values / counts[pattern]
        if rows.size > 1:
            centred = values - mean
            cov = (centred * weight[:, None]).T @ centred / counts[pattern]
            covs[pattern][np.ix_(items, items)] = (cov + cov.T) / 2.0
    return MissingPatterns(observed, counts, means, covs, pattern_of_case)


def _check(data: FloatArray, answered: BoolArray) -> None:
    unanswered = np.flatnonzero(~answered.any(axis=0))
    if unanswered.size:
        raise ObservedDataError(
            "OBS-004",
            "no case has an answer to these items; omit them from the model",
            tuple(map(int, unanswered)),
        )
    if np.isinf(data).any():
        raise ObservedDataError("OBS-002", "the data hold infinite values.")


def _distinct_patterns(answered: BoolArray) -> tuple[BoolArray, IntArray]:
    """Distinct rows by frequency, the row of zeros omitted, and the number of each row's."""
    packed = np.ascontiguousarray(np.packbits(answered, axis=1))
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, inverse, counts = np.unique(
        keys, return_index=True, return_inverse=True, return_counts=True
    )
    distinct = answered[first]
    answering = distinct.any(axis=1)
    order = np.lexsort((first, -counts, ~answering))
    rank = np.where(answering, np.argsort(order), -1)
    return distinct[order][: int(answering.sum())], rank[inverse].astype(np.intp)
