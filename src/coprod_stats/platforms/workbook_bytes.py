"""Workbooks of text cells that are the same to the byte each time they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coprod_stats.errors import Fault
from coprod_stats.files.archives import saved
from coprod_stats.platforms.form_export import PlatformError

MAX_CELL = 32_767
"""Most characters of a cell (Microsoft, Excel specifications and limits)."""


def workbook_bytes(sheets: Mapping[str, Sequence[Mapping[str, str]]]) -> bytes:
    """Write sheets as XLSX.

    Parameters
    ----------
    sheets : mapping of str to sequence of mapping
        Rows by the sheet's name; columns are those that any row fills, in order of appearance.
        Every cell is a text, never a formula.

    Raises
    ------
    PlatformError
        If a text is longer than a cell holds; it would be cut.
    """
    # openpyxl takes .2 s to load
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        columns = list(dict.fromkeys(column for row in rows for column in row))
        for number, cells in enumerate([dict(zip(columns, columns, strict=True)), *rows], start=1):
            for place, column in enumerate(columns, start=1):
                if text := cells.get(column):
                    _check_length(text, f"sheet '{title}', row {number}, column '{column}'")
                    sheet.cell(number, place, text).data_type = "s"
    return saved(workbook)


def _check_length(text: str, place: str) -> None:
    if len(text) > MAX_CELL:
        raise PlatformError(
            [
                Fault(
                    "PLATFORM-005",
                    f"a text of {len(text):,} characters; a cell of a workbook holds {MAX_CELL:,}",
                    "Shorten it, or divide it among several parts.",
                    place=place,
                )
            ]
        )
