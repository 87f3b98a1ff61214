"""Numbers of sections, tables and figures, and the text of cross references."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass

from coprod_stats.documents.document import (
    CrossReference,
    Details,
    Document,
    Figure,
    Notice,
    Part,
    Section,
    Table,
)
from coprod_stats.documents.errors import ReportError

DEEPEST_SECTION = 3
_NO_BREAK = "\N{NO-BREAK SPACE}"
_ANCHOR = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class ContentsEntry:
    """One line of the table of contents."""

    anchor: str
    number: str
    heading: str
    level: int


@dataclass(frozen=True, slots=True)
class Numbering:
    """Labels by anchor ("Table 3", "Section 2.1"), bare numbers by anchor, and the contents."""

    labels: dict[str, str]
    numbers: dict[str, str]
    contents: tuple[ContentsEntry, ...]


def number_document(document: Document) -> Numbering:
    """Assign numbers to the sections, tables and figures of a document in order of appearance.

    Raises
    ------
    ReportError
        If an anchor is badly formed or used twice, a cross reference has no target, or sections
        are nested more than three deep.
    """
    counter = _Counter(document)
    counter.visit(document.content, parent="", level=1)
    missing = sorted({link.anchor for link in _cross_references(document)} - counter.labels.keys())
    if missing:
        raise ReportError(f"Cross references without a target: {', '.join(missing)}.")
    return Numbering(counter.labels, counter.numbers, tuple(counter.contents))


class _Counter:
    """Counters while a document is traversed."""

    def __init__(self, document: Document) -> None:
        self.wording = document.wording
        self.labels: dict[str, str] = {}
        self.numbers: dict[str, str] = {}
        self.contents: list[ContentsEntry] = []
        self.tables = 0
        self.figures = 0

    def visit(self, blocks: tuple[Part, ...], *, parent: str, level: int) -> None:
        sections = 0
        for block in blocks:
            match block:
                case Section():
                    sections += 1
                    self.open_section(block, number=f"{parent}{sections}", level=level)
                case Table():
                    self.tables += 1
                    self.register(block.anchor, self.wording.table, str(self.tables))
                case Figure():
                    self.figures += 1
                    self.register(block.anchor, self.wording.figure, str(self.figures))
                case Notice() | Details():
                    self.visit(block.content, parent=parent, level=level)

    def open_section(self, section: Section, *, number: str, level: int) -> None:
        if level > DEEPEST_SECTION:
            raise ReportError(f"Section '{section.heading}' is nested too deeply.")
        self.register(section.anchor, self.wording.section, number)
        self.contents.append(ContentsEntry(section.anchor, number, section.heading, level))
        self.visit(section.content, parent=f"{number}.", level=level + 1)

    def register(self, anchor: str, kind: str, number: str) -> None:
        if not _ANCHOR.fullmatch(anchor):
            raise ReportError(
                f"Anchor '{anchor}' must be lower-case letters and digits, joined by hyphens."
            )
        if anchor in self.labels:
            raise ReportError(f"Anchor '{anchor}' is used twice.")
        self.labels[anchor] = f"{kind}{_NO_BREAK}{number}"
        self.numbers[anchor] = number


def _cross_references(part: object) -> Iterator[CrossReference]:
    """Return the cross references of a document."""
    if isinstance(part, CrossReference):
        yield part
    elif isinstance(part, tuple):
        for member in part:
            yield from _cross_references(member)
    elif is_dataclass(part):
        for attribute in fields(part):
            yield from _cross_references(getattr(part, attribute.name))
