"""Codebooks in the formats of archives, judged by tools that others wrote."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from every_kind import respondents

from coprod_stats.instruments import Instrument
from coprod_stats.instruments.model import Option, Text
from coprod_stats.instruments.variables import Administrative
from coprod_stats.platforms import PlatformError, export_form
from coprod_stats.platforms.spss import cut, sav_file
from coprod_stats.responses.reading import read_responses, write_canonical

DDI_SCHEMA = Path(os.environ.get(
    "COPROD_DDI_SCHEMA",
    Path(__file__).parents[3] / "shared" / "schemas" / "ddi-codebook-2.5" / "codebook.xsd",
))  # fmt: skip
DDI = "{ddi:codebook:2_5}"


def table(instrument: Instrument, n: int = 50) -> pd.DataFrame:
    people = pd.DataFrame(respondents(instrument, n, seed=4).canonical)
    texts = {item.id for item in instrument.items if item.kind == "text"} | {"RID"}
    return people.apply(
        lambda column: column if column.name in texts else pd.to_numeric(column.replace("", np.nan))
    )


def test_an_spss_file_comes_back_as_given(every_kind: Instrument, tmp_path: Path) -> None:
    answers = table(every_kind)
    content, losses = sav_file(every_kind, answers, language="en")
    assert losses == ()
    (tmp_path / "answers.sav").write_bytes(content)
    found = read_responses(tmp_path / "answers.sav", every_kind)
    assert found.rejected == ()
    pd.testing.assert_frame_equal(
        found.answers.reset_index(drop=True), answers[list(found.answers.columns)],
        check_dtype=False,
    )  # fmt: skip


def test_spss_labels_and_missing_values(every_kind: Instrument, tmp_path: Path) -> None:
    form = export_form(every_kind, "spss", languages=["de"])
    path = tmp_path / "survey.sav"
    path.write_bytes(form.files["survey.sav"])
    _, meta = pyreadstat.read_sav(str(path), user_missing=True)
    assert meta.column_names_to_labels["USED"] == "Haben Sie es benutzt?"
    assert meta.variable_value_labels["TRU1"][4] == "Viel"
    assert meta.variable_value_labels["TRU1"][-8] == "Keine Angabe"
    assert {span["lo"] for span in meta.missing_ranges["USED"]} == {-9, -8, -7}


@pytest.mark.skipif(shutil.which("pspp") is None, reason="needs PSPP")
def test_pspp_reads_the_labels(every_kind: Instrument, tmp_path: Path) -> None:
    content, _ = sav_file(every_kind, table(every_kind), language="en")
    (tmp_path / "survey.sav").write_bytes(content)
    (tmp_path / "show.sps").write_text("GET FILE='survey.sav'.\nFREQUENCIES USED.\n")
    shown = subprocess.run(
        ["pspp", "-o", "-", "show.sps"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "Prefer not to say" in shown.stdout


def test_long_spss_labels_are_cut_with_a_warning(every_kind: Instrument) -> None:
    level = Option(1, Text((("en", "ä" * 61),)))
    arm = replace(every_kind.assigned[0], title=Text((("en", "x" * 256),)), levels=(level,))
    _, losses = sav_file(replace(every_kind, assigned=(arm,)), pd.DataFrame(), language="en")
    assert [str(loss) for loss in losses] == [
        "PLATFORM-140 ARM: a label of 256 bytes is cut at 255. The other codebooks have it whole.",
        "PLATFORM-140 ARM, code 1: a label of 122 bytes is cut at 120. "
        "The other codebooks have it whole.",
    ]


def test_a_label_is_cut_between_characters() -> None:
    assert cut("aä", 2) == "a"
    assert cut("aä", 3) == "aä"


def test_spss_refuses_names_that_differ_by_case(every_kind: Instrument) -> None:
    columns = tuple(Administrative(id, Text((("en", id),)), "other", "text") for id in ("A", "a"))
    with pytest.raises(PlatformError, match="PLATFORM-040 column a: SPSS takes A and a for one"):
        sav_file(replace(every_kind, administrative=columns), pd.DataFrame(), language="en")


def test_spss_refuses_texts_that_it_would_cut(every_kind: Instrument) -> None:
    answers = pd.DataFrame({"NAME": ["x" * 32_768]})
    with pytest.raises(PlatformError, match=r"PLATFORM-041 column NAME, line 0: .* 32,768 bytes"):
        sav_file(every_kind, answers, language="en")


def test_a_table_schema_names_codes_twice(every_kind: Instrument) -> None:
    package = json.loads(export_form(every_kind, "frictionless").files["datapackage.json"])
    fields = {field["name"]: field for field in package["resources"][0]["schema"]["fields"]}
    assert package["$schema"].startswith("https://datapackage.org/profiles/2.0/")
    assert fields["USED"]["categories"] == [
        {"value": 1, "label": "Yes"},
        {"value": 2, "label": "No"},
    ]
    assert fields["USED"]["constraints"] == {"enum": [1, 2]}
    assert fields["USED"]["missingValues"][0] == {"value": "", "label": "not asked"}
    assert {"value": "-8", "label": "Prefer not to say"} in fields["USED"]["missingValues"]
    assert fields["YEARS"]["constraints"] == {"minimum": 0, "maximum": 90}


@pytest.mark.filterwarnings("ignore")  # the validator's dependencies deprecate one another
def test_frictionless_accepts_answers_and_finds_wrong_ones(
    every_kind: Instrument, tmp_path: Path
) -> None:
    frictionless = pytest.importorskip("frictionless", reason="needs frictionless")
    answers = table(every_kind)
    export_form(every_kind, "frictionless").write(tmp_path)

    def report() -> list[list[object]]:
        write_canonical(answers, tmp_path / "answers.csv")
        package = frictionless.Package(str(tmp_path / "datapackage.json"))
        return package.validate().flatten(["fieldName", "type"])

    assert report() == []
    answers.loc[3, "CONS"] = 7
    assert report() == [["CONS", "constraint-error"]]


def test_a_ddi_codebook_has_questions_and_codes(every_kind: Instrument) -> None:
    root = ElementTree.fromstring(export_form(every_kind, "ddi").files["ddi_codebook.xml"])
    used = root.find(f".//{DDI}var[@name='USED']")
    assert used is not None
    assert used.findtext(f"{DDI}qstn/{DDI}qstnLit") == "Have you used it?"
    codes = {c.findtext(f"{DDI}catValu"): c.get("missing") for c in used.findall(f"{DDI}catgry")}
    assert codes == {"1": "N", "2": "N", "-7": "Y", "-8": "Y", "-9": "Y"}


@pytest.mark.skipif(not DDI_SCHEMA.is_file(), reason="needs the DDI-Codebook 2.5 schema")
def test_a_ddi_codebook_is_valid(every_kind: Instrument) -> None:
    etree = pytest.importorskip("lxml.etree", reason="needs lxml")
    schema = etree.XMLSchema(etree.parse(str(DDI_SCHEMA)))
    schema.assertValid(etree.fromstring(export_form(every_kind, "ddi").files["ddi_codebook.xml"]))
