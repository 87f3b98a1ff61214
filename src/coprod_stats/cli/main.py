"""The ``coprod`` command: its groups, and how a fault of input is told."""

from __future__ import annotations

import io
import os
import sys

import typer

from coprod_stats.cli import (
    instrument_commands,
    model_commands,
    responses_commands,
    review_commands,
    study_commands,
)
from coprod_stats.cli.output import fail
from coprod_stats.errors import CoprodError

app = typer.Typer(
    name="coprod",
    help="From a questionnaire on co-production to a tested driver-impact model and its report.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
study_commands.register(app)
review_commands.register(instrument_commands.app)
app.add_typer(instrument_commands.app, name="instrument")
app.add_typer(responses_commands.app, name="responses")
responses_commands.register(app)
model_commands.register(app)


def run() -> None:
    """Run the command line; a fault of input is one message and exit status 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without UTF-8 is no reason to stop
    try:
        try:
            app(prog_name="coprod")
        finally:
            sys.stdout.flush()
    except CoprodError as error:
        fail(str(error))
    except BrokenPipeError:
        # the reader has gone, as head does; the interpreter must not flush into the pipe again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        fail(f"{error.filename or 'a file'}: {error.strerror or error}")
