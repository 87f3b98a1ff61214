"""Residual moments: what the sample shows beyond the model.

With ``Γ / n`` the covariance matrix of the sample moments of a group under normal theory (``n``
its cases, ``Γ`` at the sample moments), ``W`` the information at the implied moments, ``Δ`` the
Jacobian, ``E⁻¹`` the covariance matrix of the estimates and ``V = E⁻¹ (Σ n Δ'W Γ W Δ) E⁻¹``, the
sum over all groups, residuals have the covariance matrix

    Γ / n − Δ E⁻¹ Δ'W Γ − Γ W Δ E⁻¹ Δ' + Δ V Δ'

[browne1984]_. A residual over its standard error is standard normal if the model holds.

References
----------
.. [bollen1989] Bollen, K. A. (1989). Structural equations with latent variables. Wiley.
.. [browne1984] Browne, M. W. (1984). BJMSP, 37, 62-83.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.estimation.least_squares import lower_triangle, moment_jacobian
from coprod_stats.sem.inference.moment_sandwich import normal_weight
from coprod_stats.sem.results import CoreFit

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ResidualMoments:
    """Sample minus implied moments of one group, in the order of its observed variables.

    Parameters
    ----------
    mean : (n_observed,) array
        Zeros in a model without mean structure and with ordered variables.
    cov : (n_observed, n_observed) array
    """

    mean: FloatArray
    cov: FloatArray


def raw_residuals(fit: CoreFit) -> tuple[ResidualMoments, ...]:
    """Subtract implied from sample moments, per group; divisors are those of the discrepancy.

    With ordered variables, the moments are those of latent responses in the metric of the model:
    sample moments are divided by the scales ``δ``.

    Parameters
    ----------
    fit : CoreFit

    Raises
    ------
    SemOptionError
        With two levels.
    """
    problem = fit.problem.single_level("residuals")
    residuals = []
    for implied, sample in zip(fit.estimate.implied, fit.samples, strict=True):
        scales = np.outer(implied.delta, implied.delta)
        mean, cov = problem.compared_moments(sample)
        shift = np.zeros_like(sample.mean) if mean is None else mean - implied.mean
        residuals.append(ResidualMoments(shift, cov / scales - implied.cov))
    return tuple(residuals)


def correlation_residuals(fit: CoreFit) -> tuple[FloatArray, ...]:
    """Subtract implied from sample correlations, per group.

    Each is scaled by its own variances (``cor.bollen`` of lavaan) [bollen1989]_, so that the
    diagonal is 0.

    Parameters
    ----------
    fit : CoreFit

    Returns
    -------
    tuple of (n_observed, n_observed) array
        nan where a variance is not positive.

    Raises
    ------
    SemOptionError
        With two levels.
    """
    fit.problem.single_level("residuals")
    return tuple(
        _correlations(sample.cov) - _correlations(implied.cov)
        for implied, sample in zip(fit.estimate.implied, fit.samples, strict=True)
    )


def standardized_residuals(fit: CoreFit) -> tuple[ResidualMoments, ...]:
    """Divide residuals by their standard errors, per group (``standardized`` of lavaan).

    Parameters
    ----------
    fit : CoreFit
        Of complete continuous data by ML with its own standard errors.

    Returns
    -------
    tuple of ResidualMoments
        0 where the model reproduces the moment exactly, as on the diagonal of most models.

    Raises
    ------
    SemOptionError
        For other data and estimators, and where the model is not identified.
    """
    _refuse(fit)
    means = fit.table.meanstructure
    results = []
    for raw, (variances, sampling) in zip(raw_residuals(fit), _variances(fit), strict=True):
        rows, columns = lower_triangle(len(raw.mean))
        vector = raw.cov[rows, columns]
        vector = np.concatenate([raw.mean, vector]) if means else vector
        z = _over_errors(vector, variances, sampling)
        mean, cov = raw.mean.copy(), np.zeros_like(raw.cov)
        mean[: len(z) - len(rows)] = z[: len(z) - len(rows)]
        cov[rows, columns] = cov[columns, rows] = z[len(z) - len(rows) :]
        results.append(ResidualMoments(mean, cov))
    return tuple(results)


def _variances(fit: CoreFit) -> list[tuple[FloatArray, FloatArray]]:
    """Variances of the residual and of the sample moments, per group."""
    means, covariance = fit.table.meanstructure, fit.inference.covariance
    meat = np.zeros_like(covariance)
    parts = []
    estimate = fit.estimate
    for model, implied, sample in zip(estimate.models, estimate.implied, fit.samples, strict=True):
        jacobian = np.zeros((_n_moments(implied.cov, means), len(covariance)))
        jacobian[:, model.parameters] = moment_jacobian(model, implied, meanstructure=means)
        gamma = np.linalg.inv(normal_weight(sample.cov, meanstructure=means))
        weighted = normal_weight(implied.cov, meanstructure=means) @ jacobian
        spread = gamma @ weighted
        meat += sample.n_obs * weighted.T @ spread
        parts.append((jacobian, spread, np.diagonal(gamma) / sample.n_obs))
    total = covariance @ meat @ covariance
    variances = []
    for jacobian, spread, sampling in parts:
        crossed = np.einsum("ij,ij->i", jacobian @ covariance, spread)
        explained = np.einsum("ij,ij->i", jacobian @ total, jacobian)
        variances.append((sampling - 2.0 * crossed + explained, sampling))
    return variances


def _n_moments(cov: FloatArray, meanstructure: bool) -> int:
    n = len(cov)
    return n * (n + 1) // 2 + n * meanstructure


def _refuse(fit: CoreFit) -> None:
    problem, method = fit.problem.single_level("residuals"), fit.method
    plain = (method.standard_errors, method.information) == ("standard", "expected")
    if not (plain and problem.rests_on_normal_moments):
        raise SemOptionError(
            "standardized residuals need estimator ML, expected information and complete data"
        )
    if any(row.exogenous for row in fit.table):
        raise SemOptionError("standardized residuals need fixed_x=False where there are covariates")
    if np.isnan(fit.inference.covariance).any():
        raise SemOptionError("standardized residuals need an identified model")


def _correlations(cov: FloatArray) -> FloatArray:
    variances = np.diagonal(cov)
    scale = np.sqrt(np.where(variances > 0, variances, np.nan))
    return np.asarray(cov / np.outer(scale, scale))


def _over_errors(residuals: FloatArray, variances: FloatArray, sampling: FloatArray) -> FloatArray:
    """Divide by standard errors; 0 where rounding is all that is left of the variance."""
    varies = variances > 1e-10 * sampling
    errors = np.sqrt(np.where(varies, variances, 1.0))
    return np.asarray(np.where(varies, residuals / errors, 0.0))
