"""The printed questionnaire as a Word file, for those who must change it before it is printed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from coprod_stats.files.archives import EARLIEST, undated
from coprod_stats.platforms.paper.document import (
    CheckBox,
    Choice,
    Element,
    Heading,
    MarkedLine,
    Matrix,
    NumberBox,
    NumberList,
    PaperDocument,
    Paragraph,
    Question,
    Row,
    Steps,
    Tick,
)
from coprod_stats.platforms.paper.word_elements import (
    AFTER_BIDI,
    AFTER_BIDI_VISUAL,
    child,
    digits,
    field,
    rows_of_cells,
)

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph as WordParagraph

FONT = "Arial"
"""Has Latin, Greek, Cyrillic, Arabic and Hebrew letters wherever Word is."""
BOX = "☐"
GREY = "666666"
TEXT_WIDTH_MM, NUMBER_MM, GRID_MM, STEPS_MM = 176, 10, 112, 126
"""Width of the text, of the number of a question, of the answers of a grid, of numbered boxes."""


def word_bytes(document: PaperDocument) -> bytes:
    """Write a document as DOCX, the same bytes every time."""
    # python-docx takes .2 s to load
    import docx

    writer = _Writer(docx.Document(), document)
    writer.write()
    written = io.BytesIO()
    writer.file.save(written)
    return undated(written.getvalue())


class _Writer:
    def __init__(self, file: Document, document: PaperDocument) -> None:
        self.file, self.paper = file, document
        self.rtl = document.direction == "rtl"

    def write(self) -> None:
        self._set_up()
        self._title_block()
        for element in self.paper.elements:
            self._element(element)
        closing = self._paragraph(self.paper.closing, bold=True, before=18)
        self._centre(closing)

    def _set_up(self) -> None:
        from docx.oxml.ns import qn
        from docx.shared import Mm, Pt

        properties = self.file.core_properties
        properties.title, properties.language = self.paper.title, self.paper.language
        properties.subject = self.paper.remark
        properties.author = properties.last_modified_by = properties.comments = ""
        properties.created = properties.modified = datetime(*EARLIEST)
        section = self.file.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(17)
        section.top_margin, section.bottom_margin = Mm(15), Mm(18)
        for name, size in (("Normal", 9.5), ("Title", 18), ("Heading 1", 12.5), ("Footer", 7)):
            style: Any = self.file.styles[name]
            style.font.name, style.font.size = FONT, Pt(size)
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for script in ("w:cs", "w:eastAsia", "w:hAnsi"):
                fonts.set(qn(script), FONT)
            for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
                fonts.attrib.pop(qn(theme), None)
            style.font.color.rgb = None
        normal: Any = self.file.styles["Normal"]
        normal.paragraph_format.space_after = Pt(2)
        language = {"w:val": self.paper.language, "w:bidi": self.paper.language}
        child(normal.element.get_or_add_rPr(), "w:lang", language)
        self._footer(section)

    def _footer(self, section: Any) -> None:
        before, between, after = self.paper.page_of
        paragraph = section.footer.paragraphs[0]
        self._direct(paragraph)
        paragraph.add_run(f"{self.paper.footer}\t\t{before}")
        field(paragraph, "PAGE")
        paragraph.add_run(between)
        field(paragraph, "NUMPAGES")
        paragraph.add_run(after)

    def _title_block(self) -> None:
        title = self.file.add_paragraph(style="Title")
        title.add_run(self.paper.title)
        self._direct(title)
        if self.paper.remark:
            self._paragraph(self.paper.remark, italic=True, color=GREY)
        ((cell,),) = self._table(1, [TEXT_WIDTH_MM], style="Table Grid")
        self._into(cell, self.paper.office_title, size=7, color=GREY)
        for label, count in self.paper.office:
            self._into(cell, f"{label}  {digits(count)}", first=False)
        for line in self.paper.how_to:
            self._paragraph(f"• {line}", size=8.5)

    def _element(self, element: Element) -> None:
        match element:
            case Heading():
                heading = self.file.add_paragraph(style="Heading 1")
                heading.add_run(element.text)
                self._direct(heading)
            case Question():
                self._question(element)
            case CheckBox():
                self._check(element)
            case Paragraph(role="route"):
                arrow = "◄" if self.rtl else "►"
                self._paragraph(f"{arrow} {element.text}", bold=True, before=8, keep=True)
            case Paragraph():
                self._paragraph(element.text, before=6, keep=element.role == "intro")
                for line in element.alternatives:
                    self._paragraph(line, italic=True)

    def _check(self, element: CheckBox) -> None:
        ((text, box),) = self._table(1, [TEXT_WIDTH_MM - 12, 12], style="Table Grid")
        first = self._into(text, element.title, bold=True)
        first.add_run(f"  {element.lead}")
        for line in element.conditions:
            self._into(text, f"• {line}", first=False)
        self._into(box, BOX, size=16)

    def _question(self, question: Question) -> None:
        head = self._paragraph(f"{question.number}\t", bold=True, before=10, keep=True)
        self._indent(head)
        if question.stem:
            head.add_run(f"{question.stem} ")
        head.add_run(question.text).bold = True
        self._small(head, question.id)
        for line in question.alternatives:
            self._paragraph(line, italic=True, size=8.5, keep=True, indent=True)
        if question.hint:
            self._paragraph(question.hint, size=8.5, color=GREY, keep=True, indent=True)
        self._paragraph(question.instruction, italic=True, size=8.5, keep=True, indent=True)
        self._answer(question)

    def _answer(self, question: Question) -> None:
        body = question.body
        match body:
            case Matrix():
                self._matrix(body)
                return
            case Choice():
                self._ticks(body.options, keep_last=bool(question.beside))
            case NumberBox():
                boxes = "_" * 16 if body.decimals else digits(body.digits)
                self._paragraph(
                    f"{boxes} {body.unit}".rstrip(), indent=True, keep=bool(question.beside)
                )
            case NumberList():
                for option in body.options:
                    line = self._paragraph(f"{digits(body.digits)} ", indent=True, keep=True)
                    self._small(line, option.code)
                    line.add_run(f"  {option.label}")
                total = f"{body.total_label} = {body.total}" if body.total else ""
                self._paragraph(total, bold=True, indent=True, keep=bool(question.beside))
            case Steps():
                self._steps(body, keep_last=bool(question.beside))
            case MarkedLine():
                middle = "┼" if body.middle else "─"
                half = "─" * 20
                drawn = f"{body.first} ├{half}{middle}{half}┤ {body.last}"
                self._paragraph(drawn, indent=True, keep=True)
                words = " · ".join(filter(None, (body.low, body.middle, body.high)))
                self._paragraph(words, size=8.5, indent=True, keep=bool(question.beside))
            case _:
                for place in range(body.count):
                    last = place == body.count - 1 and not question.beside
                    self._paragraph("_" * 72, before=8, color=GREY, indent=True, keep=not last)
        if question.beside:
            self._ticks(question.beside, before=6)

    def _ticks(self, ticks: Sequence[Tick], *, before: float = 0, keep_last: bool = False) -> None:
        """Write one answer a line; the lines of a question stay on one page."""
        for place, tick in enumerate(ticks):
            keep = keep_last or place < len(ticks) - 1
            line = self._paragraph(f"{BOX} ", indent=True, keep=keep, before=0 if place else before)
            self._small(line, tick.code)
            line.add_run(f"  {tick.label}")
            if tick.go_to:
                line.add_run(f"  {'←' if self.rtl else '→'} {tick.go_to}").bold = True

    def _steps(self, body: Steps, *, keep_last: bool) -> None:
        """Write numbered boxes in a row, with words at both ends."""
        width = min(9.0, STEPS_MM / len(body.options))
        end = (TEXT_WIDTH_MM - width * len(body.options)) / 2
        widths = [end, *[width] * len(body.options), end]
        ((low, *cells, high),) = self._table(1, widths, style="Table Grid")
        for cell, words in ((low, body.low), (high, body.high)):
            self._centre(self._into(cell, words, size=8.5))
        for cell, option in zip(cells, body.options, strict=True):
            self._centre(self._into(cell, BOX))
            self._centre(self._into(cell, option.label, first=False, size=8.5))
        if body.notes:
            self._paragraph("; ".join(body.notes), size=8.5, indent=True, keep=keep_last)

    def _matrix(self, body: Matrix) -> None:
        ticks = (*body.options, *body.beside)
        width = min(17.0, GRID_MM / len(ticks))
        widths = [TEXT_WIDTH_MM - width * len(ticks), *[width] * len(ticks)]
        header, *rows = self._table(1 + len(body.rows), widths, style="Table Grid")
        child(header[0]._tc.getparent().get_or_add_trPr(), "w:tblHeader", {})
        for cell, tick in zip(header[1:], ticks, strict=True):
            self._centre(self._into(cell, tick.label, size=7.5))
        for cells, row in zip(rows, body.rows, strict=True):
            child(cells[0]._tc.getparent().get_or_add_trPr(), "w:cantSplit", {})
            self._row(cells[0], row)
            for cell, tick in zip(cells[1:], ticks, strict=True):
                self._cell_tick(cell, tick, row, beside=tick in body.beside)
        for cells in (header, *rows[:-1]):  # a grid that fits on one page is not parted
            for paragraph in cells[0].paragraphs:
                paragraph.paragraph_format.keep_with_next = True

    def _cell_tick(self, cell: _Cell, tick: Tick, row: Row, *, beside: bool) -> None:
        if not beside or tick.code in row.offered:
            mark = self._into(cell, f"{BOX} ")
            self._centre(mark)
            self._small(mark, tick.code)
        if beside:
            child(
                cell._tc.get_or_add_tcPr(),
                "w:shd",
                {"w:val": "clear", "w:color": "auto", "w:fill": "EEEEEE"},
            )

    def _row(self, cell: _Cell, row: Row) -> None:
        text = self._into(cell, f"{row.letter}  ", bold=True)
        text.add_run(row.text)
        self._small(text, row.id)
        for line in filter(None, (row.hint, *row.conditions, *row.alternatives)):
            self._into(cell, line, first=False, italic=True, size=8.5)

    def _table(self, n_rows: int, widths_mm: Sequence[float], *, style: str) -> list[list[_Cell]]:
        from docx.shared import Mm

        table = self.file.add_table(n_rows, len(widths_mm), style=style)
        table.autofit = False
        if self.rtl:
            child(table._tbl.tblPr, "w:bidiVisual", {}, before=AFTER_BIDI_VISUAL)
        # Word keeps to the cells, other programs to the columns of the table
        for column, width in zip(table.columns, widths_mm, strict=True):
            column.width = Mm(width)
        rows = rows_of_cells(table)
        for cells in rows:
            for cell, width in zip(cells, widths_mm, strict=True):
                cell.width = Mm(width)
        return rows

    def _into(
        self,
        cell: _Cell,
        text: str,
        *,
        first: bool = True,
        bold: bool = False,
        italic: bool = False,
        size: float | None = None,
        color: str = "",
    ) -> WordParagraph:
        paragraph: WordParagraph = cell.paragraphs[0] if first else cell.add_paragraph()
        self._style(paragraph.add_run(text), bold=bold, italic=italic, size=size, color=color)
        self._direct(paragraph)
        return paragraph

    def _paragraph(
        self,
        text: str,
        *,
        bold: bool = False,
        italic: bool = False,
        size: float | None = None,
        color: str = "",
        before: float = 0,
        keep: bool = False,
        indent: bool = False,
    ) -> WordParagraph:
        from docx.shared import Pt

        paragraph: WordParagraph = self.file.add_paragraph()
        self._style(paragraph.add_run(text), bold=bold, italic=italic, size=size, color=color)
        layout = paragraph.paragraph_format
        layout.space_before, layout.keep_with_next, layout.keep_together = Pt(before), keep, True
        self._direct(paragraph)
        if indent:
            self._indent(paragraph, hanging=False)
        return paragraph

    def _style(self, run: Any, *, bold: bool, italic: bool, size: float | None, color: str) -> None:
        from docx.shared import Pt, RGBColor

        run.bold, run.italic = bold or None, (italic and not self.rtl) or None
        if size is not None:
            run.font.size = Pt(size)
        if color:
            run.font.color.rgb = RGBColor.from_string(color)
        if self.rtl:
            run.font.rtl = True

    def _small(self, paragraph: WordParagraph, code: str) -> None:
        """Add a code or an id in small print."""
        self._style(
            paragraph.add_run(f" {code}" if code else ""),
            bold=False,
            italic=False,
            size=6,
            color=GREY,
        )

    def _centre(self, paragraph: WordParagraph) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER

    def _direct(self, paragraph: Any) -> None:
        """Let a paragraph run the way its language does."""
        if self.rtl:
            child(paragraph._p.get_or_add_pPr(), "w:bidi", {}, before=AFTER_BIDI)

    def _indent(self, paragraph: Any, *, hanging: bool = True) -> None:
        from docx.shared import Mm

        layout = paragraph.paragraph_format
        layout.left_indent = Mm(NUMBER_MM)
        if hanging:
            layout.first_line_indent = -Mm(NUMBER_MM)
