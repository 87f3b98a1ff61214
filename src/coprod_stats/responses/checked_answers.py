"""Answers that do not agree with others: by checks, or as options that were not shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.instruments.language.tree import Expression, Logic, Not
from coprod_stats.instruments.language.wording import condition_in_words
from coprod_stats.instruments.model import Instrument, Item
from coprod_stats.instruments.prefilled_answers import as_prefilled, prefilled_with
from coprod_stats.instruments.questions import TEXT_KINDS
from coprod_stats.instruments.variables import without_marks
from coprod_stats.responses.table import Responses


@dataclass(frozen=True, slots=True, eq=False)
class Disagreement:
    """Answers of which a check is known to be false, or which their form does not show.

    Attributes
    ----------
    item : Item
        The question that was answered.
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
    """Yield answers that were not shown, were prefilled otherwise, or fail a check.

    They are judged one after the other in the order of the questionnaire, on what the ones before
    have left.
    """
    answers = responses.answers
    for item in responses.instrument.questions:
        for refused, reason in _refusals(item, responses.instrument):
            judged = Responses(responses.instrument, answers, responses.provenance)
            fails = judged.where(refused)
            if not fails.any():
                continue
            answers = answers.copy()
            answers.loc[fails, list(item.columns)] = "" if item.kind in TEXT_KINDS else np.nan
            yield Disagreement(item, np.flatnonzero(fails), reason, answers)


def _refusals(item: Item, instrument: Instrument) -> Iterator[tuple[Expression, str]]:
    """Yield when an answer is known to be wrong, and why."""
    for code, shown in item.options_when:
        rule = condition_in_words(shown, instrument)
        reason = f"the option {code} is shown only if {rule}"
        yield Logic("and", (item.chosen(code), Not(shown))), reason
    unchanged = as_prefilled(item)
    if unchanged is not None:
        yield Not(unchanged), f"is prefilled with {prefilled_with(item)}"
    for check in item.checks:
        message = without_marks(check.message, instrument.placeholders)
        yield Not(check.condition), f"does not agree with other answers: {message}"
