"""Fit indices of a covariance structure, as functions of plain numbers.

Conventions are lavaan's: the test statistic of maximum likelihood is ``N F`` and RMSEA divides
by ``N``, the number of cases in all groups.

References
----------
.. [bentler1990] Bentler, P. M. (1990). Comparative fit indexes in structural models.
   Psychological Bulletin, 107, 238-246.
.. [tucker1973] Tucker, L. R., & Lewis, C. (1973). A reliability coefficient for maximum
   likelihood factor analysis. Psychometrika, 38, 1-10.
.. [browne1992] Browne, M. W., & Cudeck, R. (1992). Alternative ways of assessing model fit.
   Sociological Methods & Research, 21, 230-258.
.. [steiger1998] Steiger, J. H. (1998). A note on multiple sample extensions of the RMSEA fit
   index. Structural Equation Modeling, 5, 411-419.
.. [bentler1995] Bentler, P. M. (1995). EQS structural equations program manual, p. 271.
.. [schwarz1978] Schwarz, G. (1978). Estimating the dimension of a model. Annals of Statistics,
   6, 461-464.
.. [sclove1987] Sclove, S. L. (1987). Application of model-selection criteria to some problems
   in multivariate analysis. Psychometrika, 52, 333-343.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, chndtr, chndtrinc

FloatArray = NDArray[np.float64]

CLOSE_FIT = 0.05
"""RMSEA below which fit is called close [browne1992]_."""


def chi_square_p_value(chisq: float, df: int) -> float:
    """Upper tail of the chi-square distribution; NaN without degrees of freedom."""
    return float(chdtrc(df, chisq)) if df > 0 else math.nan


def cfi(chisq: float, df: int, *, baseline_chisq: float, baseline_df: float) -> float:
    r"""Compute the comparative fit index [bentler1990]_, equations 10 and 11.

    .. math:: 1 - \frac{\max(\chi^2 - df, 0)}{\max(\chi^2 - df,\; \chi^2_0 - df_0,\; 0)}
    """
    misfit = max(chisq - df, 0.0)
    baseline = max(misfit, baseline_chisq - baseline_df)
    return 1.0 if misfit == 0 else 1.0 - misfit / baseline


def tli(chisq: float, df: int, *, baseline_chisq: float, baseline_df: float) -> float:
    r"""Tucker-Lewis index [tucker1973]_, not confined to [0, 1].

    .. math:: \frac{\chi^2_0/df_0 - \chi^2/df}{\chi^2_0/df_0 - 1}

    1 for a saturated model; NaN where the baseline model has no degrees of freedom.
    """
    if df == 0:
        return 1.0
    if baseline_df == 0:
        return math.nan
    baseline = baseline_chisq / baseline_df
    return (baseline - chisq / df) / (baseline - 1.0)


def rmsea(chisq: float, df: int, n_obs: int, *, n_groups: int = 1) -> float:
    r"""Root mean square error of approximation [browne1992]_, [steiger1998]_.

    .. math:: \sqrt{G \max(\chi^2 - df, 0) / (N\, df)}

    0 for a saturated model.
    """
    return math.sqrt(n_groups * max(chisq - df, 0.0) / (n_obs * df)) if df > 0 else 0.0


def rmsea_interval(
    chisq: float, df: int, n_obs: int, *, n_groups: int = 1, level: float = 0.90
) -> tuple[float, float]:
    """Interval of RMSEA from that of the noncentrality parameter [browne1992]_, equation 14.

    The ends are the noncentralities under which ``chisq`` is the upper and lower
    ``(1 - level) / 2`` point of the noncentral chi-square distribution, or 0 where there is none.
    """
    if df == 0:
        return 0.0, 0.0
    tail = (1.0 - level) / 2.0
    lower, upper = (_noncentrality(chisq, df, p) for p in (1.0 - tail, tail))
    unit = n_groups / (n_obs * df)
    return math.sqrt(lower * unit), math.sqrt(upper * unit)


def rmsea_close_fit(
    chisq: float, df: int, n_obs: int, *, n_groups: int = 1, bound: float = CLOSE_FIT
) -> float:
    """P value of the hypothesis that RMSEA is at most ``bound`` [browne1992]_."""
    if df == 0:
        return math.nan
    return float(1.0 - chndtr(chisq, df, n_obs * df * bound**2 / n_groups))


def srmr(sample_cov: FloatArray, implied_cov: FloatArray) -> float:
    r"""Standardised root mean square residual [bentler1995]_.

    .. math:: \sqrt{\frac{2}{p(p+1)} \sum_{i \ge j}
              \frac{(s_{ij} - \sigma_{ij})^2}{s_{ii} s_{jj}}}

    Parameters
    ----------
    sample_cov, implied_cov : (n_observed, n_observed) array
    """
    deviations = np.sqrt(np.diag(sample_cov))
    residuals = (sample_cov - implied_cov) / np.outer(deviations, deviations)
    return float(np.sqrt(np.mean(residuals[np.tril_indices_from(residuals)] ** 2)))


def aic(logl: float, n_params: int) -> float:
    """Akaike's criterion: ``-2 logl + 2 npar``."""
    return -2.0 * logl + 2.0 * n_params


def bic(logl: float, n_params: int, n_obs: int) -> float:
    """Bayesian criterion [schwarz1978]_: ``-2 logl + npar log N``."""
    return -2.0 * logl + n_params * math.log(n_obs)


def adjusted_bic(logl: float, n_params: int, n_obs: int) -> float:
    """Sample-size adjusted BIC [sclove1987]_: BIC with ``(N + 2) / 24`` for ``N``."""
    return -2.0 * logl + n_params * math.log((n_obs + 2) / 24)


def _noncentrality(chisq: float, df: int, probability: float) -> float:
    """Noncentrality at which the distribution function of ``chisq`` is ``probability``."""
    if chndtr(chisq, df, 0.0) <= probability:
        return 0.0
    return float(chndtrinc(chisq, df, probability))
