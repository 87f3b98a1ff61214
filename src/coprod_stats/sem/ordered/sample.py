"""The data of a fit with ordered variables: categories, thresholds and polychoric correlations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.observed.errors import ObservedDataError
from coprod_stats.sem.ordered.moments import (
    CategoricalData,
    CategoricalMoments,
    categorical_moments,
)
from coprod_stats.sem.ordered.thresholds import category_levels_of
from coprod_stats.sem.sample import GroupSample, SemData, choose_rows

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedSample(GroupSample):
    """One group of a sample with ordered variables.

    Parameters
    ----------
    mean, cov : ndarray
        Of latent responses, continuous variables and covariates taken together.
    moments : CategoricalMoments
        Thresholds, slopes and polychoric correlations.
    """

    moments: CategoricalMoments


def category_levels(
    data: SemData, table: ParameterTable, ordered: Literal["all"] | Sequence[str]
) -> dict[str, FloatArray]:
    """Find the answers that occur for each ordered variable of the model, ascending.

    Fixed covariates are numbers, whatever `ordered` says.

    Parameters
    ----------
    data : SemData
    table : ParameterTable
        Before thresholds are known.
    ordered : 'all' or sequence of str

    Raises
    ------
    SemOptionError
        Where none of the named variables is ordered in this model, or one is unknown.
    SemDataError
        ``OBS-010`` for a variable with fewer than two answers.
    """
    covariates = table.conditioned
    known = {*table.observed, *data.names}
    unknown = [] if ordered == "all" else [name for name in ordered if name not in known]
    if unknown:
        raise SemOptionError(f"ordered: the model has no observed variable '{unknown[0]}'")
    wanted = table.observed if ordered == "all" else ordered
    names = [name for name in table.observed if name in wanted and name not in covariates]
    if not names:
        raise SemOptionError("ordered: the model has no ordered variable that anything explains")
    used = slice(None) if data.groups is None else data.groups >= 0
    try:
        return {
            name: category_levels_of(data.columns([name])[used, 0], item)
            for item, name in enumerate(names)
        }
    except ObservedDataError as error:
        raise error.named(names) from error


def ordered_samples(
    data: SemData,
    table: ParameterTable,
    levels: Mapping[str, FloatArray],
    *,
    pairwise: bool,
) -> tuple[OrderedSample, ...]:
    """Choose rows and estimate thresholds and correlations, group by group.

    Parameters
    ----------
    data : SemData
    table : ParameterTable
    levels : mapping of str to array
        From :func:`category_levels`.
    pairwise : bool
        Keep rows with missing answers, each pair of items using what was answered.

    Raises
    ------
    SemDataError
        Where no rows are left, and what
        :func:`~coprod_stats.sem.ordered.moments.categorical_moments` refuses.
    """
    covariates = table.conditioned
    items = tuple(name for name in table.observed if name not in covariates)
    needed = items if pairwise else table.observed
    chosen = choose_rows(
        data,
        [needed] * table.n_groups,
        incomplete=pairwise,
        complete_of_groups=[covariates] * table.n_groups,
    )
    coded = data.columns(table.observed)
    for column, name in enumerate(table.observed):
        if name in levels:
            answers = coded[:, column]
            codes = np.searchsorted(levels[name], answers).astype(np.float64)
            coded[:, column] = np.where(np.isnan(answers), np.nan, codes)
    sizes = tuple(levels[name].size if name in levels else 0 for name in items)
    samples = []
    for group, rows in enumerate(chosen.groups):
        design = (chosen.weights_of(rows), chosen.clusters_of(rows))
        try:
            samples.append(_sample(table, rows, coded[rows], sizes, design))
        except ObservedDataError as error:
            where = f"{data.group_name(group)}: " if len(chosen.groups) > 1 else ""
            raise error.named(items, where) from error
    return tuple(samples)


def resample_ordered(
    table: ParameterTable, sample: OrderedSample, counts: NDArray[np.int64]
) -> OrderedSample:
    """Take each case of a group as often as `counts` says.

    Parameters
    ----------
    table : ParameterTable
    sample : OrderedSample
        Without weights and clusters.
    counts : (n_rows,) int array

    Raises
    ------
    ObservedDataError
        ``OBS-011`` where a category is no longer chosen, and the like.
    """
    drawn = np.repeat(np.arange(len(counts)), counts)
    return _sample(
        table, sample.rows[drawn], sample.data[drawn], sample.moments.n_categories, (None, None)
    )


def _sample(
    table: ParameterTable,
    rows: IntArray,
    coded: FloatArray,
    sizes: tuple[int, ...],
    design: tuple[FloatArray | None, IntArray | None],
) -> OrderedSample:
    weights, clusters = design
    y, x = _places(table)
    covariates = coded[:, x] if x.size else None
    moments = categorical_moments(CategoricalData(coded[:, y], sizes, covariates, weights))
    mean, cov = _joint_moments(table, moments)
    return OrderedSample(
        rows=rows,
        data=coded,
        weights=weights,
        clusters=clusters,
        n_obs=moments.n_obs,
        mean=mean,
        cov=cov,
        moments=moments,
    )


def _places(table: ParameterTable) -> tuple[IntArray, IntArray]:
    """Columns of the items and of the covariates that they are conditioned on."""
    x = np.array([table.observed.index(name) for name in table.conditioned], dtype=np.intp)
    return np.setdiff1d(np.arange(len(table.observed)), x), x


def _joint_moments(
    table: ParameterTable, moments: CategoricalMoments
) -> tuple[FloatArray, FloatArray]:
    """Means and covariances of items and covariates; latent responses have mean 0."""
    y, x = _places(table)
    mean, cov = np.zeros(len(table.observed)), np.zeros((len(table.observed),) * 2)
    continuous = ~moments.is_ordered
    mean[y[continuous]] = moments.thresholds[continuous[moments.threshold_items]]
    cov[np.ix_(y, y)] = moments.cov
    if moments.covariates is not None:
        between = moments.slopes @ moments.covariates.unbiased_cov
        mean[x] = moments.covariates.mean
        mean[y[continuous]] += moments.slopes[continuous] @ moments.covariates.mean
        cov[np.ix_(x, x)] = moments.covariates.unbiased_cov
        cov[np.ix_(y, x)], cov[np.ix_(x, y)] = between, between.T
        cov[np.ix_(y, y)] += between @ moments.slopes.T
    return mean, cov
