"""Items of a driver and an impact that share more than their factors explain."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator
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
    beside : tuple of (str, str)
        Items of one side, or of one factor, whose residuals were freed as well: an item that
        overlaps with two others would make these two look alike.
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
    beside: tuple[tuple[str, str], ...] = ()

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

    An index alone misleads where a third item overlaps with both: where a residual of one of the
    two items with an item of its own side, or of its own factor, has a larger index, that one is
    freed first and is not named. A pair whose estimated residual correlation is no longer different
    from zero, or below .10, once all others are freed, is dropped.

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
    largest = max((pair.statistic for pair in _pairs(model, measured)), default=0.0)
    search = _Search(data, tested, critical)
    search.forwards(measured.fit, measured.modification_indices)
    search.backwards()
    if not search.pairs:
        return ItemOverlap((), n_compared, largest)
    structural = search.freed(model.syntax)
    if not structural.proper:
        raise StructureError(_IMPROPER)
    changes = path_changes(tested, structural)
    beside = tuple((pair.driver_item, pair.impact_item) for pair in search.beside)
    return ItemOverlap(tuple(search.pairs), n_compared, largest, changes, structural, beside)


_IMPROPER = "a model with the residuals of overlapping items did not converge or is improper"


class _Search:
    """The stepwise search: the residuals that are freed so far, and the model in which they are."""

    def __init__(self, data: pd.DataFrame, tested: DriverImpactResult, critical: float) -> None:
        self._data, self._tested, self._critical = data, tested, critical
        self.pairs: list[OverlappingItems] = []
        self.beside: list[OverlappingItems] = []

    def forwards(self, fit: SemFit, indices: Iterable[ModificationIndex]) -> None:
        """Free the strongest pair, or one beside it that is stronger still, until none is left."""
        model, stuck = self._tested.model, set[tuple[str, str]]()
        while len(self.pairs) + len(self.beside) < MOST_PAIRS:
            residuals = list(_residuals(model, fit, indices))
            pair = max(filter(_is_across(model), residuals), key=_strength, default=None)
            if pair is None or pair.statistic <= self._critical:
                return
            if abs(pair.residual_correlation) < SMALLEST_OVERLAP:
                return
            nearer = max(_stronger_beside(pair, residuals, stuck), key=_strength, default=None)
            kept = self.pairs if nearer is None else self.beside
            kept.append(nearer or pair)
            tried = self.freed(lambda _: measurement_syntax(model))
            if tried.proper:
                fit, indices = tried, modification_indices(tried)
            elif nearer is None:
                raise StructureError(_IMPROPER)
            else:
                stuck.add(_items(kept.pop()))

    def backwards(self) -> None:
        """Drop the pairs that the others account for."""
        while self.pairs:
            fit = self.freed(lambda _: measurement_syntax(self._tested.model))
            if not fit.proper:
                raise StructureError(_IMPROPER)
            idle = [pair for pair in self.pairs if not self._counts(fit, pair)]
            if not idle:
                return
            self.pairs.remove(min(idle, key=_strength))

    def _counts(self, fit: SemFit, pair: OverlappingItems) -> bool:
        row = fit.parameter(pair.driver_item, "~~", pair.impact_item)
        large = abs(row.std_all) >= SMALLEST_OVERLAP
        return large and (row.est / row.se) ** 2 > self._critical

    def freed(self, text: Callable[[tuple[str, ...]], str]) -> SemFit:
        """Fit a model with the residuals freed."""
        covariances = [" ~~ ".join(_items(pair)) for pair in (*self.pairs, *self.beside)]
        return fit_text(
            self._data,
            self._tested.model,
            lambda columns: "\n".join([text(columns), *covariances]),
            **options_of(self._tested.fit),
        )


def _items(pair: OverlappingItems) -> tuple[str, str]:
    return pair.driver_item, pair.impact_item


def _strength(pair: OverlappingItems) -> float:
    return pair.statistic


def _is_across(model: DriverImpactModel) -> Callable[[OverlappingItems], bool]:
    drivers, impacts = set(model.drivers), set(model.outcomes)
    return lambda pair: pair.driver in drivers and pair.impact in impacts


def _stronger_beside(
    pair: OverlappingItems,
    residuals: Iterable[OverlappingItems],
    stuck: Collection[tuple[str, str]],
) -> Iterator[OverlappingItems]:
    """Yield residuals of one side that share an item with a pair and have a larger index."""
    for other in residuals:
        shares = len({*_items(pair), *_items(other)}) == 3
        if shares and other.statistic > pair.statistic and _items(other) not in stuck:
            yield other


def _n_items(model: DriverImpactModel, names: tuple[str, ...]) -> int:
    return sum(len(factor.items) for factor in model.factors if factor.name in names)


def _pairs(model: DriverImpactModel, measured: MeasurementModel) -> Iterator[OverlappingItems]:
    """Yield the pairs of an item of a driver and an item of an impact."""
    return filter(_is_across(model), _residuals(model, measured.fit, measured.modification_indices))


def _residuals(
    model: DriverImpactModel, fit: SemFit, indices: Iterable[ModificationIndex]
) -> Iterator[OverlappingItems]:
    """Yield the pairs of items that are not freed, one of a driver first."""
    factor_of = {item: factor.name for factor in model.factors for item in factor.items}
    drivers = set(model.drivers)
    scaling = fit.fit.get("chisq_scaling_factor", 1.0)
    for row in indices:
        if row.op != "~~" or row.lhs not in factor_of or row.rhs not in factor_of:
            continue
        first, second = sorted((row.lhs, row.rhs), key=lambda item: factor_of[item] not in drivers)
        yield OverlappingItems(
            factor_of[first], factor_of[second], first, second, row.mi / scaling, row.sepc_all
        )
