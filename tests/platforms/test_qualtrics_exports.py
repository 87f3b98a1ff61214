"""Traps of Qualtrics' exports, on tables of the shape that it writes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.platforms import PlatformError, Sidecar, compose_form
from coprod_stats.responses import Responses
from coprod_stats.responses.platform_reading import read_platform_export

SURVEY = """
instrument: small
version: 1.0.0
title: Small
status: draft
languages: [en]
forms: {full: {title: Full}}
offers: [dont_know]
administrative:
  - {id: RID, title: Respondent, role: respondent}
  - {id: SECONDS, title: Time, role: seconds, kind: number}
assigned:
  ARM: {title: Story, levels: {1: A, 2: B}}
responses:
  "yes":
    kind: categorical
    options: {1: "No", 2: "Yes"}
pages:
  - page: main
    blocks:
      - block: about
        items:
          - {id: USED, text: Used it?, options: {1: "Yes", 2: "No"}}
          - {id: MEANS, kind: multiple, text: How?, when: USED == 1,
             options: {1: "Web, or app", 2: Phone, 7: Letter}}
          - {id: AGE, kind: number, text: Age, number: {min: 18, max: 110}}
          - {id: TEMP, kind: number, text: Degrees, number: {max: 50}, offers: []}
          - {id: GOALS, kind: rank, top: 1, text: What matters?, options: {1: Quiet, 2: Choice}}
          - {id: COMMENT, kind: text, text: Comments, offers: []}
      - block: trust
        stem: Do you
        responses: "yes"
        items:
          - {id: TRU1, text: rely on it?}
          - {id: TRU2, text: like it?}
"""
Read = Callable[..., Responses]
IDS = {
    "USED": "QID1",
    "MEANS": "QID2",
    "AGE": "QID3_TEXT",
    "AGE_NA": "QID4",
    "TEMP": "QID5_TEXT",
    "GOALS_1": "QID6_1",
    "GOALS_2": "QID6_2",
    "GOALS_NA": "QID7",
    "COMMENT": "QID8_TEXT",
    "TRU1": "QID9_1",
    "TRU2": "QID9_2",
    "ARM": "ARM",
    "ResponseId": "_recordId",
    "Finished": "finished",
    "Status": "status",
    "UserLanguage": "userLanguage",
    "Duration (in seconds)": "duration",
}


@pytest.fixture(scope="module")
def instrument(tmp_path_factory: pytest.TempPathFactory) -> Instrument:
    path = tmp_path_factory.mktemp("small") / "small.yaml"
    path.write_text(SURVEY, encoding="utf-8")
    return read_instrument(path)


@pytest.fixture(scope="module")
def sidecar(instrument: Instrument) -> Sidecar:
    return compose_form(instrument, "qualtrics").sidecar


@pytest.fixture
def read(instrument: Instrument, sidecar: Sidecar, tmp_path: Path) -> Read:
    def from_rows(*rows: dict[str, str], ids: dict[str, object] | None = None) -> Responses:
        names = list(dict.fromkeys(name for row in rows for name in row))
        given = {name: {"ImportId": IDS.get(name, name)} for name in names} | (ids or {})
        written = io.StringIO(newline="")
        writer = csv.writer(written)
        writer.writerow(names)
        writer.writerow([f"What, of {name}?" for name in names])
        writer.writerow([json.dumps(given[name]) for name in names])
        writer.writerows([[row.get(name, "") for name in names] for row in rows])
        return from_text("\ufeff" + written.getvalue())

    def from_text(text: str) -> Responses:
        path = tmp_path / "export.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return read_platform_export(path, instrument, source="qualtrics", sidecar=sidecar)

    from_rows.text = from_text  # type: ignore[attr-defined]
    return from_rows


def row(found: Responses, number: int = 0) -> dict[str, object]:
    answers = found.answers.iloc[number]
    return {name: None if cell != cell or cell == "" else cell for name, cell in answers.items()}


def test_ids_are_as_the_form_has_them(sidecar: Sidecar) -> None:
    names = {entry.column: entry.name for entry in sidecar.columns}
    assert (names["GOALS__2"], names["AGE"], names["TRU2"]) == ("QID6_2", "QID3_TEXT", "QID9_2")


def test_three_header_rows_are_no_responses(read: Read) -> None:
    found = read({"ResponseId": "R_1", "USED": "2", "TRU1": "1"})
    assert (found.n_respondents, found.provenance.rows_read) == (1, 1)
    assert (row(found)["RID"], row(found)["USED"]) == ("R_1", 2)
    assert found.rejected == ()


def test_columns_are_known_by_import_id_whatever_their_name(read: Read) -> None:
    ids = {"Q1_1 - Selected Choice": {"ImportId": "QID1"}, "Q12_3": {"ImportId": "QID9_2"}}
    found = read({"Q1_1 - Selected Choice": "2", "Q12_3": "1"}, ids=ids)
    assert (row(found)["USED"], row(found)["TRU2"]) == (2, 1)


def test_a_multiple_choice_is_one_cell(read: Read) -> None:
    found = read(*({"USED": "1", "MEANS": cell} for cell in ("1,2", "7", "-9", "4", "1,4", "")))
    means = [[row(found, n)[f"MEANS__{option}"] for option in (1, 2, 7)] for n in range(4)]
    assert means == [[1, 1, 0], [0, 0, 1], [-9, -9, -9], [None] * 3]
    assert {entry.value for entry in found.rejected} == {"4", "1,4"}
    assert row(found, 5)["MEANS__1"] == -7


@pytest.mark.parametrize("tick", ["1", "7"])
@pytest.mark.parametrize("form", ["choiceId", "suffix"])
def test_a_multiple_choice_is_split_into_columns(read: Read, tick: str, form: str) -> None:
    names = {f"MEANS_{choice}": choice for choice in ("1", "2", "7", "8")}
    ids: dict[str, object] = {
        name: {"ImportId": "QID2", "choiceId": choice}
        if form == "choiceId"
        else {"ImportId": f"QID2_{choice}"}
        for name, choice in names.items()
    }
    found = read(
        {"USED": "1", "MEANS_7": tick},
        {"USED": "1"},
        {"USED": "2"},
        {"USED": "1", "MEANS_8": "1"},
        {"USED": "1", "MEANS_1": "0", "MEANS_2": "0", "MEANS_7": "0", "MEANS_8": "0"},
        dict.fromkeys(names, ""),
        ids=ids,
    )
    means = [[row(found, n)[f"MEANS__{option}"] for option in (1, 2, 7)] for n in range(5)]
    assert means == [[0, 0, 1], [-7, -7, -7], [None] * 3, [-9, -9, -9], [-7, -7, -7]]


def test_what_was_seen_and_left_is_99_below_zero(read: Read) -> None:
    found = read(
        {
            "Finished": "0",
            "USED": "-99",
            "AGE": "-99",
            "COMMENT": "-99",
            "GOALS_1": "-99",
            "GOALS_2": "-99",
            "TRU1": "-99",
            "MEANS": "-99",
        },
        {"Finished": "0", "AGE": "-99", "AGE_NA": "-9"},
    )
    seen = row(found)
    assert {seen[name] for name in ("USED", "AGE", "GOALS__1", "TRU1", "MEANS__1")} == {-7}
    assert (seen["COMMENT"], seen["TRU2"]) == ("-7", None)
    assert row(found, 1)["AGE"] == -9


def test_a_number_may_be_99_below_zero(read: Read) -> None:
    assert row(read({"USED": "1", "TEMP": "-99"}))["TEMP"] == -99


@pytest.mark.parametrize("left", [{"USED": "-99"}, {"USED": "1", "MEANS_7": "-99"}])
def test_a_number_99_below_zero_beside_what_was_left_is_refused(
    read: Read, left: dict[str, str]
) -> None:
    ids: dict[str, object] = {"MEANS_7": {"ImportId": "QID2", "choiceId": "7"}}
    with pytest.raises(PlatformError, match="PLATFORM-264 column 'TEMP': -99 stands for"):
        read({"AGE": "20", "TEMP": "-99", **left}, ids=ids if "MEANS_7" in left else None)


def test_blanks_of_unfinished_responses_stay(read: Read) -> None:
    found = read(
        {"Finished": "0", "USED": "1", "AGE": ""},
        {"Finished": "1", "USED": "1"},
        {"Finished": "True", "USED": "1"},
    )
    assert [row(found, number)["AGE"] for number in range(3)] == [None, -7, -7]


def test_options_beyond_the_top_have_no_rank(read: Read) -> None:
    found = read({"GOALS_1": "2", "GOALS_2": "1"}, {"GOALS_NA": "-9"})
    assert [row(found)["GOALS__1"], row(found)["GOALS__2"]] == [0, 1]
    assert row(found, 1)["GOALS__1"] == -9


def test_previews_are_told(read: Read) -> None:
    found = read({"Status": "1", "USED": "1"}, {"Status": "0", "USED": "1"})
    assert "1 response is a preview of the survey (Status 1), kept" in found.provenance.notes


def test_display_order_and_texts_of_the_form_are_passed_over(read: Read) -> None:
    found = read({"USED": "1", "QID9_DO_1": "2", "weather": "fine", "UserLanguage": "EN"})
    assert [entry.column for entry in found.rejected] == ["weather"]


@pytest.mark.parametrize("name", ["HAS_DOG", "NEXT_DOCTOR", "_DOSE"])
def test_a_column_that_only_sounds_like_a_display_order_is_rejected(read: Read, name: str) -> None:
    found = read({"ResponseId": "r1", "AGE": "40", name: "1"}, ids={name: {"ImportId": name}})
    assert [(entry.column, entry.value) for entry in found.rejected] == [(name, "1")]


def test_choice_texts_are_refused_with_the_setting(read: Read) -> None:
    for name, cell in (("USED", "Yes"), ("TRU1", "No"), ("MEANS", "Phone,Letter")):
        with pytest.raises(PlatformError, match=r"PLATFORM-261 column.*'Use numeric values'"):
            read({"USED": "1", "ResponseId": "R_1"} | {name: cell})


def test_questions_with_other_ids_are_refused(read: Read) -> None:
    ids: dict[str, object] = {"USED": {"ImportId": "QID9_1"}}
    with pytest.raises(PlatformError, match=r"PLATFORM-262: .*\(USED is QID9_1\)"):
        read({"USED": "1"}, ids=ids)


def test_a_table_of_something_else_is_refused(read: Read) -> None:
    with pytest.raises(PlatformError, match="PLATFORM-260: no column is a question"):
        read.text("name,place\nA,B\n")  # type: ignore[attr-defined]


def test_a_row_of_questions_without_import_ids_is_refused(read: Read) -> None:
    text = "ResponseId,USED,AGE,TRU1\nResponse ID,Used it?,Age,Do you - rely\nR_1,1,44,2\n"
    with pytest.raises(PlatformError, match="PLATFORM-263: the first row holds questions"):
        read.text(text)  # type: ignore[attr-defined]


@pytest.mark.parametrize("cell", ['{"ImportId":', '{"Other":"ImportId"}'])
def test_a_cell_that_only_looks_like_an_import_id_is_a_cell(read: Read, cell: str) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    found = read.text(f"ResponseId,USED,COMMENT\nR_1,1,{quoted}\n")  # type: ignore[attr-defined]
    assert row(found)["COMMENT"] == cell


def test_spss_files_are_read_by_their_names(
    instrument: Instrument, sidecar: Sidecar, tmp_path: Path
) -> None:
    table = pd.DataFrame(
        {
            "ResponseId": ["R_1", "R_2"],
            "Finished": [1.0, 1.0],
            "Duration__in_seconds_": [61.0, 70.0],
            "USED": [1.0, 2.0],
            "MEANS_1": [1.0, None],
            "MEANS_2": [None, None],
            "MEANS_7": [1.0, None],
            "MEANS_8": [None, None],
            "AGE": ["44", ""],
            "AGE_NA": [None, -9.0],
            "GOALS_1": [1.0, None],
            "GOALS_2": [2.0, None],
            "TRU1": [2.0, -9.0],
            "TRU2": [1.0, None],
            "ARM": ["2", "1"],
        }
    )
    pyreadstat.write_sav(table, tmp_path / "export.sav")
    found = read_platform_export(
        tmp_path / "export.sav", instrument, source="qualtrics", sidecar=sidecar
    )
    first, second = row(found), row(found, 1)
    assert found.rejected == ()
    assert [first[f"MEANS__{option}"] for option in (1, 2, 7)] == [1, 0, 1]
    assert (first["RID"], first["SECONDS"], first["AGE"], first["ARM"]) == ("R_1", 61, 44, 2)
    assert (second["AGE"], second["TRU1"], second["TRU2"], second["MEANS__1"]) == (-9, -9, -7, None)
    assert (first["GOALS__1"], first["GOALS__2"]) == (1, 0)
