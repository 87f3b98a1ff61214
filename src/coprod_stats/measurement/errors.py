"""Errors of the functions on plain data frames."""

from __future__ import annotations

from coprod_stats.errors import CoprodError


class MeasurementDataError(CoprodError):
    """The statistic cannot be computed from the data frame."""
