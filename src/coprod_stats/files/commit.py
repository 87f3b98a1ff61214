"""Files that belong together are put in place together, or none of them.

A single file is renamed: at any moment there is the old one or the new one. Several files cannot be
renamed at once. Their names are first written into a journal that lies beside them; what a kill
interrupts after that is finished by ``finish_interrupted``, and before that nothing has changed. If
a renaming fails, the files that were replaced are put back.

References
----------
Pillai et al. (2014). All file systems are not created equal: On the complexity of crafting
crash-consistent applications. *OSDI '14*, 433-448.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from coprod_stats.files.staged_file import FORMER, StagedFile, belongs_to

_JOURNAL = ".coprod-{token}.commit"


def commit(files: Sequence[StagedFile]) -> None:
    """Rename files that are complete: all of them, or none if an error is raised."""
    folders = sorted({file.final.parent for file in files})
    former: list[tuple[StagedFile, Path | None]] = []
    replaced: list[StagedFile] = []
    journals: list[Path] = []
    try:
        for file in files:
            former.append((file, file.keep_former()))
        for folder in folders if len(files) > 1 else ():
            journals.append(folder / _JOURNAL.format(token=os.urandom(4).hex()))
            _write_journal(journals[-1], files)
        for file in files:
            replaced.append(file)
            _replace(file)
        for folder in folders:
            _sync(folder)
    except BaseException:
        _remove(journals)
        _restore(former, replaced)
        raise
    _remove(journals)
    _remove(kept for _, kept in former if kept is not None)


def finish_interrupted(folder: Path) -> None:
    """Finish what a process that was killed had begun to put in place in a folder."""
    for journal in _journals(folder):
        for partial, final in _entries(journal):
            if partial.exists():
                partial.replace(final)
            partial.with_suffix(FORMER).unlink(missing_ok=True)
        journal.unlink(missing_ok=True)


def _journals(folder: Path) -> list[Path]:
    """Return the journals in a folder, without the 5 ms that ``glob`` takes to be ready."""
    start, end = _JOURNAL.split("{token}")
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:  # it is not there, or cannot be read: what is asked of it will say so
        return []
    return [folder / name for name in names if name.startswith(start) and name.endswith(end)]


def _replace(file: StagedFile) -> None:
    try:
        file.partial.replace(file.final)
    except FileNotFoundError:
        # another process may have found the journal, and put the file in place
        if not file.final.exists() or file.final.stat().st_ino != file.inode:
            raise


def _restore(
    former: Iterable[tuple[StagedFile, Path | None]], replaced: Sequence[StagedFile]
) -> None:
    for file, kept in former:
        in_place = file in replaced and not file.partial.exists()
        if kept is not None and in_place:
            kept.replace(file.final)
        elif kept is not None:
            kept.unlink()
        elif in_place:
            file.final.unlink(missing_ok=True)


def _write_journal(path: Path, files: Iterable[StagedFile]) -> None:
    entries = [[str(file.partial), str(file.final)] for file in files]
    with path.open("x", encoding="utf-8") as stream:
        json.dump({"coprod_stats_commit": entries}, stream)
        stream.flush()
        os.fsync(stream.fileno())
    _sync(path.parent)


def _entries(journal: Path) -> Iterator[tuple[Path, Path]]:
    """Return the pairs of a journal; none if it was not completed, which means nothing was renamed.

    Only a file beside its target and under the name of one being written is ever renamed.
    """
    try:
        content = json.loads(journal.read_text(encoding="utf-8"))
        pairs = [(Path(partial), Path(final)) for partial, final in content["coprod_stats_commit"]]
    except (ValueError, KeyError, TypeError):
        return
    for partial, final in pairs:
        if partial.parent == final.parent and belongs_to(partial.name, final.name):
            yield partial, final


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Bring a folder's names to the disk; Windows does so by itself."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
