from dataclasses import replace

import numpy as np
import pytest
from oracle_cases import CASES, ORDERED_CASES
from tolerances import bound

from coprod_stats.sem import resampling
from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.estimation.batched_gradients import MomentBatch, batch_gradients
from coprod_stats.sem.estimation.estimate import estimate_model, estimate_nearby
from coprod_stats.sem.estimation.nearby import minimize_nearby
from coprod_stats.sem.fit import fit
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.resampling import (
    bollen_stine,
    bootstrap,
    bootstrap_interval,
    draw_counts,
    resampled_estimates,
)
from coprod_stats.sem.sample import SemData


@pytest.fixture(scope="module")
def political(fit_oracle):
    case = replace(CASES["pd_sem_ml_constr"], fit={"standard_errors": "bootstrap", "seed": 3})
    return fit_oracle("pd_sem_ml_constr", case)


@pytest.mark.parametrize("name", ["hs_mimic_ml", "hs_mg_scalar", "pd_sem_ml", "growth_cov"])
def test_batched_gradient_is_that_of_each_sample(name, fit_oracle):
    result = fit_oracle(name, CASES[name])
    objective, params = result.estimate.objective, result.estimate.params + 0.01
    total = sum(sample.n_obs for sample in result.samples)
    batches = [
        MomentBatch(np.stack([s.mean] * 2), np.stack([s.cov] * 2), s.n_obs / total)
        for s in result.samples
    ]
    gradients = batch_gradients(
        result.estimate.models,
        batches,
        np.stack([params] * 2),
        meanstructure=objective.meanstructure,
    )
    expected = objective.evaluate(params, exact=False).gradient
    np.testing.assert_allclose(gradients, np.stack([expected] * 2), atol=1e-12)


@pytest.mark.parametrize("name", ["hs_cfa_ml", "hs_cfa_ml_means"])
def test_samples_with_little_residual_variance_are_inverted_whole(name, fit_oracle):
    result = fit_oracle(name, CASES[name])
    objective = result.estimate.objective
    params = np.stack([result.estimate.params] * 3) + 0.01
    variance = next(r.free for r in result.table if r.lhs == r.rhs == "x4")
    params[1, variance] = 1e-6
    (sample,) = result.samples
    batch = MomentBatch(np.stack([sample.mean] * 3), np.stack([sample.cov] * 3), 1.0)
    gradients = batch_gradients(
        result.estimate.models, [batch], params, meanstructure=objective.meanstructure
    )
    expected = [objective.evaluate(row, exact=False).gradient for row in params]
    np.testing.assert_allclose(gradients, expected, rtol=1e-9, atol=1e-12)


def test_counts_are_those_of_draws_with_replacement():
    counts = draw_counts(np.random.default_rng(2), 50, 4000)
    assert np.all(counts.sum(axis=1) == 50)
    assert counts.mean(axis=0) == pytest.approx(np.ones(50), abs=0.08)
    assert counts.var() == pytest.approx(1 - 1 / 50, rel=0.02)


def test_portions_of_samples_are_of_the_same_stream(fit_oracle, monkeypatch):
    result = fit_oracle("hs_cfa_ml", CASES["hs_cfa_ml"])

    def draws():
        return bootstrap(
            result.estimate,
            n_samples=7,
            rng=np.random.default_rng(5),
        ).params

    whole = draws()
    monkeypatch.setattr(resampling, "CELLS_AT_ONCE", 3 * 301)
    np.testing.assert_allclose(draws(), whole, rtol=1e-9)


@pytest.mark.parametrize("name", ["hs_mimic_ml", "hs_mg_scalar", "pd_sem_ml_constr"])
def test_batched_estimates_are_those_of_each_sample(name, fit_oracle):
    result = fit_oracle(name, CASES[name])
    draws = bootstrap(result.estimate, n_samples=3, rng=np.random.default_rng(5))
    rng = np.random.default_rng(5)
    counts = [draw_counts(rng, len(s.rows), 3) for s in result.samples]
    for number in range(3):
        drawn = result.problem.resampled([of_group[number] for of_group in counts])
        single = estimate_model(drawn, start=result.estimate.params)
        np.testing.assert_allclose(draws.params[number], single.params, rtol=2e-4, atol=2e-4)


def test_standard_errors_agree_with_lavaan_up_to_monte_carlo_error(political, oracle):
    rows = oracle("pd_sem_ml_constr_boot")["parameters"]
    expected = {(r["lhs"], r["op"], r["rhs"]): r["se"] for r in rows}
    ratios = [
        political.parameters.std_errors[index] / expected[row.lhs, row.op, row.rhs]
        for index, row in enumerate(political.table)
        if row.free >= 0
    ]
    assert np.median(ratios) == pytest.approx(1, abs=0.05)
    assert np.all(np.abs(np.log(ratios)) < 0.35)
    for index, item in enumerate(political.table.definitions):
        want = next(r["se"] for r in rows if r["lhs"] == item.name)
        assert political.definitions.std_errors[index] == pytest.approx(
            want, rel=bound("bootstrap errors")
        )


def test_intervals_hold_the_estimates_and_the_ledger_counts(political):
    free = list(political.table.free_rows)
    estimates = political.parameters.estimates[free]
    assert np.all(political.parameters.ci_lower[free] < estimates)
    assert np.all(political.parameters.ci_upper[free] > estimates)
    asked, used = political.ledger["bootstrap"]
    assert asked == "1000"
    assert int(used) > 900


def test_the_same_seed_gives_the_same_numbers(political, fit_oracle):
    case = replace(CASES["pd_sem_ml_constr"], fit={"standard_errors": "bootstrap", "seed": 3})
    again = fit_oracle("pd_sem_ml_constr", case)
    np.testing.assert_array_equal(again.parameters.ci_lower, political.parameters.ci_lower)


def test_other_estimators_are_refitted_one_by_one(fit_oracle):
    options = {"missing": "fiml", "standard_errors": "bootstrap", "bootstrap": 4, "interval": "bca"}
    result = fit_oracle("hs_fiml", replace(CASES["hs_fiml"], fit=options))
    assert result.bootstrap.params.shape == (4, 30)
    assert np.all(result.parameters.std_errors[list(result.table.free_rows)] > 0)


def test_interval_quantiles():
    draws = np.arange(1.0, 1000.0)[:, None]
    lower, upper = bootstrap_interval(draws, np.array([500.0]), "percentile")
    assert (lower[0], upper[0]) == (25, 975)
    lower, upper = bootstrap_interval(draws, np.array([500.4]), "bca")
    assert lower[0] == pytest.approx(25.2, abs=0.5)
    shifted, _ = bootstrap_interval(draws, np.array([600.0]), "bca")
    assert shifted[0] > 50


def test_bollen_stine_keeps_the_level_of_a_model_that_holds(fit_oracle):
    case = replace(CASES["hs_cfa_ml"], model={"meanstructure": True})
    result = fit_oracle("hs_cfa_ml", case)
    test = bollen_stine(result.estimate, n_samples=40, rng=np.random.default_rng(1))
    assert test.p_value == 0
    assert np.mean(test.statistics) == pytest.approx(24, abs=6)


def test_designs_that_the_bootstrap_would_ignore_are_refused(fit_oracle):
    rng = np.random.default_rng(1)
    clustered = fit_oracle("hs_weights_cluster_mlr", CASES["hs_weights_cluster_mlr"])
    with pytest.raises(SemOptionError, match="does not follow clusters"):
        bootstrap(clustered.estimate, n_samples=2, rng=rng)
    incomplete = fit_oracle("hs_fiml", CASES["hs_fiml"])
    with pytest.raises(SemOptionError, match="needs complete continuous"):
        bollen_stine(incomplete.estimate, n_samples=2, rng=rng)


def test_ordered_data_are_drawn_by_case(fit_oracle):
    fitted = fit_oracle("hs_dich_wlsmv", ORDERED_CASES["hs_dich_wlsmv"])
    rng = np.random.default_rng(6)
    draws = bootstrap(fitted.estimate, n_samples=60, rng=rng)
    assert len(draws.params) > 50
    ratio = np.sqrt(np.diag(draws.covariance()) / np.diag(fitted.inference.covariance))
    # 60 samples: a standard error of 9 % in each standard deviation, and heavier tails
    assert 0.8 < np.median(ratio) < 1.3


def test_samples_without_a_category_are_left_out():
    rng = np.random.default_rng(2)
    values = rng.integers(0, 2, (60, 3)).astype(float)
    values[0, 0] = 2.0
    data = SemData(values, ("y1", "y2", "y3"))
    fitted = fit("y1 ~~ y2\ny2 ~~ y3\ny1 ~~ y3", data, FitOptions("WLSMV", "all"))
    draws = bootstrap(fitted.estimate, n_samples=20, rng=rng)
    assert 0 < len(draws.params) < 20


def test_estimates_nearby_are_those_of_whole_steps(fit_oracle):
    result = fit_oracle("hs_fiml", CASES["hs_fiml"])
    rng = np.random.default_rng(8)
    for _ in range(5):
        counts = [draw_counts(rng, len(sample.rows), 1)[0] for sample in result.samples]
        drawn = result.problem.resampled(counts)
        near = estimate_nearby(drawn, result.estimate)
        whole = estimate_model(drawn)
        np.testing.assert_allclose(near.params, whole.params, rtol=2e-5, atol=2e-5)
        assert near.minimum.final.value == pytest.approx(whole.minimum.final.value, abs=1e-10)


def test_an_objective_that_falls_without_end_has_no_minimum_nearby(fit_oracle):
    estimate = fit_oracle("hs_fiml", CASES["hs_fiml"]).estimate

    class Endless:
        def slope(self, params):
            away = params - estimate.params
            return -float(away.sum()) - float(away @ away), -1.0 - 2.0 * away

    curvature = estimate.minimum.final.curvature
    assert minimize_nearby(Endless(), estimate.restrictions, estimate.params, curvature) is None


@pytest.mark.parametrize("value", [np.inf, np.nan])
def test_where_an_objective_is_not_defined_is_no_minimum(fit_oracle, value):
    estimate = fit_oracle("hs_fiml", CASES["hs_fiml"]).estimate

    class Undefined:
        def slope(self, params):
            return value, np.zeros_like(params) if np.isinf(value) else params * np.nan

    curvature = estimate.minimum.final.curvature
    assert minimize_nearby(Undefined(), estimate.restrictions, estimate.params, curvature) is None


@pytest.mark.parametrize("name", ["hs_cluster_fiml_mlr", "cluster_robust_mlr"])
def test_clusters_are_drawn_whole(name, fit_oracle):
    result = fit_oracle(name, CASES[name])
    rng = np.random.default_rng(4)
    drawn = list(resampled_estimates(result.estimate, n_samples=200, rng=rng))
    found = np.array([one.params for one in drawn if one is not None])
    robust = np.sqrt(np.diag(result.inference.covariance))
    # 200 samples: a standard error of 5 % in each standard deviation
    assert np.median(found.std(axis=0) / robust) == pytest.approx(1, abs=0.15)
    for one in drawn[:3]:
        (of,) = one.problem.samples
        (whole,) = result.samples
        times = np.bincount(np.searchsorted(whole.rows, of.rows), minlength=len(whole.rows))
        for cluster in range(whole.n_clusters):
            assert len(set(times[whole.clusters == cluster])) == 1
