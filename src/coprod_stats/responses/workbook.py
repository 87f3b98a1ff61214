"""XLSX workbooks: the first sheet, its cells as text."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from xml.etree.ElementTree import ParseError

from coprod_stats.responses.raw_table import RawRow, RawTable, ResponsesError, read_bytes


def read_workbook(path: Path) -> RawTable:
    """Read the first sheet of an XLSX file; formulas count by their stored results.

    Raises
    ------
    ResponsesError
        If the file is no workbook or its first sheet has no header.
    """
    # openpyxl takes .2 s to load
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    content, sha256 = read_bytes(path)
    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = workbook.worksheets[0]
        cells = [[_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
        title = str(sheet.title)
        workbook.close()
    except (
        InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, ParseError,
        TypeError, EOFError, OSError, zipfile.LargeZipFile, NotImplementedError,
    ) as error:  # fmt: skip
        raise ResponsesError(f"{path.name}: not a readable XLSX workbook: {error}") from error
    rows = [RawRow(line, tuple(row)) for line, row in enumerate(cells, start=1) if any(row)]
    if not rows:
        raise ResponsesError(f"{path.name}: the first sheet is empty; a header is needed")
    header = _trimmed(rows[0].cells)
    return RawTable(
        file=path.name,
        sha256=sha256,
        reading=f"XLSX, sheet '{title}'",
        header=header,
        rows=tuple(RawRow(row.line, _fitted(row.cells, len(header))) for row in rows[1:]),
    )


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case float():
            return repr(int(value)) if value.is_integer() else repr(value)
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _trimmed(cells: tuple[str, ...]) -> tuple[str, ...]:
    length = len(cells)
    while length and not cells[length - 1]:
        length -= 1
    return cells[:length]


def _fitted(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    """Give the row the header's width unless it has answers beyond it."""
    kept = _trimmed(cells)
    return kept + ("",) * (width - len(kept))
