"""Questions of a roster with options by earlier answers, conditions on texts, first answers."""

from __future__ import annotations

from pathlib import Path

import pytest
import test_surveyjs
import test_xlsform
from roster_forms import household, rows_of
from test_rosters import odk_round_trip, redcap_round_trip, surveyjs_round_trip

from coprod_stats.instruments import Instrument, check_instrument
from coprod_stats.literals import Platform
from coprod_stats.platforms import compose_form, read_sidecar
from coprod_stats.platforms.fields import INTRODUCTION
from coprod_stats.responses.binding import bind
from coprod_stats.responses.table_files import read_table

LATE = """- {id: WHY, kind: text, text: Why?, when: "includes(WAYS, 9)"}
          - {id: WHICH, text: Which way?, options: {1: Bus, 2: Car, 3: Taxi}, offers: [],
             options_when: {2: AGE >= 18, 3: 'contains(NAME, "a")'}}
          - {id: CALLED, text: Is it a nickname?, options: {1: "Yes", 2: "No"},
             when: 'NAME != "zwei" and answered(NAME)'}
          - {id: DAYS, kind: number, text: How many days?, number: {min: 0, max: 7}, offers: [],
             prefill: {value: 7}}"""
CHANGES = {
    "introduction": ("title: Who lives here", "title: Who lives here\nintroduction: Welcome."),
    "options": ("off_scale: {9: None},", "off_scale: {9: None}, options_when: {2: AGE > 18},"),
    "late": ('- {id: WHY, kind: text, text: Why?, when: "includes(WAYS, 9)"}', LATE),
}


@pytest.fixture(scope="module")
def instrument(tmp_path_factory: pytest.TempPathFactory) -> Instrument:
    return household(tmp_path_factory.mktemp("features"), **CHANGES)


@test_xlsform.needs_engine
def test_rows_come_back_from_odk_s_engine(instrument: Instrument, tmp_path: Path) -> None:
    odk_round_trip(instrument, rows_of(instrument, 20, seed=11), tmp_path)


@test_surveyjs.needs_survey_core
def test_rows_come_back_from_survey_core(instrument: Instrument, tmp_path: Path) -> None:
    surveyjs_round_trip(instrument, rows_of(instrument, 20, seed=12), tmp_path)


def test_rows_come_back_from_redcap(instrument: Instrument, tmp_path: Path) -> None:
    redcap_round_trip(instrument, rows_of(instrument, 20, seed=13), tmp_path)


def test_an_option_that_a_row_did_not_show_is_rejected(
    instrument: Instrument, tmp_path: Path
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(
        "RID,MEMBER,NAME,AGE,WHICH\nr0,1,Anna,17,2\nr0,2,Anna,40,3\nr0,3,Bo,40,3\n",
        encoding="utf-8",
    )
    rows = instrument.roster("MEMBER")
    found = bind(read_table(path, expected=rows.columns), rows)
    wrong = [(entry.line, entry.column) for entry in found.rejected]
    assert wrong == [(2, "WHICH"), (4, "WHICH")]


@pytest.mark.parametrize("platform", ["xlsform", "surveyjs", "redcap"])
def test_the_introduction_is_read_once_and_the_sidecar_keeps_the_rosters(
    instrument: Instrument, platform: str, tmp_path: Path
) -> None:
    export = compose_form(instrument, platform)
    path = tmp_path / "sidecar.json"
    path.write_bytes(export.sidecar.to_json())
    kept = read_sidecar(path)
    assert [roster.roster for roster in kept.rosters] == ["MEMBER", "SERVICE"]
    assert (INTRODUCTION in kept.internal) == (platform != "surveyjs")
    assert str(instrument.introduction) == "Welcome."
    assert all(table.introduction is None for table in instrument.tables[1:])


ORDERS = {
    "page": ("page: members", "page: members\n    random_order: true"),
    "block": ("block: who", "block: who\n        random_order: true"),
    "options": (
        "text: Which?, options: {1: Nurse",
        "text: Which?, random_order: true, options: {1: Nurse",
    ),
}


@pytest.mark.parametrize(
    ("platform", "places"),
    [
        ("surveyjs", {"PLATFORM-122": ["page 'members'", "block 'who'"], "121": ["item KIND"]}),
        ("redcap", {"PLATFORM-132": ["page 'members'"], "137": ["item KIND"]}),
    ],
)
def test_orders_that_stay_fixed_within_rows_are_stated(
    platform: Platform, places: dict[str, list[str]], tmp_path: Path
) -> None:
    losses = compose_form(household(tmp_path, **ORDERS), platform).losses
    for code, expected in places.items():
        assert [loss.place for loss in losses if loss.code.endswith(code)] == expected
    codes = {loss.code[-3:] for loss in compose_form(household(tmp_path), platform).losses}
    assert not codes & {code[-3:] for code in places}


FAULTS = {
    "by the respondent": (
        "options_when: {2: AGE > 18}",
        "options_when: {2: SIZE > 1}",
        "ROSTER-003",
    ),
    "a name that is nowhere": (
        "options_when: {2: AGE > 18}",
        "options_when: {2: AG > 18}",
        "EXPR-002",
    ),
    "by the invitation": ("prefill: {value: 7}", "prefill: {parameter: days}", "ROSTER-006"),
    "by an answer": ("prefill: {value: 7}", "prefill: {answer: SIZE}", "ROSTER-006"),
    "by a row": (
        "{id: LAST, kind: text, text: Anything else?",
        "{id: LAST, kind: text, prefill: {answer: NAME}, text: Anything else?",
        "ROSTER-003",
    ),
    "a summary of nothing": ("count(AGE < 18)", "count(AG < 18)", "EXPR-002"),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_what_reaches_out_of_a_row_is_one_fault(kind: str, tmp_path: Path) -> None:
    old, new, code = FAULTS[kind]
    household(tmp_path, **CHANGES)
    path = tmp_path / "household.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert [fault.code for fault in check_instrument(path)] == [code]
