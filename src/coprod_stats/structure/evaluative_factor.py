"""The stated paths beside one evaluative factor over all items, which could have made them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from coprod_stats.latent_models import SemFit
from coprod_stats.results import NotebookTables
from coprod_stats.structure.driver_impact import DriverImpactResult, fit_text, options_of
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.path_changes import PathChange, changes_table, path_changes
from coprod_stats.structure.structural_models import DriverImpactModel

_FACTOR = "evaluation"


@dataclass(frozen=True, slots=True)
class EvaluativeFactor(NotebookTables):
    """The stated paths, unless one evaluation of the service runs through all items.

    Attributes
    ----------
    variance, std_error : float
        Of the evaluative factor, in squared scale points; may be estimated below zero.
    share : float
        Mean share of the items' variance that it explains; 0 where the variance is not positive.
    aic_difference, bic_difference : float
        Of the model without it minus the model with it: positive where the factor is worth its
        parameter. NaN where the estimator has no likelihood.
    fit : SemFit
        The model with the factor.
    """

    changes: tuple[PathChange, ...]
    variance: float
    std_error: float
    share: float
    aic_difference: float
    bic_difference: float
    fit: SemFit

    def tidy(self) -> pd.DataFrame:
        """Return a row per path."""
        return changes_table(self.changes)

    def glance(self) -> pd.DataFrame:
        """Return one row: the factor, and the mean of the paths without and with it."""
        return pd.DataFrame(
            [
                {
                    "variance": self.variance,
                    "std_error": self.std_error,
                    "share": self.share,
                    "mean_without": self.mean_without,
                    "mean_with_factor": self.mean_with_factor,
                    "aic_difference": self.aic_difference,
                    "bic_difference": self.bic_difference,
                    "n_obs": self.fit.n_obs,
                    "proper": self.fit.proper,
                }
            ]
        )

    @property
    def mean_without(self) -> float:
        """Mean of the standardised paths without the factor."""
        return float(np.mean([change.stated for change in self.changes]))

    @property
    def mean_with_factor(self) -> float:
        """Mean of the standardised paths with the factor."""
        return float(np.mean([change.rival for change in self.changes]))

    def __str__(self) -> str:
        return (
            f"Evaluative factor over {len(self.fit.observed)} items: {100 * self.share:.1f} % of "
            f"their variance; mean path {self.mean_without:.3f} without it, "
            f"{self.mean_with_factor:.3f} with it"
        )


def evaluative_syntax(model: DriverImpactModel, covariates: tuple[str, ...] = ()) -> str:
    """Return the model with one more factor of all items, in lavaan's syntax.

    All items load 1 on it (a random intercept; Maydeu-Olivares & Coffman 2006), and it is
    uncorrelated with the drivers and with what the paths leave unexplained of the impacts. It is
    identified by the paths that the model omits; free loadings would not be.

    References
    ----------
    Maydeu-Olivares, A., & Coffman, D. L. (2006). Random intercept item factor analysis.
    Psychological Methods, 11, 344-362.
    """
    terms = " + ".join(f"1*{item}" for item in model.indicators)
    fixed = [f"{_FACTOR} ~~ 0*{name}" for name in (*model.drivers, *model.extra.factors)]
    return "\n".join([model.syntax(covariates), f"{_FACTOR} =~ {terms}", *fixed])


def fit_evaluative_factor(data: pd.DataFrame, tested: DriverImpactResult) -> EvaluativeFactor:
    """Fit the stated paths with an evaluative factor beside them.

    Parameters
    ----------
    data : DataFrame
        Those of :func:`coprod_stats.structure.fit_driver_impact`; items scored in the direction
        in which a favourable evaluation answers them.
    tested : DriverImpactResult
        The model without the factor, whose method is used.

    Raises
    ------
    StructureError
        If no path is omitted, which alone identifies the factor, or the fit did not converge.
    """
    model = tested.model
    if not model.unstated_pairs:
        raise StructureError(
            "every path from a driver to an impact is stated: nothing identifies the factor"
        )
    fit = fit_text(
        data, model, lambda columns: evaluative_syntax(model, columns), **options_of(tested.fit)
    )
    if not fit.converged:
        raise StructureError("the model with an evaluative factor did not converge")
    of_factor = fit.parameter(_FACTOR, "~~", _FACTOR)
    loadings = [row.std_all for row in fit.parameters if (row.lhs, row.op) == (_FACTOR, "=~")]
    return EvaluativeFactor(
        changes=path_changes(tested, fit),
        variance=of_factor.est,
        std_error=of_factor.se,
        share=float(np.mean(np.square(loadings))) if of_factor.est > 0 else 0.0,
        aic_difference=_difference(tested.fit, fit, "aic"),
        bic_difference=_difference(tested.fit, fit, "bic"),
        fit=fit,
    )


def _difference(without: SemFit, with_factor: SemFit, name: str) -> float:
    missing = float("nan")
    return without.fit.get(name, missing) - with_factor.fit.get(name, missing)
