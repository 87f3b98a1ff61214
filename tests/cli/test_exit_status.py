"""How commands end: 0 on success, 1 on a fault of input, 2 on wrong usage; never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

ANSWERS = ("carers.csv", "--instrument", "carers")


@pytest.fixture
def inputs(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "noise.csv").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "fake.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    (tmp_path / "fake.sav").write_bytes(b"$FL2 not a system file")
    (tmp_path / "faulty.yaml").write_text("instrument: [\n")
    (tmp_path / "other.yaml").write_text("some: thing\n")
    return tmp_path


FAULTS = [
    ("score", "missing.csv", "-i", "carers"),
    ("score", "folder", "-i", "carers"),
    ("score", "empty.csv", "-i", "carers"),
    ("score", "noise.csv", "-i", "carers"),
    ("score", "fake.xlsx", "-i", "carers"),
    ("score", "fake.sav", "-i", "carers"),
    ("score", "carers.csv", "-i", "citizen", "--form", "nonesuch"),
    ("score", "carers.csv", "-i", "nonesuch"),
    ("score", "carers.csv", "-i", "faulty.yaml"),
    ("score", "carers.csv", "-i", "folder"),
    ("score", *ANSWERS, "--out", "no/such/folder/out.csv"),
    ("score", *ANSWERS, "--out", "folder"),
    ("score", *ANSWERS, "--json", "folder"),
    ("quality", *ANSWERS, "--out", "no/out.csv"),
    ("reliability", *ANSWERS, "--form", "nonesuch"),
    ("responses", "import", "missing.csv", "-i", "carers", "--out", "out.csv"),
    ("responses", "import", "carers.csv", "-i", "carers", "--out", "no/out.csv"),
    ("responses", "import", "carers.csv", "--from", "sav", "-i", "carers", "--out", "out.csv"),
    ("instrument", "show", "nonesuch"),
    ("instrument", "show", "other.yaml"),
    ("instrument", "check", "faulty.yaml", "carers"),
    ("instrument", "check", "folder"),
    ("simulate", "nonesuch", "--out", "out.csv"),
    ("simulate", "carers", "--out", "out.csv"),
    ("simulate", "other.yaml", "--out", "out.csv"),
    ("simulate", "driver_impact", "--form", "nonesuch", "--out", "out.csv"),
    ("simulate", "driver_impact", "--n", "20", "--out", "no/out.csv"),
    ("sem", "missing.txt", "--data", "carers.csv"),
]


@pytest.mark.parametrize("words", FAULTS, ids=" ".join)
def test_a_fault_of_input_is_a_message_and_status_1(coprod, inputs, words) -> None:
    shown = coprod(*words)
    assert shown.returncode == 1
    assert shown.stderr.strip()
    assert "Traceback" not in shown.stderr


def test_the_wrong_instrument_is_named_with_what_was_expected(coprod, inputs) -> None:
    (inputs / "mine.csv").write_text("a,b\n1,2\n")
    shown = coprod("score", "mine.csv", "-i", "carers")
    assert shown.stderr == (
        "mine.csv: no column is a question of instrument 'carers'; the header has a, b; "
        "expected item ids such as RELAT, ESEX, EAGE, DEP, HOURS, …\n"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("nonesuch",),
        ("score",),
        ("score", "carers.csv"),
        ("score", *ANSWERS, "--nonesuch"),
        ("responses", "import", "carers.csv", "-i", "carers"),
        ("responses", "import", "x", "--from", "docx", "-i", "carers", "--out", "o"),
        ("simulate", "driver_impact", "--n", "0", "--out", "out.csv"),
        ("simulate", "driver_impact", "--n", "many", "--out", "out.csv"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_status_2(coprod, words) -> None:
    shown = coprod(*words)
    assert shown.returncode == 2
    assert "Usage: coprod" in shown.stderr
    assert "Traceback" not in shown.stderr


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs file permissions")
def test_files_that_may_not_be_read_or_written(coprod, inputs) -> None:
    (inputs / "empty.csv").chmod(0)
    assert "cannot be read" in coprod("score", "empty.csv", "-i", "carers").stderr
    (inputs / "folder").chmod(0o500)
    assert coprod("score", *ANSWERS, "--out", "folder/out.csv").returncode == 1


def test_help_needs_no_heavy_library() -> None:
    heavy = ("pandas", "numpy", "scipy", "pydantic", "yaml", "rich", "openpyxl", "matplotlib")
    code = (
        "import sys; sys.argv = ['coprod', '--help']\n"
        "from coprod_stats.cli.main import run\n"
        "try:\n    run()\nfinally:\n"
        f"    sys.stderr.write(','.join(name for name in {heavy} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "reliability" in done.stdout


def test_a_closed_pipe_ends_quietly(coprod_process) -> None:
    process = coprod_process("score", "citizen_synthetic.csv", "-i", "citizen", "--json", "-")
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() in (0, 1)


def test_output_survives_a_terminal_without_unicode(tmp_path) -> None:
    (tmp_path / "raw.csv").write_text("RID,COP1\nä,1\n", encoding="utf-8")
    command = [
        sys.executable,
        "-c",
        "from coprod_stats.cli.main import run; run()",
        "score",
        *ANSWERS,
    ]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "80"}
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, env=environment)
    assert done.returncode == 0


def test_a_file_that_ends_too_early_is_no_interrupt(coprod, monkeypatch) -> None:
    from coprod_stats.responses import reading

    def short(*_: object, **__: object) -> None:
        raise EOFError("marshal data too short")

    monkeypatch.setattr(reading, "read_responses", short)
    shown = coprod("score", *ANSWERS)
    assert shown.returncode == 1
    assert shown.stderr.strip().startswith("a file ends too early (marshal data too short)")


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--lang", "deutsch", "'deutsch' is not the code of a language"),
        ("--id", "Größe", "'Größe': small letters"),
    ],
)
def test_what_no_questionnaire_can_be_called_is_refused_before_it_is_drafted(
    coprod, tmp_path, option: str, value: str, said: str
) -> None:
    shown = coprod("instrument", "draft", "carers.csv", "--out", "q.yaml", option, value)
    assert shown.returncode == 2
    assert said in shown.stderr
    assert not (tmp_path / "q.yaml").exists()


@pytest.mark.skipif(os.name != "posix", reason="needs a pipe that breaks")
def test_a_reader_that_has_read_enough_is_no_fault() -> None:
    code = "from coprod_stats.cli.main import run; run()"
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-u", "-c", code, "instrument", "show", "carers"],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
