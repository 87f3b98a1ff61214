"""The sample of a two-level model: rows, clusters, moments, and what the data cannot carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemDataError
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.multilevel.cluster_moments import (
    ClusterMoments,
    Variation,
    cluster_means,
    cluster_moments,
)
from coprod_stats.sem.multilevel.unrestricted import UnrestrictedMoments, unrestricted_moments
from coprod_stats.sem.observed.moments import CONSTANT_RATIO
from coprod_stats.sem.sample import GroupSample

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class TwoLevelSample:
    """What a two-level model is fitted to in one group.

    Parameters
    ----------
    moments : ClusterMoments
    unrestricted : UnrestrictedMoments
        Estimates of the unrestricted model.
    """

    moments: ClusterMoments
    unrestricted: UnrestrictedMoments

    def level_moments(self, level: int) -> tuple[FloatArray, FloatArray]:
        """Unrestricted mean and covariance matrix of the variables of a level.

        Means of variables that vary at both levels belong to level 2.

        Parameters
        ----------
        level : int
        """
        variation, found = self.moments.variation, self.unrestricted.moments
        chosen = variation.within if level == 1 else variation.between
        cov = (found.within if level == 1 else found.between)[np.ix_(chosen, chosen)]
        mean = found.mean[chosen].copy()
        if level == 1:
            mean[np.isin(chosen, variation.between)] = 0.0
        return mean, cov

    def shares_between(self) -> FloatArray:
        """Intraclass correlations of the variables of both levels in the unrestricted model."""
        both, found = self.moments.variation.both, self.unrestricted.moments
        within, between = np.diagonal(found.within)[both], np.diagonal(found.between)[both]
        return np.asarray(between / (between + within))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusteredSample(GroupSample):
    """One group of a two-level sample; `mean` and `cov` are those of all cases.

    Parameters
    ----------
    clusters : (n_rows,) int array
    levels : TwoLevelSample
    """

    clusters: IntArray
    levels: TwoLevelSample


def variation_of(table: ParameterTable) -> Variation:
    """Find at which level each observed variable of a two-level model varies."""
    place = {name: index for index, name in enumerate(table.observed)}
    levels = [np.array([place[n] for n in v.observed], dtype=np.intp) for v in table.levels]
    return Variation(len(table.observed), *levels)


def clustered_samples(
    samples: Sequence[GroupSample], table: ParameterTable
) -> tuple[ClusteredSample, ...]:
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
        See :func:`two_level_sample`.
    """
    split = []
    for group, sample in enumerate(samples):
        assert sample.clusters is not None
        where = table.in_group(group + 1)
        split.append(
            ClusteredSample(
                rows=sample.rows,
                data=sample.data,
                clusters=sample.clusters,
                n_obs=sample.n_obs,
                mean=sample.mean,
                cov=sample.cov,
                n_empty=sample.n_empty,
                levels=two_level_sample(sample.data, sample.clusters, table, where=where),
            )
        )
    return tuple(split)


def two_level_sample(
    data: FloatArray, clusters: IntArray, table: ParameterTable, *, where: str = ""
) -> TwoLevelSample:
    """Compute the statistics of one group.

    Parameters
    ----------
    data : (n_obs, n_observed) array
        Complete, in the order of ``table.observed``.
    clusters : (n_obs,) int array
        Codes from 0.
    table : ParameterTable
    where : str
        Named in errors, as `` in group 2``.

    Raises
    ------
    SemDataError
        ``SEM-131`` where every cluster has one case, ``SEM-132`` where a variable of level 2
        varies within clusters, ``SEM-133`` where one of level 1 does not, ``SEM-134`` where
        variables are collinear within clusters, ``SEM-135`` where one of both levels has the same
        mean in every cluster.
    """
    variation = variation_of(table)
    moments = cluster_moments(data, clusters, variation)
    if moments.n_clusters == moments.n_obs:
        message = "every cluster has one case, so that the levels cannot be distinguished"
        raise SemDataError(message + where, code="SEM-131")
    _check_variation(data, clusters, table, where)
    try:
        unrestricted = unrestricted_moments(moments)
    except np.linalg.LinAlgError as error:
        message = "no unrestricted model can be fitted: there is too little variation"
        raise SemDataError(message + where, code="SEM-134") from error
    return TwoLevelSample(moments, unrestricted)


def _check_variation(
    data: FloatArray, clusters: IntArray, table: ParameterTable, where: str
) -> None:
    variation = variation_of(table)
    split = cluster_means(data, clusters)
    rounding = CONSTANT_RATIO * (data**2).mean(axis=0)
    inner = (split.deviations**2).mean(axis=0) > rounding
    across = split.means.var(axis=0) > rounding
    within = split.deviations[:, variation.within]
    faults = {
        "SEM-132": variation.between_only[inner[variation.between_only]],
        "SEM-133": variation.within[~inner[variation.within]],
        "SEM-134": variation.within[_dependent(within.T @ within)],
        "SEM-135": variation.both[~across[variation.both]],
    }
    for code, found in faults.items():
        if found.size:
            names = tuple(table.observed[item] for item in found)
            raise SemDataError(_REASONS[code] + where, code=code, variables=names)


_REASONS = {
    "SEM-132": (
        "these variables appear at level 2 only but vary within clusters; name them at level 1 as "
        "well, or use the means of the clusters"
    ),
    "SEM-133": (
        "these variables appear at level 1 but do not vary within clusters; name them at level 2 "
        "only"
    ),
    "SEM-134": ("within clusters, these variables are linear functions of one another; omit one"),
    "SEM-135": (
        "these variables appear at both levels but have the same mean in every cluster; name them "
        "at level 1 only"
    ),
}


def _dependent(products: FloatArray) -> NDArray[np.bool_]:
    """Mark variables with a part in a null direction of a matrix of cross products."""
    scale = np.sqrt(np.diagonal(products))
    constant = scale == 0
    scale = np.where(constant, 1.0, scale)
    values, vectors = np.linalg.eigh(products / np.outer(scale, scale))
    null = vectors[:, values < 1e-12 * max(len(products), 1)]
    return np.asarray(constant | (np.abs(null).max(axis=1, initial=0.0) > 1e-4))
