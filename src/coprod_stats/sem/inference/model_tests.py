"""Tests of a model against the saturated one, plain and scaled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.distributions import chi_square_tail
from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.inference.scaled_statistics import ScaledStatistic
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.options import Method
from coprod_stats.sem.sample import GroupSample

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


def degrees_of_freedom(table: ParameterTable, n_open: int) -> int:
    """Count moments less parameters.

    Moments of fixed covariates count on neither side.

    Parameters
    ----------
    table : ParameterTable
    n_open : int
        Number of parameters after restrictions.
    """
    if table.is_two_level:
        return _two_level_moments(table) - n_open
    n_items = len(table.observed)
    n_fixed = len(table.exogenous) if any(row.exogenous for row in table) else 0
    per_group = n_items * (n_items + 1) // 2 - n_fixed * (n_fixed + 1) // 2
    if table.meanstructure:
        per_group += n_items - n_fixed
    return table.n_groups * per_group - n_open


def _two_level_moments(table: ParameterTable) -> int:
    """Count means, variances and covariances of both levels that covariates leave."""
    per_group = len(table.observed)
    for level in table.levels:
        n_items = len(level.observed)
        per_group += n_items * (n_items + 1) // 2
    return table.n_groups * per_group - sum(row.exogenous and row.free < 0 for row in table)


def plain_test(
    estimate: Estimate, samples: Sequence[GroupSample], method: Method, *, df: int
) -> ModelTest:
    """Compute the unscaled statistic.

    ``N F`` for normal-theory ML, ``sum (n_g - 1) F_g`` for Wishart likelihood and least squares.
    That of ULS is no chi-square and has no p-value.
    """
    values = 2.0 * estimate.objective.group_values(estimate.params)
    sizes = np.array([sample.n_obs for sample in samples])
    if not method.is_normal_likelihood:
        sizes = sizes - 1.0
    statistic = max(float(sizes @ values), 0.0)
    p_value = float("nan") if method.discrepancy == "ULS" else chi_square_p(statistic, df)
    return ModelTest(statistic, df, p_value)


def corrected_test(plain: ModelTest, corrected: ScaledStatistic, trace: float) -> ModelTest:
    """Turn a corrected statistic into a test.

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
