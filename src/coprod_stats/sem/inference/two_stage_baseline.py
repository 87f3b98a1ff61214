"""The scaled baseline test of two-stage estimation, by lavaan's convention.

lavaan takes the asymptotic covariance of the sample moments from the available cases, whatever the
standard errors of the model rest on. ``docs/methods/sem_missing_data.md`` shows what that does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from coprod_stats.sem.inference.infer import Inference, corrected_by_traces
from coprod_stats.sem.inference.weighted_least_squares import (
    least_squares_variability,
    trace_moments,
)
from coprod_stats.sem.observed.available_cases import available_case_acov

if TYPE_CHECKING:
    from coprod_stats.sem.problems.incomplete import TwoStageProblem


def scaled_by_available_cases(baseline: Inference, problem: TwoStageProblem) -> Inference:
    """Scale the baseline test of two-stage estimation as lavaan does.

    Parameters
    ----------
    baseline : Inference
        Of the independence model.
    problem : TwoStageProblem
    """
    if baseline.scaled is None or baseline.df <= 0:
        return baseline
    groups = tuple(
        replace(group, gamma=available_case_acov(sample.data, n_empty=sample.n_empty))
        for group, sample in zip(baseline.groups, problem.samples, strict=True)
    )
    variability = least_squares_variability(groups)
    traces = trace_moments(groups, baseline.inverted.inverse, variability)
    scaled = corrected_by_traces(baseline.test, problem.method.test, traces)
    return replace(baseline, scaled=scaled)
