"""Items of a driver and an impact that share more than their factors explain."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields

import pandas as pd
from scipy import stats

from coprod_stats.latent_models import SemFit
from coprod_stats.latent_models.modification import ModificationIndex, modification_indices
from coprod_stats.results import NotebookTables
from coprod_stats.structure.driver_impact import DriverImpactResult, fit_text, options_of
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.measurement_model import MeasurementModel, measurement_syntax
from coprod_stats.structure.path_changes import PathChange, changes_table, path_changes
from coprod_stats.structure.structural_models import DriverImpactModel

SMALLEST_OVERLAP = 0.10
"""Expected correlation of two residuals below which no overlap is reported."""

MOST_PAIRS = 10
"""Pairs after which the search ends."""


@dataclass(frozen=True, slots=True)
class OverlappingItems:
    """Two items whose residuals are expected to correlate.

    ``statistic`` is the modification index, divided by the scaling factor of a robust test;
    ``residual_correlation`` its expected change, standardised.
    """

    driver: str
    impact: str
    driver_item: str
    impact_item: str
    statistic: float
    residual_correlation: float


@dataclass(frozen=True, slots=True)
class ItemOverlap(NotebookTables):
    """Overlapping items across the ends of paths, and the paths once their residuals are freed.

    Attributes
    ----------
    pairs : tuple of OverlappingItems
        In the order in which they were freed; empty if there are none.
    n_compared : int
        Pairs of an item of a driver and an item of an impact that were looked at.
    largest : float
        The largest statistic before anything was freed.
    paths : tuple of PathChange
        As stated, and with the residuals freed; empty without pairs.
    fit : SemFit, optional
        The model with the paths and the freed residuals.
    """

    pairs: tuple[OverlappingItems, ...]
    n_compared: int
    largest: float
    paths: tuple[PathChange, ...] = ()
    fit: SemFit | None = None

    @property
    def resting(self) -> frozenset[str]:
        """Paths whose interval holds zero, or whose sign turns, once the residuals are freed."""
        if self.fit is None:
            return frozenset()
        distance = stats.t.ppf((1 + self.fit.conf_level) / 2, self.fit.df)
        return frozenset(
            path.id
            for path in self.paths
            if path.rival * math.copysign(1, path.stated) <= distance * path.rival_se
        )

    def tidy(self) -> pd.DataFrame:
        """Return a row per pair of items."""
        names = [field.name for field in fields(OverlappingItems)]
        table = pd.DataFrame([asdict(pair) for pair in self.pairs], columns=names)
        table.insert(0, "term", [f"{p.driver_item} ~~ {p.impact_item}" for p in self.pairs])
        return table

    def changes(self) -> pd.DataFrame:
        """Return a row per path."""
        return changes_table(self.paths)

    def glance(self) -> pd.DataFrame:
        """Return one row: the number of pairs found and compared."""
        return pd.DataFrame(
            {
                "n_pairs": [len(self.pairs)],
                "n_compared": [self.n_compared],
                "largest": [self.largest],
            }
        )

    def __str__(self) -> str:
        named = ", ".join(f"{p.driver_item} and {p.impact_item}" for p in self.pairs)
        return f"Overlapping items among {self.n_compared} pairs: {named or 'none'}"


def fit_item_overlap(
    data: pd.DataFrame, tested: DriverImpactResult, measured: MeasurementModel
) -> ItemOverlap:
    """Find items that overlap across the ends of paths, and free their residuals.

    The pair with the largest modification index in the measurement model is named if the index
    exceeds the critical value of one degree of freedom at alpha over the number of pairs
    (Bonferroni) and the correlation that is expected of the two residuals is .10 or more, of either
    sign. It is freed before the next one is looked for, since it changes the indices of others.

    Parameters
    ----------
    data : DataFrame
        Those of :func:`coprod_stats.structure.fit_driver_impact`.
    tested : DriverImpactResult
        The model with the paths, whose method is used.
    measured : MeasurementModel
        The same factors without paths.

    Raises
    ------
    StructureError
        If no driver and impact have items, the measurement model is improper, or a model with freed
        residuals did not converge or is improper.

    References
    ----------
    Saris, W. E., Satorra, A., & Sörbom, D. (1987). The detection and correction of specification
    errors in structural equation models. Sociological Methodology, 17, 105-129.
    """
    model = tested.model
    n_compared = _n_items(model, model.drivers) * _n_items(model, model.outcomes)
    if not n_compared:
        raise StructureError("no driver and impact are both measured by items of their own")
    if not measured.fit.proper:
        raise StructureError("the measurement model has an improper solution")
    critical = float(stats.chi2.isf(tested.rules.alpha / n_compared, 1))
    pairs: list[OverlappingItems] = []
    fit, indices, largest = measured.fit, measured.modification_indices, 0.0
    while len(pairs) < MOST_PAIRS:
        found = _pairs(model, fit, indices)
        strongest = max(found, key=lambda pair: pair.statistic, default=None)
        if not pairs and strongest is not None:
            largest = strongest.statistic
        if strongest is None or strongest.statistic <= critical:
            break
        if abs(strongest.residual_correlation) < SMALLEST_OVERLAP:
            break
        pairs.append(strongest)
        fit = _freed(data, tested, pairs, lambda _: measurement_syntax(model))
        indices = modification_indices(fit)
    if not pairs:
        return ItemOverlap((), n_compared, largest)
    structural = _freed(data, tested, pairs, model.syntax)
    changes = path_changes(tested, structural)
    return ItemOverlap(tuple(pairs), n_compared, largest, changes, structural)


def _freed(
    data: pd.DataFrame,
    tested: DriverImpactResult,
    pairs: Sequence[OverlappingItems],
    text: Callable[[tuple[str, ...]], str],
) -> SemFit:
    """Fit a model with the residuals of pairs of items freed."""
    covariances = [f"{pair.driver_item} ~~ {pair.impact_item}" for pair in pairs]
    fit = fit_text(
        data,
        tested.model,
        lambda columns: "\n".join([text(columns), *covariances]),
        **options_of(tested.fit),
    )
    if not fit.proper:
        raise StructureError(
            "a model with the residuals of overlapping items did not converge or is improper"
        )
    return fit


def _n_items(model: DriverImpactModel, names: tuple[str, ...]) -> int:
    return sum(len(factor.items) for factor in model.factors if factor.name in names)


def _pairs(
    model: DriverImpactModel, fit: SemFit, indices: Iterable[ModificationIndex]
) -> Iterator[OverlappingItems]:
    """Yield the pairs of an item of a driver and an item of an impact that are not freed."""
    factor_of = {item: factor.name for factor in model.factors for item in factor.items}
    drivers, impacts = set(model.drivers), set(model.outcomes)
    scaling = fit.fit.get("chisq_scaling_factor", 1.0)
    for row in indices:
        if row.op != "~~" or row.lhs not in factor_of or row.rhs not in factor_of:
            continue
        first, second = sorted((row.lhs, row.rhs), key=lambda item: factor_of[item] not in drivers)
        driver, impact = factor_of[first], factor_of[second]
        if driver in drivers and impact in impacts:
            yield OverlappingItems(driver, impact, first, second, row.mi / scaling, row.sepc_all)
