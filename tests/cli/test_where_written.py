"""Commands print where they wrote: on standard error where JSON was asked for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_faults_of_the_machine import COMMANDS

CARERS = ("carers.csv", "-i", "carers")
MINE, SHEET = "out/mine.yaml", "out/fr.csv"
RATINGS = "item,A,B,C\nNEG1,4,4,3\nNEG2,3,4,4\n"
MODEL = "f =~ x1 + x2 + x3\n"
WITH_JSON: dict[tuple[str, ...], tuple[tuple[str, ...], tuple[str, ...]]] = {
    ("instrument", "list"): ((), ()),
    ("instrument", "check"): (("carers",), ()),
    ("instrument", "subset"): (
        ("carers", "--scales", "NEG", "--out", "out/mine.yaml"),
        ("out/mine.yaml",),
    ),
    ("instrument", "ratings"): (("ratings.csv",), ()),
    ("instrument", "diff"): (("carers", "carers"), ()),
    ("instrument", "lint"): (("carers",), ()),
    ("instrument", "translate"): (
        ("carers", "--lang", "fr", "--out", "out/fr.csv"),
        ("out/fr.csv",),
    ),
    ("instrument", "draft"): (("carers.csv", "--out", "out/draft.yaml"), ("out/draft.yaml",)),
    ("instrument", "coverage"): (("citizen",), ()),
    ("responses", "import"): (
        (*CARERS, "-o", "out/a.csv"),
        ("out/a.csv", "out/a.csv.rejected.csv"),
    ),
    ("quality",): ((*CARERS, "-o", "out/flags.csv"), ("out/flags.csv",)),
    ("score",): ((*CARERS, "-o", "out/scores.csv"), ("out/scores.csv",)),
    ("reliability",): (CARERS, ()),
    ("regress",): (("carers.csv", "-f", "NEGC7 ~ DEP"), ()),
    ("sem",): (("model.txt", "--data", "x.csv", "--scores", "out/f.csv"), ("out/f.csv",)),
    ("run",): (("carers", "--out", "out/report"), ("out/report/carers.html",)),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    (tmp_path / "ratings.csv").write_text(RATINGS, encoding="utf-8")
    (tmp_path / "model.txt").write_text(MODEL, encoding="utf-8")
    rows = [(k % 5 + k % 3, (k + 1) % 5 + k % 3, k % 4 + k % 3 + k % 5) for k in range(60)]
    text = "".join(f"{a},{b},{c}\n" for a, b, c in rows)
    (tmp_path / "x.csv").write_text(f"x1,x2,x3\n{text}", encoding="utf-8")
    return tmp_path


def test_every_command_with_numbers_is_tried() -> None:
    numbers = {
        words
        for words, command in COMMANDS.items()
        if any(parameter.name == "json" for parameter in command.params)
    }
    assert WITH_JSON.keys() == numbers


@pytest.mark.parametrize("words", WITH_JSON, ids=" ".join)
def test_a_command_prints_where_its_numbers_and_files_are(
    coprod, folder: Path, words: tuple[str, ...]
) -> None:
    arguments, files = WITH_JSON[words]
    done = coprod(*words, *arguments, "--json", "numbers.json")
    told = done.stderr.splitlines()
    assert "written: numbers.json" in told
    assert json.loads((folder / "numbers.json").read_text("utf-8")) is not None
    for file in files:
        assert (folder / file).is_file()
        assert [line for line in told if line.endswith(f": {file}")], done.stderr
    assert "written" not in done.stdout


@pytest.mark.parametrize("words", sorted(WITH_JSON.keys() - {("run",)}), ids=" ".join)
def test_standard_output_is_json_alone(coprod, folder: Path, words: tuple[str, ...]) -> None:
    arguments, files = WITH_JSON[words]
    done = coprod(*words, *arguments, "--json", "-")
    assert json.loads(done.stdout) is not None
    for file in files:
        assert [line for line in done.stderr.splitlines() if line.endswith(f": {file}")]
