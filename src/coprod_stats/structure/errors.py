"""Errors of structural analyses."""

from __future__ import annotations

from coprod_stats.errors import CoprodError


class StructureError(CoprodError):
    """A structural analysis that cannot be carried out as requested."""


class ExtraStatementsError(StructureError):
    """Statements beside a model of paths that cannot be stated there."""
