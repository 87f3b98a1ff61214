"""A command run in this process, and what must never come of it."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

from coprod_stats.cli.main import run

ROOT = Path(__file__).parents[2]
CODES = frozenset(
    re.findall(r"^\| ([A-Z]+-[0-9]{3}) ", (ROOT / "docs" / "codes.md").read_text("utf-8"), re.M)
)
DOCUMENTED = (0, 1, 2, 3)
_CODE = re.compile(r"^([A-Z]{2,}-[0-9]{3}) ", re.M)
_WARNING = re.compile(r"\.py:[0-9]+: \w*Warning: .*")
_FRAME = re.compile(r'File "[^"]*coprod_stats/([^"]+)", line [0-9]+, in (\S+)')


@dataclass(frozen=True)
class Outcome:
    """How a command ended: ``fault`` names what must not happen, in a word that reruns agree on."""

    status: int
    out: str
    err: str
    fault: str = ""
    detail: str = ""


def call(words: tuple[str, ...], folder: Path) -> Outcome:
    """Run a command in a folder."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    former, status, raised = (sys.argv, Path.cwd()), 0, ""
    sys.argv = ["coprod", *words]
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            run()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception:
        raised = traceback.format_exc()
    finally:
        sys.argv = former[0]
        os.chdir(former[1])
    texts = [_text(stream) for stream in (out, err)]
    return Outcome(status, *texts, *_judged(status, *texts, raised))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8", "replace")


def _judged(status: int, out: str, err: str, raised: str) -> tuple[str, str]:
    if raised:
        kind = raised.strip().splitlines()[-1].partition(":")[0]
        frames = _FRAME.findall(raised)
        return f"{kind} in {' '.join(frames[-1]) if frames else 'a library'}", raised
    if status not in DOCUMENTED:
        return f"status {status}", err
    if status in (1, 2) and not (err + out).strip():  # a finding of a check may be its output
        return f"status {status} without a message", err
    if "Traceback (most recent call last)" in err:
        return "a traceback on standard error", err
    if found := _WARNING.search(err):
        return f"warning of a library{found[0][3:60]}", err
    if unknown := set(_CODE.findall(err)) - CODES:
        return f"codes without documentation: {', '.join(sorted(unknown))}", err
    return "", ""
