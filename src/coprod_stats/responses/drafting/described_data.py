"""Existing data, column by column, with the metadata of the file or of a codebook."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from coprod_stats.counts import counted
from coprod_stats.errors import Fault
from coprod_stats.responses.answer_words import is_missing_word
from coprod_stats.responses.cell_values import is_blank_sign, parse_number
from coprod_stats.responses.drafting.codebook_entry import LARGEST_CODE, CodebookEntry
from coprod_stats.responses.drafting.codebook_table import (
    DraftError,
    declared_codes,
    read_codebook,
)
from coprod_stats.responses.raw_table import RawTable
from coprod_stats.responses.spss import MOMENTS, format_of_variable
from coprod_stats.responses.spss_parser import parse_spss
from coprod_stats.responses.table_files import format_of, read_table

_DATES = (*MOMENTS, "DTIME", "MTIME")

FEW_STRAYS = 0.05
"""Share of texts below which a column of numbers stays one."""


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
    cells : tuple of str
        All cells, row by row, blank where there is no answer.
    letters : tuple of (str, str)
        Codes that are no numbers, and their labels.
    letters_in_file : bool
        Whether the file of data itself holds these labels (SPSS), so that it is read by them.
    strays : tuple of str
        Values that are none of the answers, such as a word among numbers.
    refusals : tuple of str
        Words for a missing answer among numbers, such as ``refused``, which the import reads.
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
    cells: tuple[str, ...] = ()
    letters: tuple[tuple[str, str], ...] = ()
    letters_in_file: bool = False
    strays: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()

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
        If two columns have one name, a filled one has none, there are no rows, or the codebook
        cannot be parsed or belongs to other data.
    """
    known = read_codebook(codebook) if codebook is not None else {}
    raw = read_table(path, expected=list(known), sheet=sheet)
    meta = parse_spss(path)[1] if format_of(path) == "sav" else None
    raw = _without_nameless_columns(raw)
    names = _names(raw)
    rows = [row.cells for row in raw.rows if len(row.cells) == len(raw.header)]
    if not rows:
        raise DraftError([_fault(raw, "has no rows below its header", "Use a file with data.")])
    uneven = len(raw.rows) - len(rows)
    notes = [*raw.notes]
    notes += [f"skipped {counted(uneven, 'row')} not as long as the header"] if uneven else []
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


def _without_nameless_columns(raw: RawTable) -> RawTable:
    """Pass over columns without a name: the file's first (names of rows), others that are blank."""
    named = [bool(name.strip().lstrip("\ufeff")) for name in raw.header]
    for place, is_named in enumerate(named):
        number = raw.first_column + place
        if not is_named and number > 1 and _is_filled(raw, place):
            fault = _fault(raw, f"column {number} has no name", "Name every column.")
            raise DraftError([fault])
    kept = [place for place, is_named in enumerate(named) if is_named]
    if len(kept) == len(raw.header):
        return raw
    width = len(raw.header)
    rows = tuple(
        replace(row, cells=tuple(row.cells[place] for place in kept))
        for row in raw.rows
        if len(row.cells) == width
    )
    gone = counted(width - len(kept), "column without a name was", "columns without a name were")
    uneven = len(raw.rows) - len(rows)
    skipped = (f"skipped {counted(uneven, 'row')} not as long as the header",) if uneven else ()
    return replace(
        raw,
        header=tuple(raw.header[place] for place in kept),
        rows=rows,
        notes=(*raw.notes, f"{gone} passed over", *skipped),
    )


def _is_filled(raw: RawTable, place: int) -> bool:
    return any(place < len(row.cells) and row.cells[place].strip() for row in raw.rows)


def _names(raw: RawTable) -> tuple[str, ...]:
    names = tuple(name.strip().lstrip("\ufeff") for name in raw.header)
    faults = [
        _fault(raw, f"has two columns named '{name}'", "Rename one of them.")
        for name in dict.fromkeys(names)
        if name and names.count(name) > 1
    ]
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
    entry = entry or CodebookEntry(name)
    shown = tuple("" if not cell.strip() or is_blank_sign(cell) else cell.strip() for cell in cells)
    texts = tuple(filter(None, shown))
    known = _numbers(texts, comma_is_decimal=raw.comma_is_decimal)
    refusals = tuple(dict.fromkeys(t for t in texts if t not in known and is_missing_word(t)))
    answers = [text for text in texts if text not in refusals] if known else texts
    strays = _strays(answers, known, labelled=len(entry.labels) > 1)
    numbers: tuple[float, ...] | None = None
    by_row: tuple[float, ...] = ()
    if strays is not None:
        by_row = tuple(known.get(text, math.nan) for text in shown)
        numbers = tuple(number for number in by_row if not math.isnan(number))
    column = DescribedColumn(name, "", texts, numbers, by_row)
    label, labels, missing, measure, is_date, letters = _from_spss(column, meta)
    return DescribedColumn(
        name,
        entry.label or dict(raw.titles).get(name, "") or label,
        texts,
        numbers,
        by_row,
        labels=entry.labels or labels,
        missing=entry.missing or missing,
        measure=entry.measure or measure,
        is_date=is_date,
        cells=shown,
        letters=entry.letters or letters,
        letters_in_file=not entry.letters,
        strays=strays or (),
        refusals=() if strays is None else refusals,
    )


def _numbers(texts: Sequence[str], *, comma_is_decimal: bool) -> dict[str, float]:
    """Return the number of each text that is one."""
    known: dict[str, float] = {}
    for text in set(texts):
        with suppress(ValueError):
            known[text] = parse_number(text, comma_is_decimal=comma_is_decimal)
    return known


def _strays(
    texts: Sequence[str], known: Mapping[str, float], *, labelled: bool
) -> tuple[str, ...] | None:
    """Return the texts among numbers that are typing errors; None if it is a column of texts.

    Of labelled codes most answers must be numbers, of other columns nearly all: a typing error in
    one row must not turn a question into an open one.
    """
    odd = [text for text in texts if text not in known]
    most = len(texts) / 2 if labelled else FEW_STRAYS * len(texts)
    return None if odd and len(odd) >= most else tuple(dict.fromkeys(odd))


def _from_spss(
    column: DescribedColumn, meta: Any
) -> tuple[
    str,
    tuple[tuple[int, str], ...],
    tuple[int, ...],
    str,
    bool,
    tuple[tuple[str, str], ...],
]:
    if meta is None:
        return "", (), (), "", False, ()
    name = column.name
    given = meta.variable_value_labels.get(name, {})
    labels = tuple(
        (int(float(code)), str(label).strip() or str(int(float(code))))
        for code, label in given.items()
        if _is_code(code)
    )
    letters = tuple(
        (str(code).strip(), str(label).strip() or str(code).strip())
        for code, label in given.items()
        if isinstance(code, str) and code.strip() and not _is_code(code)
    )
    candidates = sorted({*column.codes, *(code for code, _ in labels)})
    missing = declared_codes(meta.missing_ranges.get(name, ()), candidates)
    measure = meta.variable_measure.get(name, "")
    label = (meta.column_names_to_labels.get(name) or "").strip()
    measure = measure.replace("unknown", "")
    return label, labels, missing, measure, format_of_variable(meta, name) in _DATES, letters


def _is_code(code: object) -> bool:
    """Return whether a value that has a label is a whole number, as a number or as a text."""
    try:
        number = float(str(code))
    except ValueError:
        return False
    return number.is_integer() and abs(number) <= LARGEST_CODE


def _fault(raw: RawTable, found: str, remedy: str) -> Fault:
    return Fault("DRAFT-001", found, remedy, raw.file)
