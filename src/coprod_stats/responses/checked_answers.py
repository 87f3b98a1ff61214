"""Answers that do not agree with what their question is checked against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from coprod_stats.instruments.language.tree import Not
from coprod_stats.instruments.questions import TEXT_KINDS
from coprod_stats.responses.table import Rejected, Responses


def without_disagreeing(
    responses: Responses, cells: Mapping[str, Sequence[str]]
) -> tuple[pd.DataFrame, list[Rejected]]:
    """Blank and reject the answers of which a check is known to be false.

    Checks are judged one after the other in the order of the questionnaire, on what the ones
    before have left.

    Parameters
    ----------
    responses : Responses
        Bound answers.
    cells : mapping of str to sequence of str
        The cells as the file has them, by column.

    Returns
    -------
    DataFrame and list of Rejected
    """
    answers, rejected = responses.answers, list[Rejected]()
    for item in responses.instrument.questions:
        for check in item.checks:
            judged = Responses(responses.instrument, answers, responses.provenance)
            fails = judged.where(Not(check.condition))
            if not fails.any():
                continue
            blank = "" if item.kind in TEXT_KINDS else np.nan
            given = [column for column in item.columns if column in cells]
            rejected += [
                Rejected(
                    int(answers.index[row]),
                    "",
                    column,
                    cells[column][row],
                    "value",
                    "VALUE-003",
                    f"does not agree with other answers: {check.message}",
                )
                for row in np.flatnonzero(fails).tolist()
                for column in given
            ]
            answers = answers.copy()
            answers.loc[fails, list(item.columns)] = blank
    return answers, rejected
