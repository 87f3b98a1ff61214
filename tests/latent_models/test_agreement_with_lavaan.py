"""Estimates by semopy, everything else by our own algebra, against lavaan at the optimum."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tolerances import assert_agrees, near

from coprod_stats.latent_models import fit_sem

pytestmark = pytest.mark.any_python

ROOT = Path(__file__).parents[2]
ORACLE = json.loads((ROOT / "tests" / "oracles" / "semopy_vs_lavaan.json").read_text())
LAVAAN_OPTIONS = {"std.lv": "std_lv", "fixed.x": "fixed_x"}
ESTIMATES = ("est", "z", "ci_lower", "ci_upper")
ERRORS = ("se", "pvalue", "std_lv", "std_all", "std_nox", "std_all_se")


@pytest.fixture(scope="module", params=ORACLE["fits"])
def fitted(request):
    expected = ORACLE["fits"][request.param]
    options = {LAVAAN_OPTIONS[name]: on for name, on in (expected["options"] or {}).items()}
    data = pd.read_csv(ROOT / expected["data"])
    return fit_sem(expected["model"], data, engine="semopy", **options), expected


def test_parameters(fitted):
    fit, expected = fitted
    table = expected["parameters"]
    rows = list(zip(table["lhs"], table["op"], table["rhs"], strict=True))
    assert [(row.lhs, row.op, row.rhs) for row in fit.parameters] == rows
    for column in (*ESTIMATES, *ERRORS):
        ours = [getattr(row, column) for row in fit.parameters]
        theirs = np.array(table[column.replace("_", ".")], dtype=float)
        applies = ~np.isnan(theirs)
        entry = "semopy estimates" if column in ESTIMATES else "semopy errors"
        assert_agrees(np.array(ours)[applies], theirs[applies], entry, column)


def test_fit_measures(fitted):
    fit, expected = fitted
    assert (fit.converged, fit.proper) == (True, True)
    assert len(fit.fit) >= 18
    for name, value in fit.fit.items():
        theirs = expected["fit"][name.replace("_", ".").replace("rmsea.ci.", "rmsea.ci.")]
        assert_agrees(value, theirs, "semopy fit", name)


def test_explained_variance(fitted):
    fit, expected = fitted
    assert fit.r_squared == (near(expected["r_squared"], "semopy errors"),)
