"""What follows from maximum-likelihood estimates: errors, test, fit indices, properness.

Everything here is computed from the estimates by the package's own algebra, so that engines
differ in their estimates only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprod_stats.sem.estimation.maximum_likelihood import MaximumLikelihood, MomentSample
from coprod_stats.sem.inference import fit_indices
from coprod_stats.sem.model.constraints import restrictions
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
    objective = MaximumLikelihood(
        [model],
        [MomentSample(np.zeros(len(sample_cov)), sample_cov, 1.0)],
        meanstructure=False,
        n_free=table.n_free,
    )
    try:
        evaluation = objective.evaluate(params, exact=False)
    except np.linalg.LinAlgError:
        return None
    if not np.isfinite(evaluation.value):
        return None
    basis = restrictions(table).basis
    score = n_obs * basis.T @ evaluation.gradient
    inverse, identified = _inverse_information(n_obs * basis.T @ evaluation.curvature @ basis)
    return MaximumLikelihoodSolution(
        implied=model.moments(params),
        chisq=2 * n_obs * evaluation.value,
        df=_n_moments(table) - basis.shape[1],
        n_params=basis.shape[1],
        vcov=basis @ inverse @ basis.T,
        distance=math.sqrt(max(float(score @ inverse @ score), 0.0)),
        identified=identified,
    )


def _n_moments(table: ParameterTable) -> int:
    """Count the variances and covariances to be explained: not those of fixed covariates."""
    p = len(table.observed)
    q = len(table.exogenous) if table.options.fixed_x else 0
    return p * (p + 1) // 2 - q * (q + 1) // 2


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
    lavaan. A model with more parameters than moments has no indices.
    """
    chisq, df, n_params = solution.chisq, solution.df, solution.n_params
    measures = {
        "npar": float(n_params),
        "fmin": chisq / n_obs / 2,
        "chisq": chisq,
        "df": float(df),
    }
    if df < 0:
        return measures
    exogenous = [table.observed.index(name) for name in table.exogenous]
    baseline_chisq, baseline_df = _baseline(sample_cov, exogenous, n_obs)
    baseline = {"baseline_chisq": baseline_chisq, "baseline_df": baseline_df}
    lower, upper = fit_indices.rmsea_interval(chisq, df, n_obs)
    logl = _saturated_log_likelihood(sample_cov, n_obs) - chisq / 2
    if table.options.fixed_x:
        logl -= _saturated_log_likelihood(sample_cov[np.ix_(exogenous, exogenous)], n_obs)
    return measures | {
        "pvalue": fit_indices.chi_square_p_value(chisq, df),
        **baseline,
        "cfi": fit_indices.cfi(chisq, df, **baseline),
        "tli": fit_indices.tli(chisq, df, **baseline),
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


def _saturated_log_likelihood(sample_cov: FloatArray, n_obs: int) -> float:
    r"""Give the normal log-likelihood at the sample's own moments.

    ``-N/2 (p log 2pi + log|S| + p)``.
    """
    p = len(sample_cov)
    return float(-0.5 * n_obs * (p * np.log(2 * np.pi) + _log_det(sample_cov) + p))


def _baseline(sample_cov: FloatArray, exogenous: list[int], n_obs: int) -> tuple[float, int]:
    """Chi-square and degrees of freedom of independence, exogenous variables aside.

    ``N (sum log s_yy + log|S_xx| - log|S|)``.
    """
    p, q = len(sample_cov), len(exogenous)
    others = np.delete(np.diag(sample_cov), exogenous)
    log_det = float(np.log(others).sum()) + _log_det(sample_cov[np.ix_(exogenous, exogenous)])
    return n_obs * (log_det - _log_det(sample_cov)), p * (p - 1) // 2 - q * (q - 1) // 2


def _log_det(cov: FloatArray) -> float:
    return float(np.linalg.slogdet(cov)[1])


def _inverse_information(information: FloatArray) -> tuple[FloatArray, bool]:
    """Invert after scaling to unit diagonal; a pseudo-inverse where the rank is not full."""
    scale = np.sqrt(np.maximum(np.diag(information), np.finfo(float).tiny))
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    usable = values > SINGULAR_TOLERANCE
    inverse = (vectors[:, usable] / values[usable]) @ vectors[:, usable].T
    return inverse / np.outer(scale, scale), bool(usable.all())
