"""Entry point of the installed ``coprod``.

Only what is loaded within ``run`` can be interrupted quietly: nothing else is loaded before.
"""

from __future__ import annotations

import atexit
import gc

from coprod_stats.cli.interruption import QuietlyInterruptible

_ALLOCATIONS_BETWEEN_COLLECTIONS = 100_000


def run() -> None:
    """Run the command line; faulty input ends with one message and exit status 1."""
    # modules, which stay until the end, are most of what is allocated at the start: the collector
    # would search them for garbage a hundred times
    gc.set_threshold(_ALLOCATIONS_BETWEEN_COLLECTIONS)
    # nor need they be searched at the end, when the system takes back all memory: that would take a
    # tenth of the time of a small model
    atexit.register(gc.freeze)
    with QuietlyInterruptible():
        from coprod_stats.cli.application import app
        from coprod_stats.cli.faults import run_reporting_faults

        run_reporting_faults(lambda: app(prog_name="coprod", standalone_mode=False))
