"""REDCap data dictionaries, and exports in the shape that REDCap writes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from every_kind import Respondents, respondents

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.instruments.expressions import parse_expression
from coprod_stats.platforms import PlatformError, export_form
from coprod_stats.platforms.cell_table import CellTable
from coprod_stats.platforms.redcap_answers import read

Rows = dict[str, dict[str, str]]
NAME, TYPE, LOGIC = "Variable / Field Name", "Field Type", "Branching Logic (Show field only if...)"
CHOICES = "Choices, Calculations, OR Slider Labels"


def dictionary(instrument: Instrument) -> Rows:
    (content,) = export_form(instrument, "redcap").files.values()
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert len({row[NAME] for row in rows}) == len(rows)
    return {row[NAME]: row for row in rows}


def redcap_export(instrument: Instrument, people: Respondents) -> CellTable:
    """Write answers as REDCap's raw export does, by the fields of the dictionary."""
    fields = dictionary(instrument)
    rows = []
    for number, (wanted, canonical) in enumerate(zip(people.wanted, people.canonical, strict=True)):
        row = {"record_id": f"r{number}"}
        row |= {a.id.lower(): str(wanted[a.id]) for a in instrument.assigned}
        for item in instrument.questions:
            asked = any(canonical[column] for column in item.columns)
            row |= item_cells(fields, item, wanted[item.id] if asked else None)
        row[f"{instrument.id}_complete"] = "2"
        rows.append(row)
    header = tuple(rows[0])
    return CellTable(header, tuple(tuple(row.values()) for row in rows), tuple(range(len(rows))))


def item_cells(fields: Rows, item: Any, answer: Any) -> dict[str, str]:
    name = item.id.lower()
    if item.kind == "multiple":
        codes = re.findall(r"(?:^|\| )(-?\d+),", fields[name][CHOICES])
        chosen = answer if isinstance(answer, tuple) else (answer,)
        return {f"{name}___{c.replace('-', '_')}": str(int(int(c) in chosen)) for c in codes}
    missing = f"{name}_na" in fields and answer in (-8, -9)
    cells = {f"{name}_na": str(answer) if missing else ""} if f"{name}_na" in fields else {}
    if item.kind in ("rank", "allocate"):
        given = answer if isinstance(answer, Mapping) else {}
        return cells | {f"{name}_o{v}": str(given.get(v, "")) for v in item.responses.values}
    shown = f"{answer:g}" if isinstance(answer, float) else str(answer)
    return cells | {name: "" if answer is None or missing else shown}


def round_trip(instrument: Instrument, people: Respondents) -> None:
    form = export_form(instrument, "redcap")
    table = read(redcap_export(instrument, people), form.sidecar, instrument)
    rows = [dict(zip(table.header, row, strict=True)) for row in table.rows]
    assert rows == people.canonical


def test_answers_come_back_as_given(every_kind: Instrument) -> None:
    round_trip(every_kind, respondents(every_kind, 50, seed=1))


@pytest.mark.slow
def test_a_thousand_respondents_come_back_as_given(every_kind: Instrument) -> None:
    round_trip(every_kind, respondents(every_kind, 1_000, seed=2))


def test_the_record_comes_first_and_names_are_lower_case(every_kind: Instrument) -> None:
    names = list(dictionary(every_kind))
    assert names[0] == "record_id"
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,99}", name) for name in names)


def test_a_bar_in_a_label_does_not_end_the_answer(every_kind: Instrument) -> None:
    options = dictionary(every_kind)["tru1"][CHOICES].split(" | ")
    assert options[1] == "2, A little ¦ less"
    assert len(options) == 8
    losses = export_form(every_kind, "redcap").losses
    assert "PLATFORM-134 item TRU1" in "\n".join(map(str, losses))


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
    form = export_form(every_kind, "redcap")
    header = ("record_id", "means___1", "means___2", "means___3", "means____8", "means____9",
              "survey_complete")  # fmt: skip
    rows = (("a", "0", "0", "0", "0", "1", "0"), ("b", "0", "0", "0", "0", "0", "0"))
    table = read(CellTable(header, rows, (2, 3)), form.sidecar, every_kind)
    assert table.column("MEANS__1") == ("-9", "")


def test_events_are_passed_over_and_strange_columns_kept(every_kind: Instrument) -> None:
    form = export_form(every_kind, "redcap")
    header = ("record_id", "redcap_event_name", "redcap_repeat_instance", "cons", "weather")
    table = read(CellTable(header, (("a", "t1", "", "2", "fine"),), (2,)), form.sidecar, every_kind)
    assert "redcap_event_name" not in table.header
    assert table.column("weather") == ("fine",)


def test_repeats_and_labels_are_refused(every_kind: Instrument) -> None:
    form = export_form(every_kind, "redcap")
    repeated = CellTable(("record_id", "redcap_repeat_instance"), (("a", "2"),), (2,))
    with pytest.raises(PlatformError, match="PLATFORM-231"):
        read(repeated, form.sidecar, every_kind)
    with pytest.raises(PlatformError, match="PLATFORM-230"):
        read(CellTable(("Record", "I agree."), (("a", "Yes"),), (2,)), form.sidecar, every_kind)


def test_a_condition_on_a_column_that_nobody_is_asked_for_is_refused(
    every_kind: Instrument,
) -> None:
    page = every_kind.pages[0]
    item = replace(page.blocks[0].items[0], conditions=(parse_expression("WGT > 1"),))
    page = replace(page, blocks=(replace(page.blocks[0], items=(item,)),))
    export = export_form(replace(every_kind, pages=(page, *every_kind.pages[1:])), "redcap")
    assert "REDCap: a condition uses WGT" in str(export.refused[0])
