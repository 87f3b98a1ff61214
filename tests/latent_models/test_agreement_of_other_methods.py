"""Groups, designs, missing and ordered answers through ``fit_sem``, against lavaan.

The numbers of the core are tested one by one in tests/sem; here the way from a data frame to a
labelled result.
"""

import json
from pathlib import Path

import pandas as pd
import pytest
from tolerances import assert_agrees

from coprod_stats.latent_models import fit_sem

pytestmark = pytest.mark.any_python

LAVAAN = Path(__file__).parents[1] / "oracles" / "lavaan"
UNROOTED = ("rmsea.ci",)  # found by lavaan with a coarse tolerance
WLSMV = {"estimator": "WLSMV", "ordered": "all"}
CASES = {
    "hs_mg_partial_scalar": {
        "group": "school",
        "group_equal": ["loadings", "intercepts"],
        "group_partial": ["x3~1", "x7~1"],
    },
    "hs_fiml_mlr": {"estimator": "MLR", "missing": "fiml"},
    "hs_mg_scalar_mlr": {
        "estimator": "MLR",
        "group": "school",
        "group_equal": ["loadings", "intercepts"],
    },
    "hs_weights_cluster_mlr": {"estimator": "MLR", "sampling_weights": "w", "cluster": "cl"},
    "hs_dich_wlsmv_theta": {**WLSMV, "parameterization": "theta"},
    "hs_ord4_ulsmv": {"estimator": "ULSMV", "ordered": "all"},
    "hs_ord4_wlsm": {"estimator": "WLSM", "ordered": "all"},
    "hs_ord4_wls": {"estimator": "WLS", "ordered": "all"},
    "hs_ord4_mg_thr_load": {**WLSMV, "group": "school", "group_equal": ["thresholds", "loadings"]},
    "bfi_wlsmv_pairwise": {**WLSMV, "missing": "pairwise"},
    "bfi_mixed_wlsmv": {
        "estimator": "WLSMV",
        "ordered": [f"{scale}{i}" for scale in "AC" for i in range(1, 6)],
    },
    "bfi_mimic_wlsmv": WLSMV,
}


@pytest.fixture(scope="module", params=CASES)
def pair(request):
    oracle = json.loads((LAVAAN / f"{request.param}.json").read_text())
    data = pd.read_csv(LAVAAN / "data" / oracle["data"])
    if "female" in oracle["model"] and "female" not in data:
        data["female"] = data["gender"] - 1  # made by the script, not in its file
    return fit_sem(oracle["model"], data, **CASES[request.param]), oracle


def test_parameters(pair):
    fit, oracle = pair
    assert (fit.converged, fit.proper) == (True, True)
    assert list(fit.group_labels) == (oracle["group_labels"] or [])
    theirs = {
        (
            *(sorted((r["lhs"], r["rhs"])) if r["op"] == "~~" else (r["lhs"], r["rhs"])),
            r["op"],
            r.get("group", 1),
        ): r
        for r in oracle["parameters"]
    }
    for row in fit.parameters:
        sides = sorted((row.lhs, row.rhs)) if row.op == "~~" else (row.lhs, row.rhs)
        expected = theirs[(*sides, row.op, row.group)]
        for ours, column in (("est", "est"), ("se", "se"), ("std_all", "std.all")):
            if expected[column] is not None:
                place = (row.term, row.group, column)
                assert_agrees(getattr(row, ours), expected[column], "lavaan", place)


def test_fit_measures(pair):
    fit, oracle = pair
    shared = {name: oracle["fit"].get(name.replace("_", ".")) for name in fit.fit}
    compared = [name for name, value in shared.items() if value is not None]
    assert len(compared) >= 15
    for name in compared:
        coarse = name.replace("_", ".").startswith(UNROOTED)
        entry = "lavaan's interval of RMSEA" if coarse else "lavaan"
        assert_agrees(fit.fit[name], shared[name], entry, name)
