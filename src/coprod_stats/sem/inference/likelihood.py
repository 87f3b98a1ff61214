"""Log-likelihoods of the fitted and of the saturated model.

With fixed covariates the likelihood is that of the other variables given them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.positive_definite import factor
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.options import Method
from coprod_stats.sem.sample import GroupSample

FloatArray = NDArray[np.float64]

_LOG_2_PI = float(np.log(2.0 * np.pi))


def saturated_loglik(
    table: ParameterTable, samples: Sequence[GroupSample], method: Method
) -> float:
    """Log-likelihood of the unrestricted model; nan where a covariance matrix is singular.

    Parameters
    ----------
    table : ParameterTable
    samples : sequence of GroupSample
    method : Method
    """
    fixed = [name in table.exogenous for name in table.observed]
    subtract = any(fixed) and any(row.exogenous for row in table)
    total = 0.0
    for sample in samples:
        if sample.saturated is not None and method.is_fiml:
            total += sample.saturated.loglik
        else:
            total += _normal_loglik(sample.n_obs, sample.cov, method)
        if subtract:
            total -= _normal_loglik(sample.n_obs, sample.cov[np.ix_(fixed, fixed)], method)
    return total


def _normal_loglik(n_obs: float, cov: FloatArray, method: Method) -> float:
    divided = cov
    if method.likelihood == "wishart":
        divided = cov * (n_obs / (n_obs - 1.0))
    factored = factor(divided)
    if factored is None:
        return float("nan")
    return -0.5 * n_obs * (len(cov) * (_LOG_2_PI + 1.0) + factored.log_det)
