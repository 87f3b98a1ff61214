"""Parquet files, read and written by the optional library pyarrow."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from coprod_stats.files.reading import check_table
from coprod_stats.files.writing import written
from coprod_stats.responses.coded_rows import CodedRows
from coprod_stats.responses.raw_table import (
    RawRow,
    RawTable,
    ResponsesError,
    is_filled,
    plain_text,
    read_bytes,
)

_UNNAMED_INDEX = re.compile(r"__index_level_[0-9]+__")
_PLAIN = (bool, int, float, str, Decimal, datetime, date, time)
_NEEDED = "{name}: Parquet files need the library pyarrow: pip install 'coprod-stats[parquet]'"


def read_parquet(path: Path) -> RawTable:
    """Read a Parquet file; nulls and NaN are blank, categories are read as their values.

    The "line" of a row is its number plus 1, as if the column names were a header. The unnamed
    index of a data frame is not a column.

    Raises
    ------
    ResponsesError
        If pyarrow is not installed, the file is not a Parquet file, or a column contains anything
        other than numbers, texts, booleans, dates and times.
    """
    content, sha256 = read_bytes(path)
    parquet = _pyarrow_parquet(path)
    try:
        packed = parquet.read_metadata(BytesIO(content))
        check_table(path.name, packed.num_rows, packed.num_columns, error=ResponsesError)
        table = parquet.read_table(BytesIO(content))
        columns = [
            (name, column.to_pylist())
            for name, column in zip(table.column_names, table.columns, strict=True)
            if not _UNNAMED_INDEX.fullmatch(name)
        ]
    except ResponsesError:
        raise
    except Exception as error:  # a damaged file can raise anything in the decoder
        raise ResponsesError(f"{path.name}: not a readable Parquet file: {error}") from error
    texts = [[_text(value, path.name, name) for value in values] for name, values in columns]
    cells = zip(*texts, strict=True)
    return RawTable(
        file=path.name,
        sha256=sha256,
        reading="Parquet",
        header=tuple(name for name, _ in columns),
        rows=CodedRows.of(
            RawRow(line, row) for line, row in enumerate(cells, start=2) if is_filled(row)
        ),
    )


def write_parquet(answers: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet: numbers as numbers, texts as texts, blank as null.

    Raises
    ------
    ResponsesError
        If pyarrow is not installed.
    """
    parquet = _pyarrow_parquet(path)
    # pyarrow is optional, and takes .1 s to load
    import pyarrow

    columns = {str(name): _cells(answers[name]) for name in answers.columns}
    with written(path) as stream:
        parquet.write_table(pyarrow.table(columns), stream)


def _cells(values: pd.Series) -> list[float | str | None]:
    """Return whole numbers as integers, other numbers unchanged, and all else as text."""
    numbers = pd.api.types.is_numeric_dtype(values)
    return [
        None if value == "" or pd.isna(value) else _number(value) if numbers else str(value)
        for value in values.astype(object)
    ]


def _number(value: float) -> float:
    return int(value) if float(value).is_integer() else float(value)


def _pyarrow_parquet(path: Path) -> Any:
    try:
        # pyarrow is optional, and takes .1 s to load
        from pyarrow import parquet
    except ImportError as error:
        raise ResponsesError(_NEEDED.format(name=path.name)) from error
    return parquet


def _text(value: object, file: str, column: str) -> str:
    if value is None or isinstance(value, _PLAIN):
        return plain_text(value)
    raise ResponsesError(
        f"{file}: column {column} holds {type(value).__name__} values, not plain answers; "
        "write one column per element"
    )
