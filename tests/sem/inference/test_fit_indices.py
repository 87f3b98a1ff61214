import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, ncx2

from coprod_stats.sem.inference import fit_indices

ORACLES = Path(__file__).parents[2] / "oracles" / "semopy_vs_lavaan.json"
FITS = json.loads(ORACLES.read_text())["fits"]


@pytest.fixture(params=FITS)
def lavaan(request):
    return FITS[request.param]["fit"] | {"n_obs": FITS[request.param]["n_obs"]}


def test_indices_agree_with_lavaan_given_its_chi_square(lavaan):
    chisq, df, n_obs = lavaan["chisq"], lavaan["df"], lavaan["n_obs"]
    baseline = {"baseline_chisq": lavaan["baseline.chisq"], "baseline_df": lavaan["baseline.df"]}
    lower, upper = fit_indices.rmsea_interval(chisq, df, n_obs)
    ours = {
        "pvalue": fit_indices.chi_square_p_value(chisq, df),
        "cfi": fit_indices.cfi(chisq, df, **baseline),
        "tli": fit_indices.tli(chisq, df, **baseline),
        "rmsea": fit_indices.rmsea(chisq, df, n_obs),
        "rmsea.ci.lower": lower,
        "rmsea.ci.upper": upper,
        "rmsea.pvalue": fit_indices.rmsea_close_fit(chisq, df, n_obs),
        "aic": fit_indices.aic(lavaan["logl"], lavaan["npar"]),
        "bic": fit_indices.bic(lavaan["logl"], lavaan["npar"], n_obs),
        "bic2": fit_indices.adjusted_bic(lavaan["logl"], lavaan["npar"], n_obs),
    }
    for name, value in ours.items():
        # lavaan finds the ends of the interval by root search, 1e-8 off
        assert value == pytest.approx(lavaan[name], rel=1e-9, abs=1e-7), name


@given(st.floats(0.1, 5000), st.integers(1, 900), st.integers(30, 10_000))
def test_ends_of_the_rmsea_interval_put_five_percent_beyond_chi_square(chisq, df, n_obs):
    lower, upper = (n_obs * df * end**2 for end in fit_indices.rmsea_interval(chisq, df, n_obs))
    assert lower <= upper
    if lower > 1e-6:
        assert ncx2.sf(chisq, df, lower) == pytest.approx(0.05, abs=1e-6)
    elif lower == 0:
        assert chi2.sf(chisq, df) >= 0.05 - 1e-9
    if upper > 1e-6:
        assert ncx2.cdf(chisq, df, upper) == pytest.approx(0.05, abs=1e-6)


def test_a_saturated_model_fits_perfectly_and_is_not_tested():
    baseline = {"baseline_chisq": 50.0, "baseline_df": 3}
    assert fit_indices.cfi(0.0, 0, **baseline) == 1
    assert fit_indices.tli(0.0, 0, **baseline) == 1
    assert fit_indices.rmsea(0.0, 0, 100) == 0
    assert fit_indices.rmsea_interval(0.0, 0, 100) == (0, 0)
    assert math.isnan(fit_indices.rmsea_close_fit(0.0, 0, 100))
    assert math.isnan(fit_indices.chi_square_p_value(0.0, 0))


def test_a_baseline_without_degrees_of_freedom_leaves_tli_undefined():
    assert math.isnan(fit_indices.tli(1.0, 1, baseline_chisq=0.0, baseline_df=0))


def test_a_model_worse_than_independence_has_no_comparative_fit():
    assert fit_indices.cfi(90.0, 5, baseline_chisq=50.0, baseline_df=10) == 0


def test_groups_multiply_the_square_of_rmsea():
    one = fit_indices.rmsea(80.0, 40, 200)
    assert fit_indices.rmsea(80.0, 40, 200, n_groups=2) == pytest.approx(one * math.sqrt(2))


def test_srmr_by_hand():
    sample = np.array([[4.0, 1.0], [1.0, 9.0]])
    implied = np.array([[4.0, 0.4], [0.4, 9.0]])
    # one residual of three: ((1 - .4) / (2 * 3))² / 3
    assert fit_indices.srmr(sample, implied) == pytest.approx(math.sqrt(0.01 / 3))
