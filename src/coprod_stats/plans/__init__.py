"""The grammar of a study plan."""

from coprod_stats.plans.model import Hypothesis, ModelColumn, PlanForm
from coprod_stats.plans.reading import Plan, PlanError, read_hypotheses, read_plan

__all__ = [
    "Hypothesis",
    "ModelColumn",
    "Plan",
    "PlanError",
    "PlanForm",
    "read_hypotheses",
    "read_plan",
]
