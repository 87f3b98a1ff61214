"""CSV as people's programs write it."""

from __future__ import annotations

import codecs
import csv

import pytest

from coprod_stats.files import reading
from coprod_stats.responses import ResponsesError, delimited, read_responses
from coprod_stats.responses.coded_rows import CodedRows

TABLE = "RID,Q1,Q2,TXT\na,1,3,über Brücken gehen wir jeden Tag zur Schule\nb,2,-9,schöne Grüße\n"
CYRILLIC = "RID,Q1,TXT\n" + "".join(
    f"r{n},1,Мы помогаем соседям убирать парк и чинить площадку\n" for n in range(5)
)


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
    ],
)
def test_unicode_encodings(read, encoding, named) -> None:
    found = read(TABLE.encode(encoding))
    assert found.answers["TXT"].tolist()[1] == "schöne Grüße"
    assert found.provenance.reading == f"CSV, {named}, delimiter ','"


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman"])
@pytest.mark.parametrize(
    "text", ["Die Bürger pflegen Bäume für die Straße", "les élèves préparent le goûter, très bien"]
)
def test_western_legacy_encodings(read, encoding, text) -> None:
    found = read(f'RID,TXT\na,"{text}"\nb,"{text}"\n'.encode(encoding))
    assert found.answers["TXT"].tolist() == [text, text]
    assert found.provenance.reading == f"CSV, {encoding} (guessed), delimiter ','"


def test_cyrillic_legacy_encoding(read) -> None:
    found = read(CYRILLIC.encode("cp1251"))
    assert found.answers["TXT"].iloc[0] == "Мы помогаем соседям убирать парк и чинить площадку"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(read, delimiter) -> None:
    found = read(TABLE.replace(",", delimiter))
    assert found.answers["Q2"].tolist() == [3.0, -9.0]
    assert found.rejected == ()


def test_the_delimiter_is_the_one_that_finds_most_columns(read) -> None:
    assert read("RID;Q1;a,b,c,d,e\nx;1;\n").answers["Q1"].tolist() == [1.0]


def test_excel_states_the_delimiter_in_a_first_line(read) -> None:
    found = read("sep=;\r\nRID;Q1\r\na;1\r\na;2\r\n")
    assert found.answers.index.tolist() == [3]
    assert found.rejected[0].line == 4


def test_a_stated_delimiter_that_is_none_is_passed_over(read) -> None:
    assert read("sep=?\nRID,Q1\na,1\n").answers["Q1"].tolist() == [1.0]


def test_german_excel(read) -> None:
    found = read("RID;WGT;Q1;TXT\r\na;1,234;1;ja, gern\r\nb;0,5;2;\r\n".encode("cp1252"))
    assert found.answers["WGT"].tolist() == [1.234, 0.5]
    assert found.answers["TXT"].tolist() == ["ja, gern", ""]
    assert found.rejected == ()


def test_r_write_csv_with_row_names_and_na(read) -> None:
    found = read('"","RID","Q1","Q2","TXT"\n"1","a",1,NA,NA\n"2","b",NA,3,"fine"\n')
    assert found.answers["TXT"].tolist() == ["", "fine"]
    assert found.answers["Q1"].isna().tolist() == [False, True]
    assert found.rejected == ()
    assert found.provenance.notes == (
        "the first column, row numbers without a name, was passed over",
        "TXT: NA read as blank, because the numeric columns of this file use it so",
    )


def test_lines_count_from_the_file_with_quoted_breaks_and_blank_lines(read) -> None:
    found = read('\n\nRID,Q1,TXT\na,1,"one\ntwo\r\nthree"\n\n,,\nb,2,x\n')
    assert found.answers.index.tolist() == [4, 9]
    assert found.answers["TXT"].tolist() == ["one\ntwo\r\nthree", "x"]
    assert found.provenance.rows_read == 2


def test_lone_carriage_returns_end_lines(read) -> None:
    assert read("RID,Q1\ra,1\rb,2\r").answers["Q1"].tolist() == [1.0, 2.0]


def test_a_delimiter_that_ends_every_row_is_passed_over(read) -> None:
    found = read("RID,Q1\na,1,\nb,2,\n")
    assert found.n_respondents == 2
    assert found.rejected == ()


def test_a_delimiter_that_ends_the_header_too(read) -> None:
    assert read("RID;Q1;\na;1;\n").rejected == ()


def test_one_row_that_is_too_long_is_set_aside_even_if_its_last_cell_is_blank(read) -> None:
    found = read("RID,Q1\na,1\nb,2,\n")
    assert [(entry.line, entry.code) for entry in found.rejected] == [(3, "ROW-001")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "answers.csv: the file is empty; a header with item ids is needed"),
        (b"\n , \n", "answers.csv: the file is empty; a header with item ids is needed"),
        (b'RID,TXT\na,"open\nb,x\n', "answers.csv:2: a quotation mark opened here is never"),
        (b'RID,TXT\na,"x"y\n', "answers.csv:2: text after a closing quotation mark"),
        (b"RID,TXT\na," + b"x" * 200_000, "answers.csv:2: a cell of more than 131,072 characters"),
        (
            b"foo,bar\n1,2\n",
            "no column is a question of instrument 'tiny'; the header has foo, bar",
        ),
        (codecs.BOM_UTF8 + b"RID,TXT\na,\xff\n", "not readable as utf-8-sig: invalid start byte"),
        (codecs.BOM_UTF16_LE + b"RID,T", "not readable as utf-16: truncated data"),
    ],
)
def test_files_that_are_no_table_say_why(read, content, message) -> None:
    with pytest.raises(ResponsesError) as caught:
        read(content)
    assert message in str(caught.value)


@pytest.mark.parametrize("limit", [131_072, 10_000_000])
def test_the_longest_cell_does_not_depend_on_what_other_libraries_set(read, limit) -> None:
    before = csv.field_size_limit(limit)
    try:
        with pytest.raises(ResponsesError, match="a cell of more than 131,072 characters"):
            read("RID,TXT\na," + "x" * 131_073)
        assert read("RID,TXT\na," + "x" * 131_072).n_respondents == 1
    finally:
        csv.field_size_limit(before)


def test_bytes_in_no_encoding(read, monkeypatch) -> None:
    monkeypatch.setattr("coprod_stats.files.reading._LEGACY", ["shift_jis"])
    with pytest.raises(ResponsesError, match=r"the encoding is not recognised; save .* as UTF-8"):
        read(b"RID,Q1,TXT\na,1,\xff\xfe\x81\xff\n")


def test_a_header_alone_is_a_table_without_rows(read) -> None:
    found = read("RID,Q1,TXT")
    assert found.n_respondents == 0
    assert found.provenance.rows_read == 0


def test_null_characters_stay_in_texts_and_are_set_aside_elsewhere(read) -> None:
    found = read("RID,Q1,TXT\na,1\x00,b\x00c\n")
    assert found.answers["TXT"].tolist() == ["b\x00c"]
    assert found.rejected[0].value == "1\x00"


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_what_cannot_be_read_is_said(tiny, tmp_path, name) -> None:
    with pytest.raises(ResponsesError, match="cannot be read"):
        read_responses(tmp_path / name, tiny, source="csv")


def test_unknown_suffixes_are_refused(tiny, tmp_path) -> None:
    with pytest.raises(ResponsesError, match=r"cannot read '\.docx'; use \.csv, .* or \.parquet"):
        read_responses(tmp_path / "answers.docx", tiny)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("ending", ["\n", "\r", "\r\n"])
def test_a_stated_delimiter_with_any_line_end(read, encoding, ending) -> None:
    text = "sep=;\n\nRID;Q1;TXT\na;1;ö\nb;2;x;y\n".replace("\n", ending)
    found = read(text.encode(encoding))
    assert found.answers.loc[4].dropna().tolist()[0] == "a"
    assert [(entry.line, entry.code) for entry in found.rejected] == [(5, "ROW-001")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32", "cp1251"])
@pytest.mark.parametrize("size", [1, 2, 3, 64])
def test_an_encoding_is_known_whatever_the_pieces_decoded(monkeypatch, encoding, size) -> None:
    content = (CYRILLIC + "r9,1,😀\n" * (encoding != "cp1251")).encode(encoding)
    whole = reading.decode(content, "answers.csv", error=ResponsesError)
    monkeypatch.setattr(reading, "_CHUNK", size)
    assert reading.decode(content, "answers.csv", error=ResponsesError) == whole


def test_the_byte_that_cannot_be_read_is_counted_from_the_mark(read, monkeypatch) -> None:
    monkeypatch.setattr(reading, "_CHUNK", 5)
    with pytest.raises(ResponsesError, match=r"not readable as utf-8-sig: .* at byte 13"):
        read(b"\xef\xbb\xbfRID,Q1,TXT\na,\xff,x\n")


def test_a_cell_takes_one_byte_where_a_column_has_few_texts(tmp_path) -> None:
    rows = [f"r{n},{n % 5},{n % 300}" for n in range(2_000)]
    path = tmp_path / "answers.csv"
    path.write_text("\n".join(["RID,Q1,HOURS", *rows]), encoding="utf-8")
    raw = delimited.read_delimited(path, expected=())
    assert isinstance(raw.rows, CodedRows)
    columns = raw.rows.of_width(3).columns
    assert [column.codes.itemsize for column in columns] == [2, 1, 2]
