"""Bootstrap of the means of stated and unstated paths and of HTMT2, from the same samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.results import NotebookTables
from coprod_stats.sem.errors import SemError
from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.inference.standardization import standardize
from coprod_stats.sem.reliability import heterotrait_monotrait_ratio
from coprod_stats.sem.resampling import bootstrap_interval, lost_samples, resampled_estimates
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.path_pattern import PathPattern
from coprod_stats.structure.structural_models import DriverImpactModel

FloatArray = NDArray[np.float64]

HTMT2 = "htmt2"
"""Kind of statistic: the heterotrait-monotrait ratio of a pair of factors."""

PATH_MEAN = "path mean"
"""Kind of statistic: a mean of standardised paths, or a difference of means."""


@dataclass(frozen=True, slots=True)
class ResampledStatistic:
    """A statistic with the standard deviation and percentiles of its bootstrap samples.

    Attributes
    ----------
    kind : str
        ``path mean`` or ``htmt2``.
    term : str
        Name of the mean, or the two factors joined by ``~~``.
    estimate, std_error, conf_low, conf_high : float
    """

    kind: str
    term: str
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float


@dataclass(frozen=True, slots=True)
class PatternBootstrap(NotebookTables):
    """Statistics over bootstrap samples of the respondents, or of their clusters.

    Attributes
    ----------
    statistics : tuple of ResampledStatistic
        Means of paths, then HTMT2 of each pair of factors.
    n_samples, n_kept : int
        Samples drawn, and those on which the model with all paths could be estimated and has
        standardised paths.
    unit : str
        What was drawn: ``respondents`` or ``clusters``.
    conf_level : float
    """

    statistics: tuple[ResampledStatistic, ...]
    n_samples: int
    n_kept: int
    unit: str
    conf_level: float

    def statistic(self, term: str) -> ResampledStatistic | None:
        """Return the statistic of a term; None where there is none."""
        return next((found for found in self.statistics if found.term == term), None)

    @property
    def lost(self) -> str:
        """What a reader must know of samples without estimates; empty where they are few."""
        return "; ".join(
            f.message for f in lost_samples(self.n_samples - self.n_kept, self.n_samples)
        )

    def tidy(self) -> pd.DataFrame:
        """Return a row per statistic."""
        return pd.DataFrame([asdict(found) for found in self.statistics])

    def glance(self) -> pd.DataFrame:
        """Return one row: samples drawn and kept, and what was drawn."""
        return pd.DataFrame(
            [{"n_samples": self.n_samples, "n_kept": self.n_kept, "unit": self.unit}]
        )

    def __str__(self) -> str:
        lines = [f"{self.n_kept:,} bootstrap samples of {self.unit}"]
        lines += [
            f"  {found.term} {found.estimate:.3f} [{found.conf_low:.3f}, {found.conf_high:.3f}]"
            for found in self.statistics
            if found.kind == PATH_MEAN
        ]
        return "\n".join(lines)


def bootstrap_pattern(
    pattern: PathPattern, *, n_samples: int, rng: np.random.Generator
) -> PatternBootstrap:
    """Estimate the model with all paths on samples of its respondents or clusters.

    Parameters
    ----------
    pattern : PathPattern
        Its model is refitted, from its estimates, to every sample.
    n_samples : int
        Number of samples.
    rng : numpy.random.Generator

    Raises
    ------
    StructureError
        With sampling weights, which samples would not follow, or where fewer than two samples have
        estimates.

    References
    ----------
    Davison, A. C., & Hinkley, D. V. (1997). Bootstrap methods and their application. Cambridge
    (percentile intervals: eq. 5.18).
    """
    estimate = pattern.fit.core.estimate
    scales = _scales(pattern.model, estimate)
    try:
        drawn = resampled_estimates(estimate, n_samples=n_samples, rng=rng)
        rows = [_statistics(one, scales) for one in drawn if one is not None]
    except SemError as error:
        raise StructureError(str(error)) from error
    # a negative variance leaves nothing to standardise by
    found = np.array([row for row in rows if np.isfinite(row).all()])
    if len(found) < 2:
        raise StructureError(
            f"the model with all paths could be estimated on {len(found)} of {n_samples} samples"
        )
    estimates = _statistics(estimate, scales)
    level = pattern.fit.conf_level
    low, high = bootstrap_interval(found, estimates, "percentile", level=level)
    means = [(PATH_MEAN, definition.name) for definition in estimate.table.definitions]
    ratios = [(HTMT2, f"{one} ~~ {other}") for one, other in combinations(scales, 2)]
    numbers = zip(estimates, found.std(axis=0, ddof=1), low, high, strict=True)
    statistics = [
        ResampledStatistic(kind, term, *(float(number) for number in row))
        for (kind, term), row in zip([*means, *ratios], numbers, strict=True)
    ]
    (sample,) = estimate.problem.samples
    unit = "respondents" if sample.clusters is None else "clusters"
    return PatternBootstrap(tuple(statistics), n_samples, len(found), unit, level)


def _scales(model: DriverImpactModel, estimate: Estimate) -> dict[str, list[int]]:
    """Return the places of each factor's items among the observed variables."""
    places = {name: place for place, name in enumerate(estimate.table.observed)}
    return {factor.name: [places[item] for item in factor.items] for factor in model.factors}


def _statistics(estimate: Estimate, scales: dict[str, list[int]]) -> FloatArray:
    """Return the means of standardised paths, then HTMT2 of each pair of factors."""
    (sample,) = estimate.problem.samples
    return np.array(
        [*standardize(estimate, "all").defined, *_ratios(sample.cov, list(scales.values()))]
    )


def _ratios(cov: FloatArray, scales: Sequence[list[int]]) -> list[float]:
    deviations = np.sqrt(np.diagonal(cov))
    ratios = heterotrait_monotrait_ratio(cov / np.outer(deviations, deviations), scales)
    return [float(ratios[i, j]) for i, j in combinations(range(len(scales)), 2)]
