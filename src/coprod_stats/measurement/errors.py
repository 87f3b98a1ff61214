"""Errors of the measurement functions that take plain data frames."""

from __future__ import annotations

from coprod_stats.errors import CoprodError


class MeasurementDataError(CoprodError):
    """The data frame cannot carry the statistic that was asked for."""
