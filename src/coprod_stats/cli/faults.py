"""How a command ends after an error: one message, an exit status, no traceback."""

from __future__ import annotations

import errno
import io
import sys
from collections.abc import Callable
from typing import NoReturn, TextIO

import click

from coprod_stats.cli.interruption import INTERRUPTED
from coprod_stats.cli.output import fail
from coprod_stats.cli.standard_streams import (
    flush_output,
    open_standard_streams,
    put_aside,
)
from coprod_stats.control_characters import visible
from coprod_stats.errors import CoprodError

_OF_OUTPUT = (errno.ENOSPC, errno.EFBIG, errno.EIO, errno.EBADF)


def run_reporting_faults(action: Callable[[], int | None]) -> None:
    """Run a command and exit with its status; a fault that it raises is reported as a message."""
    open_standard_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without UTF-8 must not stop it
    output = sys.stdout
    try:
        try:
            status = action()
        finally:
            flush_output()
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        sys.stderr.write(visible(shown.getvalue()))
        sys.exit(error.exit_code)
    except click.Abort as error:
        if isinstance(error.__cause__, EOFError):  # which click takes for an interrupt
            fail(
                f"a file ends too early ({error.__cause__}): one that was read, or a part of the "
                "program after a full disk; then remove its folders __pycache__"
            )
        sys.exit(INTERRUPTED)
    except CoprodError as error:
        fail(str(error))
    except BrokenPipeError:
        _end_unread(output)
    except SystemExit:
        if sys.stdout is not output:  # click wraps it where nobody reads, and ends with status 1
            _end_unread(output)
        raise
    except OSError as error:
        fail(f"{error.filename or _unnamed(error)}: {error.strerror or error}")
    else:
        sys.exit(status)


def _end_unread(output: TextIO) -> NoReturn:
    """End well although nobody reads on: the reader, such as head, has read enough."""
    put_aside(output)
    sys.exit(0)


def _unnamed(error: OSError) -> str:
    """Return what an error of the system without a file's name is about: files state theirs."""
    return "standard output" if error.errno in _OF_OUTPUT else "the system"
