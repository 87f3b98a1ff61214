"""The ``coprod`` command: where each of its commands is defined."""

from __future__ import annotations

import click

from coprod_stats.cli.lazy_group import LazyGroup
from coprod_stats.version import __version__

instrument = LazyGroup(
    "instrument",
    {
        "list": "instrument_commands:list_instruments",
        "show": "instrument_commands:show",
        "check": "instrument_commands:check",
        "copy": "instrument_commands:copy",
        "subset": "adapting_commands:subset",
        "export": "instrument_commands:export",
        "coverage": "coverage_command:coverage",
        "diff": "review_commands:diff",
        "lint": "review_commands:lint_questionnaire",
        "ratings": "adapting_commands:ratings",
        "translate": "review_commands:translate",
        "codebook": "review_commands:write_codebook",
        "draft": "review_commands:draft",
    },
    help="Questionnaires: list, read, check and copy them.",
)
responses = LazyGroup(
    "responses",
    {"import": "import_command:import_answers"},
    help="Answers: import them into the canonical table.",
)
app = LazyGroup(
    "coprod",
    {
        "demo": "study_commands:demo",
        "run": "study_commands:run",
        "simulate": "study_commands:simulate",
        "instrument": "application:instrument",
        "responses": "application:responses",
        "quality": "responses_commands:quality",
        "score": "responses_commands:score",
        "reliability": "responses_commands:reliability",
        "regress": "frame_commands:regress",
        "sem": "model_commands:sem",
    },
    help="From a questionnaire on co-production to a tested driver-impact model and its report.",
)
click.version_option(__version__, message="%(prog)s %(version)s")(app)
