"""The data of a fit: which rows count, in which group, with which weight and cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemDataError, SemError
from coprod_stats.sem.model.parameters import group_name
from coprod_stats.sem.observed.errors import ObservedDataError
from coprod_stats.sem.observed.moments import (
    complete_rows,
    moment_notes,
    rows_by_group,
    sample_moments,
)
from coprod_stats.sem.observed.weights import normalized_weights

if TYPE_CHECKING:
    from coprod_stats.sem.observed.missing_patterns import MissingPatterns

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SemData:
    """Data as they come in.

    Parameters
    ----------
    values : (n_rows, n_columns) array
        NaN where missing.
    names : tuple of str
        Names of the columns.
    groups : (n_rows,) int array, optional
        Codes from 0; -1 belongs to no group.
    group_labels : tuple of str
        One per group.
    weights : (n_rows,) array, optional
        Sampling weights on any scale.
    clusters : (n_rows,) int array, optional
        Codes of primary sampling units.
    """

    values: FloatArray
    names: tuple[str, ...]
    groups: IntArray | None = None
    group_labels: tuple[str, ...] = ("",)
    weights: FloatArray | None = None
    clusters: IntArray | None = None

    def group_name(self, group: int) -> str:
        """Name a group for a reader; the first is 0."""
        return group_name(group + 1, self.group_labels)

    def columns(self, wanted: Sequence[str]) -> FloatArray:
        """Columns by name; ``a:b`` is the product of two columns unless it is one itself."""
        place = {name: index for index, name in enumerate(self.names)}
        if all(name in place for name in wanted):
            return self.values.take([place[name] for name in wanted], axis=1)
        parts = [
            self.values[:, place[name]]
            if name in place
            else np.prod([self.values[:, place[part]] for part in name.split(":")], axis=0)
            for name in wanted
        ]
        return np.column_stack(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSample:
    """One group of the sample; complete data unless a subclass says otherwise.

    Parameters
    ----------
    rows : (n_rows,) int array
        Rows of the data that are used.
    data : (n_rows, n_observed) array
        NaN where missing; category codes of ordered variables.
    weights : (n_rows,) array, optional
        Sum to the number of rows over all groups.
    clusters : (n_rows,) int array, optional
        Codes from 0 within the group.
    n_obs : float
        Number of cases, or the sum of their weights.
    mean, cov : ndarray
        Sample moments with divisor ``n_obs``.
    patterns : MissingPatterns, optional
        Which answers are missing; None with complete data.
    n_empty : int
        Rows of the group that are not used because they hold no answer at all.
    """

    rows: IntArray
    data: FloatArray
    weights: FloatArray | None = None
    clusters: IntArray | None = None
    n_obs: float
    mean: FloatArray
    cov: FloatArray
    patterns: MissingPatterns | None = None
    n_empty: int = 0

    def measured_from(self, offsets: FloatArray) -> Self:
        """Subtract a number from each variable, ``(n_observed,)``."""
        return replace(self, data=self.data - offsets, mean=self.mean - offsets)

    @property
    def n_clusters(self) -> int:
        """Number of clusters; of cases where there are none."""
        return len(self.rows) if self.clusters is None else int(self.clusters.max()) + 1


def complete_samples(
    data: SemData, observed_of_groups: Sequence[Sequence[str]]
) -> tuple[GroupSample, ...]:
    """Choose complete rows and compute moments, group by group.

    Parameters
    ----------
    data : SemData
    observed_of_groups : sequence of sequence of str
        Variables of each group's model.

    Raises
    ------
    SemDataError
        ``SEM-115`` where no rows are left, ``SEM-116`` where a variable has no values, ``SEM-123``
        where it has none in a group.
    ObservedDataError
        At unusable weights, groups or columns.
    """
    chosen = choose_rows(data, observed_of_groups, incomplete=False)
    return group_samples(data, observed_of_groups, chosen, _complete_sample)


_Sample = TypeVar("_Sample", bound=GroupSample)


def group_samples(
    data: SemData,
    observed_of_groups: Sequence[Sequence[str]],
    chosen: ChosenRows,
    sample_of: Callable[[FloatArray, IntArray, ChosenRows], _Sample],
) -> tuple[_Sample, ...]:
    """Make a sample of the chosen rows of each group; errors name groups and variables.

    Parameters
    ----------
    data : SemData
    observed_of_groups : sequence of sequence of str
        Variables of each group's model.
    chosen : ChosenRows
    sample_of : callable
        Makes it from values, rows and what was chosen.
    """
    columns = {names: data.columns(names) for names in map(tuple, observed_of_groups)}
    samples: list[_Sample] = []
    for rows, n_empty, names in zip(
        chosen.groups, chosen.n_empty, map(tuple, observed_of_groups), strict=True
    ):
        values = columns[names][rows]
        try:
            sample = sample_of(values, rows, chosen)
        except ObservedDataError as error:
            where = f"{data.group_name(len(samples))}: " if len(chosen.groups) > 1 else ""
            raise _named(error, values, names, where) from error
        samples.append(replace(sample, n_empty=n_empty))
    return tuple(samples)


def _named(
    error: ObservedDataError, values: FloatArray, observed: Sequence[str], where: str
) -> SemError:
    """Name the variables, also the constant and, from the complete cases, the collinear ones."""
    if error.code != "OBS-005":
        return error.named(observed, where)
    constant = np.flatnonzero(np.nanmax(values, axis=0) == np.nanmin(values, axis=0))
    if constant.size:
        names = tuple(observed[int(item)] for item in constant)
        message = "every case has the same value of these variables; omit them"
        return SemDataError(where + message, code="SEM-111", variables=names)
    complete = values[complete_rows(values)]
    for note in moment_notes(sample_moments(complete)) if len(complete) > 1 else ():
        if note.code == "OBS-102":
            names = tuple(observed[item] for item in note.items)
            message = "these variables are linear functions of one another; omit one"
            return SemDataError(where + message, code="SEM-112", variables=names)
    return error.named(observed, where)


@dataclass(frozen=True, slots=True)
class ChosenRows:
    """Which rows count, and how.

    Parameters
    ----------
    groups : tuple of int arrays
        Rows of each group.
    weights : (n_rows,) array, optional
        Of all rows of the data; those that count sum to their number.
    clusters : (n_rows,) int array, optional
    n_empty : tuple of int
        Rows of each group without any answer.
    """

    groups: tuple[IntArray, ...]
    weights: FloatArray | None
    clusters: IntArray | None
    n_empty: tuple[int, ...]

    def weights_of(self, rows: IntArray) -> FloatArray | None:
        """Weights of some rows."""
        return None if self.weights is None else self.weights[rows]

    def clusters_of(self, rows: IntArray) -> IntArray | None:
        """Clusters of some rows, numbered from 0."""
        if self.clusters is None:
            return None
        return np.unique(self.clusters[rows], return_inverse=True)[1].astype(np.intp)


def choose_rows(
    data: SemData,
    observed_of_groups: Sequence[Sequence[str]],
    *,
    incomplete: bool,
    complete_of_groups: Sequence[Sequence[str]] = (),
) -> ChosenRows:
    """Choose rows with the answers that are needed, group by group.

    Parameters
    ----------
    data : SemData
    observed_of_groups : sequence of sequence of str
        Variables of each group's model.
    incomplete : bool
        Keep rows with missing answers (at least one answer is needed).
    complete_of_groups : sequence of sequence of str
        Variables of each group that must be answered even so.

    Raises
    ------
    SemDataError
        Where no rows are left.
    ObservedDataError
        At unusable weights or groups.
    """
    observed = _all_of(observed_of_groups)
    missing = np.isnan(data.columns(observed))
    needed = _needed(data, observed_of_groups)
    _check_answered(data, observed, missing, needed)
    empty = ~(needed & ~missing).any(axis=1)
    keep: BoolArray = np.asarray(~empty if incomplete else ~(needed & missing).any(axis=1))
    if any(complete_of_groups):
        unanswered = np.isnan(data.columns(_all_of(complete_of_groups)))
        keep &= ~(_needed(data, complete_of_groups) & unanswered).any(axis=1)
    keep &= _belongs(data)
    if not keep.any():
        raise SemDataError("no row has the answers that the model needs")
    weights = None
    if data.weights is not None:
        weights = np.ones(len(keep))
        weights[keep] = normalized_weights(data.weights[keep])
    codes = np.zeros(len(keep), dtype=np.intp) if data.groups is None else data.groups.copy()
    n_groups = len(data.group_labels)
    empty_rows = empty & (codes >= 0)
    n_empty = tuple(np.bincount(codes[empty_rows], minlength=n_groups).tolist())
    codes[~keep] = -1
    names = [data.group_name(group) for group in range(n_groups)]
    return ChosenRows(rows_by_group(codes, names), weights, data.clusters, n_empty)


def _belongs(data: SemData) -> BoolArray:
    """Mark the rows that have a weight, a cluster and a group where the data have these."""
    keep = np.ones(len(data.values), dtype=bool)
    if data.weights is not None:
        keep &= ~np.isnan(data.weights)
    if data.clusters is not None:
        keep &= data.clusters >= 0
    if data.groups is not None:
        keep &= data.groups >= 0
    return keep


def _all_of(names_of_groups: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in names_of_groups for name in names))


def _needed(data: SemData, names_of_groups: Sequence[Sequence[str]]) -> BoolArray:
    """Mark which of all names are among those of a row's group, ``(n_rows, n_names)``."""
    every = _all_of(names_of_groups)
    of_groups = np.array([[name in names for name in every] for names in names_of_groups])
    if data.groups is None:
        return np.broadcast_to(of_groups[0], (len(data.values), len(every)))
    return np.asarray(of_groups[data.groups])


def unanswered_of_groups(data: SemData, names: Sequence[str]) -> tuple[frozenset[str], ...]:
    """Return the variables that nobody in a group answered and somebody in another one did.

    Parameters
    ----------
    data : SemData
    names : sequence of str

    Returns
    -------
    tuple of frozenset of str
        One per group; empty for a group without any answers.
    """
    if data.groups is None:
        return tuple(frozenset[str]() for _ in data.group_labels)
    answered, belongs = ~np.isnan(data.columns(names)), _belongs(data)
    groups = range(len(data.group_labels))
    by_group = np.array([answered[belongs & (data.groups == g)].any(axis=0) for g in groups])
    somebody, something = by_group.any(axis=0), by_group.any(axis=1, keepdims=True)
    lacking = ~by_group & somebody & something
    return tuple(
        frozenset(name for name, is_lacking in zip(names, row, strict=True) if is_lacking)
        for row in lacking
    )


def _check_answered(
    data: SemData, observed: Sequence[str], missing: BoolArray, needed: BoolArray
) -> None:
    """Refuse variables that nobody answered, in the whole sample or in a group that has them."""
    names = np.array(observed)
    empty = tuple(names[missing.all(axis=0)].tolist())
    if empty:
        raise SemDataError(
            "no case has an answer to these; omit them", code="SEM-116", variables=empty
        )
    if data.groups is None:
        return
    for group in range(len(data.group_labels)):
        members = data.groups == group
        lacking = missing[members].all(axis=0) & needed[members].any(axis=0)
        empty = tuple(names[lacking].tolist())
        if empty and members.any():
            raise SemDataError(
                f"no case of {data.group_name(group)} has an answer to these, which are part of "
                "its model; omit these or the group",
                code="SEM-123",
                variables=empty,
            )


def _complete_sample(data: FloatArray, rows: IntArray, chosen: ChosenRows) -> GroupSample:
    weights = chosen.weights_of(rows)
    moments = sample_moments(data, weights=weights)
    return GroupSample(
        rows=rows,
        data=data,
        weights=weights,
        clusters=chosen.clusters_of(rows),
        n_obs=moments.n_obs,
        mean=moments.mean,
        cov=moments.cov,
    )


def resample_complete(sample: GroupSample, counts: IntArray) -> GroupSample:
    """Take each case of a group as often as `counts` says.

    Parameters
    ----------
    sample : GroupSample
        Complete data without weights and clusters.
    counts : (n_rows,) int array
    """
    rows = np.repeat(np.arange(len(counts)), counts)
    data = sample.data[rows]
    moments = sample_moments(data)
    return GroupSample(
        rows=sample.rows[rows], data=data, n_obs=moments.n_obs, mean=moments.mean, cov=moments.cov
    )
