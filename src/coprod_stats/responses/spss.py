"""SPSS ``.sav`` files, with their value labels and missing codes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from coprod_stats.files.reading import CELL_BYTES, check_table, size_limit
from coprod_stats.platforms.codebooks.spss_names import column_name
from coprod_stats.responses.coded_rows import CodedRows
from coprod_stats.responses.raw_table import (
    RawRow,
    RawTable,
    ResponsesError,
    is_filled,
    plain_text,
    read_bytes,
)
from coprod_stats.responses.spss_parser import parse_spss

MOMENTS = {
    **dict.fromkeys(("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "MOYR", "QYR", "WKYR"), "date"),
    **dict.fromkeys(("DATETIME", "YMDHMS"), "datetime"),
    "TIME": "time",
}
"""Formats of SPSS that are read as a date, a moment or a time of day."""
_FIRST = datetime(1582, 10, 14)
"""Second 0 of dates in SPSS (IBM, SPSS Statistics: Date and time variables)."""
_DAY = 86_400
_LAST = (datetime.max - _FIRST).total_seconds()


def read_spss(path: Path) -> RawTable:
    """Read an SPSS file; user-missing codes are kept as codes, system-missing is blank.

    The "line" of a case is its number plus 1, as if the variable names were a header.

    Raises
    ------
    ResponsesError
        If the file is not an SPSS system file.
    """
    _, sha256 = read_bytes(path)
    columns, meta = parse_spss(path, most_cells=size_limit(error=ResponsesError) // CELL_BYTES)
    n_rows, names = meta.number_rows or 0, meta.column_names
    check_table(path.name, n_rows, len(names), error=ResponsesError)
    missing = {
        name: _declared_missing(ranges, columns[name])
        for name, ranges in meta.missing_ranges.items()
    }
    cells = zip(
        *(
            _texts(columns[name], format_of_variable(meta, name), missing.get(name, frozenset()))
            for name in names
        ),
        strict=True,
    )
    return RawTable(
        file=path.name,
        sha256=sha256,
        reading=f"SPSS, {meta.file_encoding or 'utf-8'}",
        # a damaged file can name none
        header=tuple(column_name(name or "") for name in names),
        rows=CodedRows.of(
            RawRow(line, row) for line, row in enumerate(cells, start=2) if is_filled(row)
        ),
        comma_is_decimal=True,
        labels=tuple(
            (
                column_name(name),
                tuple((plain_text(code), str(label)) for code, label in labels.items()),
            )
            for name, labels in meta.variable_value_labels.items()
        ),
        missing=tuple((column_name(name), codes) for name, codes in missing.items()),
    )


def format_of_variable(meta: Any, name: str) -> str:
    """Return the SPSS format of a variable without its width, such as ``F`` or ``DATETIME``."""
    return str(meta.original_variable_types.get(name, "")).rstrip("0123456789.")


def _texts(values: Iterable[Any], format_name: str, missing: frozenset[str]) -> list[str]:
    """Return cells as text: dates and times in ISO 8601, unless declared missing.

    SPSS counts seconds, since the beginning of the Gregorian calendar or since midnight.
    """
    texts = [plain_text(value) for value in values]
    moment = MOMENTS.get(format_name)
    if moment is None:
        return texts
    return [
        text if text in missing or not isinstance(value, float) else _moment(value, moment, text)
        for value, text in zip(values, texts, strict=True)
    ]


def _moment(seconds: float, kind: str, text: str) -> str:
    """Return a count of seconds in ISO 8601; unchanged where it is no such moment."""
    if not 0 <= seconds < (_DAY if kind == "time" else _LAST):
        return text
    found = _FIRST + timedelta(seconds=seconds)
    if kind == "datetime":
        return plain_text(found)
    return plain_text(found.date() if kind == "date" else found.time())


def _declared_missing(ranges: Iterable[Any], values: Iterable[object]) -> frozenset[str]:
    """Return the codes found that lie in one of the ranges declared missing by the file."""
    spans = [(span["lo"], span["hi"]) for span in ranges]
    return frozenset(
        plain_text(value)
        for value in set(values)
        if isinstance(value, float | int)
        and any(isinstance(low, float | int) and low <= value <= high for low, high in spans)
    )
