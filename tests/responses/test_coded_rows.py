"""Rows kept as coded columns are the rows that were given, whatever their lengths."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprod_stats.responses.coded_rows import CodedRows
from coprod_stats.responses.raw_table import RawRow

CELLS = st.sampled_from(["", " ", "1", "-8", "a longer text", "😀", "\x00"])
ROWS = st.lists(st.lists(CELLS, max_size=3).map(tuple), max_size=12).map(
    lambda rows: [RawRow(line, cells) for line, cells in enumerate(rows, start=2)]
)


@given(ROWS)
def test_rows_come_back_as_they_were(rows: list[RawRow]) -> None:
    coded = CodedRows.of(iter(rows))
    assert list(coded) == rows
    assert len(coded) == len(rows)
    assert [coded[place] for place in range(-len(rows), len(rows))] == rows * 2


@given(ROWS, st.integers(-13, 13), st.integers(-13, 13))
def test_slices_are_coded_and_hold_only_their_own_texts(
    rows: list[RawRow], start: int, stop: int
) -> None:
    coded = CodedRows.of(rows)[start:stop]
    assert list(coded) == rows[start:stop]
    for block in coded.blocks.values():
        for place, column in enumerate(block.columns):
            assert set(column.texts) == {row.cells[place] for row in block}


@given(ROWS, st.integers(0, 3))
def test_rows_are_told_apart_by_their_length(rows: list[RawRow], width: int) -> None:
    coded = CodedRows.of(rows)
    assert list(coded.of_width(width)) == [row for row in rows if len(row.cells) == width]
    assert list(coded.of_other_widths(width)) == [row for row in rows if len(row.cells) != width]


def test_a_place_beyond_the_last_row_is_an_error() -> None:
    with pytest.raises(IndexError):
        CodedRows.of([RawRow(2, ("1",))])[1]


def test_codes_grow_with_the_number_of_texts() -> None:
    rows = [RawRow(line, (str(line), str(line % 7))) for line in range(70_000)]
    many, few = CodedRows.of(rows).of_width(2).columns
    assert (many.codes.dtype, few.codes.dtype) == (np.uint32, np.uint8)
    assert [row.cells for row in CodedRows.of(rows)] == [row.cells for row in rows]
    assert CodedRows.of(rows)[:300].of_width(2).columns[0].codes.dtype == np.uint16
    assert few.rows_with(["3", "no such text"]).tolist() == list(range(3, 70_000, 7))


@pytest.mark.parametrize("n_texts", [1, 255, 256, 257, 65_535, 65_536, 65_537])
def test_no_text_becomes_another_where_codes_grow(n_texts: int) -> None:
    cells = [(str(number),) for number in range(n_texts)] + [("0",), (str(n_texts - 1),)]
    coded = CodedRows.of(RawRow(line, row) for line, row in enumerate(cells))
    assert [row.cells for row in coded] == cells
    assert [row.cells for row in coded[:n_texts]] == cells[:n_texts]
