"""Where the search for unrotated loadings begins: principal axes, turned to a corner.

Principal axis factoring from squared multiple correlations gives loadings near those sought. The
items that explain each other least are picked as pivots, as a QR decomposition with column pivoting
picks them, and the factors are turned so that the k-th pivot loads on the first k only. The first
items, whose zeros lavaan uses, may identify the factors badly. The rotated solution does not depend
on the choice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

N_PASSES = 30
LARGEST_COMMUNALITY = 0.95
RIDGE = 1e-3
"""Added to the diagonal of a correlation matrix before it is inverted."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """Loadings to start from.

    Parameters
    ----------
    loadings : (n_items, n_factors) array
        The k-th pivot loads on the first k factors only.
    residual_variances : (n_items,) array
    pivots : tuple of int
        Items, one less than factors.
    """

    loadings: FloatArray
    residual_variances: FloatArray
    pivots: tuple[int, ...]


def extract_factors(cov: FloatArray, n_factors: int) -> Extraction:
    """Extract uncorrelated factors with unit variances from a covariance matrix.

    Parameters
    ----------
    cov : (n_items, n_items) array
    n_factors : int
        At most the number of items.
    """
    deviations = np.sqrt(np.diagonal(cov))
    correlations = cov / np.outer(deviations, deviations)
    plain = _principal_axes(correlations, n_factors)
    pivots = _independent_items(plain)
    corner = plain @ np.linalg.qr(plain[pivots].T)[0]
    corner *= np.where(corner[pivots, np.arange(n_factors)] < 0, -1.0, 1.0)
    for k, item in enumerate(pivots):
        corner[item, k + 1 :] = 0.0
    communalities = (corner**2).sum(axis=1)
    return Extraction(
        corner * deviations[:, None],
        (1.0 - np.minimum(communalities, LARGEST_COMMUNALITY)) * deviations**2,
        tuple(pivots[: n_factors - 1]),
    )


def _independent_items(loadings: FloatArray) -> list[int]:
    """Select as many items as factors, each the one that the former explain least."""
    left = loadings.copy()
    items: list[int] = []
    for _ in range(loadings.shape[1]):
        item = int(np.argmax((left**2).sum(axis=1)))
        items.append(item)
        direction = left[item] / np.linalg.norm(left[item])
        left = left - np.outer(left @ direction, direction)
    return items


def _principal_axes(correlations: FloatArray, n_factors: int) -> FloatArray:
    size = len(correlations)
    inverse = np.linalg.inv(correlations + RIDGE * np.eye(size))
    communalities = np.clip(1.0 - 1.0 / np.diagonal(inverse), 0.05, LARGEST_COMMUNALITY)
    for _ in range(N_PASSES):
        reduced = correlations.copy()
        np.fill_diagonal(reduced, communalities)
        values, vectors = np.linalg.eigh(reduced)
        loadings = vectors[:, -n_factors:] * np.sqrt(np.maximum(values[-n_factors:], 1e-4))
        communalities = np.minimum((loadings**2).sum(axis=1), LARGEST_COMMUNALITY)
    return np.asarray(loadings[:, ::-1])
