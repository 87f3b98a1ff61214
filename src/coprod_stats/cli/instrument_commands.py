"""``coprod instrument``: what questionnaires there are, how one reads, what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, get_args

import typer

from coprod_stats.cli.options import FormOption, JsonOption, ModuleOption
from coprod_stats.cli.output import say, warn, write_json
from coprod_stats.literals import Platform

app = typer.Typer(
    help="Questionnaires: list, read, check and copy them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
NameArgument = Annotated[str, typer.Argument(help="Shipped id or path of a questionnaire.")]


@app.command("list", epilog="Example: coprod instrument list")
def list_instruments(json: JsonOption = None) -> None:
    """List the shipped questionnaires."""
    from coprod_stats.instruments.catalogue import catalogue

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
                    "questions": {
                        form.id: len(entry.for_form(form.id).questions) for form in entry.forms
                    },
                }
                for entry in entries
            ],
            json,
        )
        return
    for entry in entries:
        forms = ", ".join(
            f"{form.id} ({len(entry.for_form(form.id).questions)} questions)"
            for form in entry.forms
        )
        say(f"{entry.id:<12} {entry.version:<8} {entry.status:<10} {entry.title}")
        say(f"{'':<12} {forms}; {', '.join(entry.languages)}")


@app.command(epilog="Example: coprod instrument show citizen --form core")
def show(name: NameArgument, form: FormOption = None, module: ModuleOption = None) -> None:
    """Print a questionnaire as a readable preview, with its length and what it can test."""
    from coprod_stats.cli.options import instrument_in_form
    from coprod_stats.instruments.preview import preview
    from coprod_stats.study.plan_reading import read_hypotheses

    headline = [hypothesis for hypothesis in read_hypotheses() if hypothesis.headline]
    say(preview(instrument_in_form(name, form, module), relations=headline))


@app.command(epilog="Example: coprod instrument check my_survey.yaml")
def check(
    names: Annotated[list[str], typer.Argument(help="Shipped ids or paths.")],
    module: ModuleOption = None,
    json: JsonOption = None,
) -> None:
    """Show all faults of questionnaires at once: where, what was found, what to do."""
    from dataclasses import asdict

    from coprod_stats.instruments.source.reading import check_instrument

    faults = {name: check_instrument(name, modules=module or ()) for name in names}
    if json is not None:
        write_json(
            {name: [asdict(fault) for fault in found] for name, found in faults.items()}, json
        )
    for name, found in faults.items():
        for fault in found:
            warn(str(fault))
        if not found and json is None:
            say(f"{Path(name).name}: no faults")
    if any(faults.values()):
        raise typer.Exit(1)


@app.command(epilog="Example: coprod instrument copy carers --out my_study")
def copy(
    name: NameArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the copy.")],
) -> None:
    """Copy a questionnaire with its constructs into a folder, to make it one's own."""
    from coprod_stats.instruments.source.copying import copy_instrument

    for path in copy_instrument(name, out):
        say(f"copied: {path}")


@app.command(epilog="Example: coprod instrument export citizen --to xlsform --out form")
def export(
    name: NameArgument,
    to: Annotated[
        Platform,
        typer.Option("--to", metavar="<platform>", help=f"One of {', '.join(get_args(Platform))}."),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the form and its sidecar.")],
    lang: Annotated[
        list[str] | None,
        typer.Option("--lang", help="Language of the form, first ones first; all by default."),
    ] = None,
    form: FormOption = None,
    module: ModuleOption = None,
    font_path: Annotated[
        list[Path] | None,
        typer.Option(
            "--font-path", exists=True, file_okay=False, help="Folder with fonts, for paper."
        ),
    ] = None,
) -> None:
    """Write a form for a survey platform; sidecar.json is needed to read its answers back."""
    from coprod_stats.instruments.source.reading import read_instrument
    from coprod_stats.platforms import export_form, read_sidecar

    instrument = read_instrument(name, modules=module or ())
    written = export_form(
        instrument, to, out, form, languages=lang or (), font_paths=font_path or ()
    )
    for path in written:
        say(str(path))
    for loss in read_sidecar(written[-1]).losses:
        warn(loss)
