"""How far correlated drivers blur the paths that lead from them to one impact."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.results import NotebookTables
from coprod_stats.structure.driver_impact import DriverImpactResult
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.implied_correlations import implied_correlations
from coprod_stats.structure.measurement_model import MeasurementModel

LARGE_INFLATION = 2.0
"""Variance inflation from which a driver shares half of its variance, or more, with the others."""


@dataclass(frozen=True, slots=True)
class PathPrecision:
    """How precisely a path is estimated, and how much of that its driver's correlations take.

    Attributes
    ----------
    inflation : float
        Variance inflation of the latent driver among the drivers of the same impact.
    half_width : float
        Of the interval of level 1 - 2 alpha of the standardised path, which decides equivalence.
    """

    id: str
    predictor: str
    outcome: str
    inflation: float
    half_width: float


@dataclass(frozen=True, slots=True)
class Collinearity(NotebookTables):
    """The precision of all paths, beside the smallest effect size of interest ``bound``."""

    paths: tuple[PathPrecision, ...]
    bound: float

    @property
    def blurred(self) -> tuple[PathPrecision, ...]:
        """Paths that leave undecided whatever is negligible, from drivers that are much alike.

        The interval is wider than that from the bound to its opposite, so that not even an estimate
        of zero would be shown to be negligible, and the driver shares half of its variance, or
        more, with the others of its equation.
        """
        return tuple(
            path
            for path in self.paths
            if path.inflation >= LARGE_INFLATION and path.half_width > self.bound
        )

    @property
    def largest(self) -> float:
        """The largest variance inflation."""
        return max(path.inflation for path in self.paths)

    def tidy(self) -> pd.DataFrame:
        """Return a row per path."""
        names = [field.name for field in fields(PathPrecision)]
        table = pd.DataFrame([asdict(path) for path in self.paths], columns=names)
        return table.rename(columns={"id": "term"})

    def glance(self) -> pd.DataFrame:
        """Return one row: the largest variance inflation, and the number of blurred paths."""
        return pd.DataFrame({"largest_inflation": [self.largest], "n_blurred": [len(self.blurred)]})

    def __str__(self) -> str:
        return (
            f"Variance inflation of drivers up to {self.largest:.2f}; {len(self.blurred)} of "
            f"{len(self.paths)} paths too imprecise to exclude {self.bound:g}"
        )


def variance_inflation(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Return the variance inflation factor of each predictor, (n_predictors,).

    .. math:: \mathrm{VIF}_j = (R^{-1})_{jj} = 1 / (1 - R_j^2)

    Parameters
    ----------
    correlation : ndarray, (n_predictors, n_predictors)
        Positive definite correlation matrix of the predictors.

    References
    ----------
    Belsley, D. A., Kuh, E., & Welsch, R. E. (1980). Regression diagnostics. Wiley.
    """
    return np.diag(np.linalg.inv(correlation)).copy()


def driver_collinearity(tested: DriverImpactResult, measured: MeasurementModel) -> Collinearity:
    """Compute the variance inflation of drivers by equation, and the precision of paths.

    Strongly correlated drivers that are measured with error have wide intervals: what holds of one
    is often not found, and what is found is overestimated.

    Parameters
    ----------
    tested : DriverImpactResult
        The model with the paths.
    measured : MeasurementModel
        The same factors without paths, whose correlations are used.

    Raises
    ------
    StructureError
        If the measurement model is improper: its correlations are then none of factors.

    References
    ----------
    Grewal, R., Cote, J. A., & Baumgartner, H. (2004). Multicollinearity and measurement error in
    structural equation models: Implications for theory testing. Marketing Science, 23(4), 519-529.
    """
    # half a second to import
    from scipy.stats import t as student

    if not measured.fit.proper:
        raise StructureError("the measurement model has an improper solution")
    rules, model = tested.rules, tested.model
    measured_between = {frozenset((name,)): 1.0 for name in model.names} | {
        frozenset((pair.factor_1, pair.factor_2)): pair.estimate for pair in measured.correlations
    }
    observed = set(model.composites)
    inflation: dict[tuple[str, str], float] = {}
    for outcome in model.outcomes:
        names = model.predictors_of(outcome)
        if observed & set(names):  # what is observed as it is has no place in the measurement model
            implied, places = implied_correlations(tested.fit, model)
            chosen = [places.index(name) for name in names]
            matrix = implied[np.ix_(chosen, chosen)].tolist()
        else:
            matrix = [[measured_between[frozenset((a, b))] for b in names] for a in names]
        factors = variance_inflation(np.array(matrix)) if names else np.ones(0)
        inflation |= {(name, outcome): float(f) for name, f in zip(names, factors, strict=True)}
    found = []
    for path in tested.paths:
        distance = float(student.isf(rules.alpha, path.df))
        width = math.nan if math.isnan(path.p_value) else distance * path.beta_std_error
        found.append(
            PathPrecision(
                path.id,
                path.predictor,
                path.outcome,
                inflation[path.predictor, path.outcome],
                width,
            )
        )
    return Collinearity(tuple(found), rules.bound)
