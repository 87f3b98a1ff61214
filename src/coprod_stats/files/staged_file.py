"""A file that is written beside the one it will replace, under a name that begins with a point."""

from __future__ import annotations

import errno
import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

SUFFIX, FORMER = ".partial", ".former"
"""What names end in: of a file not yet complete, and of the one that it is about to replace."""

_HIDDEN = re.compile(r"\..*\.[0-9a-f]{8}\.(partial|former)", re.DOTALL)
_SHOWN_OF_NAME = 40  # characters: a name may have no more than 255 bytes
_ABANDONED = 24 * 3600.0
"""Seconds since the last change after which no process is writing a file any longer."""


def is_unfinished(name: str) -> bool:
    """Return whether a file's name is that of one still being written, or left by a kill."""
    return _HIDDEN.fullmatch(name) is not None


def belongs_to(name: str, final: str) -> bool:
    """Return whether a name is that of a file being written for another."""
    return is_unfinished(name) and name.startswith(_hidden(final))


class StagedFile:
    """A file being written; ``final`` is what it will replace.

    It lies in the folder of that file, so that one renaming puts it in place. A replaced file's
    permissions are kept, and its owner as far as the system allows; where ``path`` is a symbolic
    link, the link stays and what it points to is replaced.

    Parameters
    ----------
    path : Path
        The file to write. ``final`` is where it leads, every symbolic link followed.

    Raises
    ------
    OSError
        If the path is a folder, a protected file, or lies where no file can be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.final = Path(os.path.realpath(path))
        former = _status(self.final)
        if former is not None:
            refuse_unwritable(path)
        remove_abandoned(self.final)
        self.partial = self.final.with_name(
            f"{_hidden(self.final.name)}{os.urandom(4).hex()}{SUFFIX}"
        )
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self.stream: BinaryIO = os.fdopen(os.open(self.partial, flags, 0o666), "wb")
        self.inode = self.partial.stat().st_ino
        if former is not None:
            self._keep_access(former)

    def _keep_access(self, former: os.stat_result) -> None:
        own = self.partial.stat()
        if (own.st_uid, own.st_gid) != (former.st_uid, former.st_gid):
            with suppress(PermissionError):  # only root may give a file away
                os.chown(self.partial, former.st_uid, former.st_gid)
        self.partial.chmod(stat.S_IMODE(former.st_mode))

    def complete(self) -> None:
        """Bring what was written to the disk."""
        self.stream.flush()
        os.fsync(self.stream.fileno())
        self.stream.close()

    def discard(self) -> None:
        """Remove it, complete or not."""
        with suppress(OSError):  # a full disk: what could not be written is not wanted
            self.stream.close()
        self.partial.unlink(missing_ok=True)

    def keep_former(self) -> Path | None:
        """Keep the file that will be replaced under a second name; None if there is none."""
        if not self.final.exists():
            return None
        former = self.partial.with_suffix(FORMER)
        try:
            os.link(self.final, former)
        except OSError:  # a file system without hard links
            former.write_bytes(self.final.read_bytes())
        return former


def refuse_unwritable(path: Path) -> None:
    """Raise the error that writing an existing path in place would raise.

    Raises
    ------
    OSError
        If it is a folder, or protected against writing.
    """
    if path.is_dir():
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not os.access(path, os.W_OK):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def remove_abandoned(final: Path) -> None:
    """Remove what processes that were killed long ago had begun to write for the same file."""
    for path in _hidden_files(final):
        with suppress(OSError):  # another process was faster, or it is somebody else's
            if time.time() - path.stat().st_mtime > _ABANDONED:
                path.unlink()


def _hidden_files(final: Path) -> Iterator[Path]:
    with os.scandir(final.parent) as entries:
        for entry in entries:
            if belongs_to(entry.name, final.name):
                yield Path(entry.path)


def _hidden(name: str) -> str:
    return f".{name[:_SHOWN_OF_NAME]}."


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None
