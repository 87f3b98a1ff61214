"""The base grammar of study plans, and hypotheses."""

from coprod_stats.plans.hypotheses import Hypothesis, Relation
from coprod_stats.plans.model import AnalysisForm, PlanForm

__all__ = ["AnalysisForm", "Hypothesis", "PlanForm", "Relation"]
