"""The document model: the content of a report, independent of its rendering as HTML, PDF or Word.

Everything is a frozen value. Text is a tuple of inline pieces, made by `text`; numbers stay
unrounded in table cells until a renderer prints them in the format of the column. Tables, figures
and sections are not numbered by the author but by `numbering`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from coprod_stats.documents.figures.svg import Drawing
from coprod_stats.documents.numbers import DECIMAL, Interval, NumberFormat

Style = Literal["emphasis", "strong", "code", "subscript", "superscript"]
Tone = Literal["positive", "negative", "neutral", "caution"]
Align = Literal["left", "center", "right"]
NoticeKind = Literal["note", "warning", "synthetic"]


@dataclass(frozen=True, slots=True)
class Styled:
    """Words in a typographic style of their own."""

    words: str
    style: Style


@dataclass(frozen=True, slots=True)
class Badge:
    """One or two words that classify, such as the outcome of a hypothesis; never colour alone.

    A mark alone stands for them where a table has no room: each tone has a shape, the words remain
    for screen readers, and the table's note explains the marks.
    """

    words: str
    tone: Tone = "neutral"
    mark_alone: bool = False


@dataclass(frozen=True, slots=True)
class CrossReference:
    """A link to a section, table or figure of the same document, by its anchor.

    Without ``words`` it reads as its number, such as "Table 3".
    """

    anchor: str
    words: str = ""


Inline: TypeAlias = str | Styled | Badge | CrossReference
Text: TypeAlias = tuple[Inline, ...]


def text(*pieces: Inline) -> Text:
    """Join pieces of inline text."""
    return pieces


def emphasis(words: str) -> Styled:
    """Set words in italics, as statistical symbols are."""
    return Styled(words, "emphasis")


def strong(words: str) -> Styled:
    """Set words in bold."""
    return Styled(words, "strong")


def code(words: str) -> Styled:
    """Set words as program text."""
    return Styled(words, "code")


def subscript(words: str) -> Styled:
    """Set words as a subscript."""
    return Styled(words, "subscript")


def superscript(words: str) -> Styled:
    """Set words as a superscript."""
    return Styled(words, "superscript")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of running text."""

    content: Text


@dataclass(frozen=True, slots=True)
class ItemList:
    """A list with bullets, or with numbers."""

    items: tuple[Text, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Program text or a command, printed verbatim."""

    source: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A box that must not be overlooked."""

    content: tuple[Block, ...]
    kind: NoticeKind = "note"
    title: str = ""


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One headline figure: a printed value, what it counts, and a remark in small type."""

    value: str
    label: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """The headline figures of a report or section, as tiles."""

    figures: tuple[KeyFigure, ...]
    shows_data: bool = True


@dataclass(frozen=True, slots=True)
class Details:
    """Collapsed content that a reader may open; shown open in print."""

    summary: Text
    content: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with its number, title and note.

    ``shows_data`` states whether the document's data label is shown beside it.
    """

    anchor: str
    title: Text
    drawing: Drawing
    note: Text = ()
    shows_data: bool = True


CellValue: TypeAlias = str | int | float | Interval | Text | None


@dataclass(frozen=True, slots=True)
class Marked:
    """The value of a cell with the keys of its footnotes."""

    value: CellValue
    footnotes: tuple[str, ...]


Cell: TypeAlias = CellValue | Marked


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    label : tuple of inline pieces
        Head of the column.
    align : {"left", "center", "right"}
        Alignment of its cells.
    number_format : NumberFormat
        How its numbers are printed; whole numbers in a ``decimal`` column get digits too.
    spanner : str
        Head above this and the neighbouring columns of the same spanner; empty for none.
    footnotes : tuple of str
        Keys of footnotes of the head.
    """

    label: Text
    align: Align = "right"
    number_format: NumberFormat = DECIMAL
    spanner: str = ""
    footnotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows under one heading; without a label, rows without a heading."""

    rows: tuple[tuple[Cell, ...], ...]
    label: Text = ()


@dataclass(frozen=True, slots=True)
class Footnote:
    """A specific note of a table; its letter follows from the order of the notes."""

    key: str
    content: Text


@dataclass(frozen=True, slots=True)
class Table:
    """A table in APA style: three horizontal rules, number, title in italics, notes.

    The first column heads its row. ``note`` is the general note ("Note. ...").
    """

    anchor: str
    title: Text
    columns: tuple[Column, ...]
    groups: tuple[RowGroup, ...]
    note: Text = ()
    footnotes: tuple[Footnote, ...] = ()
    shows_data: bool = True


@dataclass(frozen=True, slots=True)
class Citations:
    """A list of references, each already in APA style."""

    entries: tuple[Text, ...]


Block: TypeAlias = (
    Paragraph | ItemList | CodeBlock | Notice | KeyFigures | Details | Figure | Table | Citations
)


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part of the document; sections may hold sections, three levels deep."""

    anchor: str
    heading: str
    content: tuple[Part, ...]


Part: TypeAlias = Block | Section


@dataclass(frozen=True, slots=True)
class Wording:
    """The words that a renderer adds; replace them for a report in another language."""

    contents: str = "Contents"
    skip: str = "Skip to the text"
    section: str = "Section"
    table: str = "Table"
    figure: str = "Figure"
    note: str = "Note."
    page: str = "Page"


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report.

    Parameters
    ----------
    title, subtitle : str
        Head of the report.
    content : tuple of Part
        Sections, and anything before the first of them.
    language : str
        BCP 47 tag, such as ``en``.
    direction : {"ltr", "rtl"}
        Direction of writing.
    byline : tuple of inline pieces
        Line under the subtitle: data, instrument and version.
    data_label : str
        Label repeated at every table, figure and tile that shows data, and on every printed
        page, such as "Synthetic data"; empty for real answers.
    data_notice : tuple of inline pieces
        Explanation of the label, in a box at the top.
    """

    title: str
    content: tuple[Part, ...]
    subtitle: str = ""
    language: str = "en"
    direction: Literal["ltr", "rtl"] = "ltr"
    byline: Text = ()
    data_label: str = ""
    data_notice: Text = ()
    wording: Wording = field(default_factory=Wording)
