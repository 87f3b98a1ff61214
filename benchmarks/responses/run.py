"""Time and memory of importing, checking and scoring answers, beside readers of CSV files.

python benchmarks/responses/run.py [--rows 10000 100000 1000000] [--rounds N]

The file repeats the answers to version 0.2.0 of the citizen questionnaire (112 columns), each row
with an id of its own. Every step is a process of its own, from the shell to its files, so that its
largest memory is its own; the steps of a round follow each other. Ratios are to pandas.read_csv of
the same file in the same round: it neither checks nor scores anything. The import is checked first:
its output must be the file to the byte, since the answers are canonical.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FROZEN = ROOT / "tests" / "oracles" / "driver_impact_0_2_0"
ANSWERS = FROZEN / "citizen_synthetic.csv"
ROWS = (10_000, 100_000, 1_000_000)
PEER = "pandas.read_csv"
R_READERS = {
    "R read.csv": ("utils", "utils::read.csv"),
    "R data.table::fread": ("data.table", "data.table::fread"),
    "R readr::read_csv": ("readr", "readr::read_csv"),
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: seconds of the clock and of the processors, gigabytes at most."""

    wall: float
    cpu: float
    peak: float


def main() -> None:
    """Print a table for each number of rows; exit 1 if an import changes the answers."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=list(ROWS))
    parser.add_argument("--rounds", type=int, default=1, help="the median is shown")
    asked = parser.parse_args()
    print(_line(("rows", "step", "wall s", "cpu s", "GB", "cpu ratio", "GB ratio")))
    for n_rows in asked.rows:
        with tempfile.TemporaryDirectory() as folder:
            _report(n_rows, Path(folder), asked.rounds)


def _report(n_rows: int, folder: Path, rounds: int) -> None:
    file = _written(n_rows, folder / "answers.csv")
    steps = _steps(file, folder)
    found = [{name: _run(command) for name, command in steps.items()} for _ in range(rounds)]
    if not filecmp.cmp(file, folder / "imported.csv", shallow=False):
        sys.exit(f"the import of {n_rows:,} rows changed the answers")
    for name in steps:
        cost, peer = _median(found, name), _median(found, PEER)
        shown = (f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{cost.peak:.2f}")
        ratios = (f"{cost.cpu / peer.cpu:.1f}", f"{cost.peak / peer.peak:.1f}")
        print(_line((f"{n_rows:,}", name, *shown, *ratios)), flush=True)


def _written(n_rows: int, path: Path) -> Path:
    header, *rows = ANSWERS.read_text(encoding="utf-8").splitlines()
    tails = [row[row.index(",") :] for row in rows]
    with path.open("w", encoding="utf-8") as stream:
        stream.write(f"{header}\n")
        stream.writelines(f"S{k:07d}{tails[k % len(tails)]}\n" for k in range(n_rows))
    return path


def _steps(file: Path, folder: Path) -> dict[str, Sequence[str]]:
    coprod = (sys.executable, "-c", "from coprod_stats.cli.main import run; run()")
    bound = (str(file), "--instrument", str(FROZEN / "citizen.yaml"), "--out")
    return {
        PEER: (sys.executable, "-c", f"import pandas; pandas.read_csv({str(file)!r})"),
        "responses import": (*coprod, "responses", "import", *bound, str(folder / "imported.csv")),
        "quality": (*coprod, "quality", *bound, str(folder / "flags.csv")),
        "score": (*coprod, "score", *bound, str(folder / "scores.csv")),
        **_in_r(file),
    }


def _in_r(file: Path) -> Mapping[str, Sequence[str]]:
    """Return the readers of R that are installed here."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return {}
    there = "quit(status = !requireNamespace('{}', quietly = TRUE))"
    return {
        name: (rscript, "-e", f"invisible({function}('{file.as_posix()}'))")
        for name, (package, function) in R_READERS.items()
        if subprocess.run([rscript, "-e", there.format(package)], check=False).returncode == 0
    }


def _run(command: Sequence[str]) -> Cost:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"failed: {' '.join(command)}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20)


def _median(found: Sequence[Mapping[str, Cost]], name: str) -> Cost:
    costs = [costs[name] for costs in found]
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        statistics.median(cost.peak for cost in costs),
    )


def _line(cells: Sequence[str]) -> str:
    return f"{cells[0]:>9}  {cells[1]:<20}" + "".join(f"{cell:>11}" for cell in cells[2:])


if __name__ == "__main__":
    main()
