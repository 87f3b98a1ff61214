"""Weight matrices of least squares on moments of continuous data.

The asymptotic covariance matrix of the sample moments without distributional assumptions,
``Gamma_ij,kl = m_ijkl - m_ij m_kl`` with fourth central moments [browne1984]_.

References
----------
.. [browne1984] Browne, M. W. (1984). British Journal of Mathematical and Statistical
   Psychology, 37, 62-83.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemDataError
from coprod_stats.sem.estimation.least_squares import lower_triangle
from coprod_stats.sem.options import Discrepancy
from coprod_stats.sem.sample import GroupSample

FloatArray = NDArray[np.float64]


def moment_influence(sample: GroupSample, *, meanstructure: bool) -> FloatArray:
    """Influence of each case on the sample moments, ``(n_rows, n_moments)``.

    Deviations (with a mean structure), then centred products of deviations.
    """
    deviations = sample.data - sample.mean
    rows, columns = lower_triangle(sample.mean.size)
    products = deviations[:, rows] * deviations[:, columns] - sample.cov[rows, columns]
    return np.hstack([deviations, products]) if meanstructure else products


def moment_acov(sample: GroupSample, *, meanstructure: bool) -> FloatArray:
    """Asymptotic covariance matrix of the sample moments (divisor ``n_obs``)."""
    influence = moment_influence(sample, meanstructure=meanstructure)
    if sample.weights is not None:
        return np.asarray((influence * sample.weights[:, None]).T @ influence / sample.n_obs)
    return np.asarray(influence.T @ influence / sample.n_obs)


def moment_weights(
    sample: GroupSample, discrepancy: Discrepancy, *, meanstructure: bool
) -> FloatArray:
    """Weight matrix of the residuals: ones for ULS, a diagonal for DWLS, the whole for WLS.

    Raises
    ------
    SemDataError
        Where WLS has fewer cases than moments.
    """
    n_items = sample.mean.size
    n_moments = n_items * (n_items + 1) // 2 + n_items * meanstructure
    if discrepancy == "ULS":
        return np.ones(n_moments)
    acov = moment_acov(sample, meanstructure=meanstructure)
    if discrepancy == "DWLS":
        return np.asarray(1.0 / np.diagonal(acov))
    if len(sample.rows) <= n_moments:
        raise SemDataError(
            f"WLS needs more cases than the {n_moments} moments; there are {len(sample.rows)}",
            code="SEM-117",
        )
    return np.asarray(np.linalg.inv(acov), dtype=np.float64)
