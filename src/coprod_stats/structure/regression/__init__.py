"""Regressions of one outcome: formulas, families, robust errors, average marginal effects."""

from coprod_stats.structure.regression.fitting import regress
from coprod_stats.structure.regression.result import Regression
from coprod_stats.structure.regression.score_regressions import (
    RegressionFit,
    RegressionPath,
    RegressionResult,
    fit_regressions,
)

__all__ = [
    "Regression",
    "RegressionFit",
    "RegressionPath",
    "RegressionResult",
    "fit_regressions",
    "regress",
]
