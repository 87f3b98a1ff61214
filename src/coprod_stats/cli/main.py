"""Where the installed ``coprod`` starts: at once for a model, through Typer for the rest."""

from __future__ import annotations

import sys
from functools import partial

from coprod_stats.cli.faults import run_telling_faults


def run() -> None:
    """Run the command line; a fault of input is one message and exit status 1."""
    run_telling_faults(_plain_model(sys.argv[1:]) or _any_command)


def _any_command() -> None:
    # Typer and the commands of all groups take a fifth of a second to import
    from coprod_stats.cli.application import app

    app(prog_name="coprod")


def _plain_model(words: list[str]) -> partial[None] | None:
    """``coprod sem`` of one model with data, if nothing about its options is unusual."""
    if words[:1] != ["sem"]:
        return None
    from coprod_stats.cli.declared import read_plainly
    from coprod_stats.cli.model_commands import is_one_model, sem

    values = read_plainly(sem, words[1:])
    if values is None or not is_one_model(values["files"], values["data"]):
        return None
    return partial(sem, **values)
