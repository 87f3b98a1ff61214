"""Means and covariances of complete cases, weighted or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.sem.observed.errors import DataNote, ObservedDataError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

CONSTANT_RATIO = 1e-24
"""A variance below this share of the mean square is rounding error: the item is constant."""


@dataclass(frozen=True, slots=True)
class SampleMoments:
    """Mean vector and covariance matrix of one group.

    Parameters
    ----------
    n_obs : float
        Number of cases, or the sum of their weights.
    mean : (n_items,) array
    cov : (n_items, n_items) array
        Divisor ``n_obs`` (maximum likelihood).
    """

    n_obs: float
    mean: FloatArray
    cov: FloatArray

    @property
    def unbiased_cov(self) -> FloatArray:
        """Covariance matrix with divisor ``n_obs - 1``."""
        return self.cov * (self.n_obs / (self.n_obs - 1.0))


def complete_rows(data: FloatArray) -> BoolArray:
    """Mark the cases without a missing value (listwise deletion).

    Parameters
    ----------
    data : (n_obs, n_items) array
        Missing values are NaN.

    Returns
    -------
    (n_obs,) bool array
    """
    return np.asarray(~np.isnan(data).any(axis=1))


def rows_by_group(group_codes: IntArray, names: Sequence[str]) -> tuple[IntArray, ...]:
    """Row numbers of each group, in the order of the data.

    Parameters
    ----------
    group_codes : (n_obs,) int array
        ``0 .. n_groups - 1``; other codes belong to no group.
    names : sequence of str
        Of the groups, as ``group 'b'``, for messages.

    Raises
    ------
    ObservedDataError
        ``OBS-003`` if a group has fewer than two cases.
    """
    rows = tuple(np.flatnonzero(group_codes == group) for group in range(len(names)))
    for name, members in zip(names, rows, strict=True):
        if members.size < 2:
            raise ObservedDataError(
                "OBS-003",
                f"{name} has {counted(members.size, 'usable case')}; a covariance matrix needs at "
                "least two. Leave the group out or join it with another.",
            )
    return rows


def sample_moments(data: FloatArray, *, weights: FloatArray | None = None) -> SampleMoments:
    """Mean vector and covariance matrix of complete data.

    Parameters
    ----------
    data : (n_obs, n_items) array
        Complete: no NaN.
    weights : (n_obs,) array, optional
        Sampling weights, scaled by :func:`normalized_weights`.

    Raises
    ------
    ObservedDataError
        ``OBS-002`` if a value is missing or infinite, ``OBS-003`` with fewer than two cases.
    """
    if data.shape[0] < 2:
        raise ObservedDataError(
            "OBS-003", f"{data.shape[0]} case(s) are left; a covariance matrix needs at least two."
        )
    n_obs = float(data.shape[0]) if weights is None else float(weights.sum())
    mean = data.mean(axis=0) if weights is None else weights @ data / n_obs
    if not np.all(np.isfinite(mean)):
        raise ObservedDataError(
            "OBS-002", "the data hold missing or infinite values; delete or model them first."
        )
    centred = data - mean
    weighted = centred if weights is None else centred * weights[:, None]
    cov = weighted.T @ centred / n_obs
    return SampleMoments(n_obs=n_obs, mean=mean, cov=(cov + cov.T) / 2.0)


def moment_notes(moments: SampleMoments) -> tuple[DataNote, ...]:
    """Describe what makes a sample covariance matrix unfit for estimation.

    Parameters
    ----------
    moments : SampleMoments

    Returns
    -------
    tuple of DataNote
        ``OBS-101`` constant items, ``OBS-102`` items that are linear functions of one another
        (listed are the items with weight in a null direction), ``OBS-103`` fewer cases than items.
    """
    variances = np.diag(moments.cov)
    constant = variances <= CONSTANT_RATIO * (variances + moments.mean**2)
    notes = []
    if constant.any():
        items = tuple(int(item) for item in np.flatnonzero(constant))
        notes.append(DataNote("OBS-101", "every case has the same answer to these items.", items))
    if moments.n_obs <= variances.size:
        notes.append(DataNote("OBS-103", "there are no more cases than items."))
        return tuple(notes)
    varying = np.flatnonzero(~constant)
    collinear = _null_direction_items(moments.cov[np.ix_(varying, varying)])
    if collinear.size:
        items = tuple(int(item) for item in varying[collinear])
        notes.append(DataNote("OBS-102", "these items are linear functions of one another.", items))
    return tuple(notes)


def _null_direction_items(cov: FloatArray) -> IntArray:
    """Columns with a loading in the null space of the correlation matrix."""
    if cov.size == 0:
        return np.empty(0, dtype=np.intp)
    scale = np.sqrt(np.diag(cov))
    eigenvalues, vectors = np.linalg.eigh(cov / np.outer(scale, scale))
    null = vectors[:, eigenvalues < 1e-12 * cov.shape[0]]
    return np.flatnonzero(np.abs(null).max(axis=1, initial=0.0) > 1e-4)
