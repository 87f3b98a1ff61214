"""Qualtrics survey files, gone through by an evaluator of their own logic and read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from every_kind import Respondents, respondents
from qualtrics_engine import Respondent, elements, export_csv

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.platforms import export_form
from coprod_stats.responses.platform_reading import read_platform_export

Json = dict[str, Any]


def survey_file(instrument: Instrument, **options: Any) -> Json:
    (name, *_) = files = export_form(instrument, "qualtrics", **options).files
    assert [file.rpartition(".")[2] for file in files] == ["qsf", "txt"]
    return json.loads(export_form(instrument, "qualtrics", **options).files[name])


def questions(survey: Json) -> dict[str, Json]:
    return {question["DataExportTag"]: question for question in elements(survey, "SQ")}


def as_qualtrics(instrument: Instrument, wanted: dict[str, Any]) -> dict[str, Any]:
    """Say a respondent's answers by export tags."""
    given: dict[str, Any] = {}
    for item in instrument.questions:
        answer = wanted[item.id]
        typed = item.kind in ("number", "text", "rank", "allocate")
        if typed and answer in (-8, -9):
            given[f"{item.id}_NA"] = answer
        elif item.kind == "multiple" and answer is not None:
            given[item.id] = [answer] if isinstance(answer, int) else list(answer)
        elif item.kind == "rank" and isinstance(answer, Mapping):
            places = sorted(answer, key=lambda value: (answer[value] == 0, answer[value]))
            given[item.id] = {value: place for place, value in enumerate(places, 1)}
        elif answer is not None:
            given[item.id] = answer
    return given


def walk(instrument: Instrument, survey: Json, wanted: dict[str, Any]) -> Respondent:
    assigned = {variable.id: str(wanted[variable.id]) for variable in instrument.assigned}
    return Respondent(survey, as_qualtrics(instrument, wanted), assigned)


def round_trip(instrument: Instrument, people: Respondents, folder: Path) -> None:
    survey = survey_file(instrument)
    walks = [walk(instrument, survey, wanted) for wanted in people.wanted]
    assert [w.problems for w in walks if w.problems] == []
    sidecar = export_form(instrument, "qualtrics").sidecar
    for split in (False, True):
        for unanswered in (False, True):
            path = folder / "export.csv"
            text = export_csv(survey, walks, split=split, unanswered=unanswered)
            path.write_text(text, encoding="utf-8", newline="")
            found = read_platform_export(path, instrument, source="qualtrics", sidecar=sidecar)
            assert found.rejected == ()
            assert found.provenance.rows_read == len(walks)
            assert_same(found, people)


def assert_same(found: Any, people: Respondents) -> None:
    for number, wanted in enumerate(people.canonical):
        for column, cell in wanted.items():
            value = found.answers[column].iloc[number]
            if column == "RID":
                assert value == f"R_{number}"
            elif isinstance(value, str):
                assert value == cell, (number, column)
            else:
                assert (f"{value:g}" if value == value else "") == cell, (number, column)


def test_answers_come_back_as_given(every_kind: Instrument, tmp_path: Path) -> None:
    round_trip(every_kind, respondents(every_kind, 50, seed=1), tmp_path)


@pytest.mark.slow
def test_a_thousand_respondents_come_back_as_given(every_kind: Instrument, tmp_path: Path) -> None:
    round_trip(every_kind, respondents(every_kind, 1_000, seed=2), tmp_path)


@pytest.mark.parametrize(("name", "form"), [("citizen", "core"), ("provider", "core"),
                                            ("carers", "full")])  # fmt: skip
def test_shipped_questionnaires_come_back_as_given(name: str, form: str, tmp_path: Path) -> None:
    instrument = read_instrument(name).for_form(form)
    round_trip(instrument, respondents(instrument, 5, seed=3), tmp_path)
