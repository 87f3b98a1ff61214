"""Every field of every reference file of lavaan is compared with a fit made here.

Estimates, standard errors, tests and indices are in test_fit.py and test_fit_ordered.py; this file
holds what hangs on them: z, p and intervals, standardized solutions, explained variances, implied
and sample moments, the covariance matrix of the estimates, and counts of modification indices.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from oracle_cases import CASES, ORDERED_CASES
from tolerances import bound, fit_entry

from coprod_stats.sem.inference.modification import modification_indices
from coprod_stats.sem.inference.standardization import explained_variances, standardize
from coprod_stats.sem.ordered.sandwich import statistics_objective

pytestmark = pytest.mark.any_python

ORACLES = Path(__file__).parents[1] / "oracles" / "lavaan"
ALL = CASES | ORDERED_CASES
ELSEWHERE = {
    "hs_cfa_bifactor": "test_honesty.py: no clean solution",
    "hs_mg_anova_ml": "test_compare.py",
    "hs_mg_anova_mlr": "test_compare.py",
    "hs_ord4_mg_anova": "test_fit_ordered.py",
    "pd_sem_ml_constr_boot": "test_resampling.py",
    "bfi_reliability_psych": "tests/measurement/test_psych_reliability.py",
}
OTHER_MODELS = ("twolevel_",)

# lavaan differentiates rotations coarsely for these errors, and keeps the covariance matrix of the
# unrotated estimates; tests/oracles/esem.json has exact ones (docs/methods/sem_rotation.md)
ROTATED = ("hs_esem_geomin", "hs_esem_oblimin")
NOT_ROTATED = [name for name in ALL if name not in ROTATED]

# lavaan's standardized errors and p-values amplify what its estimates lack
AMPLIFIED = 10.0


@pytest.fixture(scope="module")
def fitted(fit_oracle):
    kept = {}

    def get(name):
        if name not in kept:
            kept[name] = fit_oracle(name, ALL[name])
        return kept[name]

    return get


def limit_of(reference):
    if reference["name"] in ORDERED_CASES:
        return bound("ordered")
    return bound(fit_entry(reference))


def close(value, expected, limit, what):
    assert abs(value - expected) <= limit * max(1.0, abs(expected)), (what, value, expected)


def rows_of(rows):
    found = {(r["lhs"], r["op"], r["rhs"], r.get("group", 1)): r for r in rows}
    turned = {(rhs, op, lhs, g): r for (lhs, op, rhs, g), r in found.items() if op == "~~"}
    return turned | found


def test_no_file_is_left_out():
    files = {path.stem for path in ORACLES.glob("*.json")}
    named = set(ALL) | set(ELSEWHERE)
    assert {name for name in files - named if not name.startswith(OTHER_MODELS)} == set()
    assert named <= files


@pytest.mark.parametrize("name", ALL)
def test_tests_and_intervals_of_coefficients(name, fitted, oracle):
    reference, fit = oracle(name), fitted(name)
    rows, limit, table = rows_of(reference["parameters"]), limit_of(reference), fit.parameters
    for index, row in enumerate(fit.table):
        expected = rows[row.lhs, row.op, row.rhs, row.group]
        close(table.ci_lower[index], expected["ci.lower"], AMPLIFIED * limit, row.name)
        close(table.ci_upper[index], expected["ci.upper"], AMPLIFIED * limit, row.name)
        if expected["z"] is None:
            assert np.isnan(table.statistics[index])
            continue
        relative = limit * AMPLIFIED * (1.0 + 1.0 / table.std_errors[index])
        assert table.statistics[index] == pytest.approx(expected["z"], rel=relative, abs=relative)
        assert table.p_values[index] == pytest.approx(expected["pvalue"], abs=relative)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("kind", ["lv", "all", "nox"])
def test_standardized_solutions(name, kind, fitted, oracle):
    reference, fit = oracle(name), fitted(name)
    rows, limit = rows_of(reference["parameters"]), limit_of(reference)
    solution = standardize(fit.estimate, kind)
    for index, row in enumerate(fit.table):
        expected = rows[row.lhs, row.op, row.rhs, row.group][f"std.{kind}"]
        if expected is not None:
            close(solution.values[index], expected, AMPLIFIED * limit, row.name)
    for index, item in enumerate(fit.table.definitions):
        expected = next(r for r in reference["parameters"] if r["lhs"] == item.name)
        close(solution.defined[index], expected[f"std.{kind}"], AMPLIFIED * limit, item.name)


@pytest.mark.parametrize("name", NOT_ROTATED)
@pytest.mark.parametrize(("kind", "field"), [("all", "standardized"), ("lv", "standardized_lv")])
def test_errors_of_standardized_solutions(name, kind, field, fitted, oracle):
    reference, fit = oracle(name), fitted(name)
    rows, limit = rows_of(reference[field]), limit_of(reference)
    solution, cov = standardize(fit.estimate, kind), fit.inference.covariance
    errors = np.sqrt(np.abs(np.sum((solution.jacobian @ cov) * solution.jacobian, axis=1)))
    for index, row in enumerate(fit.table):
        expected = rows.get((row.lhs, row.op, row.rhs, row.group))
        if expected is not None and expected["se"] is not None:
            close(errors[index], expected["se"], AMPLIFIED * limit, row.name)


def per_group(fit, reference, field):
    """What lavaan has of each group, in the order of the groups here."""
    labels = reference["group_labels"] or ["all"]
    values = reference[field]
    return [values.get(label, values) for label in labels[: len(fit.samples)]]


@pytest.mark.parametrize("name", ALL)
def test_explained_variances(name, fitted, oracle):
    reference, fit = oracle(name), fitted(name)
    if not reference["r2"]:
        return
    expected = per_group(fit, reference, "r2")
    for shares, wanted in zip(explained_variances(fit.estimate), expected, strict=True):
        for variable, share in wanted.items():
            if share is not None:
                close(shares[variable], share, AMPLIFIED * limit_of(reference), variable)


def moments_of(fit, group):
    """Implied and sample moments by lavaan's names for them."""
    if not fit.table.ordered:
        implied, sample = fit.estimate.implied[group], fit.samples[group]
        cov = sample.cov
        if not fit.method.is_normal_likelihood:
            cov = cov * (sample.n_obs / (sample.n_obs - 1.0))
        names = fit.table.observed
        return names, {"cov": implied.cov, "mean": implied.mean}, {"cov": cov, "mean": sample.mean}
    objective = statistics_objective(fit.estimate)
    model = objective.models[group]
    names = tuple(n for n in fit.table.observed if n not in fit.table.conditioned)
    n_pairs = len(names) * (len(names) - 1) // 2
    first, second = np.triu_indices(len(names), 1)
    found = []
    n_cuts = model.threshold_items.size
    vectors = (model.statistics(fit.estimate.params).vector, objective.samples[group].vector)
    for vector in vectors:
        cov = np.zeros((len(names),) * 2)
        cov[first, second] = cov[second, first] = vector[-n_pairs:]
        cuts = vector[:n_cuts]
        prefix = "res." if fit.table.conditioned else ""
        found.append({f"{prefix}cov": cov, f"{prefix}th": cuts})
        if prefix:
            slopes = vector[n_cuts : n_cuts + len(names) * len(fit.table.conditioned)]
            found[-1]["res.slopes"] = slopes.reshape(len(names), -1, order="F")
    return names, *found


@pytest.mark.parametrize("name", ALL)
def test_implied_and_sample_moments(name, fitted, oracle):
    reference, fit = oracle(name), fitted(name)
    limit = AMPLIFIED * limit_of(reference)
    both = zip(
        per_group(fit, reference, "implied"), per_group(fit, reference, "sampstat"), strict=True
    )
    for group, fields in enumerate(both):
        names, *ours = moments_of(fit, group)
        for wanted, found in zip(fields, ours, strict=True):
            for key, value in found.items():
                if wanted.get(key) is None:
                    continue
                expected = np.array(wanted[key]["values"], dtype=float)
                order = [names.index(n) for n in wanted[key]["rows"]] if "th" not in key else None
                if key in ("cov", "res.cov"):
                    value = value[np.ix_(order, order)]
                    if fit.table.ordered:  # the diagonal of ordered items is 1 by definition
                        np.fill_diagonal(expected, 0.0)
                elif order is not None:
                    value = value[order]
                if "th" in key and fit.table.ordered != names:
                    continue  # lavaan leaves continuous items out of these
                if key != "cov" and expected.ndim == 2 and value.ndim == 1:
                    expected = expected[:, 0]
                np.testing.assert_allclose(value, expected, rtol=limit, atol=limit, err_msg=key)


@pytest.mark.parametrize("name", NOT_ROTATED)
def test_covariance_of_the_estimates(name, fitted, oracle):
    reference, fit = oracle(name), fitted(name)
    if reference["vcov"] is None:
        return
    expected = np.array(reference["vcov"]["values"], dtype=float)
    rows = [row for row in reference["parameters"] if row["op"] not in ("==", "<", ">", ":=")]
    lavaan_free = [r for r in rows if is_free(fit, r)]
    assert len(lavaan_free) == len(expected)
    place = {}
    for row in fit.table:
        place[row.lhs, row.op, row.rhs, row.group] = row.free
        if row.op == "~~":
            place[row.rhs, row.op, row.lhs, row.group] = row.free
    order = [place[r["lhs"], r["op"], r["rhs"], r.get("group", 1)] for r in lavaan_free]
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    difference = fit.inference.covariance[np.ix_(order, order)] - expected
    limit = 20.0 * AMPLIFIED * limit_of(reference)
    assert np.abs(difference).max() <= limit * max(1.0, scale.max())


def is_free(fit, row):
    found = [
        r.free >= 0
        for r in fit.table
        if r.op == row["op"]
        and r.group == row.get("group", 1)
        and (
            (r.lhs, r.rhs) == (row["lhs"], row["rhs"])
            or (r.op == "~~" and (r.rhs, r.lhs) == (row["lhs"], row["rhs"]))
        )
    ]
    return bool(found) and found[0]


def has_indices(name):
    return "modindices_n" in json.loads((ORACLES / f"{name}.json").read_text())


@pytest.mark.parametrize("name", [name for name in ALL if has_indices(name)])
def test_as_many_modification_indices(name, fitted, oracle):
    reference, fit = oracle(name), fitted(name)
    found = modification_indices(fit.estimate)
    assert len(found.rows) == reference["modindices_n"]
