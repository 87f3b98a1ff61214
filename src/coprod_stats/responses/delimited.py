"""CSV and similar files, in any common encoding and with any common delimiter."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection
from pathlib import Path

from coprod_stats.responses.raw_table import RawRow, RawTable, ResponsesError, is_filled, read_bytes

DELIMITERS = (",", ";", "\t", "|")
MAX_CELL = 131_072
"""Longest cell in characters: an open quotation mark would otherwise swallow the file. Python's own
limit has the same value, but any library in the process may have changed it."""
_TOO_LONG = f"a cell of more than {MAX_CELL:,} characters, or a quotation mark that is never closed"
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


def read_delimited(path: Path, *, expected: Collection[str]) -> RawTable:
    """Read a delimited text file.

    Excel's first line ``sep=;`` is respected, and a delimiter that ends every row but not the
    header is ignored.

    Parameters
    ----------
    path : Path
        The file.
    expected : collection of str
        Column names of the instrument: the delimiter that finds most of them is used.

    Raises
    ------
    ResponsesError
        If the file cannot be read, decoded or parsed, or has no header.
    """
    content, sha256 = read_bytes(path)
    text, encoding = decode(content, path.name)
    delimiter, text, lines_before = _stated_delimiter(text)
    delimiter = delimiter or _likely_delimiter(text, expected)
    rows = _rows(text, delimiter, lines_before, path.name)
    if not rows:
        raise ResponsesError(f"{path.name}: the file is empty; a header with item ids is needed")
    header, *answers = rows
    return RawTable(
        file=path.name,
        sha256=sha256,
        reading=f"CSV, {encoding}, delimiter {delimiter!r}",
        header=header.cells,
        rows=_without_last_delimiter(answers, len(header.cells)),
        comma_is_decimal=delimiter != ",",
    )


def decode(content: bytes, name: str) -> tuple[str, str]:
    """Decode bytes, and return the text and the name of the encoding.

    A byte-order mark decides; then the zero bytes that UTF-16 writes beside every ASCII letter of a
    header; then UTF-8 if the bytes are valid in it; then the most likely older encoding by the
    character statistics of charset-normalizer, in which case the name is marked as a guess.

    Raises
    ------
    ResponsesError
        If no encoding fits.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _decode_as(content, encoding, name), encoding
    for encoding, zeros in (("utf-16-be", content[:200:2]), ("utf-16-le", content[1:200:2])):
        if zeros and zeros.count(0) > len(zeros) / 2:
            return _decode_as(content, encoding, name), encoding
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        encoding = _legacy_encoding(content, name)
        return _decode_as(content, encoding, name), f"{encoding} (guessed)"


def _decode_as(content: bytes, encoding: str, name: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ResponsesError(
            f"{name}: not readable as {encoding}: {error.reason} at byte {error.start:,}"
        ) from error


def _legacy_encoding(content: bytes, name: str) -> str:
    # charset-normalizer takes .1 s to load and is rarely needed
    from charset_normalizer import from_bytes

    guesses = from_bytes(content, cp_isolation=_LEGACY, preemptive_behaviour=False)
    if not guesses:
        raise ResponsesError(f"{name}: the encoding is not recognised; save the file as UTF-8")
    _, rank = min(
        (round(guess.chaos, 2), _LEGACY.index(encoding))
        for guess in guesses
        for encoding in guess.could_be_from_charset
    )
    return _LEGACY[rank]


def _stated_delimiter(text: str) -> tuple[str, str, int]:
    """Return the delimiter of Excel's ``sep=`` line, the text after it and the lines removed."""
    if text[:4].casefold() != "sep=":
        return "", text, 0
    line, _, rest = text.partition("\n")
    stated = line[4:].rstrip("\r")
    return (stated if stated in DELIMITERS else ""), rest, 1


def _likely_delimiter(text: str, expected: Collection[str]) -> str:
    header = text[:MAX_CELL].lstrip("\r\n").splitlines()[:1]
    known = {name.casefold() for name in expected}

    def found(delimiter: str) -> tuple[int, int]:
        try:
            cells = next(csv.reader(header, delimiter=delimiter), [])
        except csv.Error:
            return -1, 0
        return sum(cell.strip().casefold() in known for cell in cells), len(cells)

    return max(DELIMITERS, key=found)


def _rows(text: str, delimiter: str, lines_before: int, name: str) -> list[RawRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[RawRow] = []
    line = 1 + lines_before
    try:
        for cells in reader:
            if any(len(cell) > MAX_CELL for cell in cells):
                raise ResponsesError(f"{name}:{line}: {_TOO_LONG}")
            if is_filled(cells):
                rows.append(RawRow(line, tuple(cells)))
            line = reader.line_num + 1 + lines_before
    except csv.Error as error:
        raise ResponsesError(f"{name}:{line}: {_explained(error)}") from error
    return rows


def _explained(error: csv.Error) -> str:
    what = str(error)
    if "unexpected end of data" in what:
        return "a quotation mark opened here is never closed"
    if "field larger" in what:
        return _TOO_LONG
    if "expected after" in what:
        return "text after a closing quotation mark; quotation marks within a cell are doubled"
    return f"not a readable row: {what}"


def _without_last_delimiter(rows: list[RawRow], width: int) -> tuple[RawRow, ...]:
    """Drop one blank cell beyond the header if every row ends with one."""
    if all(len(row.cells) == width + 1 and not row.cells[-1].strip() for row in rows):
        return tuple(RawRow(row.line, row.cells[:-1]) for row in rows)
    return tuple(rows)
