"""Reliability of all scales of an instrument."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from coprod_stats.instruments import Scale
from coprod_stats.measurement.frame_reliability import check_reliability_options
from coprod_stats.measurement.scale_reliability import (
    Missing,
    ScaleReliability,
    printed_reliability,
    reliability_table,
    scale_reliability,
)
from coprod_stats.responses import Responses
from coprod_stats.results import NotebookTables
from coprod_stats.scoring import keyed_answers


@dataclass(frozen=True, slots=True, eq=False)
class Reliability(NotebookTables):
    """Reliability of all scales of an instrument."""

    scales: tuple[ScaleReliability, ...]
    n_respondents: int

    def __getitem__(self, scale: str) -> ScaleReliability:
        return {entry.scale: entry for entry in self.scales}[scale]

    def tidy(self) -> pd.DataFrame:
        """Return a row per scale and coefficient."""
        return reliability_table(self.scales)

    def by_scale(self) -> pd.DataFrame:
        """Return a row per scale, with the coefficients side by side."""
        return pd.DataFrame([entry.row() for entry in self.scales])

    def glance(self) -> pd.DataFrame:
        """Return one row: numbers of scales, and of weak or improper ones."""
        return pd.DataFrame(
            {
                "n_respondents": [self.n_respondents],
                "n_scales": [len(self.scales)],
                "n_weak": [sum(entry.verdict == "weak" for entry in self.scales)],
                "n_improper": [sum(entry.improper for entry in self.scales)],
            }
        )

    def __str__(self) -> str:
        return printed_reliability(self.by_scale())


def reliability(
    responses: Responses, *, missing: Missing = "pairwise", conf_level: float = 0.95
) -> Reliability:
    """Estimate the reliability of every scale of the instrument.

    Parameters
    ----------
    responses : Responses
        The answers.
    missing : {"pairwise", "listwise"}
        Whether covariances use the available cases of each pair of items or only the respondents
        who answered all items of the scale.
    conf_level : float
        Confidence level of the intervals.

    Raises
    ------
    ReliabilityError
        If an option is not admissible.
    """
    check_reliability_options(missing, conf_level)
    scales = tuple(
        _of_scale(responses, scale, missing, conf_level) for scale in responses.instrument.scales
    )
    return Reliability(scales, responses.n_respondents)


def _of_scale(
    responses: Responses, scale: Scale, missing: Missing, conf_level: float
) -> ScaleReliability:
    """Omit, with a note, items that nobody answered, such as those of a longer form."""
    keyed = keyed_answers(responses, scale.items).dropna(axis=1, how="all")
    found = scale_reliability(
        keyed.to_numpy(dtype=float),
        scale=scale.id,
        title=str(scale.title),
        items=tuple(keyed.columns),
        missing=missing,
        conf_level=conf_level,
    )
    unanswered = [id for id in scale.items if id not in keyed]
    if not unanswered:
        return found
    note = f"without items that nobody answered: {', '.join(unanswered)}"
    return replace(found, notes=(note, *found.notes))
