"""Files of answers read and bound to their instrument; canonical tables written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from coprod_stats.instruments.model import Instrument
from coprod_stats.instruments.shipped import find_shipped
from coprod_stats.literals import FileFormat
from coprod_stats.responses.binding import bind
from coprod_stats.responses.delimited import read_delimited
from coprod_stats.responses.raw_table import ResponsesError
from coprod_stats.responses.spss import read_spss
from coprod_stats.responses.table import Rejected, Responses
from coprod_stats.responses.workbook import read_workbook

REJECTED_COLUMNS = ("line", "respondent", "column", "value", "scope", "code", "reason")


_BY_SUFFIX: dict[str, FileFormat] = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".dat": "csv", "": "csv",
    ".xlsx": "xlsx", ".xlsm": "xlsx",
    ".sav": "sav", ".zsav": "sav",
}  # fmt: skip


def read_responses(
    path: str | Path, instrument: Instrument, *, source: FileFormat | None = None
) -> Responses:
    """Read a file of answers in canonical columns.

    Parameters
    ----------
    path : str or Path
        CSV (any common encoding and delimiter), XLSX (first sheet) or SPSS ``.sav``; or the name
        of a shipped sample, as ``citizen_synthetic.csv``.
    instrument : Instrument
        The questionnaire that the answers belong to.
    source : {"csv", "xlsx", "sav"}, optional
        Format of the file; by its suffix where left out.

    Returns
    -------
    Responses
        Rows read are rows kept plus rows set aside; see ``rejected``.

    Raises
    ------
    ResponsesError
        If the file cannot be read as a table, or no column is a question of the
        instrument.
    """
    file = find_shipped("sample_data", path)
    match source or _BY_SUFFIX.get(file.suffix.lower()):
        case "csv":
            raw = read_delimited(file, expected=(*instrument.columns, *instrument.originals))
        case "xlsx":
            raw = read_workbook(file)
        case "sav":
            raw = read_spss(file)
        case _:
            raise ResponsesError(
                f"{file.name}: cannot read '{file.suffix}'; use .csv, .xlsx or .sav"
            )
    return bind(raw, instrument)


def write_canonical(answers: pd.DataFrame, path: Path) -> None:
    """Write a canonical table: UTF-8 CSV, whole numbers without decimals, blank for not asked.

    Reading the file gives the same values to the bit.
    """
    columns = [_cell_texts(answers[column]) for column in answers.columns]
    _write(path, map(_quoted, answers.columns), zip(*columns, strict=True))


def write_rejected(rejected: Iterable[Rejected], path: Path) -> None:
    """Write what was set aside, a line each, with its reason."""
    rows = [[_quoted(str(getattr(entry, name))) for name in REJECTED_COLUMNS] for entry in rejected]
    _write(path, REJECTED_COLUMNS, rows)


def _cell_texts(values: pd.Series) -> list[str]:
    """Write each distinct value once."""
    numeric = pd.api.types.is_numeric_dtype(values)
    cells = (values.astype(float) if numeric else values.astype(object)).tolist()
    written = {cell: _quoted(_cell_text(cell)) for cell in set(cells)}
    return [written[cell] for cell in cells]


def _cell_text(value: object) -> str:
    """Write the shortest text that reads as the same value; whole numbers without a point."""
    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)


def _write(path: Path, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    lines = (",".join(cells) + "\n" for cells in (header, *rows))
    path.write_text("".join(lines), encoding="utf-8", newline="")


def _quoted(cell: str) -> str:
    # csv.writer leaves a lone carriage return bare if the lines end otherwise: it would end a row
    needed = any(mark in cell for mark in ',"\r\n')
    return '"' + cell.replace('"', '""') + '"' if needed else cell
