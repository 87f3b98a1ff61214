import numpy as np
import pytest
from oracle_cases import CASES
from tolerances import bound, fit_entry

from coprod_stats.sem.inference.standardization import explained_variances, standardize

SOLVED = [name for name in CASES if name not in ("pd_sem_ml_nonlin2",)]

BY_COARSE_DIFFERENCES = ("hs_esem_geomin", "hs_esem_oblimin")
"""lavaan differentiates the rotation by steps of 0.001 through a search that stops at a gradient of
1e-5, which is 5e-3 off; tests/oracles/esem.json holds these errors by Richardson's rule."""


@pytest.fixture(scope="module")
def fitted(fit_oracle):
    return lambda name: fit_oracle(name, CASES[name])


def limit(reference):
    return bound(fit_entry(reference))


def keyed(rows):
    return {(r["lhs"], r["op"], r["rhs"], r.get("group", 1) or 1): r for r in rows}


@pytest.mark.parametrize("name", SOLVED)
@pytest.mark.parametrize(("kind", "field"), [("all", "standardized"), ("lv", "standardized_lv")])
def test_standardized_solution_and_its_errors(name, kind, field, fitted, oracle):
    reference, fit = oracle(name), fitted(name)
    solution = standardize(fit.estimate, kind)
    errors = np.sqrt(
        np.einsum("ij,jk,ik->i", solution.jacobian, fit.inference.covariance, solution.jacobian)
    )
    expected = keyed(reference[field])
    for index, row in enumerate(fit.table):
        want = expected[row.lhs, row.op, row.rhs, row.group]
        assert solution.values[index] == pytest.approx(want["est.std"], abs=limit(reference)), row
        if name not in BY_COARSE_DIFFERENCES:
            assert errors[index] == pytest.approx(want["se"], abs=limit(reference)), row
    for index, item in enumerate(fit.table.definitions):
        want = next(r for r in reference[field] if r["lhs"] == item.name)
        assert solution.defined[index] == pytest.approx(want["est.std"], abs=limit(reference))


@pytest.mark.parametrize("name", ["hs_mimic_ml", "growth_cov", "hs_path_fixedx", "hs_cfa_ml"])
def test_covariates_keep_their_units(name, fitted, oracle):
    fit = fitted(name)
    solution = standardize(fit.estimate, "nox")
    expected = keyed(oracle(name)["parameters"])
    for index, row in enumerate(fit.table):
        want = expected[row.lhs, row.op, row.rhs, row.group]["std.nox"]
        assert solution.values[index] == pytest.approx(want, abs=bound("unpolished"))


@pytest.mark.parametrize("name", ["hs_cfa_ml", "pd_sem_ml", "hs_mimic_ml", "hs_path_fixedx"])
def test_explained_variances(name, fitted, oracle):
    shares = explained_variances(fitted(name).estimate)[0]
    expected = oracle(name)["r2"]
    assert set(shares) == set(expected)
    for key, value in expected.items():
        assert shares[key] == pytest.approx(value, abs=bound("explained variance"))


def test_jacobian_agrees_with_finite_differences(fitted):
    from dataclasses import replace

    estimate = fitted("pd_sem_ml").estimate
    solution = standardize(estimate, "all")

    def at(params):
        implied = tuple(model.moments(params) for model in estimate.models)
        minimum = replace(estimate.minimum, params=params)
        return standardize(replace(estimate, minimum=minimum, implied=implied), "all").values

    h = 1e-6
    for k in range(estimate.table.n_free):
        step = h * np.eye(estimate.table.n_free)[k]
        slope = (at(estimate.params + step) - at(estimate.params - step)) / (2 * h)
        np.testing.assert_allclose(solution.jacobian[:, k], slope, atol=1e-7)
