"""Exploratory models against lavaan, its bordered information put right: tests/oracles/esem.R."""

import json
from pathlib import Path

import numpy as np
import pytest
from tolerances import bound

from coprod_stats.sem.fit import fit
from coprod_stats.sem.inference.standardization import standardize
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.rotation.options import RotationOptions
from coprod_stats.sem.sample import SemData

pytestmark = pytest.mark.any_python

ORACLE = json.loads((Path(__file__).parents[2] / "oracles" / "esem.json").read_text())
CASES = {case["name"]: case for case in ORACLE["cases"]}
BFI = tuple(f"{scale}{i}" for scale in "ACE" for i in range(1, 6))
ORDERED = {"estimator": "WLSMV", "ordered": "all"}
OPTIONS = {
    "MLR": ({"estimator": "MLR"}, {}),
    "FIML": ({"missing": "fiml"}, {}),
    "FIML_MLR": ({"missing": "fiml", "estimator": "MLR"}, {}),
    "MLM": ({"estimator": "MLM"}, {}),
    "ULS": ({"estimator": "ULS"}, {}),
    "WLSMV": (ORDERED, {}),
    "WLSMV_theta": (ORDERED, {"parameterization": "theta"}),
    "WLSMV_varimax": (ORDERED, {}),
    "bfi_WLSMV": ({**ORDERED, "ordered": BFI}, {}),
    "mixed_WLSMV": ({**ORDERED, "ordered": BFI[:5]}, {}),
    "mimic_MLR": ({"estimator": "MLR"}, {}),
    "covarying_cfa": ({}, {"meanstructure": True}),
    "groups_intercepts": ({}, {"group_equal": ("intercepts", "residuals")}),
}
TOLERANCE = bound("rotated")


def rotation_of(case, **options):
    args = {name.replace(".", "_"): value for name, value in dict(case["args"] or {}).items()}
    if "target" in args:
        args["target"] = tuple(tuple(row) for row in args["target"])
    return RotationOptions(case["rotation"], **args, **options)


@pytest.fixture(scope="module")
def fitted(oracle_column_file, oracle_data):
    kept = {}

    def get(name, se="delta"):
        if (name, se) not in kept:
            case = CASES[name]
            columns = oracle_column_file(case["data"])
            names = [n for n in columns if n not in ("school", "id", "sex")]
            labels = tuple(case["group_labels"] or [""])
            groups = None
            if len(labels) > 1:
                groups = np.array([labels.index(value) for value in columns["school"]])
            data = SemData(oracle_data(case["data"], names), tuple(names), groups, labels)
            asked, model = OPTIONS.get(name, ({}, {}))
            options = FitOptions(
                **asked, model=ModelOptions(**model), rotation=rotation_of(case, se=se)
            )
            kept[name, se] = fit(case["model"], data, options)
        return kept[name, se]

    return get


def expected_rows(case):
    return {(r["lhs"], r["op"], r["rhs"], r["group"]): r for r in case["parameters"]}


def assert_close(value, expected, what, limit=TOLERANCE):
    assert abs(value - expected) <= limit * max(1.0, abs(expected)), (what, value, expected)


@pytest.mark.parametrize("name", CASES)
def test_estimates_and_exact_standard_errors(name, fitted):
    rows, result = expected_rows(CASES[name]), fitted(name)
    full = standardize(result.estimate, "all")
    errors = np.sqrt(
        np.einsum("ij,jk,ik->i", full.jacobian, result.inference.covariance, full.jacobian)
    )
    for index, row in enumerate(result.table):
        want = rows[row.lhs, row.op, row.rhs, row.group]
        assert_close(result.parameters.estimates[index], want["est"], row.name)
        assert_close(result.parameters.std_errors[index], want["se"], row.name)
        assert_close(full.values[index], want["std_all"], row.name)
        assert_close(errors[index], want["std_all_se"], row.name)
    for index, item in enumerate(result.table.definitions):
        want = next(r for r in CASES[name]["parameters"] if r["lhs"] == item.name)
        assert_close(result.definitions.estimates[index], want["est"], item.name)
        assert_close(result.definitions.std_errors[index], want["se"], item.name)
    assert result.is_proper


@pytest.mark.parametrize("name", CASES)
def test_lavaans_bordered_standard_errors(name, fitted):
    rows, result = expected_rows(CASES[name]), fitted(name, se="bordered")
    for index, row in enumerate(result.table):
        want = rows[row.lhs, row.op, row.rhs, row.group]
        assert_close(result.parameters.std_errors[index], want["se_lavaan"], row.name)


@pytest.mark.parametrize("name", CASES)
def test_tests_and_fit_indices(name, fitted):
    result = fitted(name)
    for key, value in CASES[name]["fit"].items():
        if key == "pvalue":  # follows from chisq and df, and ULS has no such distribution
            continue
        found = result.indices[key.replace(".", "_")]
        assert_close(found, value, key, bound("unpolished") if "scal" in key else TOLERANCE)


def test_promax(oracle_data):
    names = [f"x{i}" for i in range(1, 10)]
    data = SemData(oracle_data("hs_mimic.csv", names), tuple(names))
    result = fit(ORACLE["promax_model"], data, FitOptions(rotation=RotationOptions("promax")))
    rows = [i for i, r in enumerate(result.table) if r.op == "=~" or r.name[:4] in ("f1~~", "f2~~")]
    rows = [i for i in rows if result.table.rows[i].free >= 0]
    values = result.parameters.estimates[rows]
    want = ORACLE["promax"]
    np.testing.assert_allclose(values, want["values"], atol=TOLERANCE)
    np.testing.assert_allclose(
        result.parameters.std_errors[rows], want["se"], atol=bound("unpolished")
    )
    np.testing.assert_allclose(values, want["lavaan"], atol=bound("promax"))
