"""What reverse-worded questions share beside their factors: agreement with whatever is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coprod_stats.latent_models import SemFit
from coprod_stats.results import NotebookTables
from coprod_stats.structure.driver_impact import DriverImpactResult, fit_text, options_of
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.extra_statements import with_extra_statements

FACTOR = "wording"
MIN_ITEMS = 3
"""Two items share a variance with any two of their factors, and identify nothing."""
SMALLEST_SHARE = 0.05
"""Share of the variance of these items from which what they share is looked at."""


@dataclass(frozen=True, slots=True)
class WordingFactor(NotebookTables):
    """The model of the paths with a factor on which all reverse-worded items load alike.

    Attributes
    ----------
    items : tuple of str
        Reverse-worded items, scored in the direction of their factors.
    variance, std_error, conf_low, conf_high : float
        Of the factor, in squared scale points; may be estimated below zero.
    share : float
        Mean share of the items' variance that it explains; 0 where the variance is not positive.
    fit : SemFit
        The model with the factor.
    """

    items: tuple[str, ...]
    variance: float
    std_error: float
    conf_low: float
    conf_high: float
    share: float
    fit: SemFit

    @property
    def is_notable(self) -> bool:
        """Whether its variance lies above zero, and it is more than a trace."""
        return self.conf_low > 0 and self.share >= SMALLEST_SHARE

    def tidy(self) -> pd.DataFrame:
        """Return one row: the variance of the factor."""
        row = {
            "term": FACTOR,
            "estimate": self.variance,
            "std_error": self.std_error,
            "conf_low": self.conf_low,
            "conf_high": self.conf_high,
            "share": self.share,
            "n_items": len(self.items),
        }
        return pd.DataFrame([row])

    def glance(self) -> pd.DataFrame:
        """Return one row: the cases, and whether the solution is proper."""
        return pd.DataFrame([{"n_obs": self.fit.n_obs, "proper": self.fit.proper}])

    def __str__(self) -> str:
        return (
            f"Wording factor of {len(self.items)} reverse-worded items: {100 * self.share:.1f} % "
            "of their variance"
        )


def wording_statement(items: Sequence[str]) -> str:
    """Return the factor in lavaan's syntax: all reverse-worded items load 1 on it.

    It is uncorrelated with the factors of the model (``structure.extra_statements``).

    Raises
    ------
    StructureError
        If there are fewer than three items.

    References
    ----------
    Billiet, J. B., & McClendon, M. J. (2000). Modeling acquiescence in measurement models for two
    balanced sets of items. Structural Equation Modeling, 7(4), 608-628.

    Maydeu-Olivares, A., & Coffman, D. L. (2006). Random intercept item factor analysis.
    Psychological Methods, 11(4), 344-362.
    """
    if len(items) < MIN_ITEMS:
        raise StructureError(f"there are fewer than {MIN_ITEMS} reverse-worded items")
    return f"{FACTOR} =~ {' + '.join(f'1*{item}' for item in items)}"


def fit_wording_factor(
    data: pd.DataFrame, tested: DriverImpactResult, items: Sequence[str]
) -> WordingFactor:
    """Fit the stated paths with a factor of the reverse-worded items beside them.

    Parameters
    ----------
    data : DataFrame
        Those of :func:`coprod_stats.structure.fit_driver_impact`; items scored in the direction of
        their factors.
    tested : DriverImpactResult
        The model without the factor, whose method is used.
    items : sequence of str
        Reverse-worded items of its factors, from at least two of them.

    Raises
    ------
    StructureError
        If there are too few items, if they all measure one factor, from which they could not be
        distinguished, or if the fit did not converge or does not identify the factor.
    """
    model = with_extra_statements(tested.model, wording_statement(items))
    if sum(bool(set(factor.items) & set(items)) for factor in model.factors) < 2:
        raise StructureError("all reverse-worded items measure the same factor")
    fit = fit_text(data, model, model.syntax, **options_of(tested.fit))
    if not fit.converged:
        raise StructureError("the model with a factor of reverse-worded items did not converge")
    found = fit.parameter(FACTOR, "~~", FACTOR)
    if not np.isfinite(found.se):
        raise StructureError("a factor of reverse-worded items is not identified in this model")
    loadings = [fit.parameter(FACTOR, "=~", item).std_all for item in items]
    return WordingFactor(
        items=tuple(items),
        variance=found.est,
        std_error=found.se,
        conf_low=found.ci_lower,
        conf_high=found.ci_upper,
        share=float(np.mean(np.square(loadings))) if found.est > 0 else 0.0,
        fit=fit,
    )
