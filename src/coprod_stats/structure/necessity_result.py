"""The result of Necessary Condition Analysis: effect size, test, ceiling, bottleneck table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pandas as pd

from coprod_stats.counts import counted
from coprod_stats.results import NotebookTables
from coprod_stats.structure.ceiling_permutations import PermutationTest
from coprod_stats.structure.ceilings import TOLERANCE, Ceiling, step_levels
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.necessity_scope import Corner, Scope

if TYPE_CHECKING:
    from numpy.typing import NDArray

Magnitude = Literal["none", "small", "medium", "large", "very large"]
"""Benchmarks of the effect size: above 0, from .1, from .3 and from .5 (Dul 2016, p. 30)."""

OutcomeLevels = Literal["percentage", "actual", "percentile"]
"""The unit of the levels of a bottleneck table: percentages of the outcome's range, its own values,
or its percentiles."""


@dataclass(frozen=True, slots=True)
class NecessityResult(NotebookTables):
    """The degree to which a condition is necessary for an outcome.

    Attributes
    ----------
    x, y : str
        Condition and outcome.
    ceiling : {"ce-fdh", "cr-fdh"}
        Step function or line.
    n_obs, n_omitted : int
        Rows analysed, and rows omitted for missing values.
    limits : Scope
        Lowest and highest levels of both variables, and the corner.
    index : Index
        Labels of the rows analysed, in the order of the data.
    points : array, shape (n_obs, 2)
        Their condition and outcome.
    is_peer, is_above : array, shape (n_obs,)
        Whether they lie at a corner of the free disposal hull, and beyond the ceiling.
    peers : array, shape (n_peers, 2)
        Points at the corners, from the level of the outcome that requires least of the condition
        to the one that requires most.
    ceiling_points : array, shape (n_vertices, 2)
        Vertices of the ceiling within the scope, in the same order; none if no line is
        determined.
    slope, intercept : float
        Of the ceiling line; NaN for the step function and if no line is determined.
    effect_size : float
        d, the ceiling zone as a share of the scope; 0 for CR-FDH if no line is determined.
    accuracy : float
        Percentage of cases on or below the ceiling; 100 for CE-FDH.
    fit : float
        Ceiling zone as a percentage of that of CE-FDH; NaN if it is larger, or if both are 0.
    condition_inefficiency : float
        Percentage of the condition's range above what any level of the outcome requires.
    outcome_inefficiency : float
        Percentage of the outcome's range for which the condition is not necessary. Both are NaN
        if the hull has a single corner.
    test : PermutationTest
        Permutations, p value and its precision.
    """

    x: str
    y: str
    ceiling: Ceiling
    n_obs: int
    n_omitted: int
    limits: Scope
    index: pd.Index
    points: NDArray[np.float64]
    is_peer: NDArray[np.bool_]
    is_above: NDArray[np.bool_]
    peers: NDArray[np.float64]
    ceiling_points: NDArray[np.float64]
    slope: float
    intercept: float
    effect_size: float
    accuracy: float
    fit: float
    condition_inefficiency: float
    outcome_inefficiency: float
    test: PermutationTest

    @property
    def corner(self) -> Corner:
        """Corner that is expected to be empty."""
        return self.limits.corner

    @property
    def scope(self) -> float:
        """Area of all possible combinations, in units of condition times outcome."""
        return self.limits.area

    @property
    def ceiling_zone(self) -> float:
        """Area beyond the ceiling, in the same units."""
        return self.effect_size * self.scope

    @property
    def magnitude(self) -> Magnitude:
        """Size of the effect by the benchmarks of Dul (2016, p. 30)."""
        return effect_magnitude(self.effect_size)

    @property
    def permutations(self) -> int:
        """Number of permutations."""
        return self.test.permutations

    @property
    def p_value(self) -> float:
        """Share of the orders of the outcome, the observed one included, with at least this d."""
        return self.test.p_value

    def tidy(self) -> pd.DataFrame:
        """Return one row: the condition with its effect size, which is also the ``estimate``."""
        return pd.DataFrame(
            {
                "term": [self.x],
                "estimate": [self.effect_size],
                "p_value": [self.p_value],
                "effect_size": [self.effect_size],
                "accuracy": [self.accuracy],
                "p_accuracy": [self.test.accuracy],
                "p_conf_low": [self.test.conf_low],
                "p_conf_high": [self.test.conf_high],
            }
        )

    def glance(self) -> pd.DataFrame:
        """Return one row: the ceiling, the ceiling zone, and the cases."""
        return pd.DataFrame(
            {
                "condition": [self.x],
                "outcome": [self.y],
                "ceiling": [self.ceiling],
                "corner": [self.corner],
                "effect_size": [self.effect_size],
                "magnitude": [self.magnitude],
                "p_value": [self.p_value],
                "ceiling_zone": [self.ceiling_zone],
                "scope": [self.scope],
                "accuracy": [self.accuracy],
                "fit": [self.fit],
                "slope": [self.slope],
                "intercept": [self.intercept],
                "condition_inefficiency": [self.condition_inefficiency],
                "outcome_inefficiency": [self.outcome_inefficiency],
                "n_peers": [len(self.peers)],
                "n_obs": [self.n_obs],
                "n_omitted": [self.n_omitted],
                "permutations": [self.permutations],
            }
        )

    def augment(self) -> pd.DataFrame:
        """One row per case analysed: whether it is a peer, and whether it exceeds the ceiling."""
        return pd.DataFrame(
            {
                "condition": self.points[:, 0],
                "outcome": self.points[:, 1],
                "is_peer": self.is_peer,
                "is_above": self.is_above,
            },
            index=self.index,
        )

    def bottleneck(
        self, levels: Sequence[float] | None = None, *, outcome: OutcomeLevels = "percentage"
    ) -> pd.DataFrame:
        """Return the level of the condition that each level of the outcome requires.

        Parameters
        ----------
        levels : sequence of float, optional
            Levels of the outcome; by default 0, 10, ..., 100 % of its range, or its deciles.
        outcome : {"percentage", "actual", "percentile"}
            Unit of the levels. Percentages and percentiles count towards the corner: for a lower
            one, 100 % is the lowest outcome.

        Returns
        -------
        DataFrame
            A row per level: ``outcome_percentage`` and ``outcome``; ``necessity``, which is
            ``"NN"`` (not necessary: any level of the condition suffices), ``"necessary"`` or
            ``"NA"`` (not attainable with any level within the scope). Without a line CR-FDH
            has ``"NN"`` throughout, as in the R package NCA. The level required is returned as
            ``condition_percentage`` of the condition's range, as ``condition`` in its own units
            and as ``condition_percentile``, the percentage of cases below it, with ``n_below``,
            their number. For a corner on the right it is the highest admissible level, and the
            cases above it are counted.

        Raises
        ------
        StructureError
            If a level lies outside the scope or, for percentiles, outside 0 to 100, or ``outcome``
            is unknown.
        """
        aims = self._aims(levels, outcome)
        needed = self._needed(aims)
        necessary, attainable = needed > TOLERANCE, needed <= 1 + TOLERANCE
        condition = self.limits.x_from_unit(np.where(necessary & attainable, needed, np.nan))
        cases = self.limits.to_unit(self.points)[:, 0]
        n_below = (cases < needed[:, None] - TOLERANCE).sum(axis=1)
        table = pd.DataFrame(
            {
                "outcome_percentage": 100 * aims,
                "outcome": self.limits.y_from_unit(aims),
                "necessity": np.where(necessary, np.where(attainable, "necessary", "NA"), "NN"),
                "condition_percentage": 100 * self.limits.share_of_x(condition),
                "condition": condition,
                "condition_percentile": 100 * n_below / self.n_obs,
                "n_below": pd.array(n_below, dtype="Int64"),
            }
        )
        table.loc[~(necessary & attainable), "condition_percentile"] = np.nan
        table.loc[~attainable, "n_below"] = pd.NA
        return table

    def _aims(self, levels: Sequence[float] | None, outcome: OutcomeLevels) -> NDArray[np.float64]:
        """Return levels of the outcome as shares of its range, towards the corner."""
        if outcome not in get_args(OutcomeLevels):
            known = ", ".join(get_args(OutcomeLevels))
            raise StructureError(f"unknown unit of levels {outcome!r}; expected one of {known}")
        if levels is None:
            shares = np.linspace(0, 1, 11)
        elif outcome == "actual":
            shares = self.limits.y_to_unit(np.asarray(levels, dtype=float))
        else:
            shares = np.asarray(levels, dtype=float) / 100
        outside = ~((shares >= -TOLERANCE) & (shares <= 1 + TOLERANCE))
        if levels is not None and outside.any():
            wrong = ", ".join(str(level) for level, out in zip(levels, outside, strict=True) if out)
            raise StructureError(f"levels of {self.y} lie outside its range: {wrong}")
        if outcome == "percentile":
            return np.quantile(self.limits.to_unit(self.points)[:, 1], np.clip(shares, 0, 1))
        return shares

    def _needed(self, aims: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the level of the condition required for each share of the outcome, as a share."""
        if self.ceiling == "ce-fdh":
            peers = self.limits.to_unit(self.peers)
            return step_levels(peers[:, 0], peers[:, 1], aims)
        if math.isnan(self.slope):
            return np.full(len(aims), -np.inf)
        on_line = (self.limits.y_from_unit(aims) - self.intercept) / self.slope
        return self.limits.x_to_unit(on_line)

    def __str__(self) -> str:
        (x_low, x_high), (y_low, y_high) = self.limits.x_range, self.limits.y_range
        lines = [
            f"Necessary condition analysis: {self.x} for {self.y}",
            f"  {self.ceiling.upper()}, {self.corner} corner, {counted(self.n_obs, 'case')}, "
            f"{self.n_omitted:,} omitted",
            f"  {self.x} {x_low:.10g} to {x_high:.10g}, {self.y} {y_low:.10g} to {y_high:.10g}",
            "",
            f"  {'Effect size d':<24}{self.effect_size:>8.3f}  {self.magnitude}",
            *self._test_lines(),
            *self._no_line(),
            f"  {'Ceiling accuracy':<24}{self.accuracy:>8.1f} %",
            f"  {'Condition inefficiency':<24}{_percent(self.condition_inefficiency)}",
            f"  {'Outcome inefficiency':<24}{_percent(self.outcome_inefficiency)}",
            "",
            f"  Bottleneck: % of the range of {self.y}, and of {self.x} that it requires",
        ]
        table = self.bottleneck()
        for share, necessity, needed in zip(
            table["outcome_percentage"],
            table["necessity"],
            table["condition_percentage"],
            strict=True,
        ):
            level = f"{needed:.1f}" if necessity == "necessary" else necessity
            lines.append(f"  {share:>8.0f}{level:>10}")
        return "\n".join(lines)

    def _no_line(self) -> list[str]:
        if self.ceiling == "ce-fdh" or not math.isnan(self.slope):
            return []
        return ["  No line: the hull has a single corner, and d is 0 by definition"]

    def _test_lines(self) -> list[str]:
        if not self.permutations:
            return []
        test = self.test
        return [
            f"  {'p':<24}{test.p_value:>8.4f} ± {test.accuracy:.4f}, "
            f"{counted(test.permutations, 'permutation')}"
        ]


def effect_magnitude(effect_size: float) -> Magnitude:
    """Return the label of an effect size by Dul (2016, p. 30)."""
    named: tuple[tuple[float, Magnitude], ...] = (
        (0.5, "very large"),
        (0.3, "large"),
        (0.1, "medium"),
    )
    for least, magnitude in named:
        if effect_size >= least:
            return magnitude
    return "small" if effect_size > 0 else "none"


def _percent(value: float) -> str:
    return f"{'-':>8}" if math.isnan(value) else f"{value:>8.1f} %"
