"""The platforms that are known, each loaded when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import cast

from coprod_stats.errors import Fault
from coprod_stats.instruments.model import Instrument
from coprod_stats.instruments.translations.coverage import translation_coverage
from coprod_stats.literals import ExportSource, Platform
from coprod_stats.platforms.cell_table import CellTable, Reader, RosterRows
from coprod_stats.platforms.form_export import (
    Exporter,
    FormExport,
    PlatformError,
    SidecarRoster,
)

EXPORTERS: dict[Platform, str] = {
    "xlsform": "xlsform.form",
    "limesurvey": "limesurvey.form",
    "qualtrics": "qualtrics.form",
    "redcap": "redcap.form",
    "surveyjs": "surveyjs.form",
    "spss": "codebooks.spss",
    "frictionless": "codebooks.frictionless",
    "ddi": "codebooks.ddi",
    "paper": "paper.form",
}
"""Module of each platform's writer; it has a function ``export``."""
WITH_ROSTERS: frozenset[Platform] = frozenset(
    {"xlsform", "surveyjs", "redcap", "paper", "spss", "frictionless", "ddi"}
)
"""Platforms whose forms ask the questions of a roster for each row."""

READERS: dict[ExportSource, str] = {
    "odk": "xlsform.odk",
    "kobo": "xlsform.kobo",
    "limesurvey": "limesurvey.answers",
    "qualtrics": "qualtrics.answers",
    "redcap": "redcap.answers",
    "surveyjs": "surveyjs.answers",
}
"""Module of each source's reader; it has a function ``read``, and ``parse`` if it is no table."""


ROSTERS_APART: frozenset[ExportSource] = frozenset({"odk", "kobo"})
"""Sources that keep the rows of a roster in a file, or on a sheet, of their own."""


def compose_form(
    instrument: Instrument,
    platform: Platform,
    *,
    languages: Sequence[str] = (),
    font_paths: Sequence[Path] = (),
) -> FormExport:
    """Compose a questionnaire's form for a platform, in memory.

    Parameters
    ----------
    instrument : Instrument
        In one of its forms (``Instrument.for_form``).
    platform : str
        A key of ``EXPORTERS``.
    languages : sequence of str
        Languages of the form, the first being shown first; all of the instrument if empty.
    font_paths : sequence of Path
        Folders with fonts, for paper.

    Raises
    ------
    PlatformError
        If the instrument does not have a language, has rosters that the platform's forms cannot
        ask, or a platform that prints nothing gets fonts.
    """
    wanted = tuple(dict.fromkeys(languages)) or instrument.languages
    _refuse_languages(instrument, wanted)
    _refuse_rosters(instrument, platform)
    if platform == "paper":
        printed = cast("Callable[..., FormExport]", _module(EXPORTERS[platform]).export)
        form = printed(instrument, languages=wanted, font_paths=font_paths)
        return _with_translations(form, instrument)
    export = cast(Exporter, _module(EXPORTERS[platform]).export)
    if font_paths:
        raise PlatformError(
            [
                Fault(
                    "PLATFORM-003",
                    "fonts are for paper",
                    "Leave out the folder of fonts.",
                    place=f"'{platform}'",
                )
            ]
        )
    return _with_translations(export(instrument, languages=wanted), instrument)


def _refuse_languages(instrument: Instrument, wanted: Sequence[str]) -> None:
    unknown = [language for language in wanted if language not in instrument.languages]
    if unknown:
        raise PlatformError(
            [
                Fault(
                    "PLATFORM-001",
                    f"the questionnaire has no language '{language}'",
                    f"It has: {', '.join(instrument.languages)}.",
                    place=f"'{instrument.id}'",
                )
                for language in unknown
            ]
        )


def _refuse_rosters(instrument: Instrument, platform: Platform) -> None:
    if platform in WITH_ROSTERS or not instrument.rosters:
        return
    raise PlatformError(
        [
            Fault(
                "PLATFORM-006",
                f"the form for '{platform}' has no questions that are asked again for each row",
                "Field the questionnaire elsewhere, such as by ODK, SurveyJS or REDCap, or ask "
                "the questions a fixed number of times.",
                place=f"roster '{roster.id}'",
            )
            for roster in instrument.rosters
        ]
    )


def _with_translations(form: FormExport, instrument: Instrument) -> FormExport:
    """Add what is known of a form's translations, on every platform: untranslated texts, drafts."""
    found = tuple(_of_translations(instrument, form.sidecar.languages))
    sidecar = replace(form.sidecar, losses=(*form.sidecar.losses, *map(str, found)))
    return replace(form, sidecar=sidecar, losses=(*form.losses, *found))


def _of_translations(instrument: Instrument, languages: Sequence[str]) -> Iterator[Fault]:
    for entry in translation_coverage(instrument):
        place = f"language '{entry.language}'"
        if entry.language in languages and not entry.is_complete:
            listed = f"'coprod instrument translate --lang {entry.language}' lists them."
            yield Fault("PLATFORM-100", str(entry), listed, place=place)
        if entry.language in languages and entry.is_draft:
            remedy = "Field it once it is validated, and state 'status: validated' then."
            yield Fault("PLATFORM-106", entry.draft, remedy, place=place)


def reader_of(source: ExportSource) -> Reader:
    """Return the reader of a platform's export."""
    return cast(Reader, _module(READERS[source]).read)


def form_of(source: ExportSource) -> str:
    """Return the platform for which the form of an export is written: one for ODK and Kobo."""
    return READERS[source].partition(".")[0]


RowFinder = Callable[[CellTable, SidecarRoster, str], RosterRows]
"""Finds the rows of a roster by the platform's column of the respondent's id."""


def roster_rows_of(source: ExportSource) -> RowFinder:
    """Return what finds the rows of a roster in a platform's export."""
    return cast(RowFinder, _module(READERS[source]).roster_rows)


def parser_of(source: ExportSource) -> Callable[[bytes], CellTable] | None:
    """Return what turns a file that is no table (JSON) into one, if the source is such."""
    return cast(
        "Callable[[bytes], CellTable] | None", getattr(_module(READERS[source]), "parse", None)
    )


def _module(name: str) -> ModuleType:
    return import_module(f"coprod_stats.platforms.{name}")
