"""How strong a cause that the model omits would have to be to make each of the paths."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from coprod_stats.latent_models import SemFit
from coprod_stats.results import NotebookTables
from coprod_stats.structure.driver_impact import DriverImpactResult
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.implied_correlations import implied_correlations
from coprod_stats.structure.path_tests import PathResult
from coprod_stats.structure.structural_models import DriverImpactModel

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OmittedCause:
    """What would take one path to zero.

    Attributes
    ----------
    beta : float
        The standardised path.
    explained : float
        Share of the impact's unexplained variance that the driver explains.
    confounder : float
        Share of what the model leaves unexplained of the driver and of the impact that an omitted
        cause of both would have to explain to make the path zero.
    confounder_of_limit : float
        The same to make the interval of the path reach zero; 0 where it does already.
    halo : float
        Standardised loading of every item on a common evaluation with which the path is zero; NaN
        where no halo that the correlations leave room for would do.
    """

    id: str
    predictor: str
    outcome: str
    beta: float
    explained: float
    confounder: float
    confounder_of_limit: float
    halo: float


@dataclass(frozen=True, slots=True)
class PathSensitivity(NotebookTables):
    """What would take each path to zero.

    Attributes
    ----------
    largest_halo : float
        Standardised loading of a halo that alone would make the correlations of all drivers and
        impacts; they leave room for less.
    """

    paths: tuple[OmittedCause, ...]
    largest_halo: float

    @property
    def most_explained(self) -> OmittedCause:
        """The path whose driver explains most of its impact beyond the others."""
        return max(self.paths, key=lambda path: path.explained)

    def tidy(self) -> pd.DataFrame:
        """Return a row per path."""
        names = [field.name for field in fields(OmittedCause)]
        table = pd.DataFrame([asdict(path) for path in self.paths], columns=names)
        return table.rename(columns={"id": "term"})

    def glance(self) -> pd.DataFrame:
        """Return one row: the least omitted cause and the least halo of any path."""
        halos = [path.halo for path in self.paths if not math.isnan(path.halo)]
        return pd.DataFrame(
            {
                "least_confounder": [min(path.confounder for path in self.paths)],
                "least_halo": [min(halos, default=math.nan)],
                "largest_halo": [self.largest_halo],
            }
        )

    def __str__(self) -> str:
        lines = [f"{'Path':<8}{'beta':>8}{'confounder':>12}{'of limit':>10}{'halo':>8}"]
        lines += [
            f"{path.id:<8}{path.beta:>8.3f}{path.confounder:>12.3f}"
            f"{path.confounder_of_limit:>10.3f}{path.halo:>8.3f}"
            for path in self.paths
        ]
        return "\n".join(lines)


def path_sensitivity(
    tested: DriverImpactResult, halo_in_composites: Mapping[str, float] | None = None
) -> PathSensitivity:
    r"""Compute how strong an omitted confounder, or a halo, takes each path to zero.

    A phantom variable [harring2017]_ with paths to a driver and an impact changes the coefficient
    of the driver by what the two paths make of it, and nothing else (nearly so where the equation
    of the impact omits other drivers). It is zero where the phantom explains the same share of what
    is left of both,

    .. math:: \tfrac12 \bigl(\sqrt{f^4 + 4 f^2} - f^2\bigr), \qquad
              f = |\beta| \sqrt{(1 - R_x^2) / (1 - R_y^2)},

    the robustness value of [cinelli2020]_, where :math:`R_x^2` is of the driver among the other
    predictors of the impact, and :math:`R_y^2` of the impact.

    A halo on which every item has the loading :math:`\lambda` adds :math:`\lambda^2 g g'` to the
    covariance matrix :math:`\Phi` of standardised drivers and impacts, where :math:`g` is one over
    the mean loading of a factor's items. Taken out again, the path is zero where

    .. math:: \lambda^2 = \beta_x \big/ \bigl(g'u\, \beta_x + u_x (g_y - g'\beta)\bigr), \qquad
              u = \Phi^{-1} g,

    all over the predictors of the impact :math:`y`.

    Parameters
    ----------
    tested : DriverImpactResult
    halo_in_composites : mapping of str to float, optional
        For each composite, the loading that a halo has on it as a multiple of that on an item; 1 by
        default. For a mean of items: their mean standard deviation over its own.

    Raises
    ------
    StructureError
        If a fit is improper, or its factors are linearly dependent.

    References
    ----------
    .. [harring2017] Harring, J. R., McNeish, D. M., & Hancock, G. R. (2017). Using phantom
       variables in structural equation modeling to assess model sensitivity to external
       misspecification. Psychological Methods, 22(4), 616-631.
    .. [cinelli2020] Cinelli, C., & Hazlett, C. (2020). Making sense of sensitivity: Extending
       omitted variable bias. Journal of the Royal Statistical Society: Series B, 82(1), 39-67.
    """
    multiples = halo_in_composites or {}
    found = tuple(
        _omitted_cause(path, tested.model, tested.fit_of(path.id), multiples)
        for path in tested.paths
    )
    names = tested.model.names
    matrix, _ = implied_correlations(tested.fit, tested.model)
    places = list(range(len(names)))
    loadings = _halo_by_name(tested.fit, tested.model, multiples)
    return PathSensitivity(found, _room_for_halo(matrix, places, loadings))


def _omitted_cause(
    path: PathResult, model: DriverImpactModel, fit: SemFit, multiples: Mapping[str, float]
) -> OmittedCause:
    if not fit.proper:
        raise StructureError("the solution is improper")
    matrix, names = implied_correlations(fit, model)
    covariates = names[len(model.names) :]
    predictors = (*model.predictors_of(path.outcome), *covariates)
    places = [names.index(name) for name in predictors]
    x, y = predictors.index(path.predictor), names.index(path.outcome)
    inverse = np.linalg.inv(matrix[np.ix_(places, places)])
    betas = inverse @ matrix[places, y]
    unexplained = 1 - float(betas @ matrix[places, y])
    precision = 1 / math.sqrt(inverse[x, x] * unexplained)
    halo = _halo_by_name(fit, model, multiples) + [0.0] * len(covariates)
    g = np.array(halo)
    u = inverse @ g[places]
    slope = g[places] @ u * betas[x] + u[x] * (g[y] - g[places] @ betas)
    loading = math.sqrt(betas[x] / slope) if betas[x] * slope > 0 else math.nan
    room = _room_for_halo(matrix, [*places, y], halo)
    nearest = min(abs(path.beta_conf_low), abs(path.beta_conf_high))
    limit = 0.0 if path.beta_conf_low <= 0 <= path.beta_conf_high else nearest
    ratio = abs(float(betas[x])) * precision
    return OmittedCause(
        path.id,
        path.predictor,
        path.outcome,
        path.beta,
        ratio**2 / (1 + ratio**2),
        _robustness(ratio),
        _robustness(limit * precision),
        loading if loading < room else math.nan,
    )


def _robustness(ratio: float) -> float:
    """Return the robustness value of a ratio of effect to residual deviation."""
    return (math.sqrt(ratio**4 + 4 * ratio**2) - ratio**2) / 2


def _room_for_halo(matrix: FloatArray, places: list[int], loadings: list[float]) -> float:
    """Return the loading with which a halo would make all that some variables have in common."""
    g = np.array(loadings)[places]
    return 1 / math.sqrt(g @ np.linalg.solve(matrix[np.ix_(places, places)], g))


def _halo_by_name(
    fit: SemFit, model: DriverImpactModel, multiples: Mapping[str, float]
) -> list[float]:
    """Return the loading of each factor and composite on a halo with loadings of 1."""
    means = {
        factor.name: np.mean([fit.parameter(factor.name, "=~", i).std_all for i in factor.items])
        for factor in model.factors
    }
    return [
        float(1 / means[name]) if name in means else multiples.get(name, 1.0)
        for name in model.names
    ]
