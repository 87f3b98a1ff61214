"""Existing data, column by column, with the metadata of the file or of a codebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coprod_stats.counts import counted
from coprod_stats.errors import Fault
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.responses.cell_values import is_blank_sign, parse_number
from coprod_stats.responses.drafting.codebook_table import (
    CodebookEntry,
    DraftError,
    declared_codes,
    read_codebook,
)
from coprod_stats.responses.raw_table import RawTable
from coprod_stats.responses.table_files import format_of, read_table

_DATES = (
    "DATE",
    "ADATE",
    "EDATE",
    "SDATE",
    "JDATE",
    "DATETIME",
    "TIME",
    "DTIME",
    "YMDHMS",
    "MOYR",
    "QYR",
    "WKYR",
    "MTIME",
)


@dataclass(frozen=True, slots=True)
class DescribedColumn:
    """One column of the data.

    Attributes
    ----------
    texts : tuple of str
        Cells that are not blank, as texts.
    numbers : tuple of float or None
        The same as numbers; ``None`` if any of them is not one.
    by_row : tuple of float
        Numbers row by row, NaN for blank; empty if the column contains texts.
    labels : tuple of (int, str)
        Codes and their labels, as far as known.
    missing : tuple of int
        Codes declared to be missing values.
    measure : str
        ``nominal``, ``ordinal``, ``scale`` or empty.
    is_date : bool
        Whether the file declares the numbers to be dates or times.
    """

    name: str
    label: str
    texts: tuple[str, ...]
    numbers: tuple[float, ...] | None
    by_row: tuple[float, ...] = ()
    labels: tuple[tuple[int, str], ...] = ()
    missing: tuple[int, ...] = ()
    measure: str = ""
    is_date: bool = False

    @property
    def whole(self) -> bool:
        """Whether all answers are whole numbers in the range allowed for codes."""
        return self.numbers is not None and all(
            number.is_integer() and abs(number) <= 10**9 for number in self.numbers
        )

    @property
    def codes(self) -> tuple[int, ...]:
        """Distinct whole numbers, ascending; empty if the column contains anything else."""
        return tuple(sorted({int(n) for n in self.numbers or ()})) if self.whole else ()


@dataclass(frozen=True, slots=True)
class DescribedData:
    """The data, and notes on what was skipped while reading them."""

    file: str
    sha256: str
    reading: str
    n_rows: int
    columns: tuple[DescribedColumn, ...]
    notes: tuple[str, ...] = ()


def describe(
    path: Path, codebook: Path | None = None, *, sheet: str | None = None
) -> DescribedData:
    """Read data with all that is known about their columns.

    Parameters
    ----------
    path : Path
        CSV, XLSX, SPSS ``.sav`` or Parquet.
    codebook : Path, optional
        See ``read_codebook``; it takes precedence over the metadata of an SPSS file.
    sheet : str, optional
        Name or number of a sheet of a workbook; the first by default.

    Raises
    ------
    ResponsesError
        If a file cannot be read as a table.
    DraftError
        If a column has no name of its own, there are no rows, or the codebook cannot be
        parsed or belongs to other data.
    """
    known = read_codebook(codebook) if codebook is not None else {}
    raw = read_table(path, expected=list(known), sheet=sheet)
    meta = _spss_metadata(path) if format_of(path) == "sav" else None
    names = _names(raw)
    rows = [row.cells for row in raw.rows if len(row.cells) == len(raw.header)]
    if not rows:
        raise DraftError([_fault(raw, "has no rows below its header", "Use a file with data.")])
    uneven = len(raw.rows) - len(rows)
    notes = [f"skipped {counted(uneven, 'row')} not as long as the header"] if uneven else []
    _check_codebook(raw, codebook, known, names)
    strange = sorted(
        entry.name for key, entry in known.items() if key not in {name.casefold() for name in names}
    )
    notes += [f"in the codebook but not in the data: {', '.join(strange)}"] if strange else []
    columns = tuple(
        _column(name, [cells[place] for cells in rows], raw, known.get(name.casefold()), meta)
        for place, name in enumerate(names)
    )
    return DescribedData(raw.file, raw.sha256, raw.reading, len(rows), columns, tuple(notes))


def _names(raw: RawTable) -> tuple[str, ...]:
    names = tuple(name.strip().lstrip("\ufeff") for name in raw.header)
    faults = [
        _fault(raw, f"has two columns named '{name}'", "Rename one of them.")
        for name in dict.fromkeys(names)
        if name and names.count(name) > 1
    ]
    if nameless := [place for place, name in enumerate(names, 1) if not name]:
        faults.append(_fault(raw, f"column {nameless[0]} has no name", "Name every column."))
    if faults:
        raise DraftError(faults)
    return names


def _check_codebook(
    raw: RawTable,
    codebook: Path | None,
    known: Mapping[str, CodebookEntry],
    names: Sequence[str],
) -> None:
    if codebook is not None and known.keys().isdisjoint(name.casefold() for name in names):
        raise DraftError(
            [
                Fault(
                    "DRAFT-003",
                    f"names no column of {raw.file}",
                    "Use the codebook of these data.",
                    codebook.name,
                )
            ]
        )


def _column(
    name: str, cells: Sequence[str], raw: RawTable, entry: CodebookEntry | None, meta: Any
) -> DescribedColumn:
    blank = [not cell.strip() or is_blank_sign(cell) for cell in cells]
    texts = tuple(cell.strip() for cell, empty in zip(cells, blank, strict=True) if not empty)
    numbers = _numbers(texts, comma_is_decimal=raw.comma_is_decimal)
    by_row: tuple[float, ...] = ()
    if numbers is not None:
        values = iter(numbers)
        by_row = tuple(float("nan") if empty else next(values) for empty in blank)
    column = DescribedColumn(name, "", texts, numbers, by_row)
    label, labels, missing, measure, is_date = _from_spss(column, meta)
    entry = entry or CodebookEntry(name)
    return DescribedColumn(
        name,
        entry.label or label,
        texts,
        numbers,
        by_row,
        labels=entry.labels or labels,
        missing=entry.missing or missing,
        measure=entry.measure or measure,
        is_date=is_date,
    )


def _numbers(texts: Sequence[str], *, comma_is_decimal: bool) -> tuple[float, ...] | None:
    known: dict[str, float] = {}
    try:
        for text in texts:
            if text not in known:
                known[text] = parse_number(text, comma_is_decimal=comma_is_decimal)
    except ValueError:
        return None
    return tuple(known[text] for text in texts)


def _from_spss(
    column: DescribedColumn, meta: Any
) -> tuple[str, tuple[tuple[int, str], ...], tuple[int, ...], str, bool]:
    if meta is None:
        return "", (), (), "", False
    name = column.name
    given = meta.variable_value_labels.get(name, {})
    labels = tuple(
        (int(code), str(label).strip() or spell_number(code))
        for code, label in given.items()
        if isinstance(code, float | int) and float(code).is_integer() and abs(code) <= 10**9
    )
    candidates = sorted({*column.codes, *(code for code, _ in labels)})
    missing = declared_codes(meta.missing_ranges.get(name, ()), candidates)
    measure = meta.variable_measure.get(name, "")
    format_name = str(meta.original_variable_types.get(name, "")).rstrip("0123456789.")
    label = (meta.column_names_to_labels.get(name) or "").strip()
    return label, labels, missing, measure.replace("unknown", ""), format_name in _DATES


def _spss_metadata(path: Path) -> Any:
    # pyreadstat takes .3 s to load
    import pyreadstat

    return pyreadstat.read_sav(str(path), metadataonly=True, user_missing=True)[1]


def _fault(raw: RawTable, found: str, remedy: str) -> Fault:
    return Fault("DRAFT-001", found, remedy, raw.file)
