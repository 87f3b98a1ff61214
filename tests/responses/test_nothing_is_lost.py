"""The law of reading: a clean error, or every row and every cell is kept or set aside.

Together the tests of this module read 1,600 damaged files in the normal run.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from coprod_stats.errors import CoprodError
from coprod_stats.responses import Responses, read_responses, write_canonical, write_rejected
from coprod_stats.responses.answer_words import plain
from coprod_stats.responses.cell_values import is_blank_sign, parse_number
from coprod_stats.responses.delimited import read_delimited
from coprod_stats.responses.labels import codes_by_label
from coprod_stats.responses.raw_table import RawTable
from coprod_stats.responses.spss import read_spss
from coprod_stats.responses.workbook import read_workbook

FILES = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TABLE = [
    ["RID", "CTRY", "WGT", "Q1", "Q2", "HOURS", "TXT", "WAY__1", "WAY__2"],
    ["a", "DE", "1.5", "1", "3", "98", "fine, thanks", "1", "0"],
    ["b", "FR", "0.5", "-7", "-9", "-8", 'say "yes"', "0", "0"],
    ["c", "NA", "", "6", "", "", "", "", ""],
    ["d", "XX", "1", "2", "1", "40", "zwei\nZeilen", "1", "1"],
]
CELLS = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        [
            "",
            " ",
            "NA",
            "1",
            "1,5",
            "1,234",
            "-8",
            "9",
            "a",
            "RID",
            "inf",
            "1e999",
            "٣",
            "−7",
            "\x00",
            '"',
            "'",
            "\r",
            "\n",
            ";",
            "=1+1",
            "#N/A",
            "00",
            "1.0",
            "99999999999999999999",
            "Agree",
            "disagree ",
            "Refused",
            "TRUE",
            "x",
            "Together",
        ]
    ),
)


def csv_bytes(rows: list[list[str]], delimiter: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def keeps_the_law(path: Path, instrument, raw: RawTable | None) -> None:
    try:
        found = read_responses(path, instrument)
    except CoprodError:
        return
    assert raw is not None
    assert found.provenance.rows_read == found.n_respondents + found.n_rejected_rows
    assert found.provenance.rows_read == len(raw.rows)
    every_cell_is_somewhere(found, raw)
    write_rejected(found.rejected, path.with_suffix(".rejected"))
    canonical = path.with_name("canonical.csv")
    write_canonical(found.answers, canonical)
    again = read_responses(canonical, instrument)
    # a row that was blank but for what was set aside is no row of the canonical table
    assert again.n_respondents + again.n_rejected_rows <= found.n_respondents
    assert not [entry for entry in again.rejected if entry.scope != "row"]


def every_cell_is_somewhere(found: Responses, raw: RawTable) -> None:
    aside = {entry.line for entry in found.rejected if entry.scope == "row"}
    cells = rejected_cells(found)
    kept = found.answers.to_dict("index")
    for row in raw.rows:
        assert (row.line in aside) != (row.line in kept)
        if row.line in aside:
            continue
        values = Counter(kept[row.line].values())
        for text in filter(str.strip, row.cells):
            if cells[row.line, text]:
                cells[row.line, text] -= 1
            elif values[text] or values[text.strip()]:
                values[text if values[text] else text.strip()] -= 1
            elif not is_blank_sign(text):
                number = next((code for code in meant(text, found) if values[code]), None)
                assert number is not None, (row.line, text)
                values[number] -= 1
    assert not +cells


def rejected_cells(found: Responses) -> Counter[tuple[int, str]]:
    """Count the rejected cells by line and value.

    A cell with all choices of a question is rejected for the column of every option, and is one.
    """
    combined = {
        column: item.columns[0]
        for item in found.instrument.items
        for column in item.columns
        if any(note.startswith(f"{item.id}: all choices") for note in found.provenance.notes)
    }
    return Counter(
        (entry.line, entry.value)
        for entry in found.rejected
        if entry.scope != "row" and entry.column == combined.get(entry.column, entry.column)
    )


def meant(text: str, found: Responses) -> Iterator[float]:
    """Yield the numbers that a cell may stand for: itself, or by the file's labels, or as one."""
    with suppress(ValueError):
        number = parse_number(text, comma_is_decimal=True)
        yield from (number, recoded(number, found))
    for item in found.instrument.items:
        for column in item.columns:
            code = codes_by_label(item, column, found.instrument).get(plain(text))
            if code is not None:
                yield float(code)


def recoded(number: float, found: Responses) -> float:
    """Follow the notes that tell of codes read by their labels."""
    for note in found.provenance.notes:
        for change in note.split(": ")[-1].split(", "):
            old, _, new = change.partition(" → ")
            with suppress(ValueError):  # a label in the cells
                old = float(old)
            if new and old == number:
                return float(new.split(" ")[0])
    return number


def raw_csv(path: Path, instrument) -> RawTable | None:
    try:
        return read_delimited(path, expected=instrument.columns)
    except CoprodError:
        return None


def check_csv(content: bytes, instrument, folder: Path) -> None:
    path = folder / "answers.csv"
    path.write_bytes(content)
    keeps_the_law(path, instrument, raw_csv(path, instrument))


@settings(FILES, max_examples=300)
@example([(47, b""), (70, b"\0\0"), (154, b"\0\0"), (657, b"\0\0"), (297, b"\r"), (2543, b"")])
@given(st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=2)), max_size=8))
def test_csv_with_bytes_changed(tiny, tmp_path: Path, changes) -> None:
    content = bytearray(csv_bytes(TABLE))
    for place, new in changes:
        place %= len(content)
        content[place : place + 1] = new
    check_csv(bytes(content), tiny, tmp_path)


@settings(FILES, max_examples=500)
@given(
    st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99), CELLS), max_size=12),
    st.sampled_from([",", ";", "\t", "|"]),
)
def test_csv_with_cells_changed(tiny, tmp_path: Path, changes, delimiter) -> None:
    rows = [list(row) for row in TABLE]
    for i, j, text in changes:
        rows[i % len(rows)][j % len(rows[0])] = text
    check_csv(csv_bytes(rows, delimiter), tiny, tmp_path)


@settings(FILES, max_examples=400)
@given(
    st.permutations(range(len(TABLE))),
    st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from(["cut", "join", "twice", "add"])), max_size=5
    ),
    st.integers(0, 9),
)
def test_csv_with_rows_shuffled_cut_and_joined(tiny, tmp_path: Path, order, steps, at) -> None:
    rows = [list(TABLE[i]) for i in order]
    for place, step in steps:
        i = place % len(rows)
        if step == "cut":
            rows[i] = rows[i][:at]
        elif step == "join":
            rows[i] = rows[i] + rows[(i + 1) % len(rows)]
        elif step == "twice":
            rows.insert(at, list(rows[i]))
        else:
            rows[i].insert(at, "")
    check_csv(csv_bytes(rows), tiny, tmp_path)


@settings(FILES, max_examples=200)
@given(st.binary(max_size=300), st.sampled_from([b"", b"RID,Q1,TXT\n", b"RID;Q1;TXT\r\na;1;"]))
def test_random_bytes(tiny, tmp_path: Path, noise, before) -> None:
    check_csv(before + noise, tiny, tmp_path)


@pytest.fixture(scope="module")
def xlsx() -> bytes:
    book = openpyxl.Workbook()
    for row in TABLE:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@settings(FILES, max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=2)), max_size=6))
def test_xlsx_with_bytes_changed(tiny, tmp_path: Path, xlsx, changes) -> None:
    content = bytearray(xlsx)
    for place, new in changes:
        content[place % len(content) : place % len(content) + 1] = new
    path = tmp_path / "answers.xlsx"
    path.write_bytes(content)
    try:
        raw = read_workbook(path)
    except CoprodError:
        raw = None
    keeps_the_law(path, tiny, raw)


@pytest.fixture(scope="module")
def sav(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("sav") / "answers.sav"
    table = pd.DataFrame({"RID": ["a", "b"], "Q1": [1.0, 2.0], "TXT": ["x", "longer than eight"]})
    pyreadstat.write_sav(table, str(path), variable_value_labels={"Q1": {1: "Agree"}})
    return path.read_bytes()


@settings(FILES, max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=2)), max_size=6))
def test_sav_with_bytes_changed(tiny, tmp_path: Path, sav, changes) -> None:
    content = bytearray(sav)
    for place, new in changes:
        content[place % len(content) : place % len(content) + 1] = new
    path = tmp_path / "answers.sav"
    path.write_bytes(content)
    try:
        raw = read_spss(path)
    except CoprodError:
        raw = None
    keeps_the_law(path, tiny, raw)
