"""Every command of the command line has its section, with its help and an example that is run."""

from collections.abc import Iterator

import pytest
import typer
from runnable_documents import ROOT, blocks
from typer.main import get_command

from coprod_stats.cli.application import app

TEXT = (ROOT / "docs" / "guide" / "commands.md").read_text(encoding="utf-8")
SECTIONS = dict(part.split("`\n", 1) for part in TEXT.split("\n## `")[1:])
SHOWN_BY_CI = {"coprod demo"}  # a minute's work: `make demo` is the first thing that CI runs


def leaves(command: object, name: str) -> Iterator[str]:
    inside = getattr(command, "commands", None)
    if inside is None:
        yield name
        return
    for key, part in inside.items():
        yield from leaves(part, f"{name} {key}")


COMMANDS = sorted(leaves(get_command(app), "coprod"))


def test_sections_are_the_commands() -> None:
    assert isinstance(app, typer.Typer)
    assert sorted(SECTIONS) == COMMANDS


@pytest.mark.parametrize("command", sorted(set(COMMANDS)))
def test_a_command_shows_its_help_and_an_example(command: str) -> None:
    shown = [block.body for block in blocks(SECTIONS[command]) if block.kind == "console"]
    assert shown[0].startswith(f"$ {command} --help\n")
    examples = [body for body in shown[1:] if f"$ {command} " in body or f"$ {command}\n" in body]
    assert examples or command in SHOWN_BY_CI
