"""``make fuzz``: damaged questionnaires, plans, models, answers and sidecars, full disks and kills.

A finding is a traceback, a warning of a library, an undocumented end, a lost row, a half file, or a
case that takes longer than it may. Each is kept with a minimal reproduction in the folder of the
run; the run can be taken up again with the same folder.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import hashlib
import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SECONDS_OF_A_CASE = 120.0


class Worker:
    """A process that runs cases; it is started anew after a case that it did not survive."""

    def __init__(self, seed: int, known: list[str]) -> None:
        read, write = os.pipe()
        self._answers = read
        self._process = subprocess.Popen(
            [
                *("/bin/sh", "-c", f'exec 3>&{write}; exec "$0" "$@"', sys.executable),
                *(str(HERE / "worker.py"), str(seed), json.dumps(known)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(write,),
            start_new_session=True,
            text=True,
        )
        os.close(write)
        self._lines = os.fdopen(read)

    def answer(self, number: int) -> dict[str, Any] | str:
        """Run a case; return its report, or how the process ended."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{number}\n")
        self._process.stdin.flush()
        ready, _, _ = select.select([self._answers], [], [], SECONDS_OF_A_CASE)
        if not ready:
            return "no end"
        if line := self._lines.readline():
            report: dict[str, Any] = json.loads(line)
            return report
        status = self._process.wait()
        assert self._process.stderr is not None
        return f"the process ended with {status}: {self._process.stderr.read()[-2000:]}"

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._lines.close()
        for stream in (self._process.stdin, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()


def main() -> None:
    options = _options()
    folder: Path = options.folder
    state = _state(folder, options.seed)
    _say(f"seed {state['seed']}, from case {state['next']}; findings go to {folder}")
    end = time.monotonic() + options.minutes * 60
    worker, kinds = Worker(state["seed"], state["findings"]), Counter[str]()
    while time.monotonic() < end and state["next"] < options.until:
        report = worker.answer(state["next"])
        if isinstance(report, str):
            worker.end()
            report = {"kind": "process", "finding": _lost(state, report)}
        kinds[report["kind"]] += 1
        if "finding" in report:
            _keep(folder, state, report)
        if report["kind"] == "process":
            worker = Worker(state["seed"], state["findings"])
        state["next"] += 1
        (folder / "state.json").write_text(json.dumps(state))
    worker.end()
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    _say(f"{kinds.total()} cases ({counts}); {len(state['findings'])} findings")
    sys.exit(bool(state["findings"]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, help="Of a new run; drawn if omitted.")
    parser.add_argument("--until", type=int, default=10**9, help="Number of the last case, plus 1.")
    parser.add_argument(
        "--folder", type=Path, default=Path(".fuzz"), help="Of the run; one that exists goes on."
    )
    return parser.parse_args()


def _state(folder: Path, seed: int | None) -> dict[str, Any]:
    file = folder / "state.json"
    if file.exists():
        state: dict[str, Any] = json.loads(file.read_text())
        if seed in (None, state["seed"]):
            return state
        sys.exit(f"{folder} holds a run with the seed {state['seed']}: name another --folder")
    folder.mkdir(parents=True, exist_ok=True)
    return {"seed": random.randrange(10**9) if seed is None else seed, "next": 0, "findings": []}


def _lost(state: dict[str, Any], how: str) -> dict[str, str]:
    fault = f"case {state['next']}: {how.strip().splitlines()[-1][:80]}"
    return {"kind": "process", "fault": fault, "command": "", "detail": how}


def _keep(folder: Path, state: dict[str, Any], report: dict[str, Any]) -> None:
    """Write a finding and its reproduction into a folder of its own."""
    finding = report["finding"]
    name = hashlib.sha256(finding["fault"].encode()).hexdigest()[:8]
    place = folder / f"{finding['kind']}_{name}"
    place.mkdir(exist_ok=True)
    for file, content in report.get("files", {}).items():
        (place / file).write_bytes(base64.b64decode(content))
    commands = "\n".join(f"coprod {words}" for words in report.get("commands", []))
    (place / "finding.txt").write_text(
        f"{finding['fault']}\nseed {state['seed']}, case {state['next']}\n\n{commands}\n\n"
        f"{finding['detail']}\n",
        encoding="utf-8",
    )
    state["findings"].append(finding["fault"])
    _say(f"{place.name}: {finding['fault']}\n  {finding['command']}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
