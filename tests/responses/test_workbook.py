"""XLSX workbooks as Excel and other programs write them."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

import openpyxl
import pytest

from coprod_stats.responses import ResponsesError


def workbook(*rows, sheets: tuple[str, ...] = ("Answers",)) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = sheets[0]
    for row in rows:
        book.active.append(row)
    for title in sheets[1:]:
        book.create_sheet(title).append(["RID", "Q1"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_part(content: bytes, name: str, change) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for part in old.namelist():
            text = old.read(part)
            new.writestr(part, change(text) if part == name else text)
    return stream.getvalue()


def test_types_are_read_as_excel_shows_them(read) -> None:
    found = read(
        workbook(
            ["RID", "Q1", "WGT", "WAY__1", "TXT", "HOURS"],
            ["a", 1, 0.25, True, 2024, "98"],
            [7, "2", None, False, date(2026, 1, 2), date(2026, 1, 2)],
        ),
        "answers.xlsx",
    )
    assert found.answers["RID"].tolist() == ["a", "7"]
    assert found.answers["WGT"].tolist()[0] == 0.25
    assert found.answers["WAY__1"].tolist() == [1.0, 0.0]
    assert found.answers["TXT"].tolist() == ["2024", "2026-01-02T00:00:00"]
    assert [(entry.column, entry.value) for entry in found.rejected] == [
        ("HOURS", "2026-01-02T00:00:00")
    ]


def test_only_the_first_sheet_is_read_and_the_report_says_so(read) -> None:
    found = read(workbook(["RID", "Q1"], ["a", 1], sheets=("One", "Two")), "answers.xlsx")
    assert found.provenance.reading == "XLSX, sheet 'One' (1 of 2)"
    assert found.n_respondents == 1


def test_empty_rows_and_columns_around_the_answers_are_passed_over(read) -> None:
    content = workbook([], ["RID", "Q1", None, " "], ["a", 1, None, ""], [None, " "], ["b"], [None])
    found = read(content, "answers.xlsx")
    assert found.answers.index.tolist() == [3, 5]
    assert found.rejected == ()


def test_answers_beyond_the_header_set_the_row_aside(read) -> None:
    found = read(workbook(["RID", "Q1"], ["a", 1, "note"]), "answers.xlsx")
    assert found.rejected[0].code == "ROW-001"


def test_a_range_stated_too_small_loses_nothing(read) -> None:
    content = with_part(
        workbook(["RID", "Q1"], ["a", 1], ["b", 2]),
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', xml),
    )
    assert read(content, "answers.xlsx").answers["Q1"].tolist() == [1.0, 2.0]


def test_formulas_count_by_their_results_and_without_one_are_set_aside(read) -> None:
    content = with_part(
        workbook(["RID", "Q1", "Q2", "HOURS"], ["a", "=1+1", "=1+2", "=X"]),
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(
            # openpyxl writes an empty element in one of three ways, after the XML library it finds
            rb"<f>1\+1</f><v ?(/>|></v>)",
            b"<f>1+1</f><v>2</v>",
            xml,
        ).replace(b'r="D2"', b'r="D2" t="str"'),
    )
    found = read(content, "answers.xlsx")
    assert found.answers["Q1"].tolist() == [2.0]
    assert found.answers["HOURS"].isna().all()
    assert [(entry.column, entry.value) for entry in found.rejected] == [("Q2", "=1+2")]


def test_a_quoted_comma_in_a_text_cell_is_unclear(read) -> None:
    found = read(workbook(["RID", "WGT", "Q1"], ["a", "1,234"], ["b", "1,5"]), "answers.xlsx")
    assert found.answers["WGT"].tolist()[1] == 1.5
    assert "ambiguous" in found.rejected[0].reason


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"RID,Q1\na,1\n", "not a readable XLSX workbook: File is not a zip file"),
        (b"", "not a readable XLSX workbook"),
        (workbook(["RID", "Q1"], ["a", 1])[:2000], "not a readable XLSX workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 512, "an encrypted workbook or one from Excel"),
        (workbook(), "the first sheet is empty"),
        (workbook(["X", "Y"], [1, 2]), "no column is a question of instrument 'tiny'"),
    ],
)
def test_files_that_are_no_table_say_why(read, content, message) -> None:
    with pytest.raises(ResponsesError) as caught:
        read(content, "answers.xlsx")
    assert message in str(caught.value)
