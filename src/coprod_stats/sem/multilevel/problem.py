"""From data and parameter table to what is estimated: samples, models, objective, start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.starting_values import starting_values
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.matrices import group_matrices
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.multilevel.objective import TwoLevelLikelihood
from coprod_stats.sem.multilevel.two_level_sample import TwoLevelSample, two_level_sample
from coprod_stats.sem.sample import GroupSample

FloatArray = NDArray[np.float64]

_START_SHARE = 0.02
"""Starting values take this share of the variance of cluster means as between clusters at least."""


def with_levels(samples: Sequence[GroupSample], table: ParameterTable) -> tuple[GroupSample, ...]:
    """Split the moments of clustered samples by level.

    Parameters
    ----------
    samples : sequence of GroupSample
        With clusters.
    table : ParameterTable
        Of a two-level model.

    Raises
    ------
    SemDataError
        See :func:`~coprod_stats.sem.multilevel.two_level_sample.two_level_sample`.
    """
    split = []
    for group, sample in enumerate(samples):
        assert sample.clusters is not None
        where = f" in group {group + 1}" if len(samples) > 1 else ""
        levels = two_level_sample(sample.data, sample.clusters, table, where=where)
        split.append(replace(sample, levels=levels))
    return tuple(split)


def level_samples(samples: Sequence[GroupSample]) -> tuple[TwoLevelSample, ...]:
    """Take out the statistics by level of all groups."""
    return tuple(sample.levels for sample in samples if sample.levels is not None)


def two_level_models(
    table: ParameterTable, samples: Sequence[GroupSample]
) -> tuple[LisrelModel, ...]:
    """Models of all groups and levels, with the unrestricted moments of fixed covariates.

    Parameters
    ----------
    table : ParameterTable
    samples : sequence of GroupSample
    """
    levels = level_samples(samples)
    return tuple(
        LisrelModel(
            group_matrices(table, group, level=level).with_exogenous(
                *levels[group - 1].level_moments(level)
            )
        )
        for group, level in table.blocks
    )


def two_level_start(
    table: ParameterTable, samples: Sequence[GroupSample], models: Sequence[LisrelModel]
) -> FloatArray:
    """Propose starting values from the unrestricted moments of each level.

    Parameters
    ----------
    table : ParameterTable
    samples : sequence of GroupSample
    models : sequence of LisrelModel
        One per group and level.
    """
    levels = level_samples(samples)
    means, covs = [], []
    for group, level in table.blocks:
        mean, cov = levels[group - 1].level_moments(level)
        if level == 2:
            cov = cov + np.diag(_START_SHARE * _variance_of_means(levels[group - 1]))
        means.append(mean)
        covs.append(cov)
    return starting_values(table, [model.matrices for model in models], covs, means)


def _variance_of_means(sample: TwoLevelSample) -> FloatArray:
    """Variances of the cluster means of the variables of level 2."""
    moments, found = sample.moments, sample.unrestricted.moments
    share = moments.n_clusters / moments.n_obs
    return np.diagonal(found.between + share * found.within)[moments.variation.between]


def two_level_objective(
    table: ParameterTable, models: Sequence[LisrelModel], samples: Sequence[GroupSample]
) -> TwoLevelLikelihood:
    """Build the likelihood of all groups.

    Parameters
    ----------
    table : ParameterTable
    models : sequence of LisrelModel
        One per group and level.
    samples : sequence of GroupSample
    """
    return TwoLevelLikelihood(models, level_samples(samples), n_free=table.n_free)
