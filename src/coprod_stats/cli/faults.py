"""How a command ends after an error: one message, an exit status, no traceback."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable

import click

from coprod_stats.cli.output import fail
from coprod_stats.control_characters import visible
from coprod_stats.errors import CoprodError

INTERRUPTED = 130
"""Exit status after an interrupt from the keyboard: 128 plus the number of the signal."""


def run_reporting_faults(action: Callable[[], int | None]) -> None:
    """Run a command and exit with its status; a fault that it raises is reported as a message."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without UTF-8 must not stop it
    try:
        try:
            status = action()
        finally:
            sys.stdout.flush()
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        sys.stderr.write(visible(shown.getvalue()))
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(INTERRUPTED)
    except CoprodError as error:
        fail(str(error))
    except BrokenPipeError:
        # the reader (such as head) closed the pipe; the interpreter must not flush into it again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        fail(f"{error.filename or 'a file'}: {error.strerror or error}")
    else:
        sys.exit(status)
