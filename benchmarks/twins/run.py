"""How often each diagnostic fires on samples in which it must, and on samples in which it must not.

python benchmarks/twins/run.py [--samples N] [--workers N] [--write]

Samples are drawn from the populations of the shipped twins, each with a seed of its own. They are
fitted by the shipped plan's confirmatory specification, without what no diagnostic reads (rivals,
ladder of the marker). Stopped and started at will: what is done is not done again.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import math
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from coprod_stats.analyses.diagnostics import Diagnostic
from coprod_stats.analyses.kind import NotEstimated
from coprod_stats.analyses.paths.form import PathsForm
from coprod_stats.analyses.registry import kind_of
from coprod_stats.analyses.sample import StudySample, choose
from coprod_stats.cli.output import progress_bar
from coprod_stats.instruments.model import Instrument
from coprod_stats.instruments.shipped import shelf
from coprod_stats.responses import Responses
from coprod_stats.responses.table import Provenance
from coprod_stats.simulation.population import PopulationForm
from coprod_stats.simulation.population_reading import read_population
from coprod_stats.simulation.simulated_answers import simulate_answers
from coprod_stats.study.plan_reading import Plan, read_plan

HERE = Path(__file__).parent
RESULTS = HERE / "results.csv"
DOCUMENT = HERE.parents[1] / "docs" / "methods" / "what_can_go_wrong.md"
CLEAN = "clean"
TWINS = {CLEAN: "citizen_population"} | {
    name: f"citizen_{name}_population"
    for name in ("halo", "overlap", "drivers", "careless", "language", "divide")
}


@dataclass(frozen=True, slots=True)
class TwinDraw:
    """What fired in one sample; ``design`` tells samples of other populations or plans apart."""

    population: str
    design: str
    seed: int
    n_analysed: int
    fired: str
    reason: str


FIELDS = tuple(item.name for item in fields(TwinDraw))


@cache
def shipped_plan() -> Plan:
    """Return the shipped plan."""
    return read_plan("driver_impact")


def confirmatory(plan: Plan) -> PathsForm:
    """Return its analysis with the confirmatory specification alone, and without rivals."""
    (form,) = plan.form.analyses
    assert isinstance(form, PathsForm)
    (first,) = (entry for entry in form.specifications if entry.role == "confirmatory")
    return form.model_copy(update={"specifications": (first,), "rivals": ()})


def without_marker(instrument: Instrument) -> Instrument:
    """Return a questionnaire whose marker is a scale like any other, so that it has no ladder."""
    scales = (
        replace(scale, role="") if scale.role == "marker" else scale for scale in instrument.scales
    )
    return replace(instrument, scales=tuple(scales))


@cache
def population(name: str) -> PopulationForm:
    """Return the population of a twin."""
    file = shelf("sample_data") / f"{TWINS[name]}.yaml"
    return read_population(file, shipped_plan().instrument)


def design_key(name: str) -> str:
    """Return a hash of what a twin's samples, and what fires on them, depend on."""
    plan = shipped_plan()
    told = (
        plan.instrument.version,
        confirmatory(plan).model_dump_json(exclude_defaults=True),
        population(name).model_dump_json(exclude_defaults=True),
    )
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:8]


def draw(name: str, seed: int) -> TwinDraw:
    """Draw one sample, and return which diagnostics fire on it."""
    plan, form = shipped_plan(), confirmatory(shipped_plan())
    shape = population(name)
    drawn = simulate_answers(
        shape, plan.instrument, n_rows=shape.rows, rng=np.random.default_rng(seed)
    )
    provenance = Provenance("synthetic", "", "simulated", shape.rows)
    people = Responses(without_marker(plan.instrument), drawn.answers, provenance)
    classes = people.classes()
    chosen = choose(plan.form.respondents, plan.form, people, classes)
    sample = StudySample(plan.form, people.instrument, people, classes, chosen)
    kind = kind_of(form)
    rng = np.random.default_rng([seed])
    done = [kind.run(part, form, sample.of(plan.hypotheses), rng) for part in kind.parts(form)]
    result = kind.together(form, done)
    head = (name, design_key(name), seed, chosen.careful.n_respondents)
    if isinstance(result, NotEstimated) or done[0].tests is None:
        return TwinDraw(*head, "", done[0].reason)
    return TwinDraw(*head, " ".join(sorted(_codes(kind.diagnostics(result)))), "")


def _codes(diagnostics: Iterator[Diagnostic]) -> set[str]:
    return {found.code for found in diagnostics if found.fires}


def main() -> None:
    """Do the samples that are not done yet, and summarise all."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--samples", type=int, default=500, help="per population")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--write", action="store_true", help="write the table into the document")
    asked = parser.parse_args()
    done = kept()
    todo = [
        (name, seed)
        for seed in range(1, asked.samples + 1)
        for name in TWINS
        if (name, seed) not in done
    ]
    with progress_bar("samples") as progress, RESULTS.open("a", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        if not stream.tell():
            writer.writerow(FIELDS)
        jobs = (delayed(draw)(name, seed) for name, seed in todo)
        drawn = Parallel(n_jobs=asked.workers, return_as="generator_unordered")(jobs)
        for number, row in enumerate(drawn, start=1):
            writer.writerow(astuple(row))
            stream.flush()
            progress(number, len(todo), row.population)
    table = summary()
    print(table)
    if asked.write:
        write(table)


def current() -> pd.DataFrame:
    """Return what is done of the populations and the plan as they are now."""
    if not RESULTS.exists():
        return pd.DataFrame(columns=FIELDS)
    found = pd.read_csv(RESULTS, keep_default_na=False)
    keys = {name: design_key(name) for name in TWINS}
    return found[found["design"] == found["population"].map(keys)]


def kept() -> set[tuple[str, int]]:
    """Return population and seed of what is done."""
    found = current()
    return set(zip(found["population"], found["seed"], strict=True))


def summary() -> str:
    """Return a table in Markdown, a row per population.

    A sample without an estimate is in the number of samples, and detects nothing.
    """
    found = current()
    lines = [
        "| population | samples | without estimate | must fire | all of these fire "
        "| something else fires | what else |",
        "|---|--:|--:|---|--:|--:|---|",
    ]
    for name in TWINS:
        part = found[found["population"] == name]
        must = set(population(name).fires)
        codes = [set(words.split()) for words in part["fired"]]
        others = [code for fired in codes for code in sorted(fired - must)]
        counts = pd.Series(others, dtype="object").value_counts()
        cells = [
            name,
            str(len(part)),
            str(int((part["reason"] != "").sum())),
            ", ".join(f"`{code}`" for code in sorted(must)) or "nothing",
            share([must <= fired for fired in codes]) if must else "",
            share([bool(fired - must) for fired in codes]),
            ", ".join(f"`{code}` {n}" for code, n in counts.items()) or "nothing",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def share(hits: list[bool]) -> str:
    """Return a share with its 95 % interval (Wilson, 1927)."""
    n = len(hits)
    if not n:
        return "–"
    p, z = sum(hits) / n, 1.959964
    centre, spread = p + z**2 / (2 * n), z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low, high = ((centre + sign * spread) / (1 + z**2 / n) for sign in (-1, 1))
    return f"{p:.1%} [{abs(low):.1%}, {high:.1%}]"


def write(table: str) -> None:
    """Write the table between the marks of the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    begin, end = "<!-- twins: begin -->\n", "<!-- twins: end -->"
    head, _, rest = text.partition(begin)
    _, _, tail = rest.partition(end)
    DOCUMENT.write_text(f"{head}{begin}{table}\n{end}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
