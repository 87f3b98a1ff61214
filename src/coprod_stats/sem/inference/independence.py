"""The test of the independence model where it is known in closed form.

For complete data under normal theory the independence model has the sample's means, variances and
covariances among covariates for its estimates, so that its discrepancy is

    F = Σ log s_yy + log |S_xx| - log |S|,

``y`` the variables that are no covariates. No model is set up for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coprod_stats.sem.estimation.positive_definite import factor
from coprod_stats.sem.inference.model_tests import ModelTest, chi_square_p
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.options import Method
from coprod_stats.sem.sample import GroupSample


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


def independence_test(
    table: ParameterTable, samples: Sequence[GroupSample], method: Method
) -> Baseline | None:
    """Test independence; None where it has no closed form or a covariance matrix is singular.

    Parameters
    ----------
    table : ParameterTable
        Of the model.
    samples : sequence of GroupSample
    method : Method
    """
    is_plain = method.discrepancy == "ML" and method.missing == "listwise" and method.test == "none"
    if not is_plain or table.auxiliary or table.is_two_level:
        return None
    x = [table.observed.index(name) for name in table.exogenous]
    y = np.delete(np.arange(len(table.observed)), x)
    statistic = 0.0
    for sample in samples:
        whole, covariates = factor(sample.cov), factor(sample.cov[np.ix_(x, x)]) if x else None
        if whole is None or (x and covariates is None):
            return None
        discrepancy = float(np.log(np.diagonal(sample.cov)[y]).sum()) - whole.log_det
        discrepancy += covariates.log_det if covariates is not None else 0.0
        n_units = sample.n_obs if method.is_normal_likelihood else sample.n_obs - 1.0
        statistic += n_units * max(discrepancy, 0.0)
    per_group = len(table.observed) * (len(table.observed) - 1) // 2 - len(x) * (len(x) - 1) // 2
    df = len(samples) * per_group
    return Baseline(ModelTest(statistic, df, chi_square_p(statistic, df)), df)
