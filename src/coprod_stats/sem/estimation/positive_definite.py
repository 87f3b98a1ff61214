"""Inverse, determinant and equations of a symmetric matrix that should be positive definite.

NumPy's routines do for small matrices. For larger ones LAPACK's symmetric routines take less than
half the time; they come with `scipy.linalg`, which takes longer to import than a small model takes
to fit and is therefore imported when the first larger matrix comes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

SMALL = 24
"""Order up to which NumPy does."""


@dataclass(frozen=True, slots=True)
class Factored:
    """Inverse, ``(k, k)``, and logarithm of the determinant of a positive definite matrix."""

    inverse: FloatArray
    log_det: float


def factor(matrix: FloatArray) -> Factored | None:
    """Invert by Cholesky; None where the matrix is not positive definite."""
    root = _root(matrix)
    if root is None:
        return None
    diagonal = np.diagonal(root)
    if diagonal.min() <= 1e-9 * diagonal.max() and diagonal.min() <= 1e-150:
        return None
    log_det = 2.0 * float(np.log(diagonal).sum())
    if len(matrix) <= SMALL:
        inverse_root = np.linalg.inv(root)
        return Factored(inverse_root.T @ inverse_root, log_det)
    from scipy.linalg import lapack

    # the root's upper triangle is zero and stays so
    lower, _ = lapack.dpotri(root, lower=1)
    full = lower + lower.T
    full.ravel()[:: len(full) + 1] *= 0.5
    return Factored(full, log_det)


def solve(matrix: FloatArray, right: FloatArray) -> FloatArray | None:
    """Solve ``matrix @ x = right``, ``(k,)``; None where `matrix` is not positive definite."""
    root = _root(matrix)
    if root is None:
        return None
    if len(matrix) <= SMALL:
        # by the root: elimination may call a matrix singular that has just been factored
        return np.asarray(np.linalg.solve(root.T, np.linalg.solve(root, right)), dtype=np.float64)
    from scipy.linalg import lapack

    return np.asarray(lapack.dpotrs(root, right, lower=1)[0])


def _root(matrix: FloatArray) -> FloatArray | None:
    """Lower Cholesky root."""
    if len(matrix) <= SMALL:
        try:
            return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)
        except np.linalg.LinAlgError:
            return None
    from scipy.linalg import lapack

    root, info = lapack.dpotrf(matrix, lower=1)
    return root if info == 0 else None
