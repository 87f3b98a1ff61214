"""The one way in which this package writes a file.

What is written lies beside the file that it replaces until it is complete and on the disk; then it
is put in place. After an error, a full disk or a kill there is the whole old file or the whole new
one. What is written within ``committed_together`` is put in place together.
"""

from __future__ import annotations

import io
import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from coprod_stats.files.commit import commit, finish_interrupted
from coprod_stats.files.same_file import same_file
from coprod_stats.files.staged_file import StagedFile, is_unfinished

_STREAMS = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
_DESCRIPTOR = re.compile(r"/(?:dev|proc/(?:self|thread-self))/fd/([0-9]+)")


class InputOverwrittenError(OSError):
    """A file to write that is one of those that are read."""


@dataclass(eq=False, slots=True)
class _Group:
    """What is written together: files beside their places, new folders, what follows."""

    files: list[StagedFile] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    afterwards: list[Callable[[], None]] = field(default_factory=list)

    def discard(self) -> None:
        for file in self.files:
            file.discard()
        for folder in self.folders:
            with suppress(OSError):  # somebody else has put something into it
                folder.rmdir()


_group: ContextVar[_Group | None] = ContextVar("_group", default=None)
_inputs: ContextVar[tuple[Path, ...]] = ContextVar("_inputs", default=())


@contextmanager
def committed_together() -> Iterator[None]:
    """Commit all files that are written within together at the end, or none after an error.

    Where one is within another, the outer one counts.
    """
    if _group.get() is not None:
        yield
        return
    group = _Group()
    token = _group.set(group)
    try:
        yield
        if group.files:
            with _named(group.files[0].path):
                commit(group.files)
    except BaseException:
        group.discard()
        raise
    finally:
        _group.reset(token)
    for action in group.afterwards:
        action()


@contextmanager
def written(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file for writing bytes; it is in place when the block, or its group, ends.

    A named pipe, a device, and ``/dev/stdout`` receive the bytes then.

    Raises
    ------
    OSError
        If it cannot be written; with the name of the path.
    InputOverwrittenError
        If it is one of the files of ``inputs_kept``.
    """
    path = Path(path)
    with committed_together(), _named(path):
        refuse_input(path)
        if is_stream(path):
            with _passed_on(path) as stream:
                yield stream
            return
        finish_interrupted(path.parent)
        file = StagedFile(path)
        _current().files.append(file)
        yield file.stream
        file.complete()


def write_file(path: str | Path, content: str | bytes) -> None:
    """Write a file; text is written in UTF-8, its line ends unchanged."""
    with written(path) as stream:
        stream.write(content.encode() if isinstance(content, str) else content)


def make_folder(folder: Path) -> None:
    """Make a folder where there is none; it goes again if what is written with it fails."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    if (group := _group.get()) is not None:
        group.folders.extend(missing)


def discard_unfinished() -> None:
    """Remove what has not been put in place, before the process is left without ceremony."""
    if (group := _group.get()) is not None:
        group.discard()


def when_committed(action: Callable[[], None]) -> None:
    """Do something once what is being written is in place; at once if nothing is."""
    group = _group.get()
    if group is None:
        action()
    else:
        group.afterwards.append(action)


@contextmanager
def inputs_kept(paths: Iterable[Path]) -> Iterator[None]:
    """Refuse to write any of these files, by whatever name, within the block."""
    token = _inputs.set((*_inputs.get(), *paths))
    try:
        yield
    finally:
        _inputs.reset(token)


def refuse_input(path: Path) -> None:
    """Refuse a path that leads to one of the files of ``inputs_kept``.

    Raises
    ------
    InputOverwrittenError
    """
    for kept in _inputs.get():
        if same_file(path, kept):
            raise InputOverwrittenError(
                None, f"it is read as {kept}, and would be overwritten", str(path)
            )


def is_stream(path: Path) -> bool:
    """Return whether bytes for a path are passed on: a pipe, a device, an open descriptor."""
    if _descriptor(path) is not None:
        return True
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _current() -> _Group:
    group = _group.get()
    assert group is not None
    return group


@contextmanager
def _passed_on(path: Path) -> Iterator[BinaryIO]:
    """Collect bytes, and pass them on once the files of the group are in place."""
    kept = io.BytesIO()
    yield kept

    def pass_on() -> None:
        with _named(path), _open_stream(path) as stream:
            stream.write(kept.getbuffer())

    when_committed(pass_on)


def _open_stream(path: Path) -> BinaryIO:
    descriptor = _descriptor(path)
    if descriptor is None:
        return path.open("wb")
    sys.stdout.flush()
    return os.fdopen(os.dup(descriptor), "wb")


def _descriptor(path: Path) -> int | None:
    """Return the number of the open file that a path such as /dev/stdout stands for."""
    name = path.absolute().as_posix()
    found = _DESCRIPTOR.fullmatch(name)
    return int(found[1]) if found else _STREAMS.get(name)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Let an error of the system name the file as it was asked for."""
    try:
        yield
    except OSError as error:
        if error.errno is None or not _is_about(error.filename, path):
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def _is_about(named: object, path: Path) -> bool:
    """Return whether an error is about a file: names none, its folder, or the file beside it."""
    if not isinstance(named, str | Path):
        return named is None
    place, found = Path(os.path.realpath(path)).parent, Path(os.path.realpath(named))
    return found == place or is_unfinished(found.name)
