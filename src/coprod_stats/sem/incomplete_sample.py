"""Samples with missing answers: their patterns, and what a saturated model estimates from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.sample import ChosenRows, GroupSample, SemData, choose_rows, group_samples

if TYPE_CHECKING:
    from coprod_stats.sem.observed.em import SaturatedMoments
    from coprod_stats.sem.observed.missing_patterns import MissingPatterns

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncompleteSample(GroupSample):
    """One group of a sample with missing answers; `mean` and `cov` are the saturated estimates.

    Parameters
    ----------
    patterns : MissingPatterns
    saturated : SaturatedMoments
    """

    patterns: MissingPatterns
    saturated: SaturatedMoments

    def measured_from(self, offsets: FloatArray) -> Self:
        """Subtract a number from each variable, ``(n_observed,)``."""
        means = np.where(self.patterns.observed, self.patterns.means - offsets, 0.0)
        return replace(
            self,
            data=self.data - offsets,
            mean=self.mean - offsets,
            patterns=replace(self.patterns, means=means),
            saturated=replace(self.saturated, mean=self.saturated.mean - offsets),
        )


def incomplete_samples(
    data: SemData,
    observed_of_groups: Sequence[Sequence[str]],
    *,
    complete_of_groups: Sequence[Sequence[str]] = (),
) -> tuple[IncompleteSample, ...]:
    """Choose rows with an answer at least and estimate saturated moments, group by group.

    Parameters
    ----------
    data : SemData
    observed_of_groups : sequence of sequence of str
        Variables of each group's model.
    complete_of_groups : sequence of sequence of str
        Variables of each group that must be answered even so: fixed covariates.

    Raises
    ------
    SemDataError, ObservedDataError
        As in :func:`coprod_stats.sem.sample.complete_samples`.
    """
    chosen = choose_rows(
        data, observed_of_groups, incomplete=True, complete_of_groups=complete_of_groups
    )
    return group_samples(data, observed_of_groups, chosen, _incomplete_sample)


def _incomplete_sample(data: FloatArray, rows: IntArray, chosen: ChosenRows) -> IncompleteSample:
    sample = _saturated_sample(data, rows, chosen.weights_of(rows))
    return replace(sample, clusters=chosen.clusters_of(rows))


def _saturated_sample(
    data: FloatArray, rows: IntArray, weights: FloatArray | None
) -> IncompleteSample:
    # loaded only where answers are missing
    from coprod_stats.sem.observed.em import saturated_moments
    from coprod_stats.sem.observed.missing_patterns import group_by_pattern

    patterns = group_by_pattern(data, weights=weights)
    saturated = saturated_moments(patterns)
    return IncompleteSample(
        rows=rows,
        data=data,
        weights=weights,
        n_obs=patterns.n_obs,
        mean=saturated.mean,
        cov=saturated.cov,
        patterns=patterns,
        saturated=saturated,
    )


def resample_incomplete(sample: GroupSample, counts: IntArray) -> IncompleteSample:
    """Take each case of a group with missing answers as often as `counts` says.

    Parameters
    ----------
    sample : GroupSample
        Without weights and clusters.
    counts : (n_rows,) int array
    """
    rows = np.repeat(np.arange(len(counts)), counts)
    return _saturated_sample(sample.data[rows], sample.rows[rows], None)
