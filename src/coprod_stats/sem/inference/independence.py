"""The test of the independence model where it is known in closed form.

For complete data under normal theory the independence model has the sample's means, variances and
covariances among covariates for its estimates, so that its discrepancy is

    F = Σ log s_yy + log |S_xx| - log |S|,

``y`` the variables that are no covariates. No model is set up for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprod_stats.sem.estimation.positive_definite import factor
from coprod_stats.sem.inference.model_tests import ModelTest, chi_square_p

if TYPE_CHECKING:
    from coprod_stats.sem.problems.continuous import CompleteDataProblem


@dataclass(frozen=True, slots=True)
class Baseline:
    """Tests of the baseline model.

    Parameters
    ----------
    test : ModelTest
        Plain.
    df : int
    scaled : ModelTest, optional
    """

    test: ModelTest
    df: int
    scaled: ModelTest | None = None


def independence_test(problem: CompleteDataProblem) -> Baseline | None:
    """Test independence; None where it has no closed form or a covariance matrix is singular.

    Parameters
    ----------
    problem : CompleteDataProblem
    """
    table, method, samples = problem.table, problem.method, problem.samples
    if method.discrepancy != "ML" or method.test != "none":
        return None
    statistic, df = 0.0, 0
    for group, sample in enumerate(samples, start=1):
        variables = table.variables(group)
        n_items, n_x = len(variables.observed), len(variables.exogenous)
        x = [variables.observed.index(name) for name in variables.exogenous]
        y = np.delete(np.arange(n_items), x)
        whole, covariates = factor(sample.cov), factor(sample.cov[np.ix_(x, x)]) if x else None
        if whole is None or (x and covariates is None):
            return None
        discrepancy = float(np.log(np.diagonal(sample.cov)[y]).sum()) - whole.log_det
        discrepancy += covariates.log_det if covariates is not None else 0.0
        n_units = sample.n_obs if method.is_normal_likelihood else sample.n_obs - 1.0
        statistic += n_units * max(discrepancy, 0.0)
        df += n_items * (n_items - 1) // 2 - n_x * (n_x - 1) // 2
    return Baseline(ModelTest(statistic, df, chi_square_p(statistic, df)), df)
