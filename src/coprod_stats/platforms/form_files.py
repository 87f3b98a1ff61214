"""A questionnaire's form for a platform as files in a folder, with their sidecar."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from coprod_stats.instruments.model import Instrument
from coprod_stats.literals import Platform
from coprod_stats.platforms.registry import compose_form


def export_form(
    instrument: Instrument,
    to: Platform,
    out: str | Path,
    form: str | None = None,
    *,
    languages: Sequence[str] = (),
    font_paths: Sequence[Path] = (),
) -> tuple[Path, ...]:
    """Write a form for a survey platform into a folder.

    ``sidecar.json`` beside the form is needed to read its answers back.

    Parameters
    ----------
    instrument : Instrument
    to : str
        The platform, see ``Platform``.
    out : str or Path
        The folder; made where there is none.
    form : str, optional
        Form of the questionnaire; its first if omitted.
    languages : sequence of str
        Languages of the form, the first being shown first; all of the instrument if empty.
    font_paths : sequence of Path
        Folders with fonts, for paper.

    Returns
    -------
    tuple of Path
        The files that were written, the sidecar last: its ``losses`` tell what the platform states
        differently.

    Raises
    ------
    InstrumentLookupError
        If the questionnaire has no such form.
    PlatformError
        If the platform cannot carry the form, or the instrument lacks a language.
    """
    chosen = instrument.for_form(form or instrument.forms[0].id)
    made = compose_form(chosen, to, languages=languages, font_paths=font_paths)
    return made.write(Path(out))
