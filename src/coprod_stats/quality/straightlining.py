"""The same answer down a stretch of the questionnaire in which that cannot be meant."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import numpy as np

from coprod_stats.instruments import Instrument, Item
from coprod_stats.quality.careless_responding import longstring
from coprod_stats.quality.person_index import (
    FloatArray,
    PersonIndex,
    person_index,
    unavailable_index,
)
from coprod_stats.responses import Responses

MIN_STRETCH = 6
"""Items that a stretch of one response format needs for its longest run to say anything."""


def longstring_share(responses: Responses) -> PersonIndex:
    """Longest run as a share of the items answered, in the stretch where it is largest.

    A stretch counts for a person who answered, in it, items keyed both ways or an attention item:
    where all items point one way, the same answer throughout may be meant.
    """
    name, n_persons = "longstring_share", responses.n_respondents
    suited = [run for run in stretches(responses.instrument) if _has_contrast(run)]
    if not suited:
        reason = (
            f"no {MIN_STRETCH} items in a row share a response scale"
            " and hold a reverse-keyed or an attention item"
        )
        return unavailable_index(name, reason, n_persons=n_persons)
    shares = np.vstack([_run_share(responses, run) for run in suited])
    known = ~np.isnan(shares)
    reason = "too few items of a stretch answered, or none reverse-keyed or for attention"
    return person_index(
        name,
        np.max(shares, axis=0, initial=0.0, where=known),
        n_items=sum(map(len, suited)),
        reasons={reason: np.asarray(~known.any(axis=0), dtype=np.bool_)},
        scope=f"stretches of {MIN_STRETCH} or more items of one response scale",
    )


def _has_contrast(run: tuple[Item, ...]) -> bool:
    keyings = {item.reverse for item in run if item.attention_pass is None}
    attention = any(item.attention_pass is not None for item in run)
    return len(run) >= MIN_STRETCH and (len(keyings) == 2 or attention)


def _run_share(responses: Responses, run: tuple[Item, ...]) -> FloatArray:
    """Longest run in one stretch by items answered; NaN where the stretch does not count."""
    answers = responses.numbers([item.id for item in run]).to_numpy(dtype=float)
    answered = ~np.isnan(answers)
    attention = np.array([item.attention_pass is not None for item in run])
    reverse = np.array([item.reverse for item in run])
    both_ways = answered[:, reverse].any(axis=1) & answered[:, ~reverse & ~attention].any(axis=1)
    n_answered = answered.sum(axis=1)
    counts = (n_answered >= MIN_STRETCH) & (both_ways | answered[:, attention].any(axis=1))
    share = np.full(len(answers), np.nan)
    share[counts] = longstring(answers).values[counts] / n_answered[counts]
    return share


def stretches(instrument: Instrument) -> Iterator[tuple[Item, ...]]:
    """Return the runs of consecutive single-choice items of one response scale, notes left out."""
    asked = [item for item in instrument.items if item.kind != "note"]
    for scale, group in groupby(asked, key=_response_scale):
        if scale is not None:
            yield tuple(group)


def _response_scale(item: Item) -> str | None:
    return item.responses.id if item.kind == "single" and item.responses is not None else None
