"""Rows coded from the bytes of many lines are the rows that the parser of CSV reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from coprod_stats.responses import delimited, plain_lines
from coprod_stats.responses.coded_rows import CodedRows
from coprod_stats.responses.raw_table import ResponsesError

CELLS = st.one_of(
    st.sampled_from(["", "1", "7", "-8", "10", "345", " ", "\N{NO-BREAK SPACE}", "é", "é1"]),
    st.text(st.sampled_from('ab1-,;"\n\r é\N{NO-BREAK SPACE}漢\t'), max_size=4),
)
AS_WRITTEN = st.sampled_from(
    ["1", "22", "333", "é", "", " ", ",", ",", '"', '""', "\n", "\n", "\r\n"]
)


def quoted(cell: str) -> str:
    doubled = cell.replace('"', '""')
    return f'"{doubled}"' if any(sign in cell for sign in ',"\r\n') else cell


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("lines") / "answers.csv"


def read(file: Path, *, by_lines: bool, chunk: int = 40) -> CodedRows | str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "_SMALL", -1 if by_lines else 1 << 40)
        patch.setattr(plain_lines, "CHUNK", chunk)
        try:
            rows = delimited.read_delimited(file, expected=()).rows
        except ResponsesError as error:
            return str(error)
        assert isinstance(rows, CodedRows)
        return rows


def check_same(file: Path, content: str, chunk: int = 40) -> None:
    file.write_bytes(content.encode())
    expected, found = (read(file, by_lines=by_lines, chunk=chunk) for by_lines in (False, True))
    if isinstance(expected, str) or isinstance(found, str):
        assert found == expected
        return
    assert list(found) == list(expected)
    for width, block in expected.blocks.items():
        for ours, theirs in zip(found.blocks[width].columns, block.columns, strict=True):
            assert ours.texts == theirs.texts  # in the order in which they occur
            np.testing.assert_array_equal(ours.codes, theirs.codes, strict=True)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3) | st.lists(CELLS, max_size=5)),
    end=st.sampled_from(["\n", "\r\n"]),
    ended=st.booleans(),
)
@example(rows=[["1", "a\nb", "2"], ["3", "4", "5"]], end="\n", ended=True)
def test_rows_of_any_cells_are_the_same(file, rows, end, ended):
    lines = ["A,B,C", *(",".join(map(quoted, row)) for row in rows)]
    check_same(file, end.join(lines) + (end if ended else ""))


@pytest.mark.parametrize("seed", range(20))
def test_a_few_lines_to_be_parsed_keep_their_places(file, seed):
    rng = np.random.default_rng(seed)
    lines = ["A,B,C"]
    for number in range(600):
        cells = [str(number % 97), str(rng.integers(0, 2 + number // 40)), "é" * (number % 90 == 0)]
        if rng.random() < 0.08:
            other = rng.choice(['"x, y"', '"7"', "", " ", '"1 ""2"""', "1,2", "é", "\n", '"a\nb"'])
            cells[rng.integers(0, 3)] = str(other)
        lines.append(",".join(cells))
    for chunk in (100, 1_000, 100_000):
        check_same(file, "\n".join(lines), chunk)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(AS_WRITTEN, max_size=60), mark=st.sampled_from(["", "\ufeff", "sep=,\n"]))
@example(parts=["1", '"', "2", '"', ",", "3", ",", "\n"], mark="")
@example(parts=['"', "1", '"', "2", ",", ",", "\n"], mark="")
def test_any_text_is_read_or_refused_alike(file, parts, mark):
    check_same(file, f"{mark}A,B,C\n{''.join(parts)}")


@pytest.mark.parametrize("ending", ["\r", "\n\r"])
def test_lines_that_end_otherwise_are_parsed(file, ending):
    check_same(file, f"A,B\n1,2{ending}3,4\n")


@pytest.mark.parametrize(
    "content", ["A\n1\n\n2\n \n33", "A\n", "A", "A\n\n\n", "A,B\n1,2,\n3,4,\n", '"A\nA",B\n1,2\n']
)
def test_narrow_and_empty_tables(file, content):
    check_same(file, content)


@pytest.mark.parametrize("blank", ["", " ", "\t", "\N{NO-BREAK SPACE}", "\N{IDEOGRAPHIC SPACE}"])
def test_blank_rows_are_passed_over_wherever_they_stand(file, blank):
    lines = ["A,B", *(f"{n},x" for n in range(20)), f"{blank},{blank}", "1,y", f"{blank},z"]
    check_same(file, "\n".join(lines), 10_000)


def test_many_short_texts_are_distinguished(file):
    texts = [chr(first) + chr(second) for first in range(48, 90) for second in range(48, 90)]
    check_same(file, "A,B\n" + "".join(f"x,{text}\n" for text in texts))


def test_other_encodings_are_parsed(file):
    file.write_bytes("A,B\nx,é\n".encode("utf-16"))
    found = read(file, by_lines=True)
    assert not isinstance(found, str)
    assert [row.cells for row in found] == [("x", "é")]


def test_large_files_are_coded_by_lines(file, monkeypatch):
    called = []
    coded_lines = plain_lines.coded_lines
    monkeypatch.setattr(
        plain_lines, "coded_lines", lambda *a, **k: called.append(1) or coded_lines(*a, **k)
    )
    file.write_text("A,B\n" + "1,2\n" * ((1 << 18) - 1))
    assert len(delimited.read_delimited(file, expected=()).rows) == (1 << 18) - 1
    file.write_text("A,B\n" + "1,2\n" * (1 << 18))
    assert len(delimited.read_delimited(file, expected=()).rows) == 1 << 18
    assert called == [1]
