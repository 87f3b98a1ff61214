"""Careless responding seen in within-person inconsistency, as in R's careless 1.2.

Every function takes answers of shape (n_persons, n_items), NaN where missing, and returns a
`PersonIndex`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coprod_stats.quality.pairwise_moments import (
    pairwise_correlation,
    row_correlation,
    row_means,
    zero_filled,
)
from coprod_stats.quality.person_index import (
    BoolArray,
    FloatArray,
    PersonIndex,
    person_index,
    unavailable_index,
)
from coprod_stats.quality.row_blocks import rowwise


def even_odd(
    answers: FloatArray,
    scales: Sequence[NDArray[np.intp]],
    *,
    min_pairs: int = 2,
    scope: str = "",
) -> PersonIndex:
    r"""Even-odd inconsistency: the negative of a person's split-half consistency across scales.

    With r the correlation, across scales, between a person's means on the even and on the odd
    items, the index is :math:`-\max(2r / (1 + r), -1)`: the Spearman–Brown step-up with the sign of
    careless 1.2, where higher means more careless, from −1 (consistent) to 1 (Johnson, 2005).

    Parameters
    ----------
    answers : ndarray, shape (n_persons, n_items)
        Reverse-scored, so that all items of a scale are keyed in one direction.
    scales : sequence of ndarray of int
        The columns of each scale in order of asking; the first counts as odd.
    min_pairs : int
        Scales with an even and an odd mean that a person needs; careless takes two, for which r
        is always ±1.
    scope : str
        The part of the form that is covered.
    """
    halves = [scale for scale in scales if len(scale) >= 2]
    n_items = sum(map(len, halves))
    if len(halves) < max(min_pairs, 2):
        return unavailable_index(
            "even_odd",
            f"needs {max(min_pairs, 2)} scales of two or more items; the form has {len(halves)}",
            n_persons=answers.shape[0],
            n_items=n_items,
            scope=scope,
        )
    odd = np.column_stack([row_means(answers[:, scale[0::2]]) for scale in halves])
    even = np.column_stack([row_means(answers[:, scale[1::2]]) for scale in halves])
    r, n_pairs, flat = row_correlation(even, odd)
    with np.errstate(divide="ignore"):
        consistency = np.maximum(2 * r / (1 + r), -1.0)
    return person_index(
        "even_odd",
        -consistency,
        n_items=n_items,
        reasons={
            f"fewer than {min_pairs} scales with an even and an odd answer": n_pairs < min_pairs,
            "the scale means do not vary": flat,
        },
        scope=scope,
    )


def person_total_correlation(answers: FloatArray, *, scope: str = "") -> PersonIndex:
    """Correlation of a person's answers with the mean answers of all others (Curran, 2016).

    Computed from the items that the person answered; the means exclude the person. Low or negative
    values indicate someone who answers unlike everyone else.
    """
    n_answered = (~np.isnan(answers)).sum(axis=0)
    sums = np.nansum(answers, axis=0)

    def with_others(given: FloatArray) -> tuple[FloatArray, FloatArray, BoolArray]:
        with np.errstate(invalid="ignore", divide="ignore"):
            others = (sums - zero_filled(given)) / (n_answered - ~np.isnan(given))
        return row_correlation(given, others)

    r, n_pairs, flat = rowwise(with_others, answers)
    return person_index(
        "person_total_correlation",
        r,
        n_items=answers.shape[1],
        reasons={
            "fewer than three items answered": n_pairs < 3,
            "the answers, or the others' mean answers, do not vary": flat,
        },
        scope=scope,
    )


def psychometric_synonyms(
    answers: FloatArray, *, critical: float = 0.60, scope: str = ""
) -> PersonIndex:
    """Within-person correlation across the item pairs that correlate highly in the sample.

    Pairs with a pairwise correlation above ``critical`` are synonyms; with a negative
    ``critical``, pairs below it are antonyms (Meade & Craig, 2012). As in careless, a person
    needs three complete pairs; unlike careless by default, nothing is resampled at random where
    the answers do not vary (``resample_na = FALSE``).
    """
    correlations, _ = pairwise_correlation(answers)
    return _within_person(answers, correlations, critical, scope=scope)


def synonyms_and_antonyms(
    answers: FloatArray, *, critical: float = 0.60, scope: str = ""
) -> tuple[PersonIndex, PersonIndex]:
    """Return `psychometric_synonyms` for ``critical`` and for its negative."""
    correlations, _ = pairwise_correlation(answers)
    synonyms = _within_person(answers, correlations, critical, scope=scope)
    return synonyms, _within_person(answers, correlations, -critical, scope=scope)


def _within_person(
    answers: FloatArray, correlations: FloatArray, critical: float, *, scope: str
) -> PersonIndex:
    name = "psychometric_synonyms" if critical > 0 else "psychometric_antonyms"
    row, column = np.tril_indices(answers.shape[1], k=-1)
    r = correlations[row, column]
    chosen = r > critical if critical > 0 else r < critical
    if chosen.sum() < 3:
        return unavailable_index(
            name,
            f"needs three item pairs with r {'>' if critical > 0 else '<'} {critical:g},"
            f" the answers have {chosen.sum()}",
            n_persons=answers.shape[0],
            n_items=answers.shape[1],
            scope=scope,
        )
    first, second = row[chosen], column[chosen]
    values, n_pairs, flat = rowwise(
        lambda given: row_correlation(given[:, first], given[:, second]), answers
    )
    return person_index(
        name,
        values,
        n_items=answers.shape[1],
        reasons={"fewer than three complete item pairs": n_pairs < 3, "no variation": flat},
        scope=scope,
    )
