"""Directions that linear equations leave open, and what is left along them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def restricted(matrix: FloatArray, basis: FloatArray) -> FloatArray:
    """Restrict a quadratic form to the directions of a basis: ``Z' M Z``.

    Parameters
    ----------
    matrix : (n, n) array
    basis : (n, n_open) array
        Often the identity, which is not multiplied by.
    """
    if len(basis) == basis.shape[1] == np.count_nonzero(basis) == np.diagonal(basis).sum():
        return matrix
    return np.asarray(basis.T @ matrix @ basis)


def null_space(equations: FloatArray) -> FloatArray:
    """Orthonormal basis of the vectors that a matrix maps to zero, by singular values.

    Parameters
    ----------
    equations : (n_equations, n) array

    Returns
    -------
    (n, n_open) array
    """
    _, values, rows = np.linalg.svd(equations)
    limit = values.max(initial=0.0) * np.finfo(np.float64).eps * max(equations.shape)
    return np.ascontiguousarray(rows[np.count_nonzero(values > limit) :].T)
