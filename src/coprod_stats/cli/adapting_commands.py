"""Questionnaires before they are fielded: cut to some scales, rated by experts."""

from __future__ import annotations

from pathlib import Path

import click

from coprod_stats.cli.file_roles import QUESTIONNAIRE, InputFile, InputName, OutputFile, command
from coprod_stats.cli.options import json_option, module_option, name_argument, sheet_option
from coprod_stats.cli.output import records, say, say_where, warn, write_json
from coprod_stats.counts import counted, listed

SHOWN = 12
"""Most parts of one kind that are named among those that went."""


def _beside(out: Path) -> tuple[Path, ...]:
    return (out.with_name(f"{out.stem}_constructs.yaml"),)


@command(epilog="Example: coprod instrument subset citizen --scales DRREL,QUA --out mine.yaml")
@name_argument
@click.option(
    "--scales", multiple=True, required=True, help="Scales and indices that stay: DRREL,QUA."
)
@click.option(
    "--keep",
    multiple=True,
    help="What stays besides: items, blocks, pages, derived variables, or 'classification'.",
)
@click.option(
    "--out",
    "-o",
    type=OutputFile(companions=_beside, suffixes=QUESTIONNAIRE),
    required=True,
    help="Questionnaire to write.",
)
@module_option
@json_option
def subset(
    name: str,
    scales: tuple[str, ...],
    keep: tuple[str, ...],
    out: Path,
    module: tuple[str, ...],
    json: str | None,
) -> None:
    """Cut a questionnaire to some scales, and follow all that these depend on.

    Routing, forms, classes, indices, checks, repeated answers, modules, constructs and translations
    follow; what stays for something else, and what went, is listed.
    """
    from dataclasses import asdict

    from coprod_stats.instruments.question_counts import n_questions
    from coprod_stats.instruments.source.reading import read_instrument
    from coprod_stats.instruments.subsets.cutting import KINDS
    from coprod_stats.instruments.subsets.writing import write_subset
    from coprod_stats.instruments.translations.coverage import translation_coverage

    n_before = n_questions(read_instrument(name, modules=module))
    found = write_subset(name, _split(scales), out, keep=_split(keep), modules=module)
    after = read_instrument(out)
    if json is not None:
        write_json(
            {
                "files": [str(path) for path in found.files],
                "questions": {
                    form.id: n_questions(after.for_form(form.id)) for form in after.forms
                },
                "stayed": [asdict(entry) for entry in found.cut.stayed],
                "gone": {kind: list(names) for kind, names in found.cut.gone.items()},
            },
            json,
        )
    else:
        say(f"{n_questions(after)} of {counted(n_before, 'question')} stay")
        for entry in found.cut.stayed:
            say(f"stays: {entry.part}, because of {entry.reason}")
        for kind, names in found.cut.gone.items():
            if names:
                say(f"went: {counted(len(names), *KINDS[kind])}: {listed(names, SHOWN)}")
    for path in found.files:
        say_where(f"written: {path}", json)
    for language in translation_coverage(after):
        for reservation in language.reservations:
            warn(reservation)


@command(epilog="Example: coprod instrument ratings ratings.xlsx --instrument citizen")
@click.argument("data", type=InputFile(), help="Experts' ratings of relevance, 1 to 4: CSV, XLSX.")
@click.option(
    "--instrument",
    "-i",
    type=InputName("instruments"),
    help="Shipped id or path of the questionnaire, for its scales.",
)
@module_option
@sheet_option
@json_option
def ratings(
    data: Path,
    instrument: str | None,
    module: tuple[str, ...],
    sheet: str | None,
    json: str | None,
) -> None:
    """Compute the content validity of items from experts' ratings: I-CVI, S-CVI, kappa.

    The first column is headed 'item', with a column for each expert, or 'expert', with a column for
    each item. Ratings run from 1, not relevant, to 4, highly relevant.
    """
    from coprod_stats.instruments.source.reading import read_instrument
    from coprod_stats.measurement.content_validity import content_validity
    from coprod_stats.responses.expert_ratings import read_ratings

    table = read_ratings(data, sheet=sheet)
    scales: dict[str, tuple[str, ...]] = {}
    if instrument is not None:
        questionnaire = read_instrument(instrument, modules=module)
        scales = {scale.id: scale.items for scale in questionnaire.scales}
        asked = {item.id for item in questionnaire.questions}
        if unknown := [str(id) for id in table.index if id not in asked]:
            warn(f"{questionnaire.id} has no item {', '.join(unknown)}")
    found = content_validity(table, scales=scales)
    if json is None:
        say(str(found))
        return
    write_json(
        {
            "glance": records(found.glance())[0],
            "items": records(found.tidy()),
            "scales": records(found.scale_table()),
        },
        json,
    )


def _split(given: tuple[str, ...]) -> list[str]:
    return [name for part in given for name in part.replace(",", " ").split()]
