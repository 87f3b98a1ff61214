"""Entry point of the installed ``coprod``."""

from __future__ import annotations

from coprod_stats.cli.application import app
from coprod_stats.cli.faults import run_reporting_faults


def run() -> None:
    """Run the command line; faulty input ends with one message and exit status 1."""
    run_reporting_faults(lambda: app(prog_name="coprod", standalone_mode=False))
