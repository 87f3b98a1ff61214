r"""Omega of the sum of ordered items (Green & Yang, 2009, Psychometrika 74, eq. 21).

The answers are categorised normal latent responses with one factor. The covariance of two answers
that are scored 0, 1, … is :math:`\sum_{c} \sum_{d} \Phi_2(\tau_{jc}, \tau_{kd}; \rho) -
\Phi(\tau_{jc}) \Phi(\tau_{kd})`; with the model-implied correlation :math:`\lambda_j \lambda_k` it
is a covariance of true scores, with the polychoric correlation one of answers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coprod_stats.latent_models import SemFit
from coprod_stats.latent_models.engines.choice import fit_specification
from coprod_stats.latent_models.specification import Specification
from coprod_stats.measurement.one_factor_omega import OneFactorError
from coprod_stats.sem.distributions import ndtr
from coprod_stats.sem.errors import SemError
from coprod_stats.sem.ordered.bivariate_normal import add_increment

FloatArray = NDArray[np.float64]

_FACTOR = "the_factor"


def fit_ordered_factor(answers: FloatArray, names: Sequence[str]) -> SemFit:
    """Fit one factor to three or more ordered items by WLSMV.

    Parameters
    ----------
    answers : ndarray, shape (n_persons, n_items)
        Complete rows, items scored in the same direction.
    names : sequence of str
        Names of the items in warnings of the fit; numbered where a model text cannot hold them.

    Raises
    ------
    OneFactorError
        If the model cannot be fitted to the data.
    """
    if not all(name.isidentifier() and name != _FACTOR for name in names):
        names = [f"item{place}" for place in range(1, len(names) + 1)]
    model = f"{_FACTOR} =~ {' + '.join(names)}"
    asked = Specification(model=model, std_lv=True, ordered="all")
    try:
        return fit_specification(asked, dict(zip(names, answers.T, strict=True)))
    except SemError as error:
        raise OneFactorError(str(error)) from error


def fitted_categorical_omega(fit: SemFit) -> float:
    """Compute categorical omega of a fit; NaN if a standardized loading exceeds 1."""
    loadings = np.array([row.std_all for row in fit.parameters if row.op == "=~"])
    if (np.abs(loadings) >= 1).any():
        return np.nan
    thresholds = [
        np.array([row.est for row in fit.parameters if row.op == "|" and row.lhs == name])
        for name in fit.observed
    ]
    return categorical_omega(loadings, thresholds, fit.sample_cov[0])


def categorical_omega(
    loadings: FloatArray, thresholds: Sequence[FloatArray], correlations: FloatArray
) -> float:
    """Compute omega from standardized loadings, thresholds and polychoric correlations.

    As ``semTools::compRelSEM`` with ``ord.scale = TRUE``.

    Parameters
    ----------
    loadings : ndarray, shape (n_items,)
        Inside (−1, 1).
    thresholds : sequence of ndarray
        Ascending, per item.
    correlations : ndarray, shape (n_items, n_items)
    """
    n_items = len(loadings)
    true, total = 0.0, 0.0
    for j in range(n_items):
        for k in range(n_items):
            cuts = thresholds[j], thresholds[k]
            true += covariance_of_answers(*cuts, loadings[j] * loadings[k])
            total += (
                variance_of_answers(cuts[0])
                if j == k
                else covariance_of_answers(*cuts, correlations[j, k])
            )
    return true / total


def covariance_of_answers(first: FloatArray, second: FloatArray, correlation: float) -> float:
    """Compute the covariance of two answers, scored 0, 1, …, whose latent responses correlate.

    Parameters
    ----------
    first, second : ndarray
        Thresholds.
    correlation : float
        Inside (−1, 1).
    """
    limits = tuple(np.meshgrid(first, second, indexing="ij"))
    gained = np.zeros((1, len(first), len(second)))
    add_increment(gained, (limits[0][None], limits[1][None]), np.zeros(1), np.array([correlation]))
    return float(gained.sum())


def variance_of_answers(thresholds: FloatArray) -> float:
    """Compute the variance of an answer scored 0, 1, …."""
    below = ndtr(thresholds)
    return float((np.minimum.outer(below, below) - np.outer(below, below)).sum())
