"""Where the installed ``coprod`` starts."""

from __future__ import annotations

from coprod_stats.cli.application import app
from coprod_stats.cli.faults import run_telling_faults


def run() -> None:
    """Run the command line; a fault of input is one message and exit status 1."""
    run_telling_faults(lambda: app(prog_name="coprod", standalone_mode=False))
