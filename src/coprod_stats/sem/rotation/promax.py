"""Promax: varimax, then oblique factors towards powers of its loadings [hendrickson1964]_.

With varimax loadings ``X`` and ``Q = X |X|^(κ-1)``, factors are transformed by the least-squares
solution ``U = (X'X)⁻¹ X'Q``, scaled so that they have unit variances, ``diag((U'U)⁻¹) = 1``. This
is R's ``stats::promax`` and, on items with unit variance, lavaan's.

References
----------
.. [hendrickson1964] Hendrickson, A. E., & White, P. O. (1964). Promax: A quick method for rotation
   to oblique simple structure. British Journal of Statistical Psychology, 17, 65-70.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.rotation.options import RotationOptions

FloatArray = NDArray[np.float64]


def promax_turn(varimax_loadings: FloatArray, options: RotationOptions) -> FloatArray:
    """Transform varimax factors ``η`` to promax factors ``R'η``.

    Parameters
    ----------
    varimax_loadings : (n_items, n_factors) array
    options : RotationOptions

    Returns
    -------
    (n_factors, n_factors) array
        ``R = U'⁻¹``; ``diag(R'R) = 1``.
    """
    return np.asarray(np.linalg.inv(_transformation(varimax_loadings, options.kappa)[1]).T)


def promax_turn_change(
    varimax_loadings: FloatArray, change: FloatArray, options: RotationOptions
) -> FloatArray:
    """Differentiate the transformation ``R`` along a change of the varimax loadings.

    Parameters
    ----------
    varimax_loadings, change : (n_items, n_factors) array
    options : RotationOptions

    Returns
    -------
    (n_factors, n_factors) array
        ``R⁻¹ dR = −(U⁻¹ dU)'``, a turn of the promax factors.
    """
    X, dX, kappa = varimax_loadings, change, options.kappa
    plain, scaled = _transformation(X, kappa)
    powers = X * np.abs(X) ** (kappa - 1.0)
    of_powers = kappa * np.abs(X) ** (kappa - 1.0) * dX
    inner = X.T @ X
    of_inner = dX.T @ X + X.T @ dX
    of_plain = np.linalg.solve(inner, dX.T @ powers + X.T @ of_powers - of_inner @ plain)
    covariance = np.linalg.inv(plain.T @ plain)
    of_covariance = -covariance @ (of_plain.T @ plain + plain.T @ of_plain) @ covariance
    scales = np.sqrt(np.diagonal(covariance))
    of_scales = np.diagonal(of_covariance) / (2.0 * scales)
    of_scaled = of_plain * scales + plain * of_scales
    return np.asarray(-np.linalg.solve(scaled, of_scaled).T)


def _transformation(X: FloatArray, kappa: float) -> tuple[FloatArray, FloatArray]:
    """``U`` before and after scaling."""
    powers = X * np.abs(X) ** (kappa - 1.0)
    plain = np.asarray(np.linalg.lstsq(X, powers, rcond=None)[0])
    scales = np.sqrt(np.diagonal(np.linalg.inv(plain.T @ plain)))
    return plain, np.asarray(plain * scales)
