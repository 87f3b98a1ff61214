"""Closed and full outputs, full disks and kills: a message or nothing, and no half file."""

from __future__ import annotations

import errno
import gc
import os
import random
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from test_file_roles import COMMANDS

from coprod_stats.cli.standard_streams import open_standard_streams
from coprod_stats.files import staged_file

pytestmark = pytest.mark.skipif(os.name != "posix", reason="as on Unix")

RUN = "from coprod_stats.cli.main import run; run()"
# bytecode that the limit cuts would fail all who import it after
LIMITED = (
    "import resource, sys; sys.dont_write_bytecode = True; "
    "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2); " + RUN
)
WRITING = {
    "answers.csv": ("responses", "import", "carers.csv", "-i", "carers", "-o", "answers.csv"),
    "answers.xlsx": ("responses", "import", "carers.csv", "-i", "carers", "-o", "answers.xlsx"),
    "answers.parquet": (
        "responses",
        "import",
        "carers.csv",
        "-i",
        "carers",
        "-o",
        "answers.parquet",
    ),
    "scores.csv": ("score", "carers.csv", "-i", "carers", "-o", "scores.csv", "--json", "s.json"),
    "codebook.html": ("instrument", "codebook", "carers", "--out", "codebook.html"),
    "sheet.xlsx": ("instrument", "translate", "carers", "--lang", "fr", "--out", "sheet.xlsx"),
    "form/carers.xlsx": ("instrument", "export", "carers", "--to", "xlsform", "--out", "form"),
    "form/answers.sav": ("instrument", "export", "carers", "--to", "spss", "--out", "form"),
    "mine/carers.yaml": ("instrument", "copy", "carers", "--out", "mine"),
    "drawn.csv": ("simulate", "driver_impact", "--n", "300", "--out", "drawn.csv"),
}
ON_A_SCREEN = {
    ("demo",): ("demo", "--help"),  # a minute's work
    ("run",): ("run", "--help"),
    ("simulate",): WRITING["drawn.csv"],
    ("instrument", "list"): ("instrument", "list"),
    ("instrument", "show"): ("instrument", "show", "carers"),
    ("instrument", "check"): ("instrument", "check", "carers"),
    ("instrument", "copy"): WRITING["mine/carers.yaml"],
    ("instrument", "subset"): (
        *("instrument", "subset", "carers", "--scales", "NEG"),
        *("--out", "short.yaml"),
    ),
    ("instrument", "ratings"): ("instrument", "ratings", "--help"),
    ("instrument", "export"): WRITING["form/carers.xlsx"],
    ("instrument", "coverage"): ("instrument", "coverage", "--help"),
    ("instrument", "diff"): ("instrument", "diff", "carers", "carers"),
    ("instrument", "lint"): ("instrument", "lint", "carers"),
    ("instrument", "translate"): ("instrument", "translate", "carers", "--lang", "fr"),
    ("instrument", "codebook"): WRITING["codebook.html"],
    ("instrument", "draft"): ("instrument", "draft", "carers.csv", "--out", "draft.yaml"),
    ("responses", "import"): WRITING["answers.csv"],
    ("quality",): ("quality", "carers.csv", "-i", "carers"),
    ("score",): WRITING["scores.csv"],
    ("reliability",): ("reliability", "carers.csv", "-i", "carers"),
    ("regress",): ("regress", "carers.csv", "-f", "NEGC7 ~ DEP", "--json", "-"),
    ("sem",): ("sem", "model.txt", "--data", "carers.csv"),
}


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start commands as processes of their own, in an empty folder; none outlives the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(
        *words: str, code: str = RUN, stdout: object = subprocess.PIPE, closed: tuple[int, ...] = ()
    ) -> subprocess.Popen[bytes]:
        def close() -> None:
            for descriptor in closed:
                os.close(descriptor)

        started.append(
            subprocess.Popen(
                [sys.executable, "-c", code, *words],
                cwd=tmp_path,
                stdout=stdout,
                stderr=subprocess.PIPE,
                preexec_fn=close if closed else None,
                start_new_session=True,
            )
        )
        return started[-1]

    yield start
    for one in started:
        if one.poll() is None:
            os.killpg(one.pid, signal.SIGKILL)
        one.communicate()


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_every_command_is_tried_with_its_output_closed() -> None:
    assert ON_A_SCREEN.keys() == COMMANDS.keys()


@pytest.mark.parametrize("words", ON_A_SCREEN.values(), ids=" ".join)
def test_a_closed_output_is_as_good_as_an_unread_one(
    coprod, monkeypatch, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "model.txt").write_text("f =~ COP1 + COP2 + COP3\n")
    with monkeypatch.context() as closed:
        closed.setattr(sys, "stdout", None)
        closed.setattr(sys, "stderr", None)
        assert coprod(*words).returncode == 0


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_what_stood_for_a_closed_output_is_no_unclosed_file(monkeypatch, name: str) -> None:
    found: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", found.append)
    with monkeypatch.context() as closed, warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        closed.setattr(sys, name, None)
        open_standard_streams()
        assert getattr(sys, name).write("nowhere") == len("nowhere")
        setattr(sys, name, None)
        gc.collect()
    assert found == []


@pytest.mark.parametrize("closed", [(1,), (2,), (0, 1, 2)], ids=str)
def test_what_is_written_does_not_get_the_number_of_a_closed_output(
    process, tmp_path: Path, closed: tuple[int, ...]
) -> None:
    done = process(*WRITING["scores.csv"], closed=closed)
    _, said = done.communicate(timeout=120)
    where = b"" if 2 in closed else b"written: s.json\nscores: scores.csv\n"
    assert (done.returncode, said) == (0, where)
    written = files(tmp_path)
    assert written["scores.csv"].startswith(b"respondent,")
    assert written["s.json"].startswith(b"[\n")


@pytest.mark.parametrize("words", [("--help",), ("instrument", "show", "carers")], ids=" ".join)
def test_a_full_output_is_named(process, words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = process(*words, stdout=full)
        _, said = done.communicate(timeout=120)
    assert done.returncode == 1
    assert said.decode() == "standard output: No space left on device\n"


@pytest.mark.parametrize("name", WRITING)
@pytest.mark.parametrize("old", [True, False], ids=["replaced", "new"])
def test_on_a_full_disk_nothing_changes(
    coprod, monkeypatch, tmp_path: Path, name: str, old: bool
) -> None:
    if old and WRITING[name][1] != "copy":  # which replaces nothing
        assert coprod(*WRITING[name]).returncode == 0
    before = files(tmp_path)

    def full(_: staged_file.StagedFile) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(staged_file.StagedFile, "complete", full)
    shown = coprod(*WRITING[name])
    assert shown.returncode == 1
    assert "No space left on device" in shown.stderr
    assert files(tmp_path) == before
    assert before or not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["answers.csv", "answers.xlsx", "form/carers.xlsx"])
def test_a_limit_on_the_size_of_files_is_a_message(process, tmp_path: Path, name: str) -> None:
    done = process("2000", *WRITING[name], code=LIMITED)
    _, said = done.communicate(timeout=120)
    assert done.returncode == 1
    assert said.decode().splitlines() == [f"{name}: File too large"]
    assert not list(tmp_path.iterdir())


INTERRUPTED = (
    """
import os, signal, sys
target = sys.argv.pop(1)
def interrupt():
    sys.stderr.write("interrupted\\n")
    os.kill(os.getpid(), signal.SIGINT)
class Finder:
    def find_spec(self, name, *_):
        if name == target:
            interrupt()
def opened(event, values):
    if event == "open" and str(values[0]).endswith(target):
        interrupt()
sys.meta_path.insert(0, Finder())
sys.addaudithook(opened)
"""
    + RUN
)


@pytest.mark.parametrize(
    "moment",
    [
        *("coprod_stats.cli.application", "click", "coprod_stats.errors", "json"),
        *("numpy", "numpy._core.multiarray", "pandas", "pandas._libs.tslibs", "pydantic", "yaml"),
        *("coprod_stats.responses.reading", "carers.csv", ".partial"),
    ],
)
def test_an_interrupt_ends_a_command_quietly_at_any_moment(
    process, tmp_path: Path, moment: str
) -> None:
    done = process(moment, *WRITING["scores.csv"], code=INTERRUPTED)
    printed, said = done.communicate(timeout=300)
    assert done.returncode == 130
    assert said.decode().strip() == "interrupted"
    assert printed == b""
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_an_interrupt_of_all_processes_is_quiet_too(process, tmp_path: Path) -> None:
    chance = random.Random(7)
    for _ in range(20):
        done = process("run", "carers", "--workers", "2", "--out", "report")
        time.sleep(chance.uniform(0.5, 8.0))
        os.killpg(done.pid, signal.SIGINT)
        _, said = done.communicate(timeout=300)
        # by the signal itself, which a shell reports as 130 too, before Python has begun
        ends = (130, -signal.SIGINT, 0)
        assert done.returncode in ends
        assert said.decode().strip() == ""


def kill_at_random(
    process: Callable[..., subprocess.Popen[bytes]],
    folder: Path,
    words: tuple[str, ...],
    *,
    rounds: int,
) -> None:
    """Kill a command again and again; under the final names there are whole files only."""
    done = process(*words)
    started = time.monotonic()
    assert done.wait(timeout=300) == 0
    longest = time.monotonic() - started
    whole = files(folder)
    chance = random.Random(" ".join(words))
    for _ in range(rounds):
        for path in whole:
            (folder / path).unlink(missing_ok=True)
        killed = process(*words)
        time.sleep(chance.uniform(0.0, longest))
        os.killpg(killed.pid, signal.SIGKILL)
        killed.communicate()
        left = {path: content for path, content in files(folder).items() if path in whole}
        assert left in ({}, whole)


@pytest.mark.parametrize("name", ["answers.csv", "form/carers.xlsx"])
def test_a_kill_leaves_whole_files_or_none(process, tmp_path: Path, name: str) -> None:
    kill_at_random(process, tmp_path, WRITING[name], rounds=2)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(WRITING.keys() - {"form/answers.sav"}))  # states the time
def test_many_kills_leave_whole_files_or_none(process, tmp_path: Path, name: str) -> None:
    kill_at_random(process, tmp_path, WRITING[name], rounds=30)


@pytest.mark.slow
def test_kills_of_a_study_leave_a_whole_report_or_none(process, tmp_path: Path) -> None:
    words = ("run", "carers", "--out", "report", "--json", "report.json")
    kill_at_random(process, tmp_path, words, rounds=20)
