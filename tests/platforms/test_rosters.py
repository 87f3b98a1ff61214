"""Rosters: filled by the platforms' engines, read back as tables of their own, summed up."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import test_surveyjs
import test_xlsform
from every_kind import OPTION_KINDS
from odk_exports import leaves, odk_central
from openpyxl import Workbook
from redcap_logic import holds
from roster_forms import Rows, assert_rows, household, rows_of, summaries
from test_redcap import LOGIC, dictionary, item_cells
from test_xlsform import as_xforms, assert_same

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.platforms import PlatformError, compose_form, read_sidecar
from coprod_stats.platforms.form_export import Sidecar, SidecarError
from coprod_stats.responses import Responses, read_responses, workbook
from coprod_stats.responses.platform_reading import read_platform_export
from coprod_stats.responses.platform_rosters import read_platform_rosters
from coprod_stats.responses.raw_table import ResponsesError
from coprod_stats.responses.reading import write_canonical
from coprod_stats.responses.rosters import read_rosters, roster_path, with_summaries


@pytest.fixture(scope="module")
def instrument(tmp_path_factory: pytest.TempPathFactory) -> Instrument:
    return household(tmp_path_factory.mktemp("household"))


def assert_summaries(found: Any, rows: Rows) -> None:
    wanted = summaries(rows)
    assert np.allclose(found.answers[list(wanted)].to_numpy(), wanted.to_numpy(), equal_nan=True)


def in_order(instrument: Instrument, answers: list[Any]) -> list[Any]:
    """Let the questions of the last page, which may depend on the rows, be answered last."""
    last = {item.id for block in instrument.pages[-1].blocks for item in block.items}
    return sorted(answers, key=lambda answer: answer[0].upper() in last)


# ODK: a file of repeats beside that of the submissions


def odk_people(instrument: Instrument, rows: Rows) -> list[dict[str, Any]]:
    filled = []
    for person, inside in zip(rows.people.wanted, rows.wanted, strict=True):
        given = as_xforms(instrument, person)
        for roster, wanted in inside.items():
            name = roster.lower()
            if roster == "SERVICE":
                given["answers"].append([name, {"rows": len(wanted)}])
            for place, row in enumerate(wanted, 1):
                answers = as_xforms(instrument.roster(roster), row)["answers"]
                given["answers"] += [[f"{name}[{place}]/{key}", value] for key, value in answers]
        filled.append({**given, "answers": in_order(instrument, given["answers"])})
    return filled


def odk_files(xmls: list[str], sidecar: Sidecar) -> dict[str, str]:
    """Return the CSV of the submissions, and one of each repeat as Central writes it."""
    files: dict[str, list[dict[str, str]]] = {roster.name: [] for roster in sidecar.rosters}
    bare = []
    for xml in xmls:
        root = ET.fromstring(xml)
        key = leaves(xml)["meta/instanceID"]
        for name, table in files.items():
            found = [node for node in root if node.tag.rpartition("}")[2] == name]
            for place, node in enumerate(found, 1):
                cells = {
                    path.replace("/", "-"): text
                    for path, text in leaves(ET.tostring(node, encoding="unicode")).items()
                }
                table.append(cells | {"PARENT_KEY": key, "KEY": f"{key}/{name}[{place}]"})
                root.remove(node)
        bare.append(ET.tostring(root, encoding="unicode"))
    texts = {"": odk_central(bare, sidecar)}
    return texts | {name: csv_text(table) for name, table in files.items()}


def odk_round_trip(instrument: Instrument, rows: Rows, folder: Path) -> None:
    export = compose_form(instrument, "xlsform")
    form = test_xlsform.xform(export, folder)
    submissions = test_xlsform.fill(form, odk_people(instrument, rows))
    assert [found["violations"] for found in submissions] == [[]] * len(submissions)
    xmls = [found["xml"] for found in submissions]
    paths = {}
    for name, text in odk_files(xmls, export.sidecar).items():
        paths[name] = folder / f"household{'-' if name else ''}{name}.csv"
        paths[name].write_text(text, encoding="utf-8", newline="")
    main = paths.pop("")
    found = read_platform_export(main, instrument, source="odk", sidecar=export.sidecar)
    ids = [leaves(xml)["meta/instanceID"] for xml in xmls]
    assert_same(found, rows.people, ids)
    files = tuple(paths.values())
    read = read_platform_rosters(main, found, source="odk", sidecar=export.sidecar, files=files)
    assert_rows(read, rows, ids)
    assert_summaries(with_summaries(found, read), rows)


@test_xlsform.needs_engine
def test_rows_filled_in_odk_s_engine_come_back_as_given(
    instrument: Instrument, tmp_path: Path
) -> None:
    odk_round_trip(instrument, rows_of(instrument, 25, seed=1), tmp_path)


@test_xlsform.needs_engine
@pytest.mark.slow
def test_a_thousand_respondents_come_back_from_odk(instrument: Instrument, tmp_path: Path) -> None:
    odk_round_trip(instrument, rows_of(instrument, 1_000, seed=2), tmp_path)


@test_xlsform.needs_engine
def test_texts_of_a_repeat_follow_its_own_row(instrument: Instrument, tmp_path: Path) -> None:
    form = test_xlsform.xform(compose_form(instrument, "xlsform"), tmp_path)
    answers = [["size", 2], ["care", "1"], ["member[1]/name", "Ann"], ["member[1]/age", 18]]
    answers += [["member[2]/name", "Bo"], ["member[2]/age", 40]]
    (shown,) = test_xlsform.fill(form, [{"assigned": {}, "answers": answers}])
    assert shown["labels"]["member[1]/help"] == "Does Ann need help?"
    assert shown["labels"]["member[2]/help"] == "And does Bo need help?"


def test_odk_validate_accepts_repeats(instrument: Instrument, tmp_path: Path) -> None:
    export = compose_form(instrument, "xlsform")
    rows = test_xlsform.sheet(export, "survey")
    opened = [row for row in rows if row["type"] == "begin_repeat"]
    assert [row["name"] for row in opened] == ["member", "service"]
    assert opened[0]["repeat_count"] == "${size}"
    assert opened[0]["relevant"] == "number(${care}) = 1"
    assert [loss.code for loss in export.losses if loss.place == "roster 'SERVICE'"] == [
        "PLATFORM-105"
    ]
    test_xlsform.xform(export, tmp_path)


def test_a_sheet_of_kobo_s_workbook_holds_the_rows(instrument: Instrument, tmp_path: Path) -> None:
    export = compose_form(instrument, "xlsform")
    book = Workbook()
    book.active.append(["size", "care", "_uuid", "_index"])
    book.active.append(["2", "1", "a-b", "1"])
    sheet = book.create_sheet("member")
    sheet.append(["name", "age", "_index", "_parent_index", "_submission__uuid"])
    sheet.append(["Ann", "40", "1", "1", "a-b"])
    sheet.append(["Bo", "17", "2", "1", "a-b"])
    path = tmp_path / "kobo.xlsx"
    book.save(path)
    found = read_platform_export(path, instrument, source="kobo", sidecar=export.sidecar)
    read = read_platform_rosters(path, found, source="kobo", sidecar=export.sidecar)
    assert list(read) == ["MEMBER"]
    assert read["MEMBER"].answers["NAME"].tolist() == ["Ann", "Bo"]
    assert with_summaries(found, read).answers["KIDS"].tolist() == [1]


def test_a_sheet_of_rows_that_cannot_be_read_is_no_sheet_without_rows(
    instrument: Instrument, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = compose_form(instrument, "xlsform")
    book = Workbook()
    book.active.append(["size", "care", "_uuid", "_index"])
    book.active.append(["2", "1", "a-b", "1"])
    sheet = book.create_sheet("member")
    sheet.append(["name", "age", "_index", "_parent_index", "_submission__uuid"])
    sheet.append(["Ann" * 20, "40", "1", "1", "a-b"])
    path = tmp_path / "kobo.xlsx"
    book.save(path)
    monkeypatch.setattr(workbook, "MAX_CELL", 40)
    asked: Any = {"source": "kobo", "sidecar": export.sidecar}
    found = read_platform_export(path, instrument, **asked)
    with pytest.raises(ResponsesError, match="a cell of more than 40 characters"):
        read_platform_rosters(path, found, **asked)


def test_a_file_without_keys_or_of_no_roster_is_refused(
    instrument: Instrument, tmp_path: Path
) -> None:
    export = compose_form(instrument, "xlsform")
    (tmp_path / "main.csv").write_text("size,care,KEY\n1,1,a\n", encoding="utf-8")
    found = read_platform_export(
        tmp_path / "main.csv", instrument, source="odk", sidecar=export.sidecar
    )
    for text, words in (("name,age\nAnn,40\n", "PLATFORM-205"), ("x,y\n1,2\n", "no column")):
        path = tmp_path / "rows.csv"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(Exception, match=words):
            read_platform_rosters(
                tmp_path / "main.csv", found, source="odk", sidecar=export.sidecar, files=[path]
            )


def test_a_row_of_a_roster_with_too_few_cells_is_rejected_with_its_reason(
    instrument: Instrument, tmp_path: Path
) -> None:
    export = compose_form(instrument, "xlsform")
    main, rows = tmp_path / "main.csv", tmp_path / "rows.csv"
    main.write_text("size,care,KEY\n2,1,a\n", encoding="utf-8")
    found = read_platform_export(main, instrument, source="odk", sidecar=export.sidecar)
    head = "name,age,PARENT_KEY,KEY\n"
    rows.write_text(f"{head}Ann,40,a,a/member[1]\nBo,17\n", encoding="utf-8")
    read = read_platform_rosters(main, found, source="odk", sidecar=export.sidecar, files=[rows])
    table = read["MEMBER"]
    assert table.answers["NAME"].tolist() == ["Ann"]
    (entry,) = table.rejected
    assert (entry.code, entry.line, entry.value) == ("ROW-001", 3, "Bo,17")
    assert table.provenance.rows_read == 2


def test_two_files_of_one_roster_are_refused(instrument: Instrument, tmp_path: Path) -> None:
    export = compose_form(instrument, "xlsform")
    main = tmp_path / "main.csv"
    main.write_text("size,care,KEY\n2,1,a\n", encoding="utf-8")
    files = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for number, path in enumerate(files, 1):
        row = f"Ann,40,a,a/member[{number}]"
        path.write_text(f"name,age,PARENT_KEY,KEY\n{row}\n", encoding="utf-8")
    found = read_platform_export(main, instrument, source="odk", sidecar=export.sidecar)
    with pytest.raises(
        ResponsesError, match=r"two\.csv: the roster MEMBER has two files, one\.csv"
    ):
        read_platform_rosters(main, found, source="odk", sidecar=export.sidecar, files=files)


# SurveyJS: a list in each result


def surveyjs_people(instrument: Instrument, rows: Rows) -> list[dict[str, Any]]:
    filled = []
    pairs = zip(rows.people.wanted, rows.wanted, strict=True)
    for number, (person, inside) in enumerate(pairs):
        given = test_surveyjs.as_surveyjs(instrument, person, number)
        for roster, wanted in inside.items():
            if roster == "SERVICE":
                given["answers"].append([roster, {"rows": len(wanted)}])
            for place, row in enumerate(wanted, 1):
                answers = test_surveyjs.as_surveyjs(instrument.roster(roster), row, number)
                given["answers"] += [
                    [f"{roster}[{place}].{key}", value] for key, value in answers["answers"]
                ]
        filled.append({**given, "answers": in_order(instrument, given["answers"])})
    return filled


def surveyjs_round_trip(instrument: Instrument, rows: Rows, folder: Path) -> None:
    form = compose_form(instrument, "surveyjs")
    people = surveyjs_people(instrument, rows)
    found = test_surveyjs.fill(form.files["survey.json"], people, folder)
    assert [result["errors"] for result in found["results"]] == [[]] * len(people)
    path = folder / "results.json"
    results = [result["data"] for result in found["results"]]
    path.write_text(json.dumps(results), encoding="utf-8")
    answers = read_platform_export(path, instrument, source="surveyjs", sidecar=form.sidecar)
    assert answers.rejected == ()
    read = read_platform_rosters(path, answers, source="surveyjs", sidecar=form.sidecar)
    assert_rows(read, rows)
    assert_summaries(with_summaries(answers, read), rows)


@test_surveyjs.needs_survey_core
def test_rows_filled_in_survey_core_come_back_as_given(
    instrument: Instrument, tmp_path: Path
) -> None:
    surveyjs_round_trip(instrument, rows_of(instrument, 25, seed=3), tmp_path)


@test_surveyjs.needs_survey_core
@pytest.mark.slow
def test_a_thousand_respondents_come_back_from_survey_core(
    instrument: Instrument, tmp_path: Path
) -> None:
    surveyjs_round_trip(instrument, rows_of(instrument, 1_000, seed=4), tmp_path)


@test_surveyjs.needs_survey_core
def test_texts_of_a_panel_follow_its_own_row(instrument: Instrument, tmp_path: Path) -> None:
    form = compose_form(instrument, "surveyjs").files["survey.json"]
    answers = [["SIZE", 2], ["CARE", 1], ["MEMBER[1].NAME", "Ann"], ["MEMBER[1].AGE", 18]]
    answers += [["MEMBER[2].NAME", "Bo"], ["MEMBER[2].AGE", 40]]
    answers += [["MEMBER[1].HELP", 1], ["MEMBER[2].HELP", 2]]
    found = test_surveyjs.fill(form, [{"before": {}, "answers": answers}], tmp_path)
    assert (found["jsonErrors"], found["lint"]["findings"]) == ([], [])
    (shown,) = found["results"]
    assert shown["titles"]["MEMBER[1].HELP"] == "Does Ann need help?"
    assert shown["titles"]["MEMBER[2].HELP"] == "And does Bo need help?"


# REDCap: rows of a repeating instrument between those of the records


def redcap_rows(instrument: Instrument, rows: Rows) -> list[dict[str, str]]:
    fields = dictionary(instrument)
    written = []
    for number, (person, inside) in enumerate(zip(rows.people.wanted, rows.wanted, strict=True)):
        record = {"record_id": f"r{number}"}
        record |= answered(fields, instrument, person, record)
        own = {"redcap_repeat_instrument": "", "redcap_repeat_instance": ""}
        written.append(record | own | {"household_complete": "2"})
        for roster, wanted in inside.items():
            for place, row in enumerate(wanted, 1):
                cells = answered(fields, instrument.roster(roster), row, record)
                name = roster.lower()
                structure = {"record_id": f"r{number}", "redcap_repeat_instrument": name}
                structure |= {"redcap_repeat_instance": str(place), f"{name}_complete": "2"}
                written.append(cells | structure)
    return written


def answered(
    fields: Any, instrument: Instrument, wanted: dict[str, Any], record: dict[str, str]
) -> dict[str, str]:
    """Return the cells of some questions; logic knows the record and what was just answered."""
    cells: dict[str, str] = {}
    for item in instrument.questions:
        name = item.id.lower().replace("__", "_")
        name += "_h" if item.kind in ("rank", "allocate") else ""
        asked = holds(fields[name][LOGIC], record | cells)
        cells |= item_cells(fields, item, wanted[item.id] if asked else None)
    return cells


def csv_text(rows: list[dict[str, str]]) -> str:
    """Return rows as CSV, blank where one lacks a column of the others."""
    written = io.StringIO(newline="")
    header = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(written, header, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def redcap_round_trip(
    instrument: Instrument, rows: Rows, folder: Path
) -> tuple[Responses, dict[str, Responses]]:
    form = compose_form(instrument, "redcap")
    path = folder / "redcap.csv"
    path.write_text(csv_text(redcap_rows(instrument, rows)), encoding="utf-8", newline="")
    found = read_platform_export(path, instrument, source="redcap", sidecar=form.sidecar)
    assert found.rejected == ()
    assert found.n_respondents == len(rows.people.wanted)
    read = read_platform_rosters(path, found, source="redcap", sidecar=form.sidecar)
    assert_rows(read, rows)
    assert_summaries(with_summaries(found, read), rows)
    return found, read


def test_rows_of_repeating_instruments_come_back_as_given(
    instrument: Instrument, tmp_path: Path
) -> None:
    redcap_round_trip(instrument, rows_of(instrument, 50, seed=5), tmp_path)


@pytest.mark.slow
def test_a_thousand_respondents_come_back_from_redcap(
    instrument: Instrument, tmp_path: Path
) -> None:
    redcap_round_trip(instrument, rows_of(instrument, 1_000, seed=6), tmp_path)


def test_a_roster_is_an_instrument_of_its_own_in_redcap(instrument: Instrument) -> None:
    rows = dictionary(instrument).values()
    assert list(dict.fromkeys(row["Form Name"] for row in rows)) == [
        "household",
        "member",
        "service",
    ]
    losses = [loss.code for loss in compose_form(instrument, "redcap").losses]
    assert losses.count("PLATFORM-147") == 2


def test_rows_of_another_repeating_instrument_are_refused(
    instrument: Instrument, tmp_path: Path
) -> None:
    form = compose_form(instrument, "redcap")
    path = tmp_path / "redcap.csv"
    header = "record_id,redcap_repeat_instrument,redcap_repeat_instance,size,household_complete"
    path.write_text(f"{header}\n1,,,2,2\n1,visit,1,3,2\n", encoding="utf-8")
    with pytest.raises(PlatformError, match="PLATFORM-231"):
        read_platform_export(path, instrument, source="redcap", sidecar=form.sidecar)


def test_cells_on_a_row_of_another_instrument_are_rejected_in_redcap(
    instrument: Instrument, tmp_path: Path
) -> None:
    form = compose_form(instrument, "redcap")
    path = tmp_path / "redcap.csv"
    header = "record_id,redcap_repeat_instrument,redcap_repeat_instance,size,care,age,ways___1,kind"
    lines = [header, "1,,,2,1,55,0,", "1,member,1,3,,40,0,", "1,member,2,,,30,1,2", "2,,,0,1,,1,"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = read_platform_export(path, instrument, source="redcap", sidecar=form.sidecar)
    read = read_platform_rosters(path, found, source="redcap", sidecar=form.sidecar)
    told = [(e.respondent, e.column, e.value, e.scope) for e in found.rejected]
    assert told == [("1", "age", "55", "column"), ("2", "ways___1", "1", "column")]
    told = [(e.respondent, e.column, e.value, e.scope) for e in read["MEMBER"].rejected]
    assert ("1", "size", "3", "column") in told
    assert ("1", "kind", "2", "column") in told
    assert read["MEMBER"].answers["AGE"].tolist() == [40, 30]


def test_a_row_whose_number_is_no_number_is_rejected_with_its_reason(
    instrument: Instrument, tmp_path: Path
) -> None:
    form = compose_form(instrument, "redcap")
    path = tmp_path / "redcap.csv"
    header = "record_id,redcap_repeat_instrument,redcap_repeat_instance,size,care,age,ways___1,kind"
    lines = [header, "1,,,2,1,,,", "1,member,1,,,40,0,", "1,member,²,,,,,"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = read_platform_export(path, instrument, source="redcap", sidecar=form.sidecar)
    read = read_platform_rosters(path, found, source="redcap", sidecar=form.sidecar)
    told = [(entry.code, entry.respondent, entry.reason) for entry in read["MEMBER"].rejected]
    assert told == [("ROW-004", "1", "the number of the row is not a whole number from 1")]
    assert read["MEMBER"].answers["AGE"].tolist() == [40]


def test_a_sidecar_without_a_roster_of_the_form_is_refused(
    instrument: Instrument, tmp_path: Path
) -> None:
    sidecar = replace(compose_form(instrument, "surveyjs").sidecar, rosters=())
    path = tmp_path / "results.json"
    path.write_text('[{"RID": "a", "SIZE": 1, "MEMBER": [{"AGE": 20}]}]', encoding="utf-8")
    with pytest.raises(SidecarError, match="it lacks the roster"):
        read_platform_export(path, instrument, source="surveyjs", sidecar=sidecar)


@pytest.mark.parametrize(
    ("header", "code", "words"),
    [
        ("redcap_repeat_instrument,redcap_repeat_instance", "233", "'record_id'"),
        ("record_id,redcap_repeat_instrument", "233", "'redcap_repeat_instance'"),
        ("record_id,redcap_repeat_instance", "233", "'redcap_repeat_instrument'"),
        ("record_id,redcap_repeat_instrument,redcap_repeat_instance", "234", "no field of its"),
    ],
)
def test_an_export_that_does_not_tell_rows_apart_is_refused(
    header: str, code: str, words: str, instrument: Instrument, tmp_path: Path
) -> None:
    form = compose_form(instrument, "redcap")
    path = tmp_path / "redcap.csv"
    names = [*header.split(","), "size", *(["age", "kind"] if code == "233" else [])]
    path.write_text(f"{','.join(names)}\n{',' * (len(names) - 1)}1\n", encoding="utf-8")
    found = read_platform_export(path, instrument, source="redcap", sidecar=form.sidecar)
    with pytest.raises(PlatformError, match=f"PLATFORM-{code} roster 'MEMBER'.*{words}"):
        read_platform_rosters(path, found, source="redcap", sidecar=form.sidecar)


@pytest.mark.parametrize("held", ['"boo"', "5", '["x"]', "[null]", '"[1"'])
def test_what_is_no_list_of_rows_is_refused_in_surveyjs(
    held: str, instrument: Instrument, tmp_path: Path
) -> None:
    form = compose_form(instrument, "surveyjs")
    path = tmp_path / "results.json"
    path.write_text(f'[{{"RID": "a", "SIZE": 1, "MEMBER": {held}}}]', encoding="utf-8")
    found = read_platform_export(path, instrument, source="surveyjs", sidecar=form.sidecar)
    with pytest.raises(PlatformError, match="PLATFORM-222 roster 'MEMBER': result 1 holds no"):
        read_platform_rosters(path, found, source="surveyjs", sidecar=form.sidecar)


def test_results_without_an_id_keep_their_rows_when_the_tables_are_read_again(
    instrument: Instrument, tmp_path: Path
) -> None:
    form = compose_form(instrument, "surveyjs")
    path = tmp_path / "results.json"
    people = [
        {"SIZE": 1, "CARE": 1, "MEMBER": [{"NAME": "Ann"}]},
        {"SIZE": 1, "CARE": 1, "MEMBER": [{"NAME": "Bo"}]},
    ]
    path.write_text(json.dumps(people), encoding="utf-8")
    found = read_platform_export(path, instrument, source="surveyjs", sidecar=form.sidecar)
    read = read_platform_rosters(path, found, source="surveyjs", sidecar=form.sidecar)
    write_canonical(found.answers, tmp_path / "answers.csv")
    write_canonical(read["MEMBER"].answers, tmp_path / "rows.csv")
    again = read_responses(tmp_path / "answers.csv", instrument)
    rows = read_rosters((tmp_path / "rows.csv",), instrument, again)["MEMBER"]
    assert again.answers["RID"].tolist() == ["line 1", "line 2"]
    assert list(zip(rows.answers["RID"], rows.answers["NAME"], strict=True)) == [
        ("line 1", "Ann"),
        ("line 2", "Bo"),
    ]


def test_files_of_rosters_are_refused_where_the_export_holds_all_rows(
    instrument: Instrument, tmp_path: Path
) -> None:
    form = compose_form(instrument, "surveyjs")
    path = tmp_path / "results.json"
    path.write_text('[{"RID": "a", "SIZE": 1}]', encoding="utf-8")
    found = read_platform_export(path, instrument, source="surveyjs", sidecar=form.sidecar)
    with pytest.raises(
        ResponsesError, match=r"m\.csv: surveyjs has the rows of rosters in its one"
    ):
        read_platform_rosters(
            path, found, source="surveyjs", sidecar=form.sidecar, files=[tmp_path / "m.csv"]
        )


def test_rows_are_read_from_the_sheet_that_holds_the_answers(
    instrument: Instrument, tmp_path: Path
) -> None:
    form = compose_form(instrument, "redcap")
    book = Workbook()
    book.active.append(["notes"])
    sheet = book.create_sheet("data")
    repeats = ["redcap_repeat_instrument", "redcap_repeat_instance"]
    sheet.append(["record_id", *repeats, "size", "care", "name", "age", "kind"])
    sheet.append(["a", None, None, 1, 1, None, None, None])
    sheet.append(["a", "member", 1, None, None, "Ann", 40, None])
    path = tmp_path / "redcap.xlsx"
    book.save(path)
    asked: Any = {"source": "redcap", "sidecar": form.sidecar, "sheet": "data"}
    found = read_platform_export(path, instrument, **asked)
    read = read_platform_rosters(path, found, **asked)
    assert read["MEMBER"].answers["NAME"].tolist() == ["Ann"]


PEOPLE = """
instrument: people
version: 1.0.0
title: People
languages: [en]
forms: {full: {title: Full}}
administrative: [{id: RID, title: Respondent, role: respondent}]
pages:
  - page: members
    roster: {id: MEMBER, title: Members, most: 3}
    blocks: [{block: m, items: [{id: AGE, kind: number, text: How old?}]}]
"""


def test_a_questionnaire_may_ask_all_of_its_questions_for_each_row(tmp_path: Path) -> None:
    path = tmp_path / "people.yaml"
    path.write_text(PEOPLE, encoding="utf-8")
    only = read_instrument(path).for_form("full")
    results = tmp_path / "results.json"
    results.write_text('[{"RID": "a", "MEMBER": [{"AGE": 20}, {"AGE": 30}]}, {"RID": "b"}]')
    sidecar = compose_form(only, "surveyjs").sidecar
    found = read_platform_export(results, only, source="surveyjs", sidecar=sidecar)
    read = read_platform_rosters(results, found, source="surveyjs", sidecar=sidecar)
    assert found.n_respondents == 2
    assert read["MEMBER"].answers["AGE"].tolist() == [20, 30]


# without a platform


def test_canonical_tables_come_back_as_written(instrument: Instrument, tmp_path: Path) -> None:
    rows = rows_of(instrument, 20, seed=7)
    found, read = redcap_round_trip(instrument, rows, tmp_path)
    files = []
    for id, table in read.items():
        files.append(roster_path(tmp_path / "answers.csv", id))
        write_canonical(table.answers, files[-1])
    assert [file.name for file in files] == ["answers.csv.MEMBER.csv", "answers.csv.SERVICE.csv"]
    assert_rows(read_rosters(tuple(files), instrument, found), rows)


@pytest.mark.parametrize("platform", ["limesurvey", "qualtrics"])
def test_a_platform_without_repeated_groups_refuses_them_by_name(
    platform: Any, instrument: Instrument
) -> None:
    with pytest.raises(PlatformError) as caught:
        compose_form(instrument, platform)
    assert [(fault.code, fault.place) for fault in caught.value.faults] == [
        ("PLATFORM-006", "roster 'MEMBER'"),
        ("PLATFORM-006", "roster 'SERVICE'"),
    ]


def test_the_sidecar_keeps_the_rosters(instrument: Instrument, tmp_path: Path) -> None:
    sidecar = compose_form(instrument, "surveyjs").sidecar
    path = tmp_path / "sidecar.json"
    path.write_bytes(sidecar.to_json())
    assert read_sidecar(path) == sidecar
    assert [roster.name for roster in sidecar.rosters] == ["MEMBER", "SERVICE"]
    assert {entry.kind for entry in sidecar.rosters[1].columns} >= {"rank", *OPTION_KINDS[1:2]}
