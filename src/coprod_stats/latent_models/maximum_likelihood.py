"""What follows from maximum-likelihood estimates: errors, test, fit indices, properness.

Everything here is computed from the estimates by the package's own algebra, so that engines
differ in their estimates only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprod_stats.sem.inference import fit_indices
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel
from coprod_stats.sem.model.parameters import ParameterTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

CONVERGENCE_TOLERANCE = 1e-3
"""Distance from the optimum, in standard errors, up to which estimates count as converged."""

SINGULAR_TOLERANCE = 1e-10
"""Smallest eigenvalue of the information, scaled to unit diagonal, of an identified model."""


@dataclass(frozen=True, slots=True)
class MaximumLikelihoodSolution:
    """A model at its estimates.

    Parameters
    ----------
    implied : ImpliedMoments
        Moments of the model.
    chisq : float
        ``N F``.
    df, n_params : int
        Degrees of freedom; free parameters, equal ones counted once.
    vcov : (n_free, n_free) array
        Inverse expected information, equal parameters taken into account.
    distance : float
        Distance from the optimum in standard errors: root of ``u' vcov u`` with the score ``u``.
    identified : bool
        Whether the information has full rank.
    """

    implied: ImpliedMoments
    chisq: float
    df: int
    n_params: int
    vcov: FloatArray
    distance: float
    identified: bool

    @property
    def converged(self) -> bool:
        """Whether the estimates are where the likelihood is flat."""
        return self.distance < CONVERGENCE_TOLERANCE


def solution_at(
    table: ParameterTable,
    model: LisrelModel,
    params: FloatArray,
    *,
    sample_cov: FloatArray,
    n_obs: int,
) -> MaximumLikelihoodSolution | None:
    """Evaluate a model at estimates; None where it implies no positive definite covariance.

    Parameters
    ----------
    table : ParameterTable
        One group, covariance structure only.
    model : LisrelModel
        Of that group, sample moments of fixed covariates filled in.
    params : (n_free,) array
    sample_cov : (n_observed, n_observed) array
        Divisor N.
    n_obs : int
    """
    if not np.all(np.isfinite(params)):
        return None
    try:
        implied = model.moments(params)
        np.linalg.cholesky(implied.cov)
    except np.linalg.LinAlgError:
        return None
    precision = np.linalg.inv(implied.cov)
    by_cov = precision - precision @ sample_cov @ precision
    equal = equality_basis(table)
    score = (
        -0.5
        * n_obs
        * equal.T
        @ _scatter(model, model.gradient(implied, by_cov=by_cov, by_mean=None), table)
    )
    information = n_obs * equal.T @ _information(model, implied, precision, table) @ equal
    inverse, identified = _inverse_information(information)
    n_observed, n_exogenous = len(table.observed), len(table.exogenous)
    n_fixed = n_exogenous * (n_exogenous + 1) // 2 if table.options.fixed_x else 0
    return MaximumLikelihoodSolution(
        implied=implied,
        chisq=n_obs * ml_discrepancy(sample_cov, implied.cov),
        df=n_observed * (n_observed + 1) // 2 - n_fixed - equal.shape[1],
        n_params=equal.shape[1],
        vcov=equal @ inverse @ equal.T,
        distance=float(np.sqrt(max(score @ inverse @ score, 0.0))),
        identified=identified,
    )


def ml_discrepancy(sample_cov: FloatArray, implied_cov: FloatArray) -> float:
    r"""Maximum-likelihood discrepancy (Jöreskog 1967, equation 5).

    .. math:: F = \log|\Sigma| + \mathrm{tr}(S\Sigma^{-1}) - \log|S| - p

    Parameters
    ----------
    sample_cov, implied_cov : (n_observed, n_observed) array
        Positive definite.
    """
    ratio = np.linalg.solve(implied_cov, sample_cov)
    return float(np.trace(ratio) - np.linalg.slogdet(ratio)[1] - len(ratio))


def equality_basis(table: ParameterTable) -> FloatArray:
    """Matrix K of zeros and ones with ``params = K distinct``, ``(n_free, n_distinct)``."""
    owner = np.arange(table.n_free)
    for members in table.equal_parameters:
        owner[list(members)] = min(members)
    _, column = np.unique(owner, return_inverse=True)
    basis = np.zeros((table.n_free, int(column.max(initial=-1)) + 1))
    basis[np.arange(table.n_free), column] = 1.0
    return basis


def fit_measures(
    solution: MaximumLikelihoodSolution,
    table: ParameterTable,
    *,
    sample_cov: FloatArray,
    n_obs: int,
) -> dict[str, float]:
    """Test and fit indices by their names in the JSON layout.

    The baseline model leaves exogenous observed variables related as they are; log-likelihood
    and information criteria are those of the other variables given fixed covariates, as in
    lavaan.
    """
    chisq, df = solution.chisq, solution.df
    exogenous = [table.observed.index(name) for name in table.exogenous]
    baseline_chisq, baseline_df = _baseline(sample_cov, exogenous, n_obs)
    baseline = {"baseline_chisq": baseline_chisq, "baseline_df": baseline_df}
    lower, upper = fit_indices.rmsea_interval(chisq, df, n_obs)
    logl = saturated_log_likelihood(sample_cov, n_obs) - chisq / 2
    if table.options.fixed_x:
        logl -= saturated_log_likelihood(sample_cov[np.ix_(exogenous, exogenous)], n_obs)
    n_params = solution.n_params
    return {
        "npar": float(n_params),
        "fmin": chisq / n_obs / 2,
        "chisq": chisq,
        "df": float(df),
        "pvalue": fit_indices.chi_square_p_value(chisq, df),
        **baseline,
        "cfi": fit_indices.cfi(chisq, df, baseline_chisq=baseline_chisq, baseline_df=baseline_df),
        "tli": fit_indices.tli(chisq, df, baseline_chisq=baseline_chisq, baseline_df=baseline_df),
        "rmsea": fit_indices.rmsea(chisq, df, n_obs),
        "rmsea_ci_lower": lower,
        "rmsea_ci_upper": upper,
        "rmsea_pvalue": fit_indices.rmsea_close_fit(chisq, df, n_obs),
        "srmr": fit_indices.srmr(sample_cov, solution.implied.cov),
        "logl": logl,
        "aic": fit_indices.aic(logl, n_params),
        "bic": fit_indices.bic(logl, n_params, n_obs),
        "bic2": fit_indices.adjusted_bic(logl, n_params, n_obs),
    }


def saturated_log_likelihood(sample_cov: FloatArray, n_obs: int) -> float:
    r"""Normal log-likelihood at the sample's own moments: ``-N/2 (p log 2pi + log|S| + p)``."""
    p = len(sample_cov)
    log_determinant = np.linalg.slogdet(sample_cov)[1]
    return float(-0.5 * n_obs * (p * np.log(2 * np.pi) + log_determinant + p))


def _baseline(sample_cov: FloatArray, exogenous: list[int], n_obs: int) -> tuple[float, int]:
    """Chi-square and degrees of freedom of independence, exogenous variables aside."""
    implied = np.diag(np.diag(sample_cov))
    implied[np.ix_(exogenous, exogenous)] = sample_cov[np.ix_(exogenous, exogenous)]
    p, q = len(sample_cov), len(exogenous)
    df = p * (p - 1) // 2 - q * (q - 1) // 2
    return n_obs * ml_discrepancy(sample_cov, implied), df


def _scatter(model: LisrelModel, local: FloatArray, table: ParameterTable) -> FloatArray:
    vector = np.zeros(table.n_free)
    np.add.at(vector, model.parameters, local)
    return vector


def _information(
    model: LisrelModel, implied: ImpliedMoments, precision: FloatArray, table: ParameterTable
) -> FloatArray:
    information = np.zeros((table.n_free, table.n_free))
    information[np.ix_(model.parameters, model.parameters)] = model.normal_information(
        implied, precision
    )
    return information


def _inverse_information(information: FloatArray) -> tuple[FloatArray, bool]:
    """Invert after scaling to unit diagonal; a pseudo-inverse where the rank is not full."""
    scale = np.sqrt(np.maximum(np.diag(information), np.finfo(float).tiny))
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    usable = values > SINGULAR_TOLERANCE
    inverse = (vectors[:, usable] / values[usable]) @ vectors[:, usable].T
    return inverse / np.outer(scale, scale), bool(usable.all())
