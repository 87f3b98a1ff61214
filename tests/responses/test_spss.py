"""SPSS files: labels decide what a code means, declared missing values are no amounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest

from coprod_stats.responses import Responses, ResponsesError
from coprod_stats.responses.spss import read_spss


@pytest.fixture
def read_sav(read, tmp_path: Path) -> Callable[..., Responses]:
    def answers(columns: dict[str, list[Any]], **more: Any) -> Responses:
        path = tmp_path / "made.sav"
        pyreadstat.write_sav(pd.DataFrame(columns), str(path), **more)
        return read(path.read_bytes(), "answers.sav")

    return answers


def reasons(found: Responses) -> list[tuple[int, str, str, str]]:
    return [(entry.line, entry.column, entry.value, entry.reason) for entry in found.rejected]


def test_codes_and_texts_come_as_they_are(read_sav) -> None:
    found = read_sav({"rid": ["a", "b"], "q1": [1.0, float("nan")], "txt": ["x", ""]})
    assert found.answers["Q1"].isna().tolist() == [False, True]
    assert found.answers["TXT"].tolist() == ["x", ""]
    assert found.answers.index.tolist() == [2, 3]
    assert found.provenance.reading.startswith("SPSS, ")


def test_codes_are_read_by_their_labels(read_sav) -> None:
    found = read_sav(
        {"Q1": [0.0, 1.0, 2.0, 8.0, 9.0], "Q2": [1.0, 2.0, 3.0, 1.0, 2.0]},
        variable_value_labels={
            "Q1": {0: "Disagree", 1: "Neither", 2: "AGREE", 8: "Refused", 9: "Don’t know"},
            "Q2": {1: "Agree", 2: "Neither", 3: "Disagree"},
        },
    )
    assert found.answers["Q1"].tolist() == [1.0, 2.0, 3.0, -8.0, -9.0]
    assert found.answers["Q2"].tolist() == [3.0, 2.0, 1.0, 3.0, 2.0]
    assert "Q1: recoded by value labels: 0 → 1 (Disagree)" in found.provenance.notes[0]
    assert found.rejected == ()


def test_a_code_that_labels_have_given_to_another_answer_is_set_aside(read_sav) -> None:
    found = read_sav(
        {"Q1": [0.0, 1.0, 2.0]},
        variable_value_labels={"Q1": {0: "Disagree", 1: "No idea at all", 2: "Neither"}},
    )
    reason = "according to the labels of the file, this code belongs to another answer"
    assert found.answers["Q1"].tolist()[0::2] == [1.0, 2.0]
    assert reasons(found) == [(3, "Q1", "1", reason)]


def test_numbers_and_ticks_use_their_labels_too(read_sav) -> None:
    found = read_sav(
        {"HOURS": [99.0, 98.0], "WAY__1": [1.0, 2.0]},
        variable_value_labels={"HOURS": {99: "No answer"}, "WAY__1": {1: "Yes", 2: "No"}},
    )
    assert found.answers["HOURS"].tolist() == [-7.0, 98.0]
    assert found.answers["WAY__1"].tolist() == [1.0, 0.0]


def test_codes_declared_missing_without_a_known_label_are_no_amounts(read_sav) -> None:
    found = read_sav(
        {"HOURS": [99.0, 97.0, 5.0], "Q1": [6.0, 3.0, -9.0]},
        missing_ranges={"HOURS": [{"lo": 97, "hi": 99}], "Q1": [6, 3, -9]},
        variable_value_labels={"HOURS": {97: "Don't know"}},
    )
    reason = "the file declares it missing without a label that states why"
    assert found.answers["HOURS"].tolist()[1:] == [-9.0, 5.0]
    assert found.answers["Q1"].tolist()[0::2] == [6.0, -9.0]
    assert reasons(found) == [(2, "HOURS", "99", reason), (3, "Q1", "3", reason)]


@pytest.mark.parametrize("cut", [0, 4, 100, 200, 600])
def test_truncated_files_say_that_they_are_none(read, tmp_path, cut) -> None:
    path = tmp_path / "made.sav"
    pyreadstat.write_sav(pd.DataFrame({"Q1": [1.0, 2.0]}), str(path))
    with pytest.raises(ResponsesError, match="not a readable SPSS file"):
        read(path.read_bytes()[: min(cut, path.stat().st_size - 20)], "answers.sav")


def test_what_is_no_sav_file_is_refused(read) -> None:
    with pytest.raises(ResponsesError, match=r"answers\.sav: not a readable SPSS file"):
        read(b"RID,Q1\na,1\n", "answers.sav")


def test_dates_and_times_are_read_in_iso_8601(tmp_path: Path) -> None:
    path = tmp_path / "made.sav"
    pyreadstat.write_sav(
        pd.DataFrame(
            {
                "DAY": [date(2024, 2, 29), date(1582, 10, 15), None],
                "AT": [datetime(2024, 2, 29, 14, 30), datetime(1999, 12, 31, 23, 59, 59), None],
                "CLOCK": [time(14, 30), time(0, 0, 5), None],
                "AMOUNT": [13_928_544_000.0, 1.5, None],
            }
        ),
        str(path),
    )
    found = [row.cells for row in read_spss(path).rows]
    assert found == [
        ("2024-02-29", "2024-02-29T14:30:00", "14:30:00", "13928544000"),
        ("1582-10-15", "1999-12-31T23:59:59", "00:00:05", "1.5"),
    ]


def test_codes_in_a_column_of_dates_stay_codes(tmp_path: Path) -> None:
    path = tmp_path / "made.sav"
    pyreadstat.write_sav(
        pd.DataFrame({"RID": ["a", "b", "c"], "DAY": [13_928_544_000.0, -8.0, 99.0]}),
        str(path),
        variable_format={"DAY": "DATE11"},
        missing_ranges={"DAY": [{"lo": 99, "hi": 99}]},
    )
    assert [row.cells[1] for row in read_spss(path).rows] == ["2024-02-29", "-8", "99"]
