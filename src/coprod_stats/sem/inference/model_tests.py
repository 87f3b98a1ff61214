"""Tests of a model against the saturated one, plain and scaled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.distributions import chi_square_tail
from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.inference.scaled_statistics import ScaledStatistic

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ModelTest:
    """A chi-square test.

    Parameters
    ----------
    statistic : float
    df : float
    p_value : float
        nan without degrees of freedom.
    scaling_factor : float
        What the plain statistic was divided by; 1 for the plain test.
    shift : float
        What was added after scaling.
    trace : float
        ``tr(U Gamma)``, or ``df`` times the scaling factor; nan for the plain test.
    """

    statistic: float
    df: float
    p_value: float
    scaling_factor: float = 1.0
    shift: float = 0.0
    trace: float = float("nan")


def chi_square_p(statistic: float, df: float) -> float:
    """Upper tail of the chi-square distribution; nan without degrees of freedom."""
    if df <= 0 or not np.isfinite(statistic):
        return float("nan")
    return chi_square_tail(max(statistic, 0.0), df)


def plain_test(estimate: Estimate, *, df: int) -> ModelTest:
    """Compute the unscaled statistic.

    ``N F`` for normal-theory ML, ``sum (n_g - 1) F_g`` for Wishart likelihood and least squares.
    That of ULS is no chi-square and has no p-value.
    """
    method = estimate.problem.method
    values = 2.0 * estimate.objective.group_values(estimate.params)
    sizes = np.array([sample.n_obs for sample in estimate.problem.samples])
    if not method.is_normal_likelihood:
        sizes = sizes - 1.0
    statistic = max(float(sizes @ values), 0.0)
    p_value = float("nan") if method.discrepancy == "ULS" else chi_square_p(statistic, df)
    return ModelTest(statistic, df, p_value)


def corrected_test(plain: ModelTest, corrected: ScaledStatistic, trace: float) -> ModelTest:
    """Convert a corrected statistic to a test.

    Parameters
    ----------
    plain : ModelTest
    corrected : ScaledStatistic
    trace : float
        ``tr(U Gamma)``.
    """
    if plain.df <= 0 or not corrected.scaling_factor > 0:
        return ModelTest(plain.statistic, plain.df, float("nan"), float("nan"))
    return ModelTest(
        corrected.statistic,
        corrected.df,
        corrected.p_value,
        corrected.scaling_factor,
        corrected.shift,
        trace,
    )
