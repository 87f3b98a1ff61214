"""The columns of REDCap's data dictionary, and its file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

Row = dict[str, str]
HEADER = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
_COLUMNS = {
    name: HEADER[place]
    for name, place in (
        ("name", 0),
        ("form", 1),
        ("section", 2),
        ("type", 3),
        ("label", 4),
        ("choices", 5),
        ("note", 6),
        ("validation", 7),
        ("min", 8),
        ("max", 9),
        ("logic", 11),
        ("required", 12),
        ("alignment", 13),
        ("matrix", 15),
        ("annotation", 17),
    )
}
"""Columns by the names that rows give them."""


def table_bytes(rows: Iterable[Row]) -> bytes:
    """Return the file of a data dictionary."""
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, HEADER, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({_COLUMNS[key]: text for key, text in row.items()} for row in rows)
    return written.getvalue().encode()
