"""Answers in several columns that are inconsistent although each cell is valid by itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.instruments.model import Item
from coprod_stats.instruments.questions import MISSING_CODES

_TOLERANCE = 1e-6
"""Points are entered with few decimals; a third of 100 may be 33.333333."""


def can_be_inconsistent(item: Item) -> bool:
    """Return whether the cells of an item belong together: not those of a choice without rules."""
    if item.kind == "multiple":
        return bool(item.exclusive) or (item.min_choices, item.max_choices) != (None, None)
    return item.kind in ("rank", "allocate")


def inconsistent_answers(item: Item, answers: NDArray[np.float64]) -> tuple[NDArray[np.bool_], str]:
    """Return for whom the cells of a question with many columns are inconsistent, and why.

    What contradicts a rule whatever stands in the blank cells is inconsistent, such as an exclusive
    option beside another; too few choices, points or ranks only in a complete answer.

    Parameters
    ----------
    item : Item
        Of kind ``multiple``, ``rank`` or ``allocate``.
    answers : ndarray, (n_respondents, n_options)
        Ticks, ranks or points, with the codes of missing answers, NaN for blank.

    Returns
    -------
    ndarray of bool, (n_respondents,), and str
        The respondents, and the reason.
    """
    missing = np.isnan(answers) | np.isin(answers, list(MISSING_CODES))
    given = np.where(missing, 0.0, answers)
    complete = np.asarray(~missing.any(axis=1))
    if item.kind == "multiple":
        return _impossible_choices(item, given == 1, complete)
    if item.kind == "allocate":
        surplus = given.sum(axis=1) - (item.total or 0)
        wrong = (surplus > _TOLERANCE) | (complete & (surplus < -_TOLERANCE))
        return wrong, f"the points do not add up to {item.total}"
    wrong = _repeated_ranks(given) | (complete & _uneven_ranks(given))
    return wrong, "the ranks are not 1, 2, 3 and so on, each once"


def _repeated_ranks(given: NDArray[np.float64]) -> NDArray[np.bool_]:
    ranks = np.sort(given, axis=1)
    return np.asarray(((ranks[:, 1:] > 0) & (np.diff(ranks, axis=1) == 0)).any(axis=1))


def _uneven_ranks(given: NDArray[np.float64]) -> NDArray[np.bool_]:
    ranks = np.sort(given, axis=1)[:, ::-1]
    n_ranked = (ranks > 0).sum(axis=1)
    expected = np.maximum(n_ranked[:, np.newaxis] - np.arange(given.shape[1]), 0)
    return np.asarray((ranks != expected).any(axis=1))


def _impossible_choices(
    item: Item, ticks: NDArray[np.bool_], complete: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], str]:
    """Find exclusive options that do not stand alone, and too many or too few choices."""
    n_shared = ticks.shape[1] - len(item.exclusive)
    n_chosen, n_alone = ticks[:, :n_shared].sum(axis=1), ticks[:, n_shared:].sum(axis=1)
    wrong = (n_alone > 0) & (n_chosen + n_alone > 1)
    wrong |= n_chosen > (item.max_choices or n_shared)
    wrong |= complete & (n_chosen > 0) & (n_chosen < (item.min_choices or 1))
    codes = ", ".join(str(option.value) for option in item.exclusive)
    rules = [f"an exclusive one ({codes}) is chosen alone"] if codes else []
    for which, number in (("least", item.min_choices), ("most", item.max_choices)):
        rules += [f"at {which} {counted(number, 'is', 'are')} chosen"] if number else []
    return wrong, f"these options cannot be chosen together: {', '.join(rules)}"
