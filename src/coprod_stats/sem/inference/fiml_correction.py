"""Fit of a FIML solution as it would be with complete data, for robust CFI, TLI and RMSEA.

FIML's own statistic shrinks as answers go missing, and indices built on it with it. Instead the
complete-data ML discrepancy is evaluated at the FIML estimates and the saturated (EM) moments, and
its expectation under the missing-data pattern divided out: with ``W_m`` and ``W_c`` the saturated
information of incomplete and complete data, ``Gamma`` the asymptotic covariance of the saturated
estimates and ``R = I - Delta (Delta' W_m Delta)^-1 Delta' W_m``,

    c = tr(R' W_c R Gamma) / df          [zhang2023]_

which is their version 3, and version 6 where ``Gamma = W_m^-1`` (normal data). It is computed from
products with the Jacobian ``Delta`` only.

References
----------
.. [zhang2023] Zhang, X., & Savalei, V. (2023). New computations for RMSEA and CFI following FIML
   and TS estimation with missing data. Psychological Methods, 28, 263-283.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.estimation.least_squares import lower_triangle, moment_jacobian
from coprod_stats.sem.estimation.maximum_likelihood import MaximumLikelihood, MomentSample
from coprod_stats.sem.inference.moment_sandwich import normal_weight
from coprod_stats.sem.inference.sandwich import fixed_columns, saturated_meat
from coprod_stats.sem.observed.saturated_information import saturated_information
from coprod_stats.sem.sample import GroupSample

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
        Information ``W_c`` and ``W_m``; moments of fixed covariates are left out.
    acov : (k, k) array
        Asymptotic covariance ``Gamma`` of the estimates; robust if so asked.
    kept : (k,) int array
        Moments that are kept.
    """

    complete: FloatArray
    incomplete: FloatArray
    acov: FloatArray
    kept: IntArray


def saturated_groups(
    estimate: Estimate, samples: Sequence[GroupSample], *, robust: bool
) -> tuple[SaturatedGroup, ...]:
    """Compute the information of the saturated model of each group.

    Parameters
    ----------
    estimate : Estimate
        For the names of fixed covariates.
    samples : sequence of GroupSample
        With missing-data patterns.
    robust : bool
        Whether ``Gamma`` allows for nonnormal data, weights and clusters.
    """
    return tuple(_saturated_group(estimate, sample, robust) for sample in samples)


def _saturated_group(estimate: Estimate, sample: GroupSample, robust: bool) -> SaturatedGroup:
    assert sample.patterns is not None
    fixed = fixed_columns(estimate.table)
    rows, columns = lower_triangle(len(sample.cov))
    of_fixed = np.isin(rows, fixed) & np.isin(columns, fixed)
    kept = np.flatnonzero(~np.concatenate([np.isin(np.arange(len(sample.cov)), fixed), of_fixed]))
    square = np.ix_(kept, kept)
    complete = normal_weight(sample.cov, meanstructure=True)[square]
    information = saturated_information(sample.patterns, mean=sample.mean, cov=sample.cov)
    incomplete = information[square] / sample.n_obs
    inverse: FloatArray = np.asarray(np.linalg.inv(incomplete))
    if robust:
        inverse = inverse @ (saturated_meat(sample)[square] / sample.n_obs) @ inverse
    return SaturatedGroup(complete, incomplete, inverse, kept)


def complete_data_fit(
    estimate: Estimate,
    samples: Sequence[GroupSample],
    saturated: Sequence[SaturatedGroup],
    *,
    basis: FloatArray,
    df: int,
) -> CompleteDataFit:
    """Evaluate a FIML solution as if its saturated moments were those of complete data.

    Parameters
    ----------
    estimate : Estimate
    samples : sequence of GroupSample
    saturated : sequence of SaturatedGroup
    basis : (n_free, n_open) array
        Directions that the restrictions leave open.
    df : int
    """
    total = sum(sample.n_obs for sample in samples)
    moments = [MomentSample(s.mean, s.cov, s.n_obs / total) for s in samples]
    objective = MaximumLikelihood(
        estimate.models, moments, meanstructure=True, n_free=estimate.table.n_free
    )
    statistic = 2.0 * total * objective.value(estimate.params)
    if df == 0:
        return CompleteDataFit(statistic, float("nan"))
    by_complete, by_incomplete, spread, mixed = (np.zeros((basis.shape[1],) * 2) for _ in range(4))
    expectation = 0.0
    for group, (sample, part) in enumerate(zip(samples, saturated, strict=True)):
        share = sample.n_obs / total
        jacobian = _jacobian(estimate, group, part.kept) @ basis
        complete, incomplete = part.complete @ jacobian, part.incomplete @ jacobian
        by_complete += share * (jacobian.T @ complete)
        by_incomplete += share * (jacobian.T @ incomplete)
        spread += share * (incomplete.T @ part.acov @ incomplete)
        mixed += share * (incomplete.T @ part.acov @ complete)
        expectation += float(np.sum(part.complete * part.acov))
    inverse = np.linalg.inv(by_incomplete)
    expectation -= 2.0 * float(np.sum(inverse * mixed))
    expectation += float(np.sum((inverse @ by_complete @ inverse) * spread))
    return CompleteDataFit(statistic, expectation / df)


def _jacobian(estimate: Estimate, group: int, kept: IntArray) -> FloatArray:
    model, implied = estimate.models[group], estimate.implied[group]
    local = moment_jacobian(model, implied, meanstructure=True)[kept]
    jacobian = np.zeros((kept.size, estimate.table.n_free))
    jacobian[:, model.parameters] = local
    return jacobian
