"""The grammar of a study plan."""

from coprod_stats.plans.model import Hypothesis, ModelColumn, PlanForm

__all__ = ["Hypothesis", "ModelColumn", "PlanForm"]
