"""Questionnaires on paper: one text in PDF and Word, and answers entered and read back."""

from __future__ import annotations

import csv
import io
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest
import typst
from docx.oxml.ns import qn
from engines import arabic_fonts, needs
from every_kind import Respondents, plain, respondents
from openpyxl import load_workbook

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.instruments.language.expressions import parse_expression
from coprod_stats.instruments.model import TEXT_KINDS
from coprod_stats.platforms import PlatformError, compose_form
from coprod_stats.platforms.paper.building import paper_document
from coprod_stats.platforms.paper.document import Matrix, PaperDocument, Question, Row, Tick
from coprod_stats.platforms.paper.pdf import SYSTEM_FONTS, FontError, pdf_bytes
from coprod_stats.platforms.paper.versions import versions
from coprod_stats.platforms.paper.word import word_bytes
from coprod_stats.responses import read_responses, write_canonical


def entered(instrument: Instrument, people: Respondents) -> bytes:
    """Enter answers into the workbook as a typist would, each allowed by the check of its cell."""
    content = compose_form(instrument, "paper", languages=["en"]).files["data_entry.xlsx"]
    workbook = load_workbook(io.BytesIO(content))
    sheet = workbook["answers"]
    checks = {
        next(iter(check.sqref.ranges)).min_col: check
        for check in sheet.data_validations.dataValidation
    }
    columns = [cell.value for cell in sheet[1]]
    texts = {item.id for item in instrument.items if item.kind in TEXT_KINDS} | {"RID"}
    for row, cells in enumerate(people.canonical, 2):
        for place, column in enumerate(columns, 1):
            if text := cells[column]:
                value = text if column in texts else float(text)
                assert is_allowed(checks[place], value, workbook), (column, value)
                sheet.cell(row, place, value).data_type = "s" if column in texts else "n"
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def is_allowed(check: Any, value: object, workbook: Any) -> bool:
    """Judge a value as a spreadsheet does by the check of its cell."""
    if check.type == "list":
        listed = check.formula1
        if listed.startswith("lists!"):
            cells = workbook["lists"][listed.removeprefix("lists!").replace("$", "")]
            return value in [cell.value for (cell,) in cells]
        return plain(value) in listed.strip('"').split(",")
    if check.type != "custom":
        return True
    formula = check.formula1
    cell = str(check.sqref).partition(":")[0]
    known = {
        "AND": lambda *parts: all(parts),
        "OR": lambda *parts: any(parts),
        "ISNUMBER": lambda cell: isinstance(cell, float),
        "INT": int,
        cell: value,
    }
    return bool(eval(formula.replace("=", "==").replace(">==", ">=").replace("<==", "<="), known))  # noqa: S307 - a formula of our own


def as_csv(workbook: bytes) -> str:
    sheet = load_workbook(io.BytesIO(workbook))["answers"]
    written = io.StringIO()
    rows = [["" if v is None else v for v in row] for row in sheet.iter_rows(values_only=True)]
    csv.writer(written).writerows(
        [int(v) if isinstance(v, float) and v.is_integer() else v for v in row] for row in rows
    )
    return written.getvalue()


def round_trip(instrument: Instrument, people: Respondents, folder: Path) -> None:
    workbook = entered(instrument, people)
    (folder / "entered.xlsx").write_bytes(workbook)
    (folder / "entered.csv").write_text(as_csv(workbook), encoding="utf-8")
    for name in ("entered.xlsx", "entered.csv"):
        responses = read_responses(folder / name, instrument)
        assert not responses.rejected
        write_canonical(responses.answers, folder / "read.csv")
        with (folder / "read.csv").open(encoding="utf-8", newline="") as file:
            assert list(csv.DictReader(file)) == people.canonical


def test_answers_that_are_entered_come_back_as_given(
    every_kind: Instrument, tmp_path: Path
) -> None:
    round_trip(every_kind, respondents(every_kind, 50, seed=1), tmp_path)


@pytest.mark.slow
def test_a_thousand_respondents_are_entered_and_read_back(
    every_kind: Instrument, tmp_path: Path
) -> None:
    round_trip(every_kind, respondents(every_kind, 1_000, seed=2), tmp_path)


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        ("USED", 3.0),
        ("YEARS", 91.0),
        ("YEARS", 1.5),
        ("MEANS__1", 2.0),
        ("GOALS__1", 3.0),
        ("POINTS__1", 11.0),
        ("ARM", 3.0),
        ("HOURS", -1.0),
        ("HOURS", -9.0),
    ],
)
def test_the_entry_does_not_take_what_nobody_can_answer(
    column: str, wrong: float, every_kind: Instrument
) -> None:
    content = compose_form(every_kind, "paper", languages=["en"]).files["data_entry.xlsx"]
    workbook = load_workbook(io.BytesIO(content))
    sheet = workbook["answers"]
    place = [cell.value for cell in sheet[1]].index(column) + 1
    check = next(
        check
        for check in sheet.data_validations.dataValidation
        if next(iter(check.sqref.ranges)).min_col == place
    )
    assert not is_allowed(check, wrong, workbook)
    assert is_allowed(check, -7.0, workbook) == (column != "ARM")


def test_the_codebook_of_the_entry_names_the_numbers_on_paper(every_kind: Instrument) -> None:
    content = compose_form(every_kind, "paper", languages=["en"]).files["data_entry.xlsx"]
    workbook = load_workbook(io.BytesIO(content))
    assert workbook.sheetnames[0] == "answers"
    header, *rows = workbook["codebook"].iter_rows(values_only=True)
    assert header[:3] == ("question ARM1", "question ARM2", "column")
    by_column = {row[2]: row for row in rows}
    assert by_column["TRU2"][:2] == ("8b", "8b")
    assert by_column["OFT1"][:2] == ("9a", None)
    assert by_column["USED"][5] == "1 = Yes; 2 = No"
    assert "seen, unanswered" in str(by_column["USED"][6])
    assert [row[0] for row in workbook["missing"].iter_rows(min_row=2, values_only=True)] == [
        "(blank)",
        "-7",
        "-8",
        "-9",
    ]


def test_a_long_list_of_codes_stands_on_a_sheet_of_its_own(tmp_path: Path) -> None:
    options = ", ".join(f"{code}: Place {code}" for code in range(1000, 1100))
    instrument = inline(tmp_path, f"{{id: PLACE, text: Where?, options: {{{options}}}}}")
    workbook = load_workbook(io.BytesIO(compose_form(instrument, "paper").files["data_entry.xlsx"]))
    (check,) = workbook["answers"].data_validations.dataValidation
    assert is_allowed(check, 1099.0, workbook)
    assert not is_allowed(check, 1100.0, workbook)


def test_two_exports_are_the_same_to_the_byte(every_kind: Instrument) -> None:
    first = compose_form(every_kind, "paper")
    time.sleep(1.1)  # archives and properties state whole seconds
    second = compose_form(every_kind, "paper")
    assert first.files == second.files
    assert {name.partition(".")[2] for name in first.files} == {"pdf", "docx", "xlsx"}
    assert first.sidecar.to_json() == second.sidecar.to_json()


def words_of(document: PaperDocument) -> set[str]:
    """Return every text of a document that is printed as it stands."""

    def inside(value: object, key: str = "") -> list[str]:
        if isinstance(value, str):
            return [value] if key not in ("kind", "role", "language", "direction") else []
        if isinstance(value, dict):
            return [text for key, part in value.items() for text in inside(part, key)]
        if isinstance(value, list | tuple):
            return [text for part in value for text in inside(part, key)]
        return []

    return {"".join(text.split()) for text in inside(asdict(document))} - {""}


def text_of_pdf(content: bytes) -> list[str]:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return ["".join(page.extract_text().split()) for page in pages]


def text_of_word(content: bytes) -> str:
    file = docx.Document(io.BytesIO(content))
    body = "".join(node.text or "" for node in file.element.body.iter(qn("w:t")))
    foot = "".join(node.text or "" for node in file.sections[0].footer._element.iter(qn("w:t")))
    return "".join((body + foot).split())


@pytest.mark.parametrize("name", ["carers", "citizen", "provider"])
def test_pdf_and_word_say_the_same(name: str) -> None:
    instrument = read_instrument(name)
    version = next(versions(instrument.for_form(instrument.forms[0].id)))
    document = paper_document(version, "en")
    content, _ = pdf_bytes(document)
    printed, word = "".join(text_of_pdf(content)), text_of_word(word_bytes(document))
    words = words_of(document)
    assert len(words) > 60
    assert not [text for text in words if text not in word]
    assert not [text for text in words if text not in printed]


def test_no_question_is_broken_across_pages() -> None:
    instrument = read_instrument("citizen").for_form("core")
    document = paper_document(next(versions(instrument)), "en")
    content, of_machine = pdf_bytes(document)
    assert not of_machine
    pages = text_of_pdf(content)
    questions = [e for e in document.elements if isinstance(e, Question)]
    assert len(questions) > 40
    for question in questions:
        words = ["".join(text.split()) for text in question_words(question)]
        assert any(all(text in page for text in words) for page in pages), question.number


def question_words(question: Question) -> list[str]:
    body = question.body
    if isinstance(body, Matrix):
        return [question.text, *(row.id for row in body.rows), *(row.text for row in body.rows)]
    labels = [tick.label for tick in getattr(body, "options", ())]
    return [question.text, question.id, question.instruction, *labels]


def long_grid() -> PaperDocument:
    instrument = read_instrument("carers").for_form("full")
    document = paper_document(next(versions(instrument)), "en")
    rows = tuple(Row(f"r{n}", f"ROW{n}", f"Statement {n}", offered=("-9",)) for n in range(70))
    ticks = (Tick("Nevermore", "1"), Tick("Evermore", "2"))
    grid = Question("1", "", "How often?", "Tick.", Matrix(rows, ticks, (Tick("Unsure", "-9"),)))
    return replace(document, elements=(grid,))


def test_the_head_of_a_long_grid_is_repeated_on_each_page() -> None:
    content, _ = pdf_bytes(long_grid())
    pages = [page for page in text_of_pdf(content) if "Statement" in page]
    assert len(pages) > 1
    assert all("Nevermore" in page and "Unsure" in page for page in pages)
    table = docx.Document(io.BytesIO(word_bytes(long_grid()))).tables[-1]
    assert table._tbl.tr_lst[0].trPr.find(qn("w:tblHeader")) is not None
    assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in table._tbl.tr_lst[1:])


def test_the_pdf_is_accessible(every_kind: Instrument) -> None:
    content = compose_form(every_kind, "paper", languages=["de"]).files["survey_de_ARM1.pdf"]
    reader = pypdf.PdfReader(io.BytesIO(content))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "de"
    assert reader.metadata is not None
    assert reader.metadata.title == "Eine Umfrage"
    assert reader.metadata.creation_date is None
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()


def test_letters_that_no_font_has_are_refused_by_name(tmp_path: Path) -> None:
    instrument = inline(tmp_path, "{id: A, kind: text, text: 'What is \U00012000?'}")
    export = compose_form(instrument, "paper")
    assert "PLATFORM-083 language 'en': no font at hand has the letters '\U00012000'" in str(
        export.refused[0]
    )
    assert "--font-path" in str(export.refused[0])
    with pytest.raises(PlatformError):
        export.write(tmp_path / "form")
    assert not (tmp_path / "form").exists()


@pytest.mark.parametrize("emoji", ["\U0001f9ff", "\U0001f469\u200d\U0001f52c\ufe0f"])
def test_an_emoji_that_no_font_has_is_left_off_where_all_remains_readable(
    tmp_path: Path, emoji: str
) -> None:
    options = f"{{1: 'Yes {emoji}', 2: '{emoji} No, 3', 3: Neither}}"
    export = compose_form(inline(tmp_path, f"{{id: A, text: Fine?, options: {options}}}"), "paper")
    assert export.refused == ()
    (told,) = [str(loss) for loss in export.losses if loss.code == "PLATFORM-188"]
    assert emoji[0] in told
    pdf, word = (
        next(content for name, content in export.files.items() if name.endswith(suffix))
        for suffix in (".pdf", ".docx")
    )
    printed = "".join(text_of_pdf(pdf))
    assert all(label in printed for label in ("Yes", "No,3", "Neither"))
    assert emoji in text_of_word(word)


@pytest.mark.parametrize("second", ["\U0001fae0", "Yes"])
def test_an_emoji_that_says_something_is_refused_where_no_font_has_it(
    tmp_path: Path, second: str
) -> None:
    options = f"{{1: 'Yes \U0001f9ff', 2: '{second}'}}"
    export = compose_form(inline(tmp_path, f"{{id: A, text: Fine?, options: {options}}}"), "paper")
    (fault,) = export.refused
    assert fault.code == "PLATFORM-083"


def test_the_items_of_a_grid_have_room_in_every_program_that_reads_word() -> None:
    ns = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    file = docx.Document(io.BytesIO(word_bytes(long_grid())))
    grids = [table for table in file.tables if len(table.columns) > 2]
    assert grids
    for table in grids:
        columns = [int(column.get(f"{ns}w")) for column in table._tbl.tblGrid]
        cells = [cell.width.twips for cell in table.rows[1].cells]
        assert columns == cells
        assert columns[0] > 2 * max(columns[1:])


def test_arabic_needs_a_font_that_has_it() -> None:
    instrument = read_instrument("citizen").for_form("core")
    document = paper_document(next(versions(instrument)), "ar")
    with pytest.raises(FontError):
        pdf_bytes(document, system_fonts=False)


@needs("arabic-font")
def test_a_folder_of_fonts_is_used_as_far_as_it_goes(tmp_path: Path) -> None:
    for path in arabic_fonts():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    document = paper_document(next(versions(read_instrument("citizen").for_form("core"))), "ar")
    content, of_machine = pdf_bytes(document, font_paths=[tmp_path], system_fonts=False)
    assert not of_machine
    assert content == pdf_bytes(document, font_paths=[tmp_path])[0]
    pages: Any = pypdf.PdfReader(io.BytesIO(content)).pages
    used = [font for page in pages for font in page["/Resources"]["/Font"].values()]
    fonts = {font.get_object()["/BaseFont"].partition("+")[2] for font in used}
    assert any(font.startswith(("Amiri", "DejaVu")) for font in fonts)


def test_what_typst_says_of_anything_but_fonts_is_not_hidden() -> None:
    document = replace(long_grid(), language="no-language-at-all"[:2] * 9)
    with pytest.raises(typst.TypstError):
        pdf_bytes(document)


def test_arabic_runs_from_right_to_left_in_word() -> None:
    instrument = read_instrument("citizen").for_form("core")
    document = paper_document(next(versions(instrument)), "ar")
    assert (document.direction, document.remark) == ("rtl", "ترجمة أولية لم يُتحقق منها")
    file = docx.Document(io.BytesIO(word_bytes(document)))
    paragraphs = [p for p in file.paragraphs if p.text.strip()]
    assert all(p._p.pPr.find(qn("w:bidi")) is not None for p in paragraphs)
    assert all(t._tbl.tblPr.find(qn("w:bidiVisual")) is not None for t in file.tables)


def test_fonts_of_the_machine_are_good_ones() -> None:
    assert "Amiri" in SYSTEM_FONTS
    assert not [family for family in SYSTEM_FONTS if "Mono" in family]


def inline(folder: Path, items: str, more: str = "") -> Instrument:
    """Read a questionnaire of one page with these items, a line each."""
    lines = "\n".join(f"          - {item}" for item in items.split("\n"))
    (folder / "inline.yaml").write_text(
        f"""
instrument: inline
version: 1.0.0
title: Inline
languages: [en]
forms: {{full: {{title: Full}}}}
pages:
  - page: one
    blocks:
      - block: one
        items:
{lines}
{more}
""",
        encoding="utf-8",
    )
    return read_instrument(folder / "inline.yaml").for_form("full")


def test_too_many_versions_are_refused_by_name() -> None:
    instrument = read_instrument("citizen", modules=["conjoint"]).for_form("core")
    (fault,) = compose_form(instrument, "paper").refused
    assert (fault.code, fault.place) == ("PLATFORM-080", "paper")
    assert "CJ1AREL" in fault.found


def test_conditions_that_need_a_calculator_are_refused(tmp_path: Path) -> None:
    items = (
        "{id: A, kind: number, text: A}\n{id: B, kind: number, text: B}\n"
        "{id: C, text: C, options: {1: x}, when: MEAN > 2}\n"
        "{id: D, text: D, options: {1: x}, when: A / B > 2}\n"
        "{id: E, text: E, options: {1: x}, when: A + B > 2}"
    )
    instrument = inline(tmp_path, items, "derived: {MEAN: {title: M, value: 'mean(A, B)'}}")
    refused = compose_form(instrument, "paper").refused
    assert [(f.code, f.place) for f in refused] == [
        ("PLATFORM-081", "item C"),
        ("PLATFORM-081", "item D"),
    ]
    assert "'mean'" in refused[0].found


def test_a_condition_on_what_nobody_is_asked_is_refused(every_kind: Instrument) -> None:
    page = every_kind.pages[0]
    item = replace(page.blocks[0].items[0], conditions=(parse_expression("WGT > 1"),))
    page = replace(page, blocks=(replace(page.blocks[0], items=(item,)),))
    export = compose_form(replace(every_kind, pages=(page, *every_kind.pages[1:])), "paper")
    assert export.refused[0].code == "PLATFORM-082"
    assert "WGT" in export.refused[0].found


def test_what_paper_states_differently_is_said(every_kind: Instrument, tmp_path: Path) -> None:
    losses = {loss.code: loss for loss in compose_form(every_kind, "paper").losses}
    assert losses["PLATFORM-181"].place == "variable 'ARM'"
    said = "\n".join(map(str, compose_form(every_kind, "paper").losses))
    assert "'the office' stands instead" in said
    assert "50 items" in losses["PLATFORM-185"].found
    simple = inline(tmp_path, "{id: A, text: A, options: {1: x, 2: y}}")
    codes = [loss.code for loss in compose_form(simple, "paper").losses]
    assert codes == ["PLATFORM-180", "PLATFORM-186"]
    foreign = replace(
        simple,
        languages=("en", "fr"),
        translations=(*simple.translations, replace(simple.translations[0], code="fr")),
    )
    losses = {loss.code: loss for loss in compose_form(foreign, "paper", languages=["fr"]).losses}
    assert losses["PLATFORM-184"].place == "language 'fr'"


def test_fonts_are_for_paper_only(every_kind: Instrument, tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="PLATFORM-003 'ddi'"):
        compose_form(every_kind, "ddi", font_paths=[tmp_path])
