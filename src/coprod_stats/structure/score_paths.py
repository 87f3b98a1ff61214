"""Tests of hypothesised paths by regressions of scale scores."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from coprod_stats.results import NotebookTables
from coprod_stats.structure.path_tests import (
    DecisionRules,
    PathEstimate,
    PathResult,
    conclusion_counts,
    decide,
    path_table,
)
from coprod_stats.structure.regression import (
    RegressionPath,
    RegressionResult,
    fit_regressions,
)
from coprod_stats.structure.structural_models import StructuralPath


@dataclass(frozen=True, slots=True)
class ScorePathTests(NotebookTables):
    """Paths tested by one equation per outcome, with robust or cluster-robust errors."""

    paths: tuple[PathResult, ...]
    regressions: RegressionResult
    rules: DecisionRules

    @property
    def n_analysed(self) -> int:
        """Rows analysed; the smallest number of the equations."""
        return min(fit.n_obs for fit in self.regressions.fits)

    def tidy(self) -> pd.DataFrame:
        """Return a row per hypothesis."""
        return path_table(self.paths, self.rules)

    def glance(self) -> pd.DataFrame:
        """Return one row: equations, rows and the number of conclusions of each kind."""
        head = {"n_obs": self.n_analysed, "n_equations": len(self.regressions.fits)}
        return pd.DataFrame([head | conclusion_counts(self.paths)])


def fit_score_paths(
    scores: pd.DataFrame,
    paths: Sequence[StructuralPath],
    *,
    covariates: Sequence[str] = (),
    cluster: str | None = None,
    rules: DecisionRules | None = None,
) -> ScorePathTests:
    """Regress each outcome on its hypothesised predictors and decide the paths.

    Errors are HC3, or cluster-robust if a cluster is named; tests use the t distribution.

    Parameters
    ----------
    scores : DataFrame
        Scale scores and other variables of the paths, a row per respondent.
    paths : sequence of StructuralPath
        The family of hypotheses.
    covariates : sequence of str
        Columns that enter every equation as covariates.
    cluster : str, optional
        Column with cluster labels.
    rules : DecisionRules, optional
        Family, adjustment, bound, level.

    Raises
    ------
    StructureError
        If a column is absent or an equation cannot be fitted.
    """
    rules = rules or DecisionRules()
    outcomes = dict.fromkeys(path.outcome for path in paths)
    regressions = fit_regressions(
        scores,
        [
            RegressionPath(
                outcome,
                tuple(path.predictor for path in paths if path.outcome == outcome),
                tuple(covariates),
            )
            for outcome in outcomes
        ],
        covariance="HC3" if cluster is None else "cluster",
        cluster=cluster,
        conf_level=1 - rules.alpha,
    )
    rows = {
        (row["outcome"], row["term"]): row for row in regressions.tidy().to_dict(orient="records")
    }
    estimates = [_estimate(rows[path.outcome, path.predictor]) for path in paths]
    return ScorePathTests(decide(paths, estimates, rules), regressions, rules)


def _estimate(row: Mapping[Hashable, Any]) -> PathEstimate:
    return PathEstimate(
        estimate=float(row["estimate"]),
        std_error=float(row["std_error"]),
        statistic=float(row["statistic"]),
        p_value=float(row["p_value"]),
        conf_low=float(row["conf_low"]),
        conf_high=float(row["conf_high"]),
        beta=float(row["beta"]),
        beta_std_error=float(row["beta_std_error"]),
        r_squared=float(row["r_squared"]),
        df=float(row["df"]),
    )
