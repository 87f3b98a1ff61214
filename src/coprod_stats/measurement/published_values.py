"""Own values of published scales beside the published ones."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.instruments.constructs import PublishedValue
from coprod_stats.measurement.reliability import Reliability
from coprod_stats.responses import Responses
from coprod_stats.results import NotebookTables
from coprod_stats.scoring import score


@dataclass(frozen=True, slots=True)
class Comparison:
    """One published value with the own estimate; ``n_obs`` is 0 where there is none."""

    scale: str
    published: PublishedValue
    estimate: float
    conf_low: float
    conf_high: float
    n_obs: int

    @property
    def verdict(self) -> str:
        """Whether the published value lies within the interval of the own estimate."""
        if not self.n_obs or math.isnan(self.estimate):
            return "no own value"
        if math.isnan(self.conf_low):
            return "no interval"
        inside = self.conf_low <= self.published.value <= self.conf_high
        return "within the interval" if inside else "outside the interval"


@dataclass(frozen=True, slots=True)
class PublishedComparison(NotebookTables):
    """Published values of the scales of an instrument, with the own ones."""

    entries: tuple[Comparison, ...]

    def tidy(self) -> pd.DataFrame:
        """Return one row per published value; the interval is that of the own estimate."""
        columns = ["term", "statistic_name", "published", "sample", "source", "estimate"]
        columns += ["conf_low", "conf_high", "n_obs", "verdict"]
        rows = [
            (
                *(one.scale, one.published.statistic, one.published.value, one.published.sample),
                *(one.published.source, one.estimate, one.conf_low, one.conf_high),
                *(one.n_obs, one.verdict),
            )
            for one in self.entries
        ]
        return pd.DataFrame(rows, columns=columns)

    def glance(self) -> pd.DataFrame:
        """Return one row: numbers of values, and of those outside the interval."""
        outside = sum(one.verdict == "outside the interval" for one in self.entries)
        return pd.DataFrame({"n_values": [len(self.entries)], "n_outside": [outside]})

    def __str__(self) -> str:
        lines = []
        for one in self.entries:
            own = "none" if math.isnan(one.estimate) else f"{one.estimate:.2f}"
            if not math.isnan(one.conf_low):
                own += f" [{one.conf_low:.2f}, {one.conf_high:.2f}]"
            lines.append(
                f"{one.scale}: {one.published.statistic} {own}, published "
                f"{one.published.value:.2f} ({one.published.sample}; {one.published.source}): "
                f"{one.verdict}"
            )
        return "\n".join(lines)


def compare_published(responses: Responses, found: Reliability) -> PublishedComparison:
    """Set the values that publications give for scales beside those of one's own answers.

    Reliabilities have the intervals of :func:`~coprod_stats.measurement.reliability`; the mean of
    the scale scores has that of the normal distribution at the same level; a standard deviation
    has none. A value outside the interval differs from the published one by more than sampling of
    the own answers explains; the sampling of the published ones is not counted.

    Parameters
    ----------
    responses : Responses
        The answers.
    found : Reliability
        Their reliabilities.
    """
    scores = None
    entries = []
    for scale in responses.instrument.scales:
        for value in scale.published:
            if value.statistic in ("alpha", "omega"):
                entries.append(_reliability(scale.id, value, found))
                continue
            if scores is None:
                scores = score(responses).values
            own = scores[scale.id].dropna().to_numpy(dtype=float)
            entries.append(_moment(scale.id, value, own, found[scale.id].conf_level))
    return PublishedComparison(tuple(entries))


def _reliability(scale: str, value: PublishedValue, found: Reliability) -> Comparison:
    known = {entry.term: entry for entry in found[scale].coefficients}
    own = known.get(value.statistic)
    if own is None:
        return Comparison(scale, value, math.nan, math.nan, math.nan, 0)
    return Comparison(scale, value, own.estimate, own.conf_low, own.conf_high, own.n_obs)


def _moment(
    scale: str, value: PublishedValue, own: NDArray[np.float64], conf_level: float
) -> Comparison:
    from scipy.stats import norm  # .3 s, needed for a mean only

    if own.size < 2:
        return Comparison(scale, value, math.nan, math.nan, math.nan, own.size)
    mean, sd = float(own.mean()), float(own.std(ddof=1))
    if value.statistic == "sd":
        return Comparison(scale, value, sd, math.nan, math.nan, own.size)
    reach = float(norm.ppf((1 + conf_level) / 2)) * sd / math.sqrt(own.size)
    return Comparison(scale, value, mean, mean - reach, mean + reach, own.size)
