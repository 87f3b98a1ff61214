"""Answers that do not agree with others, by the checks of the questionnaire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.instruments.language.tree import Not
from coprod_stats.instruments.model import Item
from coprod_stats.instruments.questions import TEXT_KINDS
from coprod_stats.instruments.variables import without_marks
from coprod_stats.responses.table import Responses


@dataclass(frozen=True, slots=True, eq=False)
class Disagreement:
    """Answers of which a check is known to be false.

    Attributes
    ----------
    item : Item
        The question that has the check.
    rows : ndarray of int, (n_disagreeing,)
        Places of the respondents.
    reason : str
    answers : DataFrame
        The table without these answers, nor those of the checks before.
    """

    item: Item
    rows: NDArray[np.intp]
    reason: str
    answers: pd.DataFrame


def disagreeing_answers(responses: Responses) -> Iterator[Disagreement]:
    """Yield what each check finds wrong.

    Checks are judged one after the other in the order of the questionnaire, on what the ones
    before have left.
    """
    answers = responses.answers
    for item in responses.instrument.questions:
        for check in item.checks:
            judged = Responses(responses.instrument, answers, responses.provenance)
            fails = judged.where(Not(check.condition))
            if not fails.any():
                continue
            answers = answers.copy()
            answers.loc[fails, list(item.columns)] = "" if item.kind in TEXT_KINDS else np.nan
            message = without_marks(check.message, responses.instrument.placeholders)
            reason = f"does not agree with other answers: {message}"
            yield Disagreement(item, np.flatnonzero(fails), reason, answers)
