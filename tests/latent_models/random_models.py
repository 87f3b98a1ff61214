"""Random models on random data, fitted here and by lavaan (``make random-models``).

A question is drawn from its seed alone, so that a row of the table can be looked at again by
``--show SEED``. What lavaan answered and how it compares are kept in two files, a line per seed;
seeds found there are not fitted again, so that the first file serves for any number of changes
here.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tolerances import bound

from coprod_stats.errors import CoprodError
from coprod_stats.latent_models import fit_sem
from coprod_stats.latent_models.peers.lavaan_script import lavaan_call, lavaan_inputs
from coprod_stats.latent_models.specification import Specification

LIMIT = bound("random models")
"""Of differences, relative to the value, or to its standard error where that is larger."""

CHUNK = 25
"""Models that one R process fits."""

SECONDS = 40
"""That lavaan may take for one model on a busy machine."""

MEASURES = ("npar", "df", "chisq", "chisq_scaled", "cfi", "cfi_scaled", "rmsea", "srmr", "logl")

REPORT = """
suppressMessages(library(lavaan))
number <- function(x) ifelse(is.finite(x), sprintf("%.15g", x), "null")
quoted <- function(x) encodeString(as.character(x), quote = '"')
listed <- function(x) paste0("[", paste(x, collapse = ","), "]")
state <- function(seed, expr) {
  told <- character()
  fit <- tryCatch(
    withCallingHandlers(expr, warning = function(w) {
      told <<- c(told, substr(gsub("[^ -~]", " ", conditionMessage(w)), 1, 160))
      invokeRestart("muffleWarning")
    }),
    error = function(e) gsub("[^ -~]", " ", conditionMessage(e)))
  if (is.character(fit)) {
    cat('{"seed":', seed, ',"error":', quoted(substr(fit, 1, 160)), '}\\n', sep = "")
    return(invisible())
  }
  converged <- lavInspect(fit, "converged")
  proper <- converged && suppressWarnings(lavInspect(fit, "post.check"))
  rows <- parTable(fit)
  rows <- rows[rows$op %in% c("=~", "~", "~~", "~1", "|", "~*~", ":="), ]
  se <- if (is.null(rows$se)) NA * rows$est else rows$se
  group <- if (is.null(rows$group)) rep(1, nrow(rows)) else rows$group
  cells <- paste0("[", quoted(rows$lhs), ",", quoted(rows$op), ",", quoted(rows$rhs), ",", group,
    ",", number(rows$est), ",", number(se), "]")
  measures <- if (converged) suppressWarnings(fitMeasures(fit)) else c(none = 0)
  named <- paste0(quoted(gsub(".", "_", names(measures), fixed = TRUE)), ":", number(measures))
  cat('{"seed":', seed, ',"converged":', tolower(converged), ',"proper":', tolower(proper),
    ',"warnings":', listed(quoted(told)), ',"parameters":', listed(cells), ',"fit":{',
    paste(named, collapse = ","), '}}\\n', sep = "")
}
"""


@dataclass(frozen=True, slots=True)
class Question:
    """A model with its data and options.

    Parameters
    ----------
    seed : int
    kind : str
    model : str
    options : dict
        Of ``fit_sem``.
    data : DataFrame
    """

    seed: int
    kind: str
    model: str
    options: dict[str, Any]
    data: pd.DataFrame


def question(seed: int) -> Question:
    """Draw the question of a seed; kinds take turns."""
    rng = np.random.default_rng([seed, 2024])
    kind = KINDS[seed % len(KINDS)]
    # lavaan is slow with many patterns of missing answers and with many ordered answers
    n_obs = int(rng.integers(120, 250 if kind == "FIML" or kind.startswith("ordered") else 500))
    data, items = answers(rng, kind, n_obs)
    options = options_of(rng, kind)
    lines = measurement(rng, kind, items)
    lines += structure(rng, kind, [line.split()[0] for line in lines])
    lines += extras(rng, items)
    if kind == "constraints":
        lines = constrained(rng, lines, items)
    return Question(seed, kind, "\n".join(lines), options, data)


KINDS = (
    "factors",
    "structural",
    "mediation",
    "several groups",
    "equality across groups",
    "FIML",
    "robust",
    "ordered",
    "ordered, several groups",
    "odd scales",
    "odd scales, means",
    "constraints",
    "weak or overlapping factors",
)


def answers(
    rng: np.random.Generator, kind: str, n_obs: int
) -> tuple[pd.DataFrame, list[list[str]]]:
    """Draw answers to the items of two or three factors, covariates, groups."""
    n_factors = int(rng.integers(2, 4))
    mixing = np.eye(n_factors) + 0.4 * rng.normal(size=(n_factors, n_factors))
    x, z = rng.normal(size=(2, n_obs))
    factors = rng.normal(size=(n_obs, n_factors)) @ mixing + np.outer(x, rng.normal(size=n_factors))
    weak = kind == "weak or overlapping factors"
    columns: dict[str, Any] = {}
    items: list[list[str]] = []
    for factor in range(n_factors):
        names = [f"{'abc'[factor]}{place}" for place in range(1, int(rng.integers(4, 7)))]
        for name in names:
            loading = rng.uniform(0.1 if weak else 0.5, 0.9) * rng.choice([1, 1, 1, -1])
            values = loading * factors[:, factor] + rng.uniform(0.5, 1) * rng.normal(size=n_obs)
            columns[name] = _coarse(rng, values) if kind.startswith("ordered") else values
        items.append(names)
    columns |= {"x": x, "z": z + 0.3 * x, "g": np.where(rng.random(n_obs) < 0.5, "u", "v")}
    if kind.startswith("odd scales"):
        for name in chain.from_iterable(items):
            columns[name] = columns[name] * 10.0 ** rng.integers(-1, 2) + rng.integers(-50, 50)
        # years, or days since 1970; lavaan converges with hardly any model of seconds since then
        columns["x"] = 2020 + 8 * x if rng.random() < 0.5 else 19_700 + 30 * x
        columns["z"] = 42 + 15 * z
    if kind == "FIML":
        for name in [names[-1] for names in items]:
            columns[name][rng.random(n_obs) < rng.uniform(0, 0.3)] = np.nan
    return pd.DataFrame(columns), items


def _coarse(rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
    n_categories = int(rng.integers(2, 5))
    shares = np.arange(1, n_categories) / n_categories
    return np.searchsorted(np.quantile(values, shares), values) * 1.0


def options_of(rng: np.random.Generator, kind: str) -> dict[str, Any]:
    """Draw the options of a kind."""
    choices: dict[str, Sequence[dict[str, Any]]] = {
        "factors": [{}, {"estimator": "GLS"}, {"estimator": "ULS"}, {"estimator": "DWLS"}],
        "several groups": [{"estimator": e} for e in ("ML", "MLR")],
        "equality across groups": [
            {"group_equal": families, "estimator": estimator}
            for estimator in ("ML", "MLR")
            for families in (
                ["loadings"],
                ["loadings", "intercepts"],
                ["loadings", "intercepts", "residuals"],
                ["loadings", "regressions"],
                ["loadings", "lv-variances", "lv-covariances"],
            )
        ],
        "FIML": [
            {"missing": "fiml", "estimator": e, "information": i}
            for e in ("ML", "MLR")
            for i in ("expected", "observed")
        ],
        "robust": [{"estimator": e} for e in ("MLR", "MLM", "MLMV", "MLMVS", "ULSMV", "WLSMV")],
        "ordered": _ordered(),
        "ordered, several groups": [
            {**asked, "group_equal": families}
            for asked in _ordered()
            for families in ([], ["thresholds"], ["loadings", "thresholds"], ["intercepts"])
        ],
        "odd scales, means": [
            {"meanstructure": True},
            {"estimator": "MLR", "meanstructure": True},
            {"missing": "fiml"},
            {"group": "g"},
        ],
    }
    drawn = choices.get(kind, [{}, {"estimator": "MLR"}])
    options = dict(drawn[int(rng.integers(len(drawn)))])
    if "groups" in kind:
        options["group"] = "g"
    if not options.get("group_equal"):
        options.pop("group_equal", None)
    if rng.random() < 0.3:
        options["std_lv"] = True
    return options


def _ordered() -> list[dict[str, Any]]:
    return [
        {"ordered": "all", "estimator": estimator, "parameterization": scale}
        for estimator in ("WLSMV", "WLSM", "DWLS", "ULSMV")
        for scale in ("delta", "theta")
    ]


def measurement(rng: np.random.Generator, kind: str, items: list[list[str]]) -> list[str]:
    """Draw the items of each factor in the model."""
    lines = []
    for number, names in enumerate(items):
        shown = list(names)
        if kind == "weak or overlapping factors":
            rng.shuffle(shown)
            other = items[(number + 1) % len(items)]
            shown.insert(int(rng.integers(len(shown) + 1)), str(rng.choice(other)))
        elif rng.random() < 0.2:
            shown.append(items[(number + 1) % len(items)][-1])
        lines.append(f"f{number} =~ {' + '.join(shown)}")
    return lines


def structure(rng: np.random.Generator, kind: str, factors: list[str]) -> list[str]:
    """Draw the paths among factors and covariates."""
    if kind in ("factors", "several groups") and rng.random() < 0.7:
        return []
    lines = []
    if kind == "mediation":
        lines += ["f0 ~ a*x", "f1 ~ b*f0 + c*x"]
        lines += ["indirect := a*b", "total := c + a*b", "share := a*b/(c + a*b)"]
        return lines
    for place, outcome in enumerate(factors[1:], start=1):
        if rng.random() < 0.7:
            lines.append(f"{outcome} ~ {' + '.join(factors[:place])}")
    if kind.startswith("odd scales") or rng.random() < 0.6:
        lines.append(f"{factors[0]} ~ x")
        if rng.random() < 0.5:
            lines.append(f"{factors[-1]} ~ x + z")
    return lines


def extras(rng: np.random.Generator, items: list[list[str]]) -> list[str]:
    """Draw covariances of residuals and paths to items."""
    lines = []
    if rng.random() < 0.3:
        lines.append(f"{items[0][1]} ~~ {items[1][1]}")
    if rng.random() < 0.15:
        lines.append(f"{items[1][0]} ~ z")
    return lines


def constrained(rng: np.random.Generator, lines: list[str], items: list[list[str]]) -> list[str]:
    """Label two loadings of the first factor, and restrict them."""
    first, *others = lines
    _, second, third = items[0][:3]
    first = first.replace(f" {second}", f" k*{second}").replace(f" {third}", f" l*{third}")
    drawn = (
        ["k == l"],
        ["k + l == 2"],
        ["k > -5"],
        ["k*l == 1"],
        [f"{second} ~~ v*{second}", f"{third} ~~ v*{third}"],
        ["ratio := k/l"],
    )
    return [first, *others, *drawn[int(rng.integers(len(drawn)))]]


def lavaan_answers(questions: Sequence[Question]) -> Iterator[dict[str, Any]]:
    """Fit questions by lavaan, all in one R process, which is started anew after one that hangs."""
    left = list(questions)
    while left:
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "fit.R"
            script.write_text("\n".join([REPORT, *_calls(left, Path(folder))]), encoding="ascii")
            for line in _lines(["Rscript", "--vanilla", str(script)]):
                yield json.loads(line)
                left = left[1:]
        if left:
            yield {"seed": left[0].seed, "error": f"no answer within {SECONDS} seconds"}
            left = left[1:]


def _calls(questions: Sequence[Question], folder: Path) -> Iterator[str]:
    for asked in questions:
        file = folder / f"{asked.seed}.csv"
        asked.data.to_csv(file, index=False)
        specification = Specification(asked.model, **asked.options)
        texts = [specification.group] if specification.group else []
        labels = [label for name in texts for label in dict.fromkeys(asked.data[name])]
        yield from lavaan_inputs(specification, file.as_posix(), labels, texts=texts)
        yield f"state({asked.seed}, {lavaan_call(specification, labels)})"


def _lines(command: list[str]) -> Iterator[str]:
    """Yield lines of output until the process ends or is silent for too long."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        text = b""
        while select.select([process.stdout], [], [], SECONDS)[0]:
            read = os.read(process.stdout.fileno(), 65536)
            if not read:
                break
            *whole, text = (text + read).split(b"\n")
            yield from (line.decode("ascii") for line in whole)
        process.kill()


def compared(asked: Question, theirs: dict[str, Any]) -> dict[str, Any]:
    """Fit a question here and describe how it compares with lavaan's answer."""
    row: dict[str, Any] = {"seed": asked.seed, "kind": asked.kind, "lavaan": _state(theirs)}
    try:
        fit = fit_sem(asked.model, asked.data, **asked.options)
    except CoprodError as error:
        return row | {"here": "refused", "reason": str(error)}
    row["here"] = "proper" if fit.proper else "improper" if fit.converged else "not converged"
    row["codes"] = sorted({w.code for w in fit.warnings})
    row["chisq"] = [fit.fit.get("chisq"), theirs.get("fit", {}).get("chisq")]
    if row["here"] == row["lavaan"] == "proper":
        row["differences"] = list(differences(fit, theirs))
    return row


def _state(theirs: dict[str, Any]) -> str:
    if "error" in theirs:
        return "refused"
    return "proper" if theirs["proper"] else "improper" if theirs["converged"] else "not converged"


def differences(fit: Any, theirs: dict[str, Any]) -> Iterator[str]:
    """Describe estimates, standard errors and measures that differ."""
    found = {
        (*_turned(lhs, op, rhs), 0 if op == ":=" else group): (est, se)
        for lhs, op, rhs, group, est, se in theirs["parameters"]
    }
    for row in fit.parameters:
        rhs = "" if row.op == "~1" else row.rhs
        key = (
            *_turned(row.lhs, row.op, rhs if row.op != ":=" else _definition(found, row)),
            row.group,
        )
        if key not in found or not (row.free or row.op == ":="):
            continue
        est, se = found[key]
        size = max(abs(est), abs(se or 0.0), 1e-12)
        # factors of unit variance may point either way
        if abs(abs(row.est) - abs(est)) > LIMIT * size:
            yield f"{row.term} [{row.group}] {row.est:.6g} here, {est:.6g} in lavaan"
        if se and abs(row.se - se) > 5 * LIMIT * se:
            yield f"{row.term} [{row.group}] SE {row.se:.6g} here, {se:.6g} in lavaan"
    for name in MEASURES:
        ours, other = fit.fit.get(name), theirs["fit"].get(name)
        if (
            ours is not None
            and other is not None
            and abs(ours - other) > LIMIT * max(1, abs(other))
        ):
            yield f"{name} {ours:.6g} here, {other:.6g} in lavaan"


def _definition(found: dict[tuple[Any, ...], Any], row: Any) -> str:
    return next((key[2] for key in found if key[:2] == (row.lhs, ":=")), "")


def _turned(lhs: str, op: str, rhs: str) -> tuple[str, str, str]:
    if op == "~~":
        lhs, rhs = sorted((lhs, rhs))
    return lhs, op, rhs


def ask_lavaan(seeds: Iterable[int], file: Path) -> None:
    """Fit by lavaan the seeds that a file of answers lacks, chunk by chunk."""
    done = {row["seed"] for row in results(file)}
    left = [seed for seed in seeds if seed not in done]
    for start in range(0, len(left), CHUNK):
        questions = [question(seed) for seed in left[start : start + CHUNK]]
        with file.open("a", encoding="utf-8") as stream:
            for found in lavaan_answers(questions):
                stream.write(f"{json.dumps(found)}\n")
                stream.flush()
        sys.stderr.write(f"lavaan: {start + len(questions)} of {len(left)}\n")


def compare_all(answered: Sequence[dict[str, Any]], file: Path) -> None:
    """Fit here the seeds that a file of comparisons lacks."""
    done = {row["seed"] for row in results(file)}
    with file.open("a", encoding="utf-8") as stream:
        for theirs in answered:
            if theirs["seed"] not in done:
                row = compared(question(theirs["seed"]), theirs)
                stream.write(f"{json.dumps(row)}\n")
                stream.flush()


def results(file: Path) -> list[dict[str, Any]]:
    """Read a file of results."""
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def table(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Write a line per kind, then each model that lavaan alone fits properly, and differences."""
    heads = ("models", "lavaan proper", "of these here", "agree", "improper both", "lavaan none")
    yield f"{'':<30}" + "".join(f"{head:>15}" for head in heads)
    for kind in (*KINDS, "all"):
        own = [row for row in rows if kind in (row["kind"], "all")]
        theirs = [row for row in own if row["lavaan"] == "proper"]
        ours = [row for row in theirs if row["here"] == "proper"]
        agree = [row for row in ours if not row["differences"]]
        improper = [r for r in own if r["lavaan"] == r["here"] == "improper"]
        none = [r for r in own if r["lavaan"] in ("refused", "not converged")]
        counts = map(len, (own, theirs, ours, agree, improper, none))
        yield f"{kind:<30}" + "".join(f"{count:>15}" for count in counts)
    yield ""
    states = Counter((row["lavaan"], row["here"]) for row in rows)
    for (theirs_state, ours_state), count in sorted(states.items()):
        yield f"lavaan {theirs_state}, here {ours_state}: {count}"
    for row in rows:
        if row["lavaan"] == "proper" and row["here"] != "proper":
            yield f"{row['seed']}: here {row['here']}: {row.get('reason', row.get('codes'))}"
        elif row.get("differences"):
            yield f"{row['seed']}: {'; '.join(row['differences'][:3])} chisq {row['chisq']}"


def main() -> None:
    """Run or show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=1000)
    parser.add_argument("--folder", type=Path, default=Path("random_models"))
    parser.add_argument("--only-lavaan", action="store_true")
    parser.add_argument("--show", type=int, help="print one question instead")
    given = parser.parse_args()
    if given.show is not None:
        asked = question(given.show)
        sys.stdout.write(f"{asked.kind}\n{asked.options}\n{asked.model}\n")
        asked.data.to_csv(f"random_model_{asked.seed}.csv", index=False)
        return
    if shutil.which("Rscript") is None:
        sys.exit("Rscript with lavaan is needed")
    given.folder.mkdir(exist_ok=True)
    answers_file, compared_file = (given.folder / f"{n}.jsonl" for n in ("lavaan", "compared"))
    ask_lavaan(range(given.number), answers_file)
    if not given.only_lavaan:
        compare_all(results(answers_file), compared_file)
        sys.stdout.write("\n".join([*table(results(compared_file)), ""]))


if __name__ == "__main__":
    main()
