"""Sandwich and scaled tests in the space of the moments (MLM, WLSM and relatives).

With ``V`` the weight of the moments' residuals, ``Delta`` their Jacobian, ``Gamma`` the
asymptotic covariance of the sample moments and ``E = Delta' V Delta``, the estimates have
covariance ``E^-1 Delta' V Gamma V Delta E^-1 / N``, and the test is scaled by traces of powers of
``U Gamma``, ``U = V - V Delta E^-1 Delta' V`` [satorra1994]_.

References
----------
.. [satorra1994] Satorra, A., & Bentler, P. M. (1994). Corrections to test statistics and standard
   errors in covariance structure analysis. In Latent variables analysis (pp. 399-419). Sage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.estimation.least_squares import lower_triangle, moment_jacobian
from coprod_stats.sem.estimation.moment_weights import moment_acov, moment_weights
from coprod_stats.sem.estimation.positive_definite import factor
from coprod_stats.sem.inference.sandwich import saturated_meat
from coprod_stats.sem.observed.saturated_information import saturated_information
from coprod_stats.sem.options import Method
from coprod_stats.sem.sample import GroupSample

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MomentSpace:
    """The moments of all groups, one after another.

    Parameters
    ----------
    weights : tuple of ndarray
        ``V`` of each group, ``(n_moments, n_moments)``.
    acovs : tuple of ndarray
        ``Gamma`` of each group, ``(n_moments, n_moments)``.
    jacobians : tuple of ndarray
        ``Delta`` of each group, ``(n_moments, n_free)``.
    shares : (n_groups,) array
        ``n_g / N``.
    """

    weights: tuple[FloatArray, ...]
    acovs: tuple[FloatArray, ...]
    jacobians: tuple[FloatArray, ...]
    shares: FloatArray

    def information(self) -> FloatArray:
        """``sum_g (n_g / N) Delta' V Delta``, ``(n_free, n_free)``."""
        parts = zip(self.weights, self.jacobians, self.shares, strict=True)
        return np.asarray(sum(share * (j.T @ weight @ j) for weight, j, share in parts))

    def meat(self) -> FloatArray:
        """``sum_g (n_g / N) Delta' V Gamma V Delta``, ``(n_free, n_free)``."""
        total = np.zeros((self.jacobians[0].shape[1],) * 2)
        parts = zip(self.weights, self.acovs, self.jacobians, self.shares, strict=True)
        for weight, acov, jacobian, share in parts:
            weighted = weight @ jacobian
            total += share * (weighted.T @ acov @ weighted)
        return total

    def traces(self, inverse: FloatArray) -> tuple[float, float]:
        """Compute ``tr(U Gamma)`` and ``tr((U Gamma)²)`` with ``E^-1`` given."""
        weighted = [w @ j for w, j in zip(self.weights, self.jacobians, strict=True)]
        groups = range(len(weighted))
        products = {}
        for a in groups:
            for b in groups:
                block = -self.shares[a] * (weighted[a] @ inverse @ weighted[b].T)
                if a == b:
                    block += self.weights[a]
                products[a, b] = block @ self.acovs[b]
        first = sum(float(np.trace(products[a, a])) for a in groups)
        second = sum(
            float(np.sum(products[a, b] * products[b, a].T)) for a in groups for b in groups
        )
        return first, second


def normal_weight(cov: FloatArray, *, meanstructure: bool) -> FloatArray:
    """Information of one normal observation about its mean and covariances.

    Parameters
    ----------
    cov : (n_items, n_items) array
    meanstructure : bool
        Whether means are moments of the model.

    Raises
    ------
    numpy.linalg.LinAlgError
        Where `cov` is not positive definite.
    """
    factored = factor(cov)
    if factored is None:
        raise np.linalg.LinAlgError("the covariance matrix is not positive definite")
    P = factored.inverse
    i, j = lower_triangle(cov.shape[0])
    halves = np.where(i == j, 0.5, 1.0)
    by_cov = P[np.ix_(i, i)] * P[np.ix_(j, j)] + P[np.ix_(i, j)] * P[np.ix_(j, i)]
    by_cov *= halves[:, None] * halves
    if not meanstructure:
        return np.asarray(by_cov)
    corner = np.zeros((len(P), len(i)))
    return np.block([[P, corner], [corner.T, by_cov]])


def moment_space(estimate: Estimate, samples: Sequence[GroupSample], method: Method) -> MomentSpace:
    """Gather weights, asymptotic covariances and Jacobians at the estimates."""
    total = sum(sample.n_obs for sample in samples)
    means = estimate.table.meanstructure
    weights, acovs, jacobians = [], [], []
    for model, implied, sample in zip(estimate.models, estimate.implied, samples, strict=True):
        if method.is_two_stage:
            weight = normal_weight(sample.cov, meanstructure=means)
        elif method.discrepancy == "ML":
            weight = normal_weight(implied.cov, meanstructure=means)
        else:
            weight = moment_weights(sample, method.discrepancy, meanstructure=means)
        weights.append(weight if weight.ndim == 2 else np.diag(weight))
        acovs.append(sample_acov(sample, method, meanstructure=means))
        jacobian = np.zeros((len(weights[-1]), estimate.table.n_free))
        jacobian[:, model.parameters] = moment_jacobian(model, implied, meanstructure=means)
        jacobians.append(jacobian)
    shares = np.array([sample.n_obs / total for sample in samples])
    return MomentSpace(tuple(weights), tuple(acovs), tuple(jacobians), shares)


def sample_acov(sample: GroupSample, method: Method, *, meanstructure: bool) -> FloatArray:
    """Asymptotic covariance matrix of the sample moments, times the number of cases."""
    if sample.patterns is None:
        return moment_acov(sample, meanstructure=meanstructure)
    information = saturated_information(sample.patterns, mean=sample.mean, cov=sample.cov)
    inverse = np.linalg.inv(information) * sample.n_obs
    if method.missing == "two-stage":
        return np.asarray(inverse, dtype=np.float64)
    return np.asarray(inverse @ (saturated_meat(sample) / sample.n_obs) @ inverse)
