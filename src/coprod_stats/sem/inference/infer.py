"""Covariance of the estimates and tests of the model, by the method asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.inference.information import InvertedInformation, without_information
from coprod_stats.sem.inference.model_tests import ModelTest, corrected_test, plain_test
from coprod_stats.sem.inference.scaled_statistics import (
    mean_adjusted,
    mean_and_variance_adjusted,
    scaled_shifted,
)
from coprod_stats.sem.options import Method, ScaledTest

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


def infer(estimate: Estimate, *, tests_only: bool = False, errors_only: bool = False) -> Inference:
    """Compute the covariance of the estimates and the tests of a fitted model.

    Parameters
    ----------
    estimate : Estimate
    tests_only : bool
        Leave out the covariance of the estimates where the tests do not need it.
    errors_only : bool
        Leave out the scaled test, which can take longer than all else.
    """
    if estimate.shifted is not None:
        found = infer(estimate.shifted.estimate, tests_only=tests_only, errors_only=errors_only)
        return _turned(found, estimate.shifted.directions)
    problem, method = estimate.problem, estimate.problem.method
    n_params = estimate.restrictions.n_reduced - _n_nonlinear(estimate)
    df = problem.n_moments() - n_params
    plain = plain_test(estimate, df=df)
    if tests_only and method.test == "none":
        inversion = without_information(estimate)
        return Inference(inversion, inversion.inverse, df, n_params, plain, None)
    inversion, groups = problem.invert_information(estimate)
    nothing = np.full_like(inversion.inverse, np.nan)
    if inversion.unidentified or df < 0:
        return Inference(inversion, nothing, df, n_params, plain, None, groups)
    precision = _Precision(inversion.inverse, None, groups)
    if _is_robust(method) or method.test != "none":
        scaled_from = None if errors_only or method.test == "none" else plain
        try:
            precision = _robust_precision(estimate, inversion.inverse, groups, scaled_from)
        except np.linalg.LinAlgError:
            return Inference(
                inversion, nothing, df, n_params, plain, None, groups, is_singular=True
            )
    covariance = precision.covariance / problem.effective_n
    if method.standard_errors == "none":
        covariance = nothing
    return Inference(inversion, covariance, df, n_params, plain, precision.scaled, precision.groups)


def _turned(found: Inference, directions: FloatArray) -> Inference:
    """Express what was inferred from shifted data by the original parameters."""
    back = np.linalg.inv(directions)
    inverted = found.inverted
    return replace(
        found,
        inverted=replace(
            inverted,
            information=back.T @ inverted.information @ back,
            inverse=directions @ inverted.inverse @ directions.T,
            basis=directions @ inverted.basis,
        ),
        covariance=directions @ found.covariance @ directions.T,
        groups=tuple(replace(group, jacobian=group.jacobian @ back) for group in found.groups),
    )


def _is_robust(method: Method) -> bool:
    return method.standard_errors in ("robust", "two-stage", "robust-two-stage")


@dataclass(frozen=True, slots=True)
class _Precision:
    """Covariance of the estimates from one case, and the scaled test."""

    covariance: FloatArray
    scaled: ModelTest | None
    groups: tuple[GroupDerivatives, ...]


def _robust_precision(
    estimate: Estimate,
    inverse: FloatArray,
    groups: tuple[GroupDerivatives, ...],
    plain: ModelTest | None,
) -> _Precision:
    """Compute a sandwich and, if there is a plain test to scale, the scaled one."""
    # loaded only for robust inference: a small model is fitted faster than these are imported
    from coprod_stats.sem.inference.sandwich import CaseScores, sandwich
    from coprod_stats.sem.inference.weighted_least_squares import (
        least_squares_variability,
        trace_moments,
    )

    problem, method = estimate.problem, estimate.problem.method
    found = groups or problem.variability(estimate, scaled=plain is not None)
    if isinstance(found, CaseScores):
        covariance = sandwich(inverse, found.meat) if _is_robust(method) else inverse
        if plain is None or found.saturated_trace is None:
            return _Precision(covariance, None, groups)
        trace = float(found.saturated_trace - np.sum(inverse * found.meat))
        scaled = corrected_by_traces(plain, "satorra-bentler", (trace, float("nan")))
        return _Precision(covariance, scaled, groups)
    variability = least_squares_variability(found)
    covariance = sandwich(inverse, variability) if _is_robust(method) else inverse
    if plain is None:
        return _Precision(covariance, None, found)
    traces = trace_moments(found, inverse, variability)
    return _Precision(covariance, corrected_by_traces(plain, method.test, traces), found)


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
    if not np.isfinite(traces[0]) or np.isinf(traces[1]):
        raise np.linalg.LinAlgError("the variability of the statistics is infinite")
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
