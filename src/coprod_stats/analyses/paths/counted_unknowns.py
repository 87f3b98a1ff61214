"""Answers in which every don't-know counts as one of the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from coprod_stats.instruments.model import DONT_KNOW, Instrument
from coprod_stats.responses.table import Responses

Answer = Literal["lowest", "middle", "highest"]


def with_unknown_as(respondents: Responses, items: Sequence[str], answer: Answer) -> Responses:
    """Return respondents with every don't-know to some items replaced by an answer.

    Lowest and highest are in the direction in which an item is scored. Items without ordered
    answers are left as they are.
    """
    table = respondents.answers.copy()
    for id in items:
        item = respondents.instrument.item(id)
        if item.responses is None:
            continue
        values = sorted(item.responses.values, reverse=item.reverse)
        code = {"lowest": values[0], "middle": values[len(values) // 2], "highest": values[-1]}
        table[id] = table[id].mask(np.asarray(table[id] == DONT_KNOW), code[answer])
    return replace(respondents, answers=table)


def without_middle(instrument: Instrument, items: Sequence[str]) -> tuple[str, ...]:
    """Return the items whose answers have no middle."""
    scales = {id: instrument.item(id).responses for id in items}
    return tuple(id for id, scale in scales.items() if scale and len(scale.values) % 2 == 0)
