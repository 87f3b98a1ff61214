"""REDCap data dictionaries, and exports in the shape that REDCap writes."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from engines import LINKML_PYTHON, needs
from every_kind import Respondents, plain, respondents, written
from redcap_logic import holds

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.instruments.language.expressions import parse_expression
from coprod_stats.instruments.model import Option, Text
from coprod_stats.platforms import PlatformError, compose_form
from coprod_stats.platforms.cell_table import CellTable
from coprod_stats.platforms.redcap.answers import read

Rows = dict[str, dict[str, str]]
NAME, TYPE, LOGIC = "Variable / Field Name", "Field Type", "Branching Logic (Show field only if...)"
CHOICES = "Choices, Calculations, OR Slider Labels"


def dictionary(instrument: Instrument) -> Rows:
    (content,) = compose_form(instrument, "redcap").files.values()
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert len({row[NAME] for row in rows}) == len(rows)
    return {row[NAME]: row for row in rows}


def redcap_export(instrument: Instrument, people: Respondents) -> CellTable:
    """Write answers as REDCap's raw export does, by the fields and logic of the dictionary."""
    fields = dictionary(instrument)
    rows = []
    for number, wanted in enumerate(people.wanted):
        row = {"record_id": f"r{number}"}
        row |= {a.id.lower(): str(wanted[a.id]) for a in instrument.assigned}
        for item in instrument.questions:
            name = item.id.lower().replace("__", "_")
            name += "_h" if item.kind in ("rank", "allocate") else ""
            asked = holds(fields[name][LOGIC], row)
            row |= item_cells(fields, item, wanted[item.id] if asked else None)
        assert demanded(fields, row) == []
        row[f"{instrument.id}_complete"] = "2"
        rows.append(row)
    header = tuple(rows[0])
    return CellTable(header, tuple(tuple(row.values()) for row in rows), tuple(range(len(rows))))


def demanded(fields: Rows, row: dict[str, str]) -> list[str]:
    """Name the fields that a survey page would not be left without."""
    required = {name: field for name, field in fields.items() if field["Required Field?"] == "y"}
    return [
        name
        for name, field in required.items()
        if row.get(name, "") == "" and field[TYPE] != "checkbox" and holds(field[LOGIC], row)
    ]


def item_cells(fields: Rows, item: Any, answer: Any) -> dict[str, str]:
    name = item.id.lower().replace("__", "_")
    if item.kind == "multiple":
        codes = re.findall(r"(?:^|\| )(-?\w+),", fields[name][CHOICES])
        given = answer if isinstance(answer, tuple) else (answer,)
        chosen = {written(item, code) for code in given if code is not None}
        return {f"{name}___{c.replace('-', '_').lower()}": str(int(c in chosen)) for c in codes}
    missing = f"{name}_na" in fields and answer in (-8, -9)
    cells = {f"{name}_na": str(answer) if missing else ""} if f"{name}_na" in fields else {}
    if item.kind in ("rank", "allocate"):
        given = answer if isinstance(answer, Mapping) else {}
        return cells | {f"{name}_o{v}": str(given.get(v, "")) for v in item.responses.values}
    if item.kind in ("single", "consent") and answer is not None:
        return {name: written(item, answer)}
    shown = plain(answer) if isinstance(answer, float) else str(answer)
    return cells | {name: "" if answer is None or missing else shown}


def round_trip(instrument: Instrument, people: Respondents) -> None:
    form = compose_form(instrument, "redcap")
    table = read(redcap_export(instrument, people), form.sidecar, instrument)
    rows = [dict(zip(table.header, row, strict=True)) for row in table.rows]
    assert rows == people.canonical


def test_answers_come_back_as_given(every_kind: Instrument) -> None:
    round_trip(every_kind, respondents(every_kind, 50, seed=1))


@pytest.mark.slow
def test_a_thousand_respondents_come_back_as_given(every_kind: Instrument) -> None:
    round_trip(every_kind, respondents(every_kind, 1_000, seed=2))


@needs("linkml-redcap")
@pytest.mark.parametrize("name", ["every kind", "citizen", "provider"])
def test_linkml_redcap_accepts_the_dictionary(
    name: str, every_kind: Instrument, tmp_path: Path
) -> None:
    instrument = every_kind if name == "every kind" else read_instrument(name).for_form("full")
    found = held_against_linkml(instrument, tmp_path)
    assert found["problems"] == []
    assert [slot.split("_")[0] for slot in found["columns"][1]] == [
        re.split(r"\W", column.lower())[0] for column in found["columns"][0]
    ]


@needs("linkml-redcap")
def test_linkml_redcap_finds_what_is_wrong(every_kind: Instrument, tmp_path: Path) -> None:
    named = replace(every_kind, id="9 lives")
    assert any("9 lives" in problem for problem in held_against_linkml(named, tmp_path)["problems"])


def held_against_linkml(instrument: Instrument, folder: Path) -> dict[str, Any]:
    (content,) = compose_form(instrument, "redcap").files.values()
    (folder / "dictionary.csv").write_bytes(content)
    script = Path(__file__).parent / "redcap_linkml.py"
    done = subprocess.run(
        [LINKML_PYTHON, script, folder / "dictionary.csv"], stdout=subprocess.PIPE, check=True
    )
    return json.loads(done.stdout)


def test_the_record_comes_first_and_names_are_lower_case(every_kind: Instrument) -> None:
    names = list(dictionary(every_kind))
    assert names[0] == "record_id"
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,99}", name) for name in names)


def test_limits_are_forced_and_a_missing_box_stands_alone(every_kind: Instrument) -> None:
    fields = dictionary(every_kind)
    assert fields["years"]["Field Annotation"] == "@FORCE-MINMAX"
    assert fields["points_o1"]["Field Annotation"] == "@FORCE-MINMAX"
    assert fields["hours"]["Text Validation Type OR Show Slider Number"] == "number"
    assert fields["means"]["Field Annotation"] == "@NONEOFTHEABOVE='-9,-8' @MAXCHECKED=2"
    assert fields["arm"]["Field Annotation"] == "@HIDDEN-SURVEY"
    assert fields["p_feel"]["Field Annotation"].startswith("@HIDDEN @CALCTEXT(if(")


def test_a_line_break_in_a_label_does_not_end_the_answer(every_kind: Instrument) -> None:
    level = Option(1, Text((("en", "Failure\nof the office"),)))
    arm = replace(every_kind.assigned[0], levels=(level, every_kind.assigned[0].levels[1]))
    fields = dictionary(replace(every_kind, assigned=(arm,)))
    assert fields["arm"][CHOICES] == "1, Failure of the office | 2, Success"


def test_a_bar_in_a_label_does_not_end_the_answer(every_kind: Instrument) -> None:
    options = dictionary(every_kind)["tru1"][CHOICES].split(" | ")
    assert options[1] == "2, A little &#124; less"
    assert len(options) == 8


def test_branching_logic_demands_what_is_known(every_kind: Instrument) -> None:
    fields = dictionary(every_kind)
    assert fields["name"][LOGIC] == "([cons] = 1) and ([used] = 1)"
    assert fields["tru2"][LOGIC].endswith("and ([years] > 1)")
    assert "([used] <> '' and [used] <> '-9' and [used] <> '-8')" in fields["tru1"][LOGIC]
    assert "[means(1)] = '1'" in fields["tru1"][LOGIC]
    assert "sum(if([tru1] > 2, 1, 0), if([tru3] > 2, 1, 0)) > 0" in fields["oft2"][LOGIC]
    assert "[points_o1] > 4" in fields["last"][LOGIC]


def test_every_field_in_logic_and_texts_exists(every_kind: Instrument) -> None:
    for instrument in (every_kind, read_instrument("citizen").for_form("core")):
        fields = dictionary(instrument)
        for row in fields.values():
            for text in row.values():
                for used in re.findall(r"\[([a-z][a-z0-9_]*)(?:\(-?\d+\))?\]", text):
                    assert used in fields


def test_rows_of_a_matrix_stand_together_with_one_list_of_answers(every_kind: Instrument) -> None:
    rows = list(dictionary(every_kind).values())
    groups = [row["Matrix Group Name"] for row in rows]
    for group in set(groups) - {""}:
        places = [place for place, found in enumerate(groups) if found == group]
        assert places == list(range(places[0], places[-1] + 1))
        assert len({rows[place][CHOICES] for place in places}) == 1


def test_a_negative_code_of_a_checkbox_has_four_underscores(every_kind: Instrument) -> None:
    form = compose_form(every_kind, "redcap")
    header = (
        "record_id",
        "means___1",
        "means___2",
        "means___3",
        "means____8",
        "means____9",
        "survey_complete",
    )
    rows = (("a", "0", "0", "0", "0", "1", "0"), ("b", "0", "0", "0", "0", "0", "0"))
    table = read(CellTable(header, rows, (2, 3)), form.sidecar, every_kind)
    assert table.column("MEANS__1") == ("-9", "")


def test_events_are_passed_over_and_strange_columns_kept(every_kind: Instrument) -> None:
    form = compose_form(every_kind, "redcap")
    header = ("record_id", "redcap_event_name", "redcap_repeat_instance", "cons", "weather")
    table = read(CellTable(header, (("a", "t1", "", "2", "fine"),), (2,)), form.sidecar, every_kind)
    assert "redcap_event_name" not in table.header
    assert table.column("weather") == ("fine",)


def test_repeats_and_labels_are_refused(every_kind: Instrument) -> None:
    form = compose_form(every_kind, "redcap")
    repeated = CellTable(("record_id", "redcap_repeat_instance"), (("a", "2"),), (2,))
    with pytest.raises(PlatformError, match="PLATFORM-231"):
        read(repeated, form.sidecar, every_kind)
    with pytest.raises(PlatformError, match="PLATFORM-230"):
        read(CellTable(("Record", "I agree."), (("a", "Yes"),), (2,)), form.sidecar, every_kind)


def test_several_events_are_refused(every_kind: Instrument) -> None:
    form = compose_form(every_kind, "redcap")
    header = ("record_id", "redcap_event_name", "cons")
    waves = CellTable(header, (("a", "wave_1_arm_1", "1"), ("a", "wave_2_arm_1", "1")), (2, 3))
    with pytest.raises(PlatformError, match=r"PLATFORM-231: the export has 2 events"):
        read(waves, form.sidecar, every_kind)


def test_a_condition_on_a_column_that_nobody_is_asked_for_is_refused(
    every_kind: Instrument,
) -> None:
    page = every_kind.pages[0]
    item = replace(page.blocks[0].items[0], conditions=(parse_expression("WGT > 1"),))
    page = replace(page, blocks=(replace(page.blocks[0], items=(item,)),))
    export = compose_form(replace(every_kind, pages=(page, *every_kind.pages[1:])), "redcap")
    assert "REDCap: a condition uses WGT" in str(export.refused[0])


COMBINED = ("record_id", "cons", "means", "survey_complete")


@pytest.mark.parametrize(
    ("cell", "ticks"),
    [
        ("1,2", ("1", "1", "0")),
        ("3", ("0", "0", "1")),
        ("-9", ("-9", "-9", "-9")),
        ("1,7", ("1,7", "1,7", "1,7")),  # to be rejected
        ("1,-9", ("1,-9", "0,-9", "0,-9")),  # to be rejected
    ],
)
def test_boxes_that_a_report_combines_are_read(every_kind: Instrument, cell, ticks) -> None:
    form = compose_form(every_kind, "redcap")
    table = read(CellTable(COMBINED, (("a", "1", cell, "2"),), (2,)), form.sidecar, every_kind)
    assert tuple(table.column(f"MEANS__{n}")[0] for n in (1, 2, 3)) == ticks
    assert "means" not in table.header


def test_a_blank_of_combined_boxes_is_unanswered_only_where_it_was_seen(
    every_kind: Instrument,
) -> None:
    form = compose_form(every_kind, "redcap")
    rows = (("a", "1", "", "2"), ("b", "1", "", "0"))
    table = read(CellTable(COMBINED, rows, (2, 3)), form.sidecar, every_kind)
    separate = tuple(f"means___{n}" for n in (1, 2, 3))
    header = ("record_id", "cons", *separate, "survey_complete")
    plain_rows = (("a", "1", "0", "0", "0", "2"), ("b", "1", "0", "0", "0", "0"))
    expected = read(CellTable(header, plain_rows, (2, 3)), form.sidecar, every_kind)
    assert table.column("MEANS__1") == expected.column("MEANS__1")


@pytest.mark.parametrize(
    ("column", "words"),
    [("cons", "LABEL"), ("means___1", "Checked"), ("means___1", "LABEL"), ("means", "LABEL")],
)
def test_labels_in_columns_of_codes_are_refused(every_kind: Instrument, column, words) -> None:
    form = compose_form(every_kind, "redcap")
    item = every_kind.item("CONS" if column == "cons" else "MEANS")
    assert item.responses is not None
    label = str(item.responses.options[0].label) if words == "LABEL" else words
    table = CellTable(("record_id", column), (("a", label),), (2,))
    with pytest.raises(PlatformError, match=f"PLATFORM-232 column '{column[:5]}"):
        read(table, form.sidecar, every_kind)
