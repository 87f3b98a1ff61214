"""The bytes of a file whose name somebody else wrote down."""

from __future__ import annotations

import errno
import os
from pathlib import Path


def read_file(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    OSError
        If it cannot be read, also because its name is none, as with a null character.
    """
    try:
        return path.read_bytes()
    except ValueError as error:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path)) from error
