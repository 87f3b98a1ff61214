"""Errors of documents and reports."""

from __future__ import annotations

from coprod_stats.errors import CoprodError


class ReportError(CoprodError):
    """A document that cannot be rendered, or a report folder that cannot be read."""
