"""Every command states which files it reads and writes, and leaves the former as they are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from coprod_stats.cli.application import app
from coprod_stats.cli.file_roles import (
    FileCommand,
    InputFile,
    InputName,
    OutputFile,
    OutputFolder,
)
from coprod_stats.cli.named_files import files_behind

INPUTS, OUTPUTS = (InputFile, InputName), (OutputFile, OutputFolder)


def leaves(command: click.Command, *words: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        yield words, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from leaves(found, *words, name)


COMMANDS = dict(leaves(app))
PAIRS = [
    (words, one.name, other.name)
    for words, command in COMMANDS.items()
    for one in command.params
    for other in command.params
    if isinstance(one.type, INPUTS) and isinstance(other.type, OUTPUTS)
]
WRITING_TWO = [
    (words, one.name, other.name)
    for words, command in COMMANDS.items()
    for place, one in enumerate(command.params)
    for other in command.params[place + 1 :]
    if isinstance(one.type, OUTPUTS) and isinstance(other.type, OUTPUTS)
]


def call(words: tuple[str, ...], **files: str) -> list[str]:
    """Compose a call that gives these files, and to whatever else is required some value."""
    found, positional = list(words), []
    for parameter in COMMANDS[words].params:
        value = files.get(str(parameter.name))
        if value is None and parameter.required:
            value = parameter.type.choices[0] if _is_choice(parameter) else f"{parameter.name}.x"
        if value is None:
            continue
        if isinstance(parameter, click.Argument):
            positional.append(value)
        else:
            found += [parameter.opts[0], value]
    return [*found, *positional]


def _is_choice(parameter: click.Parameter) -> bool:
    return isinstance(parameter.type, click.Choice)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_declares_its_files(words: tuple[str, ...]) -> None:
    command = COMMANDS[words]
    assert isinstance(command, FileCommand)
    for parameter in command.params:
        if isinstance(parameter.type, click.Path) and parameter.type.file_okay:
            assert isinstance(parameter.type, (*INPUTS, *OUTPUTS)), parameter.name
        if str(parameter.metavar) == "FILE" or parameter.name in ("json", "out", "scores"):
            assert isinstance(parameter.type, OUTPUTS), parameter.name


@pytest.mark.parametrize(("words", "read", "write"), PAIRS, ids=str)
def test_an_output_that_is_an_input_is_refused_before_anything_is_read(
    coprod, tmp_path: Path, words: tuple[str, ...], read: str, write: str
) -> None:
    (tmp_path / "mine.csv").write_text("neither answers nor a questionnaire")
    shown = coprod(*call(words, **{read: "mine.csv", write: "mine.csv"}))
    assert shown.returncode == 2
    assert "would be overwritten" in shown.stderr
    assert (tmp_path / "mine.csv").read_text() == "neither answers nor a questionnaire"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.csv"]


@pytest.mark.parametrize(("words", "one", "other"), WRITING_TWO, ids=str)
def test_two_outputs_are_two_files(
    coprod, tmp_path: Path, words: tuple[str, ...], one: str, other: str
) -> None:
    shown = coprod(*call(words, **{one: "same.csv", other: "./same.csv"}))
    assert shown.returncode == 2
    assert "is also written as" in shown.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "name",
    ["./mine.csv", "folder/../mine.csv", "link.csv", "hard.csv", "MINE.csv", "linked/mine.csv"],
)
def test_the_same_file_is_recognised_by_any_name(coprod, tmp_path: Path, name: str) -> None:
    (tmp_path / "mine.csv").write_text("RELAT\n1\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.csv").symlink_to("mine.csv")
    (tmp_path / "linked").symlink_to(tmp_path)
    os.link(tmp_path / "mine.csv", tmp_path / "hard.csv")
    shown = coprod("score", "mine.csv", "-i", "carers", "-o", name)
    assert shown.returncode == 2
    assert "would be overwritten" in shown.stderr
    assert (tmp_path / "mine.csv").read_text() == "RELAT\n1\n"


@pytest.mark.parametrize(
    ("words", "read"),
    [
        (("responses", "import", "x.csv.rejected.csv", "-i", "carers"), "x.csv.rejected.csv"),
        (("responses", "import", "a", "-i", "x.csv.rejected.csv"), "x.csv.rejected.csv"),
        (("simulate", "x.truth.json"), "x.truth.json"),
        (("simulate", "carers", "--population", "x.truth.json"), "x.truth.json"),
    ],
    ids=str,
)
def test_what_is_written_beside_an_output_is_an_output(
    coprod, tmp_path: Path, words: tuple[str, ...], read: str
) -> None:
    (tmp_path / read).write_text("mine")
    assert coprod(*words, "--out", "x.csv").returncode == 2
    assert (tmp_path / read).read_text() == "mine"


def test_what_an_input_names_is_not_overwritten_either(coprod, tmp_path: Path) -> None:
    coprod("instrument", "copy", "carers", "--out", ".")
    (tmp_path / "plan.yaml").write_text("instrument: carers\ndata: {file: answers.csv}\n")
    (tmp_path / "answers.csv").write_text("mine")
    (tmp_path / "fit.json").write_text('{"data": {"file": "answers.csv"}}')
    for words in (
        ("run", "plan.yaml", "--json", "answers.csv"),
        ("run", "plan.yaml", "--json", "carers.yaml"),
        ("run", "plan.yaml", "--json", "carers_constructs.yaml"),
        ("instrument", "codebook", "carers.yaml", "--out", "carers_constructs.yaml"),
        ("sem", "compare", "fit.json", "--json", "answers.csv"),
    ):
        shown = coprod(*words)
        assert shown.returncode == 2, words
        assert "would be overwritten" in shown.stderr
    assert (tmp_path / "answers.csv").read_text() == "mine"


def test_a_file_named_like_a_part_of_a_word_is_not_named(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text("data: {file: answers.csv}\ntitle: en de out\n")
    for name in ("answers.csv", "wers.csv", "de.yaml"):
        (tmp_path / name).write_text("")
    assert files_behind(tmp_path / "plan.yaml") == (tmp_path / "answers.csv",)


def test_answers_may_be_simulated_for_the_plan_that_will_read_them(coprod, tmp_path: Path) -> None:
    plan = Path(__file__).parents[2] / "analyses" / "driver_impact.yaml"
    text = plan.read_text(encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "citizen_synthetic.csv").write_text("old")
    coprod("simulate", "plan.yaml", "--n", "5", "--out", "citizen_synthetic.csv")
    assert len((tmp_path / "citizen_synthetic.csv").read_text().splitlines()) == 6


def test_questions_and_people_in_a_plain_text_are_not_taken_for_answers(
    coprod, tmp_path: Path
) -> None:
    (tmp_path / "plan.yaml").write_text("instrument: questions.txt\npopulation_model: in/people\n")
    (tmp_path / "in").mkdir()
    for name in ("questions.txt", "in/people"):
        (tmp_path / name).write_text("mine")
        assert coprod("simulate", "plan.yaml", "--out", name).returncode == 2
        assert (tmp_path / name).read_text() == "mine"


@pytest.mark.parametrize("suffix", [".yaml", ".json"])
def test_what_answers_are_simulated_from_is_not_overwritten(
    coprod, tmp_path: Path, suffix: str
) -> None:
    files = {
        name: tmp_path / f"{name}{suffix}" for name in ("questions", "people", "translations/de")
    }
    files |= {name: tmp_path / f"{name}.yaml" for name in ("constructs", "hypotheses")}
    (tmp_path / "translations").mkdir()
    for path in files.values():
        path.write_text("mine")
    files["translations/de"].rename(tmp_path / "translations" / "de.yaml")
    files["translations/de"] = tmp_path / "translations" / "de.yaml"
    files["questions"].write_text("constructs: constructs.yaml")
    (tmp_path / "plan.yaml").write_text(
        f"plan: mine\ninstrument: questions{suffix}\npopulation_model: people{suffix}\n"
        "data: {file: answers.csv}\nhypotheses: [H1]\n"
    )
    (tmp_path / "answers.csv").write_text("mine")
    before = {path: path.read_text() for path in files.values()}
    for path in files.values():
        shown = coprod("simulate", "plan.yaml", "--out", str(path.relative_to(tmp_path)))
        assert shown.returncode == 2, path
        assert "would be overwritten" in shown.stderr
    assert {path: path.read_text() for path in files.values()} == before
    assert "overwritten" not in coprod("simulate", "plan.yaml", "--out", "answers.csv").stderr


@pytest.mark.parametrize("name", ["questions.txt", "questions", "questions.v2", "questions.csv"])
def test_what_a_questionnaire_of_any_suffix_names_is_not_overwritten(
    coprod, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("# mine\nconstructs: constructs.txt\n")
    (tmp_path / "constructs.txt").write_text("constructs: {T: {title: mine, source: more.yaml}}")
    (tmp_path / "translations").mkdir()
    files = ("constructs.txt", "translations/de.yaml", "more.yaml")
    for file in files[1:]:
        (tmp_path / file).write_text("mine")
    (tmp_path / "plan.txt").write_text(f"plan: mine\ninstrument: ./{name}\n")
    calls = [("score", "carers.csv", "-i", name), ("instrument", "codebook", name)]
    calls += [] if name.endswith("csv") else [("run", "plan.txt")]
    for words in calls:
        for file in files:
            option = "--json" if words[0] == "run" else "--out"
            shown = coprod(*words, option, file)
            assert shown.returncode == 2, (words, file)
            assert "would be overwritten" in shown.stderr
    assert [(tmp_path / file).read_text()[-4:] for file in files] == ["ml}}", "mine", "mine"]


@pytest.mark.parametrize(
    ("words", "written"),
    [
        (("score", "a.csv", "-i", "carers", "-o", "s.sav"), ".csv, .xlsx, .parquet or .pq"),
        (("quality", "a.csv", "-i", "carers", "-o", "f.ods"), ".csv, .xlsx, .parquet or .pq"),
        (("responses", "import", "a.csv", "-i", "carers", "-o", "b.JSON"), ".csv, .xlsx, .parquet"),
        (("simulate", "driver_impact", "-o", "s.xls"), ".csv, .xlsx, .parquet or .pq"),
        (("sem", "f =~ a + b + c", "--data", "a.csv", "--scores", "f.xlsx"), ".csv"),
        (("sem", "f =~ a + b + c", "--data", "a.csv", "--json", "f.csv"), ".json"),
        (("score", "a.csv", "-i", "carers", "--json", "s.xlsx"), ".json"),
        (("instrument", "draft", "a.csv", "-o", "q.csv"), ".yaml or .yml"),
        (
            ("instrument", "subset", "carers", "--scales", "POS", "-o", "q.txt.json"),
            ".yaml or .yml",
        ),
        (("instrument", "codebook", "carers", "-o", "c.pdf"), ".html or .htm"),
        (("instrument", "translate", "carers", "--lang", "fr", "-o", "t.ods"), ".xlsx, .csv,"),
    ],
    ids=lambda value: value[-1] if isinstance(value, tuple) else "",
)
def test_a_file_is_what_its_name_says(
    coprod, tmp_path: Path, words: tuple[str, ...], written: str
) -> None:
    shown = coprod(*words)
    assert shown.returncode == 2
    assert f"{words[-1]}: what is written is {written}" in " ".join(shown.stderr.split())
    assert not list(tmp_path.iterdir())


def test_names_that_state_no_format_are_as_good_as_any(coprod, tmp_path: Path) -> None:
    for name in ("scores", "scores.txt", "scores.2026"):
        assert coprod("score", "carers.csv", "-i", "carers", "-o", name).returncode == 0
        assert (tmp_path / name).read_text().startswith("respondent,")


def test_words_in_a_table_name_no_files(coprod, tmp_path: Path) -> None:
    (tmp_path / "answers.txt").write_text("RID,RELAT\nscores.csv,1\n")
    (tmp_path / "scores.csv").write_text("old")
    shown = coprod("score", "answers.txt", "-i", "carers", "-o", "scores.csv")
    assert "overwritten" not in shown.stderr


def test_a_result_may_be_written_again(coprod, tmp_path: Path) -> None:
    for _ in range(2):
        shown = coprod("score", "carers.csv", "-i", "carers", "-o", "s.csv", "--json", "s.json")
        assert shown.returncode == 0, shown.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.csv", "s.json"]


@pytest.mark.skipif(os.name != "posix", reason="needs a device")
def test_beside_a_device_there_is_no_place_for_what_was_rejected(coprod) -> None:
    shown = coprod("responses", "import", "carers.csv", "-i", "carers", "-o", "/dev/null")
    assert shown.returncode == 2
    assert "no place for null.rejected.csv" in shown.stderr


def test_an_output_without_a_place_is_refused_before_the_work(coprod, tmp_path: Path) -> None:
    for out in ("no/out.csv", "."):
        shown = coprod("score", "missing.csv", "-i", "missing", "-o", out)
        assert shown.returncode == 1
        assert "missing" not in shown.stderr
