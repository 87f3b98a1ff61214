"""``coprod instrument``: list, preview, check, copy and export questionnaires."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import get_args

import click

from coprod_stats.cli.file_roles import InputName, OutputFolder, command
from coprod_stats.cli.options import (
    form_option,
    json_option,
    module_option,
    name_argument,
)
from coprod_stats.cli.output import say, warn, write_json
from coprod_stats.literals import Platform


@command(epilog="Example: coprod instrument list")
@json_option
def list_instruments(json: str | None) -> None:
    """List the shipped questionnaires."""
    from coprod_stats.instruments.catalogue import catalogue
    from coprod_stats.instruments.question_counts import n_questions, questions_in_words

    entries = catalogue()
    if json is not None:
        write_json(
            [
                {
                    "id": entry.id,
                    "version": entry.version,
                    "title": str(entry.title),
                    "status": entry.status,
                    "languages": list(entry.languages),
                    "translations": {
                        one.code: one.status
                        for one in entry.translations
                        if one.status != "original"
                    },
                    "questions": {
                        form.id: n_questions(entry.for_form(form.id)) for form in entry.forms
                    },
                }
                for entry in entries
            ],
            json,
        )
        return
    for entry in entries:
        forms = ", ".join(
            f"{form.id} ({questions_in_words(entry.for_form(form.id))})" for form in entry.forms
        )
        say(f"{entry.id:<12} {entry.version:<8} {entry.status:<10} {entry.title}")
        languages = (
            f"{one.code} (draft)" if one.status == "draft" else one.code
            for one in entry.translations
        )
        say(f"{'':<12} {forms}; {', '.join(languages)}")


@command(epilog="Example: coprod instrument show citizen --form core")
@name_argument
@form_option
@module_option
def show(name: str, form: str | None, module: tuple[str, ...]) -> None:
    """Print a readable preview of a questionnaire: its length, what it tests and costs."""
    from coprod_stats.cli.options import instrument_in_form
    from coprod_stats.instruments.preview import preview
    from coprod_stats.study.plan_reading import read_hypotheses
    from coprod_stats.study.question_costs import costs_in_words, question_costs

    hypotheses = read_hypotheses()
    headline = [
        relation
        for hypothesis in hypotheses
        if hypothesis.headline
        for relation in hypothesis.relations()
    ]
    instrument = instrument_in_form(name, form, module)
    say(preview(instrument, relations=headline))
    costs = costs_in_words(question_costs(instrument, hypotheses))
    if costs:
        say(costs)


@command(epilog="Example: coprod instrument check my_survey.yaml")
@click.argument(
    "names", type=InputName("instruments"), nargs=-1, required=True, help="Shipped ids or paths."
)
@module_option
@json_option
def check(names: tuple[str, ...], module: tuple[str, ...], json: str | None) -> None:
    """Report all faults of questionnaires at once: place, finding and remedy."""
    from dataclasses import asdict

    from coprod_stats.instruments.source.reading import check_instrument, read_instrument
    from coprod_stats.instruments.translations.coverage import translation_coverage

    faults = {name: check_instrument(name, modules=module) for name in names}
    if json is not None:
        write_json(
            {name: [asdict(fault) for fault in found] for name, found in faults.items()}, json
        )
    for name, found in faults.items():
        for fault in found:
            warn(str(fault))
        if not found and json is None:
            say(f"{Path(name).name}: no faults")
            checked = read_instrument(name, modules=module)
            for inserted in checked.modules:
                if inserted.open_places:
                    places = ", ".join(inserted.open_places)
                    warn(f"module {inserted.id}: no wording yet for {places}, which ask nothing")
            for entry in translation_coverage(checked):
                if entry.is_complete:
                    say(f"{Path(name).name}: {entry}")
                for reservation in entry.reservations:
                    warn(f"{Path(name).name}: {reservation}")
    if any(faults.values()):
        sys.exit(1)


@command(epilog="Example: coprod instrument copy carers --out my_study")
@name_argument
@click.option("--out", "-o", type=OutputFolder(), required=True, help="Folder for the copy.")
def copy(name: str, out: Path) -> None:
    """Copy a questionnaire with its constructs into a folder, as a start for your own."""
    from coprod_stats.instruments.source.copying import copy_instrument
    from coprod_stats.instruments.source.reading import check_instrument, read_instrument
    from coprod_stats.instruments.translations.coverage import translation_coverage

    copied = copy_instrument(name, out)
    for path in copied:
        say(f"copied: {path}")
    if not check_instrument(copied[0]):
        for entry in translation_coverage(read_instrument(copied[0])):
            for reservation in entry.reservations:
                warn(reservation)


@command(epilog="Example: coprod instrument export citizen --to xlsform --out form")
@name_argument
@click.option(
    "--to",
    type=click.Choice(get_args(Platform)),
    metavar="PLATFORM",
    required=True,
    help=f"One of {', '.join(get_args(Platform))}.",
)
@click.option(
    "--out", "-o", type=OutputFolder(), required=True, help="Folder for the form and its sidecar."
)
@click.option(
    "--lang",
    multiple=True,
    help="Language of the form; may be given several times, the first comes first. All by default.",
)
@form_option
@module_option
@click.option(
    "--font-path",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with fonts, for paper.",
)
def export(
    name: str,
    to: Platform,
    out: Path,
    lang: tuple[str, ...],
    form: str | None,
    module: tuple[str, ...],
    font_path: tuple[Path, ...],
) -> None:
    """Write a form for a survey platform; sidecar.json is needed to read its answers back."""
    from coprod_stats.instruments.source.reading import read_instrument
    from coprod_stats.platforms import export_form, read_sidecar

    instrument = read_instrument(name, modules=module)
    written = export_form(instrument, to, out, form, languages=lang, font_paths=font_path)
    for path in written:
        say(str(path))
    for loss in read_sidecar(written[-1]).losses:
        warn(loss)
