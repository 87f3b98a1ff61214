"""Equivalence tests of effects, and the conclusions that tests allow."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from coprod_stats.literals import Conclusion, ExpectedSign
from coprod_stats.results import NotebookTables
from coprod_stats.structure.errors import StructureError

SMALLEST_EFFECT = 0.10
"""Default standardised path below which an effect is considered negligible."""


@dataclass(frozen=True, slots=True)
class EquivalenceTest(NotebookTables):
    """Two one-sided tests of an effect against plus and minus a bound.

    ``smallest_bound`` is the smallest bound that the same data exclude at ``alpha``: the larger
    end, in absolute value, of the interval of level 1 - 2 alpha (``conf_low`` to ``conf_high``).
    ``df`` is infinite where the tests use the normal distribution.
    """

    estimate: float
    std_error: float
    bound: float
    alpha: float
    df: float
    p_value: float
    conf_low: float
    conf_high: float

    @property
    def smallest_bound(self) -> float:
        """Smallest bound on the absolute effect that the data exclude at ``alpha``."""
        return max(abs(self.conf_low), abs(self.conf_high))

    @property
    def equivalent(self) -> bool:
        """Whether the absolute effect is shown to be smaller than the bound."""
        return self.p_value < self.alpha

    def tidy(self) -> pd.DataFrame:
        """Return one row: the effect, with the larger of the two one-sided p values."""
        return pd.DataFrame(
            {
                "term": ["effect"],
                "estimate": [self.estimate],
                "std_error": [self.std_error],
                "df": [self.df],
                "p_value": [self.p_value],
                "conf_low": [self.conf_low],
                "conf_high": [self.conf_high],
            }
        )

    def glance(self) -> pd.DataFrame:
        """Return one row: bound, level, verdict and the smallest bound that is excluded."""
        return pd.DataFrame(
            {
                "bound": [self.bound],
                "alpha": [self.alpha],
                "equivalent": [self.equivalent],
                "smallest_bound": [self.smallest_bound],
            }
        )

    def __str__(self) -> str:
        verdict = "equivalent" if self.equivalent else "not shown to be equivalent"
        level = 100 * (1 - 2 * self.alpha)
        return (
            f"Two one-sided tests against |effect| < {self.bound:g}: {verdict}, "
            f"p = {self.p_value:.4f}\n"
            f"  estimate {self.estimate:.3f} (SE {self.std_error:.3f}), "
            f"{level:g} % CI [{self.conf_low:.3f}, {self.conf_high:.3f}], "
            f"smallest bound excluded {self.smallest_bound:.3f}"
        )


def equivalence_test(
    estimate: float,
    std_error: float,
    *,
    bound: float = SMALLEST_EFFECT,
    alpha: float = 0.05,
    df: float = math.inf,
) -> EquivalenceTest:
    r"""Compute two one-sided tests of :math:`|\theta| < \Delta` (Schuirmann 1987).

    .. math:: p = \max\{ 1 - F((\hat\theta + \Delta)/se),\; F((\hat\theta - \Delta)/se) \}

    with F the t distribution on ``df`` degrees of freedom, or the normal one. The test rejects
    exactly when the interval of level 1 - 2 alpha lies inside the bounds.

    Parameters
    ----------
    estimate, std_error : float
        On the scale of the bound, such as a standardised path and its standard error.
    bound : float
        Smallest effect size of interest, > 0.
    alpha : float
        Level of each one-sided test, in (0, .5).
    df : float
        Degrees of freedom; infinite for the normal distribution.

    Raises
    ------
    StructureError
        If the bound is not positive or alpha lies outside (0, .5).

    References
    ----------
    Schuirmann, D. J. (1987). A comparison of the two one-sided tests procedure and the power
    approach. Journal of Pharmacokinetics and Biopharmaceutics, 15, 657-680.
    Lakens, D. (2017). Equivalence tests. Social Psychological and Personality Science, 8,
    355-362.
    """
    # half a second to import
    from scipy.stats import t as student

    if not bound > 0:
        raise StructureError(f"the bound of an equivalence test must be positive, not {bound}")
    if not 0 < alpha < 0.5:
        raise StructureError(f"alpha of an equivalence test must lie in (0, .5), not {alpha}")
    half_width = float(student.ppf(1 - alpha, df)) * std_error
    if std_error > 0:
        above_lower = float(student.sf((estimate + bound) / std_error, df))
        below_upper = float(student.cdf((estimate - bound) / std_error, df))
        p_value = max(above_lower, below_upper)
    else:
        p_value = math.nan
    return EquivalenceTest(
        estimate=estimate,
        std_error=std_error,
        bound=bound,
        alpha=alpha,
        df=df,
        p_value=p_value,
        conf_low=estimate - half_width,
        conf_high=estimate + half_width,
    )


def adjusted_bound(test: EquivalenceTest, p_adjusted: float) -> float:
    """Return the smallest bound that is excluded at the level which an adjustment leaves a test.

    An adjustment that multiplies the p value by k leaves it the level alpha / k. An effect whose
    adjusted test does not reject has a bound no smaller than the one tested.

    Parameters
    ----------
    test : EquivalenceTest
    p_adjusted : float
        Its p value, adjusted within a family.
    """
    if not 0 < test.p_value < p_adjusted:
        return test.smallest_bound
    alone = equivalence_test(
        test.estimate,
        test.std_error,
        bound=test.bound,
        alpha=test.alpha * test.p_value / p_adjusted,
        df=test.df,
    )
    return alone.smallest_bound


def classify_effect(
    estimate: float,
    p_adjusted: float,
    p_equivalence: float,
    *,
    expected_sign: ExpectedSign,
    alpha: float = 0.05,
) -> Conclusion:
    """Return the conclusion from a test of an effect against zero and an equivalence test.

    ``supported``: differs from zero after adjustment, with the expected sign (either sign if the
    hypothesis is two-sided). ``opposite``: differs from zero after adjustment, with the opposite
    sign; to call that inconclusive would hide evidence against the hypothesis.
    ``supported-negligible``: supported, and also shown to be smaller than the bound.
    ``equivalent``: not different from zero, and shown to be smaller than the bound.
    ``inconclusive``: neither. ``not-estimated``: the estimate or its p value is missing.

    Parameters
    ----------
    estimate : float
        Effect, of which only the sign is used.
    p_adjusted : float
        Two-sided p value against zero, adjusted within its family.
    p_equivalence : float
        P value of the two one-sided tests, adjusted within the same family.
    expected_sign : {"+", "-", "two-sided"}
        Sign registered for the hypothesis.
    alpha : float
        Level of both tests.
    """
    if math.isnan(estimate) or math.isnan(p_adjusted):
        return "not-estimated"
    if p_adjusted < alpha:
        sign = "+" if estimate > 0 else "-"
        if expected_sign not in (sign, "two-sided"):
            return "opposite"
        return "supported-negligible" if p_equivalence < alpha else "supported"
    return "equivalent" if p_equivalence < alpha else "inconclusive"
