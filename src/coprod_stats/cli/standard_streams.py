"""Standard output and error where they are closed, full, or no longer read."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import TextIO


def open_standard_streams() -> None:
    """Let the null device stand for streams that are closed, as after ``>&-`` in a shell.

    Otherwise the next file opened would get the number of standard output, and receive what is
    printed.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number is this one
    if sys.stdout is None:
        sys.stdout = _null()
    if sys.stderr is None:
        sys.stderr = _null()


def put_aside(stream: TextIO) -> None:
    """Let the null device take what a stream still holds: the interpreter flushes at its end."""
    descriptor = os.open(os.devnull, os.O_WRONLY)
    os.dup2(descriptor, stream.fileno())
    os.close(descriptor)


def flush_output() -> None:
    """Bring what was printed to standard output.

    Raises
    ------
    OSError
        Naming standard output, if it is full; it is put aside then.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        put_aside(sys.stdout)
        raise OSError(error.errno, error.strerror, "standard output") from error


def _null() -> TextIO:
    return open(_null_device(), "w", encoding="utf-8", closefd=False)


@cache
def _null_device() -> int:
    """Open the null device; it stays open until the end, so that nobody has to close it."""
    return os.open(os.devnull, os.O_WRONLY)
