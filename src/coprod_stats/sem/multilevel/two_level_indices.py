"""Fit indices of a two-level model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.estimate import Estimate, estimate_model
from coprod_stats.sem.inference.fit_indices import information_criteria
from coprod_stats.sem.inference.global_fit import (
    approximation_values,
    incremental_values,
    test_values,
)
from coprod_stats.sem.inference.infer import Inference, infer
from coprod_stats.sem.inference.model_tests import ModelTest
from coprod_stats.sem.model.baseline import baseline_start, baseline_table
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.multilevel.two_level_likelihood import loglik_constant
from coprod_stats.sem.multilevel.two_level_sample import ClusteredSample, TwoLevelSample

if TYPE_CHECKING:
    from coprod_stats.sem.multilevel.problem import TwoLevelProblem

FloatArray = NDArray[np.float64]

_SMALLEST_EIGENVALUE = 1e-6
"""The implied matrix between clusters is lifted to this share of its largest eigenvalue."""


def two_level_indices(
    problem: TwoLevelProblem, estimate: Estimate, inference: Inference
) -> dict[str, float]:
    """Compute every index that applies; the keys are those of the JSON of ``coprod sem``.

    Cases count for RMSEA and the information criteria. ``fmin`` is minus the log-likelihood per
    case without its constant. What needs the baseline model is omitted where that has no maximum.

    Parameters
    ----------
    problem : TwoLevelProblem
    estimate : Estimate
    inference : Inference
    """
    samples, total = problem.samples, problem.n_obs
    baseline = _infer_baseline(problem)
    if baseline is None:
        nothing = ModelTest(float("nan"), float("nan"), float("nan"))
        baseline = replace(inference, test=nothing, scaled=None)
    values = {
        "npar": float(inference.n_params),
        **test_values(inference, baseline),
        **incremental_values(inference, baseline),
        **approximation_values(inference, problem),
        **_likelihood(estimate, inference, samples, total),
        **_standardized_residuals(estimate, samples, total),
    }
    return {name: float(value) for name, value in values.items() if np.isfinite(value)}


def _infer_baseline(problem: TwoLevelProblem) -> Inference | None:
    """Fit the independence model: variances at each level, covariances of covariates only."""
    table = baseline_table(problem.table)
    start = baseline_start(table, *zip(*problem.level_moments(), strict=True))
    try:
        estimate = estimate_model(problem.with_table(table), start=start)
        return infer(estimate) if estimate.minimum.converged else None
    except np.linalg.LinAlgError:
        return None


def _likelihood(
    estimate: Estimate, inference: Inference, samples: Sequence[ClusteredSample], total: float
) -> dict[str, float]:
    """Log-likelihoods of the variables given fixed covariates, and information criteria."""
    levels = [sample.levels for sample in samples]
    constant = sum(loglik_constant(level.moments) for level in levels)
    unrestricted = -constant - sum(level.unrestricted.half_deviance for level in levels)
    sizes = np.array([sample.n_obs for sample in samples])
    whole = unrestricted - float(sizes @ estimate.objective.group_values(estimate.params))
    of_covariates = sum(_covariate_loglik(estimate.table, level) for level in levels)
    loglik = whole - of_covariates
    aic, bic, adjusted = information_criteria(loglik, inference.n_params, total)
    of_values = sum(_log_2_pi_terms(level) for level in levels)
    return {
        "fmin": -(whole + of_values) / total,
        "logl": loglik,
        "unrestricted_logl": unrestricted - of_covariates,
        "aic": aic,
        "bic": bic,
        "bic2": adjusted,
    }


def _log_2_pi_terms(level: TwoLevelSample) -> float:
    sample, variation = level.moments, level.moments.variation
    n_values = sample.n_obs * variation.within.size
    n_values += sample.n_clusters * variation.between_only.size
    return 0.5 * n_values * float(np.log(2.0 * np.pi))


def _covariate_loglik(table: ParameterTable, level: TwoLevelSample) -> float:
    """Log-likelihood of fixed covariates that stand at one level only, as lavaan subtracts it."""
    if not any(row.exogenous and row.free < 0 for row in table):
        return 0.0
    variation, found = level.moments.variation, level.unrestricted.moments
    parts = (
        (variation.within_only, table.levels[0].exogenous, found.within, level.moments.n_obs),
        (
            variation.between_only,
            table.levels[1].exogenous,
            found.between,
            level.moments.n_clusters,
        ),
    )
    total = 0.0
    for items, exogenous, cov, n_obs in parts:
        chosen = [item for item in items.tolist() if table.observed[item] in exogenous]
        log_det = float(np.linalg.slogdet(cov[np.ix_(chosen, chosen)]).logabsdet)
        total -= 0.5 * n_obs * (len(chosen) * (float(np.log(2.0 * np.pi)) + 1.0) + log_det)
    return total


def _standardized_residuals(
    estimate: Estimate, samples: Sequence[ClusteredSample], total: float
) -> dict[str, float]:
    """Compute SRMR within and between clusters, and their sum.

    Each is the root mean square of the residual correlations of a level, the unrestricted
    estimates standing for the sample; the diagonal counts, means don't. Where the matrix that the
    model implies between clusters is not positive definite, it is lifted as lavaan does.
    """
    levels = [sample.levels for sample in samples]
    values = {"srmr_within": 0.0, "srmr_between": 0.0}
    for (group, level), implied in zip(estimate.table.blocks, estimate.implied, strict=True):
        _, cov = levels[group - 1].level_moments(level)
        fitted = implied.cov if level == 1 else _lifted(implied.cov)
        rows, columns = np.tril_indices(len(cov))
        residuals = (_correlations(cov) - _correlations(fitted))[rows, columns]
        root = float(np.sqrt(residuals @ residuals / residuals.size))
        name = "srmr_within" if level == 1 else "srmr_between"
        values[name] += samples[group - 1].n_obs / total * root
    return {"srmr": sum(values.values()), **values}


def _correlations(cov: FloatArray) -> FloatArray:
    variances = np.diagonal(cov)
    scale = np.sqrt(np.where(variances > 0, variances, np.nan))
    return np.asarray(cov / np.outer(scale, scale))


def _lifted(cov: FloatArray) -> FloatArray:
    scale = np.sqrt(np.maximum(np.diagonal(cov), 0.0))
    if scale.all() and np.linalg.eigvalsh(cov / np.outer(scale, scale))[0] > _SMALLEST_EIGENVALUE:
        return cov
    if len(cov) == 1:
        return np.maximum(cov, _SMALLEST_EIGENVALUE)
    values, vectors = np.linalg.eigh(cov)
    largest = abs(values[-1])
    return np.asarray(vectors * np.maximum(values, _SMALLEST_EIGENVALUE * largest) @ vectors.T)
