"""Elements of Word files that python-docx has no words for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.table import _Cell

ROOM = "\u00a0" * 3
AFTER_BIDI = (
    "w:adjustRightInd",
    "w:snapToGrid",
    "w:spacing",
    "w:ind",
    "w:contextualSpacing",
    "w:mirrorIndents",
    "w:suppressOverlap",
    "w:jc",
    "w:textDirection",
    "w:textAlignment",
    "w:textboxTightWrap",
    "w:outlineLvl",
    "w:divId",
    "w:cnfStyle",
    "w:rPr",
    "w:sectPr",
    "w:pPrChange",
)
AFTER_BIDI_VISUAL = (
    "w:tblStyleRowBandSize",
    "w:tblStyleColBandSize",
    "w:tblW",
    "w:jc",
    "w:tblCellSpacing",
    "w:tblInd",
    "w:tblBorders",
    "w:shd",
    "w:tblLayout",
    "w:tblCellMar",
    "w:tblLook",
)


def rows_of_cells(table: Any) -> list[list[_Cell]]:
    """Return the cells by row; python-docx would look for all of them anew at each row."""
    from docx.table import _Cell

    return [[_Cell(cell, table) for cell in row.tc_lst] for row in table._tbl.tr_lst]


def digits(count: int) -> str:
    """Return boxes for the digits of a number."""
    return " ".join(f"[{ROOM}]" for _ in range(count))


def child(
    parent: Any, name: str, attributes: dict[str, str], *, before: Sequence[str] = ()
) -> None:
    """Add an element; the schema of Word files wants it before those named."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(key), value)
    parent.insert_element_before(element, *before)


def field(paragraph: Any, instruction: str) -> None:
    """Insert what Word fills in: the number of the page, or of all pages."""
    for kind in ("begin", "", "end"):
        run = paragraph.add_run()
        if kind:
            child(run._r, "w:fldChar", {"w:fldCharType": kind})
        else:
            child(run._r, "w:instrText", {})
            run._r[-1].text = instruction
