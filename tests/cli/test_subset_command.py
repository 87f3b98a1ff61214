"""``coprod instrument subset``: what it tells, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


def test_the_lists_are_the_same_in_words_and_in_json(coprod, tmp_path: Path) -> None:
    words = coprod("instrument", "subset", "carers", "--scales", "NEG", "--out", "one.yaml")
    coprod(
        *("instrument", "subset", "carers", "--scales", "NEG", "--out", "two.yaml"),
        *("--keep", "CAGE,CSEX", "--json", "cut.json"),
    )
    told = json.loads((tmp_path / "cut.json").read_text(encoding="utf-8"))
    assert told["files"] == ["two.yaml", "two_constructs.yaml"]
    assert told["questions"] == {"full": 8}
    assert told["gone"]["scales"] == ["POS"]
    assert "6 of 18 questions stay\n" in words.stdout
    assert "went: 1 scale: POS\n" in words.stdout
    assert coprod("instrument", "check", "one.yaml", "two.yaml").returncode == 0


def test_a_questionnaire_is_not_written_over_itself(coprod, tmp_path: Path) -> None:
    coprod("instrument", "copy", "carers", "--out", ".")
    before = (tmp_path / "carers.yaml").read_bytes()
    shown = coprod("instrument", "subset", "carers.yaml", "--scales", "NEG", "--out", "carers.yaml")
    assert shown.returncode == 2
    assert (tmp_path / "carers.yaml").read_bytes() == before


@pytest.mark.parametrize("folder", [".", "..", "/", ""])
@pytest.mark.parametrize(
    "command",
    [
        ["instrument", "subset", "carers", "--scales", "NEG"],
        ["simulate", "driver_impact"],
        ["responses", "import", "carers", "--instrument", "carers"],
    ],
)
def test_a_folder_is_refused_where_a_file_with_others_beside_it_is_written(
    coprod, command: list[str], folder: str
) -> None:
    shown = coprod(*command, "--out", folder)
    assert shown.returncode == 1
    assert shown.stderr.endswith(": Is a directory\n")


def test_a_scale_that_does_not_exist_is_named(coprod) -> None:
    shown = coprod("instrument", "subset", "carers", "--scales", "NEGG", "--out", "one.yaml")
    assert shown.returncode == 1
    assert "no scale or index 'NEGG'. Did you mean 'NEG'" in shown.stderr


def test_coverage_of_a_subset_does_not_judge_modules_that_do_not_fit_it(coprod) -> None:
    coprod("instrument", "subset", "citizen", "--scales", "DRREL,QUA", "--out", "mine.yaml")
    shown = coprod("instrument", "coverage", "mine.yaml")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("DRREL ")
    assert "citizen: modules that do not fit this file are not judged: " in shown.stderr
    assert "vignette" in shown.stderr
    assert "bridge" not in shown.stderr


def test_plans_of_a_part_are_not_known_so_that_no_exemption_is_stale(
    coprod, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.yaml"
    coprod("instrument", "subset", "citizen", "--scales", "FARSK,CAP", "--out", mine)
    found = coprod("instrument", "lint", mine)
    assert found.returncode == 0
    assert "LINT-011" not in found.stdout
