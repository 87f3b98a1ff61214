"""Columns of an export that a form does not have, whatever their names: no answer gives way."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from short_forms import cells, short_form

from coprod_stats.instruments import Instrument
from coprod_stats.literals import ExportSource, Platform
from coprod_stats.platforms import Sidecar, compose_form
from coprod_stats.responses import Responses
from coprod_stats.responses.platform_reading import read_platform_export

ITEMS = """
- {id: USED, text: Used it?, options: {1: "Yes", 2: "No"}}
- {id: MEANS, kind: multiple, text: How?, options: {1: Web, 2: Phone}}
- {id: AGE, kind: number, text: Age?, number: {min: 16, max: 99}}
"""
HEAD = """administrative:
  - {id: RID, title: Respondent, role: respondent}
  - {id: SECONDS, title: Time, role: seconds, kind: number}
"""
TIMES = {"started_at": "2026-01-01T10:00:00", "ended_at": "2026-01-01T10:01:00"}
XLSFORM = {**TIMES, "used": "2", "means": "1", "age": "44"}
ROWS: dict[ExportSource, dict[str, str]] = {
    "odk": {"instanceID": "7"} | XLSFORM,
    "kobo": {"_uuid": "7"} | XLSFORM,
    "limesurvey": {
        **{"id": "7", "submitdate": "2026-01-01 10:00:00", "interviewtime": "60"},
        **{"USED": "2", "MEANS[1]": "Y", "MEANS[2]": "", "AGE": "44"},
    },
    "redcap": {
        **{"record_id": "7", "seconds": "60", "used": "2", "means___1": "1", "means___2": "0"},
        **{"age": "44", "short_complete": "2"},
    },
    "qualtrics": {
        **{"ResponseId": "7", "Duration (in seconds)": "60", "Finished": "1"},
        **{"USED": "2", "MEANS": "1", "AGE": "44"},
    },
    "surveyjs": {"RID": "7", "SECONDS": "60", "USED": "2", "AGE": "44"},
}
GIVEN = ("7", 60, 2, 1, 0, 44)
STRANGE = "strange"


@pytest.fixture
def survey(tmp_path: Path) -> Instrument:
    return short_form(tmp_path, ITEMS, head=HEAD)


def imported(
    survey: Instrument, source: ExportSource, columns: list[tuple[str, object]], folder: Path
) -> Responses:
    platform: Platform = "xlsform" if source in ("odk", "kobo") else source  # type: ignore[assignment]
    sidecar = compose_form(survey, platform).sidecar
    path = folder / "export.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([name for name, _ in columns])
        if source == "qualtrics":
            writer.writerow([f"What, of {name}?" for name, _ in columns])
            ids = qualtrics_ids(sidecar)
            writer.writerow([json.dumps({"ImportId": ids.get(name, name)}) for name, _ in columns])
        writer.writerow([cell for _, cell in columns])
    if source == "surveyjs":
        path = path.with_suffix(".json")
        path.write_text(json.dumps([dict(columns)]), encoding="utf-8")
    return read_platform_export(path, survey, source=source, sidecar=sidecar)


def qualtrics_ids(sidecar: Sidecar) -> dict[str, str]:
    own = {"ResponseId": "_recordId", "Duration (in seconds)": "duration", "Finished": "finished"}
    asked = (entry for entry in sidecar.columns if entry.kind != "administrative")
    return {entry.item: entry.name for entry in asked} | own


def columns_of(source: ExportSource) -> list[tuple[str, object]]:
    chosen = [("MEANS", [1])] if source == "surveyjs" else []
    return [*ROWS[source].items(), *chosen]


def answers(found: Responses) -> tuple[object, ...]:
    return cells(found, "RID", "SECONDS", "USED", "MEANS__1", "MEANS__2", "AGE")[0]


def rejected(found: Responses) -> list[tuple[str, str, str]]:
    return [(entry.code, entry.column, entry.value) for entry in found.rejected]


@pytest.mark.parametrize("source", ROWS)
def test_an_export_without_further_columns_is_read_as_answered(
    survey: Instrument, tmp_path: Path, source: ExportSource
) -> None:
    found = imported(survey, source, columns_of(source), tmp_path)
    assert (answers(found), found.rejected) == (GIVEN, ())


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (source, name)
        for source, row in ROWS.items()
        for name in row
        # SurveyJS has names once; what ODK and Kobo write of a submission itself is no answer
        if source != "surveyjs" and name not in ("instanceID", "_uuid", *TIMES)
    ],
)
def test_a_second_column_of_a_name_is_rejected_and_the_first_counts(
    survey: Instrument, tmp_path: Path, source: ExportSource, name: str
) -> None:
    found = imported(survey, source, [*columns_of(source), (name, STRANGE)], tmp_path)
    assert answers(found) == GIVEN
    assert rejected(found) == [("COLUMN-001", name, STRANGE)]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (source, name)
        for source, row in ROWS.items()
        for name in ("RID", "SECONDS", "USED", "MEANS__1", "MEANS__2", "AGE")
        if name not in row  # else the platform's own name: a second column, as above
    ],
)
def test_a_column_with_the_id_of_a_question_does_not_replace_its_answers(
    survey: Instrument, tmp_path: Path, source: ExportSource, name: str
) -> None:
    # before the form's own columns: no place in the file makes it the answer
    found = imported(survey, source, [(name, STRANGE), *columns_of(source)], tmp_path)
    assert answers(found) == GIVEN
    assert rejected(found) == [("COLUMN-001", name, STRANGE)]


def test_a_tick_in_a_box_that_the_form_lacks_is_rejected(
    survey: Instrument, tmp_path: Path
) -> None:
    beside: list[tuple[str, object]] = [("means___3", "1"), ("means___4", "0")]
    found = imported(survey, "redcap", [*columns_of("redcap"), *beside], tmp_path)
    assert answers(found) == GIVEN
    assert rejected(found) == [("COLUMN-001", "means___3", "1")]


@pytest.mark.parametrize(
    ("field", "absent"),
    [("age", {"AGE"}), ("means", {"MEANS__1", "MEANS__2"}), ("used", {"USED"})],
)
def test_a_question_that_a_report_leaves_out_is_absent_not_unanswered(
    survey: Instrument, tmp_path: Path, field: str, absent: set[str]
) -> None:
    kept = [pair for pair in columns_of("redcap") if not pair[0].startswith(field)]
    found = imported(survey, "redcap", kept, tmp_path)
    given = dict(zip(("RID", "SECONDS", "USED", "MEANS__1", "MEANS__2", "AGE"), GIVEN, strict=True))
    expected = tuple(None if name in absent else answer for name, answer in given.items())
    assert answers(found) == expected
    assert absent <= set(found.provenance.absent)
