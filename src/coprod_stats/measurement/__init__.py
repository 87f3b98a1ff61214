"""Measurement quality: item analysis, reliability, correlations, agreement, group differences."""

from coprod_stats.measurement.agreement import (
    IntraclassCorrelation,
    WithinGroupAgreement,
    icc,
    rwg,
)
from coprod_stats.measurement.content_validity import ContentValidity, content_validity
from coprod_stats.measurement.errors import MeasurementDataError
from coprod_stats.measurement.frame_reliability import ItemReliability, alpha, omega
from coprod_stats.measurement.group_comparison import GroupComparison, compare_groups
from coprod_stats.measurement.item_analysis import ItemAnalysis, ItemCriteria, item_analysis
from coprod_stats.measurement.partial_correlation import PartialCorrelation, partial_correlation
from coprod_stats.measurement.reliability import Reliability, reliability
from coprod_stats.measurement.scale_correlations import (
    ScaleCorrelationError,
    ScaleCorrelations,
    scale_correlations,
)
from coprod_stats.measurement.scale_reliability import ScaleReliability

__all__ = [
    "ContentValidity",
    "GroupComparison",
    "IntraclassCorrelation",
    "ItemAnalysis",
    "ItemCriteria",
    "ItemReliability",
    "MeasurementDataError",
    "PartialCorrelation",
    "Reliability",
    "ScaleCorrelationError",
    "ScaleCorrelations",
    "ScaleReliability",
    "WithinGroupAgreement",
    "alpha",
    "compare_groups",
    "content_validity",
    "icc",
    "item_analysis",
    "omega",
    "partial_correlation",
    "reliability",
    "rwg",
    "scale_correlations",
]
