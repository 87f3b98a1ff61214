"""lavaan as an optional external check, if Rscript and lavaan are installed."""

from __future__ import annotations

import csv
import json
import math
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coprod_stats.latent_models.engines.differences import EngineDifference
from coprod_stats.latent_models.errors import LatentModelError
from coprod_stats.latent_models.peers.lavaan_script import lavaan_call, lavaan_inputs
from coprod_stats.latent_models.sem_fit import SemFit

TIME_LIMIT = 600
"""Seconds that R may take."""

_REPORT = """
suppressMessages(library({package}))
{inputs}
fit <- suppressWarnings({call})
rows <- parTable(fit)
converged <- lavInspect(fit, "converged")
if (is.null(rows$se)) rows$se <- NA
group <- if (is.null(rows$group)) 1 * (rows$block > 0) else rows$group
if (is.character(group)) group <- match(group, lavInspect(fit, "group.label"), nomatch = 0)
level <- if (is.null(rows$level)) 0 * group else (rows$block > 0) * ((rows$block - 1) %% 2 + 1)
number <- function(x) ifelse(is.finite(x), sprintf("%.17g", x), "null")
quoted <- function(x) encodeString(as.character(x), quote = '"')
cells <- paste0("[", quoted(rows$lhs), ",", quoted(rows$op), ",", quoted(rows$rhs), ",", group,
  ",", level, ",", number(rows$est), ",", number(rows$se), "]")
measures <- if (converged) fitMeasures(fit) else c(converged = 0)
named <- paste0(quoted(gsub(".", "_", names(measures), fixed = TRUE)), ":", number(measures))
cat("{{\\"version\\":", quoted(packageDescription("lavaan")$Version), ",\\"converged\\":",
  tolower(converged), ",\\"parameters\\":[", paste(cells, collapse = ","), "],\\"fit\\":{{",
  paste(named, collapse = ","), "}}}}", sep = "")
"""


@dataclass(frozen=True, slots=True)
class LavaanCheck:
    """The numbers of a fit beside those of lavaan.

    Parameters
    ----------
    version : str
        Of lavaan.
    converged : bool
        Whether lavaan calls its solution converged; it has no fit measures otherwise.
    differences : tuple of EngineDifference
        ``theirs`` is NaN where lavaan has NA.
    """

    version: str
    converged: bool
    differences: tuple[EngineDifference, ...]


def lavaan_check(fit: SemFit) -> LavaanCheck:
    """Fit the same model by lavaan and compare estimates, standard errors and fit measures.

    Raises
    ------
    LatentModelError
        If Rscript is not installed, or lavaan fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "data.csv"
        _write_data(fit, file)
        found = _run(fit, file)
    theirs = {
        (*_turned(lhs, op, rhs), group, level): (est, se)
        for lhs, op, rhs, group, level, est, se in found["parameters"]
    }
    differences = []
    for row in fit.parameters:
        intercept = row.op == "~1"
        key = (*_turned(row.lhs, row.op, "" if intercept else row.rhs), row.group, row.level)
        est, se = theirs.get(key, (None, None))
        name = row.term if len(fit.group_labels) < 2 else f"{row.term} [group {row.group}]"
        name += f" [level {row.level}]" if row.level else ""
        pairs = [("est", row.est, est)]
        if row.free or row.op == ":=":
            pairs.append(("se", row.se, se))
        differences += [_difference(name, what, ours, other) for what, ours, other in pairs]
    differences += [
        _difference(name, "fit", value, found["fit"].get(name))
        for name, value in fit.fit.items()
        if name in found["fit"]
    ]
    return LavaanCheck(found["version"], bool(found["converged"]), tuple(differences))


def _difference(name: str, what: str, ours: float, theirs: float | None) -> EngineDifference:
    return EngineDifference(name, what, ours, math.nan if theirs is None else theirs)


def _turned(lhs: str, op: str, rhs: str) -> tuple[str, str, str]:
    return (*sorted((lhs, rhs)), op) if op == "~~" else (lhs, rhs, op)  # type: ignore[return-value]


def _write_data(fit: SemFit, file: Path) -> None:
    """Write the data fitted; groups, clusters and weights under the names of their columns."""
    data, asked = fit.core.data, fit.specification
    columns: dict[str, list[Any]] = {
        name: data.values[:, place].tolist() for place, name in enumerate(data.names)
    }
    if asked.group is not None and data.groups is not None:
        labels = (*data.group_labels, "")  # code -1: without a group
        columns[asked.group] = [labels[code] for code in data.groups]
    if asked.cluster is not None and data.clusters is not None:
        columns[asked.cluster] = data.clusters.tolist()
    if asked.sampling_weights is not None and data.weights is not None:
        columns[asked.sampling_weights] = data.weights.tolist()
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        for row in zip(*columns.values(), strict=True):
            writer.writerow("" if value != value else value for value in row)  # NaN


def _run(fit: SemFit, file: Path) -> dict[str, Any]:
    rscript = shutil.which("Rscript")
    if rscript is None:
        raise LatentModelError("engine lavaan needs Rscript, which is not installed")
    asked = fit.specification
    table = fit.core.table
    labels, texts = fit.group_labels, [] if asked.group is None else [asked.group]
    script = _REPORT.format(
        package="semTools" if asked.auxiliary else "lavaan",
        inputs="\n".join(lavaan_inputs(asked, file.as_posix(), labels, texts=texts, table=table)),
        call=lavaan_call(asked, labels, table),
    )
    program = file.with_name("fit.R")
    program.write_text(script, encoding="utf-8")
    try:
        run = subprocess.run(
            [rscript, "--vanilla", str(program)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            timeout=TIME_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LatentModelError(f"lavaan took more than {TIME_LIMIT} seconds") from error
    if run.returncode:
        raise LatentModelError(f"lavaan: {run.stderr.strip()}")
    report: dict[str, Any] = json.loads(run.stdout)
    return report
