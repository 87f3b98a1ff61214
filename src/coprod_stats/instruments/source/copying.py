"""Copies of a shipped questionnaire as a starting point for one's own."""

from __future__ import annotations

from pathlib import Path

from coprod_stats.errors import CoprodError
from coprod_stats.files.writing import committed_together, make_folder, write_file
from coprod_stats.instruments.shipped import find_shipped
from coprod_stats.instruments.source.reading import InstrumentError, read_shape
from coprod_stats.instruments.source.source_form import InstrumentForm
from coprod_stats.instruments.source.yaml_source import read_yaml

SCHEMA = "instrument.schema.json"


class CopyError(CoprodError):
    """A file that a copy would overwrite, or one to copy that does not exist."""


def copy_instrument(name: str | Path, folder: Path) -> tuple[Path, ...]:
    """Copy a questionnaire with its constructs, translations and the schema for editors.

    Parameters
    ----------
    name : str or Path
        Id of a shipped questionnaire, or a path.
    folder : Path
        Folder for the copies; created if it does not exist.

    Raises
    ------
    InstrumentError
        If the questionnaire cannot be read.
    CopyError
        If a file to copy does not exist, or a copy does already; nothing is copied then.
    """
    path = find_shipped("instruments", name)
    form, faults = read_shape(InstrumentForm, read_yaml(path))
    if form is None:
        raise InstrumentError(faults)
    sources = [path, find_shipped("instruments", SCHEMA)]
    if form.constructs is not None:
        beside = path.parent / form.constructs
        sources.insert(
            1, beside if beside.is_file() else find_shipped("instruments", form.constructs)
        )
    copies = [folder / source.name for source in sources]
    for translations in sorted((path.parent / "translations").glob(f"{path.stem}.*.yaml")):
        sources.append(translations)
        copies.append(folder / "translations" / translations.name)
    if missing := [source.name for source in sources if not source.is_file()]:
        raise CopyError(f"{path.name}: there is no file {', '.join(map(repr, missing))}")
    if there := [copy.name for copy in copies if copy.exists()]:
        raise CopyError(f"{folder} already contains {', '.join(there)}; choose another folder")
    with committed_together():
        for source, copy in zip(sources, copies, strict=True):
            make_folder(copy.parent)
            write_file(copy, source.read_bytes())
    return tuple(copies)
