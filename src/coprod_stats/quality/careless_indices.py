"""Indices of careless responding on one form: each where it applies, with the reason where not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import pandas as pd

from coprod_stats.instruments import Instrument, Item
from coprod_stats.quality.careless_responding import (
    average_string,
    even_odd,
    intra_individual_sd,
    longstring,
    mahalanobis_distance,
    mahalanobis_p_value,
    person_total_correlation,
    psychometric_synonyms,
    seconds_per_item,
)
from coprod_stats.quality.person_index import (
    FloatArray,
    PersonIndex,
    person_index,
    unavailable_index,
)
from coprod_stats.responses import Responses
from coprod_stats.responses.table import ANSWERED

MIN_STRETCH = 6
"""Items that a stretch of one response format needs for its longest run to say anything."""

MIN_EVEN_ODD_PAIRS = 3
"""Scales for even-odd: with two, the correlation is plus or minus one whatever the answers."""


@dataclass(frozen=True, slots=True, eq=False)
class CarelessIndices:
    """Indices of careless responding of each respondent.

    Parameters
    ----------
    respondents : Series, (n_respondents,)
        Ids of the respondents.
    indices : tuple of PersonIndex
        The indices, those that the form does not allow included.
    """

    respondents: pd.Series
    indices: tuple[PersonIndex, ...]

    def __getitem__(self, name: str) -> PersonIndex:
        return {index.name: index for index in self.indices}[name]

    def tidy(self) -> pd.DataFrame:
        """One row per index: whether it applies, for how many, and its distribution.

        ``reason`` says why it does not apply to the form, or why some respondents have no value,
        with their number.
        """
        return pd.DataFrame([_summary(index) for index in self.indices])

    def glance(self) -> pd.DataFrame:
        """One row: how many respondents, and how many indices apply."""
        return pd.DataFrame(
            {
                "n_respondents": [len(self.respondents)],
                "n_indices": [len(self.indices)],
                "n_applicable": [sum(not index.unavailable for index in self.indices)],
            }
        )

    def augment(self) -> pd.DataFrame:
        """One row per respondent: each index, and beside it the reason where there is none."""
        table: dict[str, object] = {"respondent": self.respondents.to_numpy()}
        for index in self.indices:
            table[index.name] = index.values
            table[f"{index.name}_reason"] = index.reasons
        return pd.DataFrame(table, index=self.respondents.index)

    def __str__(self) -> str:
        columns = ["term", "n_items", "n_computed", "mean", "min", "max", "reason"]
        return str(self.tidy()[columns].to_string(index=False, float_format="{:.2f}".format))


def careless_indices(responses: Responses) -> CarelessIndices:
    """Compute every index of careless responding that the form allows.

    The indices rest on the items of reflective scales that share the most common range of codes,
    in the order of the questionnaire. Even-odd uses reverse-keyed answers, all others the answers
    as marked; Mahalanobis distance is the same for both.
    """
    items = comparable_items(responses)
    given = responses.numbers([item.id for item in items]).to_numpy(dtype=float)
    found: list[PersonIndex] = []
    if len(items) < 2:
        reason = "fewer than two answered scale items share a range of codes"
        names = ("longstring", "average_string", "intra_individual_sd", "even_odd",
                 "mahalanobis_d2", "mahalanobis_p", "person_total_correlation")  # fmt: skip
        n_persons = responses.n_respondents
        found += [unavailable_index(name, reason, n_persons=n_persons) for name in names]
    else:
        distance = mahalanobis_distance(given)
        found += [longstring(given), average_string(given), intra_individual_sd(given)]
        found += [_even_odd(responses.instrument, items, given)]
        found += [distance, _p_value(distance)]
        found += [person_total_correlation(given)]
        found += [psychometric_synonyms(given, critical=limit) for limit in (0.6, -0.6)]
    found += [_longstring_share(responses), _attention(responses), _pace(responses)]
    return CarelessIndices(responses.respondents, tuple(found))


def comparable_items(responses: Responses) -> tuple[Item, ...]:
    """Give the answered scale items of the most common range of codes, in order of asking."""
    of_scales = {id for scale in responses.instrument.scales for id in scale.items}
    items = [item for item in responses.instrument.items if item.id in of_scales]
    answered = responses.numbers([item.id for item in items]).notna().any()
    items = [item for item in items if answered[item.id]]
    common = Counter(_range(item) for item in items).most_common(1)
    return tuple(item for item in items if _range(item) == common[0][0])


def stretches(instrument: Instrument) -> Iterator[tuple[Item, ...]]:
    """Give the runs of consecutive single-choice items of one response scale, notes left out."""
    asked = [item for item in instrument.items if item.kind != "note"]
    for scale, group in groupby(asked, key=_response_scale):
        if scale is not None:
            yield tuple(group)


def _response_scale(item: Item) -> str | None:
    return item.responses.id if item.kind == "single" and item.responses is not None else None


def _range(item: Item) -> tuple[int, int] | None:
    return None if item.responses is None else (item.responses.lowest, item.responses.highest)


def _even_odd(instrument: Instrument, items: tuple[Item, ...], given: FloatArray) -> PersonIndex:
    position = {item.id: column for column, item in enumerate(items)}
    scales = [
        np.array([position[id] for id in position if id in scale.items], dtype=np.intp)
        for scale in instrument.scales
    ]
    turned = np.array([item.reverse for item in items])
    ends = np.array([_range(item) for item in items], dtype=float)
    keyed = np.where(turned, ends.sum(axis=1) - given, given)
    return even_odd(keyed, scales, min_pairs=MIN_EVEN_ODD_PAIRS)


def _p_value(distance: PersonIndex) -> PersonIndex:
    name, n_persons = "mahalanobis_p", distance.values.shape[0]
    if distance.unavailable:
        return unavailable_index(name, distance.unavailable, n_persons=n_persons)
    values = mahalanobis_p_value(distance.values, distance.n_items)
    return PersonIndex(name, values, distance.reasons, distance.n_items)


def _longstring_share(responses: Responses) -> PersonIndex:
    """Longest run as a share of the items answered, over stretches with reverse-keyed items.

    Where all items of a stretch point one way, the same answer throughout may be meant.
    """
    name, n_persons = "longstring_share", responses.n_respondents
    suited = [
        run
        for run in stretches(responses.instrument)
        if len(run) >= MIN_STRETCH and 0 < sum(item.reverse for item in run) < len(run)
    ]
    if not suited:
        reason = f"no {MIN_STRETCH} items in a row share a response scale and differ in keying"
        return unavailable_index(name, reason, n_persons=n_persons)
    shares = np.full((len(suited), n_persons), np.nan)
    for row, run in enumerate(suited):
        answers = responses.numbers([item.id for item in run]).to_numpy(dtype=float)
        n_answered = (~np.isnan(answers)).sum(axis=1)
        enough = n_answered >= MIN_STRETCH
        shares[row, enough] = longstring(answers).values[enough] / n_answered[enough]
    without = np.isnan(shares).all(axis=0)
    return person_index(
        name,
        np.max(shares, axis=0, initial=0.0, where=~np.isnan(shares)),
        n_items=sum(map(len, suited)),
        reasons={f"fewer than {MIN_STRETCH} items of every stretch answered": without},
        scope="stretches of one response scale with reverse-keyed items",
    )


def _attention(responses: Responses) -> PersonIndex:
    """Attention items failed; an attention item left without an answer counts as neither."""
    name, n_persons = "attention_failed", responses.n_respondents
    checks = [item for item in responses.instrument.items if item.attention_pass is not None]
    if not checks:
        return unavailable_index(name, "the form has no attention item", n_persons=n_persons)
    answers = responses.numbers([item.id for item in checks]).to_numpy(dtype=float)
    wanted = np.array([item.attention_pass for item in checks], dtype=float)
    answered = ~np.isnan(answers)
    return person_index(
        name,
        (answered & (answers != wanted)).sum(axis=1).astype(float),
        n_items=len(checks),
        reasons={"no attention item answered": ~answered.any(axis=1)},
    )


def _pace(responses: Responses) -> PersonIndex:
    """Seconds per question answered, from the time that the whole form took."""
    column = responses.instrument.administrative_column("seconds")
    if column is None or responses.answers[column].isna().all():
        reason = "the answers carry no times"
        return unavailable_index("seconds_per_item", reason, n_persons=responses.n_respondents)
    questions = [item for item in responses.instrument.questions if item.columns]
    columns = [column for item in questions for column in item.columns]
    answered = responses.missing_kinds(columns) == ANSWERED
    n_answered = sum(answered[list(item.columns)].any(axis=1).astype(int) for item in questions)
    seconds = responses.numbers([column])[column].to_numpy(dtype=float)
    return seconds_per_item(seconds, np.asarray(n_answered, dtype=np.intp))


def _summary(index: PersonIndex) -> dict[str, object]:
    values = index.values[index.computed]
    reasons = Counter(reason for reason in index.reasons if reason)
    told = "; ".join(f"{reason} ({n})" for reason, n in reasons.most_common())
    nothing = values.size == 0
    return {
        "term": index.name,
        "scope": index.scope,
        "n_items": index.n_items,
        "applies": not index.unavailable,
        "n_computed": values.size,
        "mean": np.nan if nothing else values.mean(),
        "sd": np.nan if values.size < 2 else values.std(ddof=1),
        "median": np.nan if nothing else np.median(values),
        "min": np.nan if nothing else values.min(),
        "max": np.nan if nothing else values.max(),
        "reason": index.unavailable or told,
    }
