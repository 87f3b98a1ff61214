"""Files of answers read and bound to their instrument; canonical tables written."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

import numpy as np
import pandas as pd

from coprod_stats.counts import counted
from coprod_stats.instruments.model import MISSING_CODES, Instrument
from coprod_stats.instruments.shipped import find_shipped
from coprod_stats.instruments.spreadsheet_text import guarded, guarded_unless_number, unguarded
from coprod_stats.literals import FileFormat
from coprod_stats.responses.binding import bind
from coprod_stats.responses.coded_rows import CodedRows
from coprod_stats.responses.delimited import read_delimited
from coprod_stats.responses.parquet import read_parquet, write_parquet
from coprod_stats.responses.raw_table import RawRow, RawTable, ResponsesError, plain_text
from coprod_stats.responses.spss import read_spss
from coprod_stats.responses.table import Rejected, Responses
from coprod_stats.responses.workbook import read_workbook, write_workbook

REJECTED_COLUMNS = ("line", "respondent", "column", "value", "scope", "code", "reason")
_ROWS = 16_384
"""Rows that are written at a time."""
_NEEDS_QUOTES = re.compile(r'[,"\r\n]')
_MISSING = frozenset(map(str, MISSING_CODES))
_GUARDED = (
    "{cells} an apostrophe before what a spreadsheet would take for a formula; if the "
    "file was written for a spreadsheet, read it with --from spreadsheet"
)

_BY_SUFFIX: dict[str, FileFormat] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".dat": "csv",
    "": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".sav": "sav",
    ".zsav": "sav",
    ".parquet": "parquet",
    ".pq": "parquet",
}


def read_responses(
    path: str | Path, instrument: Instrument, *, source: FileFormat | None = None
) -> Responses:
    """Read a file of answers in canonical columns.

    Parameters
    ----------
    path : str or Path
        CSV (any common encoding and delimiter), XLSX (first sheet), SPSS ``.sav`` or Parquet; or
        the name of a shipped sample, such as ``citizen_synthetic.csv``.
    instrument : Instrument
        The questionnaire to which the answers belong.
    source : {"csv", "spreadsheet", "xlsx", "sav", "parquet"}, optional
        Format of the file; inferred from its suffix if omitted. ``"spreadsheet"`` is the CSV that
        ``write_canonical(..., for_spreadsheet=True)`` writes: its apostrophes are removed.

    Returns
    -------
    Responses
        Rows read are rows kept plus rows rejected; see ``rejected``.

    Raises
    ------
    ResponsesError
        If the file cannot be read as a table, or no column is a question of the
        instrument.
    """
    file = find_shipped("sample_data", path)
    expected = (*instrument.columns, *instrument.originals)
    match source or _BY_SUFFIX.get(file.suffix.lower()):
        case "csv":
            raw = read_delimited(file, expected=expected)
        case "spreadsheet":
            raw = _without_guards(read_delimited(file, expected=expected))
        case "xlsx":
            raw = read_workbook(file)
        case "sav":
            raw = read_spss(file)
        case "parquet":
            raw = read_parquet(file)
        case _:
            raise ResponsesError(
                f"{file.name}: cannot read '{file.suffix}'; use .csv, .xlsx, .sav or .parquet"
            )
    found = bind(raw, instrument)
    if (n := _guards(raw)) and source != "spreadsheet":
        notes = (
            *found.provenance.notes,
            _GUARDED.format(cells=counted(n, "cell has", "cells have")),
        )
        return replace(found, provenance=replace(found.provenance, notes=notes))
    return found


def write_canonical(answers: pd.DataFrame, path: Path, *, for_spreadsheet: bool = False) -> None:
    """Write a canonical table: whole numbers without decimals, blank for not asked.

    A CSV in UTF-8, or a workbook or a Parquet file if the name ends in ``.xlsx`` or ``.parquet``.
    Reading the file returns exactly the same values.

    Parameters
    ----------
    answers : DataFrame
        Canonical columns, or scores and flags by respondent.
    path : Path
        File to write.
    for_spreadsheet : bool
        Whether the CSV is to be opened in a spreadsheet: texts that would be executed as
        formulas get an apostrophe, and a byte-order mark tells Excel the encoding. Numbers are
        unchanged. The other formats need neither: they record for each cell whether it is a text.

    Raises
    ------
    ResponsesError
        If a workbook cannot hold a text, or the library for Parquet is not installed.
    """
    if _BY_SUFFIX.get(path.suffix.lower()) == "parquet":
        write_parquet(answers, path)
        return
    if path.suffix.lower() == ".xlsx":
        write_workbook(answers, path)
        return
    columns = [answers[column] for column in answers.columns]
    rows = (
        row
        for start in range(0, len(answers), _ROWS)
        for row in zip(
            *(
                cell_texts(column.iloc[start : start + _ROWS], guard=for_spreadsheet, quoted=True)
                for column in columns
            ),
            strict=True,
        )
    )
    encoding = "utf-8-sig" if for_spreadsheet else "utf-8"
    _write(path, map(_quoted, answers.columns), rows, encoding=encoding)


def write_rejected(rejected: Iterable[Rejected], path: Path) -> None:
    """Write everything rejected, one line each, with the reason.

    People open this file in spreadsheets: whatever would be executed as a formula there is
    preceded by an apostrophe.
    """
    rows = (
        [_quoted(guarded_unless_number(str(getattr(entry, name)))) for name in REJECTED_COLUMNS]
        for entry in rejected
    )
    _write(path, REJECTED_COLUMNS, rows)


def _without_guards(raw: RawTable) -> RawTable:
    rows = CodedRows.of(RawRow(row.line, tuple(map(unguarded, row.cells))) for row in raw.rows)
    return replace(raw, reading=f"{raw.reading}, guarded against formulas", rows=rows)


def _guards(raw: RawTable) -> int:
    """Return the number of cells that have an apostrophe against formulas."""
    columns = [c for block in CodedRows.of(raw.rows).blocks.values() for c in block.columns]
    return sum(
        len(column.rows_with([text]))
        for column in columns
        for text in column.texts
        if "'" in text and unguarded(text) != text
    )


def cell_texts(values: pd.Series, *, guard: bool = False, quoted: bool = False) -> list[str]:
    """Return the cells of a canonical column as text, each distinct value spelled once.

    Parameters
    ----------
    values : Series
        The column.
    guard : bool
        Whether texts that a spreadsheet would take for formulas get an apostrophe.
    quoted : bool
        Whether texts are quoted as a CSV needs it.
    """
    numeric = pd.api.types.is_numeric_dtype(values)
    codes, distinct = pd.factorize(np.asarray(values, dtype=float if numeric else object))
    texts = list(map(_cell_text, distinct.tolist()))
    if guard and not numeric:
        texts = list(map(_guarded_answer, texts))
    if quoted:
        texts = list(map(_quoted, texts))
    # missing values have the code -1: the last text
    cells: list[str] = np.array([*texts, ""], dtype=object)[codes].tolist()
    return cells


def _guarded_answer(text: str) -> str:
    """Guard an open answer; the code of a missing answer is a number there too."""
    return text if text in _MISSING else guarded(text)


def _cell_text(value: object) -> str:
    """Return the shortest text that reads as the same value; whole numbers without a point."""
    return value if isinstance(value, str) else plain_text(value)


def _write(
    path: Path, header: Iterable[str], rows: Iterable[Iterable[str]], *, encoding: str = "utf-8"
) -> None:
    """Write a CSV, some rows at a time."""
    encoder = codecs.getincrementalencoder(encoding)()
    lines = chain([header], rows)
    with path.open("wb") as stream:
        while part := [",".join(cells) for cells in islice(lines, _ROWS)]:
            stream.write(encoder.encode("\n".join([*part, ""])))


def _quoted(cell: str) -> str:
    # csv.writer leaves a lone carriage return unquoted if lines end otherwise: it would end a row
    return '"' + cell.replace('"', '""') + '"' if _NEEDS_QUOTES.search(cell) else cell
