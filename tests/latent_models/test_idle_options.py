"""What cannot change anything in the model at hand is named."""

import numpy as np
import pytest

from coprod_stats.latent_models import fit_sem

FACTOR = "f =~ x1 + x2 + x3 + x4"
PATH = "x1 ~ x2"
GROUPS = {"group": "school"}
ORDERED = {"estimator": "WLSMV", "ordered": "all"}


@pytest.fixture(scope="module")
def data(pupils):
    codes = {
        f"o{i}": np.digitize(pupils[f"x{i}"], np.quantile(pupils[f"x{i}"], [0.3, 0.7])) * 1.0
        for i in (1, 2, 3, 4)
    }
    return pupils.assign(one="same", cl=np.arange(len(pupils)) // 3, **codes)


@pytest.mark.parametrize(
    ("model", "options", "named"),
    [
        (FACTOR, {"group": "one"}, "group (all cases belong to one: same)"),
        (FACTOR, {**GROUPS, "group_equal": ["thresholds"]}, "group_equal=thresholds"),
        (FACTOR, {**GROUPS, "group_equal": ["loadings", "regressions"]}, "group_equal=regressions"),
        (FACTOR, {**GROUPS, "group_equal": ["means"]}, "group_equal=means"),
        (FACTOR, {"fixed_x": False}, "fixed_x"),
        (FACTOR + "\nf ~ ageyr", {"fixed_x": False, "estimator": "GLS"}, "fixed_x (GLS takes all"),
        (FACTOR, {"se": "none", "conf_level": 0.9}, "conf_level"),
        (FACTOR, {"se": "none", "information": "observed"}, "information"),
        (
            FACTOR,
            {**GROUPS, "group_equal": ["loadings"], "group_partial": ["f=~x2", "x1~1"]},
            "group_partial=x1~1",
        ),
        (PATH, {"std_lv": True}, "std_lv"),
        (PATH, {"effect_coding": True}, "effect_coding"),
        (FACTOR, {"meanstructure": True, "missing": "fiml"}, "meanstructure"),
        (FACTOR, {"meanstructure": True, "cluster": "cl"}, "meanstructure"),
        (FACTOR + "\nx1 ~ 1", {"meanstructure": True}, "meanstructure"),
        (FACTOR.replace("x", "o"), {**ORDERED, "missing": "pairwise"}, "missing"),
        (
            "f =~ x1 + x2 + x3",
            {"bootstrap": 5, "seed": 1, "bootstrap_type": "bollen-stine"},
            "bootstrap_type",
        ),
    ],
)
def test_idle_options_are_named(data, model, options, named):
    (found,) = [w.message for w in fit_sem(model, data, **options).warnings if w.code == "SEM-303"]
    assert named in found


@pytest.mark.parametrize(
    ("model", "options"),
    [
        (FACTOR + "\nf ~ ageyr", {"fixed_x": False, "std_lv": True, "meanstructure": True}),
        (FACTOR, {**GROUPS, "group_equal": ["loadings", "intercepts", "means", "lv-variances"]}),
        (FACTOR, {"bootstrap": 5, "seed": 1, "bootstrap_type": "bollen-stine"}),
        (
            FACTOR.replace("x", "o"),
            {**ORDERED, **GROUPS, "group_equal": ["loadings", "intercepts"]},
        ),
        (
            FACTOR.replace("x", "o"),
            {
                **(ORDERED | GROUPS),
                "group_equal": ["loadings", "intercepts"],
                "group_partial": ["o1|t1"],
            },
        ),
    ],
)
def test_options_with_an_effect_are_not(data, model, options):
    assert not [w for w in fit_sem(model, data, **options).warnings if w.code == "SEM-303"]
