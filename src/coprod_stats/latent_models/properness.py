"""What can be wrong with a solution although the optimiser is content."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from coprod_stats.latent_models.ml_solution import MaximumLikelihoodSolution
from coprod_stats.latent_models.sem_fit import FitWarning
from coprod_stats.sem.model.lisrel import LisrelModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coprod_stats.sem.model.parameters import ParameterTable

_BOUNDARY = 1e-9


def improprieties(
    table: ParameterTable,
    model: LisrelModel,
    solution: MaximumLikelihoodSolution,
    estimates: NDArray[np.float64],
) -> Iterator[FitWarning]:
    """Name negative variances, impossible correlations and a singular information matrix.

    ``estimates`` runs over the rows of the table, shape ``(n_rows,)``.
    """
    for row, estimate in zip(table, estimates, strict=True):
        if row.op == "~~" and row.lhs == row.rhs and estimate < 0:
            yield FitWarning(
                "SEM-002", f"the variance of {row.lhs} is estimated as {estimate:.3g}, below 0"
            )
    yield from _latent_correlations(table, model, solution)
    if not solution.identified:
        yield FitWarning(
            "SEM-005",
            "the information matrix is singular: the model is not identified by these data",
        )


def _latent_correlations(
    table: ParameterTable, model: LisrelModel, solution: MaximumLikelihoodSolution
) -> Iterator[FitWarning]:
    places = [model.matrices.eta.index(name) for name in table.latent]
    cov = solution.implied.eta_cov[np.ix_(places, places)]
    variances = np.diag(cov)
    found = False
    for (i, left), (j, right) in combinations(enumerate(table.latent), 2):
        if min(variances[i], variances[j]) <= 0:
            continue
        correlation = cov[i, j] / np.sqrt(variances[i] * variances[j])
        if abs(correlation) >= 1 - _BOUNDARY:
            found = True
            yield FitWarning(
                "SEM-003", f"{left} and {right} correlate {correlation:.3f}, at or beyond 1"
            )
    if not found and places and np.all(variances > 0):
        scaled = cov / np.sqrt(np.outer(variances, variances))
        if np.linalg.eigvalsh(scaled)[0] <= _BOUNDARY:
            yield FitWarning(
                "SEM-004", "the covariance matrix of the latent variables is not positive definite"
            )
