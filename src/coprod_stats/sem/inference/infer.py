"""Covariance of the estimates and tests of the model, by the method asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.estimation.optimizer import tangent_basis
from coprod_stats.sem.inference.information import (
    InvertedInformation,
    effective_n,
    invert_information,
    inverted,
    without_information,
)
from coprod_stats.sem.inference.model_tests import (
    ModelTest,
    corrected_test,
    degrees_of_freedom,
    plain_test,
)
from coprod_stats.sem.inference.scaled_statistics import (
    mean_adjusted,
    mean_and_variance_adjusted,
    scaled_shifted,
)
from coprod_stats.sem.options import Method, ScaledTest
from coprod_stats.sem.sample import GroupSample

if TYPE_CHECKING:
    from coprod_stats.sem.inference.weighted_least_squares import GroupDerivatives

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Inference:
    """What is known about the precision of the estimates and the fit of the model.

    Parameters
    ----------
    inverted : InvertedInformation
    covariance : (n_free, n_free) array
        Of the estimates; nan where the model is not identified or none was asked for.
    df : int
    n_params : int
        Parameters after restrictions.
    test : ModelTest
        Plain.
    scaled : ModelTest, optional
        As the method asks.
    is_singular : bool
        Whether the precision could not be computed at the estimates.
    groups : tuple of GroupDerivatives
        Where the inference rests on the asymptotic covariance of the sample statistics.
    """

    inverted: InvertedInformation
    covariance: FloatArray
    df: int
    n_params: int
    test: ModelTest
    scaled: ModelTest | None
    groups: tuple[GroupDerivatives, ...] = ()
    is_singular: bool = False


def infer(
    estimate: Estimate,
    samples: Sequence[GroupSample],
    method: Method,
    *,
    tests_only: bool = False,
    errors_only: bool = False,
) -> Inference:
    """Compute the covariance of the estimates and the tests of a fitted model.

    Parameters
    ----------
    estimate : Estimate
    samples : sequence of GroupSample
    method : Method
    tests_only : bool
        Leave out the covariance of the estimates where the tests do not need it.
    errors_only : bool
        Leave out the scaled test, which can take longer than all else.
    """
    n_params = estimate.restrictions.n_reduced - _n_nonlinear(estimate)
    groups: tuple[GroupDerivatives, ...] = ()
    if method.is_two_stage or method.is_ordered:
        groups = _derivatives(estimate, samples, method)
    df = degrees_of_freedom(estimate.table, n_params)
    if method.is_ordered:
        df = sum(len(group.jacobian) for group in groups) - n_params
    plain = plain_test(estimate, samples, method, df=df)
    if tests_only and method.test == "none":
        inversion = without_information(estimate)
        return Inference(inversion, inversion.inverse, df, n_params, plain, None)
    if groups:
        from coprod_stats.sem.inference.weighted_least_squares import least_squares_information

        basis = tangent_basis(estimate.restrictions, estimate.minimum.active, estimate.params)
        inversion = inverted(least_squares_information(groups), basis)
    else:
        inversion = invert_information(estimate, samples, method)
    nothing = np.full_like(inversion.inverse, np.nan)
    if inversion.unidentified or df < 0:
        return Inference(inversion, nothing, df, n_params, plain, None, groups)
    if not groups and _by_moments(method):
        groups = _derivatives(estimate, samples, method)
    try:
        covariance, scaled = _precision(
            estimate,
            samples,
            method,
            inverse=inversion.inverse,
            groups=groups,
            plain=None if errors_only else plain,
        )
    except np.linalg.LinAlgError:
        return Inference(inversion, nothing, df, n_params, plain, None, groups, is_singular=True)
    if method.standard_errors == "none":
        covariance = nothing
    return Inference(inversion, covariance, df, n_params, plain, scaled, groups)


def _is_robust(method: Method) -> bool:
    return method.standard_errors in ("robust", "two-stage", "robust-two-stage")


def _by_scores(method: Method) -> bool:
    """Whether robust inference rests on the derivatives of each case (or cluster)."""
    return method.test == "yuan-bentler" or method.is_fiml or method.is_two_level


def _by_moments(method: Method) -> bool:
    """Whether robust inference rests on the asymptotic covariance of the sample statistics."""
    return not _by_scores(method) and (_is_robust(method) or method.test != "none")


def _derivatives(
    estimate: Estimate, samples: Sequence[GroupSample], method: Method
) -> tuple[GroupDerivatives, ...]:
    if method.is_ordered:
        from coprod_stats.sem.inference.categorical_sandwich import categorical_derivatives

        return categorical_derivatives(estimate, samples)
    from coprod_stats.sem.inference.moment_sandwich import moment_derivatives

    return moment_derivatives(estimate, samples, method)


def _precision(
    estimate: Estimate,
    samples: Sequence[GroupSample],
    method: Method,
    *,
    inverse: FloatArray,
    groups: tuple[GroupDerivatives, ...],
    plain: ModelTest | None,
) -> tuple[FloatArray, ModelTest | None]:
    """Covariance of the estimates and, where there is a plain test to scale, the scaled one."""
    n = effective_n(samples, method)
    if not _is_robust(method) and method.test == "none":
        return inverse / n, None
    # loaded only for robust inference: a small model is fitted faster than these are imported
    from coprod_stats.sem.inference.sandwich import sandwich, scaling_trace, score_covariance
    from coprod_stats.sem.inference.weighted_least_squares import (
        least_squares_variability,
        trace_moments,
    )

    if _by_moments(method):
        variability = least_squares_variability(groups)
        covariance = sandwich(inverse, variability) if _is_robust(method) else inverse
        if plain is None:
            return covariance / n, None
        traces = trace_moments(groups, inverse, variability)
        return covariance / n, corrected_by_traces(plain, method.test, traces)
    if method.is_two_level:
        from coprod_stats.sem.multilevel import cluster_scores

        meat = cluster_scores.cluster_score_covariance(estimate, samples)
    else:
        meat = score_covariance(estimate, samples)
    covariance = sandwich(inverse, meat) if _is_robust(method) else inverse
    if method.test == "none" or plain is None:
        return covariance / n, None
    if method.is_two_level:
        trace = cluster_scores.two_level_trace(estimate, samples, inverse=inverse, meat=meat)
        return covariance / n, corrected_by_traces(plain, "satorra-bentler", (trace, float("nan")))
    expected = method.information == "expected"
    try:
        trace = scaling_trace(estimate, samples, inverse=inverse, meat=meat, expected=expected)
    except np.linalg.LinAlgError:
        if not method.is_fiml:
            raise
        # nobody's answers tell of some saturated moment
        return covariance / n, None
    return covariance / n, corrected_by_traces(plain, "satorra-bentler", (trace, float("nan")))


def _n_nonlinear(estimate: Estimate) -> int:
    """Independent nonlinear equations; inequalities take no degree of freedom."""
    equations = estimate.restrictions.equalities
    if not equations:
        return 0
    rows = np.array([function.gradient(estimate.params) for function in equations])
    return int(np.linalg.matrix_rank(rows @ estimate.restrictions.basis))


def corrected_by_traces(
    plain: ModelTest, test: ScaledTest, traces: tuple[float, float]
) -> ModelTest | None:
    """Correct a statistic by ``tr(U Gamma)`` and ``tr((U Gamma)²)``."""
    if test == "none":
        return None
    if plain.df == 0:
        return ModelTest(plain.statistic, 0, float("nan"), float("nan"))
    statistic, df = plain.statistic, int(plain.df)
    match test:
        case "scaled-shifted":
            corrected = scaled_shifted(statistic, df, *traces)
        case "mean-var-adjusted":
            corrected = mean_and_variance_adjusted(statistic, *traces)
        case _:
            corrected = mean_adjusted(statistic, df, traces[0])
    return corrected_test(plain, corrected, traces[0])
