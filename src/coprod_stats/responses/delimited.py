"""CSV and its relatives, in any common encoding and with any common delimiter."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection
from pathlib import Path

from coprod_stats.responses.raw_table import RawRow, RawTable, ResponsesError, read_bytes

DELIMITERS = (",", ";", "\t", "|")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1256", "mac_roman", "gb18030",
           "big5", "shift_jis", "euc_kr"]  # fmt: skip


def read_delimited(path: Path, *, expected: Collection[str]) -> RawTable:
    """Read a delimited text file.

    Parameters
    ----------
    path : Path
        The file.
    expected : collection of str
        Column names of the instrument: the delimiter is the one that finds most of them.

    Raises
    ------
    ResponsesError
        If the file cannot be read, decoded or parsed, or has no header.
    """
    content, sha256 = read_bytes(path)
    text, encoding = decode(content, path.name)
    lines_before = 0
    if text[:4].lower() == "sep=":
        _, _, text = text.partition("\n")
        lines_before = 1
    delimiter = _delimiter(text, expected)
    try:
        rows = _rows(text, delimiter, lines_before)
    except csv.Error as error:
        raise ResponsesError(f"{path.name}: not a readable table: {error}") from error
    if not rows:
        raise ResponsesError(f"{path.name}: the file is empty; a header with item ids is needed")
    return RawTable(
        file=path.name,
        sha256=sha256,
        reading=f"CSV, {encoding}, delimiter {delimiter!r}",
        header=rows[0].cells,
        rows=tuple(rows[1:]),
    )


def decode(content: bytes, name: str) -> tuple[str, str]:
    """Decode bytes; gives the text and the encoding's name.

    A byte-order mark decides; then UTF-8 if the bytes are valid in it; then the most likely legacy
    encoding by the character statistics of charset-normalizer.

    Raises
    ------
    ResponsesError
        If no encoding fits.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _decode_as(content, encoding, name), encoding
    if b"\x00" in content[:1000]:
        encoding = "utf-16-le" if content[1:2] == b"\x00" else "utf-16-be"
        return _decode_as(content, encoding, name), encoding
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _decode_legacy(content, name)


def _decode_as(content: bytes, encoding: str, name: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ResponsesError(f"{name}: not readable as {encoding}: {error.reason}") from error


def _decode_legacy(content: bytes, name: str) -> tuple[str, str]:
    # charset-normalizer takes .1 s to load and is rarely needed
    from charset_normalizer import from_bytes

    guess = from_bytes(content, cp_isolation=_LEGACY, preemptive_behaviour=False).best()
    if guess is None:
        raise ResponsesError(f"{name}: the encoding is not recognised; save the file as UTF-8")
    return str(guess), guess.encoding


def _delimiter(text: str, expected: Collection[str]) -> str:
    first = text.lstrip("\r\n").splitlines()[:1]
    known = {name.casefold() for name in expected}

    def found(delimiter: str) -> tuple[int, int]:
        try:
            cells = next(csv.reader(first, delimiter=delimiter), [])
        except csv.Error:
            return -1, 0
        return sum(cell.strip().casefold() in known for cell in cells), len(cells)

    return max(DELIMITERS, key=found)


def _rows(text: str, delimiter: str, lines_before: int) -> list[RawRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[RawRow] = []
    line = 1 + lines_before
    for cells in reader:
        if cells:
            rows.append(RawRow(line, tuple(cells)))
        line = reader.line_num + 1 + lines_before
    return rows
