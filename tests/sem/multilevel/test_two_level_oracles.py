"""Two-level models against lavaan: polished fits of our own, and the reference files."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from tolerances import bound

from coprod_stats.sem.fit import fit
from coprod_stats.sem.inference.standardization import explained_variances, standardize
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.sample import SemData

pytestmark = pytest.mark.any_python

FILE = Path(__file__).parents[2] / "oracles" / "sem_two_level.json"
CASES = {case["name"]: case for case in json.loads(FILE.read_text())["cases"]}
ESTIMATES = bound("two levels: estimates")
DIFFERENCED = bound("two levels: errors")
STANDARDIZED = bound("two levels: errors of standardized values")
MEASURES = bound("two levels: measures")
BASELINE = bound("two levels: baseline model")
STOPPED = bound("two levels: log-likelihood at a boundary")
OF_MODEL = ("npar", "df", "fmin", "logl", "aic", "bic", "bic2")
"""Fit measures that do not rest on the unrestricted model."""
TEXT_OPTIONS = {"estimator": "estimator", "information": "information", "se": "standard_errors"}
MODEL_OPTIONS = {"std.lv": "std_lv", "fixed.x": "fixed_x"}


def close(value, wanted, limit):
    return value == pytest.approx(wanted, rel=limit, abs=limit)


def fit_case(case, table_of_oracle, number_clusters):
    table = table_of_oracle(case["data"])
    options = dict(case["options"])  # R writes an empty list as []
    skipped = {case["cluster"], options.get("group")}
    names = [name for name in table if name not in skipped]
    values = np.array([table[name] for name in names], dtype=float).T
    centred = [f"c{name}" for name in ("x1", "x2", "x3") if f"c{name}" in case["model"]]
    for name in centred:
        column = values[:, names.index(name[1:])]
        values = np.column_stack([values, column - column.mean()])
    clusters = number_clusters(table[case["cluster"]])
    groups, labels = None, ("",)
    if "group" in options:
        labels = tuple(case["group_labels"])
        groups = np.array([(int(c) - 1) // 4 % 2 for c in table[case["cluster"]]])
    data = SemData(values, (*names, *centred), groups, labels, clusters=clusters)
    fit_options = {TEXT_OPTIONS[k]: v for k, v in options.items() if k in TEXT_OPTIONS}
    model = {MODEL_OPTIONS[k]: v for k, v in options.items() if k in MODEL_OPTIONS}
    return fit(case["model"], data, FitOptions(**fit_options, model=ModelOptions(**model)))


@pytest.fixture(scope="module", params=CASES)
def pair(request, table_of_oracle, number_clusters):
    case = CASES[request.param]
    return case, fit_case(case, table_of_oracle, number_clusters)


def rows_of(case):
    return {
        (r["lhs"], r["op"], r["rhs"], r.get("group", 1), r["level"]): r for r in case["parameters"]
    }


def test_parameters(pair):
    case, result = pair
    assert case["polished"]
    wanted = rows_of(case)
    assert len([key for key in wanted if key[1] != ":="]) == len(result.table)
    kinds = {"std.lv": "lv", "std.all": "all", "std.nox": "nox"}
    standardized = {name: standardize(result.estimate, kind) for name, kind in kinds.items()}
    errors = standardized["std.all"].std_errors(result.inference.covariance)
    for index, row in enumerate(result.table):
        want = wanted[row.lhs, row.op, row.rhs, row.group, row.level]
        assert close(result.parameters.estimates[index], want["est"], ESTIMATES), row
        assert close(result.parameters.std_errors[index], want["se"], DIFFERENCED), row
        for name, solution in standardized.items():
            if want[name] is not None:
                assert close(solution.values[index], want[name], ESTIMATES), (row, name)
        if want["std.all.se"] is not None:
            assert close(errors[index], want["std.all.se"], STANDARDIZED), row
    defined = [want for key, want in wanted.items() if key[1] == ":="]
    for place, want in enumerate(defined):
        assert close(result.definitions.estimates[place], want["est"], ESTIMATES)
        assert close(result.definitions.std_errors[place], want["se"], DIFFERENCED)


def tolerance(case, key):
    if "scaled" in key or "scaling" in key or "robust" in key:
        return BASELINE if key.startswith(("baseline", "cfi", "tli")) else MEASURES
    return MEASURES


def test_fit_measures(pair):
    case, result = pair
    for key, wanted in case["fit"].items():
        name = key.replace(".", "_")
        if wanted is None or (case["fit"]["df"] == 0 and name not in result.indices):
            continue
        if case["unrestricted"] == "em" and key not in OF_MODEL:
            continue
        if key == "fmin" and len(result.samples) > 1:
            continue  # lavaan weighs the groups twice
        assert close(result.indices[name], wanted, tolerance(case, key)), key


def test_the_unrestricted_model_is_at_least_as_good(pair):
    case, result = pair
    shortfall = result.indices["unrestricted_logl"] - case["fit"]["unrestricted.logl"]
    assert -MEASURES < shortfall < (STOPPED if case["unrestricted"] == "em" else MEASURES)


def test_explained_variances_and_intraclass_correlations(pair):
    case, result = pair
    at_boundary = bound("two levels: shares at a boundary")
    limit = at_boundary if case["unrestricted"] == "em" else ESTIMATES
    wanted = list(case["r2"].values()) if isinstance(case["r2"], dict) else case["r2"]
    for ours, theirs in zip(explained_variances(result.estimate), wanted, strict=True):
        for name, value in ours.items():
            if theirs[name] is None:  # lavaan leaves out shares beyond 1
                assert np.isnan(value)
            else:
                assert close(value, theirs[name], ESTIMATES), name
    groups = case["icc"]
    groups = list(groups.values()) if len(result.samples) > 1 else [groups]
    found = result.problem.intraclass_correlations()
    for ours, theirs in zip(found, groups, strict=True):
        assert set(ours) == {name for name, value in theirs.items() if value}
        for name, value in ours.items():
            assert close(value, theirs[name], limit), name


REFERENCE = {"twolevel_cfa": "ML", "twolevel_cfa_mlr": "MLR", "twolevel_sem": "ML"}
UNFINISHED = {"chisq", "pvalue", "unrestricted.logl"}
"""What rests on lavaan's EM algorithm."""


@pytest.mark.parametrize("name", REFERENCE)
def test_reference_files(name, oracle, table_of_oracle, number_clusters):
    reference = oracle(name)
    case = {
        "data": f"lavaan/data/{reference['data']}",
        "model": reference["model"],
        "cluster": "cluster",
        "options": {"estimator": REFERENCE[name]},
    }
    result = fit_case(case, table_of_oracle, number_clusters)
    estimates, unpolished = bound("two levels: estimates, unpolished"), bound("unpolished")
    unfinished = bound("two levels: EM not finished")
    for row in reference["parameters"]:
        rows = [(r.lhs, r.op, r.rhs, r.level) for r in result.table]
        index = rows.index((row["lhs"], row["op"], row["rhs"], row["level"]))
        assert close(result.parameters.estimates[index], row["est"], estimates), row
        assert close(result.parameters.std_errors[index], row["se"], unpolished), row
    for key, wanted in reference["fit"].items():
        ours = result.indices.get(key.replace(".", "_"))
        if ours is None or wanted is None or math.isnan(wanted):
            continue
        loose = key in UNFINISHED or key.startswith("srmr") or "scal" in key
        assert close(ours, wanted, unfinished if loose else unpolished), key
