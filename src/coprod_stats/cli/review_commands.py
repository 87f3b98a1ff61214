"""Questionnaires under review: coverage, differences of versions, lint findings."""

from __future__ import annotations

from pathlib import Path

import click

from coprod_stats.cli.file_roles import QUESTIONNAIRE, InputFile, InputName, OutputFile, command
from coprod_stats.cli.options import (
    data_argument,
    form_option,
    json_option,
    module_option,
    name_argument,
    refuse_given,
    sheet_option,
)
from coprod_stats.cli.output import say, say_where, warn, write_json
from coprod_stats.counts import counted, listed
from coprod_stats.files.writing import committed_together, write_file


@command(epilog="Example: coprod instrument diff wave1.yaml citizen --form core")
@click.argument("older", type=InputName("instruments"), help="Older version: shipped id or path.")
@click.argument("newer", type=InputName("instruments"), help="Newer version.")
@click.option("--form", help="Compare one form of both.")
@click.option("--all", "every", is_flag=True, help="List each question and text that came or went.")
@json_option
def diff(older: str, newer: str, form: str | None, every: bool, json: str | None) -> None:
    """List the changes between two versions and their consequences for comparability.

    Questions and translations that came or went are counted by block; --all and --json list each.
    """
    from dataclasses import asdict

    from coprod_stats.instruments.source.reading import read_instrument
    from coprod_stats.instruments.versions.comparison import compare
    from coprod_stats.instruments.versions.summary import summed_up

    versions = [read_instrument(name) for name in (older, newer)]
    if form is not None:
        versions = [version.for_form(form) for version in versions]
    changes = compare(*versions)
    if json is not None:
        write_json([{**asdict(change), "effect": change.effect} for change in changes], json)
        return
    shown = changes if every else summed_up(changes, *versions)
    for entry in shown:
        say(str(entry))
    counts = {
        effect: sum(change.effect == effect for change in changes)
        for effect in ("breaks", "threatens", "harmless")
    }
    effects = ", ".join(f"{count} {effect}" for effect, count in counts.items() if count)
    more = "; --all lists each" if len(shown) < len(changes) else ""
    say(f"{counted(len(changes), 'change')}{': ' if effects else ''}{effects}{more}")


@command(epilog="Example: coprod instrument lint citizen --form core")
@name_argument
@click.option("--form", help="One form; all questions by default.")
@click.option(
    "--plan",
    type=InputName("analyses", answers=False),
    multiple=True,
    help="Plan that tests it; by default the shipped ones. May be given several times.",
)
@module_option
@json_option
def lint_questionnaire(
    name: str,
    form: str | None,
    plan: tuple[str, ...],
    module: tuple[str, ...],
    json: str | None,
) -> None:
    """Check against survey methodology: rule, place, finding and source."""
    from dataclasses import asdict

    from coprod_stats.instruments.checks.linting import is_english, language_of_rules, lint
    from coprod_stats.instruments.shipped import is_shipped
    from coprod_stats.instruments.source.reading import read_instrument
    from coprod_stats.study.questionnaire_claims import claimed_paths, measured_in_modules

    instrument = read_instrument(name, modules=module)
    if not is_english(language := language_of_rules(instrument)):
        warn(
            f"{instrument.id} has no texts in English, whose words alone the rules for questions "
            f"know: its texts in '{language}' were not judged by them"
        )
    paths = claimed_paths(instrument, plans=plan)
    in_modules = measured_in_modules(instrument)
    # plans of a questionnaire of one's own are not known here
    all_claims = is_shipped("instruments", name) and not plan
    found = lint(instrument, form=form, paths=paths, all_claims=all_claims, in_modules=in_modules)
    if json is not None:
        write_json([{**asdict(entry), "source": entry.source} for entry in found], json)
        return
    for entry in found:
        say(str(entry))
    for code, source in {entry.code: entry.source for entry in found}.items():
        say(f"  {code}: {source}")
    exempted = sum(bool(entry.exempted) for entry in found)
    say(f"{counted(len(found) - exempted, 'finding')}, {exempted} exempted with a reason")


@command(epilog="Example: coprod instrument translate citizen --lang ar --out sheet.xlsx")
@name_argument
@click.option("--lang", required=True, help="Code of the language, such as ar.")
@click.option("--form", help="Only the texts of one form.")
@click.option(
    "--out",
    "-o",
    type=OutputFile(suffixes=(".xlsx", ".csv", *QUESTIONNAIRE)),
    help="Sheet to write (.xlsx or .csv), or .yaml.",
)
@click.option(
    "--from", "sheet", type=InputFile(), help="Sheet that came back from the translators."
)
@click.option("--note", default="", show_default=False, help="Shown wherever the language appears.")
@json_option
def translate(
    name: str,
    lang: str,
    form: str | None,
    out: Path | None,
    sheet: Path | None,
    note: str,
    json: str | None,
) -> None:
    """Write the translators' sheet, import it, and report what is missing or outdated.

    Without --from, --out is the sheet. With --from, --out is the file of translations, to be put
    into the folder 'translations' beside the questionnaire.
    """
    from coprod_stats.instruments.source.reading import read_draft
    from coprod_stats.instruments.translations.translation import (
        rows_of_sheet,
        status_counts,
        translation_rows,
        translations_text,
        write_sheet,
    )

    strange: tuple[str, ...] = ()
    if sheet is None:
        refuse_given({"note"}, "only with --from")
        rows = translation_rows(name, lang, form=form)
    else:
        refuse_given({"form"}, "without effect with --from")
        rows, strange = rows_of_sheet(sheet, name, lang)
    counts = status_counts(rows)
    with committed_together():
        if out is not None and sheet is not None:
            instrument = read_draft(name).form.instrument
            text = translations_text(rows, instrument=instrument, language=lang, note=note)
            write_file(out, text)
        elif out is not None:
            write_sheet(rows, out)
        if json is not None:
            keys = {
                status: [row.key for row in rows if row.status == status]
                for status in ("missing", "outdated")
            }
            write_json({"language": lang, "counts": dict(counts), **keys}, json)
    if json is None:
        for row in rows:
            if row.status in ("missing", "outdated") and out is None:
                say(f"{row.status:<9} {row.key}: {row.source}")
        states = ", ".join(f"{n} {status}" for status, n in counts.items()) or "none is translated"
        say(f"{counted(len(rows), 'text')}: {states}")
    if strange:
        names = listed(strange, 6)
        warn(f"omitted, since the questionnaire has no such text: {names}")
    if out is not None:
        say_where(f"written: {out}", json)


@command(epilog="Example: coprod instrument codebook citizen --out citizen.html")
@name_argument
@click.option(
    "--out",
    "-o",
    type=OutputFile(suffixes=(".html", ".htm")),
    required=True,
    help="HTML file to write.",
)
@form_option
@module_option
@click.option("--lang", help="Language of the texts.")
def write_codebook(
    name: str, out: Path, form: str | None, module: tuple[str, ...], lang: str | None
) -> None:
    """Write the codebook: every column with its question, who was asked, and its codes."""
    from coprod_stats.cli.options import instrument_in_form
    from coprod_stats.instruments.codebook import codebook
    from coprod_stats.instruments.translations.coverage import translation_coverage

    instrument = instrument_in_form(name, form, module)
    write_file(out, codebook(instrument, language=lang))
    say(f"{counted(len(instrument.columns), 'column')}: {out}")
    for entry in translation_coverage(instrument):
        for reservation in entry.reservations if entry.language == lang else ():
            warn(reservation)


@command(epilog="Example: coprod instrument draft survey.sav --out survey.yaml")
@data_argument
@click.option(
    "--out",
    "-o",
    type=OutputFile(suffixes=QUESTIONNAIRE),
    required=True,
    help="Questionnaire file to write.",
)
@click.option(
    "--codebook",
    type=InputFile(),
    help="CSV or XLSX with the columns variable, label, values, missing.",
)
@click.option("--id", help="Id; by default from the name of --out.")
@click.option("--title", help="Title of the questionnaire.")
@click.option("--lang", default="en", help="Language of the labels, by its code.")
@sheet_option
@json_option
def draft(
    data: Path,
    out: Path,
    codebook: Path | None,
    id: str | None,
    title: str | None,
    lang: str,
    sheet: str | None,
    json: str | None,
) -> None:
    """Draft a questionnaire from data collected elsewhere; guesses are marked in the file.

    Labels, codes and missing values come from the SPSS file or the codebook. Names that are not
    valid ids are kept as 'original', so that the data can be imported unchanged.
    """
    from coprod_stats.instruments.shipped import find_shipped
    from coprod_stats.instruments.source.reading import InstrumentError, check_instrument
    from coprod_stats.instruments.source.source_form import is_identifier, is_language_code
    from coprod_stats.responses.drafting import draft_instrument
    from coprod_stats.responses.drafting.drafting import identifier

    if out.exists():
        raise click.BadParameter(
            f"{out} exists already and may have been edited", param_hint="--out"
        )
    if id is not None and not is_identifier(id):
        raise click.BadParameter(f"'{id}': small letters, digits and '_'", param_hint="--id")
    if not is_language_code(lang):
        raise click.BadParameter(
            f"'{lang}' is not the code of a language, such as en", param_hint="--lang"
        )
    drafted = draft_instrument(
        find_shipped("sample_data", data),
        codebook=codebook,
        sheet=sheet,
        title=title,
        language=lang,
        instrument=id or identifier(out.name.partition(".")[0]),
    )
    with committed_together():
        write_file(out, drafted.text)
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
    if faults := check_instrument(out):
        raise InstrumentError(faults)
    if json is not None:
        say_where(f"written: {out}", json)
        return
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(drafted.kinds.items()))
    say(f"{counted(drafted.n_rows, 'row')}, {counted(drafted.kinds.total(), 'column')}: {kinds}")
    say(
        f"response scales shared {drafted.n_scales}, scales suggested {drafted.n_suggested}, "
        f"names kept as 'original' {drafted.renamed}"
    )
    for note in drafted.notes:
        say(f"note: {note}")
    say(f"guesses to confirm {drafted.n_guesses}, marked GUESS: {out}")
