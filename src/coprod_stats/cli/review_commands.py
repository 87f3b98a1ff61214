"""Questionnaires under review: what they cover, how versions differ, what the linter says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from coprod_stats.cli.options import DataArgument, FormOption, JsonOption, ModuleOption
from coprod_stats.cli.output import say, write_json

NameArgument = Annotated[str, typer.Argument(help="Shipped id or path of a questionnaire.")]


def register(instrument: typer.Typer) -> None:
    """Add the commands to ``coprod instrument``."""
    instrument.command("coverage", epilog="Example: coprod instrument coverage")(coverage)
    instrument.command(
        "diff", epilog="Example: coprod instrument diff wave1.yaml citizen --form core"
    )(diff)
    instrument.command("lint", epilog="Example: coprod instrument lint citizen --form core")(
        lint_questionnaire
    )
    instrument.command(
        "translate",
        epilog="Example: coprod instrument translate citizen --lang ar --out sheet.xlsx",
    )(translate)
    instrument.command(
        "codebook", epilog="Example: coprod instrument codebook citizen --out citizen.html"
    )(write_codebook)
    instrument.command(
        "draft",
        epilog="Example: coprod instrument draft survey.sav --out survey.yaml",
    )(draft)


def coverage(
    names: Annotated[
        list[str] | None, typer.Argument(help="Questionnaires that share constructs.")
    ] = None,
    json: JsonOption = None,
) -> None:
    """Report where each construct of the article is asked, computed or analysed."""
    from collections import Counter

    from coprod_stats.instruments.construct_coverage import construct_coverage
    from coprod_stats.instruments.shipped import list_modules
    from coprod_stats.instruments.source.reading import read_instrument

    instruments = [
        read_instrument(name, modules=list_modules()) for name in names or ("citizen", "provider")
    ]
    found = construct_coverage(instruments, plans=_readable_plans())
    if json is not None:
        write_json(
            [
                {
                    "code": entry.construct.code,
                    "status": entry.status,
                    "items": list(entry.items),
                    "computed": list(entry.computed),
                    "columns": list(entry.columns),
                    "steps": list(entry.steps),
                    "lacking": list(entry.lacking),
                    "planned": entry.construct.planned,
                }
                for entry in found
            ],
            json,
        )
    else:
        for entry in found:
            say(f"{entry.construct.code:<8} {entry.status:<8} {entry.summary}")
        counts = Counter(entry.status for entry in found)
        say(", ".join(f"{count} {status}" for status, count in counts.items()))
    if any(entry.status in ("partly", "missing") for entry in found):
        raise typer.Exit(1)


def diff(
    older: Annotated[str, typer.Argument(help="Older version: shipped id or path.")],
    newer: Annotated[str, typer.Argument(help="Newer version.")],
    form: Annotated[str | None, typer.Option(help="Compare one form of both.")] = None,
    json: JsonOption = None,
) -> None:
    """Name each change between two versions and what it does to comparability."""
    from dataclasses import asdict

    from coprod_stats.instruments.source.reading import read_instrument
    from coprod_stats.instruments.versions.comparison import compare

    versions = [read_instrument(name) for name in (older, newer)]
    if form is not None:
        versions = [version.for_form(form) for version in versions]
    changes = compare(*versions)
    if json is not None:
        write_json([{**asdict(change), "effect": change.effect} for change in changes], json)
        return
    for change in changes:
        say(str(change))
    counts = {
        effect: sum(change.effect == effect for change in changes)
        for effect in ("breaks", "threatens", "harmless")
    }
    said = ", ".join(f"{count} {effect}" for effect, count in counts.items() if count)
    say(f"{len(changes)} changes{': ' if said else ''}{said}")


def lint_questionnaire(
    name: NameArgument,
    form: Annotated[str | None, typer.Option(help="One form; all questions by default.")] = None,
    module: ModuleOption = None,
    json: JsonOption = None,
) -> None:
    """Show what survey methodology warns of: rule, place, what was found, and where it is said."""
    from dataclasses import asdict

    from coprod_stats.instruments.checks.linting import lint
    from coprod_stats.instruments.source.reading import read_instrument

    instrument = read_instrument(name, modules=module or ())
    found = lint(instrument if form is None else instrument.for_form(form))
    if json is not None:
        write_json([{**asdict(entry), "source": entry.source} for entry in found], json)
        return
    for entry in found:
        say(str(entry))
    for code, source in {entry.code: entry.source for entry in found}.items():
        say(f"  {code}: {source}")
    exempted = sum(bool(entry.exempted) for entry in found)
    say(f"{len(found) - exempted} findings, {exempted} exempted with a reason")


def _readable_plans() -> list[str]:
    from coprod_stats.instruments.shipped import list_shipped
    from coprod_stats.study.plan_reading import PlanError, read_plan

    readable = []
    for path in list_shipped("analyses"):
        try:
            readable.append(read_plan(path).form.plan)
        except PlanError:  # the file of hypotheses lies beside the plans
            continue
    return readable


def translate(
    name: NameArgument,
    lang: Annotated[str, typer.Option(help="Code of the language, as ar.")],
    form: Annotated[str | None, typer.Option(help="Only the texts of one form.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Sheet to write (.xlsx or .csv), or .yaml.")
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option("--from", help="Sheet that came back from the translators.")
    ] = None,
    note: Annotated[str, typer.Option(help="Said wherever the language appears.")] = "",
    json: JsonOption = None,
) -> None:
    """Write the translators' sheet, take it back, and say what is missing or outdated.

    Without --from, --out is the sheet. With --from, --out is the file of translations, to be put
    into the folder 'translations' beside the questionnaire.
    """
    from coprod_stats.instruments.source.reading import read_draft
    from coprod_stats.instruments.translations.translation import (
        read_sheet,
        status_counts,
        translation_rows,
        translations_text,
        write_sheet,
    )

    rows = translation_rows(name, lang, form=form) if sheet is None else read_sheet(sheet)
    if out is not None and sheet is not None:
        instrument = read_draft(name).form.instrument
        text = translations_text(rows, instrument=instrument, language=lang, note=note)
        out.write_text(text, encoding="utf-8")
    elif out is not None:
        write_sheet(rows, out)
    counts = status_counts(rows)
    if json is not None:
        keys = {
            status: [row.key for row in rows if row.status == status]
            for status in ("missing", "outdated")
        }
        write_json({"language": lang, "counts": dict(counts), **keys}, json)
        return
    for row in rows:
        if row.status in ("missing", "outdated") and out is None:
            say(f"{row.status:<9} {row.key}: {row.source}")
    say(f"{len(rows)} texts: {', '.join(f'{n} {status}' for status, n in counts.items())}")
    if out is not None:
        say(f"written: {out}")


def write_codebook(
    name: NameArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="HTML file to write.")],
    form: FormOption = None,
    module: ModuleOption = None,
    lang: Annotated[str | None, typer.Option(help="Language of the texts.")] = None,
) -> None:
    """Write the codebook: every column, what was asked and of whom, and what it may hold."""
    from coprod_stats.cli.options import instrument_in_form
    from coprod_stats.instruments.codebook import codebook

    instrument = instrument_in_form(name, form, module)
    out.write_text(codebook(instrument, language=lang), encoding="utf-8")
    say(f"{len(instrument.columns)} columns: {out}")


def draft(
    data: DataArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="Questionnaire file to write.")],
    codebook: Annotated[
        Path | None,
        typer.Option(help="CSV or XLSX with the columns variable, label, values, missing."),
    ] = None,
    id: Annotated[str | None, typer.Option(help="Id; by the name of --out if left out.")] = None,
    title: Annotated[str | None, typer.Option(help="Title of the questionnaire.")] = None,
    lang: Annotated[str, typer.Option(help="Language of the labels, by its code.")] = "en",
    json: JsonOption = None,
) -> None:
    """Draft a questionnaire from data collected elsewhere; guesses are marked in the file.

    Labels, codes and missing values are those of the SPSS file or of the codebook. Names that are
    no ids are kept as 'original', so that the data can be imported as they are.
    """
    from coprod_stats.instruments.shipped import find_shipped
    from coprod_stats.instruments.source.reading import InstrumentError, check_instrument
    from coprod_stats.responses.drafting import draft_instrument
    from coprod_stats.responses.drafting.drafting import identifier

    if out.exists():
        raise typer.BadParameter(
            f"{out} is there already and may have been edited", param_hint="--out"
        )
    drafted = draft_instrument(
        find_shipped("sample_data", data),
        codebook=codebook,
        title=title,
        language=lang,
        instrument=id or identifier(out.name.partition(".")[0]),
    )
    out.write_text(drafted.text, encoding="utf-8")
    if faults := check_instrument(out):
        raise InstrumentError(faults)
    if json is not None:
        write_json(
            {
                "rows": drafted.n_rows,
                "columns": dict(drafted.kinds),
                "response_scales": drafted.n_scales,
                "suggested_scales": drafted.n_suggested,
                "guesses": drafted.n_guesses,
                "renamed": drafted.renamed,
                "notes": list(drafted.notes),
            },
            json,
        )
        return
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(drafted.kinds.items()))
    say(f"{drafted.n_rows:,} rows, {drafted.kinds.total():,} columns: {kinds}")
    say(
        f"response scales shared {drafted.n_scales}, scales suggested {drafted.n_suggested}, "
        f"names kept as 'original' {drafted.renamed}"
    )
    for note in drafted.notes:
        say(f"note: {note}")
    say(f"guesses to confirm {drafted.n_guesses}, marked GUESS: {out}")
