"""Every row that a workbook's file holds is kept or rejected, wherever it says that it stands."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

from coprod_stats.instruments import read_instrument
from coprod_stats.responses import ResponsesError, read_responses, write_canonical
from coprod_stats.responses import sheet_rows as limits
from coprod_stats.responses.workbook import read_workbook

ROWS = [("RID", "Q1"), ("a", 1), ("b", 2), ("c", 3)]


def workbook(path: Path, edit) -> Path:
    """Write a workbook and edit the text of its sheet."""
    book, kept = Workbook(), io.BytesIO()
    for row in ROWS:
        book.active.append(row)
    book.save(kept)
    with zipfile.ZipFile(kept) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text = edit(text.decode()).encode()
            new.writestr(name, text)
    return path


def moved(number: int, place: int):
    """Return an edit that gives a row another number."""
    return lambda xml: re.sub(
        rf'(<row r="){number}"|(<c r="[A-Z]){number}"',
        lambda found: f'{found[1] or found[2]}{place}"',
        xml,
    )


def lines(path: Path) -> dict[int, tuple[str, ...]]:
    return {row.line: row.cells for row in read_workbook(path).rows}


@pytest.mark.parametrize("place", [5, 1_048_576, 1_048_577, 2_000_000_000])
def test_a_row_anywhere_is_read_under_its_number(tmp_path: Path, place: int) -> None:
    path = workbook(tmp_path / "a.xlsx", moved(4, place))
    assert lines(path) == {2: ("a", "1"), 3: ("b", "2"), place: ("c", "3")}


def test_rows_and_cells_without_numbers_follow_each_other(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", lambda xml: re.sub(r' r="[A-Z]*[0-9]+"', "", xml))
    assert lines(path) == {2: ("a", "1"), 3: ("b", "2"), 4: ("c", "3")}


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        (moved(4, 3), "row 3 comes after row 3"),
        (moved(4, 2), "row 2 comes after row 3"),
        (lambda xml: xml.replace('r="B3"', 'r="A3"'), "row 3 has two cells in column 1"),
        (lambda xml: xml.replace('r="B3"', 'r="ZZZ3"'), "row 3 has a cell in column 18,278"),
    ],
    ids=["a number twice", "a number too small", "a place twice", "beyond the last column"],
)
def test_a_row_whose_place_cannot_be_known_is_refused(tmp_path: Path, edit, found: str) -> None:
    with pytest.raises(ResponsesError, match=f"not a readable XLSX workbook: {found}"):
        read_workbook(workbook(tmp_path / "a.xlsx", edit))


def test_a_formula_beside_blank_cells_keeps_its_place(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(("RID", "Q1", "Q2", "Q3"))
    book.active.append(("a", None, "=1+1", 4))
    book.save(tmp_path / "a.xlsx")
    assert lines(tmp_path / "a.xlsx") == {2: ("a", "", "=1+1", "4")}


def test_a_row_beyond_the_sheet_is_counted_like_any_other(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", moved(4, 1_048_577))
    header = {"RID": "COP1", "Q1": "COP2"}
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name).decode() for name in old.namelist()}
    with zipfile.ZipFile(path, "w") as new:
        for name, text in parts.items():
            for before, after in header.items():
                text = text.replace(f">{before}<", f">{after}<")
            new.writestr(name, text)
    found = read_responses(path, read_instrument("carers"))
    assert found.provenance.rows_read == found.n_respondents + found.n_rejected_rows == 3


def test_a_table_larger_than_a_sheet_is_not_written(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("coprod_stats.responses.workbook.MAX_ROWS", 4)
    write_canonical(pd.DataFrame({"Q1": [1.0, 2.0, 3.0]}), tmp_path / "fits.xlsx")
    assert len(read_workbook(tmp_path / "fits.xlsx").rows) == 3
    with pytest.raises(ResponsesError, match="the table is larger: write a CSV"):
        write_canonical(pd.DataFrame({"Q1": [1.0] * 4}), tmp_path / "long.xlsx")
    wide = pd.DataFrame({f"Q{n}": [1.0] for n in range(limits.LAST_COLUMN + 1)})
    with pytest.raises(ResponsesError, match="the table is larger: write a CSV"):
        write_canonical(wide, tmp_path / "wide.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["fits.xlsx"]


def test_a_workbook_is_the_same_to_the_byte_each_time(tmp_path: Path) -> None:
    table = pd.DataFrame({"Q1": [1.0, 2.5], "T": ["=1", "ä"]})
    for name in ("a.xlsx", "b.xlsx"):
        write_canonical(table, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
