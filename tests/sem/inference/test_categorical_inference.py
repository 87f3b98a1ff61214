import numpy as np
import pytest

from coprod_stats.sem.inference.categorical_inference import categorical_inference
from coprod_stats.sem.inference.categorical_ml import categorical_ml
from coprod_stats.sem.inference.scaled_statistics import (
    mean_adjusted,
    mean_and_variance_adjusted,
    scaled_shifted,
)

SCHOOL = {"group": "school"}
CASES = {
    "hs_ord4_wlsmv": {},
    "hs_ord4_wlsm": {},
    "hs_ord4_dwls": {},
    "hs_ord4_wls": {"weight_matrix": "WLS"},
    "hs_ord4_uls": {"weight_matrix": "ULS"},
    "hs_ord4_ulsmv": {"weight_matrix": "ULS"},
    "hs_dich_wlsmv": {},
    "hs_dich_wlsmv_theta": {"parameterization": "theta"},
    "bfi_wlsmv": {},
    "bfi_wlsmv_pairwise": {},
    "bfi_sem_wlsmv": {},
    "bfi_mixed_wlsmv": {"ordered": tuple(f"{s}{i}" for s in "AC" for i in range(1, 6))},
    "bfi_mimic_wlsmv": {"covariates": ("female", "age")},
    "hs_ord4_mg_configural": SCHOOL,
    "hs_ord4_mg_thresholds": {**SCHOOL, "group_equal": ("thresholds",)},
    "hs_ord4_mg_thr_load": {**SCHOOL, "group_equal": ("thresholds", "loadings")},
    "bfi_mg_wlsmv": {"group": "gender", "group_equal": ("thresholds", "loadings")},
    "hs_ord4_measEq_configural": {**SCHOOL, "parameterization": "theta"},
    "hs_ord4_measEq_thresholds": {**SCHOOL, "parameterization": "theta"},
    "hs_ord4_measEq_loadings": {**SCHOOL, "parameterization": "theta"},
    "hs_ord4_measEq_intercepts": {**SCHOOL, "parameterization": "theta"},
}

# lavaan stops each polychoric correlation at a relative change of 1e-10 in its likelihood; what
# follows from them inherits about 1e-7
TOLERANCE = 1e-6


def relative(actual, desired):
    return abs(actual - desired) / max(1.0, abs(desired))


def reference_values(reference, table, column):
    rows = {}
    for row in reference["parameters"]:
        group = row.get("group", 1)
        rows[row["lhs"], row["op"], row["rhs"], group] = row[column]
        if row["op"] == "~~":
            rows[row["rhs"], row["op"], row["lhs"], group] = row[column]
    free = [table.rows[index] for index in table.free_rows]
    return np.array([rows[row.lhs, row.op, row.rhs, row.group] for row in free])


@pytest.mark.parametrize("name", CASES)
def test_estimates_and_standard_errors_agree_with_lavaan(name, oracle, ordered_fit):
    reference, fit = oracle(name), ordered_fit(name, **CASES[name])
    assert fit.minimum.converged
    estimates = reference_values(reference, fit.table, "est")
    np.testing.assert_allclose(fit.params, estimates, rtol=TOLERANCE, atol=TOLERANCE)
    inference = categorical_inference(fit)
    is_robust = len(reference["test"]) > 1
    cov = inference.robust_cov if is_robust else inference.standard_cov
    errors = reference_values(reference, fit.table, "se")
    np.testing.assert_allclose(np.sqrt(np.diag(cov)), errors, rtol=TOLERANCE, atol=TOLERANCE)


def corrected(test, kind):
    if kind == "satorra.bentler":
        return mean_adjusted(test.statistic, test.df, test.trace)
    return scaled_shifted(test.statistic, test.df, test.trace, test.trace_of_square)


@pytest.mark.parametrize("name", CASES)
def test_tests_agree_with_lavaan(name, oracle, ordered_fit):
    reference, fit = oracle(name), ordered_fit(name, **CASES[name])
    inference = categorical_inference(fit)
    expected = reference["fit"]
    assert inference.model.df == expected["df"]
    assert inference.baseline.df == expected["baseline.df"]
    assert relative(inference.model.statistic, expected["chisq"]) < TOLERANCE
    assert relative(inference.baseline.statistic, expected["baseline.chisq"]) < TOLERANCE
    for kind, numbers in reference["test"].items():
        if kind == "standard":
            continue
        scaled = corrected(inference.model, kind)
        assert relative(scaled.statistic, numbers["stat"]) < TOLERANCE
        assert relative(scaled.scaling_factor, numbers["scaling.factor"]) < TOLERANCE
        assert scaled.p_value == pytest.approx(numbers["pvalue"], rel=1e-4, abs=1e-12)
        baseline = corrected(inference.baseline, kind)
        assert relative(baseline.statistic, expected["baseline.chisq.scaled"]) < TOLERANCE


@pytest.mark.parametrize("name", CASES)
def test_robust_indices_agree_with_lavaan(name, oracle, ordered_fit):
    reference, fit = oracle(name), ordered_fit(name, **CASES[name])
    expected = reference["fit"]
    ml = categorical_ml(fit, categorical_inference(fit))
    if expected.get("cfi.robust") is None:
        # lavaan has none for standard tests and under equality across groups
        assert ml is None or len(reference["test"]) == 1 or len(fit.models) > 1
        return
    excess = ml.statistic - ml.scaling_factor * fit.df
    baseline_excess = ml.baseline_statistic - ml.baseline_scaling_factor * ml.baseline_df
    assert relative(1 - excess / baseline_excess, expected["cfi.robust"]) < TOLERANCE
    n = fit.n_obs - len(fit.models)
    squared = len(fit.models) * (ml.statistic / ml.df - ml.scaling_factor) / n
    assert relative(np.sqrt(squared), expected["rmsea.robust"]) < TOLERANCE


def test_theta_and_delta_describe_the_same_model(ordered_fit):
    delta, theta = (
        ordered_fit(name, **CASES[name]) for name in ("hs_dich_wlsmv", "hs_dich_wlsmv_theta")
    )
    assert theta.chisq == pytest.approx(delta.chisq, rel=1e-10)
    first, second = categorical_inference(delta), categorical_inference(theta)
    assert second.model.trace == pytest.approx(first.model.trace, rel=1e-8)


def test_independent_cases_are_clusters_of_one(ordered_fit):
    fit = ordered_fit("hs_ord4_wlsmv")
    plain = categorical_inference(fit)
    alone = categorical_inference(fit, clusters=[np.arange(301)])
    np.testing.assert_allclose(alone.robust_cov, plain.robust_cov * 301 / 300, rtol=1e-9)
    assert alone.model.statistic == plain.model.statistic
    assert alone.model.trace == pytest.approx(plain.model.trace * 301 / 300, rel=1e-10)


def test_corrections_coincide_where_the_weights_are_right():
    # all eigenvalues one: nothing to correct
    for scaled in (
        mean_adjusted(31.0, 20, 20.0),
        mean_and_variance_adjusted(31.0, 20.0, 20.0),
        scaled_shifted(31.0, 20, 20.0, 20.0),
    ):
        assert scaled.statistic == pytest.approx(31.0)
        assert scaled.df == pytest.approx(20)
        assert scaled.scaling_factor == pytest.approx(1)
        assert scaled.p_value == pytest.approx(0.055190456, abs=1e-8)


def test_wls_has_the_eigenvalues_of_a_chi_square(ordered_fit):
    inference = categorical_inference(ordered_fit("hs_ord4_wls", weight_matrix="WLS"))
    assert inference.model.trace == pytest.approx(24, rel=1e-8)
    assert inference.model.trace_of_square == pytest.approx(24, rel=1e-8)
    np.testing.assert_allclose(inference.robust_cov, inference.standard_cov, rtol=1e-6)
