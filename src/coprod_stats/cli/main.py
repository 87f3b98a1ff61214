"""The ``coprod`` command: its groups, and how a fault of input is told."""

from __future__ import annotations

import sys

import typer

from coprod_stats.cli import (
    instrument_commands,
    model_commands,
    responses_commands,
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
app.add_typer(instrument_commands.app, name="instrument")
app.add_typer(responses_commands.app, name="responses")
responses_commands.register(app)
model_commands.register(app)


def run() -> None:
    """Run the command line; a fault of input is one message and exit status 1."""
    try:
        app()
    except CoprodError as error:
        fail(str(error))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        fail(f"{error.filename or 'a file'}: {error.strerror or error}")
