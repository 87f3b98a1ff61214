import math

import pytest

from coprod_stats.sem.errors import SemModelError, SemOptionError
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters

SCALAR = ("loadings", "intercepts")
STRICT = (*SCALAR, "residuals")
MEANS = {"meanstructure": True}
TABLES = {
    "hs_cfa_ml": {},
    "hs_cfa_ml_stdlv": {"std_lv": True},
    "hs_cfa_ml_effectcoding": {"effect_coding": True, **MEANS},
    "hs_cfa_ml_means": MEANS,
    "hs_cfa_secondorder": {},
    "hs_cfa_bifactor": {"orthogonal": True},
    "hs_mimic_ml": MEANS,
    "hs_path_fixedx": {},
    "hs_path_randomx": {"fixed_x": False},
    "hs_fiml_mimic": MEANS,
    "hs_fiml_mimic_randomx": {"fixed_x": False, **MEANS},
    "hs_latent_interaction": MEANS,
    "hs_mg_configural": MEANS,
    "hs_mg_metric": {"group_equal": ("loadings",), **MEANS},
    "hs_mg_scalar": {"group_equal": SCALAR, **MEANS},
    "hs_mg_strict": {"group_equal": STRICT, **MEANS},
    "hs_mg_strict_means": {"group_equal": (*STRICT, "means"), **MEANS},
    "hs_mg_partial_scalar": {
        "group_equal": SCALAR,
        "group_partial": ("x3~1", "x7~1"),
        **MEANS,
    },
    "pd_sem_ml": {},
    "pd_sem_ml_constr": {},
    "pd_sem_ml_nonlin": {},
    "growth_linear": {"model_type": "growth"},
    "growth_cov": {"model_type": "growth"},
    "cluster_robust_mlr": MEANS,
}


def table_of(text, *, groups=("",), thresholds=None, names=None, **options):
    return build_parameters(
        parse_model(text),
        names,
        options=ModelOptions(**options),
        group_labels=groups,
        thresholds=thresholds,
    )


@pytest.mark.parametrize("name", TABLES)
def test_rows_are_those_of_lavaan(oracle, name):
    reference = oracle(name)
    groups = reference["group_labels"] or [""]
    table = table_of(reference["model"], groups=groups, **TABLES[name])
    expected = [
        (row["lhs"], row["op"], row["rhs"], row.get("group", 1), row.get("label") or "")
        for row in reference["parameters"]
        if row["op"] not in ("==", ":=", "<", ">")
    ]
    assert [(row.lhs, row.op, row.rhs, row.group, row.label) for row in table] == expected
    assert table.n_free == reference["npar"]


def test_columns_and_equalities():
    table = table_of("f =~ x1 + a*x2 + a*x3")
    assert table.columns["free"][:3] == (-1, 0, 1)
    assert table.equal_parameters == ((0, 1),)
    assert len(table) == len(table.rows) == 7
    assert math.isnan(table.columns["fixed"][1])
    assert table.free_rows == (1, 2, 3, 4, 5, 6)
    assert [row.name for row in table][:2] == ["f=~x1", "f=~x2"]


def test_modifiers_per_group():
    table = table_of("f =~ NA*x1 + c(a, b)*x2 + c(1, NA)*x3 + start(.7)*x4", groups=("m", "w"))
    rows = {(row.name, row.group): row for row in table}
    assert rows["f=~x1", 2].free >= 0
    assert (rows["f=~x2", 1].label, rows["f=~x2", 2].label) == ("a", "b")
    assert rows["f=~x3", 1].fixed == 1
    assert rows["f=~x3", 2].free >= 0
    assert rows["f=~x4", 2].start == 0.7


def test_bounds_and_equal():
    table = table_of("f =~ x1 + x2 + equal('f=~x2')*x3\nx1 ~~ lower(0)*upper(2)*x1")
    rows = {row.name: row for row in table}
    assert (rows["x1~~x1"].lower, rows["x1~~x1"].upper) == (0, 2)
    assert table.equal_parameters == ((0, 1),)


def test_a_fixed_member_fixes_all_that_are_equal():
    rows = {row.name: row for row in table_of("f =~ a*x1 + x2 + a*x3")}
    assert rows["f=~x3"].fixed == 1


def test_single_indicator_has_no_residual_variance():
    rows = {row.name: row for row in table_of("f =~ x1\ng =~ x2 + x3 + x4")}
    assert rows["x1~~x1"].fixed == 0


def test_phantom_and_formative_variables():
    rows = {row.name: row for row in table_of("f =~ 0\nf ~ x\nc <~ x1 + x2\ny ~ c + f")}
    assert rows["f=~f"].fixed == 0
    assert rows["c~~c"].fixed == 0


def test_ordered_variables_in_two_groups():
    table = table_of(
        "f =~ x1 + x2 + x3",
        groups=("m", "w"),
        thresholds={"x1": 2, "x2": 1, "x3": 1},
        group_equal=("thresholds", "loadings"),
    )
    rows = {(row.name, row.group): row for row in table}
    assert table.ordered == ("x1", "x2", "x3")
    assert rows["x1~*~x1", 1].fixed == 1
    assert rows["x1~*~x1", 2].free >= 0
    assert rows["f~1", 2].free >= 0
    assert rows["x1|t2", 1].label == rows["x1|t2", 2].label == ".p5."


def test_theta_frees_residuals_of_ordered_variables():
    table = table_of(
        "f =~ x1 + x2",
        groups=("m", "w"),
        thresholds={"x1": 1, "x2": 1},
        group_equal=("thresholds",),
        parameterization="theta",
    )
    rows = {(row.name, row.group): row for row in table}
    assert rows["x1~~x1", 1].fixed == 1
    assert rows["x1~~x1", 2].free >= 0


def test_thresholds_named_in_the_text_make_a_variable_ordered():
    table = table_of("f =~ x1 + x2 + x3\nx1 | t1 + t2")
    assert table.ordered == ("x1",)


def test_unit_variances_are_freed_where_loadings_are_equal():
    table = table_of("f =~ x + y + z", groups=("m", "w"), std_lv=True, group_equal=("loadings",))
    rows = {(row.name, row.group): row for row in table}
    assert rows["f~~f", 1].fixed == 1
    assert rows["f~~f", 2].free >= 0


def test_blocks_by_group():
    table = table_of("group: w\nf =~ x + y\ngroup: m\nf =~ x + a*y", groups=("m", "w"))
    rows = {(row.name, row.group): row for row in table}
    assert (rows["f=~y", 1].label, rows["f=~y", 2].label) == ("a", "")


def test_blocks_by_level():
    table = table_of("level: 1\nfw =~ x + y + z\nlevel: 2\nfb =~ x + y + z")
    rows = {(row.name, row.level): row for row in table}
    assert rows["x~1", 1].fixed == 0
    assert rows["x~1", 2].free >= 0


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("f =~ x1 + x2 + x1", {}, "twice"),
        ("y1 ~~ y2\ny2 ~~ y1", {}, "twice"),
        ("f =~ c(1, 2)*x1", {}, "2 values given"),
        ("f =~ x1 + q", {"names": ["x1"]}, "'q' is neither in the data"),
        ("x1 =~ x2", {"names": ["x1", "x2"]}, "also a column"),
        ("f =~ equal('f=~x9')*x1", {}, "no parameter 'f=~x9'"),
        ("group: 3\nf =~ x", {"groups": ("m", "w")}, "fits none of the groups"),
        ("group: ²\nf =~ x", {"groups": ("m", "w")}, "fits none of the groups"),
        ("group: 1\nf =~ x", {"groups": ("m", "w")}, "no block for group 'w'"),
        ("f =~ x\nlevel: 2\nf =~ x", {}, "before the first"),
        ("a := 2", {}, "names no variables"),
        (
            "f =~ x",
            {"groups": ("m", "w"), "group_equal": SCALAR, "group_partial": ("q~1",)},
            "no parameter 'q~1'",
        ),
    ],
)
def test_models_that_cannot_be_built(text, options, expected):
    with pytest.raises(SemModelError, match=expected):
        table_of(text, **options)


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("f =~ x1 + x2\nx2 ~ f", "x2 ~ f", "f =~ x2"),
        ("x2 ~ a*f + x3\nf =~ x1 + b*x2", "f =~ x2", "x2 ~ f"),
        ("g ~ f\nf =~ x1 + x2 + g\ng =~ x3", "f =~ g", "g ~ f"),
        ("f <~ x1 + x2\nf ~ x1\nx3 ~ f", "f ~ x1", "f <~ x1"),
        ("group: 1\nf =~ x1 + x2\nx2 ~ f", "x2 ~ f", "f =~ x2"),
    ],
)
def test_a_path_stated_in_both_directions_is_refused(text, first, second):
    with pytest.raises(SemModelError, match=f"'{first}' is the same path as '{second}' in line"):
        table_of(text)


def test_paths_that_only_look_alike_are_built():
    table_of("f =~ x1 + x2 + x3\nf ~ y\ng =~ x4 + x5\ng ~ f\nx4 ~ x1")
    table_of("level: 1\nx1 ~ x2\nlevel: 2\nx2 ~ x1")


@pytest.mark.parametrize(
    ("text", "groups", "expected"),
    [
        ("f =~ x1 + x2\nf ~~ 1*f\nf ~~ 2*f", ("",), r"two different values \(1 and 2\)"),
        ("f =~ x1 + 1*2*x2", ("",), r"two different values \(1 and 2\)"),
        ("f =~ x1 + NA*x2 + 1*x2", ("",), r"two different values \(NA and 1\)"),
        ("f =~ x1 + c(1, 2)*x2 + c(1, 3)*x2", ("m", "w"), r"values \(2 and 3\)"),
        ("f =~ x1 + a*x2 + b*x2", ("",), r"two different labels \(a and b\)"),
        ("f =~ x1 + start(1)*x2 + start(2)*x2", ("",), "two different starting values"),
        ("f =~ x1 + lower(1)*x2 + lower(2)*x2", ("",), "two different lower bounds"),
        ("f =~ x1 + 1*x2 + start(2)*x2", ("",), "is fixed at 1 and starts at 2"),
        ("f =~ x1 + lower(3)*x2 + upper(2)*x2", ("",), r"lower bound \(3\) above its upper"),
        ("f =~ x1 + 1*x2 + 2*x3 + a*x2 + a*x3", ("",), "label 'a' makes parameters equal"),
    ],
)
def test_modifiers_that_contradict_each_other_are_refused(text, groups, expected):
    with pytest.raises(SemModelError, match=expected):
        table_of(text, groups=groups)


@pytest.mark.parametrize(
    "text",
    [
        "f =~ x1 + x2\nf ~~ 1*f\nf ~~ 1*f",
        "f =~ NA*x1 + a*x1 + lower(0)*x2 + upper(2)*x2 + start(1)*x2",
        "f =~ a*x1 + a*x2 + x3",
    ],
)
def test_modifiers_that_agree_are_joined(text):
    assert table_of(text)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"group_equal": ("loading",)}, "unknown 'loading'"),
        ({"std_lv": True, "effect_coding": True}, "choose one"),
        ({"group_equal": ("loadings",)}, "more than one group"),
        ({"groups": ("m", "w"), "group_partial": ("f=~x",)}, "which is empty"),
    ],
)
def test_options_that_contradict(options, expected):
    with pytest.raises(SemOptionError, match=expected):
        table_of("f =~ x + y + z", **options)
