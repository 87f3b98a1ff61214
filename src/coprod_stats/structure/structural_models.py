"""Driver-impact models: factors, hypothesised paths, and their model text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from coprod_stats.literals import ExpectedSign
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.extra_statements import ExtraStatements
from coprod_stats.structure.regression import RegressionPath


@dataclass(frozen=True, slots=True)
class MeasuredFactor:
    """A latent driver or impact with its items; the first sets the scale."""

    name: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StructuralPath:
    """A hypothesised path from one factor to another."""

    id: str
    predictor: str
    outcome: str
    expected_sign: ExpectedSign = "two-sided"


@dataclass(frozen=True, slots=True)
class DriverImpactModel:
    """A structural model of factors and hypotheses, controlling for observed covariates.

    Parameters
    ----------
    factors : tuple of MeasuredFactor
        Every factor of the paths, each with two or more items.
    paths : tuple of StructuralPath
        The hypotheses; together they form the family within which p values are adjusted.
    covariates : tuple of str
        Observed variables that predict every factor.
    composites : tuple of str
        Ends of paths that are observed as they are, such as an index over facets that need not
        correlate, or a count. The error of measurement of an outcome is part of its residual; that
        of a predictor attenuates its paths.
    extra : ExtraStatements
        What every model of these factors and items states beside: nothing by default.

    Raises
    ------
    StructureError
        Listing all faults: repeated ids, paths, factors or items, paths between unknown factors,
        factors or composites without a path, factors with fewer than two items, cyclic paths.
    """

    factors: tuple[MeasuredFactor, ...]
    paths: tuple[StructuralPath, ...]
    covariates: tuple[str, ...] = ()
    composites: tuple[str, ...] = ()
    extra: ExtraStatements = field(default_factory=ExtraStatements)

    def __post_init__(self) -> None:
        faults = list(_faults(self))
        if faults:
            raise StructureError("; ".join(faults))

    @property
    def names(self) -> tuple[str, ...]:
        """Factors and composites."""
        return (*(factor.name for factor in self.factors), *self.composites)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Endogenous factors and composites, in order of the factors."""
        reached = {path.outcome for path in self.paths}
        return tuple(name for name in self.names if name in reached)

    @property
    def drivers(self) -> tuple[str, ...]:
        """Exogenous factors, in order of the factors."""
        reached = set(self.outcomes)
        return tuple(name for name in self.names if name not in reached)

    @property
    def items(self) -> tuple[str, ...]:
        """All items, factor by factor."""
        return tuple(item for factor in self.factors for item in factor.items)

    @property
    def indicators(self) -> tuple[str, ...]:
        """All items and composites: what is observed of drivers and impacts."""
        return (*self.items, *self.composites)

    @property
    def stated_pairs(self) -> tuple[tuple[str, str], ...]:
        """Driver and impact of each path that leads from a driver to an impact."""
        drivers = set(self.drivers)
        return tuple((p.predictor, p.outcome) for p in self.paths if p.predictor in drivers)

    @property
    def unstated_pairs(self) -> tuple[tuple[str, str], ...]:
        """Drivers and impacts that no path joins, impact by impact."""
        stated = set(self.stated_pairs)
        pairs = ((driver, outcome) for outcome in self.outcomes for driver in self.drivers)
        return tuple(pair for pair in pairs if pair not in stated)

    def predictors_of(self, outcome: str) -> tuple[str, ...]:
        """Predictors of one outcome, in order of the hypotheses."""
        return tuple(path.predictor for path in self.paths if path.outcome == outcome)

    def equations(self, covariates: tuple[str, ...] = ()) -> tuple[RegressionPath, ...]:
        """One equation per outcome, as regressions of scale scores."""
        return tuple(
            RegressionPath(outcome, self.predictors_of(outcome), covariates)
            for outcome in self.outcomes
        )

    def syntax(
        self,
        covariates: tuple[str, ...] = (),
        labels: Mapping[tuple[str, str], str] | None = None,
    ) -> str:
        """Return the model in lavaan's syntax.

        Residuals of outcomes covary freely, except where a path joins the two. Covariates predict
        the drivers as well as the outcomes, and the drivers' residuals covary: drivers and
        covariates are thus freely related, whereas lavaan's defaults would fix the covariances of
        latent drivers with observed covariates at zero.

        Parameters
        ----------
        covariates : tuple of str
            Numeric columns that represent the covariates.
        labels : mapping of (str, str) to str, optional
            Labels of paths by predictor and outcome.
        """
        return "\n".join(_syntax_lines(self, covariates, labels or {}))


def _syntax_lines(
    model: DriverImpactModel,
    covariates: tuple[str, ...],
    labels: Mapping[tuple[str, str], str],
) -> Iterator[str]:
    for factor in model.factors:
        yield f"{factor.name} =~ {' + '.join(factor.items)}"
    for equation in model.equations(covariates):
        named = ((name, labels.get((name, equation.outcome))) for name in equation.predictors)
        terms = [f"{label}*{name}" if label else name for name, label in named]
        yield f"{equation.outcome} ~ {' + '.join((*terms, *covariates))}"
    if covariates:
        yield from (f"{driver} ~ {' + '.join(covariates)}" for driver in model.drivers)
    joined = {frozenset((path.predictor, path.outcome)) for path in model.paths}
    for pair in (*combinations(model.drivers, 2), *combinations(model.outcomes, 2)):
        if frozenset(pair) not in joined:
            yield " ~~ ".join(pair)
    yield from model.extra.beside(model.names)


def _faults(model: DriverImpactModel) -> Iterator[str]:
    names = list(model.names)
    for what, values in (
        ("hypothesis", [path.id for path in model.paths]),
        ("path", [f"{path.predictor} -> {path.outcome}" for path in model.paths]),
        ("factor", names),
        ("item", list(model.items)),
        ("covariate", list(model.covariates)),
    ):
        for value, count in Counter(values).items():
            if count > 1:
                yield f"{what} {value} occurs {count} times"
    if not model.paths:
        yield "the model has no paths"
    ends = dict.fromkeys(name for path in model.paths for name in (path.predictor, path.outcome))
    yield from (f"{name} is in a path but is not a factor" for name in ends if name not in names)
    yield from (f"factor {name} is in no path" for name in names if name not in ends)
    yield from (
        f"{name} is an end of a path and an item of a factor"
        for name in model.composites
        if name in model.items
    )
    for factor in model.factors:
        if len(factor.items) < 2:
            yield f"factor {factor.name} needs at least two items"
    if _is_cyclic(model.paths):
        yield "the paths are cyclic"


def _is_cyclic(paths: tuple[StructuralPath, ...]) -> bool:
    remaining = set(paths)
    while remaining:
        outcomes = {path.outcome for path in remaining}
        removable = {path for path in remaining if path.predictor not in outcomes}
        if not removable:
            return True
        remaining -= removable
    return False
