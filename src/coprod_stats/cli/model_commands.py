"""``coprod sem``: one latent-variable model from its text."""

from __future__ import annotations

import typer


def register(main: typer.Typer) -> None:
    """Add the commands that stand at the top level."""
