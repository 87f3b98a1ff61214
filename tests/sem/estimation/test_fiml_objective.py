"""FIML: derivatives against finite differences, by both ways to the second ones."""

import numpy as np
import pytest

from coprod_stats.sem.estimation import fiml
from coprod_stats.sem.estimation.fiml import FullInformation
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.matrices import group_matrices
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters
from coprod_stats.sem.observed.missing_patterns import group_by_pattern

TEXT = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ng ~ f"


def objective_of(n_kinds):
    """Two groups whose cases show at most `n_kinds` patterns of missing answers."""
    table = build_parameters(
        parse_model(TEXT), options=ModelOptions(meanstructure=True), group_labels=("a", "b")
    )
    models = [LisrelModel(group_matrices(table, group)) for group in (1, 2)]
    rng = np.random.default_rng(3)
    patterns = []
    for _ in models:
        kinds = rng.random((n_kinds, 6)) < 0.3
        kinds[0], kinds[:, 0] = False, False
        values = rng.normal(size=(80, 6)) @ rng.normal(size=(6, 6))
        holes = kinds[rng.integers(n_kinds, size=len(values))]
        patterns.append(group_by_pattern(np.where(holes, np.nan, values)))
    return FullInformation(models, patterns, saturated_values=[0.1, 0.2], n_free=table.n_free)


@pytest.fixture(params=["few", "many"])
def way(request, monkeypatch):
    monkeypatch.setattr(fiml, "_few_patterns", lambda *_: request.param == "few")


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("n_kinds", [1, 2, 20])
def test_derivatives_agree_with_finite_differences(n_kinds):
    objective = objective_of(n_kinds)
    params = np.random.default_rng(8).uniform(0.4, 0.8, objective.n_free)
    at = objective.evaluate(params, exact=True)
    assert at.value == pytest.approx(objective.value(params), rel=1e-12)
    h = 1e-5
    for k in range(objective.n_free):
        step = h * np.eye(objective.n_free)[k]
        above, below = (objective.evaluate(params + s, exact=True) for s in (step, -step))
        assert at.gradient[k] == pytest.approx((above.value - below.value) / (2 * h), abs=1e-5)
        slope = (above.gradient - below.gradient) / (2 * h)
        np.testing.assert_allclose(at.curvature[k], slope, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("exact", [True, False])
def test_both_ways_to_the_second_derivatives_coincide(monkeypatch, exact):
    objective = objective_of(12)
    params = np.random.default_rng(8).uniform(0.4, 0.8, objective.n_free)
    found = []
    for few in (True, False):
        monkeypatch.setattr(fiml, "_few_patterns", lambda *_, few=few: few)
        found.append(objective.evaluate(params, exact=exact).curvature)
    np.testing.assert_allclose(*found, rtol=1e-10, atol=1e-12)


def test_the_way_depends_on_the_number_of_patterns():
    few, many = objective_of(1), objective_of(60)
    assert fiml._few_patterns(few.patterns[0], few.models[0])
    assert not fiml._few_patterns(many.patterns[0], many.models[0])
