"""Errors of this room."""

from __future__ import annotations

from coprod_stats.errors import CoprodError


class LatentModelError(CoprodError):
    """A latent-variable model that cannot be fitted as it was asked for."""
