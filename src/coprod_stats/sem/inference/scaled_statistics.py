"""Test statistics corrected for weights or distributions that the estimator takes wrongly.

The uncorrected statistic `T` tends to ``Σ λ_i χ²_1`` with the eigenvalues of ``UΓ``; ``tr(UΓ)``
and ``tr((UΓ)²)`` are their sum and sum of squares.
"""

from __future__ import annotations

from dataclasses import dataclass

from coprod_stats.sem.distributions import chi_square_tail


@dataclass(frozen=True, slots=True)
class ScaledStatistic:
    """A corrected test statistic.

    Parameters
    ----------
    statistic : float
    df : float
        Not an integer for :func:`mean_and_variance_adjusted`.
    scaling_factor : float
        What the uncorrected statistic was divided by.
    shift : float
        What was added afterwards.
    """

    statistic: float
    df: float
    scaling_factor: float
    shift: float = 0.0

    @property
    def p_value(self) -> float:
        """Upper tail of the chi-square distribution."""
        return chi_square_tail(max(self.statistic, 0.0), self.df)


def mean_adjusted(statistic: float, df: int, trace: float) -> ScaledStatistic:
    """Divide by ``c = tr(UΓ)/df``: the statistic of WLSM and MLM.

    References
    ----------
    Satorra, A., & Bentler, P. M. (1994), eq. 16.4.
    """
    factor = trace / df
    return ScaledStatistic(statistic / factor, df, factor)


def mean_and_variance_adjusted(
    statistic: float, trace: float, trace_of_square: float
) -> ScaledStatistic:
    """Compute ``T tr(UΓ)/tr((UΓ)²)`` on ``tr(UΓ)²/tr((UΓ)²)`` degrees of freedom (MLMVS).

    References
    ----------
    Satorra, A., & Bentler, P. M. (1994), eq. 16.11; after Satterthwaite (1941).
    """
    df = trace**2 / trace_of_square
    factor = trace / df
    return ScaledStatistic(statistic / factor, df, factor)


def scaled_shifted(
    statistic: float, df: int, trace: float, trace_of_square: float
) -> ScaledStatistic:
    """Return ``a T + b`` mean and variance of a chi-square on `df`: WLSMV, ULSMV and MLMV.

    ``a = √(df / tr((UΓ)²))``, ``b = df − a tr(UΓ)``; the scaling factor is ``1/a``.

    References
    ----------
    Asparouhov, T., & Muthén, B. (2010). Simple second order chi-square correction. Mplus
    technical appendix, eqs. 5-8.
    """
    slope = (df / trace_of_square) ** 0.5 if trace_of_square > 0.0 else float("nan")
    shift = df - slope * trace
    return ScaledStatistic(slope * statistic + shift, df, 1.0 / slope, shift)
