"""What KoboToolbox's formpack and ODK's web engine wrote of a form that others made."""

from __future__ import annotations

from pathlib import Path

import pytest
from engines import REAL_EXPORTS, needs
from odk_exports import odk_central

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.platforms import Sidecar, SidecarColumn
from coprod_stats.responses import Responses
from coprod_stats.responses.platform_reading import read_platform_export

FORM = """
instrument: coprod_citizen
version: 1.0.0
title: Coprod
status: draft
languages: [en]
forms: {full: {title: Full}}
assigned:
  ARM: {title: Arm, levels: {0: A, 1: B}}
responses:
  agree5: {kind: bipolar, options: {1: Strongly disagree, 2: Disagree, 3: Neither, 4: Agree,
                                    5: Strongly agree}}
pages:
  - page: consent
    blocks:
      - block: consent
        items: [{id: AGREE, kind: consent, text: Do you agree?, options: {1: "Yes", 0: "No"}}]
  - page: main
    when: AGREE == 1
    blocks:
      - block: main
        items:
          - {id: GENDER, text: Gender, options: {1: Woman, 2: Man, 3: Other}}
          - {id: SPECIFY, kind: text, text: Specify, when: GENDER == 3}
          - {id: AGE, kind: number, text: Age, number: {min: 18, max: 110}}
          - {id: SERVICES, kind: multiple, text: Services used,
             options: {1: Health, 2: Police, 3: None}}
      - block: copro
        stem: How far do you agree?
        responses: agree5
        items: [{id: CP1, text: I help the service}, {id: CP2, text: I give ideas}]
      - block: last
        items:
          - {id: ATTN, text: Choose Agree, responses: agree5}
          - {id: COMMENT, kind: text, text: Comments}
"""
NAMES = {"SPECIFY": "gender_other"}
CODES = {
    "GENDER": (("f", "1"), ("m", "2"), ("other", "3")),
    "SERVICES": (("health", "1"), ("police", "2"), ("none", "3")),
}
INTERNAL = ("start", "end", "today", "audit", "info", "cp_mean", "vig_a", "vig_b")


@pytest.fixture(scope="module")
def instrument(tmp_path_factory: pytest.TempPathFactory) -> Instrument:
    path = tmp_path_factory.mktemp("coprod") / "coprod.yaml"
    path.write_text(FORM, encoding="utf-8")
    return read_instrument(path).for_form("full")


@pytest.fixture(scope="module")
def sidecar(instrument: Instrument) -> Sidecar:
    columns = [SidecarColumn("ARM", "ARM", "assigned", "arm")]
    for item in instrument.questions:
        own = tuple((str(v), str(v)) for v in item.responses.values) if item.responses else ()
        codes = CODES.get(item.id, own)
        for place, column in enumerate(item.columns):
            option = codes[place][0] if item.kind == "multiple" else ""
            name = NAMES.get(item.id, item.id.lower())
            columns.append(SidecarColumn(column, item.id, item.kind, name, option, codes))
    return Sidecar(
        "xlsform",
        instrument.id,
        instrument.version,
        instrument.sha256,
        "full",
        (),
        ("en",),
        tuple(columns),
        INTERNAL,
    )


def cells(found: Responses) -> dict[str, object]:
    assert found.n_respondents == 1
    return found.answers.iloc[0].to_dict()


@needs("real-exports")
def test_kobo_s_export_is_read_as_it_was_answered(instrument: Instrument, sidecar: Sidecar) -> None:
    path = REAL_EXPORTS / "xlsform" / "kobo_export.csv"
    found = read_platform_export(path, instrument, source="kobo", sidecar=sidecar)
    assert found.rejected == ()
    assert cells(found) == {
        "ARM": 1,
        "AGREE": 1,
        "GENDER": 3,
        "SPECIFY": "=1+1",
        "AGE": 45,
        "SERVICES__1": 1,
        "SERVICES__2": 1,
        "SERVICES__3": 0,
        "CP1": 4,
        "CP2": 5,
        "ATTN": -7,
        "COMMENT": "a\nb;c",
    }


@needs("real-exports")
@pytest.mark.parametrize("groups", [True, False])
def test_the_engine_s_submission_is_read_as_it_was_answered(
    instrument: Instrument, sidecar: Sidecar, tmp_path: Path, groups: bool
) -> None:
    xml = (REAL_EXPORTS / "xlsform" / "submission.xml").read_text(encoding="utf-8")
    assert "generated_table_list_label_16" in xml
    path = tmp_path / "central.csv"
    path.write_text(odk_central([xml], sidecar, groups=groups), encoding="utf-8", newline="")
    found = read_platform_export(path, instrument, source="odk", sidecar=sidecar)
    assert found.rejected == ()
    given = cells(found)
    assert (given["GENDER"], given["SPECIFY"], given["AGE"]) == (3, "-7", 45)
    assert [given[f"SERVICES__{n}"] for n in (1, 2, 3)] == [1, 1, 0]
    assert (given["CP1"], given["CP2"], given["ATTN"]) == (4, 5, -7)
