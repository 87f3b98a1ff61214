"""Where the search for unrotated loadings begins: principal axes, turned to a corner.

Principal axis factoring from squared multiple correlations gives loadings near those sought. A
pivoted QR decomposition of them picks the items whose zeros identify the factors best, and turns
the factors accordingly; the first items, whose zeros lavaan uses, may identify them badly. The
rotated solution does not depend on the choice.
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
    # a tenth of a second to import, which other models do without
    import scipy.linalg

    turned, _, order = scipy.linalg.qr(plain.T, pivoting=True)
    corner = plain @ turned
    pivots = [int(item) for item in order[:n_factors]]
    corner *= np.where(corner[pivots, np.arange(n_factors)] < 0, -1.0, 1.0)
    for k, item in enumerate(pivots):
        corner[item, k + 1 :] = 0.0
    communalities = (corner**2).sum(axis=1)
    return Extraction(
        corner * deviations[:, None],
        (1.0 - np.minimum(communalities, LARGEST_COMMUNALITY)) * deviations**2,
        tuple(pivots[: n_factors - 1]),
    )


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
