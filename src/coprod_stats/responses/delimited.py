"""CSV and similar files, in any common encoding and with any common delimiter."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from pathlib import Path

from coprod_stats.input_files import decode
from coprod_stats.responses.raw_table import (
    MAX_CELL,
    RawRow,
    RawTable,
    ResponsesError,
    is_filled,
    read_bytes,
)

DELIMITERS = (",", ";", "\t", "|")
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
    text, encoding = decode(content, path.name, error=ResponsesError)
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
