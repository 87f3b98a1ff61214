import numpy as np
import pytest

from coprod_stats.sem.model.lisrel import LisrelModel
from coprod_stats.sem.model.matrices import group_matrices
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters

MODELS = {
    "cfa": "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nx1 ~~ x4",
    "structural": "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ng ~ f + z\nx6 ~ z\nx6 ~~ x1",
    "higher order": "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nh =~ x7 + x8\nk =~ f + g + h",
    "path": "m ~ a*x\ny ~ b*m + x",
    "feedback": "y1 ~ y2 + x1\ny2 ~ y1 + x2\ny1 ~~ y2",
}


def model_of(text, **options):
    table = build_parameters(
        parse_model(text), options=ModelOptions(meanstructure=True, fixed_x=False, **options)
    )
    return LisrelModel(group_matrices(table, 1)), table


def random_params(model, seed=3):
    return np.random.default_rng(seed).uniform(0.2, 0.7, model.parameters.size)


def differences(function, params, h=1e-5):
    steps = h * np.eye(params.size)
    columns = [(function(params + s) - function(params - s)) / (2 * h) for s in steps]
    return np.stack(columns, axis=-1)


def normal_fit(model, params, cov, mean):
    """Minus the log-likelihood of one observation with the given moments."""
    implied = model.moments(params)
    precision = np.linalg.inv(implied.cov)
    shift = mean - implied.mean
    second = cov + np.outer(shift, shift)
    return 0.5 * (np.linalg.slogdet(implied.cov)[1] + np.trace(precision @ second))


def normal_terms(model, params, cov, mean):
    implied = model.moments(params)
    precision = np.linalg.inv(implied.cov)
    shift = mean - implied.mean
    residual = precision @ (cov + np.outer(shift, shift)) @ precision - precision
    return implied, precision, residual, precision @ shift


def sample_moments(n_observed):
    rng = np.random.default_rng(11)
    root = rng.normal(size=(n_observed, 2 * n_observed))
    return root @ root.T / n_observed, rng.normal(size=n_observed)


@pytest.mark.parametrize("name", MODELS)
def test_jacobians_agree_with_finite_differences(name):
    model, _ = model_of(MODELS[name])
    params = random_params(model)
    implied = model.moments(params)
    n_observed = implied.mean.size
    rows, columns = np.tril_indices(n_observed)
    np.testing.assert_allclose(
        model.mean_jacobian(implied),
        differences(lambda p: model.moments(p).mean, params),
        atol=1e-8,
    )
    np.testing.assert_allclose(
        model.cov_jacobian(implied, rows, columns),
        differences(lambda p: model.moments(p).cov[rows, columns], params),
        atol=1e-7,
    )


@pytest.mark.parametrize("name", MODELS)
def test_gradient_and_hessian_agree_with_finite_differences(name):
    model, _ = model_of(MODELS[name])
    params = random_params(model)
    cov, mean = sample_moments(model.matrices.n_observed)

    def gradient(p):
        implied, _, residual, shift = normal_terms(model, p, cov, mean)
        return -model.gradient(implied, by_cov=residual / 2, by_mean=shift)

    expected = differences(lambda p: np.array(normal_fit(model, p, cov, mean)), params)
    np.testing.assert_allclose(gradient(params), expected, rtol=1e-6, atol=1e-6)
    implied, precision, residual, shift = normal_terms(model, params, cov, mean)
    hessian = model.normal_hessian(implied, precision, residual, shift)
    np.testing.assert_allclose(hessian, differences(gradient, params), rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_hessian_at_the_model_is_the_expected_information(name):
    model, _ = model_of(MODELS[name])
    params = random_params(model)
    implied = model.moments(params)
    precision = np.linalg.inv(implied.cov)
    hessian = model.normal_hessian(
        implied, precision, np.zeros_like(precision), np.zeros(implied.mean.size)
    )
    np.testing.assert_allclose(hessian, model.normal_information(implied, precision), atol=1e-12)


def test_moments_equal_those_of_the_path_rules():
    model, table = model_of("f =~ x1 + x2\nf ~ z")
    values = {row.name: 0.3 + 0.1 * row.free for row in table if row.free >= 0}
    implied = model.moments(0.3 + 0.1 * np.arange(model.parameters.size))
    variance = values["f~z"] ** 2 * values["z~~z"] + values["f~~f"]
    assert implied.cov[0, 1] == pytest.approx(values["f=~x2"] * variance)
    assert implied.cov[0, 2] == pytest.approx(values["f~z"] * values["z~~z"])
    assert implied.mean[0] == pytest.approx(values["x1~1"] + values["f~z"] * values["z~1"])


def test_fixed_covariates_take_the_moments_of_the_sample():
    table = build_parameters(parse_model("y ~ x + z\ny ~ 1"))
    matrices = group_matrices(table, 1)
    cov, mean = sample_moments(3)
    filled = LisrelModel(matrices.with_exogenous(mean, cov))
    implied = filled.moments(np.ones(filled.parameters.size))
    np.testing.assert_allclose(implied.cov[1:, 1:], cov[1:, 1:])
    np.testing.assert_allclose(implied.mean[1:], mean[1:])
    plain = group_matrices(build_parameters(parse_model("f =~ x + y")), 1)
    assert plain.with_exogenous(mean, cov) is plain
