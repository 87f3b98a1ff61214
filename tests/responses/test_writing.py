"""What is written reads as the same table, and the rejects say what was set aside."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coprod_stats.responses import read_responses, write_canonical, write_rejected

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\ufeff"), max_size=12)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 99).map(float)


def code(*values: float) -> st.SearchStrategy[float]:
    return st.sampled_from([*values, -7.0, -8.0, -9.0, float("nan")])


ROW = st.fixed_dictionaries(
    {"CTRY": TEXTS.map(str.strip), "WGT": NUMBERS, "Q1": code(1, 2, 3, 6), "Q2": code(1, 2, 3),
     "HOURS": code(0, 98, 99, 168), "TXT": TEXTS.map(lambda text: text if text.strip() else ""),
     "WAY__1": code(0, 1), "WAY__2": code(0, 1)}
)  # fmt: skip


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
