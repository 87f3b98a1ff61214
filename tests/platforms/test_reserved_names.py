"""Items whose ids a platform, or a language it speaks, has for itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import test_limesurvey
import test_qualtrics
import test_redcap
import test_surveyjs
import test_xlsform
import yaml
from engines import needs
from every_kind import respondents, table

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.platforms import compose_form
from coprod_stats.platforms.codebooks.spss import sav_file
from coprod_stats.platforms.codebooks.spss_names import RESERVED
from coprod_stats.responses import read_responses

WORDS = (
    *(
        "META",
        "FORMHUB",
        "INSTANCEID",
        "INSTANCENAME",
        "START",
        "END",
        "TODAY",
        "KEY",
        "ID",
        "UUID",
    ),
    *("DATA", "NAME", "LABEL", "VERSION", "SECONDS", "ALL", "AND", "BY", "EQ", "GE", "GT", "LE"),
    *("LT", "NE", "NOT", "OR", "TO", "WITH", "NULL", "TRUE", "FALSE", "IF", "CASE", "MISSING"),
    *("RECORD", "RECORDID", "EVENT", "COMPLETE", "TITLE", "NO", "REQUIRE", "ITEM", "ROW", "PANEL"),
    *("PAGENO", "LOCALE", "SID", "TOKEN", "LANG", "SAVEDID", "THIS", "THAT", "SELF", "OTHER"),
    *("COMMENT", "TIME", "SEED", "SELECT", "FROM", "WHERE", "TABLE", "ORDER", "GROUP", "INDEX"),
    *("USER", "DEFAULT", "STATUS", "PROGRESS", "DURATION", "LANGUAGE"),
)
"""Words of XForms, SPSS, REDCap, SurveyJS, LimeSurvey, SQL and Qualtrics."""


@pytest.fixture(scope="module")
def reserved(tmp_path_factory: pytest.TempPathFactory) -> Instrument:
    """Ask an item for each word: in a grid, alone with a condition on another, with a number."""
    kinds = [("WITH", "number"), ("META", "number"), ("TITLE", "text"), ("ALL", "multiple")]
    items, rows = [], []
    for place, word in enumerate(WORDS):
        kind = dict(kinds).get(word, "single")
        entry: dict[str, object] = {"id": word, "text": f"About {word}?"}
        if kind == "single" and place % 3 == 0:
            rows.append(entry)
            continue
        entry["kind"] = kind
        if kind == "number":
            entry["number"] = {"min": 0}
        if kind in ("single", "multiple"):
            entry["options"] = {1: "a", 2: "b"}
        if kind == "single" and place % 3 == 1:
            entry["when"] = f"answered({WORDS[place - 1]})"
        items.append(entry)
    pages = [
        {"page": "one", "blocks": [{"block": "r", "stem": "S", "responses": "r", "items": rows}]},
        {"page": "two", "blocks": [{"block": "i", "items": items}]},
    ]
    whole = {
        "instrument": "words",
        "version": "1.0.0",
        "title": "Words",
        "languages": ["en"],
        "offers": ["dont_know"],
        "forms": {"full": {"title": "Full"}},
        "responses": {"r": {"kind": "frequency", "options": {1: "a", 2: "b"}}},
        "administrative": [{"id": "RID", "title": "Respondent", "role": "respondent"}],
        "pages": pages,
    }
    path = tmp_path_factory.mktemp("reserved") / "words.yaml"
    path.write_text(yaml.safe_dump(whole), encoding="utf-8")
    return read_instrument(path).for_form("full")


@needs("node", "xforms-engine", "pyxform")
def test_odk_and_kobo_give_back_every_item(reserved: Instrument, tmp_path: Path) -> None:
    test_xlsform.round_trip(reserved, respondents(reserved, 20, seed=1), tmp_path)


@needs("node", "survey-core")
def test_surveyjs_gives_back_every_item(reserved: Instrument, tmp_path: Path) -> None:
    test_surveyjs.round_trip(reserved, respondents(reserved, 20, seed=2), tmp_path)


@needs("node")
def test_limesurvey_gives_back_every_item(reserved: Instrument, tmp_path: Path) -> None:
    test_limesurvey.round_trip(reserved, respondents(reserved, 20, seed=3), tmp_path)


def test_qualtrics_gives_back_every_item(reserved: Instrument, tmp_path: Path) -> None:
    test_qualtrics.round_trip(reserved, respondents(reserved, 20, seed=4), tmp_path)


def test_redcap_gives_back_every_item(reserved: Instrument) -> None:
    test_redcap.round_trip(reserved, respondents(reserved, 20, seed=5))


def test_spss_gives_back_every_item(reserved: Instrument, tmp_path: Path) -> None:
    people = respondents(reserved, 20, seed=6)
    answers = table(reserved, people)
    content, losses = sav_file(reserved, answers, language="en")
    path = tmp_path / "words.sav"
    path.write_bytes(content)
    names = pyreadstat.read_sav(path, metadataonly=True)[1].column_names
    assert not RESERVED & {name.upper() for name in names}
    assert {fault.place for fault in losses} == {f"column {word}" for word in RESERVED - {"ALL"}}
    found = read_responses(path, reserved)
    assert found.rejected == ()
    for column in answers:
        kind = object if column in ("RID", "TITLE") else float
        pd.testing.assert_series_equal(
            found.answers[column].astype(kind), answers[column].astype(kind), check_index=False
        )


@needs("pspp")
def test_pspp_reads_the_names_of_every_column(reserved: Instrument, tmp_path: Path) -> None:
    path = tmp_path / "words.sav"
    (content,) = compose_form(reserved, "spss").files.values()
    path.write_bytes(content)
    syntax = tmp_path / "read.sps"
    syntax.write_text(f"GET FILE='{path}'.\nDISPLAY NAMES.\n")
    done = subprocess.run(["pspp", syntax], capture_output=True, text=True, check=False)
    assert "reserved word" not in done.stdout + done.stderr
    assert done.returncode == 0
