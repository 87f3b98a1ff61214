"""Tests of nested models, and of restrictions within one model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.inference.model_tests import chi_square_p
from coprod_stats.sem.inference.weighted_least_squares import (
    GroupDerivatives,
    least_squares_variability,
)
from coprod_stats.sem.model.null_space import null_space

FloatArray = NDArray[np.float64]

_DEPENDENT = 1e-12
"""Share of its largest possible variance below which a restriction leaves nothing to test."""


@dataclass(frozen=True, slots=True)
class DifferenceTest:
    """A chi-square test of restrictions.

    Parameters
    ----------
    statistic : float
    df : int
    p_value : float
    scaling_factor : float
        What the plain difference was divided by; nan where it is not positive.
    shift : float
        What was added afterwards.
    """

    statistic: float
    df: int
    p_value: float
    scaling_factor: float = 1.0
    shift: float = 0.0


def plain_difference(statistic0: float, df0: int, statistic1: float, df1: int) -> DifferenceTest:
    """Likelihood-ratio test of a restricted model (0) against a freer one (1)."""
    difference, df = statistic0 - statistic1, df0 - df1
    return DifferenceTest(difference, df, chi_square_p(difference, df))


def scaled_difference(
    plain: DifferenceTest, *, df0: int, df1: int, factor0: float, factor1: float
) -> DifferenceTest:
    """Divide the plain difference by ``(df0 c0 - df1 c1) / (df0 - df1)``.

    With ``c1`` the factor of the freer model as fitted this is the test of 2001; with ``c1`` taken
    at the estimates of the restricted model it is that of 2010, whose factor cannot be negative.

    Parameters
    ----------
    plain : DifferenceTest
    df0, df1 : int
    factor0, factor1 : float
        Scaling factors; ignored for a saturated model.

    References
    ----------
    Satorra, A., & Bentler, P. M. (2001). Psychometrika, 66, 507-514, p. 511; (2010). Psychometrika,
    75, 243-248, eq. 5.
    """
    if plain.df == 0:
        return plain
    top = (df0 * factor0 if df0 else 0.0) - (df1 * factor1 if df1 else 0.0)
    factor = top / plain.df
    if not factor > 0:
        return DifferenceTest(float("nan"), plain.df, float("nan"), float("nan"))
    statistic = plain.statistic / factor
    return DifferenceTest(statistic, plain.df, chi_square_p(statistic, plain.df), factor)


def satorra_2000(
    plain: DifferenceTest,
    groups: Sequence[GroupDerivatives],
    *,
    information: FloatArray,
    basis1: FloatArray,
    jacobians0: Sequence[FloatArray],
    basis0: FloatArray,
) -> DifferenceTest:
    """Scale and shift the difference of two statistics of least-squares type.

    The restrictions are found from the Jacobians: what the freer model's columns span and the
    restricted model's do not.

    Parameters
    ----------
    plain : DifferenceTest
    groups : sequence of GroupDerivatives
        Of the freer model.
    information : (n_free, n_free) array
        Of the freer model, for one case: what its standard errors rest on.
    basis1, basis0 : ndarray
        Open directions of the two models.
    jacobians0 : sequence of ndarray
        Of the restricted model, one per group.

    References
    ----------
    Satorra, A. (2000). In Innovations in multivariate statistical analysis (pp. 233-247).
    """
    if plain.df == 0:
        return plain
    stacked1 = np.vstack([group.jacobian for group in groups]) @ basis1
    stacked0 = np.vstack(list(jacobians0)) @ basis0
    reached = np.linalg.lstsq(stacked1, stacked0, rcond=None)[0]
    restrictions = null_space(np.asarray(reached.T)).T
    inverse = np.linalg.inv(basis1.T @ information @ basis1)
    variability = basis1.T @ least_squares_variability(groups) @ basis1
    gain = inverse @ restrictions.T
    projected = gain @ np.linalg.pinv(restrictions @ gain) @ gain.T
    product = projected @ variability
    first, second = float(np.trace(product)), float(np.sum(product * product.T))
    slope = float(np.sqrt(plain.df / second))
    shift = plain.df - slope * first
    statistic = slope * plain.statistic + shift
    return DifferenceTest(
        statistic, plain.df, chi_square_p(statistic, plain.df), 1.0 / slope, shift
    )


def wald_test(values: FloatArray, jacobian: FloatArray, covariance: FloatArray) -> DifferenceTest:
    """Test that functions of the parameters are zero.

    Parameters
    ----------
    values : (k,) array
    jacobian : (k, n_free) array
    covariance : (n_free, n_free) array
        Of the estimates.

    Raises
    ------
    SemOptionError
        Where the functions depend on each other or cannot vary.
    """
    spread = jacobian @ covariance @ jacobian.T
    largest = (np.abs(jacobian) @ np.sqrt(np.diagonal(covariance))) ** 2
    variances = np.diagonal(spread)
    if (variances <= _DEPENDENT * largest).any() or _smallest_eigenvalue(spread) < _DEPENDENT:
        raise SemOptionError(
            "wald: restrictions that follow from each other, or that the model holds already"
        )
    statistic = float(values @ np.linalg.solve(spread, values))
    return DifferenceTest(statistic, values.size, chi_square_p(statistic, values.size))


def _smallest_eigenvalue(cov: FloatArray) -> float:
    """Smallest eigenvalue of the correlations of restrictions."""
    deviations = np.sqrt(np.diagonal(cov))
    return float(np.linalg.eigvalsh(cov / np.outer(deviations, deviations))[0])


def score_test(
    gradient: FloatArray, information: FloatArray, basis: FloatArray, n_obs: float, df: int
) -> DifferenceTest:
    """Test restrictions by the slope of the likelihood where they are lifted.

    Parameters
    ----------
    gradient : (n_free,) array
        Of half the discrepancy at the restricted estimates.
    information : (n_free, n_free) array
        Of one case.
    basis : (n_free, n_open) array
        Directions that are open once the restrictions are lifted.
    n_obs : float
    df : int
        Number of restrictions that are lifted.

    References
    ----------
    Rao, C. R. (1948). Proceedings of the Cambridge Philosophical Society, 44, 50-57.
    """
    slope = basis.T @ gradient
    # what lifting all restrictions leaves unidentified has no slope; lavaan's tolerance
    inverse = np.linalg.pinv(basis.T @ information @ basis, rcond=1.5e-8, hermitian=True)
    statistic = n_obs * float(slope @ inverse @ slope)
    return DifferenceTest(statistic, df, chi_square_p(statistic, df))
