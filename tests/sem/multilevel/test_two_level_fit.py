"""Fits of two-level models: cases that must coincide, invariances, and what must be said."""

from dataclasses import replace

import numpy as np
import pytest

from coprod_stats.sem.compare import difference_test, release_tests, wald
from coprod_stats.sem.errors import SemDataError, SemModelError, SemOptionError
from coprod_stats.sem.factor_scores import factor_scores
from coprod_stats.sem.fit import fit
from coprod_stats.sem.inference.modification import modification_indices
from coprod_stats.sem.inference.residuals import correlation_residuals, raw_residuals
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.multilevel import two_level_indices, two_level_sample
from coprod_stats.sem.multilevel.findings import two_level_findings
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.problems.continuous import CompleteDataProblem
from coprod_stats.sem.reliability import model_reliability
from coprod_stats.sem.resampling import bollen_stine
from coprod_stats.sem.sample import SemData
from coprod_stats.sem.simulation import fitted_populations

FACTOR = """level: 1
fw =~ a + b + c
fw ~ x
level: 2
fb =~ a + b + c
fb ~ w
"""


def values_of(result):
    return {
        (row.name, row.group, row.level): value
        for row, value in zip(result.table, result.parameters.estimates, strict=True)
    }


def codes_of(result):
    return [finding.code for finding in result.findings]


def test_levels_without_a_common_variable_are_two_single_level_models(make_clustered, fit_levels):
    data = make_clustered(50, names=("a", "b"))
    whole = fit_levels("level: 1\na ~ x\nlevel: 2\nw ~~ w", data)
    alone = fit(
        "a ~ x",
        SemData(data.values, data.names),
        FitOptions(model=ModelOptions(meanstructure=True)),
    )
    for name in ("a~x", "a~~a", "a~1"):
        at = [row.name for row in alone.table].index(name)
        here = [(row.name, row.level) for row in whole.table].index((name, 1))
        assert whole.parameters.estimates[here] == pytest.approx(
            alone.parameters.estimates[at], abs=1e-9
        )
        assert whole.parameters.std_errors[here] == pytest.approx(
            alone.parameters.std_errors[at], rel=1e-7
        )
    first = np.unique(data.clusters, return_index=True)[1]
    w = data.values[first, data.names.index("w")]
    found = values_of(whole)
    assert found["w~1", 1, 2] == pytest.approx(w.mean(), abs=1e-10)
    assert found["w~~w", 1, 2] == pytest.approx(w.var(), abs=1e-10)


def test_a_balanced_random_intercept_has_the_estimates_of_analysis_of_variance(fit_levels):
    rng = np.random.default_rng(2)
    clusters, n = np.repeat(np.arange(30), 6), 6
    y = rng.normal(size=30)[clusters] + rng.normal(size=clusters.size)
    result = fit_levels(
        "level: 1\ny ~~ y\nlevel: 2\ny ~~ y", SemData(y[:, None], ("y",), clusters=clusters)
    )
    means = y.reshape(30, n).mean(axis=1)
    within = ((y - means[clusters]) ** 2).sum() / (30 * (n - 1))
    found = values_of(result)
    assert found["y~~y", 1, 1] == pytest.approx(within, rel=1e-10)
    assert found["y~~y", 1, 2] == pytest.approx(means.var() - within / n, rel=1e-9)
    assert found["y~1", 1, 2] == pytest.approx(y.mean(), rel=1e-10)
    assert result.parameters.std_errors[-1] == pytest.approx(np.sqrt(means.var() / 30), rel=1e-7)


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_order_of_rows_and_names_of_clusters_do_not_matter(make_clustered, fit_levels, estimator):
    data = make_clustered(60)
    rng = np.random.default_rng(4)
    order = rng.permutation(len(data.values))
    renamed = rng.permutation(1000)[:60][data.clusters]
    shuffled = SemData(data.values[order], data.names, clusters=renamed[order])
    one = fit_levels(FACTOR, data, estimator=estimator)
    other = fit_levels(FACTOR, shuffled, estimator=estimator)
    np.testing.assert_allclose(one.parameters.estimates, other.parameters.estimates, atol=1e-9)
    np.testing.assert_allclose(one.parameters.std_errors, other.parameters.std_errors, rtol=1e-7)
    for name, value in one.indices.items():
        assert other.indices[name] == pytest.approx(value, rel=1e-8, abs=1e-8), name


def test_units_of_the_variables_do_not_matter(make_clustered, fit_levels):
    data = make_clustered(200, seed=12)
    scales = np.array([1000.0, 1.0, 1.0, 0.001, 50.0])
    scaled = SemData(data.values * scales, data.names, clusters=data.clusters)
    one, other = (fit_levels(FACTOR, item, estimator="MLR") for item in (data, scaled))
    assert one.is_proper
    for name in ("chisq", "chisq_scaled", "cfi", "rmsea", "srmr_within", "srmr_between"):
        assert other.indices[name] == pytest.approx(one.indices[name], rel=1e-6, abs=1e-7), name


def test_where_a_covariate_is_centred_changes_no_robust_standard_error(make_clustered, fit_levels):
    """In lavaan 0.6-14 it does: see docs/methods/two_level_models.md."""
    data = make_clustered(60)
    moved = data.values.copy()
    moved[:, data.names.index("x")] += 5.0
    one = fit_levels(FACTOR, data, estimator="MLR")
    other = fit_levels(FACTOR, SemData(moved, data.names, clusters=data.clusters), estimator="MLR")
    assert other.indices["chisq_scaled"] == pytest.approx(one.indices["chisq_scaled"], rel=1e-7)
    for index, row in enumerate(one.table):
        if row.op != "~1":
            assert other.parameters.std_errors[index] == pytest.approx(
                one.parameters.std_errors[index], rel=1e-6, abs=1e-9
            )


def test_one_group_twice_has_twice_the_statistic(make_clustered, fit_levels):
    data = make_clustered(40, names=("a", "b", "c", "d"))
    model = "level: 1\nfw =~ a + b + c + d\nlevel: 2\nfb =~ a + b + c + d"
    n = len(data.values)
    double = SemData(
        np.vstack([data.values, data.values]),
        data.names,
        np.repeat([0, 1], n),
        ("p", "q"),
        clusters=np.tile(data.clusters, 2),
    )
    one, two = (fit_levels(model, item, estimator="MLR") for item in (data, double))
    assert two.indices["chisq"] == pytest.approx(2 * one.indices["chisq"], rel=1e-8)
    assert two.indices["df"] == 2 * one.indices["df"]
    assert two.indices["chisq_scaling_factor"] == pytest.approx(
        one.indices["chisq_scaling_factor"], rel=1e-7
    )
    np.testing.assert_allclose(
        two.parameters.std_errors, np.tile(one.parameters.std_errors, 2), rtol=1e-7
    )


def test_groups_without_common_parameters_are_fitted_as_if_alone(make_clustered, fit_levels):
    """In lavaan 0.6-14 robust standard errors are not: see docs/methods/two_level_models.md."""
    small = make_clustered(60, sizes=(1, 2, 3), seed=4)
    large = make_clustered(40, sizes=(8, 15), seed=5)
    groups = np.repeat([0, 1], [len(small.values), len(large.values)])
    both = SemData(
        np.vstack([small.values, large.values]),
        small.names,
        groups,
        ("small", "large"),
        clusters=np.concatenate([small.clusters, large.clusters]),
    )
    together = fit_levels(FACTOR, both, estimator="MLR")
    apart = [fit_levels(FACTOR, data, estimator="MLR") for data in (small, large)]
    for name in ("estimates", "std_errors"):
        joined = np.concatenate([getattr(result.parameters, name) for result in apart])
        np.testing.assert_allclose(getattr(together.parameters, name), joined, rtol=1e-6, atol=1e-8)
    for name in ("chisq", "df", "npar", "logl", "baseline_chisq"):
        total = sum(result.indices[name] for result in apart)
        assert together.indices[name] == pytest.approx(total, rel=1e-8)


@pytest.mark.parametrize("information", ["expected", "observed"])
def test_the_mean_of_a_variable_within_clusters_only(make_clustered, fit_levels, information):
    data = make_clustered(60)
    result = fit_levels("level: 1\na ~~ a\nx ~~ x\nlevel: 2\na ~~ a", data, information=information)
    x = data.values[:, data.names.index("x")]
    place = [(row.name, row.level) for row in result.table].index(("x~1", 1))
    assert result.parameters.std_errors[place] == pytest.approx(x.std() / np.sqrt(x.size), rel=1e-7)


def test_gradient_and_hessian_of_the_objective(make_clustered, fit_levels):
    result = fit_levels(FACTOR, make_clustered(40))
    objective = result.problem.objective(result.problem.models())
    rng = np.random.default_rng(1)
    point = result.estimate.params + 0.01 * rng.normal(size=result.table.n_free)
    step = 1e-5 * np.eye(point.size)
    at = objective.evaluate(point, exact=True)
    by_value = [(objective.value(point + h) - objective.value(point - h)) / 2e-5 for h in step]
    np.testing.assert_allclose(at.gradient, by_value, rtol=1e-6, atol=1e-8)
    hessian = [
        (
            objective.evaluate(point + h, exact=True).gradient
            - objective.evaluate(point - h, exact=True).gradient
        )
        / 2e-5
        for h in step
    ]
    np.testing.assert_allclose(at.curvature, hessian, rtol=1e-6, atol=1e-7)


def test_outside_the_parameter_space_the_objective_is_infinite(make_clustered, fit_levels):
    result = fit_levels(FACTOR, make_clustered(40))
    objective = result.estimate.objective
    point = result.estimate.params.copy()
    point[[row.free for row in result.table if row.name == "a~~a" and row.level == 1]] = -50.0
    assert objective.value(point) == np.inf
    assert objective.evaluate(point, exact=True).value == np.inf


def test_a_saturated_model_fits_perfectly(make_clustered, fit_levels):
    result = fit_levels(
        "level: 1\na ~~ b + c\nb ~~ c\nlevel: 2\na ~~ b + c\nb ~~ c", make_clustered(60)
    )
    assert result.indices["df"] == 0
    assert result.indices["chisq"] == pytest.approx(0, abs=1e-8)
    assert result.indices["srmr"] == pytest.approx(0, abs=1e-8)
    assert result.indices["logl"] == pytest.approx(result.indices["unrestricted_logl"], abs=1e-8)


def test_equal_loadings_across_levels_and_what_is_defined_from_them(make_clustered, fit_levels):
    model = """level: 1
    fw =~ a + p*b + q*c
    fw ~~ vw*fw
    level: 2
    fb =~ a + p*b + q*c
    fb ~~ vb*fb
    icc := vb/(vb + vw)"""
    data = make_clustered(80)
    result = fit_levels(model, data, estimator="MLR")
    found = values_of(result)
    assert found["fw=~b", 1, 1] == pytest.approx(found["fb=~b", 1, 2], abs=1e-12)
    share = found["fb~~fb", 1, 2] / (found["fb~~fb", 1, 2] + found["fw~~fw", 1, 1])
    assert result.definitions.estimates[0] == pytest.approx(share, rel=1e-12)
    free = fit_levels(model.replace("p*", "").replace("q*", ""), data, estimator="MLR")
    assert difference_test(result, free).df == 2
    assert difference_test(result, free, method="2010").statistic > 0
    test = wald(
        fit_levels(model.replace("fb =~ a + p*b + q*c", "fb =~ a + r*b + s*c"), data),
        "p == r; q == s",
    )
    assert test.df == 2


def test_information_is_observed_unless_asked_otherwise(make_clustered, fit_levels):
    data = make_clustered(60)
    default, observed, expected = (
        fit_levels(FACTOR, data, information=kind) for kind in ("default", "observed", "expected")
    )
    assert default.method.information == "observed"
    np.testing.assert_array_equal(default.parameters.std_errors, observed.parameters.std_errors)
    assert np.abs(expected.parameters.std_errors - observed.parameters.std_errors).max() > 1e-5


def test_clusters_without_levels_stay_a_single_level_model(make_clustered, fit_levels):
    result = fit_levels("f =~ a + b + c", make_clustered(60))
    assert type(result.problem) is CompleteDataProblem
    assert result.method.test == "yuan-bentler"


# ---- what must be said


def test_means_that_cannot_be_told_apart_are_named(make_clustered, fit_levels):
    model = "level: 1\ni =~ 1*a + 1*b + 1*c\nlevel: 2\nib =~ 1*a + 1*b + 1*c"
    result = fit_levels(model, make_clustered(60), model_options={"model_type": "growth"})
    finding = next(f for f in result.findings if f.code == "SEM-104")
    assert finding.parameters == ("i~1 (level 1)", "ib~1 (level 2)")
    assert not result.is_proper


def test_a_negative_variance_between_clusters_is_improper(fit_levels):
    rng = np.random.default_rng(1)
    clusters = np.repeat(np.arange(40), 5)
    y = rng.normal(size=(200, 1))
    y -= 0.9 * np.array([y[clusters == c].mean() for c in range(40)])[clusters][:, None]
    result = fit_levels("level: 1\ny ~~ y\nlevel: 2\ny ~~ y", SemData(y, ("y",), clusters=clusters))
    assert not result.is_proper
    assert {"SEM-105", "SEM-223", "SEM-225"} <= set(codes_of(result))
    negative = next(f for f in result.findings if f.code == "SEM-105")
    assert negative.parameters == ("y~~y (level 2)",)
    assert result.indices["chisq"] == 0


def test_few_clusters_are_named(make_clustered, fit_levels):
    data = make_clustered(12, sizes=(8, 12, 20))
    likelihood = fit_levels(FACTOR, data)
    assert "SEM-221" in codes_of(likelihood)
    assert "SEM-202" not in codes_of(likelihood)
    robust = fit_levels(FACTOR, data, estimator="MLR")
    assert {"SEM-202", "SEM-221"} <= set(codes_of(robust))
    assert robust.indices["chisq_scaled"] != robust.indices["chisq"]


def test_clusters_of_one_are_named(make_clustered, fit_levels):
    data = make_clustered(150, sizes=(1, 1, 1, 1, 2))
    assert "SEM-222" in codes_of(fit_levels(FACTOR, data))
    with pytest.raises(SemDataError, match="SEM-131: every cluster has one case"):
        fit_levels(FACTOR, make_clustered(80, sizes=(1,)))


def without_between(data, name):
    """Shrink the cluster means of a variable to less than chance would give."""
    values, place = data.values.copy(), data.names.index(name)
    count = data.clusters.max() + 1
    means = np.array([values[data.clusters == c, place].mean() for c in range(count)])
    values[:, place] -= 0.95 * (means - means.mean())[data.clusters]
    return SemData(values, data.names, clusters=data.clusters)


def test_a_variable_without_variance_between_clusters_is_named(make_clustered, fit_levels):
    data = without_between(make_clustered(50), "a")
    result = fit_levels("level: 1\na ~~ a\nlevel: 2\na ~~ 0*a", data)
    finding = next(f for f in result.findings if f.code == "SEM-223")
    assert finding.parameters == ("a",)


def test_more_variables_than_clusters_leave_a_singular_matrix(make_clustered, fit_levels):
    names = tuple("abcdef")
    data = make_clustered(6, sizes=(30,), names=names)
    pairs = "\n".join(f"{p} ~~ {q}" for k, p in enumerate(names) for q in names[k + 1 :])
    result = fit_levels(f"level: 1\n{pairs}\nlevel: 2\nfb =~ {' + '.join(names)}", data)
    finding = next(f for f in result.findings if f.code == "SEM-223")
    assert "singular" in finding.message
    assert finding.parameters == ()


@pytest.mark.parametrize(
    ("model", "code", "names"),
    [
        ("level: 1\na ~ x\nlevel: 2\nb ~ w", "SEM-132", ("b",)),
        ("level: 1\na ~ x + w\nlevel: 2\na ~ w", "SEM-133", ("w",)),
        ("level: 1\na ~ x + moved\nlevel: 2\na ~ w", "SEM-134", ("x", "moved")),
        ("level: 1\na ~ x\nlevel: 2\na ~ w + double", "SEM-112", ("w", "double")),
        ("level: 1\na ~ centred\nlevel: 2\na ~ centred", "SEM-135", ("centred",)),
    ],
)
def test_variables_that_do_not_vary_as_the_model_says_are_named(
    make_clustered, fit_levels, model, code, names
):
    data = make_clustered(40)
    x, w = (data.values[:, data.names.index(name)] for name in ("x", "w"))
    means = np.array([x[data.clusters == c].mean() for c in range(40)])[data.clusters]
    extra = {
        "moved": x + np.random.default_rng(1).normal(size=40)[data.clusters],
        "double": 2.0 * w,
        "centred": x - means,
    }
    values = np.column_stack([data.values, *extra.values()])
    with pytest.raises(SemDataError) as error:
        fit_levels(model, SemData(values, (*data.names, *extra), clusters=data.clusters))
    assert error.value.code == code
    assert set(error.value.variables) == set(names)


def test_a_failing_unrestricted_model_is_said(make_clustered, fit_levels, monkeypatch):
    def fail(_):
        raise np.linalg.LinAlgError

    monkeypatch.setattr(two_level_sample, "unrestricted_moments", fail)
    with pytest.raises(SemDataError, match="no unrestricted model can be fitted"):
        fit_levels(FACTOR, make_clustered(40))


def test_an_unrestricted_model_that_does_not_converge_is_said(make_clustered, fit_levels):
    result = fit_levels(FACTOR, make_clustered(40))
    levels = result.samples[0].levels
    stopped = replace(levels, unrestricted=replace(levels.unrestricted, converged=False))
    sample = replace(result.samples[0], levels=stopped)
    codes = [finding.code for finding in two_level_findings(result.estimate, (sample,))]
    assert "SEM-224" in codes


def test_a_baseline_without_maximum_is_said(make_clustered, fit_levels, monkeypatch):
    def fail(*_, **__):
        raise np.linalg.LinAlgError

    monkeypatch.setattr(two_level_indices, "estimate_model", fail)
    result = fit_levels(FACTOR, make_clustered(60))
    assert "SEM-226" in codes_of(result)
    assert "cfi" not in result.indices
    assert result.indices["chisq"] > 0


def test_a_single_cluster_is_refused(make_clustered, fit_levels):
    data = make_clustered(20)
    one = SemData(data.values, data.names, clusters=np.zeros(len(data.values), dtype=np.intp))
    with pytest.raises(SemDataError, match="SEM-114"):
        fit_levels("level: 1\na ~ x\nlevel: 2\na ~~ a", one)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"estimator": "MLM"}, "MLM is not implemented"),
        ({"estimator": "WLSMV", "ordered": ("a",)}, "WLSMV is not implemented"),
        ({"missing": "fiml"}, "missing='fiml'"),
        ({"missing": "two-stage"}, "missing='two-stage'"),
        ({"likelihood": "wishart"}, "likelihood='wishart'"),
        ({"standard_errors": "bootstrap"}, "bootstrapped standard errors"),
        ({"model_options": {"group_equal": ("loadings",)}}, "group_equal"),
    ],
)
def test_what_is_not_there_is_refused_by_name(make_clustered, fit_levels, options, named):
    with pytest.raises(SemOptionError, match="two-level models") as error:
        fit_levels(FACTOR, make_clustered(30), **options)
    assert named in str(error.value)


def test_levels_need_clusters_and_take_no_weights(make_clustered, fit_levels):
    data = make_clustered(30)
    with pytest.raises(SemOptionError, match="needs the column of the clusters"):
        fit_levels(FACTOR, SemData(data.values, data.names))
    weights = np.ones(len(data.values))
    weighted = SemData(data.values, data.names, weights=weights, clusters=data.clusters)
    with pytest.raises(SemOptionError, match="sampling weights: not implemented for two-level"):
        fit_levels(FACTOR, weighted)


def test_exploratory_blocks_are_refused(make_clustered, fit_levels):
    model = 'level: 1\nefa("e")*f1 + efa("e")*f2 =~ a + b + c + x\nlevel: 2\na ~ w'
    with pytest.raises(SemModelError, match="not implemented for two-level models"):
        fit_levels(model, make_clustered(30))


@pytest.mark.parametrize(
    "what", [factor_scores, model_reliability, raw_residuals, correlation_residuals]
)
def test_what_follows_from_a_fit_is_refused_by_name(make_clustered, fit_levels, what):
    result = fit_levels(FACTOR, make_clustered(30))
    with pytest.raises(SemOptionError, match="not implemented for two-level models"):
        what(result)


def test_modification_indices_and_bollen_stine_are_refused(make_clustered, fit_levels):
    result = fit_levels(FACTOR, make_clustered(30))
    with pytest.raises(SemOptionError, match="modification indices: not implemented"):
        modification_indices(result.estimate)
    with pytest.raises(SemOptionError, match="the Bollen-Stine bootstrap: not implemented"):
        bollen_stine(
            result.estimate,
            n_samples=2,
            rng=np.random.default_rng(1),
        )


def test_simulation_from_a_two_level_fit_is_refused(make_clustered, fit_levels):
    result = fit_levels(FACTOR, make_clustered(30))
    with pytest.raises(SemOptionError, match="simulation: not implemented for two-level models"):
        fitted_populations(result)


def test_released_restrictions_of_two_levels(make_clustered, fit_levels):
    tied = "level: 1\nf =~ a + l*b + l*c\nlevel: 2\na ~~ b\na ~~ c\nb ~~ c"
    data = make_clustered(60)
    (released,), _ = release_tests(fit_levels(tied, data))
    free = fit_levels(tied.replace("l*", ""), data)
    fall = fit_levels(tied, data).inference.test.statistic - free.inference.test.statistic
    assert released.test.statistic == pytest.approx(fall, rel=0.1)
    with pytest.raises(SemOptionError, match="score tests with fixed_x: not implemented"):
        release_tests(fit_levels(tied.replace("level: 2", "f ~ x\nlevel: 2"), data))
