"""Fit of a FIML solution as it would be with complete data, for robust CFI, TLI and RMSEA.

FIML's own statistic shrinks as answers go missing, and indices built on it with it. Instead the
complete-data ML discrepancy is evaluated at the FIML estimates and the saturated (EM) moments, and
its expectation under the missing-data pattern divided out: with ``W_m`` and ``W_c`` the saturated
information of incomplete and complete data, ``Gamma`` the asymptotic covariance of the saturated
estimates and ``R = I - Delta (Delta' W_m Delta)^-1 Delta' W_m``,

    c = tr(R' W_c R Gamma) / df                                    [zhang2023]_

which is their version 3. For normal data, ``Gamma = W_m^-1``, it becomes their version 6,

    c = [tr(W_c W_m^-1) - tr((Delta' W_m Delta)^-1 Delta' W_c Delta)] / df.

Both are computed from products with the Jacobian ``Delta`` only. Two conventions are lavaan's:
where standard errors rest on the expected information, ``Delta' W_m Delta`` gives way to the
expected one (at the saturated moments), although ``R`` is then no projection; and the moments of
covariates leave ``W_c`` even where they are random. ``docs/methods/sem_missing_data.md`` says what
they do.

References
----------
.. [zhang2023] Zhang, X., & Savalei, V. (2023). New computations for RMSEA and CFI following FIML
   and TS estimation with missing data. Psychological Methods, 28, 263-283.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.estimation.fiml import expected_patterns
from coprod_stats.sem.estimation.group_stacks import MomentSample
from coprod_stats.sem.estimation.least_squares import moment_jacobian
from coprod_stats.sem.estimation.maximum_likelihood import MaximumLikelihood
from coprod_stats.sem.estimation.positive_definite import scaled_inverse
from coprod_stats.sem.incomplete_sample import IncompleteSample
from coprod_stats.sem.inference.fit_indices import (
    approximation_error,
    comparative_fit,
    tucker_lewis,
)
from coprod_stats.sem.inference.global_fit import fit_baseline
from coprod_stats.sem.inference.infer import Inference, infer
from coprod_stats.sem.inference.moment_sandwich import normal_weight
from coprod_stats.sem.inference.sandwich import covariate_columns, fixed_columns, moments_among
from coprod_stats.sem.inference.saturated_model import saturated_model
from coprod_stats.sem.observed.saturated_information import saturated_information

if TYPE_CHECKING:
    from coprod_stats.sem.problems.incomplete import FullInformationProblem

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class CompleteDataFit:
    """Discrepancy of a FIML solution on the saturated moments.

    Parameters
    ----------
    statistic : float
        ``N`` times the complete-data ML discrepancy.
    factor : float
        ``c``, its expectation under the model divided by the degrees of freedom.
    """

    statistic: float
    factor: float


@dataclass(frozen=True, slots=True)
class SaturatedGroup:
    """Saturated model of one group at the EM moments, per case.

    Parameters
    ----------
    complete, incomplete : (k, k) array
        Information ``W_c`` and ``W_m``; moments of fixed covariates are omitted.
    inverse : (k, k) array
        ``W_m^-1``.
    bread : (k, k) array
        What the information of the parameters rests on: ``W_m``, or the expected information.
    acov : (k, k) array, optional
        Asymptotic covariance ``Gamma`` of the estimates, robust; None for normal data.
    kept : (k,) int array
        Moments that are kept.
    """

    complete: FloatArray
    incomplete: FloatArray
    inverse: FloatArray
    bread: FloatArray
    acov: FloatArray | None
    kept: IntArray


def corrected_indices(
    problem: FullInformationProblem,
    model: tuple[Estimate, Inference],
    null: tuple[Estimate, Inference],
) -> dict[str, float]:
    """Robust indices of a FIML fit, from the discrepancy that complete data would show.

    With auxiliary variables lavaan takes the noncentrality from a baseline in which they are
    independent like the rest, and its degrees of freedom from one in which they are saturated.
    There are none where nobody answered both of two items.

    Parameters
    ----------
    problem : FullInformationProblem
    model, null : (Estimate, Inference)
        Of the model, with degrees of freedom, and of its baseline.
    """
    (estimate, inference), (null_estimate, baseline) = model, null
    df, null_df = inference.df, baseline.df
    if problem.table.auxiliary:
        null_estimate = fit_baseline(problem.with_table(replace(problem.table, auxiliary=())))
        baseline = infer(null_estimate, tests_only=True)
    robust = problem.method.test != "none"
    expected = problem.method.information == "expected"
    try:
        saturated = saturated_groups(problem, robust=robust, expected=expected)
    except np.linalg.LinAlgError:
        return {}
    of_model, of_null = (
        complete_data_fit(fitted, saturated, basis=found.inverted.basis, df=found.df)
        for fitted, found in ((estimate, inference), (null_estimate, baseline))
    )
    numbers = (of_model.statistic, df, of_null.statistic, null_df)
    factors = {"c": of_model.factor, "c_baseline": of_null.factor}
    error = approximation_error(
        of_model.statistic / of_model.factor,
        df,
        n_obs=problem.n_obs,
        n_groups=len(problem.samples),
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


def saturated_groups(
    problem: FullInformationProblem, *, robust: bool, expected: bool
) -> tuple[SaturatedGroup, ...]:
    """Compute the information of the saturated model of each group.

    Parameters
    ----------
    problem : FullInformationProblem
    robust : bool
        Whether ``Gamma`` allows for nonnormal data, weights and clusters.
    expected : bool
        Whether standard errors rest on the expected information.

    Raises
    ------
    numpy.linalg.LinAlgError
        Where the data leave a saturated moment open.
    """
    table = problem.table
    return tuple(
        _saturated_group(
            sample,
            robust=robust,
            expected=expected,
            fixed=fixed_columns(table, group),
            covariates=covariate_columns(table, group),
        )
        for group, sample in enumerate(problem.samples, start=1)
    )


def _saturated_group(
    sample: IncompleteSample,
    *,
    robust: bool,
    expected: bool,
    fixed: IntArray,
    covariates: IntArray,
) -> SaturatedGroup:
    kept = np.flatnonzero(~moments_among(fixed, len(sample.cov)))
    square = np.ix_(kept, kept)
    complete = normal_weight(sample.cov, meanstructure=True)
    of_covariates = moments_among(covariates, len(sample.cov))
    complete[of_covariates] = complete[:, of_covariates] = 0.0
    saturated = saturated_model(sample, kept)
    bread = saturated.information
    if expected:
        moments = {"mean": sample.mean, "cov": sample.cov}
        patterns = expected_patterns(sample.patterns, **moments)
        bread = saturated_information(patterns, **moments)[square] / sample.n_obs
    acov = saturated.robust_acov if robust else None
    return SaturatedGroup(
        complete[square], saturated.information, saturated.inverse, bread, acov, kept
    )


def complete_data_fit(
    estimate: Estimate,
    saturated: Sequence[SaturatedGroup],
    *,
    basis: FloatArray,
    df: int,
) -> CompleteDataFit:
    """Evaluate a FIML solution as if its saturated moments were those of complete data.

    Parameters
    ----------
    estimate : Estimate
    saturated : sequence of SaturatedGroup
    basis : (n_free, n_open) array
        Directions that the restrictions leave open.
    df : int
    """
    samples = estimate.problem.samples
    total = sum(sample.n_obs for sample in samples)
    # lavaan passes sums of weights on as numbers of cases, which cuts their fractions off
    counts = [math.floor(sample.n_obs + 1e-9) for sample in samples]
    moments = [
        MomentSample(s.mean, s.cov, n / sum(counts)) for s, n in zip(samples, counts, strict=True)
    ]
    objective = MaximumLikelihood(
        estimate.models, moments, meanstructure=True, n_free=estimate.table.n_free
    )
    statistic = 2.0 * sum(counts) * objective.value(estimate.params)
    if df == 0:
        return CompleteDataFit(statistic, float("nan"))
    n_open = basis.shape[1]
    bread, bent, spread, mixed = (np.zeros((n_open, n_open)) for _ in range(4))
    expectation = 0.0
    for group, (sample, part) in enumerate(zip(samples, saturated, strict=True)):
        share = sample.n_obs / total
        jacobian = _jacobian(estimate, group, part.kept) @ basis
        complete, incomplete = part.complete @ jacobian, part.incomplete @ jacobian
        bread += share * (jacobian.T @ part.bread @ jacobian)
        bent += share * (jacobian.T @ complete)
        if part.acov is None:
            expectation += float(np.sum(part.inverse * part.complete))
        else:
            spread += share * (incomplete.T @ part.acov @ incomplete)
            mixed += share * (incomplete.T @ part.acov @ complete)
            expectation += float(np.sum(part.complete * part.acov))
    inverse = scaled_inverse(bread)
    if all(part.acov is None for part in saturated):
        expectation -= float(np.sum(inverse * bent))
    else:
        expectation -= 2.0 * float(np.sum(inverse * mixed))
        expectation += float(np.sum((inverse @ bent @ inverse) * spread))
    return CompleteDataFit(statistic, expectation / df)


def _jacobian(estimate: Estimate, group: int, kept: IntArray) -> FloatArray:
    model, implied = estimate.models[group], estimate.implied[group]
    local = moment_jacobian(model, implied, meanstructure=True)[kept]
    jacobian = np.zeros((kept.size, estimate.table.n_free))
    jacobian[:, model.parameters] = local
    return jacobian
