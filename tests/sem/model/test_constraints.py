import numpy as np
import pytest

from coprod_stats.sem.errors import SemModelError
from coprod_stats.sem.model.constraints import defined_functions, restrictions
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters

BASE = "f =~ x1 + a*x2 + b*x3 + c*x4\n"


def table_of(text, **options):
    return build_parameters(parse_model(BASE + text), options=ModelOptions(**options))


def value_of(table, params, label):
    return next(params[row.free] for row in table if row.label == label)


def test_equal_labels_share_a_column():
    table = build_parameters(parse_model("f =~ x1 + a*x2 + a*x3"))
    result = restrictions(table)
    assert result.n_reduced == table.n_free - 1
    assert set(np.unique(result.basis)) == {0.0, 1.0}
    assert not result.is_open
    assert not result.is_nonlinear


def test_linear_equations_are_solved():
    table = table_of("a == 2*b + 1\nb + c == 3")
    result = restrictions(table)
    params = result.expand(np.random.default_rng(1).normal(size=result.n_reduced))
    a, b, c = (value_of(table, params, label) for label in "abc")
    assert a == pytest.approx(2 * b + 1)
    assert b + c == pytest.approx(3)
    np.testing.assert_allclose(result.expand(result.reduce(params)), params)


def test_nonlinear_equations_and_inequalities_are_kept():
    table = table_of("a*b == 1\na < c\nx1 ~~ lower(0)*upper(4)*x1")
    result = restrictions(table)
    params = np.linspace(0.5, 2.0, table.n_free)
    assert len(result.equalities) == 1
    assert len(result.inequalities) == 3
    a, b, c = (value_of(table, params, label) for label in "abc")
    assert result.equalities[0].value(params) == pytest.approx(a * b - 1)
    assert result.inequalities[0].value(params) == pytest.approx(c - a)
    variance = next(params[row.free] for row in table if row.name == "x1~~x1")
    assert result.inequalities[1].value(params) == pytest.approx(variance)
    assert result.inequalities[2].value(params) == pytest.approx(4 - variance)
    hessian = result.equalities[0].hessian(params)
    assert np.count_nonzero(hessian) == 2


def test_definitions_may_use_each_other_in_any_order():
    table = table_of("total := ab + c\nab := a*b")
    functions = defined_functions(table)
    params = np.linspace(0.5, 2.0, table.n_free)
    a, b, c = (value_of(table, params, label) for label in "abc")
    assert functions[0].value(params) == pytest.approx(a * b + c)
    assert functions[0].gradient(params).sum() == pytest.approx(a + b + 1)


def test_labels_of_fixed_parameters_are_constants():
    table = build_parameters(parse_model("f =~ m*x1 + a*x2 + x3\nd := m + a"))
    params = np.full(table.n_free, 0.5)
    assert defined_functions(table)[0].value(params) == 1.5


def test_effect_coding():
    table = build_parameters(
        parse_model("f =~ x1 + x2 + x3"),
        options=ModelOptions(effect_coding=True, meanstructure=True),
    )
    result = restrictions(table)
    params = result.expand(np.ones(result.n_reduced))
    assert params[:3].sum() == pytest.approx(3)
    assert result.n_reduced == table.n_free - 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("d == a", "'d' is neither the label"),
        ("a == 1\na == 2", "contradict"),
        ("1 == 2", "no free parameter"),
        ("d := d + a\nd == 1", "defined by itself"),
    ],
)
def test_constraints_that_cannot_hold(text, expected):
    with pytest.raises(SemModelError, match=expected):
        restrictions(table_of(text))
