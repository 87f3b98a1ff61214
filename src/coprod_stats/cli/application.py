"""The ``coprod`` command and its groups."""

from __future__ import annotations

import typer

from coprod_stats.cli import (
    frame_commands,
    instrument_commands,
    model_commands,
    responses_commands,
    review_commands,
    study_commands,
)

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
frame_commands.register(app)
model_commands.register(app)
