"""Inverses of the observed parts of a covariance matrix, pattern by pattern.

With ``K`` the inverse of the whole matrix and ``m`` what a pattern misses, the inverse of the
observed part is ``K - K_om K_mm^-1 K_mo`` and its log determinant ``log|cov| + log|K_mm|``: only
matrices of the size of what is missing are inverted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.observed.missing_patterns import MissingPatterns

FloatArray = NDArray[np.float64]


def padded_precision(patterns: MissingPatterns, cov: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Invert the observed part of a covariance matrix for every pattern.

    Parameters
    ----------
    patterns : MissingPatterns
    cov : (n_items, n_items) array

    Returns
    -------
    (n_patterns, n_items, n_items) array, (n_patterns,) array
        Inverses, zero where not observed, and log determinants.

    Raises
    ------
    numpy.linalg.LinAlgError
        Where `cov` is not positive definite.
    """
    root = np.linalg.cholesky(cov)
    inverse_root = np.linalg.inv(root)
    whole = inverse_root.T @ inverse_root
    n_missing = np.count_nonzero(~patterns.observed, axis=1)
    precisions = np.empty((len(n_missing), *cov.shape))
    log_dets = np.full(len(n_missing), 2.0 * float(np.log(np.diagonal(root)).sum()))
    for size in np.unique(n_missing):
        rows = np.flatnonzero(n_missing == size)
        if size == 0:
            precisions[rows] = whole
            continue
        missing = np.nonzero(~patterns.observed[rows])[1].reshape(-1, size)
        corner = whole[missing[:, :, None], missing[:, None, :]]
        log_dets[rows] += np.linalg.slogdet(corner).logabsdet
        border = whole[missing]
        precisions[rows] = whole - border.transpose(0, 2, 1) @ np.linalg.solve(corner, border)
    both = patterns.observed[:, :, None] & patterns.observed[:, None, :]
    return np.where(both, precisions, 0.0), log_dets
