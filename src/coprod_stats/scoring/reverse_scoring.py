"""Reverse-scoring, so that a high answer always means more of the construct."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.responses import Responses

FloatArray = NDArray[np.float64]


def reverse_score(answers: FloatArray, *, lowest: float, highest: float) -> FloatArray:
    """Reflect answers about the middle of their response scale: lowest + highest − answer.

    Applied twice, it returns the original answers. NaN stays NaN.

    Parameters
    ----------
    answers : ndarray
        Answers in the codes of the response scale.
    lowest, highest : float
        End points of the response scale, not of the observed answers.
    """
    return lowest + highest - answers


def keyed_answers(responses: Responses, items: Sequence[str]) -> pd.DataFrame:
    """Return answers as amounts, with the reverse items reverse-scored.

    Parameters
    ----------
    responses : Responses
        The answers.
    items : sequence of str
        Ids of the items.

    Returns
    -------
    DataFrame, (n_respondents, len(items))
        NaN for every kind of missing and for off-scale answers.
    """
    keyed = responses.numbers(items)
    for id in items:
        item = responses.instrument.item(id)
        if item.reverse:
            assert item.responses is not None  # SCALE-003: a reverse item has ordered answers
            ends = {"lowest": item.responses.lowest, "highest": item.responses.highest}
            keyed[id] = reverse_score(keyed[id].to_numpy(dtype=float), **ends)
    return keyed
