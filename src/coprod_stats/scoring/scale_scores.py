"""Scale scores by the scoring rules of the instrument."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from coprod_stats.instruments import Scale
from coprod_stats.responses import Responses
from coprod_stats.results import NotebookTables
from coprod_stats.scoring.formative_indices import FormativeIndices, formative_indices
from coprod_stats.scoring.reverse_scoring import keyed_answers
from coprod_stats.scoring.scoring_rules import ScoringRule

_COLUMNS = (
    "term",
    "title",
    "rule",
    "n_scored",
    "n_too_few",
    "n_unanswered",
    "mean",
    "sd",
    "min",
    "max",
    "floor",
    "ceiling",
)
"""Columns of ``Scores.tidy()``, whether or not the questionnaire has scales."""


@dataclass(frozen=True, slots=True, eq=False)
class Scores(NotebookTables):
    """Scale scores and formative indices of each respondent.

    Parameters
    ----------
    respondents : Series, (n_respondents,)
        Ids of the respondents.
    values : DataFrame, (n_respondents, n_scales)
        Scores; NaN where too few items were answered.
    n_answered : DataFrame, (n_respondents, n_scales)
        Number of items of each scale answered.
    scales : tuple of Scale
        The scales, in the order of the columns.
    ranges : tuple of (float, float)
        Lowest and highest possible score of each scale.
    indices : FormativeIndices
        The formative indices.
    """

    respondents: pd.Series
    values: pd.DataFrame
    n_answered: pd.DataFrame
    scales: tuple[Scale, ...]
    ranges: tuple[tuple[float, float], ...]
    indices: FormativeIndices

    def tidy(self) -> pd.DataFrame:
        """One row per scale: its rule, how many have a score, its distribution, floor and ceiling.

        ``n_too_few`` counts those who answered some items but fewer than the rule requires;
        ``floor`` and ``ceiling`` are the shares at the lowest and the highest possible score.
        """
        rows = [
            self._row(scale, *ends) for scale, ends in zip(self.scales, self.ranges, strict=True)
        ]
        return pd.DataFrame(rows, columns=list(_COLUMNS))

    def glance(self) -> pd.DataFrame:
        """One row: the number of respondents, scales and complete sets of scores."""
        return pd.DataFrame(
            {
                "n_respondents": [len(self.values)],
                "n_scales": [len(self.scales)],
                "n_indices": [len(self.indices.indices)],
                "n_complete": [int(self.values.notna().all(axis=1).sum())],
            }
        )

    def augment(self) -> pd.DataFrame:
        """One row per respondent: id, scale scores, formative indices."""
        scores = self.values.join(self.indices.augment())
        scores.insert(0, "respondent", self.respondents)
        return scores

    def __str__(self) -> str:
        if not self.scales:
            return "no scales"
        columns = ["term", "title", "n_scored", "mean", "sd"]
        table = self.tidy().reindex(columns=columns)
        return str(table.to_string(index=False, float_format="{:.2f}".format))

    def _row(self, scale: Scale, lowest: float, highest: float) -> dict[str, object]:
        scores, answered = self.values[scale.id], self.n_answered[scale.id]
        scored = scores.notna()
        n_scored = int(scored.sum())
        return {
            "term": scale.id,
            "title": str(scale.title),
            "rule": str(ScoringRule.of(scale)),
            "n_scored": n_scored,
            "n_too_few": int((~scored & (answered > 0)).sum()),
            "n_unanswered": int((answered == 0).sum()),
            "mean": scores.mean(),
            "sd": scores.std(),
            "min": scores.min(),
            "max": scores.max(),
            "floor": float((scores == lowest).sum() / n_scored) if n_scored else np.nan,
            "ceiling": float((scores == highest).sum() / n_scored) if n_scored else np.nan,
        }


def score(responses: Responses) -> Scores:
    """Score every scale and index of the instrument.

    Reverse items are reflected about the middle of their response scale; a score is the mean or
    the prorated sum of the items answered, given at least the number of answers that the
    instrument requires.
    """
    scales = responses.instrument.scales
    values, n_answered = {}, {}
    for scale in scales:
        keyed = keyed_answers(responses, scale.items).to_numpy(dtype=float)
        values[scale.id] = ScoringRule.of(scale).apply(keyed)
        n_answered[scale.id] = (~np.isnan(keyed)).sum(axis=1)
    index = responses.answers.index
    return Scores(
        respondents=responses.respondents,
        values=pd.DataFrame(values, index=index, columns=[scale.id for scale in scales]),
        n_answered=pd.DataFrame(n_answered, index=index, columns=[scale.id for scale in scales]),
        scales=scales,
        ranges=tuple(_possible_range(responses, scale) for scale in scales),
        indices=formative_indices(responses),
    )


def _possible_range(responses: Responses, scale: Scale) -> tuple[float, float]:
    """Lowest and highest score that the response scale allows."""
    options = responses.instrument.item(scale.items[0]).responses
    assert options is not None  # SCALE-006: the items of a scale have ordered answers
    times = len(scale.items) if scale.method == "sum" else 1
    return float(times * options.lowest), float(times * options.highest)
