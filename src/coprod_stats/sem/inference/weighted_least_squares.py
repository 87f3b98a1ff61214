"""Sandwich covariances and moments of the test statistic for least-squares estimators.

With ``W`` the weight matrix, ``Γ`` the asymptotic covariance matrix of the statistics, ``Δ`` the
Jacobian and ``f`` the share of each group, over groups

    E = Σ f Δ'W Δ,     B = Σ f Δ'W Γ W Δ,

the covariance matrix of the estimates is ``E⁻¹ B E⁻¹ / n`` [browne1984]_ and the test statistic
behaves as a sum of chi-squares weighted by the eigenvalues of ``U Γ``,
``U = W − W Δ E⁻¹ Δ'W`` [satorra1994]_. ``E⁻¹`` stands for ``K (K'E K)⁻¹ K'`` where restrictions
leave the directions ``K`` open.

References
----------
.. [browne1984] Browne, M. W. (1984). BJMSP, 37, 62-83, eq. 2.12.
.. [satorra1994] Satorra, A., & Bentler, P. M. (1994). Corrections to test statistics and standard
   errors in covariance structure analysis. In A. von Eye & C. C. Clogg (Eds.), Latent variables
   analysis (pp. 399-419). Sage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class GroupDerivatives:
    """What one group contributes.

    Parameters
    ----------
    jacobian : (n_statistics, n_free) array
        Of the statistics by all free parameters.
    weight_matrix : (n_statistics,) or (n_statistics, n_statistics) array
        The diagonal, or the whole matrix.
    gamma : (n_statistics, n_statistics) array
    share : float
        Of the group in the cases.
    """

    jacobian: FloatArray
    weight_matrix: FloatArray
    gamma: FloatArray
    share: float

    def weigh(self, values: FloatArray) -> FloatArray:
        """Multiply the columns of a matrix by the weight matrix."""
        if self.weight_matrix.ndim == 2:
            return np.asarray(self.weight_matrix @ values)
        return self.weight_matrix[:, None] * values

    @cached_property
    def weighted_jacobian(self) -> FloatArray:
        """``W Δ``, ``(n_statistics, n_free)``."""
        return self.weigh(self.jacobian)

    @cached_property
    def spread(self) -> FloatArray:
        """``Γ W Δ``, ``(n_statistics, n_free)``; most thresholds take one column of ``Γ`` each."""
        weighted = self.weighted_jacobian
        n_entries = np.count_nonzero(weighted, axis=0)
        single, several = np.flatnonzero(n_entries == 1), np.flatnonzero(n_entries > 1)
        rows = np.abs(weighted[:, single]).argmax(axis=0)
        spread = np.zeros_like(weighted)
        spread[:, single] = self.gamma[:, rows] * weighted[rows, single]
        spread[:, several] = self.gamma @ weighted[:, several]
        return spread

    def weighted_gamma_moments(self) -> tuple[float, float]:
        """Compute ``tr(WΓ)`` and ``tr((WΓ)²)``."""
        if self.weight_matrix.ndim == 2:
            product = self.weight_matrix @ self.gamma
            return float(np.trace(product)), float(np.sum(product * product.T))
        weights = self.weight_matrix
        with np.errstate(over="ignore"):  # without bound where correlations are perfect
            squares = self.gamma**2
        return float(weights @ np.diag(self.gamma)), float(weights @ squares @ weights)


def least_squares_information(groups: Sequence[GroupDerivatives]) -> FloatArray:
    """Compute ``E``, ``(n_free, n_free)``."""
    parts = [group.share * (group.jacobian.T @ group.weighted_jacobian) for group in groups]
    return np.asarray(np.sum(parts, axis=0))


def least_squares_variability(groups: Sequence[GroupDerivatives]) -> FloatArray:
    """Compute ``B``, ``(n_free, n_free)``."""
    parts = [group.share * (group.weighted_jacobian.T @ group.spread) for group in groups]
    return np.asarray(np.sum(parts, axis=0))


def restricted_inverse(information: FloatArray, tangent: FloatArray) -> FloatArray:
    """Invert an information matrix along the open directions, ``K (K'E K)⁻¹ K'``.

    Parameters
    ----------
    information : (n_free, n_free) array
    tangent : (n_free, n_open) array

    Raises
    ------
    numpy.linalg.LinAlgError
        Where it is singular: the model is not identified.
    """
    root = np.linalg.cholesky(tangent.T @ information @ tangent)
    half = np.linalg.solve(root, tangent.T)
    return np.asarray(half.T @ half)


def trace_moments(
    groups: Sequence[GroupDerivatives], inverse: FloatArray, variability: FloatArray
) -> tuple[float, float]:
    """Compute ``tr(UΓ)`` and ``tr((UΓ)²)`` without forming ``U``.

    Parameters
    ----------
    groups : sequence of GroupDerivatives
    inverse : (n_free, n_free) array
        ``E⁻¹``, from :func:`restricted_inverse`.
    variability : (n_free, n_free) array
        ``B``.
    """
    product = inverse @ variability
    first, second = -float(np.trace(product)), float(np.sum(product * product.T))
    for group in groups:
        trace, trace_of_square = group.weighted_gamma_moments()
        middle = group.spread.T @ group.weigh(group.spread)
        first += trace
        second += trace_of_square - 2.0 * group.share * float(np.sum(inverse * middle))
    return first, second
