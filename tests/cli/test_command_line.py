"""How words on the command line become commands: lazily, in any case, with mistakes explained."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from coprod_stats.version import __version__

SOURCE = Path(__file__).parents[2] / "src"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sem", "a.txt", "b.txt", "--data", "x.csv"], "one model at a time"),
        (["sem", "a.txt"], "a model needs --data"),
        (["sem", "a.txt", "--data", "x.csv", "--estimator", "ols"], "'ols' is not one of 'ML', "),
        (["sem", "a.txt", "--data", "x.csv", "--nonsense", "1"], "--nonsense"),
        (["sem", "a.txt", "--data", "x.csv", "--seed", "one"], "'one' is not a valid int"),
        (["sem", "a.txt", "--data", "x.csv", "--bootstrap=-1"], "-1 is not in the range"),
        (["instrument", "sing"], "sing"),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else "",
)
def test_mistakes_are_explained_with_the_usage(coprod, words, message):
    shown = coprod(*words)
    assert (shown.returncode, shown.stdout) == (2, "")
    assert f"Usage: coprod {words[0]}" in shown.stderr
    assert message in " ".join(shown.stderr.split())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--data"], "'--data' requires an argument"),
        (["--std-lv=yes"], "'--std-lv' does not take a value"),
    ],
)
def test_options_with_too_little_or_too_much_are_named(coprod, words, message):
    shown = coprod("sem", "a.txt", *words)
    assert (shown.returncode, shown.stdout) == (2, "")
    assert message in shown.stderr


def test_groups_without_a_command_show_what_there_is(coprod):
    for words, command in (((), "reliability"), (("instrument",), "codebook")):
        shown = coprod(*words)
        assert shown.returncode == 2
        assert command in shown.stderr


def test_version(coprod):
    shown = coprod("--version")
    assert (shown.returncode, shown.stdout) == (0, f"coprod {__version__}\n")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("coprod rel", {"reliability"}),
        ("coprod instrument co", {"copy", "coverage", "codebook"}),
        ("coprod sem --estimator WLS", {"WLS", "WLSM", "WLSMV"}),
        ("coprod sem --group-", {"--group-equal", "--group-partial"}),
    ],
)
def test_the_shell_completes(line, expected):
    words = line.split()
    asked = {
        "_COPROD_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        "PYTHONPATH": str(SOURCE),
    }
    run = "from coprod_stats.cli.main import run; run()"
    found = subprocess.run(
        [sys.executable, "-c", run],
        env=os.environ | asked,
        capture_output=True,
        text=True,
        check=True,
    )
    assert {row.split(",")[1] for row in found.stdout.splitlines()} == expected


def test_only_the_command_that_is_asked_for_is_imported():
    script = (
        "import sys; sys.argv = ['coprod', 'responses', 'import', '--help']\n"
        "from coprod_stats.cli.main import run\n"
        "try:\n    run()\nfinally:\n"
        "    sys.stderr.write(' '.join(m for m in sys.modules "
        "if m.endswith(('_command', '_commands'))))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert found.stderr == "coprod_stats.cli.import_command"
