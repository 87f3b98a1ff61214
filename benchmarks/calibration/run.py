"""Bias and coverage of the 21 paths over simulated samples; stopped and started at will.

python benchmarks/calibration/run.py [--samples N] [--rows N] [--workers N] [--check N]
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed
from replicate import FIELDS, SPECIFICATIONS, Design, PathDraw, design_of, draw, replicate
from threadpoolctl import threadpool_limits

from coprod_stats.analyses.paths.estimation import estimate_among
from coprod_stats.analyses.sample import StudySample
from coprod_stats.cli.output import progress_bar

RESULTS = Path(__file__).parent / "results"
"""Results sample by sample; not part of the repository."""

EXACT = 1e-12
"""The study's own estimates differ from the lean ones by rounding at most."""


def main() -> int:
    """Do the samples that are not done yet; status 1 where the study's path disagrees."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--samples", type=int, default=2_000)
    parser.add_argument("--rows", type=int, default=1_200, help="respondents of a sample")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--check", type=int, default=0, help="hold N samples against the study")
    asked = parser.parse_args()
    design = design_of(asked.rows)
    if asked.check:
        return int(largest_difference(design, asked.check) > EXACT)
    file = results_file(design)
    todo = sorted(set(range(asked.samples)) - kept_seeds(file, len(design.model.paths)))
    with progress_bar("samples") as progress, file.open("a", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        for done, rows in enumerate(_replicates(todo, asked.rows, asked.workers), start=1):
            writer.writerows(astuple(row) for row in rows)
            stream.flush()
            progress(done, len(todo), f"seed {rows[0].seed}")
    return 0


def results_file(design: Design) -> Path:
    """Name the file of a design, with its heading where there is none yet."""
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{design.key}.csv"
    if not file.exists():
        file.write_text(",".join(FIELDS) + "\n")
    return file


def kept_seeds(file: Path, n_paths: int) -> set[int]:
    """Return the seeds that are done; what a stopped run left half written is removed."""
    heading, *lines = file.read_text().splitlines()
    found = Counter(line.partition(",")[0] for line in lines if line.count(",") == len(FIELDS) - 1)
    whole = {seed for seed, count in found.items() if count == n_paths * len(SPECIFICATIONS)}
    kept = [line for line in lines if line.partition(",")[0] in whole]
    file.write_text("\n".join([heading, *kept]) + "\n")
    return {int(seed) for seed in whole}


def largest_difference(design: Design, n_samples: int) -> float:
    """Hold the lean estimates against those of the study itself."""
    largest = 0.0
    for seed in range(n_samples):
        people = draw(design, seed)
        lean = {(row.specification, row.path): row for row in replicate(design, seed)}
        plan = design.plan
        sample = StudySample.everyone(plan.form, plan.instrument, people, plan.hypotheses)
        for specification in design.specifications:
            rng = np.random.default_rng(seed)
            tests = estimate_among(specification, design.form, sample, people, rng).tests
            assert tests is not None
            for path in tests.paths:
                row = lean[specification.specification, path.id]
                largest = max(
                    largest,
                    abs(row.beta - path.beta),
                    abs(row.beta_std_error - path.beta_std_error),
                    abs(row.p_value - path.p_value),
                )
    print(f"largest difference from the study over {n_samples} samples: {largest:.1e}")
    return largest


def _replicates(seeds: list[int], n_rows: int, workers: int) -> Iterator[list[PathDraw]]:
    jobs = (delayed(_one)(seed, n_rows) for seed in seeds)
    yield from Parallel(n_jobs=workers, return_as="generator_unordered")(jobs)


def _one(seed: int, n_rows: int) -> list[PathDraw]:
    # threads would only wait for each other at matrices of this size
    with threadpool_limits(limits=1, user_api="blas"):
        return replicate(design_of(n_rows), seed)


if __name__ == "__main__":
    sys.exit(main())
