"""Codebooks as tables: the question of each variable, its value labels and its missing codes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from coprod_stats.errors import Fault, FaultsError
from coprod_stats.responses.drafting.codebook_entry import (
    LARGEST_CODE,
    CodebookEntry,
    is_whole,
)
from coprod_stats.responses.drafting.redcap_dictionary import dictionary_entries, is_dictionary
from coprod_stats.responses.raw_table import RawTable
from coprod_stats.responses.table_files import read_table

_HEADINGS: dict[str, tuple[str, ...]] = {
    "variable": (
        "variable",
        "variable name",
        "var",
        "name",
        "column",
        "field",
        "field name",
        "variable_name",
        "item",
    ),
    "label": (
        "label",
        "variable label",
        "question",
        "question text",
        "text",
        "description",
    ),
    "values": (
        "values",
        "value labels",
        "codes",
        "categories",
        "options",
        "choices",
        "response options",
    ),
    "missing": ("missing", "missing values", "missing codes", "na codes"),
    "measure": ("measure", "measurement", "level", "measurement level"),
    "code": ("code", "value"),
    "code label": ("code label", "value label", "category", "value name"),
}
_ENTRY = re.compile(r"\s*([+-]?\d+(?:\.0+)?)\s*(?:[=:,)]|\s[-–—]\s|\.\s|\s)\s*(.+?)\s*", re.DOTALL)
_LETTER_ENTRY = re.compile(r"\s*([\w.-]{1,20})\s*[=:]\s*(.+?)\s*", re.DOTALL)
_BARE = re.compile(r"\s*([+-]?\d+(?:\.0+)?)\s*")
_SPAN = re.compile(r"\s*([+-]?\d+)\s*(?:-|–|to|thru|\.\.)\s*([+-]?\d+)\s*", re.IGNORECASE)
_MEASURES = {
    "nominal": "nominal",
    "categorical": "nominal",
    "ordinal": "ordinal",
    "scale": "scale",
    "interval": "scale",
    "ratio": "scale",
    "continuous": "scale",
    "numeric": "scale",
}
MAX_SPAN = 1_000
"""Most codes in a range such as 90-99: more are taken for a typing error."""


class DraftError(FaultsError):
    """Data or a codebook from which no questionnaire can be drafted."""


def read_codebook(path: Path) -> Mapping[str, CodebookEntry]:
    """Read a codebook.

    Either one row per variable, with its codes in one cell as ``1 = Yes; 2 = No`` (or separated by
    commas, bars or line breaks), or one row per code, with the columns ``code`` and
    ``code label``; or a data dictionary of REDCap. Codes may be letters.

    Parameters
    ----------
    path : Path
        CSV or XLSX.

    Returns
    -------
    mapping of str to CodebookEntry
        By the variable's name in lower case.

    Raises
    ------
    ResponsesError
        If the file cannot be read as a table.
    DraftError
        If it has no column of variables, or cells that cannot be parsed; all are listed.
    """
    expected = [heading for known in _HEADINGS.values() for heading in known]
    table = read_table(path, expected=expected)
    if is_dictionary(table.header):
        return {entry.name.casefold(): entry for entry in dictionary_entries(table)}
    places = _places(table)
    faults: list[Fault] = []
    entries: dict[str, CodebookEntry] = {}
    variable = ""
    for row in table.rows:
        cells = {
            role: row.cells[place].strip()
            for role, place in places.items()
            if place < len(row.cells)
        }
        variable = (
            cells.get("variable", "") or variable
        )  # blank: a further code of the variable above
        if not variable:
            faults.append(_fault(table, row.line, "", "does not name a variable", "Name one."))
            continue
        entry = entries.get(variable.casefold(), CodebookEntry(variable, line=row.line))
        try:
            entries[variable.casefold()] = _extended(entry, cells)
        except ValueError as error:
            faults.append(
                _fault(table, row.line, variable, str(error), "Write codes as '1 = Yes; 2 = No'.")
            )
    if faults:
        raise DraftError(faults)
    return entries


def _places(table: RawTable) -> dict[str, int]:
    headings = table.plain_names
    places: dict[str, int] = {}
    for role, known in _HEADINGS.items():
        found = next((name for name in known if name in headings), None)
        if found is not None:
            places[role] = headings.index(found)
    if "variable" not in places:
        shown = ", ".join(table.header[:6])
        raise DraftError(
            [
                _fault(
                    table,
                    1,
                    "",
                    f"has no column of variables; the header is: {shown}",
                    "Name the columns variable, label, values, missing.",
                )
            ]
        )
    return places


def _extended(entry: CodebookEntry, cells: Mapping[str, str]) -> CodebookEntry:
    labels: dict[str, str] = dict(_labels(cells.get("values", "")))
    if written := cells.get("code", ""):
        labels[_code(written)] = cells.get("code label", "") or written
    missing = [*entry.missing]
    numbers = dict(entry.labels) | {
        int(code): label for code, label in labels.items() if is_whole(code)
    }
    for code, label in _missing(cells.get("missing", "")):
        missing.append(code)
        if label:
            numbers.setdefault(code, label)
    letters = [(code, label) for code, label in labels.items() if not is_whole(code)]
    return replace(
        entry,
        label=entry.label or cells.get("label", ""),
        labels=tuple(numbers.items()),
        letters=(*entry.letters, *letters),
        missing=tuple(dict.fromkeys(missing)),
        measure=entry.measure or _MEASURES.get(cells.get("measure", "").casefold(), ""),
    )


def _labels(cell: str) -> Iterator[tuple[str, str]]:
    """Return the codes and labels of a cell; separators are tried until every part is a code.

    Whole numbers first: letters are codes only before a sign that cannot belong to a label.
    """
    if not cell:
        return
    for entry in (_ENTRY, _LETTER_ENTRY):
        for separator in ("\n", "|", ";", ","):
            parts = [part for part in cell.split(separator) if part.strip()]
            matches = [entry.fullmatch(part) or _ENTRY.fullmatch(part) for part in parts]
            if len(parts) > 1 and all(matches):
                yield from ((_code(m[1]), m[2]) for m in matches if m is not None)
                return
    match = _ENTRY.fullmatch(cell) or _LETTER_ENTRY.fullmatch(cell)
    if match is None:
        raise ValueError(f"'{cell[:60]}' is not a list of codes and labels")
    yield _code(match[1]), match[2]


def _missing(cell: str) -> Iterator[tuple[int, str]]:
    """Return the missing codes, each with its label if the cell has one; ranges are expanded."""
    for part in re.split(r"[;|\n,]", cell):
        if not part.strip():
            continue
        if span := _SPAN.fullmatch(part):
            low, high = sorted((int(span[1]), int(span[2])))
            if high - low >= MAX_SPAN:
                raise ValueError(f"'{part.strip()}' spans more than {MAX_SPAN:,} codes")
            yield from ((code, "") for code in range(low, high + 1))
        elif bare := _BARE.fullmatch(part):
            yield int(_code(bare[1])), ""
        elif entry := _ENTRY.fullmatch(part):
            yield int(_code(entry[1])), entry[2]
        else:
            raise ValueError(f"'{part.strip()[:60]}' is not a code for a missing value")


def _code(text: str) -> str:
    """Return a code as it stands in the data: a whole number without decimals, or letters."""
    match = _BARE.fullmatch(text)
    if match is None:
        return text.strip()
    if abs(int(float(match[1]))) > LARGEST_CODE:
        raise ValueError(f"'{text[:60]}' is not a whole number up to {LARGEST_CODE:,}")
    return str(int(float(match[1])))


def _fault(table: RawTable, line: int, variable: str, found: str, remedy: str) -> Fault:
    place = f"variable '{variable}'" if variable else "codebook"
    return Fault("DRAFT-002", found, remedy, table.file, line, place)


def declared_codes(ranges: Sequence[Mapping[str, object]], found: Sequence[int]) -> tuple[int, ...]:
    """Return the codes found that lie in a range declared missing by an SPSS file."""
    codes = []
    for span in ranges:
        low, high = span.get("lo"), span.get("hi")
        if isinstance(low, float | int) and isinstance(high, float | int):
            codes += [int(low)] if low == high else [code for code in found if low <= code <= high]
    return tuple(dict.fromkeys(codes))
