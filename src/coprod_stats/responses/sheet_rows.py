"""Every row that a sheet of a workbook holds, wherever its file says that it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MAX_ROWS, LAST_COLUMN = 1_048_576, 16_384
"""Of a sheet as spreadsheets show it; a file can hold more."""

Cell = Mapping[str, Any]


def sheet_rows(sheet: Any) -> Iterator[tuple[int, tuple[Cell | None, ...]]]:
    """Return the number and the cells of each row of a sheet that was opened read-only.

    ``iter_rows`` of openpyxl passes over rows whose number is not larger than that of the row
    before, and fills gaps with blank rows; here no row is passed over and none is added.

    Raises
    ------
    ValueError
        If rows are not in ascending order, or a row has two cells in one place or a cell beyond the
        last column of a sheet: which answers they are cannot be known.
    """
    # openpyxl takes .2 s to load
    from openpyxl.worksheet._reader import WorkSheetParser

    book, last = sheet.parent, 0
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=book.data_only,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, cells in parser.parse():
            if number <= last:
                raise ValueError(f"row {number} comes after row {last}")
            last = number
            yield number, _in_place(number, cells)


def _in_place(number: int, cells: list[Cell]) -> tuple[Cell | None, ...]:
    width = max((cell["column"] for cell in cells), default=0)
    if width > LAST_COLUMN:
        raise ValueError(f"row {number} has a cell in column {width:,}, beyond the last one")
    row: list[Cell | None] = [None] * width
    for cell in cells:
        place = cell["column"] - 1
        if row[place] is not None:
            raise ValueError(f"row {number} has two cells in column {place + 1}")
        row[place] = cell
    return tuple(row)
