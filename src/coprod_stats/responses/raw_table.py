"""A table of answers as a file gives it: text cells, before any instrument is consulted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from coprod_stats.errors import CoprodError


class ResponsesError(CoprodError):
    """A file of answers that cannot be read as a table."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row of the file: its line (the header's is 1) and its cells."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawTable:
    """A file of answers as text.

    Attributes
    ----------
    labels : tuple of (column, ((code, label), ...))
        Value labels that the file itself carries (SPSS); empty for other formats.
    reading : str
        How the file was read, for the report, as ``CSV, utf-8, delimiter ','``.
    """

    file: str
    sha256: str
    reading: str
    header: tuple[str, ...]
    rows: tuple[RawRow, ...]
    labels: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()


def read_bytes(path: Path) -> tuple[bytes, str]:
    """Read a file; gives its bytes and their SHA-256.

    Raises
    ------
    ResponsesError
        If the file cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ResponsesError(f"{path}: cannot be read: {error.strerror or error}") from error
    return content, hashlib.sha256(content).hexdigest()
