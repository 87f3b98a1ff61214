"""CSV and similar files, in any common encoding and with any common delimiter."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from coprod_stats.files.reading import encoding_of
from coprod_stats.responses.coded_rows import CodedBlock, CodedRows
from coprod_stats.responses.raw_table import (
    MAX_CELL,
    RawRow,
    RawTable,
    ResponsesError,
    is_filled,
    read_bytes,
)

DELIMITERS = (",", ";", "\t", "|")
_SMALL = 1 << 20
"""Bytes up to which a file is parsed row by row."""
_TOO_LONG = f"a cell of more than {MAX_CELL:,} characters, or a quotation mark that is never closed"


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
    encoding = encoding_of(content, path.name, error=ResponsesError)
    # decoded as it is read: the whole text would take up to four bytes a character
    text = io.TextIOWrapper(io.BytesIO(content), encoding.codec, newline="")
    beginning = text.read(MAX_CELL)
    text.seek(0)
    stated = text.readline() if beginning[:4].casefold() == "sep=" else ""
    delimiter = stated[4:].rstrip("\r\n")
    if delimiter not in DELIMITERS:
        delimiter = _likely_delimiter(beginning[len(stated) :], expected)

    def parse(lines: Iterable[str], first: int) -> Iterator[RawRow]:
        return _rows(lines, delimiter, first, path.name)

    first, lines = 2 if stated else 1, _CountedLines(text)
    rows: Iterable[RawRow] = parse(lines, first)
    header = next(iter(rows), None)
    if header is None:
        raise ResponsesError(f"{path.name}: the file is empty; a header with item ids is needed")
    if len(content) > _SMALL:
        # a small file is read faster than this is loaded
        from coprod_stats.responses.plain_lines import can_be_coded, coded_lines

        if can_be_coded(content, encoding.codec):
            first, width = first + lines.count, len(header.cells)
            rows = coded_lines(content, first, width=width, delimiter=delimiter, parse=parse)
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


class _CountedLines:
    """Lines of a text, and how many of them have been read."""

    def __init__(self, text: Iterable[str]) -> None:
        self.text, self.count = text, 0

    def __iter__(self) -> Iterator[str]:
        for line in self.text:
            self.count += 1
            yield line


def _rows(lines: Iterable[str], delimiter: str, first: int, name: str) -> Iterator[RawRow]:
    """Yield the rows that are not blank, each with its first line; ``first`` is that of all."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    line = first
    try:
        for cells in reader:
            if cells and (cells[0].strip() or is_filled(cells)):
                yield RawRow(line, tuple(cells))
            line = reader.line_num + first
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
