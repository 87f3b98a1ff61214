"""Options in random order: all of a list, or all but those that keep their places."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import test_surveyjs
from short_forms import short_form
from test_limesurvey import named, rows_of
from test_qualtrics import questions, survey_file
from test_redcap import dictionary
from test_xlsform import sheet

from coprod_stats.instruments import Instrument
from coprod_stats.instruments.codebook import codebook
from coprod_stats.instruments.preview import preview
from coprod_stats.literals import Platform
from coprod_stats.platforms import compose_form

ITEMS = """
- {id: ALL, text: Which?, options: {1: A, 2: B, 3: C}, random_order: true}
- {id: MOST, kind: multiple, text: Which?, options: {1: A, 2: B, 3: Other}, other: 3,
   off_scale: {9: None}, random_order: true, offers: [dont_know]}
- {id: RANK, kind: rank, text: Order?, options: {1: A, 2: B, 3: C}, random_order: true,
   offers: [dont_know]}
"""
LOSSES: dict[Platform, str] = {
    "xlsform": "PLATFORM-104",
    "limesurvey": "PLATFORM-152",
    "redcap": "PLATFORM-137",
    "surveyjs": "PLATFORM-121",
}


@pytest.fixture
def instrument(tmp_path: Path) -> Instrument:
    return short_form(tmp_path, ITEMS)


def test_what_is_off_the_scale_and_other_keep_their_places(instrument: Instrument) -> None:
    shuffled = {item.id: [option.value for option in item.shuffled] for item in instrument.items}
    assert shuffled == {"ALL": [1, 2, 3], "MOST": [1, 2], "MOST__other": [], "RANK": [1, 2, 3]}


def test_forms_shuffle_lists_in_which_nothing_keeps_its_place(instrument: Instrument) -> None:
    survey = {row.get("name"): row for row in sheet(compose_form(instrument, "xlsform"), "survey")}
    parameters = [survey[name].get("parameters") for name in ("all", "most", "rank")]
    assert parameters == ["randomize=true", None, "randomize=true"]
    orders = [named(rows_of(instrument), "Q", id)["random_order"] for id in ("ALL", "MOST", "RANK")]
    assert orders == ["1", "", "1"]
    fields = dictionary(instrument)
    assert fields["all"]["Field Annotation"] == "@RANDOMORDER"
    assert "@RANDOMORDER" not in fields["most"]["Field Annotation"]
    form = json.loads(compose_form(instrument, "surveyjs").files["survey.json"])
    made = {e["name"]: e for e in form["pages"][0]["elements"][0]["elements"]}
    orders = [made[id].get("choicesOrder") for id in ("ALL", "MOST", "RANK")]
    assert orders == ["random", None, "random"]


@pytest.mark.parametrize("platform", LOSSES)
def test_an_order_that_stays_as_written_is_stated(
    platform: Platform, instrument: Instrument
) -> None:
    losses = compose_form(instrument, platform).losses
    places = [loss.place for loss in losses if loss.code == LOSSES[platform]]
    assert places == ["item MOST"]


def test_qualtrics_keeps_what_has_a_place(instrument: Instrument) -> None:
    by_tag = questions(survey_file(instrument))
    assert by_tag["ALL"]["Randomization"]["Type"] == "All"
    order = by_tag["MOST"]["Randomization"]["Advanced"]
    assert order["FixedOrder"] == ["{~Randomized~}", "{~Randomized~}", "3", "9", "10"]
    assert order["RandomizeAll"] == ["1", "2"]
    assert by_tag["RANK"]["Randomization"]["Type"] == "All"


@test_surveyjs.needs_survey_core
def test_survey_core_takes_the_order(instrument: Instrument, tmp_path: Path) -> None:
    form = compose_form(instrument, "surveyjs").files["survey.json"]
    people = [{"before": {}, "answers": [["ALL", 2], ["RANK", [3, 1, 2]]]}]
    (found,) = test_surveyjs.fill(form, people, tmp_path)["results"]
    assert found["data"] == {"ALL": 2, "RANK": [3, 1, 2]}


def test_preview_codebook_and_paper_state_the_order(instrument: Instrument) -> None:
    assert "1 A | 2 B | 3 C (in random order)" in preview(instrument)
    assert "<dt>order of options</dt>" in codebook(instrument)
    codes = [loss.code for loss in compose_form(instrument, "paper").losses]
    assert codes.count("PLATFORM-189") == 3
