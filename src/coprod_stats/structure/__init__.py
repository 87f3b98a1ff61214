"""Associations of drivers and impacts: regressions and structural models."""

from coprod_stats.structure.driver_impact import (
    DriverImpactResult,
    SubgroupFit,
    fit_driver_impact,
    with_subgroups,
)
from coprod_stats.structure.evaluative_factor import EvaluativeFactor, fit_evaluative_factor
from coprod_stats.structure.necessary_conditions import nca
from coprod_stats.structure.necessity_result import NecessityResult
from coprod_stats.structure.path_pattern import PathPattern, fit_pattern
from coprod_stats.structure.path_tests import DecisionRules, PathResult, PathTests
from coprod_stats.structure.regression import Regression, regress
from coprod_stats.structure.score_paths import ScorePathTests, fit_score_paths
from coprod_stats.structure.structural_models import (
    DriverImpactModel,
    MeasuredFactor,
    StructuralPath,
)

__all__ = [
    "DecisionRules",
    "DriverImpactModel",
    "DriverImpactResult",
    "EvaluativeFactor",
    "MeasuredFactor",
    "NecessityResult",
    "PathPattern",
    "PathResult",
    "PathTests",
    "Regression",
    "ScorePathTests",
    "StructuralPath",
    "SubgroupFit",
    "fit_driver_impact",
    "fit_evaluative_factor",
    "fit_pattern",
    "fit_score_paths",
    "nca",
    "regress",
    "with_subgroups",
]
