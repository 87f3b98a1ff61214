"""Why some random models are not fitted here as lavaan fits them (``make random-model-causes``).

Every difference that the table of :mod:`random_models` lists has one of five causes, of which
``tests/oracles/random_model_causes.R`` computes the evidence with lavaan's own objective,
derivatives and matrices. What it found is kept beside it, with the versions.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from random_models import Question, question

from coprod_stats.latent_models import fit_sem
from coprod_stats.latent_models.peers.lavaan_script import lavaan_call, lavaan_inputs
from coprod_stats.latent_models.specification import Specification
from coprod_stats.sem.estimation.estimate import estimate_model

ORACLES = Path(__file__).parents[1] / "oracles"
KEPT = ORACLES / "random_model_causes.json"

STOPPED_EARLY = (49, 582, 634, 647, 724, 790, 946)
OTHER_MINIMUM = (882, 921)
NO_MINIMUM = {
    47: ("b5", "~~", "b5", 2),
    594: ("f2", "~", "f1", 1),
    710: ("f0", "~~", "f0", 1),
    814: ("c3", "~*~", "c3", 2),
}
"""With a parameter that grows without end."""

RESIDUALS = (150, 476, 537)
UNIDENTIFIED = (450,)
FUNCTIONS = {
    **dict.fromkeys(STOPPED_EARLY, "stopped_early"),
    **dict.fromkeys(OTHER_MINIMUM, "other_minimum"),
    **dict.fromkeys(UNIDENTIFIED, "unidentified"),
}
"""Of the R script, for models with one point to look at."""

FARTHER = (800, 4000)
"""Further steps, after those of a fit, at the end of which a model without minimum is looked at."""

EVERY = (*STOPPED_EARLY, *OTHER_MINIMUM, *NO_MINIMUM, *RESIDUALS, *UNIDENTIFIED)


def evidence(seeds: Iterable[int]) -> list[dict[str, Any]]:
    """Compute the evidence of seeds in R, a row each."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "causes.R"
        lines = [f"source({json.dumps((ORACLES / 'random_model_causes.R').as_posix())})"]
        for seed in seeds:
            lines += calls(question(seed), Path(folder))
        script.write_text("\n".join([*lines, ""]), encoding="utf-8")
        done = subprocess.run(
            ["Rscript", "--vanilla", str(script)],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def calls(asked: Question, folder: Path) -> Iterator[str]:
    """Write the data and estimates of a question, and yield the lines of R about them."""
    seed = asked.seed
    data_file = folder / f"{seed}.csv"
    asked.data.to_csv(data_file, index=False)
    specification = Specification(asked.model, **asked.options)
    texts = [specification.group] if specification.group else []
    labels = [label for name in texts for label in dict.fromkeys(asked.data[name])]
    yield from lavaan_inputs(specification, data_file.as_posix(), labels, texts=texts)
    yield f"fit <- quietly({lavaan_call(specification, labels)})"
    if seed in RESIDUALS:
        yield f"residuals_of({seed}, fit)"
    else:
        files = ", ".join(json.dumps(file) for file in estimates(asked, folder))
        if seed in NO_MINIMUM:
            lhs, op, rhs, group = NO_MINIMUM[seed]
            yield f'no_minimum({seed}, fit, c({files}), "{lhs}", "{op}", "{rhs}", {group})'
        else:
            yield f"{FUNCTIONS[seed]}({seed}, fit, {files})"


def estimates(asked: Question, folder: Path) -> Iterator[str]:
    """Write the estimates here, and where there is no minimum those of further steps."""
    found = fit_sem(asked.model, asked.data, **asked.options).core.estimate
    steps = iter(FARTHER if asked.seed in NO_MINIMUM else ())
    for number in range(3):
        file = folder / f"{asked.seed}_{number}.csv"
        with file.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(["lhs", "op", "rhs", "group", "est"])
            for index in found.table.free_rows:
                row = found.table.rows[index]
                rhs = "" if row.op == "~1" else row.rhs
                writer.writerow([row.lhs, row.op, rhs, row.group, found.params[row.free]])
        yield file.as_posix()
        further = next(steps, None)
        if further is None:
            return
        found = estimate_model(found.problem, start=found.params, max_iterations=further)


def main() -> None:
    """Print the evidence of seeds, or keep that of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", type=int, nargs="*", help="to print; without any, all are kept")
    given = parser.parse_args()
    rows = evidence(given.seeds or EVERY)
    lines = ",\n".join(json.dumps(row) for row in rows)
    if given.seeds:
        sys.stdout.write(f"{lines}\n")
        return
    told = 'cat(R.version.string, as.character(packageVersion("lavaan")), sep = "\\n")'
    versions = subprocess.run(
        ["Rscript", "--vanilla", "-e", told], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    head = json.dumps({"R": versions[0], "lavaan": versions[1]})
    KEPT.write_text(f'{{"versions": {head}, "rows": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
