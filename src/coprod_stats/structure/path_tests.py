"""Tests and conclusions of hypothesised paths, independent of the method of estimation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import pandas as pd

from coprod_stats.literals import Adjustment, Conclusion, ExpectedSign
from coprod_stats.structure.equivalence import (
    EquivalenceTest,
    adjusted_bound,
    classify_effect,
    equivalence_test,
)
from coprod_stats.structure.multiplicity import adjust_p_values
from coprod_stats.structure.structural_models import StructuralPath

CONCLUSIONS: tuple[Conclusion, ...] = (
    "supported",
    "supported-negligible",
    "opposite",
    "equivalent",
    "inconclusive",
    "not-estimated",
)


@dataclass(frozen=True, slots=True)
class PathEstimate:
    """An estimated path, raw and standardised; NaN where it could not be estimated.

    ``df`` is that of the reference distribution, infinite for the normal distribution.
    """

    estimate: float
    std_error: float
    statistic: float
    p_value: float
    conf_low: float
    conf_high: float
    beta: float
    beta_std_error: float
    r_squared: float
    df: float = math.inf


@dataclass(frozen=True, slots=True)
class PathResult:
    """One hypothesis: its estimate, its tests and its conclusion.

    ``beta`` is the standardised coefficient; ``df`` that of the reference distribution, infinite
    for the normal; ``p_adjusted`` is adjusted within the family; ``p_equivalence``, its adjusted
    value, the interval of level 1 - 2 alpha that decides it, and ``smallest_bound`` are those of
    the test that the standardised effect is negligible.
    """

    id: str
    predictor: str
    outcome: str
    expected_sign: ExpectedSign
    estimate: float
    std_error: float
    statistic: float
    df: float
    p_value: float
    conf_low: float
    conf_high: float
    beta: float
    beta_std_error: float
    beta_conf_low: float
    beta_conf_high: float
    p_adjusted: float
    conclusion: Conclusion
    beta_conf_low_90: float
    beta_conf_high_90: float
    p_equivalence: float
    p_equivalence_adjusted: float
    smallest_bound: float
    r_squared: float


@dataclass(frozen=True, slots=True)
class DecisionRules:
    """The rules by which a family of paths is decided.

    Attributes
    ----------
    family : str
        Name of the family over which p values are adjusted.
    bound : float
        Smallest standardised effect size of interest.
    alpha : float
        Level of all tests; intervals have level 1 - alpha.
    """

    family: str = "headline"
    adjustment: Adjustment = "holm"
    bound: float = 0.10
    alpha: float = 0.05


class PathTests(Protocol):
    """A set of tested paths, from structural equations or regressions."""

    @property
    def paths(self) -> tuple[PathResult, ...]:
        """One result per hypothesis, in the order of the model."""
        ...

    @property
    def n_analysed(self) -> int:
        """Rows that the estimates are based on; the smallest number of several equations."""
        ...

    def tidy(self) -> pd.DataFrame:
        """Return a row per hypothesis."""
        ...

    def glance(self) -> pd.DataFrame:
        """Return one row for the whole set."""
        ...


def decide(
    paths: Sequence[StructuralPath], estimates: Sequence[PathEstimate], rules: DecisionRules
) -> tuple[PathResult, ...]:
    """Adjust the p values of a family and decide each path.

    Parameters
    ----------
    paths : sequence of StructuralPath
        The whole family, tested or not.
    estimates : sequence of PathEstimate
        One for each path.
    rules : DecisionRules
        Family, adjustment, bound, level.
    """
    pairs = list(zip(paths, estimates, strict=True))
    tests = {path.id: _equivalence(entry, rules, rules.alpha) for path, entry in pairs}
    adjusted, equivalence = (
        adjust_p_values(p_values, family=rules.family, method=rules.adjustment)
        for p_values in (
            {path.id: entry.p_value for path, entry in pairs},
            {id: test.p_value for id, test in tests.items()},
        )
    )
    return tuple(
        _decided(
            path,
            entry,
            tests[path.id],
            rules,
            p_adjusted=adjusted[path.id],
            p_equivalence_adjusted=equivalence[path.id],
        )
        for path, entry in pairs
    )


def path_table(paths: Sequence[PathResult], rules: DecisionRules) -> pd.DataFrame:
    """Return one row per path, with the family and its size."""
    table = pd.DataFrame([asdict(path) for path in paths])
    return table.rename(columns={"id": "term"}).assign(
        family=rules.family, family_size=len(paths), verdict=[verdict(path) for path in paths]
    )


def verdict(path: PathResult) -> str:
    """Return a conclusion in words; an inconclusive one with the smallest bound excluded."""
    if path.conclusion == "inconclusive":
        return f"inconclusive (|beta| < {path.smallest_bound:.2f})"
    return path.conclusion


def conclusion_counts(paths: Sequence[PathResult]) -> dict[str, int]:
    """Count the conclusions of each kind."""
    found = [path.conclusion for path in paths]
    return {f"n_{kind.replace('-', '_')}": found.count(kind) for kind in CONCLUSIONS}


def _equivalence(entry: PathEstimate, rules: DecisionRules, alpha: float) -> EquivalenceTest:
    return equivalence_test(
        entry.beta, entry.beta_std_error, bound=rules.bound, alpha=alpha, df=entry.df
    )


def _decided(
    path: StructuralPath,
    entry: PathEstimate,
    equivalence: EquivalenceTest,
    rules: DecisionRules,
    *,
    p_adjusted: float,
    p_equivalence_adjusted: float,
) -> PathResult:
    # an interval of level 1 - alpha beside the 1 - 2 alpha interval of the equivalence test
    interval = _equivalence(entry, rules, rules.alpha / 2)
    return PathResult(
        id=path.id,
        predictor=path.predictor,
        outcome=path.outcome,
        expected_sign=path.expected_sign,
        estimate=entry.estimate,
        std_error=entry.std_error,
        statistic=entry.statistic,
        df=entry.df,
        p_value=entry.p_value,
        conf_low=entry.conf_low,
        conf_high=entry.conf_high,
        beta=entry.beta,
        beta_std_error=entry.beta_std_error,
        beta_conf_low=interval.conf_low,
        beta_conf_high=interval.conf_high,
        p_adjusted=p_adjusted,
        conclusion=classify_effect(
            entry.beta,
            p_adjusted,
            p_equivalence_adjusted,
            expected_sign=path.expected_sign,
            alpha=rules.alpha,
        ),
        beta_conf_low_90=equivalence.conf_low,
        beta_conf_high_90=equivalence.conf_high,
        p_equivalence=equivalence.p_value,
        p_equivalence_adjusted=p_equivalence_adjusted,
        smallest_bound=adjusted_bound(equivalence, p_equivalence_adjusted),
        r_squared=entry.r_squared,
    )
