"""Codebooks in the formats of archives, judged by tools that others wrote."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pyreadstat
import pytest
from engines import DDI_SCHEMA, needs
from every_kind import everything, respondents, table
from short_forms import short_form

from coprod_stats.instruments import Instrument
from coprod_stats.instruments.model import NumberRange, Option, Text
from coprod_stats.instruments.variables import Administrative
from coprod_stats.platforms import PlatformError, compose_form
from coprod_stats.platforms.codebooks.labelled_variables import labelled_variables
from coprod_stats.platforms.codebooks.spss import cut, sav_file
from coprod_stats.responses.reading import write_canonical
from coprod_stats.responses.table_files import read_table

DDI = "{ddi:codebook:2_5}"


def test_spss_labels_and_missing_values(every_kind: Instrument, tmp_path: Path) -> None:
    form = compose_form(every_kind, "spss", languages=["de"])
    path = tmp_path / "survey.sav"
    path.write_bytes(form.files["survey.sav"])
    _, meta = pyreadstat.read_sav(str(path), user_missing=True)
    assert meta.column_names_to_labels["USED"] == "Haben Sie es benutzt?"
    assert meta.variable_value_labels["TRU1"][4] == "Viel"
    assert meta.variable_value_labels["TRU1"][-8] == "Keine Angabe"
    assert {span["lo"] for span in meta.missing_ranges["USED"]} == {-9, -8, -7}


TEXTS = """
- {id: SHORT, kind: text, text: How?, length: {max: 50}}
- {id: FREE, kind: text, text: Why?}
- {id: ONE, kind: text, text: Which letter?, length: {max: 1}}
- {id: TINY, kind: text, text: Where?, length: {max: 20000}}
- {id: DAY, kind: date, text: When?}
- {id: HOUR, kind: time, text: At what time?}
- {id: AGE, kind: number, text: How old?}
- {id: PART, text: Which?, options: {1: A, 2: B}, other: 2}
"""
ADMINISTRATIVE = "administrative: [{id: RID, title: Id, kind: text, role: respondent}]\n"
WIDTHS = {"SHORT": 200, "FREE": 32_767, "ONE": 4, "TINY": 32_767, "DAY": 10, "HOUR": 8, "AGE": 8}


@pytest.fixture
def empty_file(tmp_path: Path) -> Path:
    survey = short_form(tmp_path, TEXTS, head=ADMINISTRATIVE)
    path = tmp_path / "survey.sav"
    path.write_bytes(next(iter(compose_form(survey, "spss").files.values())))
    return path


def test_texts_of_an_empty_spss_file_are_as_wide_as_they_may_be(empty_file: Path) -> None:
    answers, meta = pyreadstat.read_sav(str(empty_file))
    assert meta.number_rows == len(answers) == 0
    widths = meta.variable_storage_width
    assert {id: widths[id] for id in WIDTHS} == WIDTHS
    assert meta.original_variable_types["SHORT"] == "A200"
    assert widths["RID"] == 255
    assert meta.column_names_to_labels["FREE"] == "Why?"
    assert read_table(empty_file).header == tuple(answers.columns)


@needs("pspp")
def test_pspp_finds_the_widths_of_an_empty_file(empty_file: Path) -> None:
    script = "GET FILE='survey.sav'.\nDISPLAY DICTIONARY.\nSAVE OUTFILE='again.sav'.\n"
    (empty_file.parent / "show.sps").write_text(script)
    shown = subprocess.run(
        ["pspp", "--batch", "show.sps"], cwd=empty_file.parent, capture_output=True, text=True
    )
    assert shown.returncode == 0
    assert "rror" not in shown.stdout
    _, meta = pyreadstat.read_sav(str(empty_file.parent / "again.sav"))
    assert {id: meta.variable_storage_width[id] for id in WIDTHS} == WIDTHS


PSPP = """
GET FILE='survey.sav'.
SAVE TRANSLATE /OUTFILE='values.csv' /TYPE=CSV /FIELDNAMES /CELLS=VALUES.
SAVE TRANSLATE /OUTFILE='labels.csv' /TYPE=CSV /FIELDNAMES /CELLS=LABELS.
SAVE TRANSLATE /OUTFILE='valid.csv' /TYPE=CSV /FIELDNAMES /CELLS=VALUES /MISSING=RECODE.
DISPLAY LABELS.
"""


def opened_by_pspp(content: bytes, folder: Path) -> dict[str, pd.DataFrame]:
    """Return what PSPP finds in a file: values, labels, values that are not missing, variables."""
    (folder / "survey.sav").write_bytes(content)
    (folder / "show.sps").write_text(PSPP)
    subprocess.run(
        ["pspp", "--batch", "-O", "format=csv", "-o", "variables.csv", "show.sps"],
        cwd=folder,
        check=True,
    )
    return {
        name: pd.read_csv(
            folder / f"{name}.csv",
            dtype=str,
            keep_default_na=False,
            skiprows=int(name == "variables"),
        )
        for name in ("values", "labels", "valid", "variables")
    }


@needs("pspp")
def test_pspp_finds_the_labels_values_and_missing_codes(
    every_kind: Instrument, tmp_path: Path
) -> None:
    answers = table(every_kind, respondents(every_kind, 50, seed=4))
    content, _ = sav_file(every_kind, answers, language="en")
    found = opened_by_pspp(content, tmp_path)
    variables = list(labelled_variables(every_kind, "en"))
    shown = dict(zip(found["variables"]["Name"], found["variables"]["Label"], strict=True))
    assert shown == {variable.name: variable.label for variable in variables}
    for variable in (v for v in variables if v.numeric):
        given = answers[variable.name]
        codes = dict((*variable.values, *variable.missing))
        numbers = found["values"][variable.name].str.strip()
        assert pd.to_numeric(numbers).astype(float).equals(given.astype(float)), variable.name
        is_missing = given.isna() | given.isin([code for code, _ in variable.missing])
        assert (found["valid"][variable.name].str.strip() == "").equals(is_missing)
        words = [codes[value] for value in given.dropna() if value in codes]
        said = [
            label
            for label, value in zip(found["labels"][variable.name], given, strict=True)
            if value in codes
        ]
        assert said == words, variable.name


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
    package = json.loads(compose_form(every_kind, "frictionless").files["datapackage.json"])
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


def test_limits_of_whole_numbers_are_the_nearest_within(every_kind: Instrument) -> None:
    page = every_kind.pages[1]
    block = page.blocks[0]
    halves = NumberRange(0.5, 90.5)
    items = tuple(replace(i, number=halves) if i.id == "YEARS" else i for i in block.items)
    page = replace(page, blocks=(replace(block, items=items),))
    instrument = replace(every_kind, pages=(every_kind.pages[0], page, every_kind.pages[2]))
    package = json.loads(compose_form(instrument, "frictionless").files["datapackage.json"])
    fields = {field["name"]: field for field in package["resources"][0]["schema"]["fields"]}
    assert fields["YEARS"]["constraints"] == {"minimum": 1, "maximum": 90}


@needs("frictionless")
@pytest.mark.filterwarnings("ignore")  # the validator's dependencies deprecate one another
def test_frictionless_accepts_answers_and_finds_wrong_ones(
    every_kind: Instrument, tmp_path: Path
) -> None:
    import frictionless  # not everybody has it

    answers = table(every_kind, respondents(every_kind, 50, seed=4))
    compose_form(every_kind, "frictionless").write(tmp_path)

    def report() -> list[list[object]]:
        write_canonical(answers, tmp_path / "answers.csv")
        package = frictionless.Package(str(tmp_path / "datapackage.json"))
        return package.validate().flatten(["fieldName", "type"])

    assert report() == []
    answers.loc[3, "CONS"] = 7
    assert report() == [["CONS", "constraint-error"]]


def test_a_ddi_codebook_has_questions_and_codes(every_kind: Instrument) -> None:
    root = ElementTree.fromstring(compose_form(every_kind, "ddi").files["ddi_codebook.xml"])
    used = root.find(f".//{DDI}var[@name='USED']")
    assert used is not None
    assert used.findtext(f"{DDI}qstn/{DDI}qstnLit") == "Have you used it?"
    codes = {c.findtext(f"{DDI}catValu"): c.get("missing") for c in used.findall(f"{DDI}catgry")}
    assert codes == {"1": "N", "2": "N", "-7": "Y", "-8": "Y", "-9": "Y"}


@needs("ddi-schema")
@pytest.mark.parametrize("name", ["every kind", "citizen", "provider"])
def test_a_ddi_codebook_is_valid(name: str, every_kind: Instrument) -> None:
    from lxml import etree  # not everybody has it

    schema = etree.XMLSchema(etree.parse(str(DDI_SCHEMA)))
    instrument = every_kind if name == "every kind" else everything(name)
    schema.assertValid(etree.fromstring(compose_form(instrument, "ddi").files["ddi_codebook.xml"]))
