"""Errors of latent-variable models."""

from __future__ import annotations

from coprod_stats.errors import CoprodError, UnknownNameError


class LatentModelError(CoprodError):
    """A latent-variable model that cannot be fitted as requested."""


class AbsentColumnError(UnknownNameError, LatentModelError):
    """A column of groups, clusters or weights that the data do not have."""
