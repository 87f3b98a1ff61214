"""Groups that were asked different items, beside lavaan."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from tolerances import bound

from coprod_stats.sem.factor_scores import factor_scores
from coprod_stats.sem.fit import fit
from coprod_stats.sem.inference.modification import modification_indices
from coprod_stats.sem.inference.residuals import correlation_residuals
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.sample import SemData

ORACLES = Path(__file__).parents[1] / "oracles"
REFERENCE = json.loads((ORACLES / "sem_group_variables.json").read_text(encoding="utf-8"))
CASES = {case["name"]: case for case in REFERENCE["cases"]}
DETAILED = [name for name, case in CASES.items() if case["indices"]]
OF_MODEL = {"fixed.x": "fixed_x", "std.lv": "std_lv", "group.equal": "group_equal"}
MISSING = {"two.stage": "two-stage", "robust.two.stage": "robust-two-stage"}
COARSE = ("baseline", "cfi", "tli")
INTERVAL = ("rmsea_ci_lower", "rmsea_ci_upper")


def data_of(case):
    with (ORACLES / "data" / case["data"]).open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["g"] in case["groups"]]
    options = case["options"] if isinstance(case["options"], dict) else {}
    design = {"g", options.get("cluster"), options.get("sampling.weights")}
    names = tuple(name for name in rows[0] if name not in design)
    column = {name: np.array([float(row[name] or "nan") for row in rows]) for name in names}
    weights = clusters = None
    if "sampling.weights" in options:
        weights = np.array([float(row[options["sampling.weights"]]) for row in rows])
    if "cluster" in options:
        clusters = np.array([int(row[options["cluster"]]) for row in rows])
    return SemData(
        values=np.column_stack([column[name] for name in names]),
        names=names,
        groups=np.array([case["groups"].index(row["g"]) for row in rows]),
        group_labels=tuple(case["groups"]),
        weights=weights,
        clusters=clusters,
    )


def options_of(case):
    given = case["options"] if isinstance(case["options"], dict) else {}
    model = {OF_MODEL[name]: value for name, value in given.items() if name in OF_MODEL}
    if "group_equal" in model:
        model["group_equal"] = tuple(model["group_equal"])
    rest = {
        name: MISSING.get(value, value)
        for name, value in given.items()
        if name not in (*OF_MODEL, "cluster", "sampling.weights")
    }
    return FitOptions(**rest, model=ModelOptions(**model))


def fitted(name):
    case = CASES[name]
    return case, fit(case["model"], data_of(case), options_of(case))


def key(lhs, op, rhs, group):
    """Find a parameter by; covariances either way round."""
    return (*((min(lhs, rhs), op, max(lhs, rhs)) if op == "~~" else (lhs, op, rhs)), group)


def by_key(rows, case):
    return {
        key(row["lhs"], row["op"], row["rhs"], case["groups"].index(row["group"]) + 1): row
        for row in rows
    }


def near(value, limit):
    return pytest.approx(value, rel=limit, abs=limit)


@pytest.mark.parametrize("name", CASES)
def test_estimates_errors_and_measures_agree_with_lavaan(name):
    case, result = fitted(name)
    assert result.is_proper
    limit = bound("polished" if case["polished"] else "unpolished")
    rows = by_key(case["parameters"], case)
    assert len(rows) == len(result.table)
    for index, row in enumerate(result.table):
        want = rows[key(row.lhs, row.op, row.rhs, row.group)]
        assert result.parameters.estimates[index] == near(want["est"], limit), row
        assert result.parameters.std_errors[index] == near(want["se"], limit), row
    for measure, value in case["fit"].items():
        ours = measure.replace(".", "_")
        if value is None:
            continue
        few = limit
        if ours.startswith(COARSE):
            few = max(limit, bound("baseline model"))
        if ours in INTERVAL:
            few = max(limit, bound("lavaan's interval of RMSEA"))
        assert result.indices[ours] == near(value, few), measure


@pytest.mark.parametrize("name", DETAILED)
def test_modification_indices_agree_with_lavaan(name):
    case, result = fitted(name)
    limit = bound("modification index" if case["polished"] else "unpolished")
    found = modification_indices(result.estimate)
    ours = {
        key(row.lhs, row.op, row.rhs, row.group): values
        for row, *values in zip(
            found.rows, found.indices, found.changes, found.standardized_changes, strict=True
        )
        if values[0] > 1e-4
    }
    theirs = {
        where: row for where, row in by_key(case["indices"], case).items() if row["mi"] > 1e-4
    }
    if not result.table.equal_parameters:
        assert set(ours) == set(theirs)
    for where in set(ours) & set(theirs):
        row = theirs[where]
        want = (row["mi"], row["epc"], row["sepc.all"])
        assert ours[where] == [near(value, 50 * limit) for value in want], where


@pytest.mark.parametrize("name", DETAILED)
def test_residuals_are_those_of_each_groups_variables(name):
    case, result = fitted(name)
    limit = bound("residuals" if case["polished"] else "unpolished")
    for group, (ours, theirs) in enumerate(
        zip(correlation_residuals(result), case["residuals"], strict=True), start=1
    ):
        names = result.table.variables(group).observed
        assert sorted(names) == sorted(theirs["names"])
        places = [theirs["names"].index(name) for name in names]
        np.testing.assert_allclose(
            ours, np.array(theirs["cov"])[np.ix_(places, places)], atol=limit, rtol=0
        )


@pytest.mark.parametrize("name", DETAILED)
def test_factor_scores_are_missing_where_a_group_lacks_the_factor(name):
    case, result = fitted(name)
    limit = bound("factor scores" if case["polished"] else "unpolished")
    found = factor_scores(result)
    for group, (sample, theirs) in enumerate(zip(result.samples, case["scores"], strict=True)):
        for name, column in zip(found.latent, found.scores[sample.rows].T, strict=True):
            if name not in result.table.variables(group + 1).latent:
                assert np.isnan(column).all()
                continue
            assert np.mean(column**2) == near(theirs[name], 10 * limit), (name, group)
