"""What the shipped population makes true is found again by the shipped plan."""

import json
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from coprod_stats.analyses.paths.estimation import estimate_among
from coprod_stats.analyses.paths.form import PathsForm
from coprod_stats.analyses.sample import StudySample, choose
from coprod_stats.instruments.shipped import shelf
from coprod_stats.plans.model import Respondents
from coprod_stats.responses import Responses, read_responses
from coprod_stats.responses.table import Provenance
from coprod_stats.simulation.population import (
    PopulationForm,
    factor_correlation,
    path_matrix,
    residual_covariance,
)
from coprod_stats.simulation.population_reading import read_population
from coprod_stats.simulation.simulated_answers import simulate_answers
from coprod_stats.structure import PathTests
from coprod_stats.study.plan_reading import Plan, read_plan

pytestmark = pytest.mark.any_python

N_SAMPLES, N_ROWS = 200, 1_200


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan("driver_impact")


def population_of(plan: Plan) -> PopulationForm:
    assert plan.form.population_model is not None
    return read_population(plan.beside(plan.form.population_model), plan.instrument)


def estimated(plan: Plan, respondents: Responses) -> PathTests:
    """Estimate the paths as the plan's check does, by the first engine: ML on complete rows."""
    (form,) = plan.form.analyses
    assert isinstance(form, PathsForm)
    planned = next(entry for entry in form.specifications if entry.role == "check")
    specification = planned.model_copy(update={"engine": "core"})
    assert specification.where == "DIGITAL == 1"
    everyone = pd.Series("everyone", index=respondents.answers.index, name="class")
    chosen_by_plan = choose(Respondents(), plan.form, respondents, everyone)
    sample = StudySample(
        plan.form, plan.instrument, respondents, everyone, chosen_by_plan, plan.hypotheses
    )
    chosen = respondents.subset(respondents.where(specification.where))
    found = estimate_among(specification, form, sample, chosen, np.random.default_rng(0))
    assert found.tests is not None, found.reason
    return found.tests


FACETS = {
    "IV": ("IVEST", "IVENJ", "IVSOC", "IVLOY"),
    "MV": ("MVREL", "MVECO", "MVNOR", "MVPUB"),
}


def true_paths(population: PopulationForm, plan: Plan, tests: PathTests) -> np.ndarray:
    """Return the population's paths; those to a mean of answers follow from its facets."""
    return np.array(
        [
            composite_path(population, plan, FACETS[path.outcome], path.predictor)
            if path.outcome in FACETS
            else population.paths[path.outcome][path.predictor]
            for path in tests.paths
        ]
    )


def composite_path(
    population: PopulationForm, plan: Plan, facets: tuple[str, ...], predictor: str
) -> float:
    """Return the standardised path to the sum of one answer a facet, each in categories.

    A category covaries with whatever is normal with its response by the factor k, the sum of the
    densities at the cut points; two categories by about the product of their factors.
    """
    factors, correlation = factor_correlation(population)
    weights = path_matrix(population, factors)
    between = weights @ correlation @ weights.T + residual_covariance(population)
    place = list(population.paths).index
    covariances, variance = [], 0.0
    for facet in facets:
        (item,) = plan.instrument.scale(facet).items
        shares = np.array(population.shares[plan.instrument.item(item).responses.id])
        codes = np.arange(len(shares))
        k = norm.pdf(norm.ppf(np.cumsum(shares)[:-1])).sum()
        covariances.append(k * population.loadings[facet][0])
        variance += shares @ codes**2 - (shares @ codes) ** 2
    for one, two in permutations(range(len(facets)), 2):
        shared = between[place(facets[one]), place(facets[two])]
        variance += covariances[one] * covariances[two] * shared
    paths = [population.paths[facet][predictor] for facet in facets]
    return float(np.dot(covariances, paths) / np.sqrt(variance))


def test_the_shipped_sample_holds_its_truth(plan: Plan) -> None:
    responses = read_responses("citizen_synthetic.csv", plan.instrument)
    truth = json.loads((shelf("sample_data") / "citizen_synthetic.truth.json").read_text())
    careless = responses.respondents.isin(truth["careless_respondents"]).to_numpy()
    assert careless.sum() == len(truth["careless_respondents"]) > 0
    analysed = responses.classes().isin(plan.form.respondents.classes) & ~careless
    population = population_of(plan)
    assert population.paths == truth["standardised_paths"]
    tests = estimated(plan, responses.subset(analysed))
    betas = np.array([path.beta for path in tests.paths])
    errors = np.array([path.beta_std_error for path in tests.paths])
    assert len(betas) == 21
    distance = np.abs(betas - true_paths(population, plan, tests)) / errors
    assert distance.max() < norm.ppf(1 - 0.05 / (2 * 21))


def everybody_is_analysed(population: PopulationForm) -> PopulationForm:
    """Leave the strict co-producers, all of whom use a digital channel, and no gaps."""
    strict = population.groups["strict"].model_copy(update={"share": 1.0})
    digital = {**population.answers, "CHANNEL__4": {1: 1.0}}
    return population.model_copy(
        update={
            "groups": {"strict": strict},
            "answers": digital,
            "careless": None,
            "dont_know": 0.0,
            "unanswered": 0.0,
        }
    )


@pytest.mark.slow
def test_paths_are_unbiased_and_their_intervals_cover_over_200_samples(plan: Plan) -> None:
    population = everybody_is_analysed(population_of(plan))
    betas, errors = [], []
    for seed in range(N_SAMPLES):
        drawn = simulate_answers(
            population, plan.instrument, n_rows=N_ROWS, rng=np.random.default_rng(seed)
        )
        responses = Responses(
            plan.instrument, drawn.answers, Provenance("synthetic", "", "simulated", N_ROWS)
        )
        tests = estimated(plan, responses)
        assert tests.n_analysed == N_ROWS
        betas.append([path.beta for path in tests.paths])
        errors.append([path.beta_std_error for path in tests.paths])
    truth = true_paths(population, plan, tests)
    bias = np.mean(betas, axis=0) - truth
    # the standard error of a mean of 200 estimates is about .003
    assert np.abs(bias).max() <= 0.02, dict(zip([p.id for p in tests.paths], bias, strict=True))
    covered = np.abs(np.array(betas) - truth) < norm.ppf(0.975) * np.array(errors)
    assert covered.mean() == pytest.approx(0.95, abs=0.015)
