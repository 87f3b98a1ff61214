"""Exports that a running LimeSurvey 6.4.2 wrote, and the traps of its exports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.platforms import PlatformError, Sidecar, SidecarColumn, compose_form
from coprod_stats.responses import Responses
from coprod_stats.responses.platform_reading import read_platform_export

REAL = Path(__file__).parent / "limesurvey_6_4_2"
SURVEY = """
instrument: small
version: 1.0.0
title: Co-production survey
status: draft
languages: [en]
forms: {full: {title: Full}}
offers: []
administrative:
  - {id: RID, title: Respondent, role: respondent}
  - {id: SECONDS, title: Time, role: seconds, kind: number}
assigned:
  ARM: {title: Story, levels: {0: A, 1: B}}
responses:
  agr5:
    kind: bipolar
    options: {1: Strongly disagree, 2: Disagree, 3: Neither, 4: Agree, 5: Strongly agree}
pages:
  - page: main
    title: Main
    blocks:
      - block: about
        items:
          - {id: GENDER, text: Gender, options: {1: Woman, 2: Man, 3: Something else},
             required: true}
          - {id: AGE, kind: number, text: Age, number: {min: 18, max: 110}, offers: [dont_know]}
          - {id: SERVICES, kind: multiple, text: Services used, offers: [dont_know],
             options: {1: Health, 2: Police, 3: Neither of them}}
          - {id: GOALS, kind: rank, top: 2, text: What matters?,
             options: {1: Quiet, 2: Choice, 3: Help}, when: AGE >= 90}
      - block: cp
        stem: Co-production
        when: AGE >= 18
        responses: agr5
        items:
          - {id: CP1, text: I help}
          - {id: CP2, text: I give ideas}
      - block: end
        items:
          - {id: COMMENT, kind: text, text: Comments}
"""
Read = Callable[..., Responses]


@pytest.fixture(scope="module")
def instrument(tmp_path_factory: pytest.TempPathFactory) -> Instrument:
    path = tmp_path_factory.mktemp("small") / "small.yaml"
    path.write_text(SURVEY, encoding="utf-8")
    return read_instrument(path)


@pytest.fixture(scope="module")
def sidecar(instrument: Instrument) -> Sidecar:
    return compose_form(instrument, "limesurvey").sidecar


@pytest.fixture(scope="module")
def real_sidecar(sidecar: Sidecar) -> Sidecar:
    """The codes of the form that was fielded, which somebody wrote by hand."""
    services = (("health", "1"), ("police", "2"), ("none", "3"))
    codes = {"GENDER": (("f", "1"), ("m", "2"), ("-oth-", "3")), "SERVICES": services}
    names = {"CP1": "cp[cp1]", "CP2": "cp[cp2]", "RID": "id", "SECONDS": "interviewtime"}

    def fielded(entry: SidecarColumn) -> SidecarColumn:
        code = dict(zip("123", ("health", "police", "none"), strict=True)).get(entry.option, "")
        return replace(
            entry,
            name=names.get(entry.column, entry.item.lower()),
            companion="",
            codes=codes.get(entry.item, entry.codes),
            option=code,
        )

    entries = tuple(fielded(entry) for entry in sidecar.columns if entry.item != "GOALS")
    return replace(sidecar, columns=entries, internal=("cpmean", "viga", "vigb"))


@pytest.fixture
def read(instrument: Instrument, sidecar: Sidecar, tmp_path: Path) -> Read:
    def from_text(text: str) -> Responses:
        path = tmp_path / "export.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return read_platform_export(path, instrument, source="limesurvey", sidecar=sidecar)

    return from_text


def row(found: Responses, number: int = 0) -> dict[str, object]:
    answers = found.answers.iloc[number]
    return {
        column: None if cell != cell or cell == "" else cell for column, cell in answers.items()
    }


def test_a_real_export_reads_back_to_what_it_says(
    instrument: Instrument, real_sidecar: Sidecar
) -> None:
    path = REAL / "export_code_short.csv"
    found = read_platform_export(path, instrument, source="limesurvey", sidecar=real_sidecar)
    empty, english, arabic = (row(found, number) for number in range(3))
    said = {
        "GENDER": 3,
        "AGE": 45,
        "SERVICES__1": 1,
        "SERVICES__2": 1,
        "SERVICES__3": 0,
        "CP1": 4,
        "CP2": 5,
        "COMMENT": 'line1\nline2; "quoted", =SUM(A1) عربي',
        "GOALS__1": None,
        "GOALS__2": None,
        "GOALS__3": None,
    }
    assert english == said | {"RID": "2", "ARM": 1, "SECONDS": 2}
    assert arabic == said | {"RID": "3", "ARM": 0, "SECONDS": 2}
    assert {name for name, cell in empty.items() if cell is not None} == {"RID"}
    other = [(entry.column, entry.value, entry.code) for entry in found.rejected]
    assert other == [("gender[other]", '=1+1,"q" x', "COLUMN-001")] * 2


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("export_code_long", "PLATFORM-251"),
        ("export_full_long", "PLATFORM-250"),
        ("export_abbreviated_short", "PLATFORM-250"),
    ],
)
def test_real_exports_of_texts_are_refused_with_the_setting(
    name: str, code: str, instrument: Instrument, real_sidecar: Sidecar
) -> None:
    sidecar = replace(
        real_sidecar,
        columns=tuple(
            entry for entry in real_sidecar.columns if entry.item not in ("GENDER", "AGE")
        ),
    )
    with pytest.raises(PlatformError, match=rf"{code}.*'Question code'.*'Answer codes'"):
        read_platform_export(REAL / f"{name}.csv", instrument, source="limesurvey", sidecar=sidecar)


def test_full_answers_of_a_single_choice_are_refused(read: Read) -> None:
    with pytest.raises(PlatformError, match="PLATFORM-251 column 'GENDER': full answers"):
        read("id;GENDER\n1;Woman\n")


@pytest.mark.parametrize("heading", ["maincp[CP1]", "maincp_CP1", "maincp.CP1.", "MAINCP[cp1]"])
def test_headings_of_subquestions_have_several_forms(read: Read, heading: str) -> None:
    assert row(read(f"id,AGE,{heading}\n1,40,4\n"))["CP1"] == 4


def test_a_response_that_was_not_submitted_keeps_its_blanks(read: Read) -> None:
    found = read("id;submitdate;GENDER;AGE\n1;;1;\n2;2026-11-01 10:00:00;1;\n")
    assert [row(found, number)["AGE"] for number in range(2)] == [None, -7]


def test_multiple_choices_are_ticks_in_columns_of_their_own(read: Read) -> None:
    found = read(
        "id;SERVICES[1];SERVICES[2];SERVICES[3];SERVICES[dk]\n"
        "1;Y;;Y;\n2;;;;\n3;;;;Y\n4;1;;;\n5;N/A;N/A;N/A;N/A\n6;Y;;;Y\n"
    )
    services = [[row(found, n)[f"SERVICES__{option}"] for option in (1, 2, 3)] for n in range(6)]
    assert services == [[1, 0, 1], [-7, -7, -7], [-9, -9, -9], *[[None] * 3] * 3]
    assert {(entry.line, entry.value) for entry in found.rejected} == {(5, "1=1"), (7, "1 dk")}


def test_a_ranking_has_a_column_for_each_rank(read: Read) -> None:
    found = read("id;AGE;GOALS[1];GOALS[2]\n1;90;3;1\n2;90;;\n3;90;2;\n4;90;7;1\n")
    goals = [[row(found, n)[f"GOALS__{option}"] for option in (1, 2, 3)] for n in range(4)]
    assert goals[:3] == [[2, 0, 1], [-7, -7, -7], [0, 1, 0]]
    assert {entry.line for entry in found.rejected} == {5}


def test_why_a_number_is_missing_stands_in_a_question_of_its_own(read: Read) -> None:
    found = read("id;AGE;AGENA\n1;;dk\n2;;\n3;44;\n")
    assert [row(found, number)["AGE"] for number in range(3)] == [-9, -7, 44]


@pytest.mark.parametrize(
    ("cell", "age"), [("45.0000000000", 45), ("90", 90), ("20.00", 20), ("N/A", None)]
)
def test_decimals_are_padded_by_the_database(read: Read, cell: str, age: float | None) -> None:
    assert row(read(f"id;AGE;GENDER\n1;{cell};1\n"))["AGE"] == age


def test_what_an_export_says_was_not_shown_is_never_unanswered(read: Read) -> None:
    hidden = "{question_not_shown}"
    found = read(
        f"id;GENDER;AGE;SERVICES[1];SERVICES[2];GOALS[1];GOALS[2];COMMENT\n"
        f"1;{hidden};95;{hidden};{hidden};{hidden};{hidden};\n"
    )
    answers = row(found)
    assert {answers[name] for name in ("GENDER", "SERVICES__1", "GOALS__1")} == {None}
    assert answers["COMMENT"] == "-7"
    assert found.rejected == ()


def test_timings_and_what_the_platform_adds_are_passed_over(read: Read) -> None:
    found = read(
        "id,token,seed,GENDER,AGETime,groupTime12,interviewtime,weather\n"
        "1,abc,7,2,3.1,9.9,61.5,fine\n"
    )
    assert row(found)["SECONDS"] == 61.5
    assert [entry.column for entry in found.rejected] == ["weather"]


def test_times_that_are_no_times_give_no_duration(read: Read) -> None:
    assert row(read("id;startdate;submitdate;GENDER\n1;soon;later;1\n"))["SECONDS"] is None


def test_line_breaks_and_blank_lines_do_not_end_a_response(read: Read) -> None:
    found = read('\ufeff"id";"submitdate";"COMMENT"\r\n"1";"x";"one\r\n\r\ntwo;"\r\n\r\n')
    assert found.n_respondents == 1
    assert row(found)["COMMENT"] == "one\r\n\r\ntwo;"
