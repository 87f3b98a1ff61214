"""Whether the scales measure: item analysis, reliability, correlations of the scales."""

from coprod_stats.measurement.frame_reliability import ItemReliability, alpha, omega
from coprod_stats.measurement.item_analysis import ItemAnalysis, ItemCriteria, item_analysis
from coprod_stats.measurement.reliability import Reliability, reliability
from coprod_stats.measurement.scale_correlations import (
    ScaleCorrelationError,
    ScaleCorrelations,
    scale_correlations,
)
from coprod_stats.measurement.scale_reliability import ScaleReliability

__all__ = [
    "ItemAnalysis",
    "ItemCriteria",
    "ItemReliability",
    "Reliability",
    "ScaleCorrelationError",
    "ScaleCorrelations",
    "ScaleReliability",
    "alpha",
    "item_analysis",
    "omega",
    "reliability",
    "scale_correlations",
]
