"""Indices of careless responding on one form, with the reason where one does not apply."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coprod_stats.instruments import Instrument, Item
from coprod_stats.quality.careless_responding import (
    average_string,
    intra_individual_sd,
    longstring,
    mahalanobis_distance,
    mahalanobis_p_value,
    seconds_per_item,
)
from coprod_stats.quality.missingness import kinds_by_item
from coprod_stats.quality.person_index import (
    FloatArray,
    PersonIndex,
    person_index,
    unavailable_index,
)
from coprod_stats.quality.response_consistency import (
    even_odd,
    person_total_correlation,
    synonyms_and_antonyms,
)
from coprod_stats.quality.routes import routes
from coprod_stats.quality.straightlining import longstring_share
from coprod_stats.responses import Responses
from coprod_stats.responses.table import ANSWERED
from coprod_stats.results import NotebookTables

MIN_EVEN_ODD_PAIRS = 3
"""Scales for even-odd: with two, the correlation is always plus or minus one."""


@dataclass(frozen=True, slots=True, eq=False)
class CarelessIndices(NotebookTables):
    """Indices of careless responding of each respondent.

    Parameters
    ----------
    respondents : Series, (n_respondents,)
        Ids of the respondents.
    indices : tuple of PersonIndex
        All indices, including those that cannot be computed on this form.
    """

    respondents: pd.Series
    indices: tuple[PersonIndex, ...]

    def __getitem__(self, name: str) -> PersonIndex:
        return {index.name: index for index in self.indices}[name]

    def tidy(self) -> pd.DataFrame:
        """One row per index: whether it applies, for how many, and its distribution.

        ``reason`` states why it does not apply to the form, or why some respondents have no value,
        and how many they are.
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
        """One row per respondent: each index and, where it is missing, the reason."""
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

    The indices are computed from the items of reflective scales that share the most common range of
    codes, in the order of the questionnaire. Even-odd consistency uses reverse-scored answers, all
    other indices the answers as marked; Mahalanobis distance, which is the same for both, is
    computed among the respondents to whom the routing shows the same items.
    """
    items = comparable_items(responses)
    given = responses.numbers([item.id for item in items]).to_numpy(dtype=float)
    found: list[PersonIndex] = []
    if len(items) < 2:
        reason = "fewer than two answered scale items share a range of codes"
        names = (
            "longstring",
            "average_string",
            "intra_individual_sd",
            "even_odd",
            "mahalanobis_d2",
            "mahalanobis_p",
            "person_total_correlation",
        )
        n_persons = responses.n_respondents
        found += [unavailable_index(name, reason, n_persons=n_persons) for name in names]
    else:
        found += [longstring(given), average_string(given), intra_individual_sd(given)]
        found += [_even_odd(responses.instrument, items, given)]
        found += _mahalanobis(responses, items, given)
        found += [person_total_correlation(given)]
        found += synonyms_and_antonyms(given)
    found += [longstring_share(responses), _attention(responses), _pace(responses)]
    return CarelessIndices(responses.respondents, tuple(found))


def comparable_items(responses: Responses) -> tuple[Item, ...]:
    """Return the answered scale items of the most common range of codes, in order of asking."""
    of_scales = {id for scale in responses.instrument.scales for id in scale.items}
    items = [item for item in responses.instrument.items if item.id in of_scales]
    answered = responses.numbers([item.id for item in items]).notna().any()
    items = [item for item in items if answered[item.id]]
    common = Counter(_range(item) for item in items).most_common(1)
    return tuple(item for item in items if _range(item) == common[0][0])


def _range(item: Item) -> tuple[int, int] | None:
    return None if item.responses is None else (item.responses.lowest, item.responses.highest)


def _even_odd(instrument: Instrument, items: tuple[Item, ...], given: FloatArray) -> PersonIndex:
    position = {item.id: column for column, item in enumerate(items)}
    scales = [
        np.array([position[id] for id in position if id in scale.items], dtype=np.intp)
        for scale in instrument.scales
    ]
    keyed = given.copy(order="K")
    for column, item in enumerate(items):
        if item.reverse:
            assert item.responses is not None  # SCALE-003: a reverse item has ordered answers
            keyed[:, column] = item.responses.lowest + item.responses.highest - given[:, column]
    return even_odd(keyed, scales, min_pairs=MIN_EVEN_ODD_PAIRS)


def _mahalanobis(
    responses: Responses, items: tuple[Item, ...], given: FloatArray
) -> tuple[PersonIndex, PersonIndex]:
    """Squared distances and their p-values among the respondents who were shown the same items."""
    n_persons, n_items = given.shape
    values = {name: np.full(n_persons, np.nan) for name in ("mahalanobis_d2", "mahalanobis_p")}
    reasons = np.full(n_persons, "", dtype=object)
    for route in routes(responses, items):
        distance = mahalanobis_distance(given[np.ix_(route.members, route.shown)])
        values["mahalanobis_d2"][route.members] = distance.values
        p_values = mahalanobis_p_value(distance.values, distance.n_items)
        values["mahalanobis_p"][route.members] = p_values
        reasons[route.members] = distance.reasons
    stated = tuple(map(str, reasons))
    if stated and all(stated):
        first, second = (
            unavailable_index(name, stated[0], n_persons=n_persons, n_items=n_items)
            for name in values
        )
        return first, second
    scope = "among respondents who were shown the same items"
    first, second = (PersonIndex(name, values[name], stated, n_items, scope) for name in values)
    return first, second


def _attention(responses: Responses) -> PersonIndex:
    """Count the attention items failed; one left unanswered counts as neither passed nor failed."""
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
    """Compute the seconds per question answered from the completion time of the whole form."""
    column = responses.instrument.administrative_column("seconds")
    if column is None or responses.answers[column].isna().all():
        reason = "no completion times were recorded"
        return unavailable_index("seconds_per_item", reason, n_persons=responses.n_respondents)
    questions = tuple(item for item in responses.instrument.questions if item.columns)
    n_answered = (kinds_by_item(responses, questions) == ANSWERED).sum(axis=1)
    seconds = responses.numbers([column])[column].to_numpy(dtype=float)
    return seconds_per_item(seconds, n_answered.to_numpy(dtype=np.intp))


def _summary(index: PersonIndex) -> dict[str, object]:
    values = index.values[index.computed]
    reasons = Counter(reason for reason in index.reasons if reason)
    counts = "; ".join(f"{reason} ({n})" for reason, n in reasons.most_common())
    empty = values.size == 0
    return {
        "term": index.name,
        "scope": index.scope,
        "n_items": index.n_items,
        "applies": not index.unavailable,
        "n_computed": values.size,
        "mean": np.nan if empty else values.mean(),
        "sd": np.nan if values.size < 2 else values.std(ddof=1),
        "median": np.nan if empty else np.median(values),
        "min": np.nan if empty else values.min(),
        "max": np.nan if empty else values.max(),
        "reason": index.unavailable or counts,
    }
