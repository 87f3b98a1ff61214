"""Standardised designs, whose rank and convergence do not depend on the units of the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.structure.errors import StructureError

NEGLIGIBLE = 1e-6
"""Weight below which a standardised column is not part of a linear dependence."""


@dataclass(frozen=True, slots=True)
class StandardDesign:
    """A design in standard units.

    ``matrix`` (n_obs, n_terms) is the design with columns centred, if there is an intercept, and
    divided by their standard deviations; ``back`` (n_params, n_params) transforms its parameters
    into those of the design.
    """

    matrix: NDArray[np.float64]
    back: NDArray[np.float64]


def weighted_sd(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return the standard deviation of the weighted rows, ``(n_obs,)``, with divisor N."""
    mean = np.average(values, weights=weights)
    return float(np.sqrt(np.average((values - mean) ** 2, weights=weights)))


def standard_design(
    matrix: NDArray[np.float64],
    terms: tuple[str, ...],
    *,
    outcome: str,
    intercept: int | None,
    n_thresholds: int = 0,
) -> StandardDesign:
    """Check a design and express it in standard units.

    ``intercept`` is the column of the intercept; with thresholds, which follow the coefficients
    among the parameters, columns are also centred, and without either they are only divided by
    their root mean square.

    Raises
    ------
    StructureError
        If there are no more rows than parameters, or columns are constant or collinear.
    """
    n_obs, n_terms = matrix.shape
    n_params = n_terms + n_thresholds
    if n_obs <= n_params:
        named = n_params - (intercept is not None)
        raise StructureError(
            f"{outcome}: {counted(n_obs, 'complete row is', 'complete rows are')} too few for "
            f"{counted(named, 'term')}"
        )
    columns = [index for index in range(n_terms) if index != intercept]
    chosen = matrix[:, columns]
    centred = intercept is not None or n_thresholds > 0
    centre = chosen.mean(axis=0) if centred else np.zeros(len(columns))
    divisor = n_obs - 1 if centred else n_obs
    spread = np.sqrt(((chosen - centre) ** 2).sum(axis=0) / divisor)
    varies = np.ptp(chosen, axis=0) > 0 if centred else spread > 0
    constant = [terms[column] for column, moves in zip(columns, varies, strict=True) if not moves]
    if constant:
        raise StructureError(f"{outcome}: constant in the complete rows: {', '.join(constant)}")
    scores = (chosen - centre) / spread
    _check_rank(scores, [terms[column] for column in columns], outcome=outcome)
    standard = matrix.copy()
    standard[:, columns] = scores
    back = np.eye(n_params)
    back[columns, columns] = 1 / spread
    if intercept is not None:
        back[intercept, columns] = -centre / spread
    elif n_thresholds:
        back[n_terms:, columns] = centre / spread
    return StandardDesign(standard, back)


def _check_rank(scores: NDArray[np.float64], terms: list[str], *, outcome: str) -> None:
    if not terms:
        return
    _, singular, right = np.linalg.svd(scores, full_matrices=False)
    limit = singular.max() * max(scores.shape) * np.finfo(float).eps
    dependent = np.abs(right[singular <= limit]) > NEGLIGIBLE
    if dependent.size:
        named = [term for term, part in zip(terms, dependent.any(axis=0), strict=True) if part]
        raise StructureError(f"{outcome}: the terms {', '.join(named)} are collinear")
