"""Rankings and allocations whose numbers are inconsistent although each is valid by itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprod_stats.instruments.model import Item
from coprod_stats.instruments.questions import MISSING_CODES

_TOLERANCE = 1e-6
"""Points are entered with few decimals; a third of 100 may be 33.333333."""


def inconsistent_answers(item: Item, answers: NDArray[np.float64]) -> tuple[NDArray[np.bool_], str]:
    """Return for whom the numbers of a ranking or an allocation are inconsistent, and why.

    Only complete answers, with a number for every option, can be judged.

    Parameters
    ----------
    item : Item
        Of kind ``rank`` or ``allocate``.
    answers : ndarray, (n_respondents, n_options)
        Ranks or points, with the codes of missing answers, NaN for blank.

    Returns
    -------
    ndarray of bool, (n_respondents,), and str
        The respondents, and the reason.
    """
    missing = np.isnan(answers) | np.isin(answers, list(MISSING_CODES))
    complete = ~missing.any(axis=1)
    if item.kind == "allocate":
        off = np.abs(np.nansum(answers, axis=1) - (item.total or 0)) > _TOLERANCE
        return complete & off, f"the points do not add up to {item.total}"
    given = np.sort(answers, axis=1)[:, ::-1]
    n_ranked = (given > 0).sum(axis=1)
    expected = np.maximum(n_ranked[:, np.newaxis] - np.arange(answers.shape[1]), 0)
    uneven = (given != expected).any(axis=1)
    return complete & uneven, "the ranks are not 1, 2, 3 and so on, each once"
