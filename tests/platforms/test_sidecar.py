"""Sidecars are written and read back; a wrong one is never used."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from coprod_stats.instruments import Instrument
from coprod_stats.platforms import PlatformError, compose_form, read_sidecar
from coprod_stats.platforms.form_export import SidecarError
from coprod_stats.responses.platform_reading import read_platform_export


def test_a_sidecar_is_read_as_it_was_written(every_kind: Instrument, tmp_path: Path) -> None:
    export = compose_form(every_kind, "xlsform")
    *_, path = export.write(tmp_path / "form")
    assert path.name == "sidecar.json"
    assert read_sidecar(path) == export.sidecar
    assert export.sidecar.of_item("YEARS")[0].companion == "why_years"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("no json", "cannot be read as a sidecar"),
        ("[]", "no sidecar of format 1"),
        ('{"sidecar": 2}', "no sidecar of format 1"),
        ('{"sidecar": 1}', "a damaged sidecar: 'columns'"),
        ('{"sidecar": 1, "columns": [{"column": "A", "kind": "cake"}]}', "unknown kind 'cake'"),
    ],
)
def test_what_is_no_sidecar_is_refused(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "sidecar.json").write_text(content, encoding="utf-8")
    with pytest.raises(SidecarError, match=message):
        read_sidecar(tmp_path / "sidecar.json")


def test_a_sidecar_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SidecarError, match="No such file"):
        read_sidecar(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"platform": "redcap"}, "belongs to a form for redcap, not to an export of odk"),
        ({"instrument": "other"}, "belongs to the questionnaire 'other'"),
        ({"sha256": "0"}, "with a wording that differs"),
    ],
)
def test_the_sidecar_of_another_form_is_refused(
    change: dict[str, str], message: str, every_kind: Instrument, tmp_path: Path
) -> None:
    sidecar = replace(compose_form(every_kind, "xlsform").sidecar, **change)
    with pytest.raises(SidecarError, match=message):
        read_platform_export(tmp_path / "a.csv", every_kind, source="odk", sidecar=sidecar)


def test_a_language_that_the_questionnaire_lacks_is_refused(every_kind: Instrument) -> None:
    with pytest.raises(PlatformError, match=r"PLATFORM-001 'survey'.*no language 'fr'"):
        compose_form(every_kind, "xlsform", languages=["fr"])


def test_json_says_for_each_column_what_its_codes_stand_for(every_kind: Instrument) -> None:
    content = json.loads(compose_form(every_kind, "xlsform").sidecar.to_json())
    entry = next(entry for entry in content["columns"] if entry["column"] == "USED")
    assert entry["codes"] == {"1": "1", "2": "2", "dk": "-9", "ref": "-8"}
    assert entry["name"] == "used"


@pytest.mark.parametrize("wrong", [None, 1, True, {"a": 1}, ["a", 1], [["a"]]], ids=repr)
@pytest.mark.parametrize("key", ["platform", "sha256", "modules", "losses", "column", "name"])
def test_a_sidecar_of_other_kinds_of_values_is_damaged(
    every_kind: Instrument, tmp_path: Path, key: str, wrong: object
) -> None:
    *_, path = compose_form(every_kind, "redcap").write(tmp_path)
    content = json.loads(path.read_bytes())
    holder = content if key in content else content["columns"][0]
    holder[key] = wrong
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(SidecarError, match="a damaged sidecar"):
        read_sidecar(path)


def test_a_sidecar_nested_beyond_any_form_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sidecar.json"
    path.write_text('{"a":' + "[" * 100_000 + "]" * 100_000 + "}", encoding="utf-8")
    with pytest.raises(SidecarError, match="nested too deeply"):
        read_sidecar(path)


def test_a_sidecar_with_a_part_of_a_question_is_damaged(every_kind: Instrument, tmp_path) -> None:
    form = compose_form(every_kind, "redcap")
    path = tmp_path / "export.csv"
    path.write_text("record_id,cons\n1,1\n", encoding="utf-8")
    several = next(item for item in every_kind.questions if len(item.columns) > 1)
    columns = form.sidecar.columns
    lost = replace(
        form.sidecar, columns=tuple(c for c in columns if c.column != several.columns[-1])
    )
    with pytest.raises(SidecarError, match=f"it lacks {several.columns[-1]}"):
        read_platform_export(path, every_kind, source="redcap", sidecar=lost)
    whole = tuple(c for c in columns if c.item != several.id)
    found = read_platform_export(
        path, every_kind, source="redcap", sidecar=replace(form.sidecar, columns=whole)
    )
    assert found.answers[list(several.columns)].isna().all(axis=None)
