"""The scaled baseline of two-stage estimation is lavaan's, and what that does."""

import numpy as np
import pytest

from coprod_stats.sem.inference import global_fit
from coprod_stats.sem.inference.infer import infer
from coprod_stats.sem.model.parameters import ModelOptions
from coprod_stats.sem.model.syntax import parse_model
from coprod_stats.sem.model.table_building import build_parameters
from coprod_stats.sem.observed.available_cases import available_case_acov
from coprod_stats.sem.options import FitOptions
from coprod_stats.sem.problems.incomplete import TwoStageProblem
from coprod_stats.sem.sample import SemData

NAMES = tuple(f"y{i}" for i in range(1, 7))
METHOD = TwoStageProblem.resolve_method(FitOptions(missing="two-stage"))


def baseline_statistics(rng):
    """Scaled baseline statistics by EM moments and by available cases, of independent items."""
    values = rng.normal(size=(500, 6))
    values[rng.random(values.shape) < 0.3] = np.nan
    table = build_parameters(
        parse_model("f =~ " + " + ".join(NAMES)), NAMES, options=ModelOptions(meanstructure=True)
    )
    problem = TwoStageProblem.prepare(table, SemData(values, NAMES), METHOD)
    baseline = infer(global_fit.fit_baseline(problem))
    (sample,) = problem.samples
    gamma = available_case_acov(sample.data, n_empty=sample.n_empty)
    observed = ~np.isnan(values)
    pairs = (observed[:, :1] & observed[:, 1:2]).mean()
    return baseline.scaled.statistic, gamma[7, 7], pairs


def test_available_cases_understate_the_variance_of_a_covariance():
    rng = np.random.default_rng(1)
    drawn = np.array([baseline_statistics(rng) for _ in range(100)])
    scaled, variance, pairs = drawn.T
    # 15 degrees of freedom: standard error of the mean sqrt(30 / 100)
    assert scaled.mean() == pytest.approx(15.0, abs=3 * np.sqrt(30 / 100))
    # the covariance of two independent items has variance 1 over its q n cases, that is 1/q per n
    np.testing.assert_allclose(variance.mean(), pairs.mean(), rtol=0.05)
    assert variance.mean() < 0.6 < 1.0 / pairs.mean()


def test_rows_without_answers_enter_the_divisor():
    values = np.random.default_rng(2).normal(size=(40, 3))
    np.testing.assert_allclose(
        available_case_acov(values, n_empty=10), 0.8 * available_case_acov(values)
    )
