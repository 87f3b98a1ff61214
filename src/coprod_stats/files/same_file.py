"""Whether two paths lead to the same file."""

from __future__ import annotations

import os
from pathlib import Path


def same_file(one: Path, other: Path) -> bool:
    """Return whether two paths lead to the same file, or would on some file system.

    Symbolic and hard links are followed. Paths that differ by case alone count as the same: they
    are on macOS and Windows, where somebody else may run the same command.
    """
    try:
        if one.samefile(other):
            return True
    except OSError:  # one of them does not exist
        pass
    return os.path.realpath(one).casefold() == os.path.realpath(other).casefold()
