"""What is written reads as the same table, and the rejects say what was set aside."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coprod_stats.responses import (
    ResponsesError,
    read_responses,
    reading,
    write_canonical,
    write_rejected,
)

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\ufeff"), max_size=12)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 99).map(float)


def code(*values: float) -> st.SearchStrategy[float]:
    return st.sampled_from([*values, -7.0, -8.0, -9.0, float("nan")])


ROW = st.fixed_dictionaries(
    {
        "CTRY": TEXTS.map(str.strip),
        "WGT": NUMBERS,
        "Q1": code(1, 2, 3, 6),
        "Q2": code(1, 2, 3),
        "HOURS": code(0, 98, 99, 168),
        "TXT": TEXTS.map(lambda text: text if text.strip() else ""),
        "WAY__1": code(0, 1),
        "WAY__2": code(0, 1),
    }
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROW, max_size=6))
def test_reading_what_was_written_gives_the_same_table(tiny, tmp_path: Path, rows) -> None:
    table = pd.DataFrame(rows, columns=list(tiny.columns))
    table["RID"] = [f"r{n}" for n in range(len(rows))]
    for column in tiny.columns:
        text = column in ("RID", "CTRY", "TXT")
        table[column] = np.array(table[column].tolist(), dtype=object if text else float)
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    write_canonical(table, first)
    found = read_responses(first, tiny)
    write_canonical(found.answers, second)
    assert found.rejected == ()
    assert first.read_bytes() == second.read_bytes()
    pd.testing.assert_frame_equal(found.answers.reset_index(drop=True), table, check_exact=True)


HOSTILE = ["=1+1", "-5", "'=1", "+49 170", "@home", "a;=1", "-7", "plain", "two\nlines", "\tx"]


def hostile(tiny) -> pd.DataFrame:
    table = pd.DataFrame({column: np.full(len(HOSTILE), -8.0) for column in tiny.columns})
    table["RID"] = [f"r{n}" for n in range(len(HOSTILE))]
    return table.assign(CTRY="", TXT=HOSTILE)[list(tiny.columns)]


def test_the_archive_csv_holds_texts_as_they_are(tiny, tmp_path: Path) -> None:
    write_canonical(hostile(tiny), tmp_path / "archive.csv")
    found = pd.read_csv(tmp_path / "archive.csv", dtype=str, keep_default_na=False)
    assert found["TXT"].tolist() == HOSTILE


def test_texts_are_guarded_for_a_spreadsheet_and_numbers_stay(tiny, tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    write_canonical(hostile(tiny), path, for_spreadsheet=True)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert raw["TXT"].tolist() == [
        "'=1+1",
        "'-5",
        "''=1",
        "'+49 170",
        "'@home",
        "a;'=1",
        "-7",
        "plain",
        "two\nlines",
        "'\tx",
    ]
    assert set(raw["HOURS"]) == {"-8"}
    found = read_responses(path, tiny, source="spreadsheet")
    pd.testing.assert_frame_equal(found.answers.reset_index(drop=True), hostile(tiny))
    assert "guarded" in found.provenance.reading


def test_a_guarded_csv_read_as_it_stands_is_told(tiny, tmp_path: Path) -> None:
    write_canonical(hostile(tiny), tmp_path / "sheet.csv", for_spreadsheet=True)
    (note,) = read_responses(tmp_path / "sheet.csv", tiny).provenance.notes
    assert note.startswith("7 cells have an apostrophe")


@pytest.mark.parametrize("for_spreadsheet", [False, True])
def test_rows_written_a_few_at_a_time_are_the_same_file(
    tiny, tmp_path: Path, monkeypatch, for_spreadsheet
) -> None:
    table = hostile(tiny).assign(WGT=[0.1, np.nan, 1e21, -0.0, 1 / 3, 7, 1e-9, -9, np.nan, 2.5])
    write_canonical(table, tmp_path / "whole.csv", for_spreadsheet=for_spreadsheet)
    monkeypatch.setattr(reading, "_ROWS", 3)
    write_canonical(table, tmp_path / "parts.csv", for_spreadsheet=for_spreadsheet)
    assert (tmp_path / "parts.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_a_workbook_holds_texts_and_numbers_and_no_formula(tiny, tmp_path: Path) -> None:
    path = tmp_path / "answers.xlsx"
    write_canonical(hostile(tiny), path)
    sheet = openpyxl.load_workbook(path).active
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s", "n"}
    found = read_responses(path, tiny)
    pd.testing.assert_frame_equal(found.answers.reset_index(drop=True), hostile(tiny))


def test_a_workbook_has_the_same_cells_as_the_csv(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "FLAG": [True, False],
            "SCORE": [0.1, np.nan],
            "N": pd.array([1, None], dtype="Int64"),
            "WHY": ["=a", None],
        }
    )
    write_canonical(table, tmp_path / "flags.csv")
    write_canonical(table, tmp_path / "flags.xlsx")
    cells = openpyxl.load_workbook(tmp_path / "flags.xlsx").active.iter_rows(values_only=True)
    texts = [",".join("" if cell is None else str(cell) for cell in row) for row in cells]
    assert texts == (tmp_path / "flags.csv").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("text", ["a\rb", "\x01", "_x000D_", "x" * 32_768])
def test_a_workbook_refuses_texts_that_it_would_change(tiny, tmp_path: Path, text: str) -> None:
    with pytest.raises(ResponsesError, match="cannot hold the text of column TXT, line 0"):
        write_canonical(hostile(tiny).assign(TXT=text), tmp_path / "answers.xlsx")


def test_rejects_are_guarded_against_formulas(read, tmp_path: Path) -> None:
    found = read('RID,Q1,=X\n=a,-3,"=1+1"\n')
    write_rejected(found.rejected, tmp_path / "rejected.csv")
    rows = pd.read_csv(tmp_path / "rejected.csv", dtype=str, keep_default_na=False)
    assert rows["respondent"].tolist() == ["'=a", "'=a"]
    assert rows["column"].tolist() == ["'=X", "Q1"]
    assert rows["value"].tolist() == ["'=1+1", "-3"]


def test_the_canonical_form(tiny, read, tmp_path: Path) -> None:
    found = read('RID;Q1;HOURS;WGT;TXT\na;1,0;-9;0,1;"say ""hi"", you"\n')
    write_canonical(found.answers, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines() == [
        "RID,CTRY,WGT,Q1,Q2,HOURS,TXT,WAY__1,WAY__2",
        'a,,0.1,1,,-9,"say ""hi"", you",,',
    ]


def test_rejects_are_a_table_of_places_values_and_reasons(read, tmp_path: Path) -> None:
    found = read('RID,Q1,X\na,9,"x,\ny"\na,1,\nb,1\n')
    write_rejected(found.rejected, tmp_path / "rejected.csv")
    with (tmp_path / "rejected.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["line"], row["respondent"], row["column"], row["value"]) for row in rows] == [
        ("2", "a", "Q1", "9"),
        ("2", "a", "X", "x,\ny"),
        ("4", "a", "", "a,1,"),
        ("5", "", "", "b,1"),
    ]
    assert rows[0]["reason"] == "not among the answers 1, 2, 3, 6"
    assert [row["scope"] for row in rows] == ["value", "column", "row", "row"]


def test_nothing_to_reject_still_leaves_a_header(read, tmp_path: Path) -> None:
    write_rejected(read("RID,Q1\na,1\n").rejected, tmp_path / "rejected.csv")
    assert (tmp_path / "rejected.csv").read_text(encoding="utf-8").startswith("line,respondent,")


def test_a_folder_that_does_not_exist_is_the_callers_fault(read, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_canonical(read("RID,Q1\na,1\n").answers, tmp_path / "no" / "out.csv")
