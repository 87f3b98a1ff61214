"""Synthetic samples of a plan's population, with the true parameters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from coprod_stats.errors import CoprodError
from coprod_stats.files.writing import committed_together, write_file
from coprod_stats.instruments.shipped import find_shipped
from coprod_stats.responses.reading import write_canonical
from coprod_stats.responses.rosters import roster_path
from coprod_stats.simulation.population import PopulationForm
from coprod_stats.simulation.population_reading import read_population
from coprod_stats.simulation.simulated_answers import simulate_answers
from coprod_stats.simulation.simulated_rosters import simulate_rosters
from coprod_stats.study.plan_reading import Plan, read_plan

DEPARTURES = {
    "fires": "diagnostics_that_must_fire",
    "method_factors": "method_factors",
    "variants": "variants",
    "selection": "selection",
    "dont_know_of": "dont_know_of",
}
"""Parts of a population that other populations lack, by their names among the true parameters."""


class SimulationError(CoprodError):
    """A plan from which no answers can be simulated."""


@dataclass(frozen=True, eq=False, slots=True)
class SyntheticSample:
    """Synthetic answers, and the population that they were drawn from."""

    answers: pd.DataFrame
    population: PopulationForm
    seed: int
    careless: tuple[str, ...]
    rosters: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def truth(self) -> dict[str, Any]:
        """Return the true parameters, as they lie beside the answers."""
        return {
            "synthetic": True,
            "about": self.population.about,
            "seed": self.seed,
            "rows": len(self.answers),
            "standardised_paths": self.population.paths,
            "factor_correlations": self.population.correlations,
            "residual_correlation": self.population.residual_correlation,
            "standardised_loadings": self.population.loadings,
            **self._departures(),
            "answer_shares": self.population.shares,
            "careless_respondents": list(self.careless),
        }

    def _departures(self) -> dict[str, Any]:
        """Return what is wrong in the population, and which diagnostics must tell so."""
        stated = self.population.model_dump(include=set(DEPARTURES))
        named = {name: stated[name] for name in DEPARTURES if stated[name]}
        return {DEPARTURES[name]: value for name, value in named.items()}


def draw_sample(
    plan: str | Path,
    *,
    population: str | Path | None = None,
    n_rows: int | None = None,
    seed: int | None = None,
    form: str | None = None,
    modules: Sequence[str] = (),
    clean: bool = False,
) -> SyntheticSample:
    """Draw synthetic answers from the population that a plan names.

    Parameters
    ----------
    plan : str or Path
        Id of a shipped plan, or path of a YAML file.
    population : str or Path, optional
        Another population's file, or the name of a shipped one.
    n_rows, seed : int, optional
        By default those of the population.
    form : str, optional
        Form of the questionnaire; by default the plan's.
    modules : sequence of str
        Modules to insert into the questionnaire; their questions are answered at random.
    clean : bool
        Omit careless respondents, don't-knows and unanswered questions.

    Raises
    ------
    SimulationError
        If the plan names no population.
    PlanError, PopulationError
        If one of the files has faults.
    InstrumentLookupError
        If the questionnaire has no such form.
    """
    read = read_plan(plan, modules=modules)
    instrument = read.instrument if form is None else read.questionnaire.for_form(form)
    file = _population_file(read) if population is None else find_shipped("sample_data", population)
    drawn_from = read_population(file, instrument)
    if clean:
        gone = {"dont_know": 0.0, "dont_know_of": [], "unanswered": 0.0, "careless": None}
        drawn_from = drawn_from.model_copy(update=gone)
    seed = drawn_from.seed if seed is None else seed
    rng = np.random.default_rng(seed)
    n_rows = drawn_from.rows if n_rows is None else n_rows
    drawn = simulate_answers(drawn_from, instrument, n_rows=n_rows, rng=rng)
    answers, rosters = simulate_rosters(drawn_from, instrument, drawn.answers, rng=rng)
    return SyntheticSample(answers, drawn_from, seed, drawn.careless, rosters)


def write_sample(sample: SyntheticSample, path: Path) -> Path:
    """Write the answers, and the true parameters beside them; return the path of the latter."""
    truth = truth_path(path)
    with committed_together():
        write_canonical(sample.answers, path)
        for id, rows in sample.rosters.items():
            write_canonical(rows, roster_path(path, id))
        write_file(truth, json.dumps(sample.truth(), indent=1) + "\n")
    return truth


def truth_path(path: Path) -> Path:
    """Return the file of the true parameters beside a file of synthetic answers."""
    return path.with_suffix(".truth.json")


def _population_file(plan: Plan) -> Path:
    if plan.form.population_model is None:
        raise SimulationError(
            f"plan '{plan.form.plan}' names no population: add 'population_model'"
        )
    return plan.beside(plan.form.population_model)
