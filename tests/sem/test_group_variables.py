"""Groups that were asked different items: closed forms, invariances, and what is refused."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from coprod_stats.sem.errors import SemDataError, SemModelError, SemOptionError
from coprod_stats.sem.fit import fit
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.sample import SemData

MEANS = ModelOptions(meanstructure=True)
TWO = "group: a\n f =~ x1 + l*x2 + x3 + x4\ngroup: b\n f =~ x1 + l*x2 + x3"


def answers(n=300, *, seed=1, lacking=((), ("x4",)), labels=("a", "b")):
    """Answers to four items of one factor and two of another; groups in turn."""
    rng = np.random.default_rng(seed)
    f = rng.normal(size=n)
    items = np.outer(f, [1.0, 0.9, 0.8, 0.7]) + 0.6 * rng.normal(size=(n, 4)) + 2.0
    g = 0.5 * f + rng.normal(size=n)
    more = np.outer(g, [1.0, 0.9]) + 0.6 * rng.normal(size=(n, 2))
    values = np.hstack([items, more])
    names = ("x1", "x2", "x3", "x4", "y1", "y2")
    groups = np.arange(n) % len(labels)
    for group, absent in enumerate(lacking):
        for name in absent:
            values[groups == group, names.index(name)] = np.nan
    return SemData(values, names, groups=groups, group_labels=labels)


def part(data, group):
    rows = data.groups == group
    return SemData(data.values[rows], data.names)


@pytest.mark.parametrize(
    ("missing", "estimator"),
    [
        ("listwise", "ML"),
        ("listwise", "MLR"),
        ("fiml", "ML"),
        ("fiml", "MLR"),
        ("two-stage", "ML"),
    ],
)
def test_groups_that_share_nothing_are_those_fitted_one_by_one(missing, estimator):
    data = answers(lacking=(("y1", "y2"), ("x4",)))
    model = "f =~ x1 + x2 + x3 + x4\ng =~ y1 + y2\ng ~ f"
    options = FitOptions(estimator=estimator, missing=missing, model=MEANS)
    both = fit(model, data, options)
    alone = [
        fit("f =~ x1 + x2 + x3 + x4", part(data, 0), options),
        fit("f =~ x1 + x2 + x3\ng =~ y1 + y2\ng ~ f", part(data, 1), options),
    ]
    for measure in ("chisq", "df", "npar", "logl", "baseline_chisq", "baseline_df"):
        total = sum(one.indices[measure] for one in alone)
        assert both.indices[measure] == pytest.approx(total, rel=1e-8), measure
    for group, one in enumerate(alone, start=1):
        rows = [index for index, row in enumerate(both.table) if row.group == group]
        assert [both.table.rows[index].name for index in rows] == [row.name for row in one.table]
        for column in ("estimates", "std_errors"):
            ours, theirs = (getattr(f.parameters, column) for f in (both, one))
            np.testing.assert_allclose(ours[rows], theirs, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_a_group_of_one_item_adds_its_mean_and_variance(missing):
    """Group a is its own saturated model, group b a normal variable [closed form]."""
    data = answers(lacking=((), ("x2", "x3")))
    equal = ("loadings", "intercepts", "residuals")
    options = FitOptions(missing=missing, model=ModelOptions(group_equal=equal))
    result = fit("f =~ x1 + x2 + x3", data, options)
    alone = fit("f =~ x1 + x2 + x3", part(data, 0), FitOptions(model=MEANS))
    other = part(data, 1).columns(["x1"])[:, 0]
    density = -0.5 * len(other) * (np.log(2 * np.pi * other.var()) + 1)
    assert result.indices["df"] == 0
    assert result.indices["chisq"] == pytest.approx(0, abs=1e-8)
    assert result.indices["logl"] == pytest.approx(alone.indices["logl"] + density, abs=1e-6)
    found = {
        (row.group, row.name): value
        for row, value in zip(result.table, result.parameters.estimates, strict=True)
    }
    of_a = dict(zip([row.name for row in alone.table], alone.parameters.estimates, strict=True))
    for name in ("f=~x2", "f=~x3", "x1~~x1"):
        assert found[1, name] == pytest.approx(of_a[name], abs=1e-6)
    assert found[2, "f~1"] == pytest.approx(other.mean() - of_a["x1~1"], abs=1e-6)
    assert found[2, "f~~f"] == pytest.approx(other.var() - of_a["x1~~x1"], abs=1e-6)
    assert result.is_proper


def test_what_a_group_was_not_asked_is_named():
    result = fit("f =~ x1 + x2 + x3 + x4\ng =~ y1 + y2", answers(lacking=((), ("x4", "y1", "y2"))))
    (finding,) = [found for found in result.findings if found.code == "SEM-208"]
    assert "group 'b'" in finding.message
    assert finding.parameters == ("x4", "y1", "g", "y2")
    assert not [f for f in fit(TWO, answers()).findings if f.code == "SEM-208"]
    whole = fit("f =~ x1 + x2 + x3", answers())
    assert not [found for found in whole.findings if found.code == "SEM-208"]


def test_a_factor_of_one_item_that_nothing_identifies_is_named():
    data = answers(lacking=((), ("x2", "x3", "x4")))
    result = fit("f =~ x1 + x2 + x3 + x4\nx1 ~~ x1", data)
    (finding,) = [found for found in result.findings if found.code == "SEM-104"]
    assert finding.parameters == ("x1~~x1 (group 'b')", "f~~f (group 'b')")
    assert not result.is_proper


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_first_group_may_be_the_one_that_lacks_a_factor(order):
    lacking = [("y1", "y2", "x1"), ()]
    data = answers(1200, lacking=tuple(lacking[place] for place in order))
    equal = ModelOptions(group_equal=("loadings", "intercepts"))
    result = fit("f =~ x1 + x2 + x3 + x4\ng =~ y1 + y2\ng ~ f", data, FitOptions(model=equal))
    assert result.is_proper
    whole = 1 + order.index(1)
    assert {row.group for row in result.table if row.lhs == "g" and row.op == "~1"} == {whole}
    assert [r.fixed for r in result.table if (r.lhs, r.op) == ("g", "~1")] == [0.0]


def test_the_order_of_the_groups_is_irrelevant():
    lacking, equal = [("x1",), ("x4",), ()], ModelOptions(group_equal=("loadings", "intercepts"))
    model, labels = "f =~ x1 + x2 + x3 + x4", ("a", "b", "c")
    data = answers(450, lacking=lacking, labels=labels)
    one = fit(model, data, FitOptions(model=equal))
    turned = SemData(data.values, data.names, groups=2 - data.groups, group_labels=labels[::-1])
    other = fit(model, turned, FitOptions(model=equal))
    for measure in ("chisq", "df", "logl", "npar"):
        assert one.indices[measure] == pytest.approx(other.indices[measure], abs=1e-6), measure


def test_a_block_that_names_what_nobody_in_the_group_answered_is_refused():
    model = "group: a\n f =~ x1 + x2 + x3\ngroup: b\n f =~ x1 + x2 + x4"
    with pytest.raises(SemDataError, match="group 'b'") as caught:
        fit(model, answers())
    assert (caught.value.code, caught.value.variables) == ("SEM-123", ("x4",))


def test_what_nobody_answered_in_any_group_is_refused():
    with pytest.raises(SemDataError) as caught:
        fit("f =~ x1 + x2 + x3 + x4", answers(lacking=(("x4",), ("x4",))))
    assert caught.value.code == "SEM-116"


def test_a_group_of_which_nothing_is_left_is_refused():
    with pytest.raises(SemModelError, match="nothing of the model remains in group 'b'"):
        fit("x1 ~ x2 + x3", answers(lacking=((), ("x1",))))


def test_a_label_that_only_an_absent_parameter_has_is_unknown():
    model = "f =~ x1 + x2 + x3 + c(p, q)*x4\nd := p - q"
    expected = "'q' is neither .*; group 'b' has no parameters of x4, which nobody in it answered"
    with pytest.raises(SemModelError, match=expected):
        fit(model, answers())


@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("f =~ x1 + x2 + x3 + x4", {"model": ModelOptions(effect_coding=True)}),
        ('efa("b")*f + efa("b")*g =~ x1 + x2 + x3 + x4 + y1 + y2', {}),
    ],
)
def test_what_is_not_implemented_is_refused_by_name(model, options):
    with pytest.raises(SemOptionError, match="groups with different variables"):
        fit(model, answers(), FitOptions(**options))


def test_ordered_groups_of_different_variables_are_refused_by_name():
    data = answers()
    cut = replace(data, values=np.where(np.isnan(data.values), np.nan, data.values > 2))
    options = FitOptions(ordered="all", estimator="WLSMV")
    with pytest.raises(SemOptionError, match="group 'b' lacks x4"):
        fit(TWO, cut, options)


def test_the_bootstrap_draws_each_groups_own_variables():
    data = answers()
    plain = fit(TWO, data, FitOptions())
    drawn = fit(TWO, data, FitOptions(standard_errors="bootstrap", bootstrap=200, seed=1))
    free = [row.free >= 0 for row in plain.table]
    ratio = drawn.parameters.std_errors[free] / plain.parameters.std_errors[free]
    assert np.abs(np.log(ratio)).max() < 0.35


def test_means_far_from_zero_are_no_hindrance():
    data = answers()
    far = replace(data, values=data.values + 1e5)
    near_zero, moved = (fit(TWO, one) for one in (data, far))
    assert moved.is_proper
    assert moved.indices["chisq"] == pytest.approx(near_zero.indices["chisq"], abs=1e-5)


def test_auxiliary_variables_are_those_of_each_group():
    """A saturated correlate of a group that shares nothing with the other changes nothing there."""
    rng = np.random.default_rng(4)
    data = answers(600, lacking=(("y1", "y2"), ("x4",)))
    helper = data.values[:, 0] + rng.normal(size=len(data.values))
    values = np.column_stack([data.values, helper])
    values[rng.random(values.shape) < 0.1] = np.nan
    wide = SemData(values, (*data.names, "h"), data.groups, data.group_labels)
    model = "f =~ x1 + x2 + x3 + x4\ng =~ y1 + y2\ng ~ f"
    options = FitOptions(missing="fiml", auxiliary=("h",))
    both = fit(model, wide, options)
    texts = ("f =~ x1 + x2 + x3 + x4", "f =~ x1 + x2 + x3\ng =~ y1 + y2\ng ~ f")
    alone = [fit(text, part(wide, group), options) for group, text in enumerate(texts)]
    for measure in ("chisq", "df", "baseline_chisq", "baseline_df"):
        total = sum(one.indices[measure] for one in alone)
        assert both.indices[measure] == pytest.approx(total, rel=1e-7), measure
    errors = np.concatenate([one.parameters.std_errors for one in alone])
    np.testing.assert_allclose(
        np.sort(both.parameters.std_errors), np.sort(errors), rtol=1e-6, atol=1e-9
    )


def test_a_composite_is_of_what_a_group_was_asked():
    data = answers(600, lacking=((), ("y2",)))
    both = fit("c <~ 1*y1 + y2\nx1 ~ c", data)
    alone = fit("c <~ 1*y1\nx1 ~ c", part(data, 1), FitOptions(model=MEANS))
    rows = [index for index, row in enumerate(both.table) if row.group == 2]
    np.testing.assert_allclose(
        both.parameters.estimates[rows], alone.parameters.estimates, rtol=1e-6
    )


def test_a_table_of_different_variables_is_refused_with_ordered_ones():
    data = answers()
    cut = replace(data, values=np.where(np.isnan(data.values), np.nan, data.values > 2))
    table = fit(TWO, data).table
    with pytest.raises(SemOptionError, match="group 'b' lacks x4"):
        fit(table, cut, FitOptions(ordered="all", estimator="WLSMV"))


def test_groups_that_a_later_one_connects_have_one_scale():
    """Two groups without a common item are measured alike by a third that has items of both."""
    lacking = [("x3", "x4"), ("x1", "x2"), ("x4",)]
    equal = ModelOptions(group_equal=("loadings", "intercepts", "residuals"))
    found = []
    for order in permutations(range(3)):
        data = answers(900, lacking=lacking, labels=("a", "b", "c"))
        data = replace(data, groups=np.array(order)[data.groups])
        result = fit("f =~ x1 + x2 + x3 + x4", data, FitOptions(missing="fiml", model=equal))
        assert result.is_proper
        found.append((result.indices["df"], round(result.indices["chisq"], 5)))
    assert len(set(found)) == 1
    assert found[0][0] == 19 - 16


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
@pytest.mark.parametrize("lacking", [("y1",), ("y1", "y2")])
def test_the_likelihood_is_given_the_covariates_that_each_group_has(missing, lacking):
    data = answers(lacking=(lacking, ("x4",)))
    options = FitOptions(missing=missing, model=MEANS)
    both = fit("f =~ x1 + x2 + x3 + x4\nf ~ y1 + y2", data, options)
    rest = "\nf ~ y2" if lacking == ("y1",) else ""
    alone = [
        fit(f"f =~ x1 + x2 + x3 + x4{rest}", part(data, 0), options),
        fit("f =~ x1 + x2 + x3\nf ~ y1 + y2", part(data, 1), options),
    ]
    for measure in ("chisq", "df", "npar", "logl", "unrestricted_logl", "baseline_df"):
        total = sum(one.indices[measure] for one in alone)
        assert both.indices[measure] == pytest.approx(total, rel=1e-8), measure
