"""All fit indices of a model, plain, scaled and robust, from its tests and its baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.estimate import Estimate, estimate_model, known_estimate
from coprod_stats.sem.inference.fit_indices import (
    approximation_error,
    comparative_fit,
    information_criteria,
    standardized_residual,
    tucker_lewis,
)
from coprod_stats.sem.inference.independence import Baseline, independence_test
from coprod_stats.sem.inference.infer import Inference, corrected_by_traces, infer
from coprod_stats.sem.inference.information import effective_n
from coprod_stats.sem.inference.likelihood import saturated_loglik
from coprod_stats.sem.inference.model_tests import ModelTest
from coprod_stats.sem.model.baseline import baseline_start, baseline_table
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.options import Method
from coprod_stats.sem.sample import GroupSample

FloatArray = NDArray[np.float64]

# What few fits need is loaded where they need it: a small model is fitted faster than imported.


def global_fit(
    estimate: Estimate, inference: Inference, samples: Sequence[GroupSample], method: Method
) -> dict[str, float]:
    """Compute every index that applies; the keys are those of the JSON of ``coprod sem``.

    Parameters
    ----------
    estimate : Estimate
    inference : Inference
    samples : sequence of GroupSample
    method : Method
    """
    known = independence_test(estimate.table, samples, method)
    if known is None:
        null = fit_baseline(estimate.table, samples, method)
        fitted = infer(null, samples, method, tests_only=True)
        if method.is_two_stage:
            fitted = _scaled_by_available_cases(fitted, samples, method)
    baseline = known or fitted
    total = float(sum(sample.n_obs for sample in samples))
    units = effective_n(samples, method)
    values = {
        "npar": float(inference.n_params),
        "fmin": _discrepancy(estimate, samples, method),
        **test_values(inference, baseline),
        **incremental_values(inference, baseline),
        **approximation_values(inference, samples, units),
        "srmr": _srmr(estimate, samples, method, total),
    }
    if method.is_fiml and inference.df > 0 and not inference.inverted.unidentified:
        pairs = (estimate, inference), (null, fitted)
        values |= _corrected_for_missing(pairs, samples, method)
    if method.discrepancy == "ML":
        values |= _likelihood(estimate, inference, samples, method, total)
    return {name: float(value) for name, value in values.items() if np.isfinite(value)}


def _scaled_by_available_cases(
    baseline: Inference, samples: Sequence[GroupSample], method: Method
) -> Inference:
    """Scale the baseline test of two-stage estimation as lavaan does."""
    if baseline.scaled is None or baseline.df <= 0:
        return baseline
    from coprod_stats.sem.inference.weighted_least_squares import (
        least_squares_variability,
        trace_moments,
    )
    from coprod_stats.sem.observed.available_cases import available_case_acov

    groups = tuple(
        replace(group, gamma=available_case_acov(sample.data, n_empty=sample.n_empty))
        for group, sample in zip(baseline.groups, samples, strict=True)
    )
    variability = least_squares_variability(groups)
    traces = trace_moments(groups, baseline.inverted.inverse, variability)
    return replace(baseline, scaled=corrected_by_traces(baseline.test, method.test, traces))


def fit_baseline(table: ParameterTable, samples: Sequence[GroupSample], method: Method) -> Estimate:
    """Fit the independence model, whose estimates are known in closed form for ML.

    Parameters
    ----------
    table : ParameterTable
        Of the model.
    samples : sequence of GroupSample
    method : Method
    """
    null = baseline_table(table)
    moments = [_available_moments(sample) for sample in samples]
    start = baseline_start(null, *zip(*moments, strict=True))
    if method.test == "none":
        known = known_estimate(null, samples, method, start)
        if known is not None:
            return known
    return estimate_model(null, samples, method, start=start)


def _available_moments(sample: GroupSample) -> tuple[FloatArray, FloatArray]:
    if sample.patterns is None:
        return sample.mean, sample.cov
    from coprod_stats.sem.observed.missing_patterns import available_moments

    return available_moments(sample.patterns, sample.cov)


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


def approximation_values(
    inference: Inference, samples: Sequence[GroupSample], total: float
) -> dict[str, float]:
    """RMSEA with its interval, plain, scaled and robust."""
    test, scaled = inference.test, inference.scaled
    plain = approximation_error(test.statistic, test.df, n_obs=total, n_groups=len(samples))
    values = {
        "rmsea": plain.rmsea,
        "rmsea_ci_lower": plain.ci_lower,
        "rmsea_ci_upper": plain.ci_upper,
        "rmsea_pvalue": plain.p_value,
    }
    if scaled is None:
        return values
    if scaled.shift:
        of_scaled = approximation_error(
            scaled.statistic, test.df, n_obs=total, n_groups=len(samples)
        )
    else:
        of_scaled = approximation_error(
            test.statistic, scaled.trace, n_obs=total, n_groups=len(samples)
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
            n_groups=len(samples),
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


def _corrected_for_missing(
    fits: tuple[tuple[Estimate, Inference], tuple[Estimate, Inference]],
    samples: Sequence[GroupSample],
    method: Method,
) -> dict[str, float]:
    """Robust indices of a FIML fit, from the discrepancy that complete data would show.

    With auxiliary variables lavaan takes the noncentrality from a baseline in which they are
    independent like the rest, and its degrees of freedom from one in which they are saturated.
    There are none where nobody answered both of two items.
    """
    from coprod_stats.sem.inference.fiml_correction import complete_data_fit, saturated_groups

    (estimate, inference), (null, baseline) = fits
    df, null_df = inference.df, baseline.df
    if estimate.table.auxiliary:
        null = fit_baseline(replace(estimate.table, auxiliary=()), samples, method)
        baseline = infer(null, samples, method, tests_only=True)
    robust, expected = method.test != "none", method.information == "expected"
    try:
        saturated = saturated_groups(estimate, samples, robust=robust, expected=expected)
    except np.linalg.LinAlgError:
        return {}
    of_model, of_null = (
        complete_data_fit(fitted, samples, saturated, basis=found.inverted.basis, df=found.df)
        for fitted, found in ((estimate, inference), (null, baseline))
    )
    numbers = (of_model.statistic, df, of_null.statistic, null_df)
    factors = {"c": of_model.factor, "c_baseline": of_null.factor}
    error = approximation_error(
        of_model.statistic / of_model.factor,
        df,
        n_obs=float(sum(sample.n_obs for sample in samples)),
        n_groups=len(samples),
        c=of_model.factor,
        point_statistic=of_model.statistic,
    )
    return {
        "cfi_robust": comparative_fit(*numbers, **factors),
        "tli_robust": tucker_lewis(*numbers, **factors),
        "rmsea_robust": error.rmsea,
        "rmsea_ci_lower_robust": error.ci_lower,
        "rmsea_ci_upper_robust": error.ci_upper,
        "rmsea_pvalue_robust": error.p_value,
    }


def _discrepancy(estimate: Estimate, samples: Sequence[GroupSample], method: Method) -> float:
    """Half the discrepancy; groups count by cases, less one each for least squares."""
    sizes = np.array([sample.n_obs for sample in samples])
    shares = sizes - (method.discrepancy != "ML")
    return float(shares @ estimate.objective.group_values(estimate.params) / sizes.sum())


def _srmr(
    estimate: Estimate, samples: Sequence[GroupSample], method: Method, total: float
) -> float:
    result = 0.0
    for implied, sample in zip(estimate.implied, samples, strict=True):
        unbiased = method.discrepancy != "ML" or method.likelihood == "wishart"
        cov = sample.cov * (sample.n_obs / (sample.n_obs - 1.0)) if unbiased else sample.cov
        mean = sample.mean if estimate.table.meanstructure else None
        result += sample.n_obs / total * standardized_residual(mean, cov, implied.mean, implied.cov)
    return result


def _likelihood(
    estimate: Estimate,
    inference: Inference,
    samples: Sequence[GroupSample],
    method: Method,
    total: float,
) -> dict[str, float]:
    saturated = saturated_loglik(estimate.table, samples, method)
    sizes = np.array([sample.n_obs for sample in samples])
    loglik = saturated - float(sizes @ estimate.objective.group_values(estimate.params))
    aic, bic, adjusted = information_criteria(loglik, inference.n_params, total)
    return {
        "logl": loglik,
        "unrestricted_logl": saturated,
        "aic": aic,
        "bic": bic,
        "bic2": adjusted,
    }
