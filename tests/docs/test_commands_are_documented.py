"""Every command of the command line has its section, with its help and an example that is run."""

from collections.abc import Iterator

import click
import pytest
from runnable_documents import ROOT, blocks

from coprod_stats.cli.application import app

TEXT = (ROOT / "docs" / "guide" / "commands.md").read_text(encoding="utf-8")
SECTIONS = dict(part.split("`\n", 1) for part in TEXT.split("\n## `")[1:])
SHOWN_BY_CI = {"coprod demo"}  # a minute's work: `make demo` is the first thing that CI runs


def leaves(command: click.Command, name: str) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield name
        return
    context = click.Context(command)
    for key in command.list_commands(context):
        yield from leaves(command.get_command(context, key), f"{name} {key}")


COMMANDS = sorted(leaves(app, "coprod"))


def test_sections_are_the_commands() -> None:
    assert sorted(SECTIONS) == COMMANDS


@pytest.mark.parametrize("command", sorted(set(COMMANDS)))
def test_a_command_shows_its_help_and_an_example(command: str) -> None:
    shown = [block.body for block in blocks(SECTIONS[command]) if block.kind == "console"]
    assert shown[0].startswith(f"$ {command} --help\n")
    examples = [body for body in shown[1:] if f"$ {command} " in body or f"$ {command}\n" in body]
    assert examples or command in SHOWN_BY_CI
