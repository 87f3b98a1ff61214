"""Careless responding seen in runs, low variability, distance and speed, as in R's careless 1.2.

Every function takes answers of shape (n_persons, n_items), NaN where missing, in the order
in which the items were asked, and returns a `PersonIndex`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from coprod_stats.quality.pairwise_moments import (
    column_means,
    covariance_fault,
    pairwise_covariance,
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

NO_ANSWER = "no item answered"


def longstring(answers: FloatArray, *, scope: str = "") -> PersonIndex:
    """Longest run of identical consecutive answers (Johnson, 2005).

    A missing answer ends a run and counts as a run of its own, as in R's ``rle``. Expects the
    answers as they were marked, before reverse-scoring.
    """
    longest, _ = _runs(answers)
    return person_index(
        "longstring",
        longest,
        n_items=answers.shape[1],
        reasons={NO_ANSWER: _unanswered(answers)},
        scope=scope,
    )


def average_string(answers: FloatArray, *, scope: str = "") -> PersonIndex:
    """Average length of the runs of identical consecutive answers, as in `longstring`."""
    _, n_runs = _runs(answers)
    return person_index(
        "average_string",
        answers.shape[1] / n_runs,
        n_items=answers.shape[1],
        reasons={NO_ANSWER: _unanswered(answers)},
        scope=scope,
    )


def intra_individual_sd(
    answers: FloatArray, *, skip_missing: bool = True, scope: str = ""
) -> PersonIndex:
    """Intra-individual standard deviation, divisor n − 1 (IRV; Dunn et al., 2018).

    Parameters
    ----------
    answers : ndarray, shape (n_persons, n_items)
        Answers as marked, on one response scale.
    skip_missing : bool
        Whether missing answers are omitted (``na.rm`` of careless); otherwise a person with a
        missing answer has no value.
    scope : str
        The part of the form that is covered.
    """
    deviation, n_answers = rowwise(_row_deviation, answers)
    reasons = {"fewer than two items answered": n_answers < 2}
    if not skip_missing:
        reasons["an item is unanswered"] = n_answers < answers.shape[1]
    return person_index(
        "intra_individual_sd", deviation, n_items=answers.shape[1], reasons=reasons, scope=scope
    )


def _row_deviation(answers: FloatArray) -> tuple[FloatArray, NDArray[np.intp]]:
    """Return the standard deviation of each row and the number of answers behind it."""
    answered = ~np.isnan(answers)
    n_answers = answered.sum(axis=1)
    centred = np.where(answered, answers - row_means(answers)[:, None], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.sqrt((centred**2).sum(axis=1) / (n_answers - 1.0)), n_answers


def split_intra_individual_sd(
    answers: FloatArray, n_parts: int, *, skip_missing: bool = True
) -> tuple[PersonIndex, ...]:
    """Intra-individual standard deviation in consecutive parts of the questionnaire.

    The parts are equal-width intervals of item positions, as R's ``cut`` makes them; careless
    responding that sets in late shows in the last one.
    """
    n_items = answers.shape[1]
    part = np.maximum(-(-np.arange(n_items) * n_parts // max(n_items - 1, 1)), 1)
    return tuple(
        intra_individual_sd(
            answers[:, part == k], skip_missing=skip_missing, scope=f"part {k} of {n_parts}"
        )
        for k in range(1, n_parts + 1)
    )


def mahalanobis_distance(answers: FloatArray, *, scope: str = "") -> PersonIndex:
    r"""Squared Mahalanobis distance from the sample means.

    :math:`D^2 = x' S^{-1} x` with the answers centred on the item means, S the covariance matrix
    with divisor n − 1 from the available cases (pairwise), and missing answers replaced by the
    item mean, as in ``psych::outlier`` and ``careless::mahad``. See `mahalanobis_p_value`.
    """
    n_persons, n_items = answers.shape
    covariance = pairwise_covariance(answers)
    problem = covariance_fault(covariance)
    if problem:
        return unavailable_index(
            "mahalanobis_d2", problem, n_persons=n_persons, n_items=n_items, scope=scope
        )
    means = column_means(answers)

    def squared(given: FloatArray) -> tuple[FloatArray]:
        centred = zero_filled(given - means)
        return (np.einsum("ij,ij->i", centred, np.linalg.solve(covariance, centred.T).T),)

    (distance,) = rowwise(squared, answers)
    return person_index(
        "mahalanobis_d2",
        distance,
        n_items=n_items,
        reasons={NO_ANSWER: _unanswered(answers)},
        scope=scope,
    )


def mahalanobis_p_value(distance: FloatArray, n_items: int) -> FloatArray:
    """Upper-tail probability of D² from the chi-square distribution with n_items df."""
    return np.asarray(stats.chi2.sf(distance, n_items), dtype=np.float64)


def seconds_per_item(seconds: FloatArray, n_answered: NDArray[np.intp]) -> PersonIndex:
    """Seconds spent per item answered.

    Parameters
    ----------
    seconds : ndarray, shape (n_persons,)
        Time on the pages concerned; NaN where it was not recorded.
    n_answered : ndarray of int, shape (n_persons,)
        Items answered on those pages.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        pace = seconds / n_answered
    return person_index(
        "seconds_per_item",
        pace,
        n_items=int(n_answered.max(initial=0)),
        reasons={"no time recorded": np.isnan(seconds), NO_ANSWER: n_answered == 0},
    )


def _unanswered(answers: FloatArray) -> BoolArray:
    return np.asarray(np.isnan(answers).all(axis=1), dtype=np.bool_)


def _runs(answers: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the longest run and the number of runs of each row."""
    same = answers[:, 1:] == answers[:, :-1]
    run = np.ones(answers.shape[0])
    longest = run.copy()
    for repeats in same.T:
        run = np.where(repeats, run + 1, 1)
        longest = np.maximum(longest, run)
    return longest, (answers.shape[1] - same.sum(axis=1)).astype(np.float64)
