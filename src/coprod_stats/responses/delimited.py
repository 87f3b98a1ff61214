"""CSV and similar files, in any common encoding and with any common delimiter."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from coprod_stats.responses.coded_rows import CodedBlock, CodedRows
from coprod_stats.responses.raw_table import RawRow, RawTable, ResponsesError, is_filled, read_bytes

DELIMITERS = (",", ";", "\t", "|")
MAX_CELL = 131_072
"""Longest cell in characters: an open quotation mark would otherwise swallow the file. Python's own
limit has the same value, but any library in the process may have changed it."""
_PIECE = 1 << 20  # bytes
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
    encoding = encoding_of(content, path.name)
    # decoded as it is read: the whole text would take up to four bytes a character
    text = io.TextIOWrapper(io.BytesIO(content), encoding.codec, newline="")
    beginning = text.read(MAX_CELL)
    text.seek(0)
    stated = text.readline() if beginning[:4].casefold() == "sep=" else ""
    delimiter = stated[4:].rstrip("\r\n")
    if delimiter not in DELIMITERS:
        delimiter = _likely_delimiter(beginning[len(stated) :], expected)
    rows = _rows(text, delimiter, 1 if stated else 0, path.name)
    header = next(rows, None)
    if header is None:
        raise ResponsesError(f"{path.name}: the file is empty; a header with item ids is needed")
    answers = CodedRows.of(rows)
    _refuse_long_cells(CodedRows.of([header]), path.name)
    _refuse_long_cells(answers, path.name)
    return RawTable(
        file=path.name,
        sha256=sha256,
        reading=f"CSV, {encoding}, delimiter {delimiter!r}",
        header=header.cells,
        rows=_without_last_delimiter(answers, len(header.cells)),
        comma_is_decimal=delimiter != ",",
    )


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding of a file, as a codec of Python, and whether it is a guess."""

    codec: str
    guessed: bool = False

    def __str__(self) -> str:
        return f"{self.codec} (guessed)" if self.guessed else self.codec


def encoding_of(content: bytes, name: str) -> Encoding:
    """Return the encoding in which all bytes of a file are readable.

    A byte-order mark decides; then the zero bytes that UTF-16 writes beside every ASCII letter of a
    header; then UTF-8 if the bytes are valid in it; then the most likely older encoding by the
    character statistics of charset-normalizer, in which case it is marked as a guess.

    Raises
    ------
    ResponsesError
        If no encoding fits.
    """
    for mark, codec in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return Encoding(_checked(content, codec, name))
    for codec, zeros in (("utf-16-be", content[:200:2]), ("utf-16-le", content[1:200:2])):
        if zeros and zeros.count(0) > len(zeros) / 2:
            return Encoding(_checked(content, codec, name))
    if _undecodable(content, "utf-8") is None:
        return Encoding("utf-8")
    return Encoding(_checked(content, _legacy_encoding(content, name), name), guessed=True)


def decode(content: bytes, name: str) -> tuple[str, str]:
    """Decode bytes, and return the text and the name of the encoding, see `encoding_of`.

    Raises
    ------
    ResponsesError
        If no encoding fits.
    """
    encoding = encoding_of(content, name)
    return content.decode(encoding.codec), str(encoding)


def _checked(content: bytes, codec: str, name: str) -> str:
    if (error := _undecodable(content, codec)) is not None:
        raise ResponsesError(
            f"{name}: not readable as {codec}: {error.reason} at byte {error.start:,}"
        ) from error
    return codec


def _undecodable(content: bytes, codec: str) -> UnicodeDecodeError | None:
    """Return why bytes are not readable in an encoding; decodes a piece at a time."""
    decoder = codecs.getincrementaldecoder(codec)()
    pieces = memoryview(content)
    try:
        for start in range(0, len(pieces), _PIECE):
            decoder.decode(bytes(pieces[start : start + _PIECE]))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        try:
            content.decode(codec)
        except UnicodeDecodeError as error:  # with its place in the whole
            return error
    return None


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


def _likely_delimiter(beginning: str, expected: Collection[str]) -> str:
    header = beginning.lstrip("\r\n").splitlines()[:1]
    known = {name.casefold() for name in expected}

    def found(delimiter: str) -> tuple[int, int]:
        try:
            cells = next(csv.reader(header, delimiter=delimiter), [])
        except csv.Error:
            return -1, 0
        return sum(cell.strip().casefold() in known for cell in cells), len(cells)

    return max(DELIMITERS, key=found)


def _rows(text: io.TextIOWrapper, delimiter: str, lines_before: int, name: str) -> Iterator[RawRow]:
    """Yield the rows that are not blank, each with its first line."""
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    line = 1 + lines_before
    try:
        for cells in reader:
            if cells and (cells[0].strip() or is_filled(cells)):
                yield RawRow(line, tuple(cells))
            line = reader.line_num + 1 + lines_before
    except csv.Error as error:
        raise ResponsesError(f"{name}:{line}: {_explained(error)}") from error


def _refuse_long_cells(rows: CodedRows, name: str) -> None:
    """Refuse cells that Python's own limit, where it was raised, has let pass."""
    for block in rows.blocks.values():
        for column in block.columns:
            long = [text for text in column.texts if len(text) > MAX_CELL]
            if long:
                line = block.lines[column.rows_with(long)[0]]
                raise ResponsesError(f"{name}:{line}: {_TOO_LONG}")


def _explained(error: csv.Error) -> str:
    what = str(error)
    if "unexpected end of data" in what:
        return "a quotation mark opened here is never closed"
    if "field larger" in what:
        return _TOO_LONG
    if "expected after" in what:
        return "text after a closing quotation mark; quotation marks within a cell are doubled"
    return f"not a readable row: {what}"


def _without_last_delimiter(rows: CodedRows, width: int) -> CodedRows:
    """Drop one blank cell beyond the header if every row ends with one."""
    block = rows.of_width(width + 1)
    if len(block) == len(rows) and not any(map(str.strip, block.columns[-1].texts)):
        return CodedRows([CodedBlock(block.lines, block.columns[:-1])])
    return rows
