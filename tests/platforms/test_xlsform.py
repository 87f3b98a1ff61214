"""XLSForms, converted by pyxform, checked by ODK Validate and filled by ODK's web engine."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from engines import NODE_MODULES, needs, node
from every_kind import Respondents, everything, plain, respondents, written
from odk_exports import kobo, leaves, odk_central

from coprod_stats.instruments import Instrument, read_instrument
from coprod_stats.instruments.language.expressions import parse_expression
from coprod_stats.platforms import FormExport, PlatformError, compose_form
from coprod_stats.platforms.xlsform.expressions import field
from coprod_stats.responses.platform_reading import read_platform_export

HERE = Path(__file__).parent
needs_engine = needs("node", "xforms-engine", "pyxform")
MISSING = {-9: "dk", -8: "ref"}


def sheet(export: FormExport, title: str) -> list[dict[str, str]]:
    (content,) = export.files.values()
    rows = openpyxl.load_workbook(io.BytesIO(content))[title].iter_rows(values_only=True)
    header, *entries = rows
    return [
        {name: cell for name, cell in zip(header, entry, strict=True) if cell is not None}
        for entry in entries
    ]


def xform(export: FormExport, folder: Path, *, validate: bool = False) -> Path:
    from pyxform.xls2xform import convert  # not everybody has it

    ((name, content),) = export.files.items()
    (folder / name).write_bytes(content)
    made = convert(xlsform=str(folder / name), validate=validate)
    path = folder / "form.xml"
    path.write_text(made.xform, encoding="utf-8")
    return path


def fill(form: Path, filled: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Fill a form in one process of the engine, which tells of every hundredth respondent."""
    people = form.with_name("respondents.json")
    people.write_text(json.dumps(filled), encoding="utf-8")
    done = subprocess.run(
        [str(node()), HERE / "xforms_engine.mjs", form, people],
        stdout=subprocess.PIPE,
        check=True,
        env={**os.environ, "NODE_MODULES_FOLDER": str(NODE_MODULES)},
        timeout=30 + 2 * len(filled),
    )
    return json.loads(done.stdout)


def as_xforms(instrument: Instrument, wanted: dict[str, Any]) -> dict[str, Any]:
    """State a respondent's answers by the fields of the form."""
    answers: list[list[Any]] = []
    for item in instrument.questions:
        answer, name = wanted[item.id], field(item.id)
        if answer is None:
            continue
        if item.kind == "multiple":
            given = (answer,) if isinstance(answer, int) else answer
            answers.append([name, [MISSING.get(code, written(item, code)) for code in given]])
        elif item.kind in ("single", "consent"):
            answers.append([name, MISSING.get(answer, written(item, answer))])
        elif answer in (-8, -9):
            answers.append([f"why_{name}", MISSING[answer]])
        elif item.kind == "rank":
            order = sorted(answer, key=lambda value: (answer[value] == 0, answer[value]))
            answers.append([name, list(map(str, order))])
        elif item.kind == "allocate":
            answers += [[f"{name}_{value}", points] for value, points in answer.items()]
        else:
            # clients write a time of day with seconds and their zone
            answers.append([name, f"{answer}:00.000+02:00" if item.kind == "time" else answer])
    assigned = {variable.id.lower(): str(wanted[variable.id]) for variable in instrument.assigned}
    return {"assigned": assigned, "answers": answers}


def round_trip(instrument: Instrument, people: Respondents, folder: Path) -> None:
    export = compose_form(instrument, "xlsform")
    filled = [as_xforms(instrument, row) for row in people.wanted]
    submissions = fill(xform(export, folder), filled)
    assert [found["violations"] for found in submissions] == [[]] * len(filled)
    xmls = [found["xml"] for found in submissions]
    layouts = {
        "odk": (odk_central(xmls, export.sidecar), odk_central(xmls, export.sidecar, groups=False)),
        "kobo": (kobo(xmls, export.sidecar), kobo(xmls, export.sidecar, groups=True)),
    }
    for source, texts in layouts.items():
        for text in texts:
            path = folder / f"{source}.csv"
            path.write_text(text, encoding="utf-8-sig", newline="")
            found = read_platform_export(path, instrument, source=source, sidecar=export.sidecar)
            assert_same(found, people, [leaves(xml)["meta/instanceID"] for xml in xmls])


def assert_same(found: Any, people: Respondents, ids: list[str]) -> None:
    assert found.rejected == ()
    for row, (wanted, id) in enumerate(zip(people.canonical, ids, strict=True)):
        for column, cell in wanted.items():
            value = found.answers[column].iloc[row]
            if column == "RID":
                assert value.removeprefix("uuid:") == id.removeprefix("uuid:")
            elif isinstance(value, str):
                assert value == cell, (row, column)
            else:
                assert plain(value) == cell, (row, column)


@needs_engine
def test_answers_come_back_as_given(every_kind: Instrument, tmp_path: Path) -> None:
    round_trip(every_kind, respondents(every_kind, 50, seed=1), tmp_path)


@needs_engine
@pytest.mark.slow
def test_a_thousand_respondents_come_back_as_given(every_kind: Instrument, tmp_path: Path) -> None:
    round_trip(every_kind, respondents(every_kind, 1_000, seed=2), tmp_path)


@needs_engine
def test_the_citizen_questionnaire_comes_back_as_given(tmp_path: Path) -> None:
    citizen = read_instrument("citizen")
    citizen = citizen.for_form(citizen.forms[0].id)
    round_trip(citizen, respondents(citizen, 5, seed=3), tmp_path)


@needs_engine
def test_texts_follow_answers_and_language(every_kind: Instrument, tmp_path: Path) -> None:
    answers = [
        ["cons", "1"],
        ["used", "1"],
        ["mood", "2"],
        ["years", 2],
        ["means", ["1"]],
        ["tru1", "5"],
    ]
    named = [*answers, ["name", "the park"]]
    form = xform(compose_form(every_kind, "xlsform"), tmp_path)
    english, german = fill(
        form,
        [
            {"assigned": {"arm": "1"}, "answers": named},
            {"assigned": {"arm": "2"}, "answers": answers, "language": "Deutsch (de)"},
        ],
    )
    assert english["labels"]["means"] == "How, with the park?"
    assert english["labels"]["tru2"] == "do you, who rely on the park, doubt it?"
    assert english["labels"]["story"] == "It failed, and you felt bad."
    assert german["labels"]["used"] == "Haben Sie es benutzt?"
    assert german["labels"]["page_second"] == "Trust in das Amt"


@needs_engine
def test_the_engine_holds_to_limits_and_required_questions(
    every_kind: Instrument, tmp_path: Path
) -> None:
    form = xform(compose_form(every_kind, "xlsform"), tmp_path)
    wrong = [
        ["cons", "1"],
        ["years", 91],
        ["means", ["1", "dk"]],
        ["used", "1"],
        ["points_1", 3],
        ["points_2", 3],
    ]
    blank, broken = fill(
        form, [{"assigned": {}, "answers": []}, {"assigned": {}, "answers": wrong}]
    )
    ends = [[path.split("/")[-1] for path in found["violations"]] for found in (blank, broken)]
    assert ends[0] == ["cons"]
    assert {"years", "means", "points_2"} <= set(ends[1])


@needs("java", "pyxform")
@pytest.mark.parametrize("name", ["every kind", "citizen", "carers"])
def test_odk_validate_accepts_the_form(name: str, every_kind: Instrument, tmp_path: Path) -> None:
    instrument = every_kind if name == "every kind" else read_instrument(name)
    instrument = instrument.for_form(instrument.forms[0].id)
    xform(compose_form(instrument, "xlsform"), tmp_path, validate=True)


@needs("java", "pyxform")
@pytest.mark.parametrize("name", ["citizen", "provider"])
def test_odk_validate_accepts_the_full_form_with_all_modules(name: str, tmp_path: Path) -> None:
    export = compose_form(everything(name), "xlsform")
    assert export.refused == ()
    xform(export, tmp_path, validate=True)


def test_the_workbook_is_the_same_every_time(every_kind: Instrument) -> None:
    first, second = (compose_form(every_kind, "xlsform") for _ in range(2))
    assert first.files == second.files
    assert first.sidecar.to_json() == second.sidecar.to_json()


def test_the_workbook_does_not_say_when_it_was_written(every_kind: Instrument) -> None:
    (content,) = compose_form(every_kind, "xlsform").files.values()
    core = zipfile.ZipFile(io.BytesIO(content)).read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[0-9:]+", core)) == {"1980-01-01T00:00:00"}


def test_one_language_has_one_column_of_labels(every_kind: Instrument) -> None:
    (choice, *_) = sheet(compose_form(every_kind, "xlsform", languages=["de"]), "choices")
    assert list(choice) == ["list_name", "name", "label::Deutsch (de)"]


def test_don_t_know_and_refusal_are_options_of_their_own(every_kind: Instrument) -> None:
    survey = {row.get("name"): row for row in sheet(compose_form(every_kind, "xlsform"), "survey")}
    named = survey["used"]["type"].removeprefix("select_one ")
    choices = sheet(compose_form(every_kind, "xlsform"), "choices")
    assert [row["name"] for row in choices if row["list_name"] == named] == ["1", "2", "dk", "ref"]
    assert survey["why_years"]["relevant"] == "string-length(${years}) = 0"


def test_a_fixed_order_is_stated(every_kind: Instrument) -> None:
    pages = (replace(every_kind.pages[0], random_order=True), *every_kind.pages[1:])
    export = compose_form(replace(every_kind, pages=pages), "xlsform")
    assert str(export.losses[0]).startswith("PLATFORM-101 page consent: the random order of 1")
    assert export.sidecar.losses == tuple(map(str, export.losses))


def test_routing_by_what_nobody_is_asked_is_refused(every_kind: Instrument, tmp_path: Path) -> None:
    page = every_kind.pages[0]
    item = replace(page.blocks[0].items[0], conditions=(parse_expression("RID > 1"),))
    page = replace(page, blocks=(replace(page.blocks[0], items=(item,)),))
    export = compose_form(replace(every_kind, pages=(page, *every_kind.pages[1:])), "xlsform")
    with pytest.raises(PlatformError, match=r"PLATFORM-002 item CONS: .* uses RID"):
        export.write(tmp_path / "form")
    assert not (tmp_path / "form").exists()
