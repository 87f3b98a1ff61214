"""Compare with lavaan under OpenBLAS and with semopy: agreement first, then a table of times.

python benchmarks/sem/run.py [--threads N] [--tasks abd] [--out FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tasks import CFA, PUPILS, TASKS, write_data

HERE = Path(__file__).parent
SOURCE = HERE.parents[1] / "src"
OPENBLAS = sorted(Path("/usr/lib").glob("*/openblas-pthread/libblas.so.3"))

LEAST = {"a": 10, "b": 10, "c": 50, "d": 20, "e": 15, "f": 15, "g": 30, "h": 40}
"""Ratio to lavaan that a row must reach."""

TOLERANCE = 1e-3
"""lavaan stops short of the optimum; relative above 1, absolute below."""

MONTE_CARLO = 0.15
"""Standard errors of two bootstraps of 1,000 samples differ by this much at most."""


def main() -> int:
    """Run the comparison; status 1 if numbers disagree."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--threads", type=int, default=1, help="of BLAS, for all alike")
    parser.add_argument("--tasks", default="".join(task.id for task in TASKS))
    parser.add_argument("--out", type=Path, help="write all numbers as JSON")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = write_data(Path(folder))
        tasks = [
            {**vars(task), "file": str(files[task.data])}
            for task in TASKS
            if task.id in asked.tasks
        ]
        environment = _environment(asked.threads)
        ours = _ours("coprod", tasks, environment)
        semopy = _ours("semopy", tasks, environment)
        lavaan = _lavaan(tasks, asked.threads, environment, Path(folder))
        whole = _whole_process(environment, Path(folder))
    faults = _disagreements(ours, lavaan.get("tasks", {}))
    print(f"threads: {asked.threads}; {lavaan.get('versions', 'no R')}")
    _print_table(ours, lavaan.get("tasks", {}), semopy)
    for name, seconds in whole.items():
        print(f"{'whole process of a, ' + name:<50}{1000 * seconds:>10.0f} ms")
    for fault in faults:
        print(f"DISAGREEMENT {fault}")
    if asked.out is not None:
        found = {"coprod": ours, "lavaan": lavaan, "semopy": semopy, "whole": whole}
        asked.out.write_text(json.dumps(found, indent=1) + "\n")
    return int(bool(faults))


def _environment(threads: int) -> dict[str, str]:
    counted = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    kept = {name: value for name, value in os.environ.items() if "BYTECODE" not in name}
    return kept | dict.fromkeys(counted, str(threads)) | {"PYTHONPATH": str(SOURCE)}


def _ours(engine: str, tasks: list[dict[str, Any]], environment: dict[str, str]) -> dict[str, Any]:
    work = json.dumps({"engine": engine, "tasks": tasks})
    run = subprocess.run(
        [sys.executable, str(HERE / "ours.py")],
        input=work, env=environment, text=True, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def _with_openblas(environment: dict[str, str]) -> dict[str, str]:
    """Debian's R comes with reference BLAS, which would flatter everyone else."""
    return environment | ({"LD_PRELOAD": str(OPENBLAS[0])} if OPENBLAS else {})


def _lavaan(
    tasks: list[dict[str, Any]], threads: int, environment: dict[str, str], folder: Path
) -> dict[str, Any]:
    if shutil.which("Rscript") is None:
        return {}
    work = folder / "work.json"
    work.write_text(json.dumps({"tasks": tasks, "threads": threads}))
    run = subprocess.run(
        ["Rscript", str(HERE / "lavaan.R"), str(work)],
        env=_with_openblas(environment), text=True, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def _whole_process(environment: dict[str, str], folder: Path) -> dict[str, float]:
    model = folder / "cfa.txt"
    model.write_text(f"{CFA}\n")
    ours = [
        sys.executable, "-c", "from coprod_stats.cli.main import run; run()", "sem", str(model),
        "--data", str(PUPILS), "--json", str(folder / "fit.json"),
    ]  # fmt: skip
    found = {"coprod": _median_of_runs(ours, environment)}
    if shutil.which("Rscript") is not None:
        script = (
            "suppressMessages(library(lavaan)); "
            f"fit <- sem(readLines('{model}'), read.csv('{PUPILS}')); "
            "m <- fitMeasures(fit); p <- parameterEstimates(fit, standardized = TRUE); "
            "cat(jsonlite::toJSON(list(as.list(m), p)))"
        )
        found["lavaan"] = _median_of_runs(["Rscript", "-e", script], _with_openblas(environment))
    return found


def _median_of_runs(command: list[str], environment: dict[str, str], n_runs: int = 7) -> float:
    times = []
    for _ in range(n_runs):
        started = time.perf_counter()
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _disagreements(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    faults = []
    for task, found in ours.items():
        for name, value in theirs.get(task, {"numbers": {}})["numbers"].items():
            mine = found["numbers"].get(name)
            limit = MONTE_CARLO * abs(value) if task == "g" and name == "se" else TOLERANCE
            if mine is None or abs(mine - value) > limit * max(1.0, abs(value)):
                faults.append(f"{task}: {name} {mine} against {value}")
    return faults


def _print_table(ours: dict[str, Any], lavaan: dict[str, Any], semopy: dict[str, Any]) -> None:
    print(f"{'task':<50}{'coprod':>10}{'lavaan':>10}{'semopy':>10}{'ratio':>8}{'least':>7}")
    for task in TASKS:
        if task.id not in ours:
            continue
        cells = [engine.get(task.id, {}).get("seconds") for engine in (ours, lavaan, semopy)]
        shown = "".join(f"{'' if cell is None else f'{1000 * cell:.1f}':>10}" for cell in cells)
        ratio = "" if cells[1] is None else f"{cells[1] / cells[0]:.1f}"
        print(f"{task.id}: {task.title:<47}{shown}{ratio:>8}{LEAST[task.id]:>7}")
    print("times in milliseconds, medians in process after warm-up")


if __name__ == "__main__":
    sys.exit(main())
