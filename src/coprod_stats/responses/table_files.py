"""A table in any format that is read, by the format's name or the suffix of the file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from coprod_stats.literals import FileFormat
from coprod_stats.responses.coded_rows import CodedRows
from coprod_stats.responses.delimited import read_delimited
from coprod_stats.responses.heading_rows import with_one_header
from coprod_stats.responses.raw_table import RawTable, ResponsesError

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


def format_of(path: Path) -> FileFormat | None:
    """Return the format that the suffix of a file states, if it is known."""
    return _BY_SUFFIX.get(path.suffix.lower())


def read_table(
    path: Path,
    *,
    expected: Collection[str] = (),
    source: FileFormat | None = None,
    sheet: str | None = None,
) -> RawTable:
    """Read a table as text, below one row of headings.

    Rows and columns that programs add to a table (Qualtrics' further rows of headings, R's numbers
    of rows) are passed over, with a note.

    Parameters
    ----------
    path : Path
    expected : collection of str
        Names of columns that may occur, by which the delimiter of a text file is recognised.
    source : {"csv", "spreadsheet", "xlsx", "sav", "parquet"}, optional
        Format; by default that of the suffix.
    sheet : str, optional
        Name or number, from 1, of a sheet of a workbook; the first by default.

    Raises
    ------
    ResponsesError
        If the format is not known, the file cannot be read in it or is larger than the limit, or
        its header is not in the first row.
    """
    return with_one_header(read_cells(path, expected=expected, source=source, sheet=sheet))


def read_cells(
    path: Path,
    *,
    expected: Collection[str] = (),
    source: FileFormat | None = None,
    sheet: str | None = None,
) -> RawTable:
    """Read a table as it stands in the file; parameters and errors as of :func:`read_table`."""
    known = source or format_of(path)
    if sheet is not None and known not in ("xlsx", None):
        raise ResponsesError(f"{path.name}: only a workbook has sheets; there is no '{sheet}'")
    match known:
        case "csv":
            return read_delimited(path, expected=expected)
        case "spreadsheet":
            return _without_guards(read_delimited(path, expected=expected))
        case "xlsx":
            # pandas, which the module writes, takes a third of a second to load
            from coprod_stats.responses.workbook import read_workbook

            return read_workbook(path, sheet=sheet)
        case "sav":
            from coprod_stats.responses.spss import read_spss

            return read_spss(path)
        case "parquet":
            from coprod_stats.responses.parquet import read_parquet

            return read_parquet(path)
        case _:
            raise ResponsesError(
                f"{path.name}: cannot read '{path.suffix}'; use .csv, .xlsx, .sav or .parquet"
            )


def _without_guards(raw: RawTable) -> RawTable:
    # its patterns are for this format alone
    from coprod_stats.instruments.spreadsheet_text import unguarded

    rows = CodedRows.of(replace(row, cells=tuple(map(unguarded, row.cells))) for row in raw.rows)
    return replace(raw, reading=f"{raw.reading}, guarded against formulas", rows=rows)
