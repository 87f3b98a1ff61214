"""XLSX workbooks: the first sheet, its cells as text; answers written as one sheet."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from coprod_stats.responses.coded_rows import CodedRows
from coprod_stats.responses.raw_table import (
    RawRow,
    RawTable,
    ResponsesError,
    is_filled,
    plain_text,
    read_bytes,
)

_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
_MAX_TEXT = 32_767  # characters of a cell
_LOST_IN_XML = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_MAX_ROWS = 1_048_576  # Excel's own limit; openpyxl would fill any gap before a damaged row number


def read_workbook(path: Path) -> RawTable:
    """Read the first sheet of an XLSX file.

    Formulas are read as their stored results; one without a result keeps its own text, so that it
    is rejected where a number is needed and not taken for a blank.

    Raises
    ------
    ResponsesError
        If the file is not a workbook or its first sheet has no header.
    """
    content, sha256 = read_bytes(path)
    if content.startswith(_COMPOUND_FILE):
        raise ResponsesError(
            f"{path.name}: an encrypted workbook or one from Excel before 2007; "
            "save it as .xlsx without a password"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles that it does not know
            title, cells = _first_sheet(content)
            numbered = list(enumerate(cells, start=1))
    except Exception as error:  # a damaged file can raise anything in openpyxl, zlib or expat
        raise ResponsesError(f"{path.name}: not a readable XLSX workbook: {error}") from error
    rows = [RawRow(line, row) for line, row in numbered if is_filled(row)]
    if not rows:
        raise ResponsesError(f"{path.name}: the first sheet is empty; a header is needed")
    header = _trimmed(rows[0].cells)
    return RawTable(
        file=path.name,
        sha256=sha256,
        reading=f"XLSX, sheet {title}",
        header=header,
        rows=CodedRows.of(RawRow(row.line, _fitted(row.cells, len(header))) for row in rows[1:]),
    )


def write_workbook(answers: pd.DataFrame, path: Path) -> None:
    """Write a table as XLSX: numbers as numbers, texts as texts, none of them a formula.

    Raises
    ------
    ResponsesError
        If a text is longer than a cell can be, or has a control character (a carriage return
        among them) or a sequence such as ``_x000D_``, which would be read back as something else.
    """
    # openpyxl takes .2 s to load
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("answers")

    def cell(value: Any) -> Any:
        if not isinstance(value, str):
            return None if pd.isna(value) else int(value) if isinstance(value, bool) else value
        if not value:
            return None
        found = WriteOnlyCell(sheet, value)
        found.data_type = "s"
        return found

    _check_texts_fit(answers, path.name)
    sheet.append(list(answers.columns))
    columns = [answers[column].astype(object).tolist() for column in answers.columns]
    for row in zip(*columns, strict=True):
        sheet.append([cell(value) for value in row])
    workbook.save(path)


def _check_texts_fit(answers: pd.DataFrame, name: str) -> None:
    for column in answers.columns:
        for line, value in answers[column].items():
            if not isinstance(value, str):
                continue
            if len(value) > _MAX_TEXT or _LOST_IN_XML.search(value):
                raise ResponsesError(
                    f"{name}: a workbook cannot hold the text of column {column}, line {line}; "
                    "write a CSV"
                )


def _first_sheet(content: bytes) -> tuple[str, Iterator[tuple[str, ...]]]:
    """Return the title and position of the first sheet, and its rows of cells as text."""
    sheet, title = _opened(content, results=True)
    if not _has_formulas(content):
        rows = sheet.iter_rows(max_row=_MAX_ROWS, values_only=True)
        return title, (tuple(map(plain_text, row)) for row in rows)
    formulas, _ = _opened(content, results=False)
    pairs = zip(
        sheet.iter_rows(max_row=_MAX_ROWS), formulas.iter_rows(max_row=_MAX_ROWS), strict=True
    )
    return title, (
        tuple(_result_or_formula(*cells) for cells in zip(row, texts, strict=True))
        for row, texts in pairs
    )


def _opened(content: bytes, *, results: bool) -> tuple[Any, str]:
    # openpyxl takes .2 s to load
    from openpyxl import load_workbook

    workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=results)
    sheet = workbook.worksheets[0]
    sheet.reset_dimensions()  # some programs declare a range that is too small
    return sheet, f"'{sheet.title}' (1 of {len(workbook.sheetnames)})"


def _has_formulas(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
        return any(re.search(rb"<(\w+:)?f[ >/]", parts.read(name)) for name in sheets)


def _result_or_formula(result: Any, formula: Any) -> str:
    stored = result.value is not None or result.data_type == "str"  # "str": an empty text
    return plain_text(result.value if stored else formula.value)


def _trimmed(cells: tuple[str, ...]) -> tuple[str, ...]:
    length = len(cells)
    while length and not cells[length - 1].strip():
        length -= 1
    return cells[:length]


def _fitted(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    """Return the row padded to the width of the header; answers beyond it are kept."""
    kept = _trimmed(cells)
    return kept + ("",) * (width - len(kept))
