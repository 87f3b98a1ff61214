"""Directions that linear equations leave open."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


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
