"""``coprod instrument coverage``: how far constructs are carried, and what can be tested."""

from __future__ import annotations

import sys

import click

from coprod_stats.cli.file_roles import InputName, command
from coprod_stats.cli.options import json_option
from coprod_stats.cli.output import fail, say, warn, write_json


@command(epilog="Example: coprod instrument coverage")
@click.argument(
    "names",
    type=InputName("instruments"),
    nargs=-1,
    help="Questionnaires that share their constructs.",
)
@json_option
def coverage(names: tuple[str, ...], json: str | None) -> None:
    """Report how far each construct is carried, and which hypotheses can be tested.

    The steps: named, asked (one item), scaled (three or more), scaled in the form that is fielded,
    asked of all, analysed by a plan, seen on real answers.
    """
    from dataclasses import asdict

    from coprod_stats.study.coverage_staircase import coverage_of
    from coprod_stats.study.questionnaire_claims import readable_plans

    found = coverage_of(names or ("citizen", "provider"), readable_plans())
    if not found.rows:
        unnamed = ", ".join(found.questionnaires)
        fail(f"{unnamed}: names no file of constructs ('constructs:'), so that none can be covered")
    for name, modules in found.not_fitting.items():
        if modules:
            warn(f"{name}: modules that do not fit this file are not judged: {', '.join(modules)}")
    if json is not None:
        write_json(
            {
                "constructs": [
                    {
                        "code": row.construct.code,
                        "questionnaire": row.questionnaire,
                        "reached": row.reached,
                        "steps": list(row.steps),
                        "forms": [asdict(form) for form in row.forms],
                        "plans": list(row.plans),
                        "note": row.note,
                    }
                    for row in found.rows
                ],
                "hypotheses": [asdict(entry) for entry in found.hypotheses],
                "counts": found.counts,
                "modules_not_fitting": {name: list(ids) for name, ids in found.not_fitting.items()},
            },
            json,
        )
    else:
        for row in found.rows:
            say(str(row))
        for entry in found.hypotheses:
            if entry.status != "testable":
                say(str(entry))
        for step, count in found.counts.items():
            say(f"{step:<20} {count:>4} of {len(found.rows)}")
    if any(row.is_open for row in found.rows):
        sys.exit(1)
