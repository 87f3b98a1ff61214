"""Names and codes: one map for every form, nothing that a platform would change in silence."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from coprod_stats.instruments import Instrument, InstrumentError, read_instrument
from coprod_stats.instruments.texts import Text
from coprod_stats.platforms import compose_form
from coprod_stats.platforms.registry import EXPORTERS

SURVEY = """
instrument: tiny
version: 1.0.0
title: Tiny
languages: [en]
forms: {core: {title: Core}}
pages:
  - page: one
    blocks:
      - block: one
        items:
          - {id: FIRST, kind: multiple, text: Which?, options: {1: A, 2: B}}
          - {id: SECOND, text: How many?, options: {0: None, 1: One, 2: More}}
"""


@pytest.fixture
def survey(tmp_path: Path):
    def read(old: str = "", new: str = "") -> Instrument:
        (tmp_path / "tiny.yaml").write_text(SURVEY.replace(old, new) if old else SURVEY)
        return read_instrument(tmp_path / "tiny.yaml").for_form("core")

    return read


@pytest.mark.parametrize("id", ["SEC_LOC", "second", "2ND", "A" * 21, "Ä", "SEC-LOC", "SEC LOC"])
def test_an_id_that_platforms_would_change_is_refused(survey, id: str) -> None:
    with pytest.raises(InstrumentError, match=r"SHAPE-001 .* is not an id of capitals"):
        survey("id: SECOND", f'id: "{id}"')


def test_ids_are_unique(survey) -> None:
    with pytest.raises(InstrumentError, match="ITEM-001"):
        survey("id: SECOND", "id: FIRST")


def test_an_option_of_a_multiple_choice_is_never_0(survey) -> None:
    with pytest.raises(InstrumentError, match="CODE-003"):
        survey("options: {1: A, 2: B}", "options: {0: A, 1: B}")
    assert survey().item("SECOND").responses.values == (0, 1, 2)


GRIDS = """
  - page: a
    blocks:
      - block: b_c
        stem: How much
        items: [{id: G1, text: this?, options: {1: A, 2: B}}]
  - page: a_b
    blocks:
      - block: c
        stem: How much
        items: [{id: G2, text: that?, options: {1: A, 2: B, 3: C}}]
"""


@pytest.mark.parametrize("platform", ["redcap", "surveyjs"])
def test_grids_whose_names_would_be_one_are_refused(survey, platform: str) -> None:
    instrument = survey("pages:\n", f"pages:{GRIDS}")
    found = [str(fault) for fault in compose_form(instrument, platform).refused]
    assert any("PLATFORM-004 name 'a_b_c_1': two parts of the form" in fault for fault in found)
    assert compose_form(survey(), platform).refused == ()


def test_a_composed_text_and_a_companion_of_one_name_are_refused(survey) -> None:
    item = "id: P, kind: number, offers: [dont_know]"
    text = "forms: {core: {title: Core}}\nplaceholders: {NA: {item: SECOND, otherwise: none}}\n"
    instrument = survey("forms: {core: {title: Core}}\n", text)
    assert compose_form(instrument, "redcap").refused == ()
    path = SURVEY.replace("forms: {core: {title: Core}}\n", text).replace(
        "{id: FIRST,", "{" + f"{item}, text: How many?" + "}\n          - {id: FIRST,"
    )
    (refused,) = compose_form(survey(SURVEY, path), "redcap").refused
    assert str(refused).startswith("PLATFORM-004 name 'p_na': two parts of the form")


def test_a_block_may_be_named_as_an_allocation(survey) -> None:
    points = "{id: ONE, kind: allocate, total: 9, text: Share?, options: {1: A, 2: B}}"
    instrument = survey("{id: FIRST,", f"{points}\n          - {{id: FIRST,")
    block = instrument.pages[0].blocks[0]
    stem = Text((("en", "About it"),))
    page = replace(instrument.pages[0], blocks=(replace(block, stem=stem),))
    (content,) = compose_form(replace(instrument, pages=(page,)), "xlsform").files.values()
    rows = openpyxl.load_workbook(io.BytesIO(content))["survey"].iter_rows(values_only=True)
    header, *entries = rows
    names = [entry[header.index("name")] for entry in entries]
    assert {"block_one", "note_one"} < set(names)
    assert len({name for name in names if name}) == len([name for name in names if name])


@pytest.mark.parametrize("platform", sorted(EXPORTERS))
def test_every_form_has_a_map_of_all_its_columns(every_kind: Instrument, platform: str) -> None:
    sidecar = compose_form(every_kind, platform).sidecar
    entries = [entry for entry in sidecar.columns if entry.kind != "administrative"]
    asked = [column for item in every_kind.questions for column in item.columns]
    assert [entry.column for entry in entries if entry.kind not in ("assigned", "derived")] == asked
    assert {entry.item for entry in entries} <= {item.id for item in every_kind.questions} | {"ARM"}
    places = [(entry.name.casefold(), entry.option) for entry in entries]
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("platform", ["xlsform", "redcap"])
def test_portable_names_are_the_ids_in_lower_case(every_kind: Instrument, platform: str) -> None:
    for entry in compose_form(every_kind, platform).sidecar.columns:
        if entry.kind == "administrative":
            continue
        if entry.kind not in ("multiple", "rank", "allocate"):
            # REDCap makes one underscore of the two before "other"
            squeezed = entry.item.lower().replace("__", "_")
            assert entry.name == (squeezed if platform == "redcap" else entry.item.lower())
        assert re.fullmatch(r"[a-z][a-z0-9_]*", entry.name)
