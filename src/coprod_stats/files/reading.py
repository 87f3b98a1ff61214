"""Files that a user gives: their bytes up to a limit, their text in any encoding, their JSON."""

from __future__ import annotations

import codecs
import json
import math
import os
import stat
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from coprod_stats.errors import CoprodError
from coprod_stats.suggestions import closest

LIMIT_VARIABLE = "COPROD_MAX_BYTES"
"""Environment variable that replaces ``MAX_BYTES``."""
MAX_BYTES = 1_000_000_000
"""Largest file, and largest content of a compressed one, that is read unless the user says so."""
CELL_BYTES = 2
"""Least size of a cell of a packed table when it is unpacked: a digit and a comma."""
_CHUNK = 1 << 24
"""Bytes that are read or decoded at a time. After it has freed a piece of this size, the C library
keeps memory for the arrays that follow, instead of returning each of them to the system."""
_MOST_COMPARED = 1_000
_MOST_PACKED = 100
_SMALL_PART = 1_000_000
"""Bytes to which a part may unpack whatever its ratio; the ratio is that of Apache POI's
ZipSecureFile, three times that of a sheet with the same text in every cell."""
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = [
    "cp1252",
    "cp1251",
    "mac_roman",
    "cp1250",
    "cp1253",
    "cp1254",
    "cp1256",
    "gb18030",
    "big5",
    "shift_jis",
    "euc_kr",
]
"""Encodings before Unicode, the more common first: a short text may fit several equally well."""


def size_limit(*, error: type[CoprodError] = CoprodError) -> int:
    """Return the largest size in bytes that is read: ``MAX_BYTES``, or what the user allows.

    Raises
    ------
    CoprodError
        Of the type ``error``, if the environment variable is not a positive number.
    """
    stated = os.environ.get(LIMIT_VARIABLE, "")
    if not stated:
        return MAX_BYTES
    try:
        limit = float(stated)
    except ValueError:
        limit = math.nan
    if not 1 <= limit < math.inf:
        raise error(f"{LIMIT_VARIABLE}={stated}: not a number of bytes, such as 5e9")
    return int(limit)


def check_size(
    name: str, size: int, what: str, *, error: type[CoprodError], limit: int | None = None
) -> None:
    """Refuse what is larger than the limit, before it is read.

    Parameters
    ----------
    name : str
        The file, for the message.
    size : int
        In bytes.
    what : str
        What has this size, such as ``the file``.
    error : type of CoprodError
    limit : int, optional
        A limit that stays whatever the user allows, as that of questionnaires.

    Raises
    ------
    CoprodError
        Of the type ``error``.
    """
    most = limit or size_limit(error=error)
    if size > most:
        remedy = f"if this is the right file, set the environment variable {LIMIT_VARIABLE}"
        raise error(
            f"{name}: cannot be read: {what} has {size:,} bytes, more than the limit of {most:,}; "
            f"{remedy if limit is None else 'is this the right file?'}"
        )


def read_bytes(
    path: Path,
    *,
    error: type[CoprodError],
    limit: int | None = None,
    known: Callable[[], Iterable[str]] = tuple,
) -> bytes:
    """Read a regular file or a pipe; the size is checked before, and while, it is read.

    Parameters
    ----------
    path : Path
    error : type of CoprodError
    limit : int, optional
        As in :func:`check_size`.
    known : callable
        Called for names that may have been meant where a bare name is no file.

    Raises
    ------
    CoprodError
        Of the type ``error``, if the file cannot be read, is a device, or exceeds the limit.
    """
    try:
        with path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            if not (stat.S_ISREG(status.st_mode) or stat.S_ISFIFO(status.st_mode)):
                raise error(f"{path}: cannot be read: neither a file nor a pipe")
            check_size(str(path), status.st_size, "the file", error=error, limit=limit)
            return _read_up_to_limit(stream, path, error, limit)
    except (OSError, ValueError) as reason:  # ValueError: a null character in the name
        stated = reason.strerror if isinstance(reason, OSError) else None
        meant = closest(path.name, _alike(path, known)) if not path.exists() else ""
        raise error(f"{path}: cannot be read: {stated or reason}{meant}") from reason


def _alike(path: Path, known: Callable[[], Iterable[str]]) -> list[str]:
    """Return the names that may have been meant by a file that does not exist."""
    beside = path.parent.glob(f"*{path.suffix}") if path.parent.is_dir() else iter(())
    names = [other.name for other in islice(beside, _MOST_COMPARED)]
    names += known() if path.name == str(path) else ()
    # an ending that is shared makes no names alike, and what was named is not there
    return [n for n in names if n != path.name and closest(path.stem, [Path(n).stem])]


def _read_up_to_limit(
    stream: BinaryIO, path: Path, error: type[CoprodError], limit: int | None
) -> bytes:
    """Read a stream that may be longer than its size says, as pipes are."""
    chunks, size = [], 0
    while chunk := stream.read(_CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        check_size(str(path), size, "what was read so far", error=error, limit=limit)
    return b"".join(chunks)


def check_table(name: str, n_rows: int, n_columns: int, *, error: type[CoprodError]) -> None:
    """Refuse a packed table that would exceed the limit as a CSV.

    Raises
    ------
    CoprodError
        Of the type ``error``.
    """
    check_size(name, CELL_BYTES * n_rows * n_columns, "the unpacked table", error=error)


def check_archive(name: str, content: bytes, *, error: type[CoprodError]) -> None:
    """Refuse a ZIP archive, as a workbook is, by the sizes that it declares.

    No more than these is unpacked, whatever the archive holds.

    Raises
    ------
    CoprodError
        Of the type ``error``, if its content exceeds the limit, or is packed as no table is.
    zipfile.BadZipFile
        If it is no archive.
    """
    # for workbooks only
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    total = sum(part.file_size for part in parts)
    check_size(name, total, "the unpacked workbook", error=error)
    for part in parts:
        packed_tightly = part.file_size > _MOST_PACKED * max(part.compress_size, 1)
        if packed_tightly and part.file_size > _SMALL_PART:
            raise error(
                f"{name}: cannot be read: its part {part.filename} unpacks to "
                f"{part.file_size:,} bytes, more than {_MOST_PACKED} times its size, which no "
                "table does; save it as CSV"
            )


def parse_json(content: bytes | str) -> Any:
    """Parse JSON, in UTF-8 if it comes as bytes.

    Raises
    ------
    ValueError
        If it is no JSON, or nested too deeply for any document of ours.
    """
    try:
        return json.loads(content)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


class Encoding(NamedTuple):
    """The encoding of a file, as a codec of Python, and whether it is a guess."""

    codec: str
    guessed: bool = False

    def __str__(self) -> str:
        return f"{self.codec} (guessed)" if self.guessed else self.codec


def encoding_of(content: bytes, name: str, *, error: type[CoprodError]) -> Encoding:
    """Return the encoding in which all bytes of a file are readable.

    A byte-order mark decides; then the zero bytes that UTF-16 writes beside every ASCII letter of a
    header; then UTF-8 if the bytes are valid in it; then the most likely older encoding by the
    character statistics of charset-normalizer, in which case it is marked as a guess.

    Raises
    ------
    CoprodError
        Of the type ``error``, if no encoding fits.
    """
    for mark, codec in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return Encoding(_checked(content, codec, name, error))
    for codec, zeros in (("utf-16-be", content[:200:2]), ("utf-16-le", content[1:200:2])):
        if zeros and zeros.count(0) > len(zeros) / 2:
            return Encoding(_checked(content, codec, name, error))
    if _undecodable(content, "utf-8") is None:
        return Encoding("utf-8")
    codec = _legacy_encoding(content, name, error)
    return Encoding(_checked(content, codec, name, error), guessed=True)


def decode(content: bytes, name: str, *, error: type[CoprodError]) -> tuple[str, str]:
    """Decode bytes, and return the text and the name of the encoding, see :func:`encoding_of`.

    Raises
    ------
    CoprodError
        Of the type ``error``, if no encoding fits.
    """
    encoding = encoding_of(content, name, error=error)
    return content.decode(encoding.codec), str(encoding)


def _checked(content: bytes, codec: str, name: str, error: type[CoprodError]) -> str:
    if (reason := _undecodable(content, codec)) is not None:
        raise error(
            f"{name}: not readable as {codec}: {reason.reason} at byte {reason.start:,}"
        ) from reason
    return codec


def _undecodable(content: bytes, codec: str) -> UnicodeDecodeError | None:
    """Return why bytes are not readable in an encoding; decodes a piece at a time."""
    decoder = codecs.getincrementaldecoder(codec)()
    pieces = memoryview(content)
    try:
        for start in range(0, len(pieces), _CHUNK):
            decoder.decode(bytes(pieces[start : start + _CHUNK]))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        try:
            content.decode(codec)
        except UnicodeDecodeError as reason:  # with its place in the whole
            return reason
    return None


def _legacy_encoding(content: bytes, name: str, error: type[CoprodError]) -> str:
    # charset-normalizer takes .1 s to load and is rarely needed
    from charset_normalizer import from_bytes

    guesses = from_bytes(content, cp_isolation=_LEGACY, preemptive_behaviour=False)
    if not guesses:
        raise error(f"{name}: the encoding is not recognised; save the file as UTF-8")
    _, rank = min(
        (round(guess.chaos, 2), _LEGACY.index(encoding))
        for guess in guesses
        for encoding in guess.could_be_from_charset
    )
    return _LEGACY[rank]
