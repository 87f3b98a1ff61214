r"""Omega of a scale from a one-factor model.

With loadings λ of a factor of variance one and residual variances θ, omega is
:math:`(\sum\lambda)^2 / ((\sum\lambda)^2 + \sum\theta)` (McDonald, 1999, Test Theory, eq. 6.20b).
It is a defined parameter of the model, so that its standard error is by the delta method with
expected information (Raykov, 2002). Residual variances are not bounded, so that Heywood cases are
detected.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from coprod_stats.errors import CoprodError
from coprod_stats.latent_models import FittedParameter, SemFit
from coprod_stats.latent_models.engines.choice import fit_specification
from coprod_stats.latent_models.specification import Specification
from coprod_stats.quality.pairwise_moments import covariance_fault, pairwise_covariance
from coprod_stats.sem.errors import SemError

FloatArray = NDArray[np.float64]


class OneFactorError(CoprodError):
    """A one-factor model cannot be estimated from these answers."""


def fit_one_factor(answers: FloatArray, *, conf_level: float = 0.95) -> SemFit:
    """Fit one factor to three or more items by maximum likelihood.

    Parameters
    ----------
    answers : ndarray, shape (n_persons, n_items)
        Complete rows, items scored in the same direction.
    conf_level : float
        Of the interval of omega.

    Returns
    -------
    SemFit
        Also if it did not converge or is improper, as its properties show.

    Raises
    ------
    OneFactorError
        If there are fewer than three items, the covariance matrix is not positive definite,
        or the model cannot be fitted.
    """
    if answers.shape[1] < 3:
        raise OneFactorError(f"one factor needs three or more items, not {answers.shape[1]}")
    if fault := covariance_fault(pairwise_covariance(answers)):
        raise OneFactorError(fault)
    names = _names(answers.shape[1])
    asked = Specification(model=_model(names), std_lv=True, conf_level=conf_level)
    try:
        return fit_specification(asked, dict(zip(names, answers.T, strict=True)))
    except SemError as error:
        raise OneFactorError(str(error)) from error


def estimated_omega(fit: SemFit) -> FittedParameter:
    """Return omega with its standard error and interval, which are NaN in a Heywood case."""
    found = next(row for row in fit.parameters if row.op == ":=")
    if not has_negative_residual(fit):
        return found
    nan = float("nan")
    return replace(found, se=nan, z=nan, pvalue=nan, ci_lower=nan, ci_upper=nan, std_all_se=nan)


def omega_observed_variance(fit: SemFit) -> float:
    r"""Compute omega with the observed variance of the sum, :math:`(\sum\lambda)^2 / 1'S1`.

    Bentler (2009); the default of ``semTools::compRelSEM``. It does not assume that the
    one-factor model reproduces the covariances (Kelley & Pornprasertmanit, 2016).
    """
    return fit.reliability().factors[0].omega


def has_negative_residual(fit: SemFit) -> bool:
    """Return whether a residual variance is negative: a Heywood case."""
    return any(row.op == "~~" and row.est < 0 for row in fit.parameters)


def _names(n_items: int) -> tuple[str, ...]:
    return tuple(f"y{place}" for place in range(1, n_items + 1))


@cache
def _model(names: tuple[str, ...]) -> str:
    loadings, residuals = (
        [f"{letter}{place}" for place in range(1, len(names) + 1)] for letter in "lt"
    )
    true_variance = f"({' + '.join(loadings)})^2"
    return "\n".join(
        [
            f"f =~ {' + '.join(f'{a}*{y}' for a, y in zip(loadings, names, strict=True))}",
            *(f"{y} ~~ {b}*{y}" for b, y in zip(residuals, names, strict=True)),
            f"omega := {true_variance} / ({true_variance} + {' + '.join(residuals)})",
        ]
    )
