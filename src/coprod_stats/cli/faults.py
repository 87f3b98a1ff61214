"""How a fault of input is told: one message and exit status 1."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable

from coprod_stats.cli.output import fail
from coprod_stats.errors import CoprodError


def run_telling_faults(action: Callable[[], object]) -> None:
    """Run a command; what it raises for a fault of input becomes a message."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without UTF-8 is no reason to stop
    try:
        try:
            action()
        finally:
            sys.stdout.flush()
    except CoprodError as error:
        fail(str(error))
    except BrokenPipeError:
        # the reader has gone, as head does; the interpreter must not flush into the pipe again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        fail(f"{error.filename or 'a file'}: {error.strerror or error}")
