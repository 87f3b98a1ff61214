"""What programs write around a table: titles, further rows of headings, row numbers, sheets."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from coprod_stats.responses import ResponsesError
from coprod_stats.responses.drafting import DraftError, draft_instrument
from coprod_stats.responses.plain_columns import read_plain_columns
from coprod_stats.responses.table_files import read_table

QUALTRICS = (
    'ResponseId,Q1,Q2\nResponse ID,First?,Second?\n"{""ImportId"":""_recordId""}",'
    '"{""ImportId"":""QID1""}","{""ImportId"":""QID2""}"\nR_1,1,3\nR_2,2,1\n'
)


def write(folder: Path, text: str) -> Path:
    path = folder / "answers.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        '"","RID","Q1"\n"1","a",1\n"2","b",2\n',  # R's write.csv
        ",RID,Q1\n0,a,1\n1,b,2\n",  # pandas' to_csv
        "Unnamed: 0,RID,Q1\n0,a,1\n1,b,2\n",  # the same, read and written once more
        '"","RID","Q1"\n"3","a",1\n"17","b",2\n',  # rows that R has chosen
    ],
)
def test_row_numbers_without_a_name_are_passed_over_with_a_note(read, tmp_path, text) -> None:
    found = read(text)
    assert found.answers["Q1"].tolist() == [1.0, 2.0]
    assert found.respondents.tolist() == ["a", "b"]
    assert found.rejected == ()
    note = "the first column, row numbers without a name, was passed over"
    assert found.provenance.notes == (note,)
    assert note in draft_instrument(write(tmp_path, text)).notes
    assert list(read_plain_columns(write(tmp_path, text))) == ["RID", "Q1"]


def test_a_nameless_column_of_anything_else_is_rejected_cell_by_cell(read) -> None:
    found = read(",RID,Q1\nx,a,1\ny,b,2\n")
    assert [(e.line, e.value, e.reason) for e in found.rejected] == [
        (2, "x", "the column has no name"),
        (3, "y", "the column has no name"),
    ]


@pytest.mark.parametrize("numbers", [(2, 1), (1, 1), (3, 3)])
def test_a_nameless_column_of_numbers_that_do_not_ascend_is_kept_as_rejected(
    read, numbers: tuple[int, int]
) -> None:
    first, second = numbers
    found = read(f",RID,Q1\n{first},a,1\n{second},b,2\n")
    assert [entry.value for entry in found.rejected] == [str(first), str(second)]


def test_a_header_that_lacks_a_name_is_not_taken_for_row_numbers(read) -> None:
    found = read("RID,Q1\na,1,2\nb,2,3\n")
    assert found.n_rejected_rows == 2


@pytest.mark.parametrize(
    "text",
    ["Residents 2024,,\nRID,Q1,Q2\na,1,2\nb,2,3\n", "Residents 2024\nRID,Q1,Q2\na,1,2\nb,2,3\n"],
)
def test_a_title_above_the_header_is_told_for_what_it_is(read, tmp_path, text) -> None:
    said = r"row 1 has 1 name \('Residents 2024'\), the rows below have 3 cells: is the header"
    with pytest.raises(ResponsesError, match=said):
        read(text)
    with pytest.raises(ResponsesError, match=said):
        draft_instrument(write(tmp_path, text))


def test_a_table_of_one_column_has_no_title(read) -> None:
    assert read("Q1\n1\n2\n").answers["Q1"].tolist() == [1.0, 2.0]


def test_names_of_rows_make_no_title_of_a_header(read) -> None:
    assert read(",Q1\nanna,1\nbert,2\n").answers["Q1"].tolist() == [1.0, 2.0]


def test_sparse_rows_make_no_title_of_a_header(read) -> None:
    assert read("RID,Q1,Q2,TXT\na,1,,\nb,,,\n").n_respondents == 2


def test_qualtrics_headings_are_no_respondents(read) -> None:
    found = read(QUALTRICS.replace("ResponseId", "RID"))
    assert found.answers["Q1"].tolist() == [1.0, 2.0]
    assert found.provenance.rows_read == 2
    assert "line 2 and 3 passed over (questions, import ids)" in found.provenance.notes[0]
    assert "--from qualtrics" in found.provenance.notes[0]


def test_qualtrics_ids_without_questions_above_are_one_row_of_headings(read) -> None:
    names, _, ids, *respondents = QUALTRICS.splitlines()
    found = read("\n".join([names, ids, *respondents, ""]))
    assert found.answers["Q1"].tolist() == [1, 2]


def test_qualtrics_questions_become_the_texts_of_a_draft(tmp_path) -> None:
    text = draft_instrument(write(tmp_path, QUALTRICS)).text
    assert 'text: "First?"' in text
    assert "kind: text" not in text


def test_an_answer_that_mentions_an_import_id_is_an_answer(read) -> None:
    found = read('RID,TXT\na,"{""ImportId"" is what?"\nb,[ImportId]\n')
    assert found.n_respondents == 2


def workbook(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize("sheet", ["answers", "Answers", "2"])
def test_a_sheet_is_read_by_its_name_or_number(tmp_path: Path, sheet) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(workbook(Notes=[["by us"]], Answers=[["RID", "Q1"], ["a", 1]]))
    found = read_table(path, sheet=sheet)
    assert found.header == ("RID", "Q1")
    assert found.reading == "XLSX, sheet 'Answers' (2 of 2)"
    assert found.notes == ("sheets that were not read (--sheet reads one): Notes",)


def test_a_sheet_that_does_not_exist_is_refused_with_those_that_do(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(workbook(Notes=[["by us"]], Answers=[["RID", "Q1"], ["a", 1]]))
    with pytest.raises(
        ResponsesError,
        match=r"'Anwsers'; did you mean 'Answers'\?; the workbook has: Notes, Answers",
    ):
        read_table(path, sheet="Anwsers")


def test_answers_on_another_sheet_are_pointed_to(read) -> None:
    content = workbook(Notes=[["by us", "x"], ["a", "b"]], Answers=[["RID", "Q1"], ["a", 1]])
    with pytest.raises(ResponsesError, match=r"--sheet reads one\): Answers"):
        read(content, "answers.xlsx")
    with pytest.raises(ResponsesError, match="other sheets, read with --sheet: Answers"):
        read(workbook(Notes=[], Answers=[["RID", "Q1"], ["a", 1]]), "answers.xlsx")


def test_only_workbooks_have_sheets(tmp_path: Path) -> None:
    with pytest.raises(ResponsesError, match="only a workbook has sheets"):
        read_table(write(tmp_path, "RID\n1\n"), sheet="1")


def with_long_cell(text: str) -> bytes:
    """Return a workbook with a text that openpyxl would cut at Excel's limit."""
    packed = io.BytesIO()
    short = io.BytesIO(workbook(A=[["RID", "TXT"], ["a", "MARK"]]))
    with zipfile.ZipFile(short) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"MARK", text.encode()))
    return packed.getvalue()


def test_a_workbook_whose_cell_is_endless_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(with_long_cell("x" * 5_000_000))
    with pytest.raises(ResponsesError, match="times its size, which no table does"):
        read_table(path)


def test_a_cell_that_no_program_writes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.xlsx"
    path.write_bytes(with_long_cell("xyz " * 40_000))
    with pytest.raises(ResponsesError, match="a cell of more than 131,072 characters"):
        read_table(path)


@pytest.mark.parametrize(("header", "number"), [(",,a,b", 2), (",a,,b", 3), ("a,,b,c", 2)])
def test_a_filled_column_without_a_name_is_named_by_its_place_in_the_file(
    tmp_path: Path, header: str, number: int
) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(f"{header}\n1,x,3,4\n2,y,4,5\n3,z,5,5\n", encoding="utf-8")
    with pytest.raises(DraftError, match=f"column {number} has no name"):
        draft_instrument(path)
