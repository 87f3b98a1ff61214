"""The fuzzing job finds what it is for: defects that are planted here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import calling
import cases
import checking
import pytest
from cases import Case, make_case
from mutations import (
    damaged_bytes,
    damaged_cells,
    damaged_expressions,
    damaged_text,
    damaged_tree,
)
from reduction import reduced

from coprod_stats.cli import import_command
from coprod_stats.files import commit
from coprod_stats.responses import reading

HERE = Path(__file__).parent
IMPORT = ("responses", "import", "one.csv", "-i", "whole.yaml", "-o", "kept.csv", "--json")


def answers() -> Case:
    rows = cases._survey_answers()[:6]
    files = {"one.csv": cases._csv(rows), **cases._beside()}
    return Case("answers", files, [(*IMPORT, "counts.json")], ("one.csv",), rows=5)


def test_a_case_follows_from_seed_and_number() -> None:
    for number in range(12):
        assert make_case(1, number) == make_case(1, number)
    assert any(make_case(1, number) != make_case(2, number) for number in range(12))
    assert {make_case(1, number).kind for number in range(80)} == {
        *("questionnaire", "plan", "model", "answers", "rows", "sidecar", "full", "kill")
    }


def test_damage_changes_what_it_is_given_and_not_the_original() -> None:
    rng, tree = Random(1), {"a": [1, {"b": "text"}], "c": "text"}
    rows, routed = [["A", "B"], ["1", "2"]], {"items": [{"id": "B", "when": "A == 1"}]}
    changed = [
        sum(damaged_text("a: 1\nb: 2\n", rng) != "a: 1\nb: 2\n" for _ in range(50)),
        sum(damaged_bytes(b"abc", rng) != b"abc" for _ in range(50)),
        sum(damaged_tree(tree, rng) != tree for _ in range(50)),
        sum(damaged_cells(rows, rng) != rows for _ in range(50)),
        sum(damaged_expressions(routed, rng, ("A", "or")) != routed for _ in range(50)),
    ]
    assert min(changed) > 25
    assert tree == {"a": [1, {"b": "text"}], "c": "text"}
    assert rows == [["A", "B"], ["1", "2"]]
    assert routed == {"items": [{"id": "B", "when": "A == 1"}]}
    found = [damaged_expressions(routed, rng, ("A", "or"))["items"][0]["id"] for _ in range(50)]
    assert set(found) == {"B"}


def test_what_is_right_is_no_finding(tmp_path: Path) -> None:
    assert checking.check(answers(), tmp_path) is None


def test_a_traceback_is_found_with_its_place(monkeypatch, tmp_path: Path) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(import_command, "bound_answers", broken)
    found = checking.check(answers(), tmp_path)
    assert found is not None
    assert found.fault == "KeyError in cli/import_command.py import_answers"
    assert "Traceback" in found.detail


@pytest.mark.parametrize(
    ("err", "fault"),
    [
        ("", "status 1 without a message"),
        ("NONE-999 x: y", "codes without documentation: NONE-999"),
        ("/x/pandas/y.py:3: FutureWarning: z", "warning of a library"),
        ("YAML-001 x: y", ""),
    ],
)
def test_an_end_without_a_documented_message_is_found(err: str, fault: str) -> None:
    assert calling._judged(1, "", err, "")[0].startswith(fault)
    assert bool(calling._judged(1, "", err, "")[0]) is bool(fault)


def test_a_row_that_is_neither_kept_nor_rejected_is_found(monkeypatch, tmp_path: Path) -> None:
    write = reading.write_canonical
    monkeypatch.setattr(
        reading, "write_canonical", lambda answers, *to, **how: write(answers[1:], *to, **how)
    )
    found = checking.check(answers(), tmp_path)
    assert found is not None
    assert found.fault == "rows lost between reading and writing"


def test_a_row_that_was_never_read_is_found(monkeypatch, tmp_path: Path) -> None:
    read = import_command.bound_answers

    def losing(*values: object, **words: object) -> object:
        found = read(*values, **words)
        fewer = replace(found.provenance, rows_read=found.provenance.rows_read - 1)
        return replace(found, answers=found.answers[1:], provenance=fewer)

    monkeypatch.setattr(import_command, "bound_answers", losing)
    found = checking.check(answers(), tmp_path)
    assert found is not None
    assert found.fault == "rows lost in reading"


def test_a_write_that_is_not_undone_is_found(monkeypatch, tmp_path: Path) -> None:
    def findings(name: str) -> set[str]:
        found = []
        for step in range(10):
            (tmp_path / f"{name}{step}").mkdir()
            found.append(checking.check(make_machine_case(step), tmp_path / f"{name}{step}"))
        return {finding.fault for finding in found if finding is not None}

    assert findings("right") == set()
    monkeypatch.setattr(commit, "_restore", lambda *_: None)
    assert "old and new files side by side" in findings("wrong")


def make_machine_case(step: int) -> Case:
    rows = cases._survey_answers()
    files = {"one.csv": cases._csv(rows[:5]), "two.csv": cases._csv(rows[:9]), **cases._beside()}
    words = [(*IMPORT[:2], f"{name}.csv", *IMPORT[3:], "c.json") for name in ("one", "two")]
    return Case("full", files, words, full=step)


def test_a_reproduction_is_as_short_as_the_defect_allows() -> None:
    lines = [f"line {number}\n" for number in range(64)]
    case = Case("plan", {"plan.yaml": "".join(lines).encode()}, [("a",), ("b",)], ("plan.yaml",))

    def fails(tried: Case) -> bool:
        return b"line 41\n" in tried.files["plan.yaml"] and ("b",) in tried.commands

    small = reduced(case, fails, seconds=20)
    assert small.files == {"plan.yaml": b"line 41\n"}
    assert small.commands == [("b",)]


def test_a_run_is_taken_up_where_it_stopped(tmp_path: Path) -> None:
    for until in ("2", "3"):
        done = subprocess.run(
            [
                *(sys.executable, str(HERE / "run.py"), "--seed", "1", "--minutes", "5"),
                *("--until", until, "--folder", str(tmp_path / "run")),
            ],
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
    state = json.loads((tmp_path / "run" / "state.json").read_text())
    assert state == {"seed": 1, "next": 3, "findings": []}
    assert done.stdout.splitlines()[0].startswith("seed 1, from case 2")
