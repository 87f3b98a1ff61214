from dataclasses import replace

import numpy as np
import pytest
from oracle_cases import CASES
from tolerances import bound

from coprod_stats.sem.compare import difference_test, release_tests, wald
from coprod_stats.sem.errors import SemDataError, SemModelError, SemOptionError
from coprod_stats.sem.inference.difference_tests import (
    plain_difference,
    satorra_2000,
    scaled_difference,
)

LADDER = ("configural", "metric", "scalar", "strict")


@pytest.fixture(scope="module")
def fitted(fit_oracle):
    kept = {}

    def get(name):
        if name not in kept:
            kept[name] = fit_oracle(name, CASES[name])
        return kept[name]

    return get


@pytest.mark.parametrize(
    ("file", "key", "suffix", "method"),
    [
        ("hs_mg_anova_ml", "anova", "", "default"),
        ("hs_mg_anova_mlr", "anova", "_mlr", "default"),
        ("hs_mg_anova_mlr", "anova_sb2010", "_mlr", "2010"),
    ],
)
def test_invariance_ladder(file, key, suffix, method, fitted, oracle):
    rows = oracle(file)[key]["table"]
    for place in range(1, len(LADDER)):
        freer, restricted = (fitted(f"hs_mg_{LADDER[i]}{suffix}") for i in (place - 1, place))
        test = difference_test(restricted, freer, method=method)
        assert test.statistic == pytest.approx(rows[place]["Chisq.diff"], rel=bound("polished"))
        assert test.df == rows[place]["Df.diff"]
        assert test.p_value == pytest.approx(
            rows[place]["Pr..Chisq."], rel=bound("release and Wald tests")
        )


def test_plain_difference_of_scaled_models(fitted):
    freer, restricted = fitted("hs_mg_configural_mlr"), fitted("hs_mg_metric_mlr")
    test = difference_test(restricted, freer, method="plain")
    assert test.statistic == pytest.approx(8.19220032344296)


def test_a_factor_that_is_not_positive_gives_no_test():
    plain = plain_difference(10.0, 5, 4.0, 3)
    test = scaled_difference(plain, df0=5, df1=3, factor0=0.5, factor1=1.5)
    assert np.isnan(test.statistic)


def test_equal_models_are_not_scaled():
    plain = plain_difference(10.0, 5, 10.0, 5)
    assert scaled_difference(plain, df0=5, df1=5, factor0=1.2, factor1=1.5) is plain
    one = np.eye(1)
    same = satorra_2000(plain, [], information=one, basis1=one, jacobians0=[], basis0=one)
    assert same is plain


@pytest.mark.parametrize("name", ["hs_mg_scalar", "hs_mg_scalar_mlr"])
def test_release_of_equal_parameters(name, fitted, oracle):
    extra = oracle(name)["extra"]
    single, total = release_tests(fitted(name))
    limit = bound("release and Wald tests")
    for got, want in zip(single, extra["score"], strict=True):
        assert f".p{got.first + 1}." == want["lhs"]
        assert f".p{got.second + 1}." == want["rhs"]
        assert got.test.statistic == pytest.approx(want["X2"], rel=limit)
    assert total.statistic == pytest.approx(extra["score_total"][0]["X2"], rel=limit)
    assert total.df == extra["score_total"][0]["df"]


def test_release_and_wald_in_one_group(fitted, oracle):
    extra = oracle("pd_sem_ml_constr")["extra"]
    fit = fitted("pd_sem_ml_constr")
    single, _ = release_tests(fit)
    limit = bound("release and Wald tests")
    for got, want in zip(single, extra["score"], strict=True):
        assert got.test.statistic == pytest.approx(want["X2"], rel=10 * limit, abs=limit)
    test = wald(fit, "p == q")
    assert test.statistic == pytest.approx(extra["wald_p_eq_q"]["stat"], rel=limit)
    assert test.df == 1


def test_wald_of_a_nonlinear_equation(fitted):
    fit = fitted("pd_sem_ml_constr")
    place = next(i for i, d in enumerate(fit.table.definitions) if d.name == "ind")
    test = wald(fit, "p*q == 0")
    assert test.statistic == pytest.approx(fit.definitions.statistics[place] ** 2, rel=1e-8)


def test_what_cannot_be_compared(fitted):
    metric, configural = fitted("hs_mg_metric"), fitted("hs_mg_configural")
    with pytest.raises(SemOptionError, match="fewer degrees"):
        difference_test(configural, metric)
    with pytest.raises(SemOptionError, match="different methods"):
        difference_test(fitted("hs_mg_metric_mlr"), configural)
    with pytest.raises(SemOptionError, match="needs models with a scaled test"):
        difference_test(metric, configural, method="2001")
    with pytest.raises(SemDataError, match="different variables"):
        difference_test(fitted("pd_sem_ml_constr"), fitted("hs_cfa_ml"))
    robust = [fitted(f"hs_mg_{step}_mlr") for step in ("metric", "configural")]
    withheld = [replace(fit, inference=replace(fit.inference, scaled=None)) for fit in robust]
    with pytest.raises(SemOptionError, match="withheld"):
        difference_test(*withheld)
    with pytest.raises(SemOptionError, match="holds no parameters equal"):
        release_tests(configural)
    with pytest.raises(SemOptionError, match="no equation"):
        wald(metric, "a > 2")
    with pytest.raises(SemModelError, match="neither the label"):
        wald(metric, "nothing == 2")
