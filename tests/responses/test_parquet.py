"""Parquet files: typed cells become answers, what is no answer is refused, pyarrow is optional."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from coprod_stats.instruments import read_instrument
from coprod_stats.responses import Responses, ResponsesError, read_responses, write_canonical
from coprod_stats.responses.parquet import read_parquet


@pytest.fixture
def pyarrow() -> Any:
    """The optional library."""
    pytest.importorskip("pyarrow.parquet")
    return sys.modules["pyarrow"]


@pytest.fixture
def file(pyarrow: Any, tmp_path: Path) -> Callable[[dict[str, Any]], Path]:
    def made(columns: dict[str, Any]) -> Path:
        path = tmp_path / "made.parquet"
        pyarrow.parquet.write_table(pyarrow.table(columns), path)
        return path

    return made


def cells(path: Path) -> list[tuple[str, ...]]:
    return [row.cells for row in read_parquet(path).rows]


def test_answers_come_as_they_are(read: Callable[..., Responses], file) -> None:
    path = file({"rid": ["a", "b"], "q1": [1, None], "txt": ["x", ""]})
    found = read(path.read_bytes(), "answers.parquet")
    assert found.answers["Q1"].isna().tolist() == [False, True]
    assert found.answers["TXT"].tolist() == ["x", ""]
    assert found.answers.index.tolist() == [2, 3]
    assert found.provenance.reading == "Parquet"
    assert len(found.provenance.sha256) == 64


def test_every_kind_of_cell_becomes_text(pyarrow: Any, file) -> None:
    path = file(
        {
            "whole": [1.0, float("nan")],
            "part": [0.1, -2.5],
            "truth": [True, None],
            "day": [date(2026, 2, 3), None],
            "moment": [datetime(2026, 2, 3, 4, 5, 6), None],
            "money": [Decimal("100.00"), Decimal("0.50")],
            "category": pyarrow.array(["low", "high"]).dictionary_encode(),
            "small": pyarrow.array([7, None], pyarrow.int8()),
        }
    )
    assert cells(path) == [
        ("1", "0.1", "TRUE", "2026-02-03", "2026-02-03T04:05:06", "100", "low", "7"),
        ("", "-2.5", "", "", "", "0.5", "high", ""),
    ]


def test_an_unnamed_index_is_no_column_and_a_named_one_is(pyarrow: Any, tmp_path: Path) -> None:
    frame = pd.DataFrame({"rid": ["a", "b"], "q1": [1.0, 2.0]}, index=[5, 9])
    for index, header in ((frame, ("rid", "q1")), (frame.set_index("rid"), ("q1", "rid"))):
        path = tmp_path / "made.parquet"
        index.to_parquet(path)
        assert read_parquet(path).header == header


def test_rows_without_anything_keep_their_line(file) -> None:
    rows = read_parquet(file({"q1": [1, None, 2]})).rows
    assert [(row.line, row.cells) for row in rows] == [(2, ("1",)), (4, ("2",))]


@pytest.mark.parametrize("value", [[1, 2], {"a": 1}, b"x"])
def test_what_is_no_plain_answer_is_refused(value: object, file) -> None:
    path = file({"q1": [value]})
    with pytest.raises(ResponsesError, match=r"column q1 holds .*, not plain answers"):
        read_parquet(path)


def test_another_file_by_that_name_is_refused(pyarrow: Any, tmp_path: Path) -> None:
    path = tmp_path / "answers.parquet"
    for content in (b"", b"rid,q1\na,1\n", b"PAR1" + b"\0" * 40 + b"PAR1"):
        path.write_bytes(content)
        with pytest.raises(ResponsesError, match="not a readable Parquet file"):
            read_parquet(path)


def test_without_the_library_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = tmp_path / "answers.parquet"
    with pytest.raises(ResponsesError, match=r"pip install 'coprod-stats\[parquet\]'"):
        write_canonical(pd.DataFrame({"Q1": [1.0]}), path)
    path.write_bytes(b"PAR1")
    with pytest.raises(ResponsesError, match=r"answers.parquet: Parquet files need .* pyarrow"):
        read_responses(path, read_instrument("carers"))


def test_numbers_are_written_as_numbers(pyarrow: Any, tmp_path: Path) -> None:
    path = tmp_path / "answers.parquet"
    nan = float("nan")
    write_canonical(pd.DataFrame({"W": [1.0, nan], "P": [0.1, 2.0], "T": ["", "=1"]}), path)
    table = pyarrow.parquet.read_table(BytesIO(path.read_bytes()))
    assert table.to_pydict() == {"W": [1, None], "P": [0.1, 2.0], "T": [None, "=1"]}
    assert [str(field.type) for field in table.schema] == ["int64", "double", "string"]


def test_data_of_others_are_described(file) -> None:
    from coprod_stats.responses.drafting.described_data import describe

    found = describe(file({"trust": [1, 2, 3, 2], "area": ["a", "b", "a", "b"]}))
    assert (found.reading, found.n_rows) == ("Parquet", 4)
    assert [column.name for column in found.columns] == ["trust", "area"]
