"""Inverse and determinant of a symmetric matrix that should be positive definite."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Factored:
    """Inverse, ``(k, k)``, and logarithm of the determinant of a positive definite matrix."""

    inverse: FloatArray
    log_det: float


SMALLEST_PIVOT = 1e-7
"""In correlation metric a smaller pivot of the Cholesky root counts as zero."""


def scaled_inverse(matrix: FloatArray) -> FloatArray:
    """Invert an information matrix in correlation metric, whatever the units of its parameters.

    Parameters
    ----------
    matrix : (k, k) array

    Raises
    ------
    numpy.linalg.LinAlgError
        Where it is not positive definite.
    """
    diagonal = np.diagonal(matrix)
    if matrix.size and diagonal.min() <= 0:
        raise np.linalg.LinAlgError("the information matrix is not positive definite")
    scale = np.sqrt(diagonal)
    root, info = lapack.dpotrf(matrix / np.outer(scale, scale), lower=1)
    if info != 0 or np.diagonal(root).min(initial=1.0) < SMALLEST_PIVOT:
        raise np.linalg.LinAlgError("the information matrix is not positive definite")
    lower, _ = lapack.dpotri(root, lower=1)
    full = np.tril(lower) + np.tril(lower, -1).T
    return np.asarray(full / np.outer(scale, scale))


def factor(matrix: FloatArray) -> Factored | None:
    """Invert by Cholesky; None where the matrix is not positive definite."""
    root, info = lapack.dpotrf(matrix, lower=1)
    if info != 0:
        return None
    diagonal = np.diagonal(root)
    if diagonal.min() <= 1e-9 * diagonal.max() and diagonal.min() <= 1e-150:
        return None
    # the root's upper triangle is zero and stays so
    lower, _ = lapack.dpotri(root, lower=1)
    full = lower + lower.T
    full.ravel()[:: len(full) + 1] *= 0.5
    return Factored(full, 2.0 * float(np.log(diagonal).sum()))
