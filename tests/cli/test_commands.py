"""Every command: its help, what it prints, the JSON it gives."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
import numpy as np
import pandas as pd
import pytest

from coprod_stats.cli.application import app
from coprod_stats.cli.output import progress_bar, write_json


def every_command() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []

    def walk(command: click.Command, path: tuple[str, ...]) -> None:
        if not isinstance(command, click.Group):
            found.append(path)
            return
        context = click.Context(command)
        for name in command.list_commands(context):
            walk(command.get_command(context, name), (*path, name))

    walk(app, ())
    return found


def widest(text: str) -> int:
    return max(map(len, text.splitlines()))


@pytest.mark.parametrize("command", every_command(), ids=" ".join)
def test_help_has_an_example(coprod, command) -> None:
    shown = coprod(*command, "--help")
    assert shown.returncode == 0
    assert f"Example: coprod {' '.join(command)}" in " ".join(shown.stdout.split())
    assert widest(shown.stdout) <= 80


def test_the_commands_of_this_stage_exist() -> None:
    assert {
        ("demo",),
        ("run",),
        ("simulate",),
        ("quality",),
        ("score",),
        ("reliability",),
        ("sem",),
        ("instrument", "list"),
        ("instrument", "show"),
        ("instrument", "check"),
        ("responses", "import"),
    } <= set(every_command())


def test_import_tells_what_was_kept_and_what_was_set_aside(coprod, tmp_path) -> None:
    (tmp_path / "raw.csv").write_text("rid,cop1,cop2,zzz\n1,9,4,x\n2,1,2,\n2,1,3,\n")
    shown = coprod("responses", "import", "raw.csv", "-i", "carers", "--out", "out.csv")
    assert shown.stdout.splitlines() == [
        "raw.csv: CSV, utf-8, delimiter ','",
        "rows read 3, kept 2, rejected 1",
        "values rejected 1; columns rejected: zzz",
        "questions without a column in the file 16 of 18: RELAT, ESEX, EAGE, DEP, HOURS, COP3, "
        "COP4, COP5 and 8 more",
        "answers: out.csv",
        "rejected, with reasons: out.csv.rejected.csv",
    ]
    assert len((tmp_path / "out.csv.rejected.csv").read_text().splitlines()) == 4


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            ("responses", "import", "c.csv", "-i", "carers", "-o", "o.csv", "--sidecar", "s.json"),
            "only with --from a platform: --sidecar",
        ),
        (
            ("instrument", "translate", "citizen", "--lang", "de", "--note", "hello"),
            "only with --from: --note",
        ),
        (
            (
                "instrument",
                "translate",
                "citizen",
                "--lang",
                "de",
                "--form",
                "f",
                "--from",
                "s.csv",
            ),
            "without effect with --from: --form",
        ),
    ],
)
def test_options_without_effect_are_refused(coprod, given, message) -> None:
    shown = coprod(*given)
    assert shown.returncode == 2
    assert message in " ".join(shown.stderr.split())


def test_import_as_json(coprod, tmp_path) -> None:
    (tmp_path / "raw.txt").write_text("RID;COP1\n1;1\n")
    shown = coprod(
        "responses",
        "import",
        "raw.txt",
        "--from",
        "csv",
        "-i",
        "carers",
        "--out",
        "out.csv",
        "--json",
        "-",
    )
    found = json.loads(shown.stdout)
    assert (found["rows_read"], found["rows_kept"], found["rows_rejected"]) == (1, 1, 0)
    assert "COP2" in found["columns_absent"]


@pytest.mark.parametrize("command", ["quality", "score", "reliability"])
def test_answers_on_the_terminal_and_as_json(coprod, tmp_path, command) -> None:
    shown = coprod(command, "carers.csv", "--instrument", "carers")
    assert (shown.returncode, shown.stderr) == (0, "")
    if command != "reliability":
        assert widest(shown.stdout) <= 100
    direct = coprod(command, "carers.csv", "-i", "carers", "--json", "-").stdout
    assert coprod(command, "carers.csv", "-i", "carers", "--json", "file.json").stdout == ""
    assert (tmp_path / "file.json").read_text(encoding="utf-8") == direct
    assert "NaN" not in direct
    assert json.loads(direct)


@pytest.mark.parametrize("command", ["quality", "score"])
def test_values_by_respondent_go_to_a_file(coprod, tmp_path, command) -> None:
    shown = coprod(command, "carers.csv", "-i", "carers", "--out", "out.csv")
    assert "out.csv" in shown.stdout
    assert len(pd.read_csv(tmp_path / "out.csv")) == 908


def test_what_does_not_fit_is_told_on_standard_error(coprod, tmp_path) -> None:
    (tmp_path / "raw.csv").write_text("RID,COP1,COP2,X\n1,9,4,x\n2,1,2,\n2,1,3,\n")
    shown = coprod("score", "raw.csv", "-i", "carers", "--json", "-")
    assert shown.stderr == (
        "raw.csv: rejected 1 row, 1 value and 1 column; "
        "'coprod responses import' lists them with reasons\n"
    )
    json.loads(shown.stdout)


def test_instruments_are_listed_shown_and_checked(coprod) -> None:
    assert "citizen" in coprod("instrument", "list").stdout
    shown = coprod("instrument", "show", "citizen", "--form", "core").stdout
    assert "What the questions cost and serve" in shown
    assert "  FPAWR      3 questions, 22 s: H62" in shown
    assert {
        entry["id"] for entry in json.loads(coprod("instrument", "list", "--json", "-").stdout)
    } >= {
        "carers",
        "citizen",
    }
    assert "Family carers of older people" in coprod("instrument", "show", "carers").stdout
    assert coprod("instrument", "check", "carers", "citizen").stdout == (
        "carers: no faults\ncitizen: no faults\n"
    )


def test_simulated_answers_and_their_truth_lie_beside_each_other(coprod, tmp_path) -> None:
    shown = coprod("simulate", "driver_impact", "--n", "30", "--seed", "3", "--out", "some.csv")
    assert shown.stdout == (
        "30 synthetic respondents: some.csv\ntrue parameters: some.truth.json\n"
    )
    again = coprod("responses", "import", "some.csv", "-i", "citizen", "--out", "canonical.csv")
    assert "kept 30, rejected 0" in again.stdout
    assert (tmp_path / "some.csv").read_bytes() == (tmp_path / "canonical.csv").read_bytes()


def test_json_has_no_number_that_is_none(tmp_path) -> None:
    target = tmp_path / "out.json"
    content = {
        "a": float("nan"),
        "b": [np.float64("inf"), 1.0, np.int64(2)],
        "c": np.array([np.nan, 1.5]),
        "d": {"e": np.float32("nan"), "f": np.bool_(True)},
        "g": (None, "x"),
    }
    write_json(content, str(target))
    assert json.loads(target.read_text()) == {
        "b": [None, 1.0, 2],
        "c": [None, 1.5],
        "d": {"f": True},
        "g": [None, "x"],
    }


def test_progress_is_silent_when_piped(capsys) -> None:
    with progress_bar("work") as progress:
        progress(1, 2, "step")
    assert capsys.readouterr() == ("", "")


def test_progress_is_shown_on_a_terminal(capsys, monkeypatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress_bar("work") as progress:
        progress(1, 2, "step")
    assert capsys.readouterr().out == ""


def test_a_table_without_rows_is_shown_as_such(coprod, tmp_path: Path) -> None:
    questionnaire = (
        "instrument: tiny\nversion: 1.0.0\ntitle: Tiny\nstatus: draft\nlanguages: [en]\n"
        "forms: {full: {title: Full}}\npages:\n  - page: one\n    blocks:\n      - block: one\n"
        "        items:\n          - {id: Q1, text: How?, options: {1: Good, 2: Bad}}\n"
    )
    (tmp_path / "tiny.yaml").write_text(questionnaire, encoding="utf-8")
    (tmp_path / "answers.csv").write_text("Q1\n1\n", encoding="utf-8")
    shown = coprod("score", "answers.csv", "-i", "tiny.yaml")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "scale" in shown.stdout
