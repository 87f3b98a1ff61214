"""Asymptotic covariance of moments, each taken over the cases that have it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def available_case_acov(data: FloatArray, *, n_empty: int = 0) -> FloatArray:
    """Mean cross product of means and products of deviations, what is missing counting as zero.

    This is no consistent estimate where answers are missing: a pair that few cases have gets the
    less variance, not the more. lavaan (0.6-14) scales the baseline test of two-stage estimation
    by it, and ``docs/methods/sem_missing_data.md`` shows how large the bias is.

    Parameters
    ----------
    data : (n_rows, n_items) array
        NaN where missing.
    n_empty : int
        Further cases without any answer, which lavaan counts.

    Returns
    -------
    (n_moments, n_moments) array
        Means, then covariances by columns of the lower triangle; ``n_moments = n_items (n_items +
        3) / 2``.
    """
    columns, rows = np.triu_indices(data.shape[1])
    deviations = data - np.nanmean(data, axis=0)
    products = deviations[:, columns] * deviations[:, rows]
    products -= np.nanmean(products, axis=0)
    known = np.nan_to_num(np.hstack([deviations, products]))
    return np.asarray(known.T @ known / (len(data) + n_empty))
