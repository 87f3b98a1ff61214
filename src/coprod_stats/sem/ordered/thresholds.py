"""Categories of ordered items and their thresholds on a normal latent response."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.sem.distributions import ndtri
from coprod_stats.sem.observed.errors import ObservedDataError
from coprod_stats.sem.ordered.bivariate_normal import INFINITE

FloatArray = NDArray[np.float64]
CodeArray = NDArray[np.int16]

MISSING = -1
"""Category code of a missing answer."""

_LARGEST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class CategoryCodes:
    """Answers to ordered items as ranks of their categories.

    Parameters
    ----------
    codes : (n_obs, n_items) int16 array
        0 for the lowest category, ``MISSING`` for no answer.
    levels : tuple of arrays
        The answers that stand behind the codes of each item, ascending.
    """

    codes: CodeArray
    levels: tuple[FloatArray, ...]

    @property
    def n_categories(self) -> tuple[int, ...]:
        """Number of categories of each item."""
        return tuple(level.size for level in self.levels)


def category_codes(data: FloatArray) -> CategoryCodes:
    """Rank the answers of each item; only answers that occur are categories.

    All groups are coded together, so that a category means the same in each.

    Parameters
    ----------
    data : (n_obs, n_items) array
        Missing values are NaN.

    Raises
    ------
    ObservedDataError
        ``OBS-010`` for an item with fewer than two different answers, ``OBS-002`` for an infinite
        one.
    """
    levels = tuple(category_levels_of(data[:, item], item) for item in range(data.shape[1]))
    codes = [ranks_among(level, answers) for level, answers in zip(levels, data.T, strict=True)]
    return CategoryCodes(np.column_stack(codes), levels)


def category_levels_of(answers: FloatArray, item: int) -> FloatArray:
    """Find the distinct answers to one item, ascending; by counting if they are small integers.

    Parameters
    ----------
    answers : (n_obs,) array
        Missing values are NaN.
    item : int
        Its number, for messages.

    Raises
    ------
    ObservedDataError
        As :func:`category_codes`.
    """
    answers = answers[~np.isnan(answers)]
    levels = None
    if answers.size and answers.min() >= 0 and answers.max() <= _LARGEST_COUNTED:
        whole = answers.astype(np.intp)
        if np.array_equal(whole, answers):
            levels = np.flatnonzero(np.bincount(whole)).astype(np.float64)
    if levels is None:
        levels = np.unique(answers)
    if not np.all(np.isfinite(levels)):
        raise ObservedDataError("OBS-002", "an answer is infinite", (item,))
    if levels.size < 2:
        raise ObservedDataError(
            "OBS-010",
            f"an ordered item needs two different answers and has {levels.size}; omit it",
            (item,),
        )
    return levels


def ranks_among(levels: FloatArray, answers: FloatArray) -> CodeArray:
    """Code answers by their rank among the levels, ``MISSING`` where there is none.

    Parameters
    ----------
    levels : (n_levels,) array
        Ascending; every answer is one of them.
    answers : (n_obs,) array
    """
    whole = levels.astype(np.intp)
    if not (levels[0] >= 0 and levels[-1] <= _LARGEST_COUNTED and np.array_equal(whole, levels)):
        ranks = np.searchsorted(levels, answers).astype(np.int16)
        ranks[np.isnan(answers)] = MISSING
        return ranks
    of_whole = np.full(whole[-1] + 2, MISSING, dtype=np.int16)
    of_whole[whole] = np.arange(whole.size)
    return of_whole[np.nan_to_num(answers, nan=whole[-1] + 1.0).astype(np.intp)]


def category_counts(
    codes: CodeArray, n_categories: int, *, weights: FloatArray | None = None
) -> FloatArray:
    """Count the answers, or their weights, in each category of one item.

    Parameters
    ----------
    codes : (n_obs,) int array
    n_categories : int
    weights : (n_obs,) array, optional

    Returns
    -------
    (n_categories,) array
    """
    counts = np.bincount(codes + 1, weights=weights, minlength=n_categories + 1)[1:]
    return counts.astype(np.float64)


def require_all_categories(counts: tuple[FloatArray, ...]) -> None:
    """Refuse items with an empty category, whose thresholds would be infinite or equal.

    Parameters
    ----------
    counts : tuple of (n_categories,) arrays
        One per item.

    Raises
    ------
    ObservedDataError
        ``OBS-011`` naming every such item and its categories.
    """
    empty = {item: np.flatnonzero(n == 0) + 1 for item, n in enumerate(counts) if (n == 0).any()}
    if empty:
        categories = "; ".join(", ".join(map(str, numbers)) for numbers in empty.values())
        raise ObservedDataError(
            "OBS-011",
            f"nobody chose these categories (by rank: {categories}) of these items; join them "
            "with a neighbouring category, in all groups alike",
            tuple(empty),
        )


FEW = 5
"""Most cases in a category that is named as a cause."""


def rare_category(counts: FloatArray) -> str:
    """Describe the category that fewest cases chose, if at most ``FEW`` did; else empty.

    Parameters
    ----------
    counts : (n_categories,) array
        Cases, whatever their weights.
    """
    least = int(counts.min())
    if least > FEW:
        return ""
    return f"only {counted(least, 'case')} chose category {int(counts.argmin()) + 1} (by rank)"


def thresholds_from_counts(counts: FloatArray) -> FloatArray:
    """Thresholds ``τ_k = Φ⁻¹(share of answers in categories 1..k)``, the ML estimates.

    Parameters
    ----------
    counts : (n_categories,) array
        All positive.

    Returns
    -------
    (n_categories - 1,) array

    References
    ----------
    Olsson, U. (1979). Psychometrika, 44, 443-460, eq. 13.
    """
    return np.asarray(ndtri(np.cumsum(counts[:-1]) / counts.sum()))


def bordered(thresholds: FloatArray) -> FloatArray:
    """Limits of the categories: the thresholds between minus and plus infinity."""
    return np.concatenate([[-INFINITE], thresholds, [INFINITE]])
