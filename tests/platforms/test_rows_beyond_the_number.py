"""Rows of rosters beyond the number that was stated: blank ones go, answers are never lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from roster_forms import household

from coprod_stats.literals import ExportSource
from coprod_stats.platforms import compose_form
from coprod_stats.responses import Responses
from coprod_stats.responses.platform_reading import read_platform_export
from coprod_stats.responses.platform_rosters import read_platform_rosters


def members(folder: Path, source: ExportSource) -> Responses:
    """Read one member who was asked for, Bo beyond the number, and a row that stayed blank."""
    instrument, files = household(folder), []
    path = folder / "export.csv"
    if source == "odk":
        path.write_text("size,care,KEY\n1,1,a\n", encoding="utf-8")
        keys = [f"a,a/member[{number}]" for number in (1, 2, 3)]
        rows = [f"Ann,40,{keys[0]}", f"Bo,17,{keys[1]}", f",,{keys[2]}"]
        files = [folder / "rows.csv"]
        files[0].write_text("\n".join(["name,age,PARENT_KEY,KEY", *rows, ""]), encoding="utf-8")
    elif source == "redcap":
        header = "record_id,redcap_repeat_instrument,redcap_repeat_instance,size,care,name,age"
        rows = ["a,,,1,1,,", "a,member,1,,,Ann,40", "a,member,2,,,Bo,17", "a,member,3,,,,"]
        header, rows = f"{header},kind", [f"{row}," for row in rows]
        path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    else:
        path = folder / "results.json"
        given = [{"NAME": "Ann", "AGE": 40}, {"NAME": "Bo", "AGE": 17}, {}]
        path.write_text(json.dumps([{"RID": "a", "SIZE": 1, "CARE": 1, "MEMBER": given}]))
    sidecar = compose_form(instrument, "xlsform" if source == "odk" else source).sidecar  # type: ignore[arg-type]
    found = read_platform_export(path, instrument, source=source, sidecar=sidecar)
    return read_platform_rosters(path, found, source=source, sidecar=sidecar, files=files)["MEMBER"]


@pytest.mark.parametrize("source", ["odk", "redcap", "surveyjs"])
def test_answers_beyond_the_number_are_rejected_and_blank_rows_pass(
    tmp_path: Path, source: ExportSource
) -> None:
    found = members(tmp_path, source)
    assert found.answers["NAME"].tolist() == ["Ann"]
    (entry,) = found.rejected
    assert (entry.code, entry.respondent) == ("ROW-005", "a")
    assert {"Bo", "17"} <= set(entry.value.split(","))


def test_rows_of_odk_are_numbered_by_their_keys_in_whatever_order(tmp_path: Path) -> None:
    instrument, main, rows = household(tmp_path), tmp_path / "main.csv", tmp_path / "rows.csv"
    main.write_text("size,care,KEY\n1,1,a\n2,1,b\n", encoding="utf-8")
    lines = ["Bo,17,a,a/member[2]", "Cy,50,b,b/member[2]", "Ann,40,a,a/member[1]"]
    rows.write_text("\n".join(["name,age,PARENT_KEY,KEY", *lines, ""]), encoding="utf-8")
    sidecar = compose_form(instrument, "xlsform").sidecar
    found = read_platform_export(main, instrument, source="odk", sidecar=sidecar)
    read = read_platform_rosters(main, found, source="odk", sidecar=sidecar, files=[rows])["MEMBER"]
    kept = read.answers[["RID", "MEMBER", "NAME"]].to_numpy().tolist()
    assert kept == [["b", 2, "Cy"], ["a", 1, "Ann"]]
    assert [(entry.code, entry.line) for entry in read.rejected] == [("ROW-005", 2)]
