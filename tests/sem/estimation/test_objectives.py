import numpy as np
import pytest

from coprod_stats.sem.estimation.group_stacks import MomentSample
from coprod_stats.sem.estimation.least_squares import LeastSquares, WeightedMoments, moment_vector
from coprod_stats.sem.estimation.maximum_likelihood import (
    GeneralizedLeastSquares,
    MaximumLikelihood,
)
from coprod_stats.sem.estimation.positive_definite import factor
from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.matrices import group_matrices
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters

TEXT = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ng ~ f"
UNEQUAL = f"{TEXT}\nf =~ c(0, NA)*x4\nf ~~ c(1, NA)*f\nx6 ~~ c(NA, 0.6)*x6"
"""With cells that are parameters of one group only."""


def sample(seed, n_observed=6):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(n_observed, 20))
    return rng.normal(size=n_observed), root @ root.T / 20


def models_of(text=TEXT, *, meanstructure=True):
    table = build_parameters(
        parse_model(text),
        options=ModelOptions(meanstructure=meanstructure),
        group_labels=("a", "b"),
    )
    return table, [LisrelModel(group_matrices(table, group)) for group in (1, 2)]


def objective_of(kind, text=TEXT, *, meanstructure=True):
    table, models = models_of(text, meanstructure=meanstructure)
    options = {"meanstructure": meanstructure, "n_free": table.n_free}
    moments = [sample(1), sample(2)]
    if kind in ("ml", "gls"):
        made = [
            MomentSample(mean, cov, w) for (mean, cov), w in zip(moments, (0.4, 0.6), strict=True)
        ]
        maker = MaximumLikelihood if kind == "ml" else GeneralizedLeastSquares
        return maker(models, made, **options)
    made = []
    for mean, cov in moments:
        vector = moment_vector(mean, cov, meanstructure=meanstructure)
        rng = np.random.default_rng(5)
        weights = rng.uniform(0.5, 2, vector.size)
        if kind == "wls":
            root = rng.normal(size=(vector.size, vector.size))
            weights = np.diag(weights) + root @ root.T / vector.size
        made.append(WeightedMoments(vector, weights, 0.5))
    return LeastSquares(models, made, **options)


@pytest.mark.parametrize("kind", ["ml", "gls", "dwls", "wls"])
@pytest.mark.parametrize("meanstructure", [True, False])
@pytest.mark.parametrize("text", [TEXT, UNEQUAL], ids=["alike", "unequal"])
def test_derivatives_agree_with_finite_differences(kind, text, meanstructure):
    objective = objective_of(kind, text, meanstructure=meanstructure)
    params = np.random.default_rng(8).uniform(0.4, 0.8, objective.n_free)
    at = objective.evaluate(params, exact=True)
    assert at.value == pytest.approx(objective.value(params), rel=1e-12)
    h = 1e-5
    for k in range(objective.n_free):
        step = h * np.eye(objective.n_free)[k]
        above, below = (objective.evaluate(params + s, exact=True) for s in (step, -step))
        assert at.gradient[k] == pytest.approx((above.value - below.value) / (2 * h), abs=1e-6)
        slope = (above.gradient - below.gradient) / (2 * h)
        np.testing.assert_allclose(at.curvature[k], slope, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", ["ml", "gls", "dwls", "wls"])
def test_exact_and_expected_curvature_coincide_where_the_model_holds(kind):
    objective = objective_of(kind)
    params = np.random.default_rng(8).uniform(0.4, 0.8, objective.n_free)
    _, models = models_of()
    moments = [model.moments(params) for model in models]
    if kind in ("ml", "gls"):
        objective = type(objective)(
            models,
            [MomentSample(m.mean, m.cov, 0.5) for m in moments],
            meanstructure=True,
            n_free=objective.n_free,
        )
    else:
        vectors = [moment_vector(m.mean, m.cov, meanstructure=True) for m in moments]
        samples = [
            WeightedMoments(v, s.weight_matrix, 0.5)
            for v, s in zip(vectors, objective.samples, strict=True)
        ]
        objective = LeastSquares(models, samples, meanstructure=True, n_free=objective.n_free)
    exact, expected = (objective.evaluate(params, exact=e) for e in (True, False))
    assert exact.value == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(exact.curvature, expected.curvature, atol=1e-10)


@pytest.mark.parametrize("kind", ["ml", "gls"])
def test_groups_in_one_stack_are_those_evaluated_alone(kind):
    table, models = models_of(UNEQUAL)
    whole = objective_of(kind, UNEQUAL)
    params = np.random.default_rng(8).uniform(0.4, 0.8, table.n_free)
    maker = MaximumLikelihood if kind == "ml" else GeneralizedLeastSquares
    alone = [
        maker([model], [MomentSample(mean, cov, w)], meanstructure=True, n_free=table.n_free)
        for model, (mean, cov), w in zip(models, (sample(1), sample(2)), (0.4, 0.6), strict=True)
    ]
    for exact in (True, False):
        at, parts = (
            whole.evaluate(params, exact=exact),
            [objective.evaluate(params, exact=exact) for objective in alone],
        )
        assert at.value == pytest.approx(sum(part.value for part in parts))
        np.testing.assert_allclose(at.gradient, sum(p.gradient for p in parts), atol=1e-12)
        np.testing.assert_allclose(at.curvature, sum(p.curvature for p in parts), atol=1e-12)


def test_value_is_infinite_where_the_implied_covariance_is_not_positive_definite():
    objective = objective_of("ml")
    params = np.full(objective.n_free, -0.5)
    assert objective.value(params) == np.inf
    assert objective.evaluate(params, exact=False).value == np.inf


def test_gls_is_undefined_for_a_singular_sample_covariance():
    singular = MomentSample(np.zeros(6), np.ones((6, 6)), 0.5)
    table, models = models_of()
    broken = GeneralizedLeastSquares(
        models, [singular, singular], meanstructure=True, n_free=table.n_free
    )
    assert broken.value(np.full(table.n_free, 0.5)) == np.inf


def test_factor():
    _, cov = sample(4)
    factored = factor(cov)
    np.testing.assert_allclose(factored.inverse @ cov, np.eye(6), atol=1e-10)
    assert factored.log_det == pytest.approx(np.linalg.slogdet(cov)[1])
    assert factor(-cov) is None
