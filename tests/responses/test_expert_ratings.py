"""Experts' ratings from the sheets that come back: either way round, CSV and XLSX."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from coprod_stats.responses import ResponsesError
from coprod_stats.responses.expert_ratings import read_ratings

BY_ITEM = "item,text,Ana,Ben,Cleo,comment\nQUA1,Reliable?,4,3,,fine\nQUA2,Kind?,1,2,4,\n"
BY_EXPERT = "Expert;QUA1;QUA2\nAna;4;1\nBen;3;2\nCleo;;4\n"


@pytest.mark.parametrize("text", [BY_ITEM, BY_EXPERT])
def test_both_ways_round_say_the_same(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text(text, encoding="utf-8")
    table = read_ratings(path)
    assert list(table.index) == ["QUA1", "QUA2"]
    assert list(table.columns) == ["Ana", "Ben", "Cleo"]
    assert table.loc["QUA2"].tolist() == ["1", "2", "4"]
    assert table.loc["QUA1", "Cleo"] is None


def test_a_workbook_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["item", "Ana", "Ben", "Cleo"], ["QUA1", 4, 3, 4]):
        book.active.append(row)
    book.save(tmp_path / "ratings.xlsx")
    table = read_ratings(tmp_path / "ratings.xlsx")
    assert table.loc["QUA1"].tolist() == ["4", "3", "4"]


def test_a_sheet_that_says_neither_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text("name,Ana,Ben\nQUA1,4,3\n", encoding="utf-8")
    with pytest.raises(ResponsesError, match=r"first column is 'name', but must be 'item'"):
        read_ratings(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("item,Ana,Ben\nQUA1,4,3,ok\n", r"r\.csv:2: 'ok' is in a column without a heading"),
        ("item,Ana,\nQUA1,4,3\n", r"r\.csv: a column with ratings has no heading"),
        ("item,Ana,Ben\nQUA1,4,3\n,4,4\n", r"r\.csv:3: the column 'item' is empty"),
        ("expert,QUA1\n,4\n", r"r\.csv:2: the column 'expert' is empty"),
    ],
)
def test_ratings_without_an_item_or_an_expert_are_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "r.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ResponsesError, match=message):
        read_ratings(path)


def test_columns_without_heading_and_ratings_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("item,Ana,Ben,,\nQUA1,4,3,,,\nQUA2,4\n", encoding="utf-8")
    table = read_ratings(path)
    assert list(table.columns) == ["Ana", "Ben"]
    assert table.loc["QUA2"].tolist() == ["4", None]


@pytest.mark.parametrize("sign", ["", "-", "NA", "n/a", "NaN", "."])
def test_signs_of_a_missing_rating_are_blank(tmp_path: Path, sign: str) -> None:
    path = tmp_path / "r.csv"
    path.write_text(f"item,Ana,Ben\nQUA1,{sign},3\n", encoding="utf-8")
    assert read_ratings(path).loc["QUA1"].tolist() == [None, "3"]
