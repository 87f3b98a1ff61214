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
IntArray = NDArray[np.intp]


def moment_influence(
    sample: GroupSample, *, meanstructure: bool, fixed: IntArray | None = None
) -> FloatArray:
    """Influence of each case on the sample moments, ``(n_rows, n_moments)``.

    Deviations (with a mean structure), then centred products of deviations; given fixed covariates,
    less what regression on them predicts.

    Parameters
    ----------
    sample : GroupSample
    meanstructure : bool
        Whether means are moments of the model.
    fixed : (n_fixed,) int array, optional
        Columns of fixed covariates.
    """
    deviations = sample.data - sample.mean
    rows, columns = lower_triangle(sample.mean.size)
    products = deviations[:, rows] * deviations[:, columns]
    if fixed is not None and fixed.size:
        x = deviations[:, fixed]
        predicted = x @ np.linalg.lstsq(x, deviations, rcond=None)[0]
        predicted[:, fixed] = x
        products = products - predicted[:, rows] * predicted[:, columns]
        deviations = deviations - predicted
    products = products - products.mean(axis=0)
    return np.hstack([deviations, products]) if meanstructure else products


def moment_acov(
    sample: GroupSample, *, meanstructure: bool, fixed: IntArray | None = None
) -> FloatArray:
    """Asymptotic covariance matrix of the sample moments (divisor ``n_obs``).

    Parameters
    ----------
    sample : GroupSample
    meanstructure : bool
    fixed : (n_fixed,) int array, optional
        Columns of fixed covariates, whose moments do not vary.
    """
    influence = moment_influence(sample, meanstructure=meanstructure, fixed=fixed)
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
            code="SEM-119",
        )
    return np.asarray(np.linalg.inv(acov), dtype=np.float64)
