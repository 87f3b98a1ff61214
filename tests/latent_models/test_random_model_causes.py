"""Where random models part from lavaan, the evidence shows why (``make random-model-causes``)."""

import json
import shutil

import pytest
from random_model_causes import (
    EVERY,
    KEPT,
    NO_MINIMUM,
    OTHER_MINIMUM,
    RESIDUALS,
    STOPPED_EARLY,
    UNIDENTIFIED,
    evidence,
)
from random_models import question
from tolerances import assert_agrees, bound, near

from coprod_stats.latent_models import fit_sem

FOUND = {row["seed"]: row for row in json.loads(KEPT.read_text(encoding="utf-8"))["rows"]}


def fitted(seed):
    asked = question(seed)
    fit = fit_sem(asked.model, asked.data, **asked.options)
    return fit, {warning.code: warning.message for warning in fit.warnings}


def test_there_is_evidence_on_every_model():
    assert tuple(FOUND) == EVERY


@pytest.mark.parametrize("seed", STOPPED_EARLY)
def test_newton_steps_from_where_lavaan_stopped_end_here(seed):
    row = FOUND[seed]
    assert row["chisq_excess"] > 1e-7
    assert row["curvature"] > 0
    assert row["polished_from_ours"] < 1e-6
    assert row["stopped_from_ours"] > bound("random models")


@pytest.mark.parametrize("seed", OTHER_MINIMUM)
def test_lavaans_objective_is_lower_here_where_lavaan_found_another_minimum(seed):
    row = FOUND[seed]
    assert row["at_ours"] < row["lavaan"] - 1e-3
    assert_agrees(row["started_at_ours"], row["at_ours"], "lavaan's objective again")


@pytest.mark.parametrize("seed", NO_MINIMUM)
def test_lavaans_objective_falls_below_its_solution_without_end(seed):
    row = FOUND[seed]
    sizes, (first, second, third) = [abs(size) for size in row["at"]], row["value"]
    assert abs(row["stopped_at"]) < sizes[0] < sizes[1] / 4 < sizes[2] / 16
    assert row["stopped"] > first > second > third
    # ever less is gained: there is a limit at infinity, no way down
    assert first - second > 5 * (second - third)


@pytest.mark.parametrize("seed", RESIDUALS)
def test_residual_covariances_of_lavaans_solution_are_improper(seed):
    row = FOUND[seed]
    smallest = [row[name] for name in ("psi", "theta")]
    assert min(value for v in smallest for value in (v if isinstance(v, list) else [v])) < -0.05


@pytest.mark.parametrize("seed", UNIDENTIFIED)
def test_other_parameters_have_the_same_moments(seed):
    row = FOUND[seed]
    none, *others = row["singular"]
    assert none < 1e-12
    assert min(others) > 1e-3
    assert_agrees(row["at_ours"], row["lavaan"], "lavaan's objective again")
    assert row["farthest"] > 0.5


def test_a_factor_explained_without_end_is_named_at_the_lowest_end_of_all_starts():
    fit, codes = fitted(594)
    assert not fit.converged
    assert "grow without end" in codes["SEM-101"]
    assert "f2~f1" in codes["SEM-101"]
    assert fit.fit["chisq"] / (2 * fit.n_obs) < FOUND[594]["stopped"]


@pytest.mark.parametrize(("seed", "code"), [(150, "SEM-108"), (537, "SEM-107"), (450, "SEM-104")])
def test_what_is_improper_is_said_by_its_code(seed, code):
    fit, codes = fitted(seed)
    assert fit.converged
    assert not fit.proper
    assert code in codes


@pytest.mark.parametrize(("seed", "chisq"), [(21, 76.5102717654468), (203, 56.6968618167384)])
def test_correlations_that_seemed_perfect_are_lavaans(seed, chisq):
    fit, codes = fitted(seed)
    assert fit.proper
    assert "SEM-118" not in codes
    assert fit.fit["chisq"] == near(chisq, "random models")


@pytest.mark.r
def test_the_evidence_is_what_is_kept():
    if shutil.which("Rscript") is None:
        pytest.skip("needs Rscript with lavaan")
    for row in evidence((594, 150)):
        for name, value in row.items():
            entry = "a search without end" if name == "at" else "scripts run again"
            assert_agrees(value, FOUND[row["seed"]][name], entry, name)
