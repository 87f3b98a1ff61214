"""How often the pattern is found where it is, and where a halo is all there is.

python benchmarks/pattern/run.py [--samples N] [--rows N] [--write]

Stopped and started at will: a sample that is done is not drawn again.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from coprod_stats.analyses.paths.form import PathsForm
from coprod_stats.analyses.paths.planned_model import driver_impact_model
from coprod_stats.analyses.sample import design_column, item_table
from coprod_stats.cli.output import progress_bar
from coprod_stats.latent_models.frames import frame_columns
from coprod_stats.latent_models.sem_data import sem_data
from coprod_stats.latent_models.specification import Specification
from coprod_stats.responses import Responses
from coprod_stats.responses.table import Provenance
from coprod_stats.sem.fit import fit_coefficients
from coprod_stats.sem.results import CoefficientFit
from coprod_stats.simulation.population import PopulationForm
from coprod_stats.simulation.population_reading import read_population
from coprod_stats.simulation.simulated_answers import simulate_answers
from coprod_stats.structure import DriverImpactModel
from coprod_stats.structure.multiplicity import adjust_p_values
from coprod_stats.structure.path_pattern import conclude, path_mean, pattern_syntax
from coprod_stats.structure.pattern_weights import CONTRAST, STATED, UNSTATED, WITHIN
from coprod_stats.study.plan_reading import Plan, read_plan

HERE = Path(__file__).parent
RESULTS = HERE / "results.csv"
DOCUMENT = HERE.parents[1] / "docs" / "methods" / "what_can_go_wrong.md"
FROZEN = HERE.parents[1] / "tests" / "oracles" / "driver_impact_0_2_0"
CLEAN, HALO = "citizen_population.yaml", "citizen_halo_population.yaml"
ALPHA = 0.05
LOADINGS = (0.3, 0.4, 0.5)
UNEVEN = {"DRREL": 0.55, "DRKNO": 0.5, "DRFLO": 0.5, "KGN": 0.5, "IV": 0.5, "MV": 0.5}
OTHERS = 0.3
"""The uneven halo is stronger in scales among which many paths are stated, and .3 elsewhere."""


@dataclass(frozen=True, slots=True)
class PatternDraw:
    """The pattern in one sample."""

    population: str
    seed: int
    rows: int
    significant: int
    mean_stated: float
    mean_unstated: float
    contrast: float
    statistic: float
    within_statistic: float
    unstated_above_zero: bool
    conclusion: str


FIELDS = tuple(item.name for item in fields(PatternDraw))


def populations(plan: Plan) -> dict[str, PopulationForm]:
    """Return the populations; everybody is a careful co-producer in each."""
    clean, halo = (read_population(FROZEN / name, plan.instrument) for name in (CLEAN, HALO))
    strict = clean.groups["strict"].model_copy(update={"share": 1.0})
    careful = {"groups": {"strict": strict}, "careless": None, "dont_know": 0.0, "unanswered": 0.0}
    clean, halo = (form.model_copy(update=careful) for form in (clean, halo))
    (scales,) = halo.method_factors.values()
    lower = {name: [0.7] * len(values) for name, values in halo.loadings.items()}
    uneven = {"evaluation": {name: UNEVEN.get(name, OTHERS) for name in scales}}
    return {
        "paths, no halo": clean,
        **{
            f"halo {loading}, no paths": halo.model_copy(
                update={"method_factors": {"evaluation": dict.fromkeys(scales, loading)}}
            )
            for loading in LOADINGS
        },
        "uneven halo, no paths": halo.model_copy(
            update={"method_factors": uneven, "loadings": lower}
        ),
        "paths and halo 0.3": clean.model_copy(
            update={"method_factors": {"evaluation": dict.fromkeys(scales, 0.3)}}
        ),
        "neither": halo.model_copy(update={"method_factors": {}}),
    }


def main() -> None:
    """Do the samples that are not done yet, and summarise all."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--samples", type=int, default=50, help="per population")
    parser.add_argument("--rows", type=int, default=1_200, help="respondents of a sample")
    parser.add_argument("--write", action="store_true", help="write the table into the document")
    asked = parser.parse_args()
    plan = read_plan(FROZEN / "driver_impact.yaml")
    forms = populations(plan)
    done = kept(asked.rows)
    todo = [
        (name, seed) for seed in range(asked.samples) for name in forms if (name, seed) not in done
    ]
    with progress_bar("samples") as progress, RESULTS.open("a", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        if not done and not stream.tell():
            writer.writerow(FIELDS)
        for number, drawn in enumerate(_draws(plan, forms, todo, asked.rows), start=1):
            writer.writerow(astuple(drawn))
            stream.flush()
            progress(number, len(todo), drawn.population)
    table = summary(asked.rows)
    print(table)
    if asked.write:
        write(table)


def kept(rows: int) -> set[tuple[str, int]]:
    """Return population and seed of what is done."""
    if not RESULTS.exists():
        return set()
    found = pd.read_csv(RESULTS)
    found = found[found["rows"] == rows]
    return set(zip(found["population"], found["seed"], strict=True))


def _draws(
    plan: Plan, forms: dict[str, PopulationForm], todo: list[tuple[str, int]], rows: int
) -> Iterator[PatternDraw]:
    (form,) = plan.form.analyses
    assert isinstance(form, PathsForm)
    relations = tuple(entry for each in plan.hypotheses for entry in each.relations())
    model = driver_impact_model(form, plan.instrument, relations, covariates=())
    with threadpool_limits(limits=1, user_api="blas"):
        for name, seed in todo:
            yield _draw(plan, model, name, forms[name], seed=seed, rows=rows)


def _draw(
    plan: Plan, model: DriverImpactModel, name: str, form: PopulationForm, *, seed: int, rows: int
) -> PatternDraw:
    """Estimate the confirmatory specification of the frozen plan, and its pattern."""
    drawn = simulate_answers(form, plan.instrument, n_rows=rows, rng=np.random.default_rng(seed))
    people = Responses(
        plan.instrument, drawn.answers, Provenance("synthetic", "", "simulated", rows)
    )
    cluster = plan.form.cluster
    assert cluster is not None
    table = item_table(people, model.items)
    table = table.assign(**{cluster: design_column(people, cluster)})
    stated = _fitted(model.syntax(), table, model, cluster)
    p_values = _path_p_values(stated, model)
    adjusted = adjust_p_values(p_values, family="stated")
    every = _fitted(pattern_syntax(model), table, model, cluster)
    means = {
        definition.name: path_mean(
            definition.name, estimate, error, df=every.t_df or math.inf, conf_level=0.95
        )
        for definition, estimate, error in zip(
            every.table.definitions,
            every.defined.tolist(),
            every.defined_errors.tolist(),
            strict=True,
        )
    }
    contrast, unstated = means[CONTRAST], means[UNSTATED]
    return PatternDraw(
        population=name,
        seed=seed,
        rows=rows,
        significant=sum(p < ALPHA for p in adjusted.p_adjusted),
        mean_stated=means[STATED].estimate,
        mean_unstated=unstated.estimate,
        contrast=contrast.estimate,
        statistic=contrast.statistic,
        within_statistic=means[WITHIN].statistic,
        unstated_above_zero=unstated.above_zero,
        conclusion=conclude(contrast, means[STATED], unstated, means[WITHIN]),
    )


def _fitted(
    text: str, table: pd.DataFrame, model: DriverImpactModel, cluster: str
) -> CoefficientFit:
    """Fit a model as the confirmatory specification does, for its coefficients alone."""
    asked = Specification(text, estimator="MLR", missing="fiml", cluster=cluster)
    data = sem_data(frame_columns(table, asked.columns), model.items, cluster=cluster)
    return fit_coefficients(asked.model, data, asked.options)


def _path_p_values(fit: CoefficientFit, model: DriverImpactModel) -> dict[str, float]:
    found = {
        (row.lhs, row.rhs): float(p)
        for row, p in zip(fit.table, fit.parameters.p_values, strict=True)
        if row.op == "~"
    }
    return {path.id: found[path.outcome, path.predictor] for path in model.paths}


def summary(rows: int) -> str:
    """Return a table in Markdown, a row per population."""
    found = pd.read_csv(RESULTS)
    found = found[found["rows"] == rows]
    lines = [
        "| population | samples | different from zero after Holm, of 21 | mean of stated paths "
        "| of unstated paths | pattern present | as a general evaluation | not determined "
        "| unstated paths above zero |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for name in dict.fromkeys(found["population"]):
        part = found[found["population"] == name]
        share = part["conclusion"].value_counts(normalize=True)
        evaluation = share.get("general-evaluation", 0.0) + share.get("uneven", 0.0)
        cells = [
            name,
            str(len(part)),
            f"{part['significant'].mean():.1f}",
            f"{part['mean_stated'].mean():.3f}",
            f"{round(part['mean_unstated'].mean(), 3) + 0.0:.3f}",
            f"{share.get('present', 0.0):.0%}",
            f"{evaluation:.0%}",
            f"{share.get('undetermined', 0.0):.0%}",
            f"{part['unstated_above_zero'].mean():.0%}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def write(table: str) -> None:
    """Write the table between the marks of the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    begin, end = "<!-- rates: begin -->\n", "<!-- rates: end -->"
    head, _, rest = text.partition(begin)
    _, _, tail = rest.partition(end)
    DOCUMENT.write_text(f"{head}{begin}{table}\n{end}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
