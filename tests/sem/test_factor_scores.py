"""Factor scores against lavaan's lavPredict()."""

import numpy as np
import pytest
from oracle_cases import CASES
from tolerances import bound

from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.factor_scores import factor_scores
from coprod_stats.sem.fit import fit
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.sample import SemData


@pytest.mark.parametrize(
    ("name", "method"),
    [
        (name, method)
        for name in ("hs_cfa_ml", "hs_fiml", "pd_sem_ml", "growth_linear")
        for method in ("regression", "bartlett")
        if (name, method) != ("growth_linear", "bartlett")
    ],
)
def test_first_cases(name, method, fit_oracle, oracle):
    field = {"regression": "regression", "bartlett": "Bartlett"}[method]
    expected = oracle(name)[f"fscores_{field}_first30"]
    scored = factor_scores(fit_oracle(name, CASES[name]), method)
    assert list(scored.latent) == expected["cols"]
    is_polished = oracle(name)["rel_tol"] == "newton-polished"
    limit = bound("factor scores" if is_polished else "unpolished")
    wanted = np.array(expected["values"], dtype=float)
    np.testing.assert_allclose(scored.scores[:30], wanted, rtol=limit, atol=limit)


def simulated(rng, n=200):
    f = rng.normal(size=n)
    x = rng.normal(size=n)
    items = f[:, None] * [1, 0.8, 0.6] + rng.normal(size=(n, 3)) * 0.6 + 2.0
    items[:, 2] += 0.5 * x
    return SemData(np.column_stack([items, x]), ("y1", "y2", "y3", "x"))


MODEL = "f =~ y1 + y2 + y3\nf ~ x\ny3 ~ x"
MEANS = FitOptions(model=ModelOptions(meanstructure=True))


def test_regression_scores_reproduce_the_structural_slope():
    fitted = fit(MODEL, simulated(np.random.default_rng(1)), MEANS)
    scores = factor_scores(fitted).scores[:, 0]
    x = fitted.samples[0].data[:, 3]
    slope = fitted.parameters.estimates[[r.name for r in fitted.table].index("f~x")]
    assert np.cov(x, scores, bias=True)[0, 1] / x.var() == pytest.approx(slope, abs=1e-8)


def test_bartlett_scores_solve_the_normal_equations_with_a_direct_effect():
    fitted = fit(MODEL, simulated(np.random.default_rng(2)), MEANS)
    value = dict(zip([r.name for r in fitted.table], fitted.parameters.estimates, strict=True))
    data = fitted.samples[0].data
    names = ("y1", "y2", "y3")
    loadings = np.array([value[f"f=~{name}"] for name in names])
    residual = np.array([value[f"{name}~~{name}"] for name in names])
    outcome = data[:, :3] - [value[f"{name}~1"] for name in names]
    outcome[:, 2] -= value["y3~x"] * data[:, 3]
    expected = outcome @ (loadings / residual) / (loadings**2 / residual).sum()
    scores = factor_scores(fitted, "bartlett").scores[:, 0]
    np.testing.assert_allclose(scores, expected, atol=1e-10)


def test_rows_without_use_and_unsolvable_patterns_are_nan():
    data = simulated(np.random.default_rng(3))
    data.values[0, :3] = np.nan
    data.values[1] = np.nan
    fitted = fit("f =~ y1 + y2 + y3\nf ~ x", data, FitOptions(missing="fiml"))
    scores, bartlett = factor_scores(fitted).scores, factor_scores(fitted, "bartlett").scores
    assert np.isnan(scores[:, 0]).nonzero()[0].tolist() == [1]
    assert np.isnan(bartlett[:, 0]).nonzero()[0].tolist() == [0, 1]


def test_a_single_indicator_is_its_own_bartlett_score():
    data = simulated(np.random.default_rng(4))
    fitted = fit("f =~ y1 + y2 + y3\ng =~ x", data, MEANS)
    scores = factor_scores(fitted, "bartlett").scores
    np.testing.assert_allclose(
        scores[:, 1], data.values[:, 3] - data.values[:, 3].mean(), atol=1e-8
    )


def test_refusals(fit_oracle):
    data = simulated(np.random.default_rng(5))
    with pytest.raises(SemOptionError, match="no latent variable"):
        factor_scores(fit("y1 ~ x", data))
    with pytest.raises(SemOptionError, match="unknown 'thurstone'"):
        factor_scores(fit(MODEL, data), "thurstone")
    second = fit_oracle("hs_cfa_secondorder", CASES["hs_cfa_secondorder"])
    with pytest.raises(SemOptionError, match="'g'; use regression"):
        factor_scores(second, "bartlett")
    ordered = SemData(np.clip(np.round(data.values), 0, 3), data.names)
    options = FitOptions(estimator="WLSMV", ordered="all")
    categorical = fit("f =~ y1 + y2 + y3", ordered, options)
    with pytest.raises(SemOptionError, match="ordered variables have 'ebm' scores"):
        factor_scores(categorical, "bartlett")
    with pytest.raises(SemOptionError, match="ordered variables have 'ebm' scores"):
        factor_scores(fit(MODEL, data), "ebm")
