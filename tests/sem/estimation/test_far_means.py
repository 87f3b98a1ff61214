"""Variables whose means lie far from zero: the same model as with means near zero."""

import numpy as np
import pytest

from coprod_stats.sem.fit import fit
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.sample import SemData

NAMES = ("x1", "x2", "x3", "z", "t")
MODEL = "f =~ x1 + x2 + x3\nf ~ t\nz ~ f + t\nx1 ~~ z"
MEANS = FitOptions(model=ModelOptions(meanstructure=True))
CASES = {
    "ML": MEANS,
    "MLR": FitOptions("MLR", model=ModelOptions(meanstructure=True)),
    "MLM": FitOptions("MLM", model=ModelOptions(meanstructure=True)),
    "GLS": FitOptions("GLS", model=ModelOptions(meanstructure=True)),
    "random covariate": FitOptions(model=ModelOptions(meanstructure=True, fixed_x=False)),
    "FIML": FitOptions(missing="fiml"),
    "robust FIML": FitOptions("MLR", missing="fiml"),
    "two-stage": FitOptions(missing="two-stage"),
    "groups": FitOptions(),
    "equal groups": FitOptions(
        model=ModelOptions(group_equal=("loadings", "intercepts", "regressions"))
    ),
    "equal items, other slopes": FitOptions(
        model=ModelOptions(group_equal=("loadings", "intercepts"), group_partial=("z~1",))
    ),
}


def answers(centre, spread, *, holes=False):
    rng = np.random.default_rng(17)
    factor, time = rng.normal(size=(2, 300))
    items = [0.8 * factor + 0.3 * time + 0.5 * rng.normal(size=300) for _ in range(3)]
    outcome = 0.4 * time + factor + rng.normal(size=300)
    values = np.column_stack([*items, outcome, centre + spread * time])
    if holes:
        values[rng.random(300) < 0.15, 0] = np.nan
    groups = (rng.random(300) < 0.5).astype(np.intp)
    return values, groups


def fitted(name, centre, spread, model=MODEL):
    options = CASES[name]
    values, groups = answers(centre, spread, holes=options.missing != "listwise")
    grouped = {"groups": groups, "group_labels": ("a", "b")} if "group" in name else {}
    grouped = grouped or ({"groups": groups, "group_labels": ("a", "b")} if "equal" in name else {})
    return fit(model, SemData(values, NAMES, **grouped), options)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(
    ("centre", "spread"), [(2020.0, 3.0), (1.7e9, 1e6), (1.7e9, 1e4), (1.7e12, 1e6)]
)
def test_a_time_stamp_is_no_worse_a_covariate_than_its_deviation(name, centre, spread):
    near, far = fitted(name, 0.0, 1.0), fitted(name, centre, spread)
    assert far.converged
    assert [finding.code for finding in far.findings] == [f.code for f in near.findings]
    # the intercepts differ, and what concerns the covariate is in its units
    for row, ours, se, expected, expected_se in zip(
        near.table,
        far.parameters.estimates,
        far.parameters.std_errors,
        near.parameters.estimates,
        near.parameters.std_errors,
        strict=True,
    ):
        if row.op == "~1" or row.lhs == "t":
            continue
        unit = spread if row.rhs == "t" else 1.0
        assert ours * unit == pytest.approx(expected, rel=1e-5, abs=1e-7), row.name
        assert se * unit == pytest.approx(expected_se, rel=1e-5, abs=1e-7), row.name
    for measure in ("chisq", "df", "cfi", "rmsea", "srmr", "chisq_scaled", "rmsea_robust"):
        assert far.indices.get(measure) == pytest.approx(near.indices.get(measure), abs=1e-4)


def test_intercepts_are_those_of_the_data():
    far, near = fitted("ML", 1.7e9, 1e6), fitted("ML", 0.0, 1.0)
    rows = {row.name: place for place, row in enumerate(near.table)}
    direct, first, second = (far.parameters.estimates[rows[n]] for n in ("z~t", "f~t", "z~f"))
    moved = far.parameters.estimates[rows["z~1"]] + (direct + first * second) * 1.7e9
    assert moved == pytest.approx(near.parameters.estimates[rows["z~1"]], abs=1e-4)
    # the value of the outcome where the covariate is 0, long ago, is hardly known
    assert far.parameters.std_errors[rows["z~1"]] > 50


def test_the_bootstrap_takes_them_too():
    options = FitOptions(
        standard_errors="bootstrap", bootstrap=20, model=ModelOptions(meanstructure=True)
    )
    found = []
    for centre, spread in ((0.0, 1.0), (1.7e9, 1e6)):
        values, _ = answers(centre, spread)
        result = fit(MODEL, SemData(values, NAMES), options)
        assert len(result.bootstrap.params) == 20
        place = [row.name for row in result.table].index("z~t")
        found.append(result.parameters.std_errors[place] * spread)
    assert found[1] == pytest.approx(found[0], rel=1e-3)


@pytest.mark.parametrize(
    "model",
    [
        "z ~ b*t + 0*1",  # a fixed intercept cannot take up a shift
        "z ~ t + a*1\na > -1e12",
        "z ~ t + a*1\nx1 ~ t + k*1\na == 2*k",
    ],
)
def test_models_that_differ_after_a_shift_are_not_shifted(model):
    values, _ = answers(1e4, 10.0)
    near = fit(model, SemData(values, NAMES), MEANS)
    assert near.estimate.shifted is None


def test_what_cannot_be_shifted_says_what_to_do():
    # equal intercepts and other slopes: the lines of the groups meet where the covariate is 0
    values, groups = answers(1.7e9, 1e4)
    options = FitOptions(model=ModelOptions(group_equal=("loadings", "intercepts")))
    data = SemData(values, NAMES, groups=groups, group_labels=("a", "b"))
    result = fit(MODEL, data, options)
    (finding,) = [f for f in result.findings if f.code == "SEM-101"]
    assert "far from zero" in finding.message
    assert finding.parameters == ("t",)


def test_means_near_zero_are_not_shifted():
    assert fitted("ML", 20.0, 1.0).estimate.shifted is None
    assert fitted("ML", 200.0, 1.0).estimate.shifted is not None
