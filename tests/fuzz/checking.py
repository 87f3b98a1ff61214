"""Whether a case came out right: no traceback, no lost row, no half file."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calling import Outcome, call
from cases import Case

from coprod_stats.files.commit import finish_interrupted
from coprod_stats.files.staged_file import is_unfinished

_STEPS = ("fsync", "replace", "link")
_KILLED = """
import os, signal, sys
left = int(sys.argv.pop(1))
def counted(done):
    def step(*values, **words):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return done(*values, **words)
    return step
for name in ("fsync", "replace", "link", "unlink"):
    setattr(os, name, counted(getattr(os, name)))
from coprod_stats.cli.main import run
run()
"""


@dataclass(frozen=True)
class Finding:
    """What came out wrong: ``fault`` is the same for the same defect."""

    kind: str
    fault: str
    command: str
    detail: str


def check(case: Case, folder: Path) -> Finding | None:
    """Run the commands of a case in an empty folder; return the first thing that is wrong."""
    for name, content in case.files.items():
        (folder / name).write_bytes(content)
    if case.full is not None or case.kill is not None:
        return _check_machine(case, folder)
    for words in case.commands:
        outcome = call(words, folder)
        fault, detail = outcome.fault, outcome.detail
        if not fault and words[:2] == ("responses", "import") and outcome.status == 0:
            fault, detail = _rows_lost(case, words, folder)
        if not fault and (litter := [name for name in _files(folder) if _is_hidden(name)]):
            fault, detail = "files left under hidden names", ", ".join(litter)
        if fault:
            return Finding(case.kind, fault, " ".join(words), detail)
    return None


def _rows_lost(case: Case, words: tuple[str, ...], folder: Path) -> tuple[str, str]:
    """Compare the rows that were read with those kept and rejected, as they are in the files."""
    counts = json.loads((folder / "counts.json").read_text(encoding="utf-8"))
    out = folder / words[words.index("-o") + 1]
    kept = _rows(out)
    text = (folder / f"{out.name}.rejected.csv").read_text(encoding="utf-8")
    rejected = len([row for row in csv.DictReader(io.StringIO(text)) if row["scope"] == "row"])
    detail = f"read {counts['rows_read']}, given {case.rows}, kept {kept}, rejected {rejected}"
    if counts["rows_read"] != kept + rejected:
        return "rows lost between reading and writing", detail
    if case.rows is not None and counts["rows_read"] != case.rows:
        return "rows lost in reading", detail
    for roster, read in counts.get("rosters", {}).items():
        beside = out.with_name(f"{out.name}.{roster}.csv")
        if read["rows_read"] != _rows(beside) + read["rows_rejected"]:
            return "rows of a roster lost between reading and writing", f"{roster}: {read}"
    return "", ""


def _rows(path: Path) -> int:
    import pandas as pd

    if path.suffix == ".parquet":
        return len(pd.read_parquet(path))
    if path.suffix == ".xlsx":
        return len(pd.read_excel(path, header=0, dtype=object))
    return len(list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))) - 1


def _check_machine(case: Case, folder: Path) -> Finding | None:
    """Replace files by others while the disk is full or the process is killed."""
    first, second = case.commands
    before = set(_files(folder))
    new = _made(second, folder, before)
    for name in new:
        (folder / name).unlink()
    old = _made(first, folder, before)
    if case.full is not None:
        with _full_disk(case.full):
            outcome = call(second, folder)
    else:
        outcome = _killed(second, folder, case.kill or 0)
    found = {name: text for name, text in _files(folder).items() if name not in before}
    fault = outcome.fault or _half(found, old, new, outcome)
    return Finding(case.kind, fault, " ".join(second), outcome.err) if fault else None


def _half(
    found: dict[str, bytes], old: dict[str, bytes], new: dict[str, bytes], outcome: Outcome
) -> str:
    shown = {name: text for name, text in found.items() if not _is_hidden(name)}
    whole = old | new
    for name, text in shown.items():
        if text not in (old.get(name), new.get(name)):
            return f"a half file: {Path(whole and name).suffix}"
    replaced = {**old, **new}
    if shown not in (old, replaced):
        return "old and new files side by side"
    if outcome.status == 0 and shown != replaced:
        return "status 0 without the new files"
    if outcome.status == 1 and (shown != old or len(found) > len(shown)):
        return "status 1 and something has changed"
    return ""


def _made(words: tuple[str, ...], folder: Path, before: set[str]) -> dict[str, bytes]:
    outcome = call(words, folder)
    assert outcome.status == 0, outcome
    return {name: text for name, text in _files(folder).items() if name not in before}


@contextmanager
def _full_disk(step: int) -> Iterator[None]:
    """Raise the error of a full disk at a step of writing, and at all that follow."""
    former = {name: getattr(os, name) for name in _STEPS}
    left = [step]

    def counted(name: str) -> Any:
        def done(*values: Any, **words: Any) -> Any:
            left[0] -= 1
            if left[0] == -1:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return former[name](*values, **words)

        return done

    for name in _STEPS:
        setattr(os, name, counted(name))
    try:
        yield
    finally:
        for name, function in former.items():
            setattr(os, name, function)


def _killed(words: tuple[str, ...], folder: Path, step: int) -> Outcome:
    """Kill a command at a step of writing; then finish what it left, as the next command does."""
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(step), *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    for place in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        finish_interrupted(place)
    ended = done.returncode in (0, -signal.SIGKILL)
    return Outcome(
        done.returncode, done.stdout, done.stderr, "" if ended else "another end than by the kill"
    )


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _is_hidden(name: str) -> bool:
    return is_unfinished(Path(name).name) or Path(name).name.startswith(".coprod-")
