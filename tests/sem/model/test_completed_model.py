import numpy as np
import pytest

from coprod_stats.sem.errors import SemModelError
from coprod_stats.sem.model.completed_model import CompletedModel
from coprod_stats.sem.model.latent_responses import LatentResponseModel
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.matrices import group_matrices
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters

TEXT = "f =~ y1 + y2 + y3\nf ~ x1 + x2\ny4 ~ f + x1"
ITEMS, COVARIATES = ("y1", "y2", "y3", "y4"), ("x1", "x2")
SIZES = (3, 4, 0, 3)


def completed(kind, text=TEXT, group=2):
    table = build_parameters(
        parse_model(text),
        options=ModelOptions(
            conditional_x=True, parameterization=kind, group_equal=("thresholds", "loadings")
        ),
        group_labels=("a", "b"),
        thresholds={"y1": 2, "y2": 3, "y4": 2},
    )
    matrices = group_matrices(table, group)
    sizes = tuple(SIZES[ITEMS.index(name)] for name in table.observed if name in ITEMS)
    items = tuple(name for name in table.observed if name in ITEMS)
    responses = LatentResponseModel(LisrelModel(matrices), items, sizes, COVARIATES, kind)
    n_observed = len(table.observed)
    cov = np.eye(n_observed) + 0.3
    return table, CompletedModel(matrices.with_exogenous(np.zeros(n_observed), cov), responses)


def random_params(table):
    params = np.random.default_rng(4).uniform(0.3, 0.7, table.n_free)
    for row in table.rows:
        if row.free >= 0 and row.op == "|":
            params[row.free] = int(row.rhs[1:]) - 2
    return params


@pytest.mark.parametrize("kind", ["delta", "theta"])
def test_scales_and_variances_belong_together(kind):
    table, model = completed(kind)
    params = random_params(table)
    implied = model.moments(params)
    given = model.responses.statistics(params)
    explained = given.moments.columns[:, implied.theta.shape[0] :][:, model.responses.covariates]
    by_x = np.diag(explained @ (np.eye(2) + 0.3) @ explained.T)[model.ordered]
    np.testing.assert_allclose(
        np.diag(implied.cov)[model.ordered], implied.delta[model.ordered] ** -2 + by_x
    )
    loadings = implied.columns[:, implied.theta.shape[0] :][:, : len(implied.psi)]
    whole = loadings @ implied.psi @ loadings.T + implied.theta
    np.testing.assert_allclose(whole, implied.cov, atol=1e-12)


@pytest.mark.parametrize("kind", ["delta", "theta"])
def test_derivatives_agree_with_finite_differences(kind):
    table, model = completed(kind)
    params = random_params(table)
    implied = model.moments(params)
    rows, columns = np.tril_indices(implied.cov.shape[0])
    jacobian = model.cov_jacobian(implied, rows, columns)
    h = 1e-6
    for local, free in enumerate(model.parameters):
        step = h * np.eye(table.n_free)[free]
        above, below = (model.moments(params + s).cov[rows, columns] for s in (step, -step))
        np.testing.assert_allclose(jacobian[:, local], (above - below) / (2 * h), atol=1e-8)


def test_ordered_predictors_need_theta():
    text = "f =~ y1 + y2 + y3\nf ~ x1 + x2\ny4 ~ x1\nf ~ y4"
    with pytest.raises(SemModelError, match="'y4' is ordered and predicts"):
        completed("delta", text)
    completed("theta", text)
