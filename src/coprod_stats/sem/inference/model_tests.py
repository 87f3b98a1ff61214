"""Tests of a model against the saturated one, plain and scaled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from coprod_stats.sem.estimation.estimate import Estimate
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
    return float(special.chdtrc(df, max(statistic, 0.0)))


def degrees_of_freedom(table: ParameterTable, n_open: int) -> int:
    """Count moments less parameters.

    Moments of fixed covariates count on neither side.

    Parameters
    ----------
    table : ParameterTable
    n_open : int
        Number of parameters after restrictions.
    """
    n_items = len(table.observed)
    n_fixed = len(table.exogenous) if any(row.exogenous for row in table) else 0
    per_group = n_items * (n_items + 1) // 2 - n_fixed * (n_fixed + 1) // 2
    if table.meanstructure:
        per_group += n_items - n_fixed
    return table.n_groups * per_group - n_open


def plain_test(
    estimate: Estimate, samples: Sequence[GroupSample], method: Method, *, df: int
) -> ModelTest:
    """Compute the unscaled statistic.

    ``N F`` for normal-theory ML, ``sum (n_g - 1) F_g`` for Wishart likelihood and least squares.
    """
    values = 2.0 * estimate.objective.group_values(estimate.params)
    sizes = np.array([sample.n_obs for sample in samples])
    if method.discrepancy != "ML" or method.likelihood == "wishart":
        sizes = sizes - 1.0
    statistic = max(float(sizes @ values), 0.0)
    return ModelTest(statistic, df, chi_square_p(statistic, df))


def scaled_test(plain: ModelTest, factor: float) -> ModelTest:
    """Divide the statistic by a scaling factor."""
    if plain.df == 0:
        return ModelTest(plain.statistic, 0, float("nan"), float("nan"))
    statistic = plain.statistic / factor if factor > 0 else float("nan")
    p_value = chi_square_p(statistic, plain.df)
    return ModelTest(statistic, plain.df, p_value, factor, trace=factor * plain.df)


def adjusted_test(plain: ModelTest, traces: tuple[float, float]) -> ModelTest:
    """Adjust mean and variance by the degrees of freedom (Satterthwaite).

    Parameters
    ----------
    plain : ModelTest
    traces : (float, float)
        ``tr(U Gamma)`` and ``tr((U Gamma)²)``.

    References
    ----------
    Satorra, A., & Bentler, P. M. (1994). In Latent variables analysis (pp. 399-419). Sage.
    """
    if plain.df == 0:
        return ModelTest(plain.statistic, 0, float("nan"), float("nan"))
    first, second = traces
    df = first**2 / second
    factor = second / first
    statistic = plain.statistic / factor
    return ModelTest(statistic, df, chi_square_p(statistic, df), factor, trace=first)


def shifted_test(plain: ModelTest, traces: tuple[float, float]) -> ModelTest:
    """Scale and shift so that mean and variance are those of chi-square.

    Parameters
    ----------
    plain : ModelTest
    traces : (float, float)
        ``tr(U Gamma)`` and ``tr((U Gamma)²)``.

    References
    ----------
    Asparouhov, T., & Muthén, B. (2010). Simple second order chi-square correction. Mplus.
    """
    if plain.df == 0:
        return ModelTest(plain.statistic, 0, float("nan"), float("nan"))
    first, second = traces
    slope = float(np.sqrt(plain.df / second))
    shift = plain.df - slope * first
    statistic = slope * plain.statistic + shift
    p_value = chi_square_p(statistic, plain.df)
    return ModelTest(statistic, plain.df, p_value, 1.0 / slope, shift, first)
