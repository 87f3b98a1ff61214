"""An ordinary command line is read at once, and as Typer reads it."""

import contextlib
import subprocess
import sys

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from coprod_stats.cli.declared import for_typer, read_plainly
from coprod_stats.cli.model_commands import sem

TEXTS = (
    "--ordered",
    "--auxiliary",
    "--group",
    "--group-equal",
    "--cluster",
    "--instrument",
    "--rotation",
    "--json",
    "--data",
    "--scores",
    "--sampling-weights",
)
CHOICES = {
    "--estimator": "MLR",
    "--missing": "fiml",
    "--engine": "semopy",
    "--se": "robust",
    "--information": "observed",
    "--model-type": "growth",
    "--ci": "bca",
    "--bootstrap-type": "bollen-stine",
    "--emit": "mplus",
}
FLAGS = ("--std-lv", "--effect-coding", "--no-fixed-x", "--meanstructure", "--modindices")

text = st.text("abcXYZ019,.-_ é/=", min_size=1, max_size=8).filter(lambda s: not s.startswith("-"))
option = st.one_of(
    st.tuples(st.sampled_from(TEXTS), text),
    st.tuples(st.sampled_from(TEXTS), text).map(lambda pair: ("=".join(pair),)),
    st.sampled_from(sorted(CHOICES.items())),
    st.sampled_from(FLAGS).map(lambda flag: (flag,)),
    st.tuples(st.sampled_from(("--bootstrap", "--seed")), st.integers(0, 99).map(str)),
    st.just(("--json", "-")),
)


def read_by_typer(words):
    found = {}
    app = typer.Typer(add_completion=False, rich_markup_mode=None)

    def recorded(**values):
        found.update(values)

    recorded.__signature__ = for_typer(sem).__signature__
    recorded.__annotations__ = for_typer(sem).__annotations__
    app.command()(recorded)
    with contextlib.suppress(SystemExit):
        app(words, prog_name="sem")
    return found


@given(st.lists(option, max_size=6), st.integers(0, 6))
def test_read_as_typer_reads(options, place):
    parts = [list(part) for part in options]
    parts.insert(min(place, len(parts)), ["model.txt"])
    words = [word for part in parts for word in part]
    assert read_plainly(sem, words) == (read_by_typer(words) or None)  # None where it refuses


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["m.txt", "--nonsense", "1"],
        ["m.txt", "--estim", "ML"],
        ["m.txt", "--estimator", "OLS"],
        ["m.txt", "--seed", "one"],
        ["m.txt", "--bootstrap=-1"],
        ["m.txt", "--data"],
        ["m.txt", "--data", "--json"],
        ["m.txt", "--std-lv=yes"],
        ["--", "m.txt"],
        ["-x"],
    ],
    ids=" ".join,
)
def test_what_is_unusual_is_left_to_typer(words):
    assert read_plainly(sem, words) is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["a.txt", "b.txt", "--data", "x.csv"], "one model at a time"),
        (["a.txt"], "a model needs --data"),
        (["a.txt", "--data", "x.csv", "--estimator", "OLS"], "OLS"),
    ],
)
def test_mistakes_are_told_with_the_usage(coprod, words, message):
    shown = coprod("sem", *words)
    assert shown.returncode == 2
    assert "Usage: coprod sem" in shown.stderr
    assert message in shown.stderr


def test_other_commands_are_loaded_when_they_are_asked_for():
    script = "import coprod_stats.cli.main, sys; print('typer' in sys.modules)"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert shown.stdout == "False\n"
