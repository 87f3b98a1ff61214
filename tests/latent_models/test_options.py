"""Every option changes the result, or is refused: none is without effect in silence."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from coprod_stats.errors import CoprodError
from coprod_stats.latent_models import LatentModelError, fit_sem
from coprod_stats.latent_models.specification import Specification

ITEMS = ("o1", "o2", "o3", "o4")
MODEL = "f =~ x1 + x2 + x3 + x4\nf ~ ageyr"


@pytest.fixture(scope="module")
def data(pupils):
    rng = np.random.default_rng(1)
    holed = pupils.assign(w=rng.uniform(0.5, 2, 301), cl=rng.integers(0, 60, 301))
    for name in ("x1", "x2", "x3", "x4"):
        holed.loc[rng.choice(301, 20, replace=False), name] = np.nan
    for name in ITEMS:
        holed[name] = np.digitize(rng.normal(size=301) + pupils[f"x{name[1]}"], [3, 5]) * 1.0
        holed.loc[rng.choice(301, 5, replace=False), name] = np.nan
    return holed


ORDERED = {"estimator": "WLSMV", "ordered": "all"}
GROUPS = {"group": "school"}
EQUAL = {**GROUPS, "group_equal": ["loadings", "intercepts"]}
DRAWN = {"bootstrap": 20, "seed": 1}
BLOCK = {"model": 'efa("b")*f1 + efa("b")*f2 =~ x1 + x2 + x3 + x4 + x5 + x6'}
EFFECTIVE = [
    ("rotation", BLOCK, {"rotation": "varimax"}),
    ("rotation_args", BLOCK, {"rotation_args": {"geomin_epsilon": 0.05}}),
    ("rotation_args", BLOCK, {"rotation_args": {"geomin.epsilon": 0.05}}),
    ("rotation_args", BLOCK, {"rotation": "target", "rotation_args": {"target": np.eye(6, 2)}}),
    ("rotation_se", BLOCK, {"rotation_se": "delta"}),
    ("model_type", {}, {"model_type": "growth", "model": "i =~ 1*x1 + 1*x2 + 1*x3 + 1*x4"}),
    ("ordered", {"estimator": "WLSMV"}, {"ordered": ["x5", "x6"]}),
    ("parameterization", ORDERED, {"parameterization": "theta"}),
    ("auxiliary", {"missing": "fiml"}, {"auxiliary": ["x5", "x6"]}),
    ("group", {}, GROUPS),
    ("group_equal", GROUPS, {"group_equal": ["loadings"]}),
    ("group_partial", EQUAL, {"group_partial": ["x2~1"]}),
    ("cluster", {}, {"cluster": "cl"}),
    ("sampling_weights", {}, {"sampling_weights": "w"}),
    ("std_lv", {}, {"std_lv": True}),
    ("effect_coding", {"meanstructure": True}, {"effect_coding": True}),
    ("fixed_x", {}, {"fixed_x": False}),
    ("meanstructure", {}, {"meanstructure": True}),
    ("se", {}, {"se": "robust"}),
    ("se", {}, {"se": "none"}),
    ("se", {"seed": 1}, {"se": "bootstrap", "bootstrap": 20}),
    ("information", {}, {"information": "observed"}),
    ("likelihood", {}, {"likelihood": "wishart"}),
    ("bootstrap", DRAWN, {"bootstrap": 30}),
    ("seed", DRAWN, {"seed": 2}),
    ("bootstrap_type", DRAWN, {"bootstrap_type": "bollen-stine"}),
    ("ci", DRAWN, {"ci": "bca"}),
    ("conf_level", {}, {"conf_level": 0.9}),
    ("engine", {}, {"engine": "semopy"}),
    *(("missing", {}, {"missing": kind}) for kind in ("fiml", "two-stage", "robust-two-stage")),
    ("missing", ORDERED, {"missing": "pairwise"}),
    *(
        ("estimator", {}, {"estimator": name})
        for name in ("MLR", "MLM", "MLMV", "MLMVS", "GLS", "ULS", "ULSMV", "WLS", "DWLS")
    ),
    *(
        ("estimator", ORDERED, {"estimator": name})
        for name in ("WLSM", "DWLS", "WLS", "ULS", "ULSMV")
    ),
]


@pytest.mark.parametrize(("option", "basis", "change"), EFFECTIVE)
def test_an_option_changes_the_result(data, option, basis, change):
    assert option in {item.name for item in fields(Specification)}
    asked = [{"model": MODEL, **basis}, {"model": MODEL, **basis, **change}]
    if "ordered" in basis:
        asked = [options | {"model": MODEL.replace("x", "o")} for options in asked]
    numbers = []
    for options in asked:
        try:
            fit = fit_sem(options.pop("model"), data, **options)
        except CoprodError as error:
            numbers.append(str(error))
        else:
            numbers.append((fit.fit, [repr(row) for row in fit.parameters]))
    assert numbers[0] != numbers[1]


def test_no_option_is_left_out():
    tried = {option for option, _, _ in EFFECTIVE}
    assert {item.name for item in fields(Specification)} - tried == {"model"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"group_equal": ["loadings"]}, "group_equal has no effect without group"),
        ({**GROUPS, "group_partial": ["x2~1"]}, "group_partial has no effect without group_equal"),
        ({"seed": 1}, "seed has no effect without bootstrap"),
        ({"ci": "bca"}, "ci has no effect without bootstrap"),
        ({"bootstrap_type": "bollen-stine"}, "bootstrap_type has no effect without bootstrap"),
        ({"bootstrap": 1}, "at least 2 samples"),
        ({"bootstrap": 10, "se": "robust"}, "bootstrap has no effect with se='robust'"),
        ({"std_lv": True, "effect_coding": True}, "two ways"),
        ({"conf_level": 95}, "between 0 and 1, not 95"),
        ({"rotation": "geomin"}, "rotation has no effect"),
        ({"rotation_se": "bordered"}, "rotation has no effect"),
        ({"rotation": "oblimax"}, "unknown 'oblimax'; expected one of geomin"),
        ({"rotation_args": {"epsilon": 0.1}}, "rotation_args: unknown 'epsilon'"),
        ({"rotation": "oblimin", "rotation_args": {"geomin_epsilon": 0.1}}, "has no effect on"),
        ({"engine": "lavaan"}, "compare_engines"),
        ({"missing": "pairwise"}, "pairwise"),
        ({"parameterization": "theta"}, "theta"),
        ({"estimator": "WLSMV", "missing": "fiml"}, "fiml"),
        ({"auxiliary": ["x5"]}, "auxiliary"),
        ({"estimator": "OLS"}, "OLS"),
        ({"group": "town"}, "no column town"),
        ({"cluster": "x1"}, "20 rows have no value in column x1"),
        ({"sampling_weights": "school"}, "not numeric: school"),
    ],
)
def test_what_has_no_effect_or_no_sense_is_refused_by_name(data, options, message):
    with pytest.raises(CoprodError, match=message):
        fit_sem(MODEL, data, **options)


def test_a_specification_survives_json(data):
    target = {"target": [[0.0, None], [None, 0.0]]}
    asked = Specification(
        model=MODEL, group="school", group_equal=("loadings",), rotation_args=target
    )
    stored = {item.name: getattr(asked, item.name) for item in fields(asked)}
    stored["group_equal"] = ["loadings"]
    assert Specification.from_json(stored) == asked
    with pytest.raises(LatentModelError, match="not a specification"):
        Specification.from_json({"model": MODEL, "colour": "red"})


def test_ordered_categories_of_pandas_count_by_rank(data):
    words = pd.CategoricalDtype(["low", "mid", "high"], ordered=True)
    named = data.assign(
        **{n: pd.Categorical.from_codes(data[n].fillna(-1).astype(int), dtype=words) for n in ITEMS}
    )
    model = "f =~ o1 + o2 + o3 + o4"
    assert fit_sem(model, named, **ORDERED).fit == fit_sem(model, data, **ORDERED).fit


def test_rows_without_a_group_are_in_none(data):
    some = data.copy()
    some["school"] = some["school"].astype(object)
    some.loc[some.index[[3, 8, 150]], "school"] = None
    fit = fit_sem(MODEL, some, group="school")
    kept = fit_sem(MODEL, some.dropna(subset=["school"]), group="school")
    assert fit.group_labels == kept.group_labels
    assert fit.fit == kept.fit
    left = next(warning for warning in fit.warnings if warning.code == "SEM-301")
    assert "3 of them in column school" in left.message
    with pytest.raises(LatentModelError, match="no row has a value in column school"):
        fit_sem(MODEL, some.assign(school=None), group="school")


def test_ordered_variables_have_wlsmv_unless_another_estimator_is_named(data):
    model = "f =~ o1 + o2 + o3"
    fit = fit_sem(model, data, ordered=[*ITEMS, "ageyr"])
    assert fit.estimator == "WLSMV"
    assert fit.fit == fit_sem(model, data, ordered="all", estimator="WLSMV").fit
    idle = next(warning for warning in fit.warnings if warning.code == "SEM-303")
    assert "ordered=o4 (not in the model), ordered=ageyr (not in the model)" in idle.message
    with pytest.raises(CoprodError, match="not ML"):
        fit_sem(model, data, ordered="all", estimator="ML")
    with pytest.raises(CoprodError, match="no observed variable 'o9'"):
        fit_sem(model, data, ordered=["o1", "o9"])
    covaried = fit_sem(f"{model}\nf ~ ageyr", data, ordered=[*ITEMS[:3], "ageyr"])
    assert any("ordered=ageyr (a covariate)" in warning.message for warning in covaried.warnings)
