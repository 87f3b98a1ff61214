"""Errors of latent-variable models."""

from __future__ import annotations

from coprod_stats.errors import CoprodError


class LatentModelError(CoprodError):
    """A latent-variable model that cannot be fitted as requested."""
