"""The table of meanings names items and meanings that exist in a questionnaire that shares it."""

from __future__ import annotations

from pathlib import Path

import pytest

from coprod_stats.instruments import InstrumentError, read_instrument
from coprod_stats.instruments.source.reading import check_instrument

CONSTRUCTS = """
source: An article.
meanings:
{meanings}
constructs:
  TRU: {{family: Impact, label: Trust, role: impact, section: "5", sources: "[1]",
        respondent: both, measure: reflective}}
"""
SURVEY = """
instrument: {id}
version: 1.0.0
title: A survey
status: draft
languages: [en]
constructs: {constructs}
forms: {{full: {{title: Full}}}}
pages:
  - page: first
    blocks:
      - block: first
        items: [{items}]
"""
MODULE = """
module: extra
version: 1.0.0
title: More
for:
  survey:
    pages:
      - page: more
        after: first
        blocks: [{block: more, items: [{id: MORE1, text: More?, options: {1: "Yes", 2: "No"}}]}]
"""


def written(folder: Path, id: str, *items: str, constructs: str = "constructs.yaml") -> Path:
    """Write a questionnaire with some items."""
    asked = ", ".join(
        f'{{id: {item}, text: So?, options: {{1: "Yes", 2: "No"}}}}' for item in items
    )
    path = folder / f"{id}.yaml"
    path.write_text(SURVEY.format(id=id, constructs=constructs, items=asked), encoding="utf-8")
    return path


def table(folder: Path, *entries: str) -> None:
    """Write a file of constructs with a table of meanings."""
    meanings = "\n".join(f"  {entry}" for entry in entries)
    text = CONSTRUCTS.format(meanings=meanings)
    (folder / "constructs.yaml").write_text(text, encoding="utf-8")


def test_an_unknown_item_is_a_fault_with_its_line_and_a_suggestion(tmp_path: Path) -> None:
    table(tmp_path, "m: {asks: relying, items: [TRUST1, TRSUT2]}", "n: {asks: x, items: [TRUST2]}")
    with pytest.raises(InstrumentError) as caught:
        read_instrument(written(tmp_path, "survey", "TRUST1", "TRUST2"))
    (fault,) = caught.value.faults
    assert (fault.code, fault.file, fault.line) == ("MEANING-001", "constructs.yaml", 4)
    assert (fault.place, "TRSUT2" in fault.found) == ("meaning 'm'", True)
    assert "Did you mean 'TRUST2'?" in fault.remedy


def test_an_unknown_meaning_that_another_is_near_to_is_a_fault(tmp_path: Path) -> None:
    table(tmp_path, "own: {asks: a, items: [A1]}", "their: {asks: b, items: [A2], near: [onw]}")
    (fault,) = check_instrument(written(tmp_path, "survey", "A1", "A2"))
    assert (fault.code, fault.line) == ("MEANING-002", 5)
    assert "Did you mean 'own'?" in fault.remedy


def test_items_of_questionnaires_and_modules_beside_the_file_are_known(tmp_path: Path) -> None:
    table(tmp_path, "m: {asks: relying, items: [A1, B1, MORE1]}")
    path = written(tmp_path, "survey", "A1")
    (fault,) = check_instrument(path)
    assert ("B1" in fault.found, "MORE1 in meaning 'm' (line 4)" in fault.found) == (True, True)
    written(tmp_path, "stranger", "B1", constructs="others.yaml")
    assert len(check_instrument(path)) == 1
    written(tmp_path, "twin", "B1")
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "extra.yaml").write_text(MODULE, encoding="utf-8")
    assert check_instrument(path) == ()


def test_what_a_cut_has_left_behind_is_one_fault(tmp_path: Path) -> None:
    gone = ", ".join(f"GONE{number}" for number in range(9))
    table(tmp_path, f"m: {{asks: relying, items: [KEPT, {gone}]}}")
    (fault,) = check_instrument(written(tmp_path, "survey", "KEPT"))
    assert "GONE0; the same holds for GONE1 in meaning 'm'" in fault.found
    assert "and 3 more" in fault.found
