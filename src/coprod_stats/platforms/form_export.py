"""What every exporter of a form returns: its files, what was refused, and the sidecar.

The sidecar says which column of a platform's export is which column of the answers.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

from coprod_stats.errors import CoprodError, Fault, FaultsError
from coprod_stats.files.reading import parse_json, read_bytes
from coprod_stats.files.writing import committed_together, make_folder, write_file
from coprod_stats.instruments.model import Instrument, ItemKind

SIDECAR_FILE = "sidecar.json"
FORMAT = 1
ColumnKind = ItemKind | Literal["assigned", "administrative", "derived"]
_KINDS = {*get_args(ItemKind), "assigned", "administrative", "derived"}


class SidecarError(CoprodError):
    """A sidecar that cannot be read, or that belongs to another questionnaire."""


@dataclass(frozen=True, slots=True)
class SidecarColumn:
    """One canonical column and where a platform keeps it.

    Attributes
    ----------
    column : str
        Canonical column, as ``TRU1`` or ``MEANS__2``.
    item : str
        Id of the item, or of the assigned, derived or administrative variable.
    kind : str
        Kind of the item; ``assigned``, ``derived`` or ``administrative`` otherwise.
    name : str
        Column of the platform's export, without the names of groups around it.
    option : str
        Code by which a cell of several answers names this option; empty where the column is the
        option's own or the item has but one answer.
    codes : tuple of (str, str)
        What the platform writes, and the canonical code it stands for; what is not listed is kept
        as it is.
    companion : str
        Column that says why the question has no answer, where a platform asks that apart.
    companion_codes : tuple of (str, str)
        What that column may say, and the canonical code of missing it stands for.
    """

    column: str
    item: str
    kind: ColumnKind
    name: str
    option: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    companion: str = ""
    companion_codes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SidecarRoster:
    """Where a platform keeps the rows of a roster.

    Attributes
    ----------
    roster : str
        Id of the roster.
    name : str
        The platform's name of the repeated group.
    columns : tuple of SidecarColumn
        Columns of a row, without the respondent and the number of the row.
    internal : tuple of str
        Columns that the form needs for itself.
    """

    roster: str
    name: str
    columns: tuple[SidecarColumn, ...]
    internal: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What a reader must know about the form that was fielded.

    Attributes
    ----------
    rosters : tuple of SidecarRoster
        The repeated groups of the form; files of forms without one have no such key.
    internal : tuple of str
        Columns that the form needs for itself (texts that it composes, notes, headings).
    losses : tuple of str
        What the platform could not carry and the form was written without, as reported to the user.
    """

    platform: str
    instrument: str
    version: str
    sha256: str
    form: str
    modules: tuple[str, ...]
    languages: tuple[str, ...]
    columns: tuple[SidecarColumn, ...]
    internal: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    rosters: tuple[SidecarRoster, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Columns to expect in the platform's export, each once."""
        return tuple(
            dict.fromkeys(
                name for entry in self.columns for name in (entry.name, entry.companion) if name
            )
        )

    def of_item(self, item: str) -> tuple[SidecarColumn, ...]:
        """Return the columns of an item, in order."""
        return tuple(entry for entry in self.columns if entry.item == item)

    def to_json(self) -> bytes:
        """Write as JSON, a line for each column, the same bytes every time."""
        content = asdict(self)
        entries = list(map(_written, content.pop("columns")))
        rosters = [
            {**roster, "columns": list(map(_written, roster["columns"]))}
            for roster in content.pop("rosters")
        ]
        head = {"sidecar": FORMAT} | content | ({"rosters": rosters} if rosters else {})
        lines = ",\n  ".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
        opening = json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}")
        return f'{opening},\n "columns": [\n  {lines}\n ]\n}}\n'.encode()


def _written(entry: Mapping[str, Any]) -> dict[str, Any]:
    codes = {key: dict(entry[key]) for key in ("codes", "companion_codes")}
    return {**entry, **codes}


def read_sidecar(path: Path) -> Sidecar:
    """Read a sidecar.

    Raises
    ------
    SidecarError
        If there is no such file or it is no sidecar of this format.
    """
    try:
        content = parse_json(read_bytes(path, error=SidecarError))
    except ValueError as error:
        raise SidecarError(f"{path}: cannot be read as a sidecar: {error}") from error
    if not isinstance(content, Mapping) or content.get("sidecar") != FORMAT:
        raise SidecarError(
            f"{path.name}: no sidecar of format {FORMAT}; it is the file 'sidecar.json' that "
            "'coprod instrument export' wrote beside the form"
        )
    try:
        return _built(content)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise SidecarError(f"{path.name}: a damaged sidecar: {error}") from error


def _built(content: Mapping[str, Any]) -> Sidecar:
    columns = tuple(_columns(content["columns"]))
    rosters = tuple(
        SidecarRoster(
            _text(roster["roster"]),
            _text(roster["name"]),
            tuple(_columns(roster["columns"])),
            _texts(roster["internal"]),
        )
        for roster in content.get("rosters", ())
    )
    lists = {key: _texts(content[key]) for key in ("modules", "languages", "internal", "losses")}
    words = {
        key: _text(content[key]) for key in ("platform", "instrument", "version", "sha256", "form")
    }
    parts: dict[str, Any] = {**words, **lists, "columns": columns, "rosters": rosters}
    return Sidecar(**parts)


def _columns(entries: Iterable[Mapping[str, Any]]) -> Iterator[SidecarColumn]:
    for entry in entries:
        if entry["kind"] not in _KINDS:
            raise ValueError(f"column {entry['column']} has the unknown kind '{entry['kind']}'")
        codes = {key: _texts(entry[key].items()) for key in ("codes", "companion_codes")}
        plain = {key: _text(value) for key, value in entry.items() if key not in codes}
        parts: dict[str, Any] = {**plain, **codes}
        yield SidecarColumn(**parts)


def _texts(values: Iterable[Any]) -> tuple[Any, ...]:
    """Return a list of texts, or of pairs of texts, as tuples."""
    if isinstance(values, str | Mapping):
        raise TypeError(f"{values!r} is not a list of texts")
    return tuple(_texts(value) if isinstance(value, tuple) else _text(value) for value in values)


def _text(value: object) -> Any:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


class PlatformError(FaultsError):
    """A form that a platform cannot carry, or an export that would lose answers."""


@dataclass(frozen=True, slots=True)
class FormExport:
    """A form for a platform.

    Attributes
    ----------
    files : mapping of str to bytes
        Files by name, without the sidecar.
    refused : tuple of Fault
        Parts that the platform cannot express (codes ``PLATFORM-0xx``): they are not in the files,
        which are therefore not to be fielded. ``write`` raises if there are any.
    losses : tuple of Fault
        What the files state differently without losing an answer, as an order that stays fixed
        (codes ``PLATFORM-1xx``); the sidecar holds them too.
    """

    files: Mapping[str, bytes]
    sidecar: Sidecar
    refused: tuple[Fault, ...] = ()
    losses: tuple[Fault, ...] = ()

    def write(self, folder: Path) -> tuple[Path, ...]:
        """Write the files and the sidecar into a folder together, and return their paths.

        Raises
        ------
        PlatformError
            If anything was refused; nothing is written then.
        """
        if self.refused:
            raise PlatformError(self.refused)
        files = {**self.files, SIDECAR_FILE: self.sidecar.to_json()}
        with committed_together():
            make_folder(folder)
            for name, content in files.items():
                write_file(folder / name, content)
        return tuple(folder / name for name in files)


class Exporter(Protocol):
    """Writes a questionnaire, in one of its forms, for a platform."""

    def __call__(self, instrument: Instrument, *, languages: tuple[str, ...]) -> FormExport:
        """Write the form in these languages, the first being shown first."""
        ...


def coinciding(names: Iterable[str]) -> tuple[Fault, ...]:
    """Find names that two parts of a form share: their answers could not be distinguished."""
    return tuple(
        Fault(
            "PLATFORM-004",
            f"two parts of the form would both be called '{name}'",
            "Rename one of the items, pages, blocks or placeholders behind it.",
            place=f"name '{name}'",
        )
        for name, n in Counter(names).items()
        if n > 1
    )


def sidecar_of(
    instrument: Instrument,
    platform: str,
    *,
    languages: tuple[str, ...],
    columns: Iterable[SidecarColumn],
    internal: Iterable[str] = (),
    losses: Iterable[Fault] = (),
    rosters: Iterable[SidecarRoster] = (),
) -> Sidecar:
    """Make the sidecar of a form of an instrument (one that ``for_form`` gave)."""
    return Sidecar(
        platform=platform,
        instrument=instrument.id,
        version=instrument.version,
        sha256=instrument.sha256,
        form=instrument.forms[0].id,
        modules=tuple(module.id for module in instrument.modules),
        languages=languages,
        columns=tuple(columns),
        internal=tuple(internal),
        losses=tuple(map(str, losses)),
        rosters=tuple(rosters),
    )
