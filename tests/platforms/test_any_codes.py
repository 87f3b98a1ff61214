"""Codes up to 10^9, negative ones, and limits with decimals: through every platform and back.

A form is written, filled (by the platform's own engine where there is one), exported in the
platform's shape and read back: the same answers, cell by cell, and nothing set aside.
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import pytest
import test_limesurvey
import test_plain_files
import test_qualtrics
import test_redcap
import test_surveyjs
import test_xlsform
from any_codes import EXTREMES, SEEN_ON_QUALTRICS, Numbers, numbers
from engines import needs
from every_kind import plain, table
from hypothesis import Phase, given, settings

from coprod_stats.literals import FileFormat
from coprod_stats.platforms import compose_form

DDI = "{ddi:codebook:2_5}"
through = settings(max_examples=15, phases=(Phase.explicit, Phase.reuse, Phase.generate))
"""Each example is a whole form with its export; to make a failing one smaller takes minutes."""
extremes = pytest.mark.parametrize("drawn", EXTREMES, ids=["seven digits", "ten", "decimals"])
people = pytest.mark.parametrize("n_people", [15, pytest.param(40, marks=pytest.mark.slow)])


def test_two_options_that_differ_in_the_seventh_digit_have_columns_of_their_own() -> None:
    item = EXTREMES[0].instrument().item("PLACES")
    assert item.columns == ("PLACES__5315121", "PLACES__5315123", "PLACES__1000000000")


@given(numbers())
@through
def test_redcap_gives_back_what_was_answered(drawn: Numbers) -> None:
    instrument = drawn.instrument()
    test_redcap.round_trip(instrument, drawn.people(instrument, 5))


@given(numbers())
@through
def test_qualtrics_gives_back_what_was_answered(drawn: Numbers) -> None:
    instrument = drawn.instrument()
    low, _, high = drawn.bounds
    recoded = (False,) if low <= SEEN_ON_QUALTRICS <= high else (False, True)
    with TemporaryDirectory() as folder:
        people = drawn.people(instrument, 5)
        test_qualtrics.round_trip(instrument, people, Path(folder), recoded=recoded)


def test_qualtrics_refuses_the_code_that_it_writes_for_what_was_left() -> None:
    drawn = Numbers((1, 2, 3, SEEN_ON_QUALTRICS), (1, 2, 3), (0, 1, 2))
    refused = compose_form(drawn.instrument(), "qualtrics").refused
    assert [str(fault)[:27] for fault in refused] == [
        "PLATFORM-062 item REGION: Q",
        "PLATFORM-062 item GR1: Qual",
        "PLATFORM-062 item GR2: Qual",
    ]


@needs("node")
@given(numbers())
@through
def test_limesurvey_gives_back_what_was_answered(drawn: Numbers) -> None:
    instrument = drawn.instrument()
    with TemporaryDirectory() as folder:
        test_limesurvey.round_trip(instrument, drawn.people(instrument, 5), Path(folder))


@pytest.mark.parametrize("source", test_plain_files.FORMATS)
@given(drawn=numbers())
@through
def test_plain_files_give_back_what_was_answered(source: FileFormat, drawn: Numbers) -> None:
    instrument = drawn.instrument()
    answers = table(instrument, drawn.people(instrument, 10))
    with TemporaryDirectory() as folder:
        test_plain_files.round_trip(instrument, answers, source, Path(folder))


@test_surveyjs.needs_survey_core
@people
@extremes
def test_survey_core_gives_back_what_was_answered(
    drawn: Numbers, n_people: int, tmp_path: Path
) -> None:
    instrument = drawn.instrument()
    test_surveyjs.round_trip(instrument, drawn.people(instrument, n_people), tmp_path)


@test_xlsform.needs_engine
@people
@extremes
def test_odk_and_kobo_give_back_what_was_answered(
    drawn: Numbers, n_people: int, tmp_path: Path
) -> None:
    instrument = drawn.instrument()
    test_xlsform.round_trip(instrument, drawn.people(instrument, n_people), tmp_path)


@needs("java", "pyxform")
@extremes
def test_odk_validate_accepts_the_form(drawn: Numbers, tmp_path: Path) -> None:
    test_xlsform.xform(compose_form(drawn.instrument(), "xlsform"), tmp_path, validate=True)


@given(numbers())
@through
def test_codebooks_state_codes_and_limits_in_full(drawn: Numbers) -> None:
    instrument = drawn.instrument()
    (content,) = compose_form(instrument, "ddi").files.values()
    variables = {v.get("name"): v for v in ElementTree.fromstring(content).iter(f"{DDI}var")}
    codes = [code.text for code in variables["REGION"].iter(f"{DDI}catValu")]
    assert codes[:4] == list(map(str, drawn.codes))
    limits = variables["AMOUNT"].find(f".//{DDI}range")
    assert limits is not None
    low, _, high = drawn.bounds
    assert (limits.get("min"), limits.get("max")) == (plain(low), plain(high))
    (content,) = compose_form(instrument, "frictionless").files.values()
    fields = {f["name"]: f for f in json.loads(content)["resources"][0]["schema"]["fields"]}
    assert [entry["value"] for entry in fields["REGION"]["categories"]] == list(drawn.codes)
    limits = fields["AMOUNT"]["constraints"]
    assert (limits["minimum"], limits["maximum"]) == (low, high)
    assert {f"PLACES__{option}" for option in drawn.options} < fields.keys()
