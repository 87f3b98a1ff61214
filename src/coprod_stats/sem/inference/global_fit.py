"""All fit indices of a model, plain, scaled and robust, from its tests and its baseline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from coprod_stats.sem.estimation.estimate import Estimate, estimate_model, known_estimate
from coprod_stats.sem.inference.fit_indices import (
    approximation_error,
    comparative_fit,
    information_criteria,
    standardized_residual,
    tucker_lewis,
)
from coprod_stats.sem.inference.independence import Baseline
from coprod_stats.sem.inference.infer import Inference, infer
from coprod_stats.sem.inference.likelihood import saturated_loglik
from coprod_stats.sem.inference.model_tests import ModelTest
from coprod_stats.sem.model.baseline import baseline_start, baseline_table

if TYPE_CHECKING:
    from coprod_stats.sem.problems.continuous import ContinuousProblem
    from coprod_stats.sem.problems.problem import Problem

# What few fits need is loaded where they need it: a small model is fitted faster than imported.


def global_fit(
    problem: ContinuousProblem,
    estimate: Estimate,
    inference: Inference,
    baseline: Inference | Baseline,
    *,
    corrected: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """Compute every index that applies to continuous variables.

    Parameters
    ----------
    problem : ContinuousProblem
    estimate : Estimate
    inference : Inference
    baseline : Inference or Baseline
        Of the independence model.
    corrected : mapping of str to float, optional
        Indices that replace those computed from the statistics.
    """
    values = {
        "npar": float(inference.n_params),
        "fmin": _discrepancy(estimate),
        **test_values(inference, baseline),
        **incremental_values(inference, baseline),
        **approximation_values(inference, problem),
        "srmr": _srmr(estimate, problem),
        **(corrected or {}),
    }
    if problem.method.discrepancy == "ML":
        values |= _likelihood(estimate, inference, problem)
    return {name: float(value) for name, value in values.items() if np.isfinite(value)}


def baseline_inference(problem: ContinuousProblem) -> Inference:
    """Test the independence model.

    Parameters
    ----------
    problem : ContinuousProblem
        Of the model.
    """
    return infer(fit_baseline(problem), tests_only=True)


def fit_baseline(problem: ContinuousProblem) -> Estimate:
    """Fit the independence model, whose estimates are known in closed form for ML.

    Parameters
    ----------
    problem : ContinuousProblem
        Of the model.
    """
    null = problem.with_table(baseline_table(problem.table))
    start = baseline_start(null.table, *zip(*problem.baseline_moments(), strict=True))
    if problem.method.test == "none":
        known = known_estimate(null, start)
        if known is not None:
            return known
    return estimate_model(null, start=start)


def test_values(inference: Inference, baseline: Inference | Baseline) -> dict[str, float]:
    """Statistics of model and baseline, plain and scaled."""
    values = {
        "chisq": inference.test.statistic,
        "df": float(inference.df),
        "pvalue": inference.test.p_value,
        "baseline_chisq": baseline.test.statistic,
        "baseline_df": float(baseline.df),
        "baseline_pvalue": baseline.test.p_value,
    }
    if inference.scaled is not None:
        values |= {
            "chisq_scaled": inference.scaled.statistic,
            "df_scaled": inference.scaled.df,
            "pvalue_scaled": inference.scaled.p_value,
            "chisq_scaling_factor": inference.scaled.scaling_factor,
        }
    if inference.scaled is not None and baseline.scaled is not None:
        values |= {
            "baseline_chisq_scaled": baseline.scaled.statistic,
            "baseline_df_scaled": baseline.scaled.df,
            "baseline_pvalue_scaled": baseline.scaled.p_value,
            "baseline_chisq_scaling_factor": baseline.scaled.scaling_factor,
        }
    return values


def incremental_values(inference: Inference, baseline: Inference | Baseline) -> dict[str, float]:
    """CFI and TLI, plain, scaled and robust."""
    test, null = inference.test, baseline.test
    values = {
        "cfi": comparative_fit(test.statistic, test.df, null.statistic, null.df),
        "tli": tucker_lewis(test.statistic, test.df, null.statistic, null.df),
    }
    scaled, null_scaled = inference.scaled, baseline.scaled
    if scaled is None or null_scaled is None:
        return values
    numbers = (scaled.statistic, scaled.df, null_scaled.statistic, null_scaled.df)
    values |= {"cfi_scaled": comparative_fit(*numbers), "tli_scaled": tucker_lewis(*numbers)}
    if scaled.df == test.df:
        factors = {"c": robust_factor(scaled), "c_baseline": robust_factor(null_scaled)}
        if not null_scaled.shift and abs(null_scaled.scaling_factor - 1.0) < 1e-12:
            # WLSM of continuous variables: lavaan corrects nothing where a factor is 1
            factors = {}
        plain = (test.statistic, test.df, null.statistic, null.df)
        values["cfi_robust"] = comparative_fit(*plain, **factors)
        values["tli_robust"] = tucker_lewis(*plain, **factors)
    return values


def robust_factor(test: ModelTest) -> float:
    """Scaling factor of the population noncentrality; a shift is spread over it.

    References
    ----------
    Savalei, V. (2018). Multivariate Behavioral Research, 53, 419-429.
    """
    if test.shift == 0 or test.df == 0:
        return test.scaling_factor
    return test.scaling_factor * (test.df - test.shift) / test.df


def approximation_values(inference: Inference, problem: Problem) -> dict[str, float]:
    """RMSEA with its interval, plain, scaled and robust."""
    test, scaled = inference.test, inference.scaled
    total, n_groups = problem.effective_n, len(problem.samples)
    plain = approximation_error(test.statistic, test.df, n_obs=total, n_groups=n_groups)
    values = {
        "rmsea": plain.rmsea,
        "rmsea_ci_lower": plain.ci_lower,
        "rmsea_ci_upper": plain.ci_upper,
        "rmsea_pvalue": plain.p_value,
    }
    if scaled is None:
        return values
    if scaled.shift:
        of_scaled = approximation_error(scaled.statistic, test.df, n_obs=total, n_groups=n_groups)
    else:
        of_scaled = approximation_error(
            test.statistic, scaled.trace, n_obs=total, n_groups=n_groups
        )
    values |= {
        "rmsea_scaled": of_scaled.rmsea,
        "rmsea_ci_lower_scaled": of_scaled.ci_lower,
        "rmsea_ci_upper_scaled": of_scaled.ci_upper,
        "rmsea_pvalue_scaled": of_scaled.p_value,
    }
    if scaled.df == test.df:
        robust = approximation_error(
            scaled.statistic,
            test.df,
            n_obs=total,
            n_groups=n_groups,
            c=scaled.scaling_factor,
            c_point=robust_factor(scaled),
            point_statistic=test.statistic,
        )
        values |= {
            "rmsea_robust": robust.rmsea,
            "rmsea_ci_lower_robust": robust.ci_lower,
            "rmsea_ci_upper_robust": robust.ci_upper,
            "rmsea_pvalue_robust": robust.p_value,
        }
    return values


def _discrepancy(estimate: Estimate) -> float:
    """Half the discrepancy; groups count by cases, less one each for least squares."""
    problem = estimate.problem
    sizes = np.array([sample.n_obs for sample in problem.samples])
    shares = sizes - (problem.method.discrepancy != "ML")
    return float(shares @ estimate.objective.group_values(estimate.params) / sizes.sum())


def _srmr(estimate: Estimate, problem: ContinuousProblem) -> float:
    result = 0.0
    for implied, sample in zip(estimate.implied, problem.samples, strict=True):
        moments = problem.compared_moments(sample)
        of_group = standardized_residual(*moments, implied.mean, implied.cov)
        result += sample.n_obs / problem.n_obs * of_group
    return result


def _likelihood(
    estimate: Estimate, inference: Inference, problem: ContinuousProblem
) -> dict[str, float]:
    saturated = saturated_loglik(problem)
    sizes = np.array([sample.n_obs for sample in problem.samples])
    loglik = saturated - float(sizes @ estimate.objective.group_values(estimate.params))
    aic, bic, adjusted = information_criteria(loglik, inference.n_params, problem.n_obs)
    return {
        "logl": loglik,
        "unrestricted_logl": saturated,
        "aic": aic,
        "bic": bic,
        "bic2": adjusted,
    }
