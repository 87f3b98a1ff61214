"""Time this package (or semopy) on the tasks given as JSON; threads are the environment's."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

SECONDS = 3.0
"""Repeat at least this long: a median of few short runs says what else the machine was doing."""


def main() -> None:
    """Read tasks from standard input, write medians and numbers to check to standard output."""
    work = json.load(sys.stdin)
    engine = {"coprod": coprod_task, "semopy": semopy_task}[work["engine"]]
    read = time.perf_counter if work["clock"] == "wall" else time.process_time
    found = {}
    for task in work["tasks"]:
        run = engine(task)
        if run is None:
            continue
        run()  # warm
        times: list[float] = []
        while len(times) < task["repetitions"] or sum(times) < SECONDS:
            started = read()
            numbers = run()
            times.append(read() - started)
        found[task["id"]] = {"seconds": statistics.median(times), "numbers": numbers}
    json.dump(found, sys.stdout)


def coprod_task(task: dict[str, Any]) -> Callable[[], dict[str, float]]:
    """Fit as the command does: parsing, estimates, tests, baseline, indices, standardisation."""
    from coprod_stats.latent_models.engines.choice import fit_specification
    from coprod_stats.latent_models.specification import Specification
    from coprod_stats.responses.plain_columns import read_plain_columns
    from coprod_stats.sem.ordered.polychoric_matrix import polychoric_matrix

    columns = read_plain_columns(task["file"])
    if not task["model"]:
        values = np.column_stack(list(columns.values()))
        return lambda: {"sum": float(polychoric_matrix(values).correlations.sum())}
    ladder = [tuple(families) for families in task["ladder"]] or [()]

    def run() -> dict[str, float]:
        for families in ladder:
            asked = Specification(model=task["model"], group_equal=families, **task["options"])
            fit = fit_specification(asked, columns)
        numbers = {key: fit.fit[key] for key in ("chisq", "cfi", "chisq_scaled") if key in fit.fit}
        row = fit.parameters[-1] if task["id"] == "g" else fit.parameters[1]
        return numbers | {"est": row.est, "se": row.se, "std_all": row.std_all}

    return run


def semopy_task(task: dict[str, Any]) -> Callable[[], dict[str, float]] | None:
    """Estimates and standardised solution; semopy has none of the rest of these tasks."""
    if task["id"] not in ("a", "b"):
        return None
    import pandas as pd
    from semopy import Model

    data = pd.read_csv(task["file"])
    text = task["model"].replace("a*", "").replace("b*", "")

    def run() -> dict[str, float]:
        model = Model(text)
        solution = model.fit(data)
        model.inspect(std_est=True)
        return {"chisq": float(solution.fun) * len(data)}

    return run


if __name__ == "__main__":
    main()
