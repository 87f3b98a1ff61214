"""Options that are called what exports write for other options, or for a tick."""

from __future__ import annotations

from pathlib import Path

import pytest
import test_limesurvey
import test_qualtrics
import test_redcap
import test_surveyjs
import test_xlsform
from every_kind import Respondents, respondents
from short_forms import short_form

from coprod_stats.instruments import Instrument

HEAD = "administrative: [{id: RID, title: Respondent, role: respondent}]\n"
ITEMS = """
- {id: W, kind: multiple, text: Which?, options: {3: "Y", 4: "N", 5: "1", 6: "0", 7: "Yes", 8: "3"},
   off_scale: {10: "No"}}
- {id: S, text: Which one?, options: {3: "Y", 4: "N", 5: "1", 6: "0", 7: "Yes", 8: "3"}}
- {id: D, kind: multiple, text: Or which?, options: {1: "2", 2: "1"}, offers: [dont_know]}
"""


@pytest.fixture
def instrument(tmp_path: Path) -> Instrument:
    return short_form(tmp_path, ITEMS, head=HEAD)


@pytest.fixture
def people(instrument: Instrument) -> Respondents:
    return respondents(instrument, 30, seed=3)


def test_redcap_s_answers_come_back(instrument: Instrument, people: Respondents) -> None:
    test_redcap.round_trip(instrument, people)


def test_qualtrics_s_answers_come_back(
    instrument: Instrument, people: Respondents, tmp_path: Path
) -> None:
    test_qualtrics.round_trip(instrument, people, tmp_path)


@test_limesurvey.needs_node
def test_limesurvey_s_answers_come_back(
    instrument: Instrument, people: Respondents, tmp_path: Path
) -> None:
    test_limesurvey.round_trip(instrument, people, tmp_path)


@test_surveyjs.needs_survey_core
def test_surveyjs_s_answers_come_back(
    instrument: Instrument, people: Respondents, tmp_path: Path
) -> None:
    test_surveyjs.round_trip(instrument, people, tmp_path)


@test_xlsform.needs_engine
def test_odk_s_answers_come_back(
    instrument: Instrument, people: Respondents, tmp_path: Path
) -> None:
    test_xlsform.round_trip(instrument, people, tmp_path)
