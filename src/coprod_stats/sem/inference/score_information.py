"""Information of the parameters for score tests, beyond the curvature of the objective."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.least_squares import moment_jacobian
from coprod_stats.sem.inference.moment_sandwich import normal_weight
from coprod_stats.sem.inference.sandwich import fixed_columns, moments_among
from coprod_stats.sem.model.lisrel import LisrelModel

if TYPE_CHECKING:
    from coprod_stats.sem.problems.continuous import ContinuousProblem

FloatArray = NDArray[np.float64]


def saturated_moment_information(
    problem: ContinuousProblem, models: Sequence[LisrelModel], params: FloatArray
) -> FloatArray:
    """Compute the expected information at the saturated instead of the implied moments.

    Parameters
    ----------
    problem : ContinuousProblem
    models : sequence of LisrelModel
        One per group.
    params : (n_free,) array
    """
    n_free = problem.table.n_free
    information = np.zeros((n_free, n_free))
    for model, sample in zip(models, problem.samples, strict=True):
        jacobian = moment_jacobian(model, model.moments(params), meanstructure=True)
        weight = normal_weight(sample.cov, meanstructure=True)
        local = np.ix_(model.parameters, model.parameters)
        information[local] += sample.n_obs / problem.n_obs * (jacobian.T @ weight @ jacobian)
    return information


def without_covariates(
    information: FloatArray,
    problem: ContinuousProblem,
    models: Sequence[LisrelModel],
    params: FloatArray,
) -> None:
    """Replace the information by what moments other than those of fixed covariates hold.

    Parameters
    ----------
    information : (n_free, n_free) array
        Changed in place.
    problem : ContinuousProblem
    models : sequence of LisrelModel
        One per group.
    params : (n_free,) array
    """
    table = problem.table
    implied = [model.moments(params) for model in models]
    weights = problem.moment_information(implied)
    for group, (model, moments, weight, sample) in enumerate(
        zip(models, implied, weights, problem.samples, strict=True), start=1
    ):
        n_items = len(moments.cov)
        fixed = moments_among(fixed_columns(table, group), n_items)
        if not table.meanstructure:
            fixed = fixed[n_items:]
        jacobian = moment_jacobian(model, moments, meanstructure=table.meanstructure)
        jacobian[fixed] = 0.0
        local = np.ix_(model.parameters, model.parameters)
        information[local] = sample.n_obs / problem.n_obs * (jacobian.T @ weight @ jacobian)
