"""Agreement of every family with R, and with statsmodels where the estimation is our own."""

import json

import numpy as np
import pandas as pd
import pytest
from regression_cases import OUTCOMES, RIGHT, ROOT
from scipy.stats import t as student
from tolerances import TOLERANCES, assert_agrees

from coprod_stats.structure.regression import regress

CLOSED = TOLERANCES["regression, closed form"].relative
ITERATED = TOLERANCES["regression, iterated"].relative
EFFECTS = TOLERANCES["marginal effects"].relative


@pytest.fixture(scope="module")
def oracle():
    content = json.loads((ROOT / "tests/oracles/regression_families.json").read_text())
    return {name.replace("_", "-"): value for name, value in content.items()}


def tolerance(family):
    return CLOSED if family == "gaussian" else ITERATED


def fit(data, family, **options):
    return regress(f"{OUTCOMES[family]} ~ {RIGHT}", data, family, **options)


def assert_errors(result, expected, family):
    np.testing.assert_allclose(result.std_error, expected, rtol=tolerance(family))


@pytest.mark.parametrize("family", OUTCOMES)
def test_estimates_agree(carers, oracle, family):
    result, expected = fit(carers, family), oracle[family]
    np.testing.assert_allclose(result.estimate, expected["estimate"], rtol=tolerance(family))
    glance = result.glance().iloc[0]
    assert_agrees(glance["log_likelihood"], expected["log_likelihood"], "regression likelihood")
    for name in ("aic", "bic", "n_obs", "sigma", "r_squared", "r_squared_adjusted", "dispersion"):
        if name in expected:
            assert_agrees(glance[name], expected[name], "regression, closed form")
    assert glance["converged"]


@pytest.mark.parametrize(
    ("family", "errors"),
    [
        *((family, "classical") for family in OUTCOMES),
        *((family, kind) for family in OUTCOMES for kind in ("HC0", "HC1")),
        *((family, k) for family in ("gaussian", "binomial", "poisson") for k in ("HC2", "HC3")),
    ],
)
def test_errors_agree(carers, oracle, family, errors):
    expected = oracle[family]
    known = expected["classical"] if errors == "classical" else expected["robust"][errors]
    assert_errors(fit(carers, family, errors=errors), known, family)


@pytest.mark.parametrize("family", OUTCOMES)
def test_clustered_errors_agree(carers, oracle, family):
    plain = fit(carers, family, errors="HC0", cluster="BLOCK")
    assert_errors(plain, oracle[family]["cluster_HC0"], family)
    n_obs, n_params = plain.n_obs, len(plain.terms)
    adjusted = fit(carers, family, errors="HC1", cluster="BLOCK")
    factor = np.sqrt((n_obs - 1) / (n_obs - n_params))
    np.testing.assert_allclose(adjusted.std_error, factor * plain.std_error, rtol=1e-12)
    if "cluster_HC1" in oracle[family]:
        assert_errors(adjusted, oracle[family]["cluster_HC1"], family)


def test_what_glm_nb_prints_agrees(carers, oracle):
    printed = oracle["negative-binomial"]["as_printed"]
    known = {"rtol": TOLERANCES["glm.nb as printed"].relative}
    result = fit(carers, "negative-binomial", errors="classical")
    np.testing.assert_allclose(result.estimate, printed["estimate"], **known)
    np.testing.assert_allclose(result.std_error, printed["classical"], **known)
    assert_agrees(result.glance()["aic"][0], printed["aic"], "glm.nb's AIC as printed")
    robust = fit(carers, "negative-binomial")
    np.testing.assert_allclose(robust.std_error, printed["sandwich"], **known)
    clustered = fit(carers, "negative-binomial", cluster="BLOCK")
    np.testing.assert_allclose(clustered.std_error, printed["cluster"], **known)


def test_polr_agrees(carers, oracle):
    result, expected = fit(carers, "ordinal"), oracle["ordinal"]["polr"]
    # polr's quasi-Newton steps end early
    assert_agrees(result.estimate, expected["estimate"], "polr as printed")
    assert_agrees(result.log_likelihood, expected["log_likelihood"], "regression, closed form")


def test_the_ordered_model_of_statsmodels_agrees(carers):
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    result = regress("DEP ~ CAGE + POSV4", carers, "ordinal", errors="classical")
    model = OrderedModel(carers["DEP"].astype(int), carers[["CAGE", "POSV4"]], distr="logit")
    peer = model.fit(method="newton", disp=False)
    thresholds = model.transform_threshold_params(peer.params.to_numpy())[1:-1]
    expected = np.concatenate([peer.params.iloc[:2], thresholds])
    np.testing.assert_allclose(result.estimate, expected, rtol=1e-6)
    np.testing.assert_allclose(result.std_error[:2], peer.bse.iloc[:2], rtol=1e-5)


@pytest.mark.parametrize("family", OUTCOMES)
def test_average_marginal_effects_agree(carers, oracle, family):
    table, expected = fit(carers, family).effects(), oracle[family]["effects"]
    order = ["CAGE", "BARTHEL", "POSV4", "EMPL", "EDU"]
    assert list(dict.fromkeys(table["term"])) == order
    assert_agrees(table["estimate"], expected["estimate"], "average marginal effects")
    np.testing.assert_allclose(table["std_error"], expected["std_error"], rtol=EFFECTS)
    clustered = oracle[family].get("effects_clustered")
    if clustered:
        table = fit(carers, family, cluster="BLOCK", errors="HC1").effects()
        np.testing.assert_allclose(table["std_error"], clustered["std_error"], rtol=EFFECTS)


@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson"])
def test_weighted_fits_agree_with_survey(carers, oracle, family):
    expected = oracle["weighted"][family]
    result = fit(carers, family, errors="HC0", weights="WEIGHT")
    np.testing.assert_allclose(result.estimate, expected["estimate"], rtol=tolerance(family))
    # survey centres the scores, whose sum is 0, and divides by n - 1
    factor = np.sqrt(result.n_obs / (result.n_obs - 1))
    assert_errors(result, np.array(expected["survey"]) / factor, family)
    effects = result.effects()
    np.testing.assert_allclose(effects["estimate"], expected["effects"]["estimate"], rtol=EFFECTS)
    np.testing.assert_allclose(
        factor * effects["std_error"], expected["effects"]["std_error"], rtol=EFFECTS
    )
    clustered = fit(carers, family, errors="HC0", weights="WEIGHT", cluster="BLOCK")
    assert_errors(clustered, expected["survey_clustered"], family)


@pytest.mark.parametrize("errors", ["HC0", "HC1", "HC2", "HC3"])
def test_weighted_least_squares_agree_with_sandwich(carers, oracle, errors):
    expected = oracle["weighted"]["gaussian"]
    result = fit(carers, "gaussian", errors=errors, weights="WEIGHT")
    assert_errors(result, expected["robust"][errors], "gaussian")
    assert_agrees(result.r_squared, expected["r_squared"], "regression likelihood")


@pytest.mark.parametrize("family", ["ordinal", "negative-binomial"])
def test_other_weighted_fits_agree(carers, oracle, family):
    expected = oracle["weighted"][family.replace("-", "_")]
    result = fit(carers, family, errors="HC0", weights="WEIGHT")
    np.testing.assert_allclose(result.estimate, expected["estimate"], rtol=ITERATED)
    assert_errors(result, expected["HC0"], family)
    if family == "ordinal":
        clustered = fit(carers, family, errors="HC0", weights="WEIGHT", cluster="BLOCK")
        assert_errors(clustered, expected["cluster_HC0"], family)
    else:
        np.testing.assert_allclose(result.dispersion, expected["dispersion"], rtol=ITERATED)


def test_tests_refer_to_t_for_gaussian_outcomes_and_to_the_normal_for_others(carers, oracle):
    linear = fit(carers, "gaussian")
    assert_agrees(linear.tidy()["p_value"], oracle["gaussian"]["p_value"], "regression p value")
    assert linear.df == linear.n_obs - len(linear.terms)
    clustered = fit(carers, "gaussian", cluster="BLOCK")
    assert clustered.df == clustered.n_clusters - 1
    row = clustered.tidy().iloc[1]
    expected = 2 * student.sf(abs(row["estimate"] / row["std_error"]), clustered.df)
    assert_agrees(row["p_value"], expected, "closed form")
    table = fit(carers, "binomial", cluster="BLOCK").tidy()
    assert np.isinf(table["df"]).all()
    half = 1.959963984540054 * table["std_error"]
    np.testing.assert_allclose(table["conf_high"] - table["estimate"], half, rtol=1e-10)


@pytest.mark.parametrize("limit", [-12, -2])
def test_a_steep_predictor_of_counts_agrees_with_statsmodels(limit):
    # with -12, the Poisson mean of some zeros is below 1e-4, without separation
    from statsmodels.api import NegativeBinomial, add_constant

    rng = np.random.default_rng(3)
    x = rng.uniform(limit, 4, 800)
    shape = 1 / 1.5
    y = rng.poisson(rng.gamma(shape, np.exp(x) / shape))
    result = regress("y ~ x", pd.DataFrame({"x": x, "y": y}), "negative-binomial")
    peer = NegativeBinomial(y, add_constant(x)).fit(method="newton", tol=1e-12, disp=False)
    assert result.converged
    np.testing.assert_allclose(
        [*result.estimate, result.dispersion, result.log_likelihood],
        [*peer.params, peer.llf],
        rtol=ITERATED,
    )
