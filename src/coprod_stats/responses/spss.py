"""SPSS ``.sav`` files, with their value labels and missing codes."""

from __future__ import annotations

from collections.abc import Iterable
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
    cells = zip(*([plain_text(value) for value in columns[name]] for name in names), strict=True)
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
        missing=tuple(
            (column_name(name), _declared_missing(ranges, columns[name]))
            for name, ranges in meta.missing_ranges.items()
        ),
    )


def _declared_missing(ranges: Iterable[Any], values: Iterable[object]) -> frozenset[str]:
    """Return the codes found that lie in one of the ranges declared missing by the file."""
    spans = [(span["lo"], span["hi"]) for span in ranges]
    return frozenset(
        plain_text(value)
        for value in set(values)
        if isinstance(value, float | int)
        and any(isinstance(low, float | int) and low <= value <= high for low, high in spans)
    )
