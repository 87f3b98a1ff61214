"""Whether the questions of each factor measure alike in groups, and which do not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from typing import Literal

import numpy as np
import pandas as pd

from coprod_stats.latent_models import SemFit, compare, fit_sem
from coprod_stats.literals import EqualFamily
from coprod_stats.results import NotebookTables
from coprod_stats.structure.driver_impact import FitKeywords
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.multiplicity import adjust_p_values
from coprod_stats.structure.structural_models import DriverImpactModel, MeasuredFactor

SMALLEST_GROUP = 100
"""Respondents below whom a group is not compared."""

NOTABLE_LOADING, NOTABLE_INTERCEPT = 0.10, 0.20
"""Differences from which a question counts as measuring otherwise: of a standardised loading, and
of an intercept in standard deviations of the question."""

ParameterKind = Literal["loading", "intercept"]


@dataclass(frozen=True, slots=True)
class FactorInvariance:
    """The ladder of one factor: loadings held equal, then intercepts as well.

    ``p_loadings`` and ``p_intercepts`` are those of the (scaled) difference tests of one step
    against the one before.
    """

    factor: str
    chisq_loadings: float
    df_loadings: float
    p_loadings: float
    chisq_intercepts: float
    df_intercepts: float
    p_intercepts: float


@dataclass(frozen=True, slots=True)
class DifferingQuestion:
    """A loading or an intercept that was freed, since it differs between groups.

    Attributes
    ----------
    statistic : float
        Score test when it was the next to be freed, divided by the scaling factor of a robust test.
    difference : float
        Between the groups in which it is largest and smallest, once all those named are freed, in
        standard deviations (of the question, and for a loading of the factor) that are averaged
        over groups: groups that vary more do not differ by that alone.
    """

    factor: str
    item: str
    kind: ParameterKind
    statistic: float
    difference: float

    @property
    def is_notable(self) -> bool:
        """Whether the difference is more than trivial."""
        limit = NOTABLE_LOADING if self.kind == "loading" else NOTABLE_INTERCEPT
        return self.difference >= limit

    @property
    def released(self) -> str:
        """The parameter, as an exception to equality in lavaan's syntax."""
        return f"{self.factor}=~{self.item}" if self.kind == "loading" else f"{self.item}~1"


@dataclass(frozen=True, slots=True)
class MeasurementInvariance(NotebookTables):
    """The invariance of every factor across the groups of one variable.

    Attributes
    ----------
    groups : tuple of str
        Those compared, with ``SMALLEST_GROUP`` respondents or more.
    factors : tuple of FactorInvariance
        One per factor.
    questions : tuple of DifferingQuestion
        Freed loadings and intercepts, factor by factor.
    """

    variable: str
    groups: tuple[str, ...]
    factors: tuple[FactorInvariance, ...]
    questions: tuple[DifferingQuestion, ...]

    @property
    def notable(self) -> tuple[DifferingQuestion, ...]:
        """Those that differ by more than a trivial amount, the strongest evidence first."""
        found = [question for question in self.questions if question.is_notable]
        return tuple(sorted(found, key=lambda question: -question.statistic))

    @property
    def largest(self) -> float:
        """The largest score test of those freed; 0 without any."""
        return max((question.statistic for question in self.questions), default=0.0)

    def tidy(self) -> pd.DataFrame:
        """Return a row per factor."""
        names = [field.name for field in fields(FactorInvariance)]
        table = pd.DataFrame([asdict(entry) for entry in self.factors], columns=names)
        return table.rename(columns={"factor": "term"})

    def released(self) -> pd.DataFrame:
        """Return a row per freed parameter."""
        names = [field.name for field in fields(DifferingQuestion)]
        return pd.DataFrame([asdict(entry) for entry in self.questions], columns=names)

    def glance(self) -> pd.DataFrame:
        """Return one row: the variable, its groups, the number of freed parameters."""
        return pd.DataFrame(
            {
                "variable": [self.variable],
                "n_groups": [len(self.groups)],
                "n_released": [len(self.questions)],
                "n_notable": [len(self.notable)],
            }
        )

    def __str__(self) -> str:
        named = ", ".join(dict.fromkeys(question.item for question in self.notable))
        return (
            f"Invariance across {len(self.groups)} groups of {self.variable}: "
            f"{named or 'no question'} measures otherwise"
        )


def compared_groups(data: pd.DataFrame, variable: str) -> pd.DataFrame:
    """Return the rows of groups that are large enough to compare.

    Raises
    ------
    StructureError
        If there are fewer than two.
    """
    sizes = data[variable].value_counts()
    large = sizes.index[sizes >= SMALLEST_GROUP]
    if len(large) < 2:
        raise StructureError(f"fewer than two groups have {SMALLEST_GROUP} respondents or more")
    return data[data[variable].isin(large)]


def fit_measurement_invariance(
    data: pd.DataFrame,
    model: DriverImpactModel,
    options: FitKeywords,
    *,
    variable: str,
    alpha: float = 0.05,
) -> MeasurementInvariance:
    """Fit the ladder of invariance to each factor by itself, and free what differs.

    A factor of which a step fails, after Holm's adjustment over both steps of all factors, is
    searched: with loadings and intercepts equal in all groups, the one with the largest score test
    is freed if the test exceeds the critical value at alpha over the number of all of them, then
    the next, as long as two items of the factor are left alike. A question differs relative to the
    others of its factor: if most were shifted alike, the rest are named.

    Parameters
    ----------
    data : DataFrame
        Items of the model, and the column of groups; see :func:`compared_groups`.
    model : DriverImpactModel
        Its factors are used.
    options : FitKeywords
        Of :func:`coprod_stats.latent_models.fit_sem`.
    variable : str
        The column of groups.
    alpha : float
        Level of the search.

    Raises
    ------
    StructureError
        If no factor has three items, or a model did not converge.

    References
    ----------
    Meredith, W. (1993). Measurement invariance, factor analysis and factorial invariance.
    Psychometrika, 58(4), 525-543.

    Byrne, B. M., Shavelson, R. J., & Muthén, B. (1989). Testing for the equivalence of factor
    covariance and mean structures: The issue of partial measurement invariance. Psychological
    Bulletin, 105(3), 456-466.
    """
    # half a second to import
    from scipy.stats import chi2

    groups = tuple(str(name) for name in sorted(data[variable].unique()))
    ladders = []
    for factor in model.factors:
        if len(factor.items) > 2:
            needed = dict.fromkeys((*factor.items, variable, *_design(options)))
            ladders.append(_Ladder(data[list(needed)], factor, options, variable))
    if not ladders:
        raise StructureError("no factor has three items or more")
    n_items = sum(len(ladder.factor.items) for ladder in ladders)
    critical = float(chi2.isf(alpha / (2 * n_items * (len(groups) - 1)), 1))
    factors = tuple(ladder.tests() for ladder in ladders)
    failing = _failing(factors, alpha)
    questions = (
        question
        for ladder in ladders
        if ladder.factor.name in failing
        for question in ladder.differing(critical)
    )
    return MeasurementInvariance(variable, groups, factors, tuple(questions))


def _failing(factors: tuple[FactorInvariance, ...], alpha: float) -> set[str]:
    """Return the factors of which a step of the ladder fails, by Holm over all steps."""
    steps = {f"{entry.factor} loadings": entry.p_loadings for entry in factors}
    steps |= {f"{entry.factor} intercepts": entry.p_intercepts for entry in factors}
    adjusted = adjust_p_values(steps, family="steps")
    return {
        entry.factor
        for entry in factors
        if any(adjusted[f"{entry.factor} {step}"] < alpha for step in ("loadings", "intercepts"))
    }


def _design(options: FitKeywords) -> list[str]:
    columns = (options.get("cluster"), options.get("sampling_weights"))
    return [column for column in columns if column is not None]


@dataclass(frozen=True, slots=True)
class _Ladder:
    """The ladder of one factor."""

    data: pd.DataFrame
    factor: MeasuredFactor
    options: FitKeywords
    variable: str

    def tests(self) -> FactorInvariance:
        """Return the difference tests of the two steps."""
        fits = (self._fitted(()), self._fitted(("loadings",)), self.equal())
        loadings, intercepts = compare(*fits).tidy().iloc[1:].to_dict("records")
        return FactorInvariance(
            self.factor.name,
            *(float(loadings[name]) for name in ("chisq_diff", "df_diff", "p_value")),
            *(float(intercepts[name]) for name in ("chisq_diff", "df_diff", "p_value")),
        )

    def equal(self, released: tuple[str, ...] = ()) -> SemFit:
        """Return the model with loadings and intercepts equal but for some."""
        return self._fitted(("loadings", "intercepts"), released)

    def differing(self, critical: float) -> list[DifferingQuestion]:
        """Return the parameters that were freed, one after the other."""
        found: list[DifferingQuestion] = []
        fit = self.equal()
        while len({question.item for question in found}) < len(self.factor.items) - 2:
            strongest = max(self._released(fit), key=lambda entry: entry.statistic)
            if strongest.statistic <= critical:
                break
            found.append(strongest)
            fit = self.equal(tuple(question.released for question in found))
        return [replace(entry, difference=_difference(fit, entry)) for entry in found]

    def _released(self, fit: SemFit) -> Iterator[DifferingQuestion]:
        """Yield a test for each parameter that is held equal; the largest over pairs of groups."""
        scaling = fit.fit.get("chisq_scaling_factor", 1.0)
        by_term: dict[str, tuple[str, ParameterKind]] = {}
        for item in self.factor.items:
            by_term[f"{self.factor.name} =~ {item}"] = item, "loading"
            by_term[f"{item} ~1"] = item, "intercept"
        for test in fit.release_tests().pairs:
            term = test.term.split(" [")[0]
            if term in by_term:
                item, kind = by_term[term]
                size = test.statistic / scaling
                yield DifferingQuestion(self.factor.name, item, kind, size, math.nan)

    def _fitted(self, equal: tuple[EqualFamily, ...], released: tuple[str, ...] = ()) -> SemFit:
        syntax = f"{self.factor.name} =~ {' + '.join(self.factor.items)}"
        # a unit variance in the first group: a loading fixed in all groups could not be tested
        fit = fit_sem(
            syntax,
            self.data,
            std_lv=True,
            group=self.variable,
            group_equal=equal,
            group_partial=released,
            **self.options,
        )
        if not fit.converged:
            raise StructureError(
                f"the model of {self.factor.name} in groups of {self.variable} did not converge"
            )
        return fit


def _difference(fit: SemFit, question: DifferingQuestion) -> float:
    """Return the range of a parameter over the groups, by their average standard deviations."""
    is_loading = question.kind == "loading"
    place = (question.factor, "=~", question.item) if is_loading else (question.item, "~1", "")
    # a group that was not asked the question has no such row
    rows = [row for row in fit.parameters if (row.lhs, row.op, row.rhs) == place]
    # of the question in each group, over that of the factor for a loading
    spread = float(np.mean([row.est / row.std_all for row in rows]))
    sizes = [row.est / spread for row in rows]
    return float(max(sizes) - min(sizes))
