"""Dates and times: limits on every platform, ISO 8601 whatever a platform writes."""

from __future__ import annotations

import json
from datetime import date, time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import test_surveyjs
import test_xlsform
from openpyxl import Workbook
from short_forms import cells, read_export, short_form
from test_limesurvey import fill as fill_limesurvey
from test_limesurvey import named, needs_node, rows_of
from test_qualtrics import Respondent, questions, survey_file
from test_redcap import dictionary

from coprod_stats.instruments import Instrument
from coprod_stats.instruments.codebook import codebook
from coprod_stats.instruments.preview import preview
from coprod_stats.literals import ExportSource
from coprod_stats.platforms import compose_form
from coprod_stats.platforms.paper.building import paper_document
from coprod_stats.platforms.paper.versions import versions
from coprod_stats.responses import read_responses
from coprod_stats.simulation.population import PopulationForm
from coprod_stats.simulation.simulated_answers import simulate_answers

ITEMS = """
- {id: D, kind: date, text: Which day?, date: {min: 2000-02-29, max: 2026-12-31}}
- {id: T, kind: time, text: What time?, offers: [dont_know]}
"""


@pytest.fixture
def instrument(tmp_path: Path) -> Instrument:
    return short_form(tmp_path, ITEMS)


EXPORTS: dict[ExportSource, list[dict[str, Any]]] = {
    "odk": [
        {"d": "2000-02-29", "t": "09:05:00.000+02:00"},
        {"why_t": "dk"},
        {"d": "1999-12-31", "t": "25:00:00"},
    ],
    "surveyjs": [
        {"D": "2000-02-29", "T": "09:05"},
        {"T_NA": [-9]},
        {"D": "1999-12-31", "T": "25:00"},
    ],
    "redcap": [
        {"d": "2000-02-29", "t": "09:05"},
        {"t_na": -9},
        {"d": "1999-12-31", "t": "25:00"},
    ],
    "limesurvey": [
        {"D": "2000-02-29 00:00:00", "T": "1970-01-01 09:05:00", "submitdate": "2026-11-24"},
        {"TNA": "dk", "submitdate": "2026-11-24"},
        {"D": "1999-12-31 00:00:00", "T": "1970-01-01 25:00:00", "submitdate": "2026-11-24"},
    ],
    "qualtrics": [
        {"D": "2000-02-29", "T": "9:05"},
        {"T_NA": -9},
        {"D": "1999-12-31", "T": "25:00"},
    ],
}


@pytest.mark.parametrize("source", EXPORTS)
def test_dates_and_times_are_read_as_iso_8601(
    source: ExportSource, instrument: Instrument, tmp_path: Path
) -> None:
    found = read_export(instrument, source, EXPORTS[source], tmp_path)
    assert cells(found, "D", "T") == [("2000-02-29", "09:05"), ("-7", "-9"), (None, None)]
    assert [(entry.column, entry.reason) for entry in found.rejected] == [
        ("D", "before 2000-02-29"),
        ("T", "there is no such time of day"),
    ]


@pytest.mark.parametrize(
    ("column", "text", "kept"),
    [
        ("D", "2024-02-30", None),
        ("D", "31.12.2024", None),
        ("D", "12/31/2024", None),
        ("D", "20241231", None),
        ("D", "2027-01-01", None),
        ("D", "2024-12-31 00:00:00", "2024-12-31"),
        ("D", "2024-12-31T10:00:00", None),
        ("D", "-8", "-8"),
        ("T", "14:30:15", "14:30:15"),
        ("T", "14.30", None),
        ("T", "2:30 pm", None),
    ],
)
def test_what_is_no_date_or_time_is_rejected_with_a_reason(
    column: str, text: str, kept: str | None, instrument: Instrument, tmp_path: Path
) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(f"{column}\n{text}\n", encoding="utf-8")
    found = read_responses(path, instrument)
    assert cells(found, column) == [(kept,)]
    assert [entry.value for entry in found.rejected] == ([] if kept else [text])


def test_cells_of_a_workbook_are_dates_and_times(instrument: Instrument, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["D", "T"])
    book.active.append([date(2024, 5, 6), time(14, 30)])
    book.save(tmp_path / "answers.xlsx")
    found = read_responses(tmp_path / "answers.xlsx", instrument)
    assert cells(found, "D", "T") == [("2024-05-06", "14:30")]


def test_forms_state_format_and_limits(instrument: Instrument) -> None:
    rows = test_xlsform.sheet(compose_form(instrument, "xlsform"), "survey")
    survey = {row["name"]: row for row in rows if "name" in row}
    assert (survey["d"]["type"], survey["t"]["type"]) == ("date", "time")
    assert survey["d"]["constraint"] == ". >= date('2000-02-29') and . <= date('2026-12-31')"
    asked = named(rows_of(instrument), "Q", "D")
    assert (asked["type/scale"], asked["date_format"]) == ("D", "yyyy-mm-dd")
    assert (asked["date_min"], asked["date_max"]) == ("2000-02-29", "2026-12-31")
    assert named(rows_of(instrument), "Q", "T")["date_format"] == "HH:MM"
    fields = dictionary(instrument)
    validation = [f"Text Validation {what}" for what in ("Min", "Max")]
    assert [fields["d"][name] for name in validation] == ["2000-02-29", "2026-12-31"]
    kind = "Text Validation Type OR Show Slider Number"
    assert (fields["d"][kind], fields["t"][kind]) == ("date_ymd", "time")
    assert "PLATFORM-166" in [loss.code for loss in compose_form(instrument, "qualtrics").losses]


@pytest.mark.parametrize(
    ("answers", "right"),
    [
        ({"D": "2024-02-29", "T": "9:05"}, True),
        ({}, True),
        ({"D": "29.02.2024"}, False),
        ({"T": "9h"}, False),
    ],
)
def test_qualtrics_demands_the_format(
    answers: dict[str, str], right: bool, instrument: Instrument
) -> None:
    assert (Respondent(survey_file(instrument), answers, {}).problems == []) == right
    assert questions(survey_file(instrument))["D"]["Selector"] == "SL"


@test_xlsform.needs_engine
def test_the_engine_holds_to_the_first_and_last_day(instrument: Instrument, tmp_path: Path) -> None:
    form = test_xlsform.xform(compose_form(instrument, "xlsform"), tmp_path)
    days = ("1999-12-31", "2000-02-29", "2027-01-01")
    found = test_xlsform.fill(form, [{"assigned": {}, "answers": [["d", day]]} for day in days])
    assert [bool(one["violations"]) for one in found] == [True, False, True]


@needs_node
def test_limesurvey_holds_to_the_first_and_last_day(instrument: Instrument, tmp_path: Path) -> None:
    days = ("1999-12-31", "2000-02-29", "2027-01-01")
    people = [{"assigned": {}, "answers": {"D": day}} for day in days]
    found = fill_limesurvey(instrument, people, tmp_path)["problems"]
    assert found == [["D: too early"], [], ["D: too late"]]


@test_surveyjs.needs_survey_core
def test_survey_core_holds_to_the_first_and_last_day(
    instrument: Instrument, tmp_path: Path
) -> None:
    form = compose_form(instrument, "surveyjs").files["survey.json"]
    days = ("1999-12-31", "2000-02-29", "2027-01-01")
    people = [{"before": {}, "answers": [["D", day]]} for day in days]
    found = test_surveyjs.fill(form, people, tmp_path)["results"]
    assert [result["completed"] for result in found] == [False, True, False]


def test_preview_codebooks_and_paper_state_the_format(instrument: Instrument) -> None:
    shown = preview(instrument)
    assert "-> a date from 2000-02-29 to 2026-12-31" in shown
    assert "-> a time of day" in shown
    assert "2000-02-29 to 2026-12-31 (YYYY-MM-DD)" in codebook(instrument)
    (version,) = versions(instrument)
    printed = [e for e in paper_document(version, "en").elements if e.kind == "question"]
    assert [question.instruction for question in printed] == [
        "Please write the date as year-month-day, such as 2026-01-31, 2000-02-29 to 2026-12-31.",
        "Please write the time as hours:minutes, such as 14:30.",
    ]
    (content,) = compose_form(instrument, "frictionless").files.values()
    first, second = json.loads(content)["resources"][0]["schema"]["fields"]
    assert (first["type"], first["constraints"]["minimum"]) == ("date", "2000-02-29")
    assert "pattern" in second["constraints"]


def test_simulated_dates_lie_within_their_limits(tmp_path: Path) -> None:
    head = "administrative: [{id: RID, title: Respondent, role: respondent}]\n"
    instrument = short_form(tmp_path, ITEMS, head=head)
    empty = {key: {} for key in ("paths", "loadings", "shares")}
    given = {"population": "short", "about": "x", "rows": 50, "seed": 1, **empty}
    population = PopulationForm.model_validate(given | {"groups": {"all": {"share": 1.0}}})
    rng = np.random.default_rng(1)
    drawn = simulate_answers(population, instrument, n_rows=50, rng=rng).answers
    assert drawn["D"].between("2000-02-29", "2026-12-31").all()
    assert drawn["T"].str.fullmatch(r"\d\d:\d\d").all()
