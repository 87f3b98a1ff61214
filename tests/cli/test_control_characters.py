"""Control characters: a fault wherever texts are read, spelled out wherever text is shown."""

from __future__ import annotations

import csv
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coprod_stats.control_characters import (
    control_character,
    control_character_in_lines,
    visible,
    without_control_characters,
)

PARKS = """
instrument: parks
version: 0.1.0
title: Parks
languages: [en, de]
forms: {full: {title: Full}}
pages:
  - page: one
    blocks:
      - block: one
        items:
          - {id: VISITS, text: How often?, options: {1: Never, 2: Often}}
"""
XML_CHARACTERS = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


@given(st.text(st.characters()))
def test_what_is_no_control_character_can_stand_in_xml_and_on_a_terminal(text: str) -> None:
    if not control_character(text):
        assert XML_CHARACTERS.fullmatch(text)
        assert not any((ord(c) < 32 and c not in "\t\n") or 127 <= ord(c) < 160 for c in text)
        assert visible(text) == text == without_control_characters(text)
    for clean in (visible(text), without_control_characters(text)):
        assert not control_character(clean)


def test_the_place_of_a_control_character_is_counted_in_lines_however_they_end() -> None:
    assert control_character_in_lines("ab\r\nc\rd\n") == ("", 0, 0)
    assert control_character_in_lines("ab\r\nc\rde\x07f") == ("U+0007", 3, 3)


@pytest.mark.parametrize(
    ("command", "file"),
    [
        (("instrument", "check", "a.yaml"), PARKS),
        (("instrument", "check", "parks.yaml"), ""),
        (("run", "a.yaml"), "plan: a\ntitle: Parks\n"),
        (("simulate", "a.yaml", "--n", "5", "--seed", "1", "--out", "b.csv"), "title: Parks\n"),
    ],
    ids=["questionnaire", "translation", "plan", "population"],
)
@pytest.mark.parametrize("written", ["\x07", '"\\e[31m"', '"\\x85"'], ids=["raw", "escape", "c1"])
def test_a_control_character_in_a_file_is_a_fault_with_its_line(
    coprod, tmp_path, command: tuple[str, ...], file: str, written: str
) -> None:
    if file:
        (tmp_path / "a.yaml").write_text(file.replace("Parks", written))
        name, line = "a.yaml", file[: file.index("Parks")].count("\n") + 1
    else:
        (tmp_path / "parks.yaml").write_text(PARKS)
        (tmp_path / "translations").mkdir()
        (tmp_path / "translations" / "parks.de.yaml").write_text(
            "instrument: parks\nlanguage: de\ntexts:\n"
            f"  title: {{source: Parks, translation: {written}}}\n"
        )
        name, line = "parks.de.yaml", 4
    done = coprod(*command)
    assert done.returncode == 1
    assert f"YAML-007 {name}:{line}: a text with the control character U+00" in done.stderr
    assert not control_character(done.stderr + done.stdout)


@pytest.mark.parametrize("text", ["f =~ x + y\nx ~~ y # \x1b[31m\n", "a =~ b + c\n d\x00 ~ a\n"])
def test_a_control_character_in_a_model_is_a_fault_with_its_line(coprod, tmp_path, text) -> None:
    (tmp_path / "model.txt").write_text(text)
    (tmp_path / "data.csv").write_text("x,y\n1,2\n2,1\n3,5\n")
    done = coprod("sem", "model.txt", "--data", "data.csv")
    assert done.returncode == 1
    assert "line 2, column " in done.stderr
    assert "the control character U+00" in done.stderr
    assert not control_character(done.stderr)


def test_a_control_character_in_a_translators_sheet_is_a_fault_with_its_row(
    coprod, tmp_path
) -> None:
    (tmp_path / "parks.yaml").write_text(PARKS)
    with (tmp_path / "sheet.csv").open("w", newline="") as file:
        csv.writer(file).writerows(
            [
                ["key", "source", "translation", "status"],
                ["title", "Parks", "Die\r\nParks", ""],
                ["VISITS.text", "How often?", "Wie\x0b oft?", ""],
            ]
        )
    done = coprod(
        "instrument",
        "translate",
        "parks.yaml",
        "--lang",
        "de",
        "--from",
        "sheet.csv",
        "-o",
        "de.yaml",
    )
    assert done.returncode == 1
    assert "sheet.csv, row 3: a text with the control character U+000B" in done.stderr
    assert not (tmp_path / "de.yaml").exists()


@pytest.mark.parametrize(
    "command",
    [
        ("instrument", "show", "\x1b[31mred"),
        ("instrument", "show", "citizen", "--\x1b[31mred"),
        ("instrument", "show", "citizen", "--form", "\x9b31mred"),
    ],
    ids=["path", "option", "form"],
)
def test_no_control_character_of_an_argument_reaches_the_terminal(
    coprod, command: tuple[str, ...]
) -> None:
    done = coprod(*command)
    assert done.returncode in (1, 2)
    assert re.search(r"\\(x|u00)(1b\[|9b)31mred", done.stderr)
    assert not control_character(done.stderr + done.stdout)


def test_no_control_character_of_the_answers_reaches_the_terminal(coprod, tmp_path) -> None:
    (tmp_path / "parks.yaml").write_text(PARKS)
    (tmp_path / "answers.csv").write_text("VISITS,\x1b[31mred\x9b\n1,9\n\x1b[2J,9\n")
    command = ("responses", "import", "answers.csv", "--instrument", "parks.yaml", "--out", "a.csv")
    done = coprod(*command)
    assert "\\u001b[31mred" in done.stdout.lower()
    assert not control_character(done.stderr + done.stdout)
    done = coprod(*command, "--json", "-")
    assert json.loads(done.stdout)["columns_rejected"] == ["\x1b[31mred\x9b"]
    assert not control_character(done.stderr + done.stdout)


def test_labels_with_control_characters_are_drafted_without_them(coprod, tmp_path) -> None:
    (tmp_path / "data.csv").write_text("q1,q2\n1,2\n2,1\n1,1\n")
    (tmp_path / "book.csv").write_text(
        "variable,label,values\nq1,How\x1b[1m often?,1 = Ne\x80ver; 2 = Often\nq2,Why?,\n"
    )
    drafted = coprod("instrument", "draft", "data.csv", "--codebook", "book.csv", "-o", "d.yaml")
    assert drafted.returncode == 0, drafted.stderr
    assert coprod("instrument", "check", "d.yaml").returncode == 0
    assert "How [1m often?" in (tmp_path / "d.yaml").read_text()
