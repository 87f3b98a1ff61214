"""REDCap's data dictionaries as codebooks.

The headings are those of the dictionary that the web page writes, or those of the API (REDCap
documentation, "Data Dictionary"; API method "Export Metadata"). Only fields of some types have
choices in the column that holds choices, calculations or the labels of sliders.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from coprod_stats.responses.drafting.codebook_entry import (
    LARGEST_CODE,
    CodebookEntry,
    is_whole,
)
from coprod_stats.responses.raw_table import RawTable

_HEADINGS: dict[str, tuple[str, ...]] = {
    "name": ("variable / field name", "field_name"),
    "type": ("field type", "field_type"),
    "label": ("field label", "field_label"),
    "choices": ("choices, calculations, or slider labels", "select_choices_or_calculations"),
}
_WITH_CHOICES = ("radio", "dropdown", "checkbox")
_TRUTH = {"yesno": (("1", "Yes"), ("0", "No")), "truefalse": (("1", "True"), ("0", "False"))}
_NO_COLUMN = ("descriptive",)
_BOX = ((0, "Unchecked"), (1, "Checked"))
_MARKUP = re.compile(r"<(/?[a-zA-Z][^<>]*|!--.*?--)>", re.DOTALL)


def is_dictionary(header: Sequence[str]) -> bool:
    """Return whether a table has the headings of a data dictionary."""
    return {"name", "type"} <= _places(header).keys()


def dictionary_entries(table: RawTable) -> Iterator[CodebookEntry]:
    """Yield the entry of each column that REDCap exports for the fields of a dictionary.

    A field of check boxes has a column for each box, ``field___1``.
    """
    places = _places(table.header)
    for row in table.rows:
        cells = {
            role: row.cells[place].strip()
            for role, place in places.items()
            if place < len(row.cells)
        }
        name, kind = cells.get("name", ""), cells.get("type", "").casefold()
        if not name or kind in _NO_COLUMN:
            continue
        label = _words(cells.get("label", ""))
        choices = tuple(_choices(cells.get("choices", ""))) if kind in _WITH_CHOICES else ()
        if kind == "checkbox":
            yield from (
                CodebookEntry(
                    f"{name}___{_box(code)}",
                    f"{label} - {words}" if label else words,
                    labels=_BOX,
                    measure="nominal",
                    line=row.line,
                )
                for code, words in choices
            )
            continue
        choices = _TRUTH.get(kind, choices)
        numeric = kind in ("calc", "slider")
        yield CodebookEntry(
            name,
            label,
            labels=tuple((int(float(code)), words) for code, words in choices if _is_code(code)),
            letters=tuple((code, words) for code, words in choices if not _is_code(code)),
            measure="scale" if numeric else "",
            line=row.line,
        )


def _places(header: Sequence[str]) -> dict[str, int]:
    headings = [name.strip().lstrip("\ufeff").casefold() for name in header]
    return {
        role: headings.index(name)
        for role, names in _HEADINGS.items()
        for name in names
        if name in headings
    }


def _choices(cell: str) -> Iterator[tuple[str, str]]:
    """Yield the codes and labels of ``1, Yes | 2, No``; a choice without a label is its own."""
    for part in re.split(r"\||\n", cell):
        code, _, words = part.partition(",")
        if code.strip():
            yield code.strip(), _words(words) or code.strip()


def _box(code: str) -> str:
    """Return the end of the name of a box: lower case, a minus sign as an underscore."""
    return code.casefold().replace("-", "_")


def _is_code(code: str) -> bool:
    return is_whole(code) and abs(int(float(code))) <= LARGEST_CODE


def _words(text: str) -> str:
    """Return a label without the markup that REDCap takes, on one line."""
    return " ".join(html.unescape(_MARKUP.sub(" ", text)).split())
