"""The confirmatory factor analysis marker technique: five models, and the paths beside a marker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from coprod_stats.latent_models import SemFit, compare, fit_sem
from coprod_stats.latent_models.frames import require_columns
from coprod_stats.latent_models.reported_fit import reported_indices, reported_test
from coprod_stats.results import NotebookTables
from coprod_stats.structure.covariates import indicator_columns
from coprod_stats.structure.driver_impact import DriverImpactResult, options_of
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.path_changes import PathChange, changes_table, path_changes
from coprod_stats.structure.structural_models import MeasuredFactor

MarkerStep = Literal["cfa", "baseline", "constrained", "unconstrained", "restricted"]
"""A model of the technique: see :func:`fit_marker_ladder`."""


@dataclass(frozen=True, slots=True)
class MarkerModel:
    """The fit of one model; the scaled test and robust indices where the estimator has them."""

    step: MarkerStep
    chisq: float
    df: float
    p_value: float
    cfi: float
    rmsea: float


@dataclass(frozen=True, slots=True)
class MarkerTest:
    """The (scaled) difference test of one model against the one that it restricts."""

    term: str
    statistic: float
    df: float
    p_value: float


@dataclass(frozen=True, slots=True)
class MarkerLadder(NotebookTables):
    """What a marker, which has nothing to do with the service, shares with its items.

    Attributes
    ----------
    marker : str
        The marker scale.
    models : tuple of MarkerModel
        In the order of the technique.
    tests : tuple of MarkerTest
        ``shared``: constrained against baseline; ``unequal``: unconstrained against constrained;
        ``distorting``: restricted against the retained one of these.
    retained : {'constrained', 'unconstrained'}
        The latter where loadings differ at level `alpha`.
    share : float
        Mean share of the items' variance that goes with the marker in the retained model.
    changes : tuple of PathChange
        The stated paths without the marker, and with equal loadings of all items on it.
    alpha : float
    """

    marker: str
    models: tuple[MarkerModel, ...]
    tests: tuple[MarkerTest, ...]
    retained: MarkerStep
    share: float
    changes: tuple[PathChange, ...]
    alpha: float

    def test(self, term: str) -> MarkerTest:
        """Return one of the tests."""
        return next(test for test in self.tests if test.term == term)

    @property
    def is_shared(self) -> bool:
        """Whether the items share something with the marker, all alike or some more than others.

        Loadings of both signs can cancel in the test of equal ones.
        """
        return self.retained == "unconstrained" or self.test("shared").p_value < self.alpha

    @property
    def is_distorting(self) -> bool:
        """Whether what they share changes the correlations of the factors."""
        return self.test("distorting").p_value < self.alpha

    def tidy(self) -> pd.DataFrame:
        """Return a row per test."""
        return pd.DataFrame([asdict(test) for test in self.tests])

    def steps(self) -> pd.DataFrame:
        """Return a row per model."""
        return pd.DataFrame([asdict(model) for model in self.models])

    def paths(self) -> pd.DataFrame:
        """Return a row per stated path, without and with the marker."""
        return changes_table(self.changes)

    def glance(self) -> pd.DataFrame:
        """Return one row: what is shared, and how much the paths change at most."""
        largest = max((abs(path.change) for path in self.changes), default=float("nan"))
        return pd.DataFrame(
            [
                {
                    "marker": self.marker,
                    "retained": self.retained,
                    "share": self.share,
                    "is_shared": self.is_shared,
                    "is_distorting": self.is_distorting,
                    "largest_change": largest,
                }
            ]
        )

    def __str__(self) -> str:
        found = ", ".join(f"{test.term} p = {test.p_value:.3f}" for test in self.tests)
        return f"Marker {self.marker}: {100 * self.share:.1f} % of the items' variance; {found}"


def fit_marker_ladder(
    data: pd.DataFrame, tested: DriverImpactResult, marker: MeasuredFactor
) -> MarkerLadder:
    """Test what a marker shares with the items of drivers and impacts.

    Five models [williams2010]_: all factors and the marker correlate freely (``cfa``); the marker
    is unrelated to the factors, its own loadings and residual variances fixed to those estimates
    (``baseline``); all other items load on it equally (``constrained``) or freely
    (``unconstrained``); in the retained one of the two, the correlations of the factors are fixed
    to those of the baseline (``restricted``). At last the stated paths are estimated with the
    constrained marker beside them. Factors have variance 1.

    Parameters
    ----------
    data : DataFrame
        Those of :func:`coprod_stats.structure.fit_driver_impact`, and the marker's items.
    tested : DriverImpactResult
        The model of the paths, whose method is used.
    marker : MeasuredFactor
        A scale that is unrelated in meaning to everything else.

    Raises
    ------
    StructureError
        If items are absent or ordered categories, there is one factor alone, or a model does not
        converge.

    References
    ----------
    .. [williams2010] Williams, L. J., Hartman, N., & Cavazotte, F. (2010). Method variance and
       marker variables: A review and comprehensive CFA marker technique. Organizational Research
       Methods, 13(3), 477-514.
    """
    model = tested.model
    if len(model.factors) < 2:
        raise StructureError("there is one factor alone")
    if tested.fit.specification.ordered:
        raise StructureError("the marker technique is for items that are taken as continuous")
    require_columns(data.columns, (*model.indicators, *marker.items), error=StructureError)
    fitted = partial(_fitted, data, tested, (*model.items, *marker.items))
    names = [factor.name for factor in model.factors]
    pairs = list(combinations(names, 2))
    factors = [_standard(factor.name, factor.items) for factor in model.factors]
    factors += model.extra.beside(names)
    measured = [*factors, *(" ~~ ".join(pair) for pair in pairs)]
    cfa = fitted(
        [*measured, _standard(marker.name, marker.items)]
        + [f"{marker.name} ~~ {name}" for name in names]
        + [f"{marker.name} ~~ 0*{name}" for name in model.extra.factors],
        "cfa",
    )
    fixed = _fixed_marker(cfa, marker, (*names, *model.extra.factors))
    baseline = fitted([*measured, *fixed], "baseline")
    loadings: dict[MarkerStep, list[str]] = {
        "constrained": [f"{marker.name} =~ {_equal(model.items)}"],
        "unconstrained": [f"{marker.name} =~ {' + '.join(model.items)}"],
    }
    fits = {step: fitted([*measured, *fixed, *added], step) for step, added in loadings.items()}
    shared = _test("shared", fits["constrained"], baseline)
    unequal = _test("unequal", fits["unconstrained"], fits["constrained"])
    alpha = tested.rules.alpha
    retained: MarkerStep = "unconstrained" if unequal.p_value < alpha else "constrained"
    correlations = [f"{a} ~~ {baseline.parameter(a, '~~', b).est!r}*{b}" for a, b in pairs]
    restricted = fitted([*factors, *correlations, *fixed, *loadings[retained]], "restricted")
    distorting = _test("distorting", fits[retained], restricted)
    every: dict[MarkerStep, SemFit] = {
        "cfa": cfa,
        "baseline": baseline,
        **fits,
        "restricted": restricted,
    }
    return MarkerLadder(
        marker=marker.name,
        models=tuple(_described(step, fit) for step, fit in every.items()),
        tests=(shared, unequal, distorting),
        retained=retained,
        share=_share(fits[retained], marker, model.items),
        changes=path_changes(tested, _with_paths(data, tested, marker, cfa)),
        alpha=alpha,
    )


def _standard(name: str, items: Sequence[str]) -> str:
    first, *others = items
    return f"{name} =~ {' + '.join([f'NA*{first}', *others])}\n{name} ~~ 1*{name}"


def _equal(items: Sequence[str]) -> str:
    return " + ".join(f"shared*{item}" for item in items)


def _fixed_marker(cfa: SemFit, marker: MeasuredFactor, unrelated: Sequence[str]) -> list[str]:
    """Return the marker with the loadings and residual variances of the first model."""
    own = " + ".join(
        f"{cfa.parameter(marker.name, '=~', item).est!r}*{item}" for item in marker.items
    )
    return [
        f"{marker.name} =~ {own}",
        f"{marker.name} ~~ 1*{marker.name}",
        *(f"{item} ~~ {cfa.parameter(item, '~~', item).est!r}*{item}" for item in marker.items),
        *(f"{marker.name} ~~ 0*{name}" for name in unrelated),
    ]


def _with_paths(
    data: pd.DataFrame, tested: DriverImpactResult, marker: MeasuredFactor, cfa: SemFit
) -> SemFit:
    """Fit the stated paths with equal loadings of all that is observed on the marker."""
    model = tested.model
    covariates = indicator_columns(data, model.covariates)
    columns = (*model.indicators, *marker.items, *covariates.columns)
    return _fitted(
        data.join(covariates.drop(columns=data.columns.intersection(covariates.columns))),
        tested,
        columns,
        [
            model.syntax(tuple(covariates.columns)),
            *_fixed_marker(cfa, marker, (*model.drivers, *model.extra.factors)),
            f"{marker.name} =~ {_equal(model.indicators)}",
        ],
        "with paths",
    )


def _fitted(
    data: pd.DataFrame,
    tested: DriverImpactResult,
    columns: Sequence[str],
    lines: Sequence[str],
    step: str,
) -> SemFit:
    options = options_of(tested.fit)
    design = [options.get("cluster"), options.get("sampling_weights")]
    used = list(dict.fromkeys([*columns, *(name for name in design if name)]))
    fit = fit_sem("\n".join(lines), data[used], **options)
    if not fit.converged:
        raise StructureError(f"the {step} model of the marker did not converge")
    return fit


def _test(term: str, free: SemFit, restricted: SemFit) -> MarkerTest:
    test = compare(free, restricted, names=("free", "restricted")).models[-1].test
    if test is None:
        raise StructureError(f"the difference test '{term}' of the marker is not defined")
    return MarkerTest(term, test.statistic, test.df, test.p_value)


def _described(step: MarkerStep, fit: SemFit) -> MarkerModel:
    missing = float("nan")
    test, indices = reported_test(fit.fit), reported_indices(fit.fit)
    return MarkerModel(
        step=step,
        chisq=test.chisq if test else missing,
        df=test.df if test else missing,
        p_value=test.p_value if test else missing,
        cfi=indices.cfi if indices else missing,
        rmsea=indices.rmsea if indices else missing,
    )


def _share(fit: SemFit, marker: MeasuredFactor, items: Sequence[str]) -> float:
    loadings = [fit.parameter(marker.name, "=~", item).std_all for item in items]
    return float(np.mean(np.square(loadings)))
