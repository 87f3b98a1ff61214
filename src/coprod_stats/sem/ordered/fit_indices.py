"""Fit indices of models for ordered and mixed data, plain, scaled and robust."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.inference.fit_indices import (
    approximation_error,
    comparative_fit,
    standardized_residual,
    tucker_lewis,
)
from coprod_stats.sem.inference.global_fit import (
    approximation_values,
    incremental_values,
    test_values,
)
from coprod_stats.sem.inference.infer import Inference, corrected_by_traces
from coprod_stats.sem.ordered.normal_theory_fit import normal_theory_fit
from coprod_stats.sem.ordered.sandwich import (
    independence_test,
    statistics_objective,
)

if TYPE_CHECKING:
    from coprod_stats.sem.ordered.problem import OrderedProblem

_WITHOUT_CORRECTION = ("npar", "fmin", "chisq", "df", "baseline_chisq", "baseline_df", "srmr")
"""What is left where the scaled test is withheld: nothing that takes the statistic for chi-square.

The uncorrected statistic of diagonal or unit weights is a sum of unequally weighted chi-squares,
whose mean is not its degrees of freedom.
"""


def ordered_indices(
    problem: OrderedProblem, estimate: Estimate, inference: Inference
) -> dict[str, float]:
    """Compute every index that applies; the keys are those of the JSON of ``coprod sem``.

    Parameters
    ----------
    problem : OrderedProblem
    estimate : Estimate
    inference : Inference
    """
    method = problem.method
    null, traces = independence_test(estimate, inference.groups)
    scaled = None
    if inference.scaled is not None:
        scaled = corrected_by_traces(null, method.test, traces)
    baseline = replace(inference, df=int(null.df), test=null, scaled=scaled)
    values = {
        "npar": float(inference.n_params),
        "fmin": inference.test.statistic / (2.0 * problem.n_obs),
        **test_values(inference, baseline),
        **incremental_values(inference, baseline),
        **approximation_values(inference, problem),
        "srmr": _residual(estimate, problem),
    }
    values = {name: value for name, value in values.items() if "robust" not in name}
    if inference.scaled is None and method.test != "none":
        values = {name: values[name] for name in _WITHOUT_CORRECTION}
    elif inference.scaled is not None and inference.df > 0:
        values |= _robust(estimate, inference, problem)
    return {name: float(value) for name, value in values.items() if np.isfinite(value)}


def _robust(estimate: Estimate, inference: Inference, problem: OrderedProblem) -> dict[str, float]:
    """Judge the model by the normal-theory discrepancy of the correlations."""
    ml = normal_theory_fit(estimate, inference, problem.samples)
    if ml is None or not ml.scaling_factor > 0:
        return {}
    numbers = (ml.statistic, ml.incremental_df, ml.baseline_statistic, ml.baseline_df)
    factors = {"c": ml.scaling_factor, "c_baseline": ml.baseline_scaling_factor}
    error = approximation_error(
        ml.statistic / ml.scaling_factor,
        ml.df,
        n_obs=problem.effective_n,
        n_groups=len(problem.samples),
        c=ml.scaling_factor,
        point_statistic=ml.statistic,
    )
    return {
        "cfi_robust": comparative_fit(*numbers, **factors),
        "tli_robust": tucker_lewis(*numbers, **factors),
        "rmsea_robust": error.rmsea,
        "rmsea_ci_lower_robust": error.ci_lower,
        "rmsea_ci_upper_robust": error.ci_upper,
        "rmsea_pvalue_robust": error.p_value,
    }


def _residual(estimate: Estimate, problem: OrderedProblem) -> float:
    """SRMR of the correlations given the covariates; thresholds and slopes are omitted.

    The mean runs over the lower triangle, in which lavaan counts the covariates' variances too.
    """
    result = 0.0
    for model, sample in zip(statistics_objective(estimate).models, problem.samples, strict=True):
        moments = sample.moments
        implied = model.statistics(estimate.params)
        cov = implied.moments.cov[np.ix_(model.places, model.places)]
        cov = cov * np.outer(implied.scales, implied.scales)
        cov[model.is_ordered, model.is_ordered] = 1.0
        size = len(cov)
        plain = standardized_residual(None, moments.cov, np.zeros(size), cov)
        n_cells = size * (size + 1) / 2
        counted = n_cells + model.covariates.size
        result += sample.n_obs / problem.n_obs * plain * float(np.sqrt(n_cells / counted))
    return result
