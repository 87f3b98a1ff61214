"""Whole fits to ordered and mixed data against lavaan."""

import numpy as np
import pytest
from oracle_cases import ORDERED_CASES
from tolerances import bound

from coprod_stats.sem.compare import difference_test
from coprod_stats.sem.errors import SemDataError, SemOptionError
from coprod_stats.sem.fit import fit
from coprod_stats.sem.inference.standardization import explained_variances, standardize
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.sample import SemData

TOLERANCE = bound("ordered")
# lavaan finds these by uniroot with its coarse default tolerance
UNROOTED = ("rmsea_ci_lower", "rmsea_ci_upper")


@pytest.fixture(scope="module")
def fitted(fit_oracle):
    kept = {}

    def get(name):
        if name not in kept:
            kept[name] = fit_oracle(name, ORDERED_CASES[name])
        return kept[name]

    return get


def assert_close(value, expected, what, limit=TOLERANCE):
    assert abs(value - expected) <= limit * max(1.0, abs(expected)), (what, value, expected)


def rows_of(reference):
    rows = {(r["lhs"], r["op"], r["rhs"], r.get("group", 1)): r for r in reference["parameters"]}
    turned = {(rhs, op, lhs, g): r for (lhs, op, rhs, g), r in rows.items() if op == "~~"}
    return turned | rows


@pytest.mark.parametrize("name", ORDERED_CASES)
def test_estimates_and_standard_errors(name, fitted, oracle):
    rows, fit = rows_of(oracle(name)), fitted(name)
    for index, row in enumerate(fit.table):
        expected = rows[row.lhs, row.op, row.rhs, row.group]
        assert_close(fit.parameters.estimates[index], expected["est"], row.name)
        assert_close(fit.parameters.std_errors[index], expected["se"], row.name)
    for index, item in enumerate(fit.table.definitions):
        expected = next(row for key, row in rows.items() if key[0] == item.name)
        assert_close(fit.definitions.estimates[index], expected["est"], item.name)
        assert_close(fit.definitions.std_errors[index], expected["se"], item.name)


@pytest.mark.parametrize("name", ORDERED_CASES)
def test_tests_and_fit_indices(name, fitted, oracle):
    fit = fitted(name)
    expected = {key.replace(".", "_"): value for key, value in oracle(name)["fit"].items()}
    for key, value in fit.indices.items():
        if expected.get(key) is not None:
            is_interval = key.startswith(UNROOTED)
            limit = bound("lavaan's interval of RMSEA") if is_interval else TOLERANCE
            assert_close(value, expected[key], key, limit)
    wanted = {"chisq", "df", "cfi", "tli", "rmsea", "srmr", "baseline_chisq", "npar", "fmin"}
    wanted |= {"chisq_scaled", "cfi_scaled", "rmsea_scaled", "chisq_scaling_factor"}
    wanted |= {"cfi_robust", "rmsea_robust"}
    assert all(key in fit.indices for key in wanted if expected.get(key) is not None)


@pytest.mark.parametrize("name", ORDERED_CASES)
@pytest.mark.parametrize("kind", ["lv", "all", "nox"])
def test_standardized_solutions(name, kind, fitted, oracle):
    rows, fit = rows_of(oracle(name)), fitted(name)
    solution = standardize(fit.estimate, kind)
    for index, row in enumerate(fit.table):
        expected = rows[row.lhs, row.op, row.rhs, row.group][f"std.{kind}"]
        if expected is not None:
            assert_close(solution.values[index], expected, row.name)


@pytest.mark.parametrize("name", ORDERED_CASES)
def test_standard_errors_of_standardized_solutions(name, fitted, oracle):
    fit = fitted(name)
    rows = {
        (r["lhs"], r["op"], r["rhs"], r.get("group", 1)): r for r in oracle(name)["standardized"]
    }
    solution = standardize(fit.estimate, "all")
    cov = fit.inference.covariance
    errors = np.sqrt(np.einsum("ij,jk,ik->i", solution.jacobian, cov, solution.jacobian))
    for index, row in enumerate(fit.table):
        expected = rows.get((row.lhs, row.op, row.rhs, row.group))
        if expected is not None and expected["se"] is not None:
            assert_close(errors[index], expected["se"], row.name)


@pytest.mark.parametrize("name", ["hs_ord4_wlsmv", "bfi_mimic_wlsmv", "hs_dich_wlsmv_theta"])
def test_explained_variances(name, fitted, oracle):
    (shares,) = explained_variances(fitted(name).estimate)
    for item, share in oracle(name)["r2"].items():
        assert_close(shares[item], share, item)


@pytest.mark.parametrize("name", ORDERED_CASES)
def test_solutions_are_proper(name, fitted):
    fit = fitted(name)
    assert fit.converged
    assert fit.is_proper
    assert {finding.code for finding in fit.findings} <= {"SEM-211"}


def answers(n_obs=400, seed=5):
    rng = np.random.default_rng(seed)
    factor, x = rng.normal(size=(2, n_obs, 1))
    latent = 0.8 * (factor + 0.4 * x) + 0.6 * rng.normal(size=(n_obs, 4))
    return np.column_stack([np.digitize(latent, [-0.8, 0.4]), x])


NAMES = ("y1", "y2", "y3", "y4", "x")
MODEL = "f =~ y1 + y2 + y3 + y4"
WLSMV = FitOptions("WLSMV", ordered="all")


def test_weights_and_clusters_enter_standard_errors():
    values = answers()
    rng = np.random.default_rng(1)
    weights, clusters = rng.uniform(0.5, 2, 400), rng.integers(0, 60, 400)
    plain = fit(MODEL, SemData(values, NAMES), WLSMV)
    equal = fit(MODEL, SemData(values, NAMES, weights=np.full(400, 2.5)), WLSMV)
    clustered = fit(MODEL, SemData(values, NAMES, clusters=clusters), WLSMV)
    weighted = fit(MODEL, SemData(values, NAMES, weights=weights), WLSMV)
    np.testing.assert_allclose(equal.estimate.params, plain.estimate.params, atol=1e-9)
    np.testing.assert_allclose(equal.inference.covariance, plain.inference.covariance, rtol=1e-7)
    np.testing.assert_array_equal(clustered.estimate.params, plain.estimate.params)
    assert clustered.indices["chisq"] == plain.indices["chisq"]
    assert clustered.indices["chisq_scaled"] != plain.indices["chisq_scaled"]
    assert abs(weighted.estimate.params - plain.estimate.params).max() > 1e-3


def test_few_clusters_withhold_a_test_that_is_adjusted_for_its_variance():
    clusters = np.repeat(np.arange(8), 50)
    by_mean = fit(
        MODEL, SemData(answers(), NAMES, clusters=clusters), FitOptions("WLSM", ordered="all")
    )
    assert by_mean.indices["chisq_scaled"] != by_mean.indices["chisq"]
    assert "corrected for its mean alone" in by_mean.findings[0].message
    fitted = fit(MODEL, SemData(answers(), NAMES, clusters=clusters), WLSMV)
    assert "chisq_scaled" not in fitted.indices
    # the uncorrected statistic is no chi-square: it must not pass for a test
    assert {"pvalue", "baseline_pvalue", "cfi", "tli", "rmsea"}.isdisjoint(fitted.indices)
    assert fitted.indices["srmr"] == fit(MODEL, SemData(answers(), NAMES), WLSMV).indices["srmr"]
    assert [finding.code for finding in fitted.findings] == ["SEM-202"]


def test_covariates_stay_numbers():
    fitted = fit(MODEL + "\nf ~ x", SemData(answers(), NAMES), WLSMV)
    assert fitted.table.ordered == NAMES[:4]
    assert fitted.ledger["ordered"] == ("all", "y1, y2, y3, y4")


@pytest.mark.parametrize("parameterization", ["delta", "theta"])
def test_an_ordered_outcome(parameterization):
    options = FitOptions(
        "WLSMV", ordered="all", model=ModelOptions(parameterization=parameterization)
    )
    text = "f =~ y1 + y2 + y3\ny4 ~ f + x\nf ~ x"
    fitted = fit(text, SemData(answers(), NAMES), options)
    assert fitted.is_proper
    indicator = fit("f =~ y1 + y2 + y3 + y4\nf ~ x\ny4 ~ x", SemData(answers(), NAMES), options)
    assert fitted.indices["chisq"] == pytest.approx(indicator.indices["chisq"], rel=1e-8)
    place = [row.name for row in fitted.table].index("y4~f")
    loading = [row.name for row in indicator.table].index("f=~y4")
    standard, other = (standardize(f.estimate, "all") for f in (fitted, indicator))
    assert standard.values[place] == pytest.approx(other.values[loading], rel=1e-7)
    np.testing.assert_allclose(
        standard.jacobian[place] @ fitted.inference.covariance @ standard.jacobian[place],
        other.jacobian[loading] @ indicator.inference.covariance @ other.jacobian[loading],
        rtol=1e-6,
    )


def test_row_and_item_order_are_irrelevant():
    values = answers()
    one = fit(MODEL, SemData(values, NAMES), WLSMV)
    order = np.random.default_rng(3).permutation(400)
    two = fit("f =~ y1 + y4 + y3 + y2", SemData(values[order], NAMES), WLSMV)
    assert one.indices["chisq_scaled"] == pytest.approx(two.indices["chisq_scaled"], rel=1e-9)
    assert one.indices["cfi_robust"] == pytest.approx(two.indices["cfi_robust"], rel=1e-9)


def test_a_repeated_item_is_no_clean_success():
    values = answers()
    values[:, 1] = values[:, 0]
    fitted = fit(MODEL, SemData(values, NAMES), WLSMV)
    assert not fitted.is_proper
    found = {finding.code: finding.parameters for finding in fitted.findings}
    assert found["SEM-118"] == ("y1", "y2")


def test_a_model_without_degrees_of_freedom():
    fitted = fit("f =~ y1 + y2 + y3", SemData(answers(), NAMES), WLSMV)
    assert fitted.is_proper
    assert fitted.indices["df"] == 0
    assert fitted.indices["chisq"] == pytest.approx(0, abs=1e-10)
    assert fitted.indices["rmsea"] == 0


@pytest.mark.parametrize("text", ["y1 ~~ 1*y1", "y1 ~ x", "y1 ~~ y2"])
def test_the_smallest_models(text):
    fitted = fit(text, SemData(answers(), NAMES), WLSMV)
    assert fitted.is_proper
    assert fitted.indices["df"] == 0
    assert fitted.indices["chisq"] == pytest.approx(0, abs=1e-10)


def test_infinite_answers_are_refused():
    values = answers()
    values[4, 2] = np.inf
    with pytest.raises(SemDataError, match=r"OBS-002.*\(y3\)"):
        fit(MODEL, SemData(values, NAMES), WLSMV)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"estimator": "ML", "ordered": "all"}, "ordered variables need WLSMV"),
        ({"estimator": "WLSMV", "ordered": ("y9",)}, "no observed variable 'y9'"),
        ({"estimator": "ML", "missing": "pairwise"}, "pairwise"),
        ({"estimator": "WLSMV", "ordered": "all", "information": "observed"}, "observed"),
        ({"model": ModelOptions(parameterization="theta")}, "theta"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, message):
    with pytest.raises(SemOptionError, match=message):
        fit(MODEL, SemData(answers(), NAMES), FitOptions(**options))


def test_nothing_ordered_to_explain_is_refused():
    with pytest.raises(SemOptionError, match="no ordered variable"):
        fit("x ~ y1", SemData(answers(), NAMES), FitOptions("WLSMV", ordered=("y1",)))


@pytest.mark.parametrize("estimator", ["DWLS", "WLS", "ULS"])
def test_clusters_need_robust_standard_errors(estimator):
    data = SemData(answers(), NAMES, clusters=np.arange(400))
    with pytest.raises(SemOptionError, match="use WLSMV"):
        fit(MODEL, data, FitOptions(estimator, ordered="all"))


def test_an_ordered_mediator_is_the_same_under_delta_and_theta():
    text = "f =~ y1 + y2 + y3\ny4 ~ f + x\nf ~ x\ny3 ~ y4"
    delta, theta = (
        fit(
            text,
            SemData(answers(), NAMES),
            FitOptions("WLSMV", "all", model=ModelOptions(parameterization=kind)),
        )
        for kind in ("delta", "theta")
    )
    for key in ("chisq", "chisq_scaled", "df", "srmr"):
        assert delta.indices[key] == pytest.approx(theta.indices[key], rel=1e-7)
    one, two = (standardize(fitted.estimate, "all") for fitted in (delta, theta))
    rows = [index for index in delta.table.free_rows if delta.table.rows[index].op != "|"]
    np.testing.assert_allclose(one.values[rows], two.values[rows], rtol=1e-6)
    spread = [
        np.diag(s.jacobian[rows] @ fitted.inference.covariance @ s.jacobian[rows].T)
        for s, fitted in ((one, delta), (two, theta))
    ]
    np.testing.assert_allclose(*spread, rtol=1e-5)


def test_wls_needs_more_cases_than_statistics():
    with pytest.raises(SemDataError, match="WLS"):
        fit(MODEL, SemData(answers(12), NAMES), FitOptions("WLS", ordered="all"))


def test_empty_categories_are_named_with_their_group():
    values = answers()
    groups = np.repeat([0, 1], 200)
    values[:200, 2] = np.minimum(values[:200, 2], 1)
    data = SemData(values, NAMES, groups=groups, group_labels=("a", "b"))
    with pytest.raises(SemDataError, match=r"OBS-011: group 'a': .*rank: 3.*\(y3\)"):
        fit(MODEL, data, WLSMV)


def test_an_item_with_one_answer_is_named():
    values = answers()
    values[:, 1] = 2.0
    with pytest.raises(SemDataError, match=r"OBS-010.*\(y2\)"):
        fit(MODEL, SemData(values, NAMES), WLSMV)


def test_difference_between_invariance_models(fitted, oracle):
    rows = oracle("hs_ord4_mg_anova")["anova"]["table"]
    test = difference_test(fitted("hs_ord4_mg_thr_load"), fitted("hs_ord4_mg_thresholds"))
    assert_close(test.statistic, rows[1]["Chisq.diff"], "statistic")
    assert test.df == rows[1]["Df.diff"]
    assert test.p_value == pytest.approx(rows[1]["Pr..Chisq."], rel=10 * TOLERANCE)
