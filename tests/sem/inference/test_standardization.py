import numpy as np
import pytest

from coprod_stats.sem.inference.standardization import (
    implied_variances,
    r_squared,
    row_estimates,
    standardized_solution,
)
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.matrices import group_matrices
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters

MODELS = {
    "mediated": "f =~ y1 + y2 + y3\ng =~ y4 + y5 + y6\nh =~ y7 + y8\ng ~ f\nh ~ f + g\ny1 ~~ y4",
    "second order": "f =~ y1 + y2\ng =~ y3 + y4\nh =~ y5 + y6\nk =~ f + g + h",
    "covariates": "f =~ y1 + y2 + y3\nf ~ x1 + x2\ny4 ~ f + x1",
    "paths": "y1 ~ x1 + y2\ny2 ~ x1 + x2",
}


def prepared(text, *, fixed_x=True, seed=5):
    table = build_parameters(parse_model(text), options=ModelOptions(fixed_x=fixed_x))
    rng = np.random.default_rng(seed)
    draws = rng.standard_normal((50, len(table.observed)))
    sample_cov = np.cov(draws.T) + 0.3
    matrices = group_matrices(table, 1)
    model = LisrelModel(matrices.with_exogenous(draws.mean(axis=0), sample_cov))
    params = np.empty(table.n_free)
    for row in table:
        if row.free >= 0:
            variance = row.op == "~~" and row.lhs == row.rhs
            low, high = (0.8, 1.6) if variance else (-0.3, 0.3) if row.op == "~~" else (0.3, 0.9)
            params[row.free] = rng.uniform(low, high)
    return table, model, params, sample_cov


def solution(table, model, params, sample_cov, kind):
    estimates = row_estimates(table, params, sample_cov)
    variances = implied_variances(table, model, model.moments(params), estimates)
    return standardized_solution(table, estimates, variances, kind=kind), variances


@pytest.mark.parametrize("fixed_x", [True, False])
@pytest.mark.parametrize("kind", ["lv", "all", "nox"])
@pytest.mark.parametrize("text", MODELS.values(), ids=MODELS)
def test_jacobian_against_central_differences(text, kind, fixed_x):
    table, model, params, sample_cov = prepared(text, fixed_x=fixed_x)
    exact = solution(table, model, params, sample_cov, kind)[0].jacobian
    step = 1e-6
    for free in range(table.n_free):
        shift = step * np.eye(table.n_free)[free]
        above, below = (
            solution(table, model, params + sign * shift, sample_cov, kind)[0].estimates
            for sign in (1, -1)
        )
        np.testing.assert_allclose(exact[:, free], (above - below) / (2 * step), atol=1e-8)


@pytest.mark.parametrize("text", MODELS.values(), ids=MODELS)
def test_a_fully_standardised_solution_is_its_own_standardisation(text):
    table, model, params, sample_cov = prepared(text, fixed_x=False)
    once = solution(table, model, params, sample_cov, "all")[0].estimates
    explained = solution(table, model, params, sample_cov, "all")[1]
    residual = dict(zip(((r.lhs, r.op, r.rhs) for r in table), once, strict=True))
    for name, share in r_squared(table, explained).items():
        assert residual[name, "~~", name] == pytest.approx(1 - share)


def test_a_negative_residual_variance_leaves_its_correlations_undefined():
    table, model, params, sample_cov = prepared(MODELS["mediated"])
    place = next(r.free for r in table if (r.lhs, r.op, r.rhs) == ("y1", "~~", "y1"))
    params[place] = -0.2
    rows = [(r.lhs, r.op, r.rhs) for r in table]
    estimates = solution(table, model, params, sample_cov, "all")[0].estimates
    assert np.isnan(estimates[rows.index(("y1", "~~", "y4"))])
    assert np.isfinite(estimates[rows.index(("f", "=~", "y2"))])


def test_intercepts_are_divided_by_standard_deviations():
    table, model, params, sample_cov = prepared("f =~ y1 + y2 + y3\ny1 ~ 1")
    rows = [(r.lhs, r.op) for r in table]
    found, variances = solution(table, model, params, sample_cov, "all")
    place = rows.index(("y1", "~1"))
    expected = row_estimates(table, params, sample_cov)[place] / np.sqrt(variances.total["y1"])
    assert found.estimates[place] == pytest.approx(expected)


def test_delta_method_errors_need_only_the_jacobian():
    table, model, params, sample_cov = prepared(MODELS["mediated"])
    found = solution(table, model, params, sample_cov, "all")[0]
    vcov = 0.01 * np.eye(table.n_free)
    np.testing.assert_allclose(found.std_errors(vcov), 0.1 * np.linalg.norm(found.jacobian, axis=1))
