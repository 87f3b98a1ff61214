"""Maximum likelihood with a singular covariance matrix between clusters.

There the matrix is ``B = A A'`` with fewer columns than variables [amemiya1985]_. Zeros above the
diagonal of some well-separated variables make ``A`` unique. A column that vanishes is dropped; a
direction without variance in which the likelihood still rises becomes a new one. The maximum is
found when there is none: ``v'(∂l/∂B)v <= 0`` for every ``v`` with ``v'Bv = 0``.

References
----------
.. [amemiya1985] Amemiya, Y. (1985). What should be done when an estimated between-group covariance
   matrix is not nonnegative definite? The American Statistician, 39, 112-117.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.least_squares import lower_triangle
from coprod_stats.sem.estimation.objective import Evaluation
from coprod_stats.sem.multilevel.case_deviance import CaseDeviance
from coprod_stats.sem.multilevel.cluster_moments import ClusterMoments
from coprod_stats.sem.multilevel.two_level_likelihood import (
    TwoLevelMoments,
    half_deviance,
    moment_information,
    pairs_at,
    stack_moments,
    stacked_gradient,
    unstack_moments,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

VANISHING = 1e-7
"""Directions with less than this share of the variance of cluster means count as without any."""

FIRST_SHARE = 0.05
"""Share of variance above which a direction is kept for a start."""

WORTHWHILE = 1e-8
"""A column is added where it would raise the log-likelihood by more than this."""


@dataclass(frozen=True, slots=True)
class BoundaryMaximum:
    """Estimates with ``B`` of reduced rank."""

    moments: TwoLevelMoments
    rank: int
    converged: bool


def maximum_on_boundary(sample: ClusterMoments, start: TwoLevelMoments) -> BoundaryMaximum:
    """Maximize the likelihood over positive semidefinite ``B``.

    Parameters
    ----------
    sample : ClusterMoments
    start : TwoLevelMoments
        With positive semidefinite ``B``.
    """
    root = _root(sample, start, smallest=FIRST_SHARE)
    moments, converged = start, False
    for _ in range(4 * sample.variation.between.size + 4):
        objective = FactoredDeviance(sample, root)
        minimum = objective.minimum(objective.start(moments, root))
        moments, converged = objective.moments(minimum.params), minimum.converged
        reduced = _root(sample, moments, smallest=VANISHING)
        if reduced.shape[1] < root.shape[1]:
            root = reduced
            continue
        column = _rising_direction(sample, moments)
        if column is None:
            break
        root = np.column_stack([reduced, column])
    return BoundaryMaximum(moments, root.shape[1], converged)


def shares_between(sample: ClusterMoments, moments: TwoLevelMoments) -> FloatArray:
    """Shares of ``B`` in ``B + W/n`` along its principal directions; ``n`` is the mean size.

    Parameters
    ----------
    sample : ClusterMoments
    moments : TwoLevelMoments

    Returns
    -------
    (n_between,) array
        Ascending.
    """
    outer = np.ix_(sample.variation.between, sample.variation.between)
    return _relative_eigen(moments.between[outer], _of_means(sample, moments))[0]


def _of_means(sample: ClusterMoments, moments: TwoLevelMoments) -> FloatArray:
    """Covariance matrix of the means of clusters of mean size, for the variables of level 2."""
    outer = np.ix_(sample.variation.between, sample.variation.between)
    share = sample.n_clusters / sample.n_obs
    return np.asarray(moments.between[outer] + share * moments.within[outer])


def _relative_eigen(matrix: FloatArray, metric: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Solve ``matrix v = λ metric v``, ascending, with ``v' metric v = 1``."""
    inverse_root = np.linalg.inv(np.linalg.cholesky(metric))
    values, vectors = np.linalg.eigh(inverse_root @ matrix @ inverse_root.T)
    return values, inverse_root.T @ vectors


def _root(sample: ClusterMoments, moments: TwoLevelMoments, *, smallest: float) -> FloatArray:
    """Factor ``B = A A'`` by directions with more than a share of the variance of the means."""
    outer = np.ix_(sample.variation.between, sample.variation.between)
    metric = _of_means(sample, moments)
    shares, vectors = _relative_eigen(moments.between[outer], metric)
    kept = shares > smallest
    return np.asarray(metric @ vectors[:, kept] * np.sqrt(shares[kept]))


def _rising_direction(sample: ClusterMoments, moments: TwoLevelMoments) -> FloatArray | None:
    """Find a column that raises the likelihood although ``B`` has no variance along it."""
    outer = np.ix_(sample.variation.between, sample.variation.between)
    slope = half_deviance(sample, moments).by_between[outer]
    covs = moments.between + moments.within / sample.sizes[:, None, None]
    weights = np.tensordot(sample.counts, np.linalg.inv(covs), axes=1)[outer] / sample.n_clusters
    rises, vectors = _relative_eigen(slope, weights)
    rise = float(rises[-1])
    if rise <= 0 or rise**2 / (4.0 * sample.n_clusters) < WORTHWHILE:
        return None
    return np.asarray(vectors[:, -1] * np.sqrt(rise / sample.n_clusters))


def separated_rows(root: FloatArray) -> IntArray:
    """Order rows so that each of the first is farthest from the span of those before it.

    Parameters
    ----------
    root : (n_rows, rank) array
    """
    left, chosen = root.copy(), np.zeros(len(root), dtype=bool)
    order: list[int] = []
    for _ in range(root.shape[1]):
        lengths = np.where(chosen, -1.0, np.sum(left**2, axis=1))
        row = int(np.argmax(lengths))
        order.append(row)
        chosen[row] = True
        if lengths[row] > 0:
            unit = left[row] / np.sqrt(lengths[row])
            left -= np.outer(left @ unit, unit)
    return np.array([*order, *np.flatnonzero(~chosen)], dtype=np.intp)


class FactoredDeviance(CaseDeviance):
    """As a function of means, ``W`` and the free elements of ``A``.

    Parameters
    ----------
    sample : ClusterMoments
    root : (n_between, rank) array
        From which the variables are chosen whose rows of ``A`` are lower triangular.
    """

    def __init__(self, sample: ClusterMoments, root: FloatArray) -> None:
        self.sample = sample
        n_between, self.rank = root.shape
        self.order = separated_rows(root)
        cells = [
            (self.order[place], column)
            for place in range(n_between)
            for column in range(min(place + 1, self.rank))
        ]
        self.rows = np.array([row for row, _ in cells], dtype=np.intp)
        self.columns = np.array([column for _, column in cells], dtype=np.intp)
        self.n_outside = sample.variation.n_variables + pairs_at(sample.variation, 1).size
        self.n_free = self.n_outside + len(cells)

    def start(self, moments: TwoLevelMoments, root: FloatArray) -> FloatArray:
        """Parameters of given means and ``W``, and of ``A`` turned to its form.

        Parameters
        ----------
        moments : TwoLevelMoments
        root : (n_between, rank) array
        """
        turned = root @ np.linalg.qr(root[self.order[: self.rank]].T)[0]
        outside = stack_moments(self.sample.variation, moments)[: self.n_outside]
        return np.concatenate([outside, turned[self.rows, self.columns]])

    def root(self, params: FloatArray) -> FloatArray:
        """Fill in ``A``, ``(n_between, rank)``."""
        root = np.zeros((self.order.size, self.rank))
        root[self.rows, self.columns] = params[self.n_outside :]
        return root

    def moments(self, params: FloatArray) -> TwoLevelMoments:
        """Means and covariance matrices."""
        root = self.root(params)
        rows, columns = lower_triangle(self.order.size)
        stacked = np.concatenate([params[: self.n_outside], (root @ root.T)[rows, columns]])
        return unstack_moments(self.sample.variation, stacked)

    def derivatives(self, params: FloatArray, *, exact: bool) -> Evaluation:
        """Value, gradient and second derivatives."""
        sample, variation = self.sample, self.sample.variation
        moments = self.moments(params)
        deviance = half_deviance(sample, moments)
        jacobian = self._jacobian(self.root(params))
        information = moment_information(sample, moments, exact=exact)
        curvature = jacobian.T @ information @ jacobian
        if exact:
            slope = deviance.by_between[np.ix_(variation.between, variation.between)]
            same = self.columns[:, None] == self.columns
            bend = np.where(same, slope[self.rows[:, None], self.rows], 0.0)
            curvature[self.n_outside :, self.n_outside :] -= bend
        gradient = stacked_gradient(variation, deviance) @ jacobian
        n_obs = sample.n_obs
        return Evaluation(deviance.value / n_obs, gradient / n_obs, curvature / n_obs)

    def _jacobian(self, root: FloatArray) -> FloatArray:
        """Differentiate the stacked moments, ``(n_moments, n_free)``."""
        rows, columns = lower_triangle(self.order.size)
        of_root = (rows[:, None] == self.rows) * root[columns][:, self.columns]
        of_root = of_root + (columns[:, None] == self.rows) * root[rows][:, self.columns]
        jacobian = np.zeros((self.n_outside + rows.size, self.n_free))
        jacobian[: self.n_outside, : self.n_outside] = np.eye(self.n_outside)
        jacobian[self.n_outside :, self.n_outside :] = of_root
        return jacobian
