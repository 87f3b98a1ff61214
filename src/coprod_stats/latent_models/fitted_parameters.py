"""Rows of a parameter table with estimates, errors and standardised values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from coprod_stats.latent_models.sem_fit import FittedParameter
from coprod_stats.sem.inference.standardization import ImpliedVariances, standardized_solution
from coprod_stats.sem.model.parameters import Parameter, ParameterTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]


def fitted_parameters(
    table: ParameterTable,
    estimates: FloatArray,
    *,
    vcov: FloatArray,
    variances: ImpliedVariances,
    conf_level: float,
) -> tuple[FittedParameter, ...]:
    """Label estimates, with Wald tests and intervals from the normal distribution.

    Parameters
    ----------
    table : ParameterTable
        One group.
    estimates : (n_rows,) array
    vcov : (n_free, n_free) array
    variances : ImpliedVariances
    conf_level : float
    """
    std_lv, std_all, std_nox = (
        standardized_solution(table, estimates, variances, kind=kind)
        for kind in ("lv", "all", "nox")
    )
    std_all_se = std_all.std_errors(vcov)
    std_errors = np.sqrt(np.maximum(np.diag(vcov), 0.0))
    critical = float(ndtri((1 + conf_level) / 2))
    return tuple(
        _fitted(
            row,
            float(estimates[index]),
            float(std_errors[row.free]) if row.free >= 0 else 0.0,
            critical=critical,
            std_lv=float(std_lv.estimates[index]),
            std_all=float(std_all.estimates[index]),
            std_nox=float(std_nox.estimates[index]),
            std_all_se=float(std_all_se[index]),
        )
        for index, row in enumerate(table)
    )


def unsolved_parameters(
    table: ParameterTable, estimates: FloatArray
) -> tuple[FittedParameter, ...]:
    """Label the last values of a fit that failed: no errors, nothing standardised."""
    nan = math.nan
    return tuple(
        _fitted(
            row,
            float(estimates[index]),
            nan,
            critical=nan,
            std_lv=nan,
            std_all=nan,
            std_nox=nan,
            std_all_se=nan,
        )
        for index, row in enumerate(table)
    )


def _fitted(
    row: Parameter,
    estimate: float,
    std_error: float,
    *,
    critical: float,
    std_lv: float,
    std_all: float,
    std_nox: float,
    std_all_se: float,
) -> FittedParameter:
    z = estimate / std_error if std_error > 0 else math.nan
    return FittedParameter(
        lhs=row.lhs,
        op=row.op,
        rhs=row.rhs,
        group=row.group,
        label=row.label,
        free=row.free >= 0,
        est=estimate,
        se=std_error,
        z=z,
        pvalue=float(2 * ndtr(-abs(z))),
        ci_lower=estimate - critical * std_error,
        ci_upper=estimate + critical * std_error,
        std_lv=std_lv,
        std_all=std_all,
        std_nox=std_nox,
        std_all_se=std_all_se,
    )
