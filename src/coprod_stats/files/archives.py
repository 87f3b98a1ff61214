"""Workbooks and other archives as bytes: the same each time, and composed in memory alone.

openpyxl composes each sheet in a file in the folder for temporary files. Where that is full, errors
of several kinds come out of it, some when objects are collected, and the files stay.
"""

from __future__ import annotations

import gzip
import io
import shutil
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl import Workbook

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment that a ZIP archive can state."""


def saved(workbook: Workbook) -> bytes:
    """Return the bytes of a workbook, without the time at which it was written."""
    # openpyxl takes .2 s to load
    from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
    from openpyxl.writer.excel import ExcelWriter

    class InMemory(ExcelWriter):  # type: ignore[misc]  # openpyxl has no types
        """As in openpyxl but for where sheets are composed."""

        def write_worksheet(self, ws: Any) -> None:
            ws._drawing = SpreadsheetDrawing()
            ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
            if self.workbook.write_only:
                ws.close()
                writer = ws._writer
            else:
                writer = _sheet_writer(ws)
                writer.write()
            ws._rels = writer._rels
            with (
                gzip.open(_rewound(writer.out)) as sheet,
                self._archive.open(ws.path[1:], "w") as part,
            ):
                shutil.copyfileobj(sheet, part)
            self.manifest.append(ws)

    # Workbook.save would state the time of now as that of the last change
    workbook.properties.created = workbook.properties.modified = datetime(*EARLIEST)
    written = io.BytesIO()
    InMemory(workbook, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED)).save()
    return undated(written.getvalue())


def write_only_sheet(workbook: Workbook, title: str) -> Any:
    """Add a sheet to a write-only workbook whose rows are kept in memory, compressed."""
    sheet = workbook.create_sheet(title)
    sheet._writer = _sheet_writer(sheet)
    sheet._writer.write_top()
    return sheet


def undated(content: bytes) -> bytes:
    """Pack an archive again, without the time at which it was written."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, date_time=EARLIEST)
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, old.read(name))
    return packed.getvalue()


def _sheet_writer(sheet: Any) -> Any:
    from openpyxl.worksheet._writer import WorksheetWriter

    return WorksheetWriter(sheet, gzip.GzipFile(fileobj=io.BytesIO(), mode="wb", compresslevel=1))


def _rewound(compressed: gzip.GzipFile) -> io.BytesIO:
    kept = compressed.fileobj
    assert isinstance(kept, io.BytesIO)
    compressed.close()
    kept.seek(0)
    return kept
