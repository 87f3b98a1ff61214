"""What stands beside a field: its unit and hint, and "don't know" where that is a field."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pyreadstat
import pytest
from short_forms import cells, read_export
from test_limesurvey import named, rows_of
from test_qualtrics import questions, survey_file
from test_redcap import dictionary
from test_xlsform import sheet

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.literals import ExportSource
from coprod_stats.platforms import compose_form

SURVEY = """
instrument: help
version: 1.0.0
title: Help
languages: [en, de]
offers: [dont_know]
forms: {full: {title: Full}}
pages:
  - page: one
    blocks:
      - block: one
        items:
          - {id: HOURS, kind: number, text: How long?, hint: {en: A guess., de: Grob.},
             number: {min: 0, unit: {en: hours per week, de: Stunden}}}
          - {id: FAR, kind: number, text: How far?, number: {unit: kilometres}}
          - {id: WHO, kind: text, text: Who pays?}
"""
UNITS = {"HOURS": "A guess. (hours per week)", "FAR": "kilometres"}
INSTEAD = "Or, instead of an answer:"


@pytest.fixture
def survey(tmp_path: Path) -> Instrument:
    (tmp_path / "help.yaml").write_text(SURVEY, encoding="utf-8")
    return read_instrument(tmp_path / "help.yaml").for_form("full")


def test_units_and_hints_stand_beside_the_field_of_every_form(survey: Instrument) -> None:
    rows = {row.get("name"): row for row in sheet(compose_form(survey, "xlsform"), "survey")}
    assert {id: rows[id.lower()]["hint::English (en)"] for id in UNITS} == UNITS
    assert rows["hours"]["hint::Deutsch (de)"] == "Grob. (Stunden)"
    lime = rows_of(survey)
    assert {id: named(lime, "Q", id)["help"] for id in UNITS} == UNITS
    fields = dictionary(survey)
    assert {id: fields[id.lower()]["Field Note"] for id in UNITS} == UNITS
    asked = questions(survey_file(survey))
    shown = {id: asked[id]["QuestionText"].rpartition("<br><br>")[2] for id in UNITS}
    assert shown == UNITS
    form = json.loads(compose_form(survey, "surveyjs", languages=["en"]).files["survey.json"])
    elements = {e["name"]: e for e in form["pages"][0]["elements"][0]["elements"]}
    assert {id: elements[id]["description"] for id in UNITS} == UNITS


def test_units_stand_in_the_labels_of_every_codebook(survey: Instrument, tmp_path: Path) -> None:
    labels = {"HOURS": "How long? (hours per week)", "FAR": "How far? (kilometres)"}
    (ddi,) = compose_form(survey, "ddi").files.values()
    space = "{ddi:codebook:2_5}"
    found = {
        variable.attrib["name"]: variable.findtext(f"{space}labl")
        for variable in ElementTree.fromstring(ddi).iter(f"{space}var")
    }
    assert {id: found[id] for id in labels} == labels
    package = json.loads(next(iter(compose_form(survey, "frictionless").files.values())))
    fields = package["resources"][0]["schema"]["fields"]
    assert {f["name"]: f["title"] for f in fields if f["name"] in labels} == labels
    path = tmp_path / "help.sav"
    path.write_bytes(next(iter(compose_form(survey, "spss").files.values())))
    _, meta = pyreadstat.read_sav(path, metadataonly=True)
    assert {id: meta.column_names_to_labels[id] for id in labels} == labels


def test_a_question_is_not_repeated_over_its_own_don_t_know(survey: Instrument) -> None:
    rows = {row.get("name"): row for row in sheet(compose_form(survey, "xlsform"), "survey")}
    lime, fields = rows_of(survey), dictionary(survey)
    asked = questions(survey_file(survey))
    for id in ("HOURS", "FAR", "WHO"):
        assert rows[f"why_{id.lower()}"]["label::English (en)"] == INSTEAD
        assert rows[f"why_{id.lower()}"]["label::Deutsch (de)"] == "Oder statt einer Antwort:"
        assert named(lime, "Q", f"{id}NA")["text"] == INSTEAD
        assert fields[f"{id.lower()}_na"]["Field Label"] == INSTEAD
        assert asked[f"{id}_NA"]["QuestionText"] == INSTEAD


def test_a_language_that_the_program_does_not_know_gets_no_english(tmp_path: Path) -> None:
    (tmp_path / "help.yaml").write_text(SURVEY.replace("[en, de]", "[en, de, cy]"))
    survey = read_instrument(tmp_path / "help.yaml").for_form("full")
    rows = {row.get("name"): row for row in sheet(compose_form(survey, "xlsform"), "survey")}
    assert rows["why_far"]["label::cy (cy)"] == "…"


@pytest.mark.parametrize("source", ["odk", "limesurvey", "redcap", "surveyjs", "qualtrics"])
def test_a_reason_beside_an_answer_is_rejected_and_the_answer_kept(
    source: ExportSource, survey: Instrument, tmp_path: Path
) -> None:
    platform = "xlsform" if source == "odk" else source
    (entry,) = compose_form(survey, platform).sidecar.of_item("HOURS")
    why = next(code for code, canonical in entry.companion_codes if canonical == "-9")
    typed, ticked = (entry.name, entry.companion)
    if source == "qualtrics":
        typed, ticked = ("HOURS", "HOURS_NA")  # as its headings have them
    rows: list[dict[str, object]] = [
        {typed: "4", ticked: ""},
        {typed: "5", ticked: why},
        {typed: "", ticked: why},
    ]
    if source == "surveyjs":
        values: list[dict[str, object]] = [
            {"HOURS": 4},
            {"HOURS": 5, entry.companion: [-9]},
            {entry.companion: [-9]},
        ]
        rows = values
    found = read_export(survey, source, rows, tmp_path)
    assert cells(found, "HOURS") == [(4.0,), (5.0,), (-9.0,)]
    (rejected,) = found.rejected
    assert (rejected.line, rejected.scope) == (2 if source == "surveyjs" else 3, "column")
    assert (rejected.column, rejected.value.strip("[]")) == (entry.companion, why)
    assert found.provenance.notes == (
        "HOURS: 1 reason for no answer beside an answer, which counts; rejected as column "
        f"{entry.companion}",
    )
