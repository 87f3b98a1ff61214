"""Standard errors, tests and intervals of single coefficients."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from coprod_stats.sem.results import CoefficientTable

FloatArray = NDArray[np.float64]


def coefficient_table(
    estimates: FloatArray,
    jacobian: FloatArray,
    covariance: FloatArray,
    *,
    t_df: float | None = None,
    conf_level: float = 0.95,
) -> CoefficientTable:
    """Test functions of the parameters against zero by the delta method.

    Parameters
    ----------
    estimates : (n,) array
    jacobian : (n, n_free) array
        Derivatives by the free parameters; rows of zeros for constants.
    covariance : (n_free, n_free) array
    t_df : float, optional
        Degrees of freedom of the t distribution; normal if left out.
    conf_level : float
        Level of the intervals.
    """
    variances = np.einsum("ij,jk,ik->i", jacobian, covariance, jacobian)
    constant = ~jacobian.any(axis=1)
    with np.errstate(invalid="ignore"):
        errors = np.where(constant, 0.0, np.sqrt(variances))
    nan = np.full(len(estimates), np.nan)
    statistics = np.divide(estimates, errors, out=nan.copy(), where=errors > 0)
    if t_df is None:
        p_values = 2.0 * special.ndtr(-np.abs(statistics))
        critical = float(special.ndtri((1 + conf_level) / 2))
    else:
        p_values = 2.0 * special.stdtr(t_df, -np.abs(statistics))
        critical = float(special.stdtrit(t_df, (1 + conf_level) / 2))
    return CoefficientTable(
        estimates=estimates,
        std_errors=errors,
        statistics=statistics,
        p_values=np.asarray(p_values),
        ci_lower=estimates - critical * errors,
        ci_upper=estimates + critical * errors,
    )
