"""Whole fits against lavaan; tests/oracles/lavaan/README.md says how exact its numbers are."""

from dataclasses import replace

import numpy as np
import pytest
from oracle_cases import CASES, ORDERED_CASES
from tolerances import bound, fit_entry

from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.fit import coefficient_df, fit_coefficients
from coprod_stats.sem.inference.standardization import standardize

UNROOTED = ("rmsea_ci_lower", "rmsea_ci_upper")
"""lavaan finds these by uniroot with its coarse default tolerance."""


FROM_BASELINE = ("baseline_", "cfi_scaled", "cfi_robust", "tli_scaled", "tli_robust")
"""The baseline model of lavaan is not polished."""


@pytest.fixture(scope="module")
def fitted(fit_oracle):
    kept = {}

    def get(name):
        if name not in kept:
            kept[name] = fit_oracle(name, CASES[name])
        return kept[name]

    return get


def tolerance(reference):
    return bound(fit_entry(reference))


def assert_close(value, expected, limit, what):
    assert abs(value - expected) <= limit * max(1.0, abs(expected)), (what, value, expected)


@pytest.mark.parametrize("name", CASES)
def test_estimates_and_standard_errors(name, fitted, oracle):
    reference, fit = oracle(name), fitted(name)
    limit = tolerance(reference)
    rows = {(r["lhs"], r["op"], r["rhs"], r.get("group", 1)): r for r in reference["parameters"]}
    for index, row in enumerate(fit.table):
        expected = rows[row.lhs, row.op, row.rhs, row.group]
        assert_close(fit.parameters.estimates[index], expected["est"], limit, row.name)
        assert_close(fit.parameters.std_errors[index], expected["se"], limit, row.name)
    for index, item in enumerate(fit.table.definitions):
        expected = next(r for r in reference["parameters"] if r["lhs"] == item.name)
        assert_close(fit.definitions.estimates[index], expected["est"], limit, item.name)
        # lavaan reports no standard error where a constraint fixes the defined parameter
        assert_close(fit.definitions.std_errors[index], expected["se"] or 0.0, limit, item.name)


@pytest.mark.parametrize("name", CASES)
def test_tests_and_fit_indices(name, fitted, oracle):
    reference, fit = oracle(name), fitted(name)
    limit = tolerance(reference)
    expected = {key.replace(".", "_"): value for key, value in reference["fit"].items()}
    for key, value in fit.indices.items():
        if expected.get(key) is None:
            continue
        if key.startswith(FROM_BASELINE):
            limit = max(limit, bound("baseline model"))
        is_interval = key.startswith(UNROOTED)
        allowed = bound("lavaan's interval of RMSEA") if is_interval else limit
        assert_close(value, expected[key], allowed, key)


NOTED = {name: {"SEM-232"} for name in ("hs_esem_geomin", "hs_esem_oblimin")}


@pytest.mark.parametrize("name", CASES)
def test_clean_solutions_have_no_findings(name, fitted):
    fit = fitted(name)
    assert fit.converged
    assert fit.is_proper
    assert {finding.code for finding in fit.findings} == NOTED.get(name, set())


def test_intervals(fitted, oracle):
    fit, limit = fitted("hs_cfa_ml"), bound("polished")
    for index, row in enumerate(oracle("hs_cfa_ml")["parameters"]):
        assert fit.parameters.ci_lower[index] == pytest.approx(row["ci.lower"], abs=limit)
        assert fit.parameters.ci_upper[index] == pytest.approx(row["ci.upper"], abs=limit)
        if row["z"] is not None:
            assert fit.parameters.statistics[index] == pytest.approx(row["z"], abs=bound("z value"))
            assert fit.parameters.p_values[index] == pytest.approx(
                row["pvalue"], abs=bound("p value")
            )
    assert np.isnan(fit.parameters.statistics[0])


@pytest.mark.parametrize(
    "name", ["hs_fiml_mlr", "hs_weights_cluster_mlr", "hs_cfa_mlm", "bfi_wlsmv"]
)
def test_coefficients_alone_are_those_of_the_whole_fit(name, fit_oracle):
    whole = fit_oracle(name, (CASES | ORDERED_CASES)[name])
    lean = fit_coefficients(whole.table, whole.data, whole.options)
    for field in ("estimates", "std_errors", "p_values", "ci_lower", "ci_upper"):
        np.testing.assert_array_equal(
            getattr(lean.parameters, field), getattr(whole.parameters, field)
        )
    solution = standardize(whole.estimate, "all")
    np.testing.assert_array_equal(lean.standardized, solution.values)
    np.testing.assert_array_equal(
        lean.standardized_errors, solution.std_errors(whole.inference.covariance)
    )
    assert lean.table is whole.table
    assert [len(s.rows) for s in lean.samples] == [len(s.rows) for s in whole.samples]
    assert (lean.is_proper, lean.findings) == (whole.is_proper, whole.findings)
    assert lean.t_df == coefficient_df(whole.inference, whole.problem)


def test_coefficients_alone_have_no_bootstrap(fitted):
    whole = fitted("hs_cfa_ml")
    options = replace(whole.options, standard_errors="bootstrap")
    with pytest.raises(SemOptionError, match="whole fit"):
        fit_coefficients(whole.table, whole.data, options)
