"""XLSX workbooks: a sheet, its cells as text; answers written as one sheet."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from coprod_stats.files.archives import saved, write_only_sheet
from coprod_stats.files.reading import check_archive
from coprod_stats.files.writing import write_file
from coprod_stats.responses.coded_rows import CodedRows
from coprod_stats.responses.raw_table import (
    MAX_CELL,
    RawRow,
    RawTable,
    ResponsesError,
    SheetError,
    is_filled,
    plain_text,
    read_bytes,
)
from coprod_stats.responses.sheet_rows import LAST_COLUMN, MAX_ROWS, Cell, sheet_rows
from coprod_stats.suggestions import closest

_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
_MAX_TEXT = 32_767  # characters of a cell
_LOST_IN_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")


def read_workbook(path: Path, *, sheet: str | None = None) -> RawTable:
    """Read a sheet of an XLSX file, the first unless one is named.

    Formulas are read as their stored results; one without a result keeps its own text, so that it
    is rejected where a number is needed and not taken for a blank.

    Parameters
    ----------
    path : Path
    sheet : str, optional
        Name or number, from 1, of the sheet.

    Raises
    ------
    ResponsesError
        If the file is not a workbook, or would unpack to more than is read.
    SheetError
        If the sheet does not exist or has no header.
    """
    content, sha256 = read_bytes(path)
    if content.startswith(_COMPOUND_FILE):
        raise ResponsesError(
            f"{path.name}: an encrypted workbook or one from Excel before 2007; "
            "save it as .xlsx without a password"
        )
    try:
        check_archive(path.name, content, error=ResponsesError)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles that it does not know
            workbook = _opened(content, results=True)
            titles = [one.title for one in workbook.worksheets]
            place = 0 if sheet is None else _place(sheet, titles, path.name)
            numbered = list(_numbered_rows(content, workbook, place))
    except ResponsesError:
        raise
    except Exception as error:  # a damaged file can raise anything in openpyxl, zlib or expat
        raise ResponsesError(f"{path.name}: not a readable XLSX workbook: {error}") from error
    rows = [RawRow(line, row) for line, row in numbered if is_filled(row)]
    others = ", ".join(titles[:place] + titles[place + 1 :])
    if not rows:
        also = f"; other sheets, read with --sheet: {others}" if others else ""
        what = "the first sheet" if place == 0 else f"the sheet '{titles[place]}'"
        raise SheetError(f"{path.name}: {what} is empty; a header is needed{also}")
    if any(len(cell) > MAX_CELL for row in rows for cell in row.cells):
        raise ResponsesError(f"{path.name}: a cell of more than {MAX_CELL:,} characters")
    header = _trimmed(rows[0].cells)
    return RawTable(
        file=path.name,
        sha256=sha256,
        reading=f"XLSX, sheet '{titles[place]}' ({place + 1} of {len(titles)})",
        header=header,
        rows=CodedRows.of(RawRow(row.line, _fitted(row.cells, len(header))) for row in rows[1:]),
        sheet=sheet or "",
        notes=(f"sheets that were not read (--sheet reads one): {others}",) if others else (),
    )


def write_workbook(answers: pd.DataFrame, path: Path) -> None:
    """Write a table as XLSX: numbers as numbers, texts as texts, none of them a formula.

    Raises
    ------
    ResponsesError
        If there are more rows or columns than a sheet has, or a text is longer than a cell can be,
        or has a control character (a carriage return among them) or a sequence such as
        ``_x000D_``, which would be read back as something else.
    """
    _check_fits(answers, path.name)
    # openpyxl takes .2 s to load
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    workbook = Workbook(write_only=True)
    sheet = write_only_sheet(workbook, "answers")

    def cell(value: Any) -> Any:
        if not isinstance(value, str):
            return None if pd.isna(value) else int(value) if isinstance(value, bool) else value
        if not value:
            return None
        found = WriteOnlyCell(sheet, value)
        found.data_type = "s"
        return found

    sheet.append(list(answers.columns))
    columns = [answers[column].astype(object).tolist() for column in answers.columns]
    for row in zip(*columns, strict=True):
        sheet.append([cell(value) for value in row])
    write_file(path, saved(workbook))


def _check_fits(answers: pd.DataFrame, name: str) -> None:
    if len(answers) >= MAX_ROWS or answers.shape[1] > LAST_COLUMN:
        raise ResponsesError(
            f"{name}: a sheet of a workbook has {MAX_ROWS:,} rows, the header included, and "
            f"{LAST_COLUMN:,} columns; the table is larger: write a CSV"
        )
    for column in answers.columns:
        for line, value in answers[column].items():
            if not isinstance(value, str):
                continue
            if len(value) > _MAX_TEXT or _LOST_IN_XML.search(value):
                raise ResponsesError(
                    f"{name}: a workbook cannot hold the text of column {column}, line {line}; "
                    "write a CSV"
                )


def _numbered_rows(
    content: bytes, workbook: Any, place: int
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Return the rows of a sheet with their numbers, cells as text."""
    sheet = workbook.worksheets[place]
    if not _has_formulas(content):
        return (
            (number, tuple("" if cell is None else plain_text(cell["value"]) for cell in row))
            for number, row in sheet_rows(sheet)
        )
    formulas = _opened(content, results=False).worksheets[place]
    pairs = zip(sheet_rows(sheet), sheet_rows(formulas), strict=True)
    return (
        (number, tuple(_result_or_formula(*cells) for cells in zip(row, texts, strict=True)))
        for (number, row), (_, texts) in pairs
    )


def _opened(content: bytes, *, results: bool) -> Any:
    # openpyxl takes .2 s to load
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(content), read_only=True, data_only=results)


def _place(wanted: str, titles: list[str], name: str) -> int:
    """Return the position of a sheet by its name or, if none has it, by its number."""
    folded = [title.casefold() for title in titles]
    if wanted.casefold() in folded:
        return folded.index(wanted.casefold())
    if wanted.isdecimal() and 1 <= int(wanted) <= len(titles):
        return int(wanted) - 1
    raise SheetError(
        f"{name}: there is no sheet '{wanted}'{closest(wanted, titles)}; "
        f"the workbook has: {', '.join(titles)}"
    )


def _has_formulas(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
        return any(re.search(rb"<(\w+:)?f[ >/]", parts.read(name)) for name in sheets)


def _result_or_formula(result: Cell | None, formula: Cell | None) -> str:
    if result is None or formula is None:
        return ""
    stored = result["value"] is not None or result["data_type"] == "str"  # "str": an empty text
    return plain_text(result["value"] if stored else formula["value"])


def _trimmed(cells: tuple[str, ...]) -> tuple[str, ...]:
    length = len(cells)
    while length and not cells[length - 1].strip():
        length -= 1
    return cells[:length]


def _fitted(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    """Return the row padded to the width of the header; answers beyond it are kept."""
    kept = _trimmed(cells)
    return kept + ("",) * (width - len(kept))
