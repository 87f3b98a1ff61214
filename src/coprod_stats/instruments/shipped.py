"""Location of the shipped questionnaires, plans and sample answers: in a checkout or a wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Shelf = Literal["instruments", "analyses", "sample_data"]
_SUFFIXES = ("", ".yaml", ".csv")


def shelf(name: Shelf) -> Path:
    """Return the folder of shipped files of one kind."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "shipped" / name
    return installed if installed.is_dir() else package.parents[1] / name


def find_shipped(where: Shelf, name: str | Path) -> Path:
    """Return a file by its path, or a shipped one by its name without suffix.

    A path that exists comes first, so that a user's own ``citizen.yaml`` is never mistaken for the
    shipped one. If there is neither, the path is returned unchanged, and reading it fails.
    """
    given = Path(name)
    if given.is_file():
        return given
    if given.name == str(name):
        for suffix in _SUFFIXES:
            candidate = shelf(where) / f"{name}{suffix}"
            if candidate.is_file():
                return candidate
    return given


def is_shipped(where: Shelf, name: str | Path) -> bool:
    """Return whether a name or path leads to a shipped file."""
    return find_shipped(where, name).resolve().is_relative_to(shelf(where).resolve())


def shipped_names() -> tuple[str, ...]:
    """Return the names by which shipped questionnaires, plans and samples are known."""
    samples = (path.name for path in list_shipped("sample_data", "*.csv"))
    shelves: tuple[Shelf, ...] = ("instruments", "analyses")
    return (*(path.stem for where in shelves for path in list_shipped(where)), *samples)


def list_shipped(where: Shelf, pattern: str = "*.yaml") -> tuple[Path, ...]:
    """Return the shipped files of one kind, sorted by name."""
    return tuple(sorted(shelf(where).glob(pattern)))


def list_modules() -> tuple[str, ...]:
    """Return the ids of the shipped modules, sorted."""
    return tuple(sorted(path.stem for path in (shelf("instruments") / "modules").glob("*.yaml")))
