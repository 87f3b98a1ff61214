"""The one-factor model by maximum likelihood, which omega rests on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.errors import CoprodError
from coprod_stats.quality.pairwise_moments import covariance_fault

FloatArray = NDArray[np.float64]


class OneFactorError(CoprodError):
    """A one-factor model cannot be estimated from this covariance matrix."""


@dataclass(frozen=True, slots=True, eq=False)
class OneFactorFit:
    """Estimates of the one-factor model with factor variance one.

    Parameters
    ----------
    loadings : ndarray, shape (n_items,)
        Unstandardised loadings; their sum is positive.
    uniquenesses : ndarray, shape (n_items,)
        Residual variances, not held above zero.
    acov : ndarray, shape (2 n_items, 2 n_items)
        Covariance matrix of loadings, then uniquenesses, from the expected information; NaN
        without a number of observations.
    discrepancy : float
        Minimum of the maximum likelihood discrepancy function.
    df : int
        Degrees of freedom, n_items (n_items − 3) / 2.
    converged : bool
        Whether the gradient vanished.
    n_iterations : int
        Scoring steps.
    """

    loadings: FloatArray
    uniquenesses: FloatArray
    acov: FloatArray
    discrepancy: float
    df: int
    converged: bool
    n_iterations: int

    @property
    def improper(self) -> bool:
        """Whether a residual variance is negative (a Heywood case)."""
        return bool((self.uniquenesses < 0).any())

    @property
    def implied_cov(self) -> FloatArray:
        """Covariance matrix that the model implies, shape (n_items, n_items)."""
        return np.outer(self.loadings, self.loadings) + np.diag(self.uniquenesses)


def fit_one_factor(
    sample_cov: FloatArray,
    *,
    n_obs: int = 0,
    tolerance: float = 1e-10,
    max_iterations: int = 500,
) -> OneFactorFit:
    r"""Fit Σ = λλ' + Θ with diagonal Θ by Fisher scoring.

    Minimises :math:`F = \log|\Sigma| + \mathrm{tr}(S \Sigma^{-1}) - \log|S| - p` (Jöreskog, 1967,
    Psychometrika 32) on the correlation matrix, which maximum likelihood allows, and scales
    back. Uniquenesses are free to turn negative, as in lavaan, so that a Heywood case shows.
    Scoring rather than the eigenvalue method, because the latter needs positive uniquenesses.

    Parameters
    ----------
    sample_cov : ndarray, shape (n_items, n_items)
        At least three items; the divisor matters only for the scale of the estimates.
    n_obs : int
        Respondents, for the standard errors (multiplier N); 0 if these are not wanted.
    tolerance : float
        Largest element of the gradient at which the solution counts as found.
    max_iterations : int
        Scoring steps after which the fit is returned as not converged.

    Raises
    ------
    OneFactorError
        With fewer than three items, or if the covariance matrix has gaps or is not positive
        definite.
    """
    n_items = sample_cov.shape[0]
    if n_items < 3:
        raise OneFactorError("a one-factor model needs three items")
    if fault := covariance_fault(sample_cov):
        raise OneFactorError(fault)
    scale = np.sqrt(np.diag(sample_cov))
    correlation = sample_cov / np.outer(scale, scale)
    params = _starting_values(correlation)
    value, gradient = discrepancy(params, correlation)
    iteration = 0
    while np.abs(gradient).max() > tolerance and iteration < max_iterations:
        iteration += 1
        step = np.asarray(-np.linalg.pinv(expected_hessian(params)) @ gradient)
        params, improved = _line_search(params, step, correlation, value)
        if not improved:
            break
        value, gradient = discrepancy(params, correlation)
    loadings, uniquenesses, acov = _rescaled(params, scale, n_obs)
    return OneFactorFit(
        loadings=loadings,
        uniquenesses=uniquenesses,
        acov=acov,
        discrepancy=max(value, 0.0),
        df=n_items * (n_items - 3) // 2,
        converged=bool(np.abs(gradient).max() <= max(tolerance, 1e-8)),
        n_iterations=iteration,
    )


def discrepancy(params: FloatArray, sample_cov: FloatArray) -> tuple[float, FloatArray]:
    """Discrepancy F and its gradient in the loadings, then the uniquenesses.

    With G = Σ⁻¹(Σ − S)Σ⁻¹ the gradient is 2Gλ and diag(G) (Jöreskog, 1967). F is
    infinite where Σ is not positive definite.
    """
    loadings, uniquenesses = np.split(params, 2)
    implied = np.outer(loadings, loadings) + np.diag(uniquenesses)
    if np.linalg.eigvalsh(implied)[0] <= 0:
        return np.inf, np.full_like(params, np.nan)
    inverse = np.linalg.inv(implied)
    value = (
        np.linalg.slogdet(implied)[1]
        - np.linalg.slogdet(sample_cov)[1]
        + np.trace(inverse @ sample_cov)
        - len(loadings)
    )
    weighted = inverse @ (implied - sample_cov) @ inverse
    return float(value), np.concatenate([2 * weighted @ loadings, np.diag(weighted)])


def expected_hessian(params: FloatArray) -> FloatArray:
    """Second derivatives of F in expectation, at Σ = S: twice the information per case."""
    loadings, uniquenesses = np.split(params, 2)
    inverse = np.linalg.inv(np.outer(loadings, loadings) + np.diag(uniquenesses))
    projected = inverse @ loadings
    of_loadings = 2 * (loadings @ projected * inverse + np.outer(projected, projected))
    cross = 2 * inverse * projected[:, None]
    return np.block([[of_loadings, cross.T], [cross, inverse**2]])


def _starting_values(correlation: FloatArray) -> FloatArray:
    """Centroid loadings, kept inside the unit interval."""
    sign = np.sign(np.linalg.eigh(correlation)[1][:, -1])
    sign[sign == 0] = 1.0
    oriented = correlation * np.outer(sign, sign)
    n_items = correlation.shape[0]
    mean_r = (oriented.sum(axis=1) - 1) / (n_items - 1)
    loadings = sign * np.clip(mean_r / np.sqrt(max(mean_r.mean(), 0.01)), 0.1, 0.9)
    return np.concatenate([loadings, 1 - loadings**2])


def _line_search(
    params: FloatArray, step: FloatArray, correlation: FloatArray, value: float
) -> tuple[FloatArray, bool]:
    """Halve the step until F does not rise."""
    for _ in range(40):
        trial = params + step
        if discrepancy(trial, correlation)[0] <= value + 1e-15 * max(1.0, abs(value)):
            return trial, True
        step = step / 2
    return params, False


def _rescaled(
    params: FloatArray, scale: FloatArray, n_obs: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return loadings, uniquenesses and their covariance matrix in the units of the items."""
    loadings, uniquenesses = np.split(params, 2)
    sign = 1.0 if (scale * loadings).sum() >= 0 else -1.0
    units = np.concatenate([sign * scale, scale**2])
    acov = np.full((len(params), len(params)), np.nan)
    if n_obs > 0:
        acov = 2 / n_obs * np.linalg.pinv(expected_hessian(params)) * np.outer(units, units)
    return sign * scale * loadings, scale**2 * uniquenesses, acov
