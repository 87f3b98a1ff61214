"""The closed form of the independence model against its fit."""

from dataclasses import replace

import numpy as np
import pytest
from oracle_cases import CASES

from coprod_stats.sem.inference.global_fit import fit_baseline
from coprod_stats.sem.inference.independence import independence_test
from coprod_stats.sem.inference.infer import infer


@pytest.mark.parametrize(
    "name", ["hs_cfa_ml", "hs_cfa_ml_wishart", "hs_mimic_ml", "hs_path_randomx", "hs_mg_scalar"]
)
def test_closed_form_is_the_fitted_model(name, fit_oracle):
    result = fit_oracle(name, CASES[name])
    known = independence_test(result.problem)
    null = fit_baseline(result.problem)
    fitted = infer(null, tests_only=True)
    assert known.df == fitted.df
    assert known.test.statistic == pytest.approx(fitted.test.statistic, rel=1e-12)
    assert known.test.p_value == pytest.approx(fitted.test.p_value, abs=1e-12)


def test_none_without_closed_form(fit_oracle):
    result = fit_oracle("hs_cfa_mlr", CASES["hs_cfa_mlr"])
    assert independence_test(result.problem) is None
    plain = fit_oracle("hs_cfa_ml", CASES["hs_cfa_ml"])
    (sample,) = plain.samples
    singular = replace(sample, cov=np.ones_like(sample.cov))
    assert independence_test(replace(plain.problem, samples=(singular,))) is None
