"""Whether the scales measure: item analysis, reliability."""

from coprod_stats.measurement.item_analysis import ItemAnalysis, ItemCriteria, item_analysis
from coprod_stats.measurement.reliability import Reliability, reliability
from coprod_stats.measurement.scale_reliability import ScaleReliability

__all__ = [
    "ItemAnalysis",
    "ItemCriteria",
    "Reliability",
    "ScaleReliability",
    "item_analysis",
    "reliability",
]
