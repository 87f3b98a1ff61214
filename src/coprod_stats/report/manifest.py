"""The manifest of a report folder: its inputs, its files, and how to rebuild it.

It holds nothing that differs between two runs of the same command on the same files: no time, no
name of a machine or user, no absolute path.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from coprod_stats.documents.errors import ReportError
from coprod_stats.files.reading import parse_json
from coprod_stats.files.staged_file import is_unfinished
from coprod_stats.files.writing import committed_together, make_folder, write_file

MANIFEST_NAME = "manifest.json"
PACKAGE = "coprod-stats"
LIBRARIES = ("jinja2", "numpy", "pandas", "pingouin", "scipy", "semopy", "statsmodels")
_READ_SIZE = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """An input file: bare name, SHA-256 of its bytes, and version if it has one."""

    name: str
    sha256: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """The inputs that a report was made from.

    Parameters
    ----------
    command : str
        Command that rebuilds the report, with relative paths.
    data, instrument, plan : Source
        The input files; the hash of several files of answers is that of their hashes.
    samples, fielded : tuple of Source
        Where parts were pooled: their files, and the versions of the questionnaire that were
        fielded.
    python : str
        Version of Python.
    packages : mapping of str to str
        Version of this package and of each library that numbers depend on.
    seed : int, optional
        Seed of the random numbers, if any were drawn.
    """

    command: str
    data: Source
    instrument: Source
    plan: Source
    python: str
    packages: Mapping[str, str]
    seed: int | None = None
    samples: tuple[Source, ...] = ()
    fielded: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """Provenance, and the SHA-256 of every file of the report by its path within the folder."""

    provenance: Provenance
    files: Mapping[str, str]

    def to_json(self) -> str:
        """Return the manifest as canonical JSON: sorted keys, two spaces, one final line feed."""
        content = asdict(self)
        for several in ("samples", "fielded"):
            if not content["provenance"][several]:
                del content["provenance"][several]
        return json.dumps(content, sort_keys=True, ensure_ascii=False, indent=2) + "\n"


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_READ_SIZE):
            digest.update(chunk)
    return digest.hexdigest()


def package_versions(libraries: Iterable[str] = LIBRARIES) -> dict[str, str]:
    """Return the installed version of this package and of libraries, by name."""
    return {name: importlib.metadata.version(name) for name in sorted({PACKAGE, *libraries})}


def python_version() -> str:
    """Return the version of the running Python."""
    return platform.python_version()


def write_report_files(
    folder: Path, files: Mapping[str, bytes], provenance: Provenance
) -> tuple[Path, ...]:
    """Write files into a folder, together with the manifest of all that the folder then holds."""
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    with committed_together():
        make_folder(folder)
        manifest = Manifest(provenance, folder_hashes(folder) | hashes)
        for name, content in files.items():
            write_file(folder / name, content)
        write_file(folder / MANIFEST_NAME, manifest.to_json())
    return tuple(folder / name for name in files)


def folder_hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a folder but its manifest, by its relative path."""
    found = (path for path in folder.rglob("*") if path.is_file())
    paths = sorted(path for path in found if not is_unfinished(path.name))
    names = {path: path.relative_to(folder).as_posix() for path in paths}
    return {name: hash_file(path) for path, name in names.items() if name != MANIFEST_NAME}


def read_manifest(folder: Path) -> Manifest:
    """Read a folder's manifest.

    Raises
    ------
    ReportError
        If there is none, it is invalid, or it names a file outside the folder.
    """
    path = folder / MANIFEST_NAME
    try:
        content: dict[str, Any] = parse_json(path.read_text(encoding="utf-8"))
        provenance = content["provenance"]
        sources = {name: Source(**provenance[name]) for name in ("data", "instrument", "plan")}
        several = {
            name: tuple(Source(**entry) for entry in provenance.get(name, ()))
            for name in ("samples", "fielded")
        }
        manifest = Manifest(
            Provenance(**{**provenance, **sources, **several}), dict(content["files"])
        )
    except FileNotFoundError:
        raise ReportError(f"{folder} holds no {MANIFEST_NAME}.") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReportError(f"{path} is not a manifest: {error}.") from error
    for name in manifest.files:
        inside = PurePosixPath(name)
        if inside.is_absolute() or ".." in inside.parts:
            raise ReportError(f"{path} names a file outside its folder: {name}.")
    return manifest
