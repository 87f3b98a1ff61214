"""Straightlining: the same answer to a run of items where it cannot reflect an opinion."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import numpy as np

from coprod_stats.instruments import Instrument, Item
from coprod_stats.instruments.questions import Option
from coprod_stats.quality.careless_responding import longstring
from coprod_stats.quality.person_index import (
    FloatArray,
    PersonIndex,
    person_index,
    unavailable_index,
)
from coprod_stats.responses import Responses

MIN_ITEMS = 6
"""Fewest items of one response scale for which a longest run is informative."""


def longstring_share(responses: Responses) -> PersonIndex:
    """Longest string as a share of the items answered, in the run of items where it is largest.

    A run of items counts for a person who answered items keyed in both directions, or an attention
    item, within it: where all items are keyed one way, identical answers may be sincere.
    """
    name, n_persons = "longstring_share", responses.n_respondents
    suited = [run for run in item_runs(responses.instrument) if _has_contrast(run)]
    if not suited:
        reason = (
            f"no {MIN_ITEMS} items in a row share a response scale"
            " and include a reverse-scored or an attention item"
        )
        return unavailable_index(name, reason, n_persons=n_persons)
    shares = np.vstack([_run_share(responses, run) for run in suited])
    known = ~np.isnan(shares)
    reason = "too few items of a run answered, or no reverse-scored or attention item"
    return person_index(
        name,
        np.max(shares, axis=0, initial=0.0, where=known),
        n_items=sum(map(len, suited)),
        reasons={reason: np.asarray(~known.any(axis=0), dtype=np.bool_)},
        scope=f"runs of {MIN_ITEMS} or more items of one response scale",
    )


def _has_contrast(run: tuple[Item, ...]) -> bool:
    keyings = {item.reverse for item in run if item.attention_pass is None}
    attention = any(item.attention_pass is not None for item in run)
    return len(run) >= MIN_ITEMS and (len(keyings) == 2 or attention)


def _run_share(responses: Responses, run: tuple[Item, ...]) -> FloatArray:
    """Longest string in one run of items per item answered; NaN where the run does not count."""
    answers = responses.numbers([item.id for item in run]).to_numpy(dtype=float)
    answered = ~np.isnan(answers)
    attention = np.array([item.attention_pass is not None for item in run])
    reverse = np.array([item.reverse for item in run])
    both_ways = answered[:, reverse].any(axis=1) & answered[:, ~reverse & ~attention].any(axis=1)
    n_answered = answered.sum(axis=1)
    counts = (n_answered >= MIN_ITEMS) & (both_ways | answered[:, attention].any(axis=1))
    share = np.full(len(answers), np.nan)
    share[counts] = longstring(answers).values[counts] / n_answered[counts]
    return share


def item_runs(instrument: Instrument) -> Iterator[tuple[Item, ...]]:
    """Return the runs of consecutive single-choice items of one response scale, skipping notes.

    Whether an answer off the scale stands beside it, such as "does not apply", makes no difference.
    """
    asked = [item for item in instrument.items if item.kind != "note"]
    for scale, group in groupby(asked, key=_response_scale):
        if scale is not None:
            yield tuple(group)


def _response_scale(item: Item) -> tuple[Option, ...] | None:
    return item.responses.options if item.kind == "single" and item.responses is not None else None
