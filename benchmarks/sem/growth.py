"""How the cost of a fit grows: with rows, items, patterns of missing answers and groups.

python benchmarks/sem/growth.py [--series rows items patterns groups ordered] [--rows N]

Each fit is a process of its own, so that its largest memory is its own. The last series is the
large case of ordered items: 60 of five points, 100,000 rows (or as many as `--rows` says).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent
SOURCE = HERE.parents[1] / "src"
LIMIT = 3600
"""Seconds after which a fit is given up."""

ROWS = (1_000, 10_000, 100_000, 1_000_000)
ITEMS = (12, 24, 48, 100, 200)
PATTERNS = (10, 100, 1_000, 10_000)
GROUPS = (2, 5, 10, 20, 50)
ORDERED_ROWS = (10_000, 100_000)

Case = dict[str, Any]


def main() -> None:
    """Print a table, or, with ``--one``, fit one case that is read from standard input."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--series", nargs="+", choices=SERIES, default=list(SERIES))
    parser.add_argument("--rows", type=int, nargs="+", help="of the large case of ordered items")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        json.dump(_fitted(json.load(sys.stdin)), sys.stdout)
        return
    head = ("series", "rows", "items", "groups", "patterns", "estimator", "wall s", "cpu s", "GB")
    print(_line(head))
    for series in asked.series:
        cases = SERIES[series]()
        if series == "ordered" and asked.rows:
            cases = [cases[0] | {"rows": rows} for rows in asked.rows]
        for case in cases:
            print(_line((series, *_told(case | _in_its_own_process(case)))), flush=True)


def _rows() -> list[Case]:
    plain = [{"rows": rows, "factors": 5, "per_factor": 4} for rows in ROWS]
    return [case | {"estimator": name} for name in ("ML", "MLR", "WLSMV") for case in plain]


def _items() -> list[Case]:
    return [
        {"rows": 2_000, "factors": items // 4, "per_factor": 4, "estimator": estimator}
        for estimator in ("ML", "WLSMV")
        for items in ITEMS
        if estimator == "ML" or items <= 100
    ]


def _patterns() -> list[Case]:
    return [
        {"rows": 20_000, "factors": 5, "per_factor": 4, "patterns": count, "estimator": "MLR"}
        for count in PATTERNS
    ]


def _groups() -> list[Case]:
    return [
        {"rows": 300 * count, "factors": 3, "per_factor": 4, "groups": count, "estimator": "ML"}
        for count in GROUPS
    ]


def _ordered() -> list[Case]:
    return [
        {"rows": rows, "factors": 15, "per_factor": 4, "estimator": "WLSMV"}
        for rows in ORDERED_ROWS
    ]


SERIES: dict[str, Callable[[], list[Case]]] = {
    "rows": _rows,
    "items": _items,
    "patterns": _patterns,
    "groups": _groups,
    "ordered": _ordered,
}


def _in_its_own_process(case: Case) -> Case:
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    try:
        run = subprocess.run(
            [sys.executable, str(HERE / "growth.py"), "--one"],
            input=json.dumps(case),
            text=True,
            stdout=subprocess.PIPE,
            env=environment,
            timeout=LIMIT,
            check=True,
        )
    except subprocess.TimeoutExpired:
        return {"wall": float("inf"), "cpu": float("inf"), "peak": float("nan")}
    found: Case = json.loads(run.stdout)
    return found


def _fitted(case: Case) -> Case:
    """Time a whole fit; the drawing of the data and the imports are not counted."""
    from coprod_stats.latent_models.blas_threads import threads_for
    from coprod_stats.sem.fit import fit
    from coprod_stats.sem.model.parameters import ModelOptions
    from coprod_stats.sem.options import FitOptions
    from coprod_stats.sem.sample import SemData

    is_ordered = case["estimator"] == "WLSMV"
    names, values = _drawn(case, np.random.default_rng(17))
    groups, labels = None, ("",)
    if "groups" in case:
        groups = np.arange(case["rows"]) % case["groups"]
        labels = tuple(f"g{number}" for number in range(case["groups"]))
    data = SemData(values, names, groups=groups, group_labels=labels)
    model = ModelOptions(group_equal=("loadings", "intercepts") if "groups" in case else ())
    options = FitOptions(
        estimator=case["estimator"],
        ordered="all" if is_ordered else (),
        model=model,
        missing="fiml" if "patterns" in case else "listwise",
    )
    wall, cpu = time.perf_counter(), time.process_time()
    with threads_for(data, ordered=is_ordered):
        result = fit(_model(case), data, options)
    passed = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    assert result.is_proper, result.findings
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return passed | {"peak": peak}


def _model(case: Case) -> str:
    return "\n".join(
        f"f{f} =~ " + " + ".join(f"y{f}_{i}" for i in range(case["per_factor"]))
        for f in range(case["factors"])
    )


def _drawn(case: Case, rng: np.random.Generator) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Draw items of correlated factors, in five categories for WLSMV, with holes by pattern."""
    names, columns = [], []
    general = rng.normal(size=case["rows"])
    for f in range(case["factors"]):
        factor = 0.7 * general + 0.7 * rng.normal(size=case["rows"])
        for i in range(case["per_factor"]):
            item = 0.7 * factor + 0.7 * rng.normal(size=case["rows"])
            if case["estimator"] == "WLSMV":
                item = np.digitize(item, [-1.3, -0.4, 0.3, 1.1]).astype(np.float64)
            names.append(f"y{f}_{i}")
            columns.append(item)
    values = np.column_stack(columns)
    if "patterns" in case:
        holes = rng.random((case["patterns"], values.shape[1])) < 0.3
        values[holes[rng.integers(0, case["patterns"], case["rows"])]] = np.nan
    return tuple(names), values


def _told(case: Case) -> tuple[str, ...]:
    items = case["factors"] * case["per_factor"]
    return (
        f"{case['rows']:,}",
        str(items),
        str(case.get("groups", 1)),
        f"{case['patterns']:,}" if "patterns" in case else "1",
        case["estimator"],
        f"{case['wall']:.2f}",
        f"{case['cpu']:.2f}",
        f"{case['peak']:.2f}",
    )


def _line(cells: tuple[str, ...]) -> str:
    return f"{cells[0]:<10}" + "".join(f"{cell:>11}" for cell in cells[1:])


if __name__ == "__main__":
    main()
