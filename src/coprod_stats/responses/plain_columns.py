"""A table of numbers without a questionnaire, as arrays; does not import pandas for a CSV."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprod_stats.counts import counted, listed
from coprod_stats.instruments.questions import MISSING_CODES
from coprod_stats.responses.coded_rows import CodedBlock, CodedColumn, CodedRows
from coprod_stats.responses.raw_table import RawTable, ResponsesError
from coprod_stats.responses.table_files import read_table

_BLANK = ("", "NA")
_TRUTH = {"TRUE": "1", "FALSE": "0"}
"""Truth values, as R writes them and typed cells are read."""
_MOST_NAMED = 6
"""Most columns that a remark names."""
_POINTED = re.compile(r"^(-?(?:0|[1-9][0-9]*))\.0+$")


def read_plain_columns(
    path: str | Path,
    wanted: Container[str] | None = None,
    *,
    labels: Container[str] = (),
    sheet: str | None = None,
    note: Callable[[str], None] | None = None,
) -> dict[str, NDArray[Any]]:
    """Read columns of a file; blank and ``NA`` cells, and codes declared missing, are missing.

    Parameters
    ----------
    path : str or Path
        CSV, XLSX, SPSS or Parquet.
    wanted : container of str, optional
        Names of columns; all if omitted.
    labels : container of str
        Columns that name groups or clusters, which are read as texts: as numbers, ``01`` and ``1``
        would be one group, and so would ids of more than 15 digits.
    sheet : str, optional
        Sheet of a workbook; the first by default.
    note : callable, optional
        Called with what may have been meant otherwise: ``NA`` among labels, which is missing as R
        writes it, and may have been the code of Namibia; codes of missing answers among numbers.

    Returns
    -------
    dict of str to (n_rows,) array
        Floats with NaN where every cell is a number or missing; texts with None otherwise. Columns
        without a name are omitted.

    Raises
    ------
    ResponsesError
        If the file cannot be read, a name occurs twice, or a row has the wrong length.
    """
    raw = read_table(Path(path), sheet=sheet)
    columns = {
        name: column
        for name, column in zip(raw.header, _checked(raw).columns, strict=True)
        if name and (wanted is None or name in wanted)
    }
    for name, column in columns.items():
        if note is not None and name in labels and (n := _n_not_available(column)):
            cells = counted(n, "cell has", "cells have")
            note(
                f"{raw.file}, column {name}: {cells} 'NA', which is read as missing; if it is a "
                "label, spell it otherwise or read the table by its questionnaire (--instrument)"
            )
    values = {
        name: _values(column.texts, raw, name, labels)[column.codes]
        for name, column in columns.items()
    }
    if note is not None and (said := codes_among_numbers(values)):
        note(f"{raw.file}, {said}")
    return values


def codes_among_numbers(columns: Mapping[str, NDArray[Any]]) -> str:
    """Return a remark on columns in which codes of missing answers were read as numbers.

    They are taken for such where they are the only numbers below 0 and all are whole, as in answers
    that ``coprod responses import`` wrote. Empty if there are none.
    """
    found = {name: n for name, values in columns.items() if (n := _n_codes(values))}
    if not found:
        return ""
    names = listed([f"{name} ({n:,})" for name, n in found.items()], _MOST_NAMED)
    return (
        f"{'column' if len(found) == 1 else 'columns'} {names}: -7, -8 and -9 are read as numbers; "
        "if they say that there is no answer, read the table by its questionnaire (coprod sem "
        "--instrument) or leave these cells blank"
    )


def _n_codes(values: NDArray[Any]) -> int:
    """Return how many numbers are codes of missing answers."""
    if values.dtype == object:
        return 0
    known = values[~np.isnan(values)]
    coded = np.isin(known, list(MISSING_CODES))
    is_coded = np.all((known >= 0) | coded) and np.all(known == np.floor(known))
    return int(coded.sum()) if is_coded and not coded.all() else 0


def _n_not_available(column: CodedColumn) -> int:
    return len(column.rows_with(text for text in column.texts if text.strip() == "NA"))


def _values(texts: Sequence[str], raw: RawTable, name: str, labels: Container[str]) -> NDArray[Any]:
    """Return the values of the distinct texts of a column, blank where the file says missing."""
    missing = {*_BLANK, *raw.missing_of(name)}
    known = ["" if (text := cell.strip()) in missing else text for cell in texts]
    return _labels(known) if name in labels else _parsed(known, raw.comma_is_decimal)


def _labels(texts: Sequence[str]) -> NDArray[Any]:
    """Return labels; a whole number that some program wrote with a point loses it again."""
    return np.array([_POINTED.sub(r"\1", text) or None for text in texts], dtype=object)


def _checked(raw: RawTable) -> CodedBlock:
    """Return the rows, which all have the length of the header."""
    named = [name for name in raw.header if name]
    if len(set(named)) < len(named):
        twice = next(name for name in named if named.count(name) > 1)
        raise ResponsesError(f"{raw.file}: two columns are named '{twice}'")
    rows = CodedRows.of(raw.rows)
    for row in rows.of_other_widths(len(raw.header)):
        raise ResponsesError(
            f"{raw.file}: line {row.line} has {counted(len(row.cells), 'cell')}, "
            f"the header {len(raw.header)}"
        )
    return rows.of_width(len(raw.header))


def _parsed(texts: Sequence[str], comma_is_decimal: bool) -> NDArray[Any]:
    plain = [text or "nan" for text in texts]
    if {"nan", *_TRUTH}.issuperset(plain):
        plain = [_TRUTH.get(text, text) for text in plain]
    if comma_is_decimal:
        plain = [text.replace(",", ".") for text in plain]
    try:
        return np.array(plain, dtype=np.float64)
    except ValueError:
        return np.array([text or None for text in texts], dtype=object)
