"""Log-likelihoods of the fitted and of the saturated model.

With fixed covariates the likelihood is that of the other variables given them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.positive_definite import factor
from coprod_stats.sem.options import Method

if TYPE_CHECKING:
    from coprod_stats.sem.problems.continuous import ContinuousProblem

FloatArray = NDArray[np.float64]

_LOG_2_PI = float(np.log(2.0 * np.pi))


def saturated_loglik(problem: ContinuousProblem) -> float:
    """Log-likelihood of the unrestricted model; nan where a covariance matrix is singular.

    Parameters
    ----------
    problem : ContinuousProblem
    """
    table = problem.table
    is_fixed = any(row.exogenous for row in table)
    total = 0.0
    for group, (sample, of_group) in enumerate(
        zip(problem.samples, problem.saturated_logliks(), strict=True), start=1
    ):
        total += of_group
        variables = table.variables(group)
        fixed = [name in variables.exogenous for name in variables.observed]
        if is_fixed and any(fixed):
            of_fixed = sample.cov[np.ix_(fixed, fixed)]
            total -= normal_loglik(sample.n_obs, of_fixed, problem.method)
    return total


def normal_loglik(n_obs: float, cov: FloatArray, method: Method) -> float:
    """Log-likelihood of a normal sample at its own moments; nan at a singular matrix.

    Parameters
    ----------
    n_obs : float
    cov : (n_items, n_items) array
        Divisor N.
    method : Method
        The Wishart likelihood has divisor N - 1.
    """
    divided = cov
    if method.likelihood == "wishart":
        divided = cov * (n_obs / (n_obs - 1.0))
    factored = factor(divided)
    if factored is None:
        return float("nan")
    return -0.5 * n_obs * (len(cov) * (_LOG_2_PI + 1.0) + factored.log_det)
