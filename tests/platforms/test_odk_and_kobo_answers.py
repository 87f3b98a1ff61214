"""Traps of ODK Central's and KoboToolbox's exports, on tables of the shape that they write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.platforms import PlatformError, Sidecar, compose_form
from coprod_stats.responses import Responses
from coprod_stats.responses.platform_reading import read_platform_export

SURVEY = """
instrument: survey
version: 1.0.0
title: Survey
status: draft
languages: [en]
forms: {full: {title: Full}}
offers: [dont_know]
administrative:
  - {id: RID, title: Respondent, role: respondent}
  - {id: SECONDS, title: Time, role: seconds, kind: number}
pages:
  - page: main
    blocks:
      - block: use
        items:
          - {id: USED, text: Used it?, options: {1: "Yes", 2: "No"}}
          - {id: MEANS, kind: multiple, text: How?, options: {1: Web, 2: Phone}, when: USED == 1}
          - {id: AGE, kind: number, text: Age?, number: {min: 16, max: 99}}
      - block: trust
        stem: Do you
        items:
          - {id: TRU1, text: rely on it?, options: {1: "No", 2: "Yes"}}
          - {id: TRU2, text: like it?, options: {1: "No", 2: "Yes"}}
"""
Read = Callable[..., Responses]


@pytest.fixture(scope="module")
def instrument(tmp_path_factory: pytest.TempPathFactory) -> Instrument:
    path = tmp_path_factory.mktemp("survey") / "survey.yaml"
    path.write_text(SURVEY, encoding="utf-8")
    return read_instrument(path)


@pytest.fixture(scope="module")
def sidecar(instrument: Instrument) -> Sidecar:
    return compose_form(instrument, "xlsform").sidecar


@pytest.fixture
def read(instrument: Instrument, sidecar: Sidecar, tmp_path: Path) -> Read:
    def from_text(text: str, source: str = "odk") -> Responses:
        path = tmp_path / "export.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return read_platform_export(path, instrument, source=source, sidecar=sidecar)

    return from_text


def row(found: Responses, number: int = 0) -> dict[str, object]:
    answers = found.answers.iloc[number]
    return {column: None if cell != cell else cell for column, cell in answers.items()}


def test_a_split_multiple_choice_says_0_though_nobody_was_asked(read: Read) -> None:
    found = read(
        "page_main-used,page_main-means,page_main-means/1,page_main-means/2\n"
        "2,,0,0\n1,2,0,1\n1,,0,0\n1,dk,0,0\n"
    )
    means = [(row(found, n)["MEANS__1"], row(found, n)["MEANS__2"]) for n in range(4)]
    assert means == [(None, None), (0, 1), (-7, -7), (-9, -9)]
    assert found.rejected == ()


def test_groups_are_joined_by_hyphens_or_left_out(read: Read) -> None:
    for header in ("page_main-block_trust-tru1,KEY", "tru1,KEY"):
        answers = row(read(f"{header}\n2,uuid:1\n"))
        assert (answers["TRU1"], answers["RID"]) == (2, "uuid:1")


def test_repeats_have_a_file_of_their_own(read: Read) -> None:
    with pytest.raises(PlatformError, match="PLATFORM-201: a file of a repeated group"):
        read("used,PARENT_KEY,KEY\n1,uuid:1,uuid:1/visit[1]\n")


def test_the_nodes_that_a_table_list_adds_are_passed_over(read: Read) -> None:
    found = read(
        "generated_table_list_label_9,reserved_name_for_field_list_labels_10,tru1,tru2\n,,1,2\n"
    )
    assert found.rejected == ()
    assert row(found)["TRU2"] == 2


def test_why_a_number_is_missing_stands_in_a_column_of_its_own(read: Read) -> None:
    found = read("age,why_age,KEY\n44,,uuid:1\n,dk,uuid:2\n,,uuid:3\n")
    assert [row(found, n)["AGE"] for n in range(3)] == [44, -9, -7]


def test_the_time_between_beginning_and_end_counts_as_seconds(read: Read) -> None:
    times = "2026-11-02T10:00:00.500+02:00,2026-11-02T10:01:30.500+02:00"
    found = read(f"started_at,ended_at,used\n{times},1\nsoon,later,1\n")
    assert [row(found, n)["SECONDS"] for n in range(2)] == [90, None]


def test_a_column_that_nobody_asked_for_is_set_aside_with_a_reason(read: Read) -> None:
    (rejected,) = read("used,colour\n1,blue\n").rejected
    assert (rejected.column, rejected.value, rejected.code) == ("colour", "blue", "COLUMN-001")


def test_a_row_of_another_length_is_set_aside(read: Read) -> None:
    found = read("used,age\n1,44\n1,44,9\n")
    assert (found.provenance.rows_read, found.n_respondents) == (2, 1)
    assert found.rejected[0].reason == "the row has 3 cells, the header 2"


def test_an_answer_that_the_form_does_not_have_is_set_aside(read: Read) -> None:
    found = read("used,means\n1,1 7\n1,1 dk\n3,\n")
    assert {entry.value for entry in found.rejected} == {"1 7", "1 dk", "3"}


def test_kobo_writes_semicolons_and_an_uuid(read: Read) -> None:
    found = read(
        '"used";"means";"means/1";"means/2";"_id";"_uuid";"_index"\n'
        '"1";"1 2";"1";"1";"7";"ab-1";"1"\n',
        "kobo",
    )
    assert row(found)["RID"] == "ab-1"
    assert row(found)["MEANS__2"] == 1
    assert found.rejected == ()


def test_kobo_workbooks_are_read_alike(
    instrument: Instrument, sidecar: Sidecar, tmp_path: Path
) -> None:
    workbook = openpyxl.Workbook()
    for cells in (("page_main/used", "page_main/age", "_uuid"), (1, 44, "ab-1")):
        workbook.active.append(cells)
    workbook.save(tmp_path / "kobo.xlsx")
    found = read_platform_export(tmp_path / "kobo.xlsx", instrument, source="kobo", sidecar=sidecar)
    assert (row(found)["USED"], row(found)["AGE"]) == (1, 44)


def test_kobo_headings_that_are_labels_are_refused(read: Read) -> None:
    with pytest.raises(PlatformError, match=r"PLATFORM-202.*'XML values and headers'"):
        read("Used it?;How?\nYes;Web\n", "kobo")


def test_kobo_labels_for_codes_are_refused(read: Read) -> None:
    with pytest.raises(PlatformError, match="PLATFORM-204 column 'used': labels instead of codes"):
        read("used;age\nYes;44\n", "kobo")


def test_kobo_labels_of_a_multiple_choice_are_refused(read: Read) -> None:
    with pytest.raises(PlatformError, match="PLATFORM-204 column 'means': labels instead of"):
        read("used;means\n1;Web\n", "kobo")


def test_single_options_without_the_whole_are_refused(read: Read) -> None:
    with pytest.raises(PlatformError, match="PLATFORM-203: only columns of single options"):
        read("used;means/1;means/2\n1;1;0\n", "kobo")
