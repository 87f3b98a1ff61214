from dataclasses import replace

import numpy as np
import pytest

from coprod_stats.sem.model.layout import Kind, Place
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.matrices import group_matrices
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters
from coprod_stats.sem.ordered.completed_model import CompletedModel
from coprod_stats.sem.ordered.latent_responses import LatentResponseModel

LEAF = "f =~ y1 + y2 + y3\nf ~ x1 + x2\ny4 ~ f + x1"
MEDIATED = "f =~ y1 + y2 + y3\nf ~ x1 + x2\ny4 ~ x1\nf ~ y4\ny1 ~~ y2"
COVARIATES = ("x1", "x2")
SIZES = {"y1": 3, "y2": 4, "y3": 0, "y4": 3}
X_COV = np.eye(2) + 0.3


def completed(kind, text):
    table = build_parameters(
        parse_model(text),
        options=ModelOptions(
            conditional_x=True, parameterization=kind, group_equal=("thresholds", "loadings")
        ),
        group_labels=("a", "b"),
        thresholds={name: size - 1 for name, size in SIZES.items() if size},
    )
    matrices = group_matrices(table, 2)
    factors = [matrices.eta.index(name) for name in table.ordered if name in matrices.eta]
    implicit = tuple(Place(Kind.PSI, f, f) for f in factors) if kind == "delta" else ()
    numbers = table.n_free + np.arange(len(implicit))
    whole = replace(
        matrices,
        layout=replace(matrices.layout, places=(*matrices.places, *implicit)),
        parameters=np.concatenate([matrices.parameters, numbers]),
    )
    items = tuple(name for name in table.observed if name in SIZES)
    sizes = tuple(SIZES[name] for name in items)
    responses = LatentResponseModel(
        LisrelModel(whole), items, sizes, COVARIATES, kind, n_implicit=len(implicit)
    )
    n_observed = len(table.observed)
    cov = np.eye(n_observed) + 0.3
    return table, CompletedModel(
        matrices, whole.with_exogenous(np.zeros(n_observed), cov), responses
    )


def random_params(table):
    params = np.random.default_rng(4).uniform(0.3, 0.7, table.n_free)
    for row in table.rows:
        if row.free >= 0 and row.op == "|":
            params[row.free] = int(row.rhs[1:]) - 2
    return params


KINDS = pytest.mark.parametrize("kind", ["delta", "theta"])
TEXTS = pytest.mark.parametrize("text", [LEAF, MEDIATED], ids=["leaf", "mediated"])


@KINDS
@TEXTS
def test_scales_and_variances_belong_together(kind, text):
    table, model = completed(kind, text)
    params = random_params(table)
    implied = model.moments(params)
    n_observed = len(implied.theta)
    loadings = implied.columns[:, n_observed:][:, : len(implied.psi)]
    explained = loadings[:, model.responses.covariates]
    by_x = np.diag(explained @ X_COV @ explained.T)[model.ordered]
    variances = implied.delta[model.ordered] ** -2 + by_x
    np.testing.assert_allclose(np.diag(implied.cov)[model.ordered], variances)
    whole = loadings @ implied.psi @ loadings.T + implied.theta
    np.testing.assert_allclose(whole, implied.cov, atol=1e-12)


@KINDS
@TEXTS
def test_derivatives_agree_with_finite_differences(kind, text):
    table, model = completed(kind, text)
    params = random_params(table)
    implied = model.moments(params)
    rows, columns = np.tril_indices(implied.cov.shape[0])
    jacobian = model.cov_jacobian(implied, rows, columns)
    of_eta = model.eta_variance_jacobian(implied)
    cells = [Place(Kind.THETA, item, item) for item in model.residual_items]
    cells += [Place(Kind.PSI, factor, factor) for factor in model.responses.implicit.factors]
    of_cells = [model.implicit_jacobian(implied, place) for place in cells]
    h = 1e-6
    for local, free in enumerate(model.parameters):
        step = h * np.eye(table.n_free)[free]
        above, below = (model.moments(params + s) for s in (step, -step))
        by_cov = (above.cov - below.cov)[rows, columns] / (2 * h)
        np.testing.assert_allclose(jacobian[:, local], by_cov, atol=1e-8)
        by_eta = np.diag(above.eta_cov - below.eta_cov) / (2 * h)
        np.testing.assert_allclose(of_eta[:, local], by_eta, atol=1e-8)
        if kind == "theta":
            continue
        for place, slope in zip(cells, of_cells, strict=True):
            name = "psi" if place.kind == Kind.PSI else "theta"
            change = (getattr(above, name) - getattr(below, name))[place.row, place.row]
            assert slope[local] == pytest.approx(change / (2 * h), abs=1e-7)


@KINDS
def test_other_cells_do_not_follow_from_parameters(kind):
    table, model = completed(kind, LEAF)
    implied = model.moments(random_params(table))
    assert not model.implicit_jacobian(implied, Place(Kind.LAMBDA, 0, 0)).any()
    assert not model.implicit_jacobian(implied, Place(Kind.THETA, 0, 1)).any()
