"""The measurement of drivers and impacts before any path: all factors freely correlated."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from coprod_stats.latent_models import SemFit
from coprod_stats.latent_models.modification import ModificationIndex, modification_indices
from coprod_stats.results import NotebookTables
from coprod_stats.structure.driver_impact import FitKeywords, fit_text
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.structural_models import DriverImpactModel

Distinctness = Literal["no problem", "marginal", "moderate", "severe"]
"""How close to 1 the interval of a correlation of two factors reaches."""

LIMITS: tuple[tuple[float, Distinctness], ...] = (
    (1.0, "severe"),
    (0.9, "moderate"),
    (0.8, "marginal"),
)
"""Upper limits of the interval from which a correlation is a problem (Rönkkö & Cho, 2022)."""

LARGE_RESIDUAL = 0.10
"""Difference between an observed and an implied correlation that is reported."""

N_MODIFICATIONS = 10
"""Number of modification indices that are reported."""


@dataclass(frozen=True, slots=True)
class FactorCorrelation:
    """The correlation of two factors, and whether answers distinguish the two.

    Attributes
    ----------
    estimate, std_error, conf_low, conf_high : float
        Of the correlation; NaN without standard errors.
    distinctness : {'no problem', 'marginal', 'moderate', 'severe'}
        By the limit of the interval that is farther from zero, as in CICFA(1) (Rönkkö & Cho,
        2022): from .80, .90 or 1.
    htmt2 : float
        Heterotrait-monotrait ratio of geometric means of absolute correlations (Roemer, Schuberth
        & Henseler, 2021).
    """

    factor_1: str
    factor_2: str
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    distinctness: Distinctness
    htmt2: float


@dataclass(frozen=True, slots=True)
class MeasurementModel(NotebookTables):
    """A confirmatory factor analysis of all drivers and impacts.

    Parameters
    ----------
    fit : SemFit
        The model in which all factors correlate freely.
    correlations : tuple of FactorCorrelation
        One per pair of factors.
    modification_indices : tuple of ModificationIndex
        Of everything that could be freed, the largest first.
    """

    fit: SemFit
    correlations: tuple[FactorCorrelation, ...]
    modification_indices: tuple[ModificationIndex, ...]

    def tidy(self) -> pd.DataFrame:
        """Return a row per pair of factors."""
        table = pd.DataFrame([asdict(pair) for pair in self.correlations])
        table.insert(0, "term", [f"{p.factor_1} ~~ {p.factor_2}" for p in self.correlations])
        return table

    def factors(self) -> pd.DataFrame:
        """Return a row per factor: reliability, average variance extracted, closest factor.

        ``largest_correlation`` is the largest absolute correlation with another factor; squared
        above ``ave``, the criterion of Fornell and Larcker (1981) is not met.
        """
        table = self.fit.reliability().tidy()
        pairs = {
            name: [p for p in self.correlations if name in (p.factor_1, p.factor_2)]
            for name in table["term"]
        }
        closest = {
            name: max(found, key=lambda pair: abs(pair.estimate)) for name, found in pairs.items()
        }
        return table.assign(
            largest_correlation=[abs(closest[name].estimate) for name in table["term"]],
            closest=[
                closest[name].factor_2 if closest[name].factor_1 == name else closest[name].factor_1
                for name in table["term"]
            ],
        )

    def residuals(self) -> pd.DataFrame:
        """Return a row per pair of items whose correlation the model misses by .10 or more."""
        table = self.fit.residuals().tidy()
        table = table[(table["op"] == "~~") & (table["correlation"].abs() >= LARGE_RESIDUAL)]
        return table.sort_values("correlation", key=np.abs, ascending=False, ignore_index=True)

    def modifications(self) -> pd.DataFrame:
        """Return a row for each of the largest modification indices."""
        largest = self.modification_indices[:N_MODIFICATIONS]
        names = [field.name for field in fields(ModificationIndex)]
        return pd.DataFrame([asdict(index) for index in largest], columns=names)

    @property
    def indistinct(self) -> tuple[FactorCorrelation, ...]:
        """Pairs of factors whose interval reaches .80 or beyond, the closest first."""
        found = [pair for pair in self.correlations if pair.distinctness != "no problem"]
        return tuple(sorted(found, key=lambda pair: -abs(pair.estimate)))

    def glance(self) -> pd.DataFrame:
        """Return one row: the fit, and how many pairs of factors are hard to distinguish."""
        kinds = [pair.distinctness for pair in self.correlations]
        counts = {f"n_{kind}": [kinds.count(kind)] for _, kind in LIMITS}
        head = pd.DataFrame({"n_factors": [len(self.fit.latent)], **counts})
        return pd.concat([head, self.fit.glance()], axis=1)

    def __str__(self) -> str:
        close = ", ".join(
            f"{p.factor_1} and {p.factor_2} {p.estimate:.2f}" for p in self.indistinct
        )
        return (
            f"Measurement model of {len(self.fit.latent)} factors and {len(self.fit.observed)} "
            f"items; correlations with intervals that reach .80: {close or 'none'}"
        )


def measurement_syntax(model: DriverImpactModel) -> str:
    """Return the factors with their items, all correlated, in lavaan's syntax."""
    measured = (f"{factor.name} =~ {' + '.join(factor.items)}" for factor in model.factors)
    names = [factor.name for factor in model.factors]
    pairs = (" ~~ ".join(pair) for pair in combinations(names, 2))
    return "\n".join([*measured, *pairs, *model.extra.beside(names)])


def fit_measurement(
    data: pd.DataFrame, model: DriverImpactModel, options: FitKeywords
) -> MeasurementModel:
    """Fit the factors of a driver-impact model without any path or covariate.

    Parameters
    ----------
    data : DataFrame
        Items as for :func:`coprod_stats.structure.fit_driver_impact`, a row per respondent.
    model : DriverImpactModel
        Its factors and items are used.
    options : FitKeywords
        Of :func:`coprod_stats.latent_models.fit_sem`.

    Raises
    ------
    StructureError
        If there is one factor alone, or the fit did not converge.

    References
    ----------
    Rönkkö, M., & Cho, E. (2022). An updated guideline for assessing discriminant validity.
    Organizational Research Methods, 25(1), 6-47.

    Roemer, E., Schuberth, F., & Henseler, J. (2021). HTMT2 - an improved criterion for assessing
    discriminant validity in structural equation modeling. Industrial Management & Data Systems,
    121(12), 2637-2650.

    Fornell, C., & Larcker, D. F. (1981). Evaluating structural equation models with unobservable
    variables and measurement error. Journal of Marketing Research, 18(1), 39-50.
    """
    if len(model.factors) < 2:
        raise StructureError("there is one factor alone")
    fit = fit_text(data, model, lambda _: measurement_syntax(model), **options)
    if not fit.converged:
        raise StructureError("the measurement model did not converge")
    return MeasurementModel(fit, tuple(_correlations(model, fit)), modification_indices(fit))


def _correlations(model: DriverImpactModel, fit: SemFit) -> list[FactorCorrelation]:
    ratios = {frozenset((pair.factor_1, pair.factor_2)): pair.estimate for pair in fit.htmt().pairs}
    distance = stats.t.ppf((1 + fit.conf_level) / 2, fit.df)
    found = []
    for one, other in combinations([factor.name for factor in model.factors], 2):
        row = fit.parameter(one, "~~", other)
        low, high = (row.std_all + sign * distance * row.std_all_se for sign in (-1, 1))
        found.append(
            FactorCorrelation(
                one,
                other,
                row.std_all,
                row.std_all_se,
                low,
                high,
                _distinctness(row.std_all, low, high),
                ratios[frozenset((one, other))],
            )
        )
    return found


def _distinctness(estimate: float, low: float, high: float) -> Distinctness:
    """Classify a correlation by the limit of its interval farther from zero."""
    farther = np.nanmax(np.abs([estimate, low, high]))
    return next((kind for limit, kind in LIMITS if farther >= limit), "no problem")
