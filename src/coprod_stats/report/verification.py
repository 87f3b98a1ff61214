"""Whether a report folder still agrees with its manifest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from coprod_stats.report.manifest import folder_hashes, read_manifest


@dataclass(frozen=True, slots=True)
class Verification:
    """Sorted names of the files that agree with the manifest, and of those that do not."""

    same: tuple[str, ...]
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    unlisted: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every file is present and unchanged, and there are no others."""
        return not (self.changed or self.missing or self.unlisted)


def verify_folder(folder: Path) -> Verification:
    """Hash the files of a report folder again and compare them with its manifest.

    Raises
    ------
    ReportError
        If the folder has no readable manifest.
    """
    listed = read_manifest(folder).files
    present = folder_hashes(folder)
    both = sorted(listed.keys() & present.keys())
    return Verification(
        same=tuple(name for name in both if listed[name] == present[name]),
        changed=tuple(name for name in both if listed[name] != present[name]),
        missing=tuple(sorted(listed.keys() - present.keys())),
        unlisted=tuple(sorted(present.keys() - listed.keys())),
    )
