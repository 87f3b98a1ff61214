"""Reliability coefficients as functions of covariances and correlations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

FloatArray = NDArray[np.float64]
Interval = tuple[float, float]


def coefficient_alpha(covariance: FloatArray) -> float:
    r"""Compute Cronbach's alpha, :math:`k / (k - 1) \, (1 - \mathrm{tr} S / 1'S1)`.

    Cronbach (1951, Psychometrika 16, eq. 2). Given a correlation matrix, it is standardised alpha.

    Parameters
    ----------
    covariance : ndarray, shape (n_items, n_items)
        Two or more items, scored in the same direction; the divisor does not matter. Alpha is
        minus infinity or NaN if the sum of the items does not vary.
    """
    n_items = covariance.shape[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(n_items / (n_items - 1) * (1 - np.trace(covariance) / covariance.sum()))


def feldt_interval(alpha: float, n_obs: int, n_items: int, *, conf_level: float = 0.95) -> Interval:
    r"""Compute the confidence interval of alpha from the F distribution.

    :math:`1 - (1 - \hat\alpha) F_{1 - a/2}` to :math:`1 - (1 - \hat\alpha) F_{a/2}`, with n − 1
    and (n − 1)(k − 1) degrees of freedom (Feldt, Woodruff & Salih, 1987, Applied Psychological
    Measurement 11, eqs. 6–7, after Feldt, 1965), as ``psych::alpha.ci``. Assumes normal,
    essentially tau-equivalent items and complete answers.
    """
    df = (n_obs - 1, (n_obs - 1) * (n_items - 1))
    tail = (1 - conf_level) / 2
    low, high = stats.f.ppf([1 - tail, tail], *df)
    return float(1 - (1 - alpha) * low), float(1 - (1 - alpha) * high)


def spearman_brown(correlation: float) -> float:
    """Compute the reliability of the sum of two items, 2r / (1 + r) (Eisinga et al., 2013).

    NaN if the items are perfectly negatively correlated: their sum does not vary.
    """
    return 2 * correlation / (1 + correlation) if correlation > -1 else np.nan


def spearman_brown_interval(correlation: float, n_obs: int, *, conf_level: float) -> Interval:
    """Compute the confidence interval of the two-item reliability: Fisher's interval, stepped up.

    NaN with fewer than four respondents or a perfect correlation.
    """
    if n_obs < 4 or abs(correlation) >= 1:
        return np.nan, np.nan
    reach = stats.norm.ppf((1 + conf_level) / 2) / np.sqrt(n_obs - 3)
    low, high = np.tanh(np.arctanh(correlation) + np.array([-reach, reach]))
    return spearman_brown(float(low)), spearman_brown(float(high))


def mean_off_diagonal(correlation: FloatArray) -> float:
    """Return the mean inter-item correlation."""
    n_items = correlation.shape[0]
    return float((correlation.sum() - np.trace(correlation)) / (n_items * (n_items - 1)))
