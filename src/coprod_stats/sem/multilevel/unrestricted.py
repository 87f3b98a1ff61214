"""The unrestricted two-level model (H1): maximum likelihood with proper covariance matrices.

A few EM steps come first, then Newton steps on the moments. Where these leave the matrices
between clusters without a negative eigenvalue, they are the estimates. Else the maximum lies on
the boundary: the covariance matrix between clusters is ``A A'`` with fewer columns than variables
[amemiya1985]_. ``A`` is made unique by zeros above a diagonal of well-separated variables; a column
that vanishes is dropped, a direction in which the likelihood still rises is added.

References
----------
.. [amemiya1985] Amemiya, Y. (1985). What should be done when an estimated between-group covariance
   matrix is not nonnegative definite? The American Statistician, 39, 112-117.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from coprod_stats.sem.estimation.least_squares import lower_triangle
from coprod_stats.sem.estimation.objective import Evaluation
from coprod_stats.sem.estimation.optimizer import Minimum, minimize
from coprod_stats.sem.model.constraints import Restrictions
from coprod_stats.sem.multilevel.cluster_moments import ClusterMoments
from coprod_stats.sem.multilevel.random_effects_em import em_step, first_moments
from coprod_stats.sem.multilevel.two_level_likelihood import (
    TwoLevelMoments,
    half_deviance,
    moment_information,
    n_moments,
    pairs_at,
    stack_moments,
    stacked_gradient,
    unstack_moments,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

N_EM_STEPS = 50
"""EM steps before Newton's."""

VANISHING = 1e-7
"""A column of ``A`` is dropped where it explains less than this share of every variable."""

WORTHWHILE = 1e-8
"""A column is added where it would raise the log-likelihood by more than this."""


@dataclass(frozen=True, slots=True)
class UnrestrictedMoments:
    """Maximum likelihood estimates of the unrestricted two-level model.

    Parameters
    ----------
    moments : TwoLevelMoments
    half_deviance : float
        Minus the log-likelihood without constants.
    rank : int
        Of the covariance matrix between clusters.
    converged : bool
    """

    moments: TwoLevelMoments
    half_deviance: float
    rank: int
    converged: bool


def unrestricted_moments(sample: ClusterMoments) -> UnrestrictedMoments:
    """Estimate means and the covariance matrices within and between clusters.

    Parameters
    ----------
    sample : ClusterMoments

    Raises
    ------
    numpy.linalg.LinAlgError
        Where a covariance matrix is singular: see the checks on the data.
    """
    moments = first_moments(sample)
    for _ in range(N_EM_STEPS):
        moments = em_step(sample, moments)
    n_between = sample.variation.between.size
    if n_between < sample.n_clusters:
        interior = _interior(sample, moments)
        if interior is not None:
            return interior
    return _on_boundary(sample, moments)


def _interior(sample: ClusterMoments, start: TwoLevelMoments) -> UnrestrictedMoments | None:
    """Maximize over all symmetric matrices; None where the result is not proper."""
    objective = _Moments(sample)
    minimum = _minimum(objective, stack_moments(sample.variation, start))
    moments = unstack_moments(sample.variation, minimum.params)
    if not minimum.converged or _shares(sample, moments)[0] < VANISHING:
        return None
    value = half_deviance(sample, moments).value
    return UnrestrictedMoments(moments, value, sample.variation.between.size, True)


def _minimum(objective: _PerCase, start: FloatArray) -> Minimum:
    free = Restrictions(np.eye(start.size), np.zeros(start.size), (), ())
    return minimize(objective, free, start, max_iterations=100)


def _shares(sample: ClusterMoments, moments: TwoLevelMoments) -> FloatArray:
    """Shares of ``B`` in ``B + W/n`` along its principal directions, ascending; ``n`` the mean."""
    outer = np.ix_(sample.variation.between, sample.variation.between)
    between = moments.between[outer]
    total = between + moments.within[outer] * (sample.n_clusters / sample.n_obs)
    return np.asarray(scipy.linalg.eigh(between, total, eigvals_only=True))


def _on_boundary(sample: ClusterMoments, start: TwoLevelMoments) -> UnrestrictedMoments:
    root = _root(sample, start, smallest=0.05)
    moments, converged = start, False
    for _ in range(4 * sample.variation.between.size + 4):
        moments, converged = _at_rank(sample, moments, root)
        reduced = _root(sample, moments, smallest=VANISHING)
        if reduced.shape[1] < root.shape[1]:
            root = reduced
            continue
        column = _rising_direction(sample, moments)
        if column is None:
            break
        root = np.column_stack([reduced, column])
    value = half_deviance(sample, moments).value
    return UnrestrictedMoments(moments, value, root.shape[1], converged)


def _root(sample: ClusterMoments, moments: TwoLevelMoments, *, smallest: float) -> FloatArray:
    """Factor ``B = A A'`` by directions with more than a share of the variance of the means."""
    outer = np.ix_(sample.variation.between, sample.variation.between)
    total = moments.between[outer]
    total = total + moments.within[outer] * (sample.n_clusters / sample.n_obs)
    shares, vectors = scipy.linalg.eigh(moments.between[outer], total)
    kept = shares > smallest
    return np.asarray(total @ vectors[:, kept] * np.sqrt(shares[kept]))


def _at_rank(
    sample: ClusterMoments, moments: TwoLevelMoments, root: FloatArray
) -> tuple[TwoLevelMoments, bool]:
    """Maximize over ``B = A A'`` with as many columns as a start has."""
    objective = _Factored(sample, root)
    minimum = _minimum(objective, objective.start(moments, root))
    return objective.moments(minimum.params), minimum.converged


def _rising_direction(sample: ClusterMoments, moments: TwoLevelMoments) -> FloatArray | None:
    """Find a column that raises the likelihood although ``B`` has no variance along it."""
    outer = np.ix_(sample.variation.between, sample.variation.between)
    derivatives = half_deviance(sample, moments)
    slope = derivatives.by_between[outer]
    weights = _mean_precision(sample, moments)[outer]
    rises, vectors = scipy.linalg.eigh(slope, weights)
    direction, rise = vectors[:, -1], float(rises[-1])
    bend = sample.n_clusters * float(direction @ weights @ direction) ** 2
    if rise <= 0 or rise**2 / (4.0 * bend) < WORTHWHILE:
        return None
    return np.asarray(direction * np.sqrt(rise / bend))


def _mean_precision(sample: ClusterMoments, moments: TwoLevelMoments) -> FloatArray:
    covs = moments.between + moments.within / sample.sizes[:, None, None]
    inverses = np.linalg.inv(covs)
    return np.asarray(np.tensordot(sample.counts, inverses, axes=1) / sample.n_clusters)


class _PerCase(ABC):
    """Half the deviance per case, for the minimizer."""

    n_free: int

    def value(self, params: FloatArray) -> float:
        """Value; infinite where the moments are not defined."""
        return self.evaluate(params, exact=False).value

    def group_values(self, params: FloatArray) -> FloatArray:
        """Value as an array of one."""
        return np.array([self.value(params)])

    @abstractmethod
    def evaluate(self, params: FloatArray, *, exact: bool) -> Evaluation:
        """Value, gradient and second derivatives."""


class _Moments(_PerCase):
    """As a function of the stacked moments."""

    def __init__(self, sample: ClusterMoments) -> None:
        self.sample = sample
        self.n_free = n_moments(sample.variation)

    def evaluate(self, params: FloatArray, *, exact: bool) -> Evaluation:
        """Value, gradient and second derivatives."""
        sample = self.sample
        moments = unstack_moments(sample.variation, params)
        derivatives = half_deviance(sample, moments)
        return Evaluation(
            derivatives.value / sample.n_obs,
            stacked_gradient(sample.variation, derivatives) / sample.n_obs,
            moment_information(sample, moments, exact=exact) / sample.n_obs,
        )


class _Factored(_PerCase):
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
        order = np.arange(n_between)
        if self.rank:
            order = scipy.linalg.qr(root.T, mode="r", pivoting=True)[1]
        self.order = order
        cells = [(order[i], k) for i in range(n_between) for k in range(min(i + 1, self.rank))]
        self.rows = np.array([i for i, _ in cells], dtype=np.intp)
        self.columns = np.array([k for _, k in cells], dtype=np.intp)
        self.n_outside = sample.variation.n_variables + pairs_at(sample.variation, 1).size
        self.n_free = self.n_outside + len(cells)

    def start(self, moments: TwoLevelMoments, root: FloatArray) -> FloatArray:
        """Parameters of given moments, ``B`` being replaced by its factor."""
        turned = root.copy()
        if self.rank:
            head = root[self.order[: self.rank]]
            turned = root @ scipy.linalg.qr(head.T)[0]
        outside = stack_moments(self.sample.variation, moments)[: self.n_outside]
        return np.concatenate([outside, turned[self.rows, self.columns]])

    def root(self, params: FloatArray) -> FloatArray:
        """Fill in ``A``, ``(n_between, rank)``."""
        root = np.zeros((self.order.size, self.rank))
        root[self.rows, self.columns] = params[self.n_outside :]
        return root

    def moments(self, params: FloatArray) -> TwoLevelMoments:
        """Means and covariance matrices."""
        variation = self.sample.variation
        root = self.root(params)
        rows, columns = lower_triangle(self.order.size)
        stacked = np.concatenate([params[: self.n_outside], (root @ root.T)[rows, columns]])
        return unstack_moments(variation, stacked)

    def evaluate(self, params: FloatArray, *, exact: bool) -> Evaluation:
        """Value, gradient and second derivatives."""
        sample, variation = self.sample, self.sample.variation
        moments = self.moments(params)
        derivatives = half_deviance(sample, moments)
        jacobian = self._jacobian(self.root(params))
        information = moment_information(sample, moments, exact=exact)
        curvature = jacobian.T @ information @ jacobian
        if exact:
            slope = derivatives.by_between[np.ix_(variation.between, variation.between)]
            same = self.columns[:, None] == self.columns
            bend = np.where(same, slope[self.rows[:, None], self.rows], 0.0)
            curvature[self.n_outside :, self.n_outside :] -= bend
        gradient = stacked_gradient(variation, derivatives) @ jacobian
        n_obs = sample.n_obs
        return Evaluation(derivatives.value / n_obs, gradient / n_obs, curvature / n_obs)

    def _jacobian(self, root: FloatArray) -> FloatArray:
        """Differentiate the stacked moments, ``(n_moments, n_params)``."""
        rows, columns = lower_triangle(self.order.size)
        of_root = (rows[:, None] == self.rows) * root[columns][:, self.columns]
        of_root = of_root + (columns[:, None] == self.rows) * root[rows][:, self.columns]
        return np.asarray(scipy.linalg.block_diag(np.eye(self.n_outside), of_root))
