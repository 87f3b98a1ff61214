"""Columns that name groups, clusters and weights are read as what they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.frames import frame_columns
from coprod_stats.latent_models.sem_data import sem_data
from coprod_stats.responses.plain_columns import read_plain_columns
from coprod_stats.responses.table import UnknownNameError

ANSWERS = "RID,CTRY,WGT,Q1,HOURS\na,FR,1.5,1,2\nb,DE,0.5,2,3\nc,,1,6,4\nd,FR,2,3,-9\ne,-8,1,-8,1\n"


def test_texts_stay_texts_and_numbers_are_amounts(read) -> None:
    found = read(ANSWERS).values(["CTRY", "WGT", "Q1"])
    assert found["CTRY"].tolist() == ["FR", "DE", None, "FR", None]
    assert found["WGT"].tolist() == [1.5, 0.5, 1.0, 2.0, 1.0]
    np.testing.assert_array_equal(found["Q1"], [1.0, 2.0, np.nan, 3.0, np.nan])


def test_texts_are_no_numbers(read) -> None:
    with pytest.raises(UnknownNameError, match="'CTRY' holds text, not numbers"):
        read(ANSWERS).numbers(["Q1", "CTRY"])


def test_groups_of_a_text_column_are_its_texts(read) -> None:
    columns = frame_columns(read(ANSWERS).values(["CTRY", "HOURS"]), ["CTRY", "HOURS"])
    data = sem_data(columns, ["HOURS"], group="CTRY")
    assert data.group_labels == ("FR", "DE")
    assert data.groups.tolist() == [0, 1, -1, 0, -1]


def test_weights_of_a_text_column_are_refused(read) -> None:
    columns = frame_columns(read(ANSWERS).values(["CTRY", "HOURS"]), ["CTRY", "HOURS"])
    with pytest.raises(LatentModelError, match="not numeric: CTRY"):
        sem_data(columns, ["HOURS"], sampling_weights="CTRY")


def test_ids_that_one_float_would_hold_stay_apart(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("g,h,x\n01,9007199254740993,1\n1,9007199254740992,2\n,2.0,3\n")
    found = read_plain_columns(path, labels=("g", "h"))
    assert found["g"].tolist() == ["01", "1", None]
    assert found["h"].tolist() == ["9007199254740993", "9007199254740992", "2"]
    assert found["x"].tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("column", "labels", "n"),
    [("g", ("g",), 2), ("g", (), 0), ("h", ("h",), 0), ("x", ("g",), 2)],
)
def test_na_among_labels_is_missing_and_said_to_be(
    tmp_path: Path, column: str, labels: tuple[str, ...], n: int
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("g,h,x\nNA,a,1\nDE, ,2\nNA ,NAM,NA\n")
    notes: list[str] = []
    found = read_plain_columns(path, (column, *labels), labels=labels, note=notes.append)
    if n:
        assert found["g"].tolist() == [None, "DE", None]
        (note,) = notes
        assert "t.csv, column g: 2 cells have 'NA', which is read as missing" in note
        assert "--instrument" in note
    else:
        assert notes == []


@pytest.mark.parametrize(
    ("cells", "is_said"),
    [
        ("1 2 -9 -9 -8", True),
        ("0 100 -7 NA", True),
        ("1 2 -9 -1", False),  # a difference, or another file's codes
        ("1.5 2 -9", False),
        ("-9 -9", False),
        ("1 2 3", False),
    ],
)
def test_codes_of_missing_answers_among_numbers_are_said(
    tmp_path: Path, cells: str, is_said: bool
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("x,y\n" + "".join(f"{cell},1\n" for cell in cells.split()))
    notes: list[str] = []
    read_plain_columns(path, note=notes.append)
    assert [("t.csv, column x (" in note and "--instrument" in note) for note in notes] == (
        [True] if is_said else []
    )


def test_an_spss_file_is_read_without_a_questionnaire(tmp_path: Path) -> None:
    path = tmp_path / "t.sav"
    frame = pd.DataFrame({"x": [1.0, 9.0, np.nan], "g": ["a", "b", "c"]})
    pyreadstat.write_sav(frame, str(path), missing_ranges={"x": [9]})
    found = read_plain_columns(path)
    np.testing.assert_array_equal(found["x"], [1.0, np.nan, np.nan])  # 9 is declared missing
    assert found["g"].tolist() == ["a", "b", "c"]


def test_a_workbook_is_read_without_a_questionnaire(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    pd.DataFrame({"x": [1.5, 2.0], "g": ["a", "b"]}).to_excel(path, index=False)
    found = read_plain_columns(path)
    assert found["x"].tolist() == [1.5, 2.0]
    assert found["g"].tolist() == ["a", "b"]


def test_truth_values_without_a_questionnaire_are_ones_and_zeros(tmp_path: Path) -> None:
    workbook, delimited = tmp_path / "t.xlsx", tmp_path / "t.csv"
    pd.DataFrame({"x": [True, False], "g": [True, "a"]}).to_excel(workbook, index=False)
    delimited.write_text("x,g\nTRUE,TRUE\nFALSE,a\n", encoding="utf-8")
    for found in map(read_plain_columns, (workbook, delimited)):
        assert found["x"].tolist() == [1.0, 0.0]
        assert found["g"].tolist() == ["TRUE", "a"]
