"""Delimited numbers without a questionnaire."""

from __future__ import annotations

import pytest

from coprod_stats.responses import ResponsesError
from coprod_stats.responses.plain_table import read_plain_table


@pytest.fixture
def read_plain(tmp_path):
    def table(text: str):
        path = tmp_path / "plain.csv"
        path.write_text(text, encoding="utf-8")
        return read_plain_table(path)

    return table


def test_numbers_texts_and_blanks(read_plain) -> None:
    table = read_plain("x,g\n1.5,a\nNA,b\n,NA\n")
    assert table["x"].tolist()[0] == 1.5
    assert table["x"].isna().sum() == 2
    assert table["g"].tolist()[:2] == ["a", "b"]


def test_decimal_commas_where_semicolons_part_the_cells(read_plain) -> None:
    assert read_plain("x;y\n1,5;2\n-0,25;NA\n")["x"].tolist() == [1.5, -0.25]


def test_a_header_alone(read_plain) -> None:
    assert read_plain("x,y\n").shape[0] == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [("x,x\n1,2\n", "two columns are named 'x'"), ("x,y\n1\n", "line 2 has 1 cell, the header 2")],
)
def test_faults_are_told(read_plain, text, message) -> None:
    with pytest.raises(ResponsesError, match=message):
        read_plain(text)
