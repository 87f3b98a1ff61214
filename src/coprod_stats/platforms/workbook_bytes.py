"""Workbooks of text cells that are the same to the byte each time they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coprod_stats.files.archives import saved


def workbook_bytes(sheets: Mapping[str, Sequence[Mapping[str, str]]]) -> bytes:
    """Write sheets as XLSX.

    Parameters
    ----------
    sheets : mapping of str to sequence of mapping
        Rows by the sheet's name; columns are those that any row fills, in order of appearance.
        Every cell is a text, never a formula.
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
                    sheet.cell(number, place, text).data_type = "s"
    return saved(workbook)
