"""Seconds that `coprod run driver_impact` takes, as shipped and with 1,000 bootstrap samples.

python benchmarks/study/run.py [--workers N] [--bootstrap N]

Whole processes: the plan is read, the answers are analysed, the report is written.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from coprod_stats.instruments.shipped import shelf

PLAN = "driver_impact"


def seconds(plan: str | Path, folder: Path, workers: int) -> float:
    """Return the elapsed time of a whole process."""
    run = "from coprod_stats.cli.main import run; run()"
    words = ["run", str(plan), "--out", str(folder), "--workers", str(workers)]
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", run, *words], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def with_bootstrap(folder: Path, n_samples: int) -> Path:
    """Write the shipped plan with bootstrap intervals into a folder."""
    plan = yaml.safe_load((shelf("analyses") / f"{PLAN}.yaml").read_text(encoding="utf-8"))
    plan["plan"] = f"{PLAN}_bootstrap"
    plan["data"]["file"] = str(shelf("sample_data") / plan["data"]["file"])
    plan["population_model"] = str(shelf("sample_data") / plan["population_model"])
    for analysis in plan["analyses"]:
        analysis["bootstrap"] = n_samples
    path = folder / f"{plan['plan']}.yaml"
    path.write_text(yaml.safe_dump(plan, allow_unicode=True), encoding="utf-8")
    return path


def main() -> None:
    """Print both times."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--bootstrap", type=int, default=1_000, help="samples")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shipped = seconds(PLAN, folder / "shipped", asked.workers)
        resampled = seconds(
            with_bootstrap(folder, asked.bootstrap), folder / "resampled", asked.workers
        )
    print(f"as shipped {shipped:.0f} s, with {asked.bootstrap:,} samples {resampled:.0f} s")


if __name__ == "__main__":
    main()
