"""What every exporter of a form gives: files, their sidecar, and what was refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from coprod_stats.errors import Fault, FaultsError
from coprod_stats.instruments.model import DONT_KNOW, REFUSED, Instrument, MissingOption, Text
from coprod_stats.platforms.sidecar import Sidecar, SidecarColumn

SIDECAR_FILE = "sidecar.json"
MISSING_NAMES: dict[MissingOption, tuple[str, int]] = {
    "dont_know": ("dk", DONT_KNOW),
    "refused": ("ref", REFUSED),
}
"""How forms name the options beside the scale, and the canonical codes they stand for."""


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
        """Write the files and the sidecar into a folder; gives their paths.

        Raises
        ------
        PlatformError
            If anything was refused; nothing is written then.
        """
        if self.refused:
            raise PlatformError(self.refused)
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        for name, content in (*self.files.items(), (SIDECAR_FILE, self.sidecar.to_json())):
            path = folder / name
            path.write_bytes(content)
            written.append(path)
        return tuple(written)


class Exporter(Protocol):
    """Writes a questionnaire, in one of its forms, for a platform."""

    def __call__(self, instrument: Instrument, *, languages: tuple[str, ...]) -> FormExport:
        """Write the form in these languages, the first being shown first."""
        ...


def sidecar_of(
    instrument: Instrument,
    platform: str,
    *,
    languages: tuple[str, ...],
    columns: Iterable[SidecarColumn],
    internal: Iterable[str] = (),
    losses: Iterable[Fault] = (),
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
    )


def offered(
    instrument: Instrument, offers: Iterable[MissingOption]
) -> tuple[tuple[str, int, Text], ...]:
    """Return name, canonical code and label of what an item offers beside its scale."""
    labels = {"dont_know": instrument.dont_know, "refused": instrument.refused}
    return tuple((*MISSING_NAMES[offer], labels[offer]) for offer in offers)


def off_scale_missing(offers: Iterable[MissingOption]) -> tuple[tuple[str, str], ...]:
    """Return the map from the names of what is offered beside a scale to canonical codes."""
    return tuple((name, str(code)) for name, code in (MISSING_NAMES[offer] for offer in offers))
