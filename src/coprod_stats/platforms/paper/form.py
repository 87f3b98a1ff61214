"""The questionnaire on paper: PDF and Word file, and the workbook for data entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from coprod_stats.counts import counted
from coprod_stats.errors import Fault
from coprod_stats.instruments.language.tree import Expression, names
from coprod_stats.instruments.model import Instrument
from coprod_stats.instruments.prefilled_answers import prefilled_with
from coprod_stats.platforms.codebooks.labelled_variables import own_columns, roster_columns
from coprod_stats.platforms.fields import not_prefilled
from coprod_stats.platforms.form_export import FormExport, sidecar_of
from coprod_stats.platforms.paper.building import numbers_of, paper_document
from coprod_stats.platforms.paper.checks import beyond_paper
from coprod_stats.platforms.paper.document import PaperDocument
from coprod_stats.platforms.paper.entry import entry_workbook
from coprod_stats.platforms.paper.pdf import FontError, pdf_without_pictographs
from coprod_stats.platforms.paper.rosters import roster_sheet
from coprod_stats.platforms.paper.versions import MAX_VERSIONS, n_versions, versions
from coprod_stats.platforms.paper.word import word_bytes
from coprod_stats.platforms.phrases import phrases_of

ENTRY_FILE = "data_entry.xlsx"


def export(
    instrument: Instrument, *, languages: tuple[str, ...], font_paths: Sequence[Path] = ()
) -> FormExport:
    """Print a questionnaire, one PDF and one Word file for each language and version.

    There is a version for each outcome of random assignment. The workbook for data entry has
    the canonical columns of all versions.

    Parameters
    ----------
    instrument : Instrument
        In one of its forms.
    languages : tuple of str
    font_paths : sequence of Path
        Folders with fonts, for letters that the font of the package lacks.
    """
    refused = [*_refused(instrument)]
    losses = [*_losses(instrument, languages)]
    for roster in instrument.rosters:
        known = set(losses)
        losses += (f for f in _lost_in_printing(instrument.roster(roster.id)) if f not in known)
    files: dict[str, bytes] = {}
    of_machine = False
    for language in languages if not refused else ():
        for name, document in _documents(instrument, language):
            try:
                files[f"{name}.pdf"], used, omitted = pdf_without_pictographs(
                    document, font_paths=font_paths
                )
            except FontError as error:
                refused.append(_no_font(language, error))
                break
            of_machine |= used
            losses += [_left_off(f"{name}.pdf", omitted)] if omitted else []
            files[f"{name}.docx"] = word_bytes(document)
    if of_machine:
        losses.append(_machine_font())
    if not refused:
        files |= _entry_files(instrument, languages[0])
    sidecar = sidecar_of(
        instrument,
        "paper",
        languages=languages,
        columns=own_columns(instrument, languages[0]),
        losses=losses,
        rosters=roster_columns(instrument, languages[0]),
    )
    return FormExport(files, sidecar, tuple(refused), tuple(losses))


def _entry_files(instrument: Instrument, language: str) -> dict[str, bytes]:
    """Return the workbooks into which answers are typed, of respondents and of each roster."""
    numbers = {version.code: numbers_of(version.instrument) for version in versions(instrument)}
    files = {ENTRY_FILE: entry_workbook(instrument, language=language, numbers=numbers)}
    for roster in instrument.rosters:
        rows = instrument.roster(roster.id)
        name = ENTRY_FILE.replace(".", f"_{roster.id}.")
        files[name] = entry_workbook(rows, language=language, numbers={"": numbers_of(rows)})
    return files


def _documents(instrument: Instrument, language: str) -> Iterator[tuple[str, PaperDocument]]:
    """Return what is printed in a language, by the names of the files."""
    for version in versions(instrument):
        name = "_".join(filter(None, (instrument.id, language, version.code)))
        yield name, paper_document(version, language)
    for roster in instrument.rosters:
        sheet = roster_sheet(instrument, roster, language)
        yield f"{instrument.id}_{language}_{roster.id}", sheet


def _refused(instrument: Instrument) -> Iterator[Fault]:
    count = n_versions(instrument)
    if count > MAX_VERSIONS:
        assigned = [variable.id for variable in instrument.assigned]
        yield Fault(
            "PLATFORM-080",
            f"{counted(len(assigned), 'variable is', 'variables are')} assigned at random "
            f"({_first_five(assigned)}), "
            f"which would need {count:,} printed versions; paper carries at most {MAX_VERSIONS}",
            "Field this part on a screen.",
            place="paper",
        )
        return
    parts = [version.instrument for version in versions(instrument)]
    parts += [instrument.roster(roster.id) for roster in instrument.rosters]
    yield from dict.fromkeys(fault for part in parts for fault in _unaskable(part))


def _unaskable(version: Instrument) -> Iterator[Fault]:
    """Return the conditions of a version that a person with a pen cannot judge."""
    derived = {entry.id: entry.value for entry in version.derived}
    asked = {item.id for item in version.items} | derived.keys()
    for place, tree in _conditions(version):
        for part in _with_derived(tree, derived):
            if what := beyond_paper(part):
                yield Fault(
                    "PLATFORM-081",
                    f"a condition computes {what}, which nobody can be asked to do with a pen",
                    "Reword the condition, or field it on a screen.",
                    place=place,
                )
            for id in names(part):
                if id not in asked:
                    yield Fault(
                        "PLATFORM-082",
                        f"a condition uses {id}, which is not asked on paper",
                        "Route by an answer, or print a form without this part.",
                        place=place,
                    )


def _first_five(ids: Sequence[str]) -> str:
    return ", ".join(ids[:5]) + (", …" if len(ids) > 5 else "")


def _losses(instrument: Instrument, languages: Sequence[str]) -> Iterator[Fault]:
    """Return what a screen does and paper does not."""
    yield from _lost_in_printing(instrument)
    for language in languages:
        yield from _untranslated(instrument, language)
    if instrument.administrative_column("respondent") is None:
        yield Fault(
            "PLATFORM-186",
            "no column holds the number of the respondent",
            "Add an administrative column with the role 'respondent'.",
            place="paper",
        )


def _lost_in_printing(instrument: Instrument) -> Iterator[Fault]:
    yield Fault(
        "PLATFORM-180",
        "paper neither leads past a question, nor demands an answer or keeps to limits",
        "The data entry does; routing is written beside the questions.",
        place="paper",
    )
    for variable in instrument.assigned:
        yield Fault(
            "PLATFORM-181",
            f"there is one printed version for each of its {len(variable.levels)} levels",
            "Shuffle the copies before they are handed out, and enter the level that the "
            "foot of the page names.",
            place=f"variable '{variable.id}'",
        )
    for page in instrument.pages:
        if page.random_order or any(block.random_order for block in page.blocks):
            yield Fault(
                "PLATFORM-182",
                "the order of questions stays as written",
                "Note it in the report.",
                place=f"page '{page.id}'",
            )
    for item in instrument.items:
        if item.prefill is not None:
            said = f"paper is not prefilled ({prefilled_with(item)})"
            yield not_prefilled(item, said, "Nothing needs to be done.")
        if item.random_order:
            yield Fault(
                "PLATFORM-189",
                "the order of the options stays as written",
                "Note it in the report.",
                place=f"item {item.id}",
            )
    for placeholder in instrument.placeholders:
        if placeholder.item is not None:
            yield Fault(
                "PLATFORM-183",
                f"paper cannot repeat an answer; '{placeholder.otherwise}' stands instead",
                "Nothing needs to be done.",
                place=f"placeholder [{placeholder.name}]",
            )


def _untranslated(instrument: Instrument, language: str) -> Iterator[Fault]:
    if phrases_of(language) is None:
        yield Fault(
            "PLATFORM-184",
            "the instructions of the form are in English",
            "Change them in the Word file.",
            place=f"language '{language}'",
        )
    lost = [
        item.id
        for item in instrument.items
        if dict(item.translations).get(language) in ("missing", "outdated")
    ]
    if lost:
        yield Fault(
            "PLATFORM-185",
            f"{counted(len(lost), 'item is', 'items are')} printed in "
            f"'{instrument.languages[0]}' ({_first_five(lost)})",
            "Translate them; see 'coprod instrument translate'.",
            place=f"language '{language}'",
        )


def _conditions(instrument: Instrument) -> Iterator[tuple[str, Expression]]:
    for roster in instrument.rosters:
        if roster.page.condition is not None:
            yield f"roster '{roster.id}'", roster.page.condition
    for item in instrument.items:
        place = f"item {item.id}"
        yield from ((place, condition) for condition in item.conditions)
        yield from ((place, w.condition) for w in (*item.wordings, *item.stem_wordings))
        yield from ((place, tree) for _, tree in item.options_when)


def _with_derived(tree: Expression, derived: dict[str, Expression]) -> Iterator[Expression]:
    yield tree
    for id in names(tree):
        if id in derived:
            yield from _with_derived(derived[id], derived)


def _no_font(language: str, error: FontError) -> Fault:
    return Fault(
        "PLATFORM-083",
        str(error),
        "Give a folder with a font that has them by --font-path, install one (Amiri or Noto for "
        "Arabic), or leave the language out by --lang.",
        place=f"language '{language}'",
    )


def _left_off(file: str, omitted: str) -> Fault:
    return Fault(
        "PLATFORM-188",
        f"'{omitted}' is left off: no font at hand has it, and every text reads without it",
        "Give a font that has it by --font-path, as Noto Emoji; the Word file shows it.",
        place=file,
    )


def _machine_font() -> Fault:
    return Fault(
        "PLATFORM-187",
        "letters of a font of this machine were needed, so that the PDF may differ elsewhere",
        "Give the font by --font-path to have the same bytes everywhere.",
        place="paper",
    )
