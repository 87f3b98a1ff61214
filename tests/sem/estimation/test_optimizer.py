import numpy as np
import pytest

from coprod_stats.sem.estimation.group_stacks import MomentSample
from coprod_stats.sem.estimation.maximum_likelihood import MaximumLikelihood
from coprod_stats.sem.estimation.optimizer import minimize, tangent_basis
from coprod_stats.sem.estimation.starting_values import starting_values
from coprod_stats.sem.model.constraints import restrictions
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.matrices import group_matrices
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters

HS = "visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\n"


@pytest.fixture
def fitted(oracle_data):
    def fit(text, **options):
        table = build_parameters(parse_model(text))
        data = oracle_data("hs1939.csv", list(table.observed))
        mean, cov = data.mean(axis=0), np.cov(data.T, bias=True)
        matrices = group_matrices(table, 1).with_exogenous(mean, cov)
        objective = MaximumLikelihood(
            [LisrelModel(matrices)],
            [MomentSample(mean, cov, 1.0)],
            meanstructure=False,
            n_free=table.n_free,
        )
        start = starting_values(table, [matrices], [cov], [mean])
        return table, minimize(objective, restrictions(table), start, **options)

    return fit


def labelled(table, params, label):
    return next(params[row.free] for row in table if row.label == label)


def test_unrestricted_minimum_is_exact(fitted):
    _, minimum = fitted(HS)
    assert minimum.converged
    assert minimum.reduced_gradient < 1e-12
    assert minimum.n_iterations < 12


def test_nonlinear_equation_holds_with_the_gradient_along_its_normal(fitted):
    table, minimum = fitted(HS + "a*b == 0.3")
    a, b = (labelled(table, minimum.params, label) for label in "ab")
    assert minimum.converged
    assert a * b == pytest.approx(0.3, abs=1e-12)
    assert minimum.reduced_gradient < 1e-10


def test_binding_inequality_stops_at_its_bound(fitted):
    table, minimum = fitted(HS + "a > 0.7")
    assert minimum.converged
    assert labelled(table, minimum.params, "a") == pytest.approx(0.7, abs=1e-10)
    assert minimum.active == ()
    assert minimum.multipliers[0] > 0


def test_a_binding_inequality_of_several_parameters_is_held(fitted):
    table, minimum = fitted(HS + "a + b > 1.4")
    assert minimum.converged
    both = sum(labelled(table, minimum.params, label) for label in "ab")
    assert both == pytest.approx(1.4, abs=1e-10)
    assert len(minimum.active) == 1
    assert minimum.multipliers[0] > 0
    assert tangent_basis(restrictions(table), minimum.active, minimum.params).shape == (21, 20)


def test_slack_inequality_changes_nothing(fitted):
    _, free = fitted(HS)
    _, minimum = fitted(HS + "a > 0.1")
    np.testing.assert_allclose(minimum.params, free.params, atol=1e-10)
    assert minimum.active == ()


def test_too_few_iterations_are_said(fitted):
    _, minimum = fitted(HS, max_iterations=2)
    assert not minimum.converged
    assert minimum.growing == ()


def test_a_start_outside_the_model_is_not_convergence(fitted):
    text = HS + "x1 ~~ start(-1)*x1\nx2 ~~ start(-2)*x2\nx3 ~~ start(-3)*x3"
    _, minimum = fitted(text, max_iterations=3)
    assert not minimum.converged


def test_reverse_keyed_items_get_negative_starting_loadings(oracle_data):
    table = build_parameters(parse_model("f =~ x4 + x5 + x6"))
    data = oracle_data("hs1939.csv", ["x4", "x5", "x6"]) * [1, -1, 1]
    matrices = group_matrices(table, 1)
    start = starting_values(table, [matrices], [np.cov(data.T)], [data.mean(axis=0)])
    assert start[0] < 0 < start[1]
