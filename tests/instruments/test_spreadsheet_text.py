"""Texts made harmless for spreadsheets come back as they were."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coprod_stats.instruments.spreadsheet_text import guarded, guarded_unless_number, unguarded

HOSTILE = st.text(st.sampled_from("=+-@＝\t\r\n\0;, '\"a1"), max_size=10)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1+2",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\0=1",
        " =1",
        "\u00a0=1",
        "＝1",
        "'=1",
        "-5",
    ],
)
def test_a_text_that_begins_as_a_formula_gets_an_apostrophe(text: str) -> None:
    assert guarded(text).startswith("'")
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["", "a=1", "1-2", "'tis so", "one, -two", "a\n\nb", "مرحبا"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text == unguarded(text)


def test_a_cell_that_begins_within_a_text_is_guarded_too() -> None:
    assert guarded("a;=1") == "a;'=1"
    assert guarded("a\n-b\n+c") == "a\n'-b\n'+c"


@given(HOSTILE | st.text(max_size=20))
@example(" \n=")
@example(";'=;''=")
def test_every_text_comes_back(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(HOSTILE)
def test_no_cell_begins_as_a_formula_whatever_parts_the_cells(text: str) -> None:
    written = io.StringIO()
    csv.writer(written).writerow(["1", guarded(text)])
    for delimiter in ",;\t":
        for line in csv.reader(io.StringIO(written.getvalue(), newline=""), delimiter=delimiter):
            assert not any(re.match(r"[=+\-@＝]", cell) for cell in line)


@pytest.mark.parametrize("text", ["-3", "+3", "-0.5", "1e5", "-1,5"])
def test_a_plain_number_is_no_formula(text: str) -> None:
    assert guarded_unless_number(text) == text


def test_a_sum_is_no_plain_number() -> None:
    assert guarded_unless_number("-3+2") == "'-3+2"
