"""Effect sizes of group differences and their noncentral intervals, on plain numbers."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import optimize, special, stats


def small_sample_correction(df: float) -> float:
    r"""Return the correction for small-sample bias, Γ(m/2) / (√(m/2) Γ((m − 1)/2)).

    Hedges (1981), eq. 6e, exact; the usual 1 − 3/(4m − 1) approximates it.
    """
    return math.exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) / math.sqrt(df / 2)


def hedges_g(cohens_d: float, n_1: int, n_2: int) -> float:
    """Compute the standardized mean difference with pooled standard deviation, bias-corrected.

    Hedges (1981).
    """
    return small_sample_correction(n_1 + n_2 - 2) * cohens_d


def hedges_g_interval(
    cohens_d: float, n_1: int, n_2: int, conf_level: float
) -> tuple[float, float]:
    r"""Compute the interval of a standardized difference from the noncentral t distribution.

    The limits of the noncentrality of :math:`t = d \sqrt{n_1 n_2 / (n_1 + n_2)}`, divided by the
    root and corrected as g itself (Cumming & Finch, 2001). Assumes equal variances, as does every
    difference standardized by a pooled standard deviation. A limit is NaN where the distribution
    function is not computed, as for differences of 10,000 standard deviations.
    """
    df, root = n_1 + n_2 - 2, math.sqrt(n_1 * n_2 / (n_1 + n_2))
    t = cohens_d * root
    tail = (1 - conf_level) / 2
    factor = small_sample_correction(df) / root
    return factor * _t_noncentrality(t, df, 1 - tail), factor * _t_noncentrality(t, df, tail)


def eta_squared(f_ratio: float, df_between: int, df_within: int) -> float:
    """Compute the proportion of sample variation between groups, SS_B / SS_T."""
    return f_ratio * df_between / (f_ratio * df_between + df_within)


def omega_squared(f_ratio: float, df_between: int, df_within: int) -> float:
    r"""Estimate the proportion of population variance between groups.

    :math:`(SS_B - df_B MS_W) / (SS_T + MS_W)` (Hays, 1963). A negative estimate is returned
    unchanged: truncated at zero, it would be biased upwards (Okada, 2017).
    """
    above_chance = df_between * (f_ratio - 1)
    return above_chance / (above_chance + df_between + df_within + 1)


def explained_variance_interval(
    f_ratio: float, df_between: int, df_within: int, conf_level: float
) -> tuple[float, float]:
    """Compute the interval of the population proportion, λ / (λ + N), from the noncentral F.

    Steiger (2004). A limit is 0 where the ratio is too small even for equal groups, and NaN where
    it is so large (means some 10,000 standard deviations apart) that the distribution function
    is not computed.
    """
    n_obs = df_between + df_within + 1

    tail = (1 - conf_level) / 2
    low, high = (
        _f_noncentrality(f_ratio, df_between, df_within, share) for share in (1 - tail, tail)
    )
    return low / (low + n_obs), high / (high + n_obs)


def _f_noncentrality(f_ratio: float, df_between: int, df_within: int, share: float) -> float:
    """Solve for the noncentrality at which F lies above ``share`` of the distribution, or 0."""

    def excess(noncentrality: float) -> float:
        return float(stats.ncf.cdf(f_ratio, df_between, df_within, noncentrality)) - share

    if float(stats.f.cdf(f_ratio, df_between, df_within)) <= share:
        return 0.0
    high = 1.0
    while excess(high) > 0:
        high *= 2
    return _root(excess, 0.0, high)


def _t_noncentrality(t: float, df: int, share: float) -> float:
    """Solve for the noncentrality at which t lies above ``share`` of the distribution."""

    def excess(noncentrality: float) -> float:
        return float(stats.nct.cdf(t, df, noncentrality)) - share

    # step by step from t itself: far in the tails the distribution function is not computed
    step = 0.25 * (1 + t**2 / df) ** 0.5 * (1 if excess(t) > 0 else -1)
    near, far = t, t + step
    while excess(far) * step > 0:
        near, far = far, far + step
    return _root(excess, min(near, far), max(near, far))


def _root(excess: Callable[[float], float], low: float, high: float) -> float:
    """Return the root between two limits; NaN if the function is NaN on the way."""
    try:
        return float(optimize.brentq(excess, low, high, xtol=1e-12))
    except ValueError:
        return math.nan
