"""A table of answers as it stands in a file: text cells, before any instrument is consulted."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from coprod_stats.errors import CoprodError
from coprod_stats.files.reading import read_bytes as read_limited
from coprod_stats.instruments.language.numbers import spell_number
from coprod_stats.instruments.shipped import shipped_names

MAX_CELL = 131_072
"""Longest cell in characters: an open quotation mark would otherwise swallow the file. Python's own
limit for CSV has the same value, but any library in the process may have changed it."""


class ResponsesError(CoprodError):
    """A file of answers that cannot be read as a table."""


class SheetError(ResponsesError):
    """A sheet that a workbook does not have, or that is empty."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row of the file: its line (usually 1 for the header of a CSV) and its cells."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawTable:
    """A file of answers as text.

    Attributes
    ----------
    reading : str
        How the file was read, for the report, such as ``CSV, utf-8, delimiter ','``.
    rows : sequence of RawRow
        Rows below the header that are not blank; of a file, `CodedRows`.
    comma_is_decimal : bool
        Whether a comma in a number can only mark decimals, as where semicolons separate the cells.
    labels : tuple of (column, ((code, label), ...))
        Value labels that the file itself carries (SPSS); empty for other formats.
    missing : tuple of (column, codes)
        Codes that the file itself declares missing (SPSS).
    sheet : str
        Sheet of a workbook that was asked for; empty if none was.
    titles : tuple of (column, question)
        Questions that the file has beside its names (Qualtrics).
    notes : tuple of str
        What was passed over while reading, for the report.
    first_column : int
        Number in the file of the first column that is left, from 1.
    """

    file: str
    sha256: str
    reading: str
    header: tuple[str, ...]
    rows: Sequence[RawRow]
    comma_is_decimal: bool = False
    labels: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    missing: tuple[tuple[str, frozenset[str]], ...] = ()
    sheet: str = ""
    titles: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    first_column: int = 1

    @property
    def plain_names(self) -> list[str]:
        """Names of columns as they are compared: no mark or space around them, lower case."""
        return [name.strip().lstrip("\ufeff").casefold() for name in self.header]

    def labels_of(self, column: str) -> dict[str, str]:
        """Return the value labels of a column by code, ignoring the case of its name."""
        return next((dict(found) for name, found in self.labels if _same(name, column)), {})

    def missing_of(self, column: str) -> frozenset[str]:
        """Return the codes that the file declares missing in a column."""
        return next((found for name, found in self.missing if _same(name, column)), frozenset())


def is_filled(cells: Iterable[str]) -> bool:
    """Return whether any cell contains something other than white space."""
    return any(map(str.strip, cells))


def read_bytes(path: Path) -> tuple[bytes, str]:
    """Read a file, and return its bytes and their SHA-256.

    Raises
    ------
    ResponsesError
        If the file cannot be read, or is larger than the limit.
    """
    content = read_limited(path, error=ResponsesError, known=shipped_names)
    return content, hashlib.sha256(content).hexdigest()


def _same(name: str, column: str) -> bool:
    return name.strip().casefold() == column.casefold()


def plain_text(value: object) -> str:
    """Return a typed cell as text: whole numbers without decimals, dates in ISO 8601.

    A truth value is the word that a CSV has for it; which code it stands for is the question's.
    """
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float() if math.isnan(value):
            return ""
        case float() if math.isinf(value):
            return "inf" if value > 0 else "-inf"
        case float() | Decimal():
            return spell_number(value)
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return str(value)
