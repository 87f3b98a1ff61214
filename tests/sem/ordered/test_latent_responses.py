from dataclasses import replace

import numpy as np
import pytest

from coprod_stats.sem.model.layout import Kind, Place
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.matrices import group_matrices
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters
from coprod_stats.sem.ordered.latent_responses import LatentResponseModel

ITEMS = ("y1", "y2", "y3", "y4", "y5", "y6")
TEXT = """f =~ y1 + y2 + y3
g =~ y4 + y5 + y6
g ~ f + x1
f ~ x1 + x2
y3 ~ x2
y2 ~~ y5"""


MEDIATED = "f =~ y1 + y2 + y3\ny4 ~ f + x1\ny5 ~ y4 + x2\nf ~ x1\ny6 ~ y5 + y4\ny2 ~~ y3"


def model_of(parameterization, n_categories, *, text=TEXT, covariates=("x1", "x2"), group=2):
    thresholds = {item: size - 1 for item, size in zip(ITEMS, n_categories, strict=True) if size}
    table = build_parameters(
        parse_model(text),
        options=ModelOptions(
            conditional_x=bool(covariates),
            parameterization=parameterization,
            group_equal=("thresholds", "loadings"),
        ),
        group_labels=("a", "b"),
        thresholds=thresholds,
    )
    matrices = group_matrices(table, group)
    implicit = ()
    if parameterization == "delta":
        factors = [matrices.eta.index(name) for name in table.ordered if name in matrices.eta]
        implicit = tuple(Place(Kind.PSI, factor, factor) for factor in factors)
    matrices = replace(
        matrices,
        layout=replace(matrices.layout, places=(*matrices.places, *implicit)),
        parameters=np.concatenate([matrices.parameters, table.n_free + np.arange(len(implicit))]),
    )
    lisrel = LisrelModel(matrices)
    items = tuple(name for name in table.observed if name not in covariates)
    sizes = tuple(thresholds.get(name, -1) + 1 for name in items)
    model = LatentResponseModel(
        lisrel, items, sizes, covariates, parameterization, n_implicit=len(implicit)
    )
    return table, model


def random_params(table):
    rng = np.random.default_rng(2)
    params = rng.uniform(0.3, 0.7, table.n_free)
    for row in table.rows:
        if row.free >= 0 and row.op == "|":
            params[row.free] = int(row.rhs[1:]) - 2 + rng.uniform(0, 0.2)
        if row.free >= 0 and row.op in ("~~", "~*~") and row.lhs == row.rhs:
            params[row.free] += 0.5
    return params


CASES = [
    pytest.param(kind, sizes, covariates, id=f"{kind}-{name}-{'x' if covariates else 'no x'}")
    for kind in ("delta", "theta")
    for name, sizes in (("ordered", (3, 2, 4, 3, 2, 3)), ("mixed", (3, 0, 4, 0, 2, 0)))
    for covariates in ((), ("x1", "x2"))
]


@pytest.mark.parametrize(("kind", "sizes", "covariates"), CASES)
def test_derivatives_agree_with_finite_differences(kind, sizes, covariates):
    text = TEXT if covariates else "f =~ y1 + y2 + y3\ng =~ y4 + y5 + y6\ng ~ f\ny2 ~~ y5"
    table, model = model_of(kind, sizes, text=text, covariates=covariates)
    params = random_params(table)
    implied = model.statistics(params)
    jacobian = model.jacobian(implied)
    weights = np.random.default_rng(1).normal(size=implied.vector.size)
    curvature = model.curvature(implied, weights)
    h = 1e-5
    for local, free in enumerate(model.parameters):
        step = h * np.eye(table.n_free)[free]
        above, below = model.statistics(params + step), model.statistics(params - step)
        slope = (above.vector - below.vector) / (2 * h)
        np.testing.assert_allclose(jacobian[:, local], slope, atol=1e-8)
        bend = weights @ (model.jacobian(above) - model.jacobian(below)) / (2 * h)
        np.testing.assert_allclose(curvature[local], bend, atol=1e-7)


@pytest.mark.parametrize("kind", ["delta", "theta"])
def test_derivatives_of_mediated_models(kind):
    table, model = model_of(kind, (3, 2, 4, 3, 2, 3), text=MEDIATED)
    params = random_params(table)
    implied = model.statistics(params)
    if kind == "delta":
        variances = np.diag(implied.moments.cov)[model.lisrel.matrices.observed.index("y5")]
        assert variances == pytest.approx(implied.scales[ITEMS.index("y5")] ** -2.0)
    jacobian = model.jacobian(implied)
    weights = np.random.default_rng(1).normal(size=implied.vector.size)
    curvature = model.curvature(implied, weights)
    h = 1e-5
    for local, free in enumerate(model.parameters):
        step = h * np.eye(table.n_free)[free]
        above, below = model.statistics(params + step), model.statistics(params - step)
        slope = (above.vector - below.vector) / (2 * h)
        np.testing.assert_allclose(jacobian[:, local], slope, atol=1e-8)
        bend = weights @ (model.jacobian(above) - model.jacobian(below)) / (2 * h)
        np.testing.assert_allclose(curvature[local], bend, atol=1e-6)


def test_theta_makes_correlations():
    table, model = model_of("theta", (3, 2, 4, 3, 2, 3))
    implied = model.statistics(random_params(table))
    cov = implied.moments.cov[np.ix_(model.places, model.places)]
    scaled = cov * np.outer(implied.scales, implied.scales)
    np.testing.assert_allclose(np.diag(scaled), 1, atol=1e-14)
    np.testing.assert_allclose(implied.vector[-15:], scaled[model.rows, model.columns])


def test_a_latent_response_needs_a_positive_variance():
    table, model = model_of("theta", (3, 2, 4, 3, 2, 3))
    params = random_params(table)
    for row in table.rows:
        if row.free >= 0 and row.op == "~~" and row.lhs == row.rhs:
            params[row.free] = -5.0
    with pytest.raises(np.linalg.LinAlgError):
        model.statistics(params)
