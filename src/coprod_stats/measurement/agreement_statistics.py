"""Statistics of agreement within units, on arrays: one-way ANOVA, ICC(1), ICC(2), r_wg."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class OneWayAnova:
    r"""Mean squares between and within units.

    Parameters
    ----------
    between, within : float
        Mean squares.
    df_between, df_within : int
        Units − 1, members − units.
    unit_size : float
        :math:`n_0 = (N - \sum n_j^2 / N) / (J - 1)`, the common size if units are of equal size,
        and otherwise the coefficient of the between-unit variance in the expected mean square
        (Donner, 1986).
    """

    between: float
    within: float
    df_between: int
    df_within: int
    unit_size: float

    @property
    def f_ratio(self) -> float:
        """Mean square between over mean square within; infinite without variation within units."""
        if self.within > 0:
            return self.between / self.within
        return np.inf if self.between > 0 else np.nan

    @property
    def p_value(self) -> float:
        """Probability of a ratio at least as large if the units do not differ."""
        return float(stats.f.sf(self.f_ratio, self.df_between, self.df_within))


def one_way_anova(values: FloatArray, units: IntArray) -> OneWayAnova:
    """Partition the variation of values into that between and that within units.

    Parameters
    ----------
    values : ndarray, shape (n_obs,)
    units : ndarray of int, shape (n_obs,)
        Number of the unit of each value, from 0 without gaps; at least two units, and fewer
        units than values.
    """
    sizes = np.bincount(units).astype(np.float64)
    means = np.bincount(units, weights=values) / sizes
    n_obs, n_units = values.size, sizes.size
    within = float(((values - means[units]) ** 2).sum())
    between = float((sizes * (means - values.mean()) ** 2).sum())
    return OneWayAnova(
        between=between / (n_units - 1),
        within=within / (n_obs - n_units),
        df_between=n_units - 1,
        df_within=n_obs - n_units,
        unit_size=float((n_obs - (sizes**2).sum() / n_obs) / (n_units - 1)),
    )


def icc1(f_ratio: float, unit_size: float) -> float:
    r"""Return the proportion of variance between units, (F − 1) / (F + n₀ − 1).

    :math:`(MS_B - MS_W) / (MS_B + (n_0 - 1) MS_W)`: Shrout & Fleiss (1979), ICC(1,1); Bliese
    (2000), ICC(1). Negative if members of a unit differ more than members of different units.
    """
    if np.isinf(f_ratio):
        return 1.0
    return (f_ratio - 1) / (f_ratio + unit_size - 1)


def icc2(f_ratio: float) -> float:
    r"""Return the reliability of the unit means, :math:`(MS_B - MS_W) / MS_B` = 1 − 1/F.

    Shrout & Fleiss (1979), ICC(1,k); Bliese (2000), ICC(2). It is ICC(1) stepped up to units of
    n₀ members by the Spearman–Brown formula.
    """
    return 1 - 1 / f_ratio if f_ratio else -np.inf


def f_ratio_limits(anova: OneWayAnova, conf_level: float) -> tuple[float, float]:
    """Return the limits of F/θ, from which the limits of both coefficients follow.

    F / F_{1−α/2}(df_B, df_W) and F · F_{1−α/2}(df_W, df_B): Shrout & Fleiss (1979). Exact
    for units of equal size; otherwise approximate, with n₀ in place of the size (Donner, 1986).
    """
    tail = (1 + conf_level) / 2
    low = anova.f_ratio / stats.f.ppf(tail, anova.df_between, anova.df_within)
    high = anova.f_ratio * stats.f.ppf(tail, anova.df_within, anova.df_between)
    return float(low), float(high)


def uniform_variance(n_options: int) -> float:
    """Return the variance of a uniform distribution over the options, (A² − 1) / 12.

    James, Demaree & Wolf (1984).
    """
    return (n_options**2 - 1) / 12


def within_group_agreement(mean_variance: FloatArray, n_items: int, n_options: int) -> FloatArray:
    r"""Compute r_wg, :math:`r_{WG(J)} = J q / (J q + 1 - q)` with q = 1 − s̄²/σ²_EU.

    James, Demaree & Wolf (1984); for one item it is q itself. Units with more
    variance than by chance (s̄² > σ²_EU) have no agreement: 0, since the formula then yields
    values outside 0 to 1 (James, Demaree & Wolf, 1993).

    Parameters
    ----------
    mean_variance : ndarray, shape (n_units,)
        Mean over the items of the variances within the unit, divisor n − 1.
    n_items, n_options : int
    """
    agreement = np.maximum(1 - mean_variance / uniform_variance(n_options), 0.0)
    return np.asarray(n_items * agreement / (n_items * agreement + 1 - agreement))
