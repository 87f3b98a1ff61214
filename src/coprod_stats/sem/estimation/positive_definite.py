"""Inverse, determinant and equations of a symmetric matrix that should be positive definite.

LAPACK's symmetric routines take half the time of NumPy's or less. They come with `scipy.linalg`,
which takes longer to import than a small model takes to fit: small matrices are left to NumPy until
something else has imported it. The two ways differ by rounding.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

SMALL = 24
"""Order up to which NumPy does where SciPy is not loaded."""


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
    root = _root(matrix / np.outer(scale, scale))
    if root is None or np.diagonal(root).min(initial=1.0) < SMALLEST_PIVOT:
        raise np.linalg.LinAlgError("the information matrix is not positive definite")
    return np.asarray(_inverse(root) / np.outer(scale, scale))


def factor(matrix: FloatArray) -> Factored | None:
    """Invert by Cholesky; None where the matrix is not positive definite."""
    root = _root(matrix)
    if root is None:
        return None
    diagonal = np.diagonal(root)
    if _has_zero(diagonal):
        return None
    return Factored(_inverse(root), 2.0 * float(np.log(diagonal).sum()))


@dataclass(frozen=True, slots=True)
class FactoredStack:
    """Inverses, ``(n, k, k)``, and logarithms of the determinants, ``(n,)``."""

    inverse: FloatArray
    log_det: FloatArray


def factor_stack(matrices: FloatArray) -> FactoredStack | None:
    """Invert several matrices, ``(n, k, k)``; None where one is not positive definite."""
    if len(matrices) == 1 or matrices.shape[-1] > SMALL:
        factored = [factor(matrix) for matrix in matrices]
        found = [one for one in factored if one is not None]
        if len(found) < len(factored):
            return None
        log_dets = np.array([one.log_det for one in found])
        return FactoredStack(np.stack([one.inverse for one in found]), log_dets)
    try:
        roots = np.linalg.cholesky(matrices)
    except np.linalg.LinAlgError:
        return None
    diagonals = np.diagonal(roots, axis1=1, axis2=2)
    if any(_has_zero(diagonal) for diagonal in diagonals):
        return None
    inverse_roots = np.linalg.inv(roots)
    return FactoredStack(inverse_roots.mT @ inverse_roots, 2.0 * np.log(diagonals).sum(axis=1))


def _has_zero(diagonal: FloatArray) -> bool:
    smallest = diagonal.min()
    return bool(smallest <= 1e-150 and smallest <= 1e-9 * diagonal.max())


def solve(matrix: FloatArray, right: FloatArray) -> FloatArray | None:
    """Solve ``matrix @ x = right``, ``(k,)``; None where `matrix` is not positive definite."""
    root = _root(matrix)
    if root is None:
        return None
    lapack = _lapack(matrix)
    if lapack is None:
        # by the root: elimination may call a matrix singular that has just been factored
        return np.asarray(np.linalg.solve(root.T, np.linalg.solve(root, right)), dtype=np.float64)
    return np.asarray(lapack.dpotrs(root, right, lower=1)[0])


def _root(matrix: FloatArray) -> FloatArray | None:
    """Lower Cholesky root."""
    lapack = _lapack(matrix)
    if lapack is None:
        try:
            return np.asarray(np.linalg.cholesky(matrix), dtype=np.float64)
        except np.linalg.LinAlgError:
            return None
    root, info = lapack.dpotrf(matrix, lower=1)
    return root if info == 0 else None


def _inverse(root: FloatArray) -> FloatArray:
    """Invert the matrix that has this lower Cholesky root."""
    lapack = _lapack(root)
    if lapack is None:
        inverse_root = np.linalg.inv(root)
        return np.asarray(inverse_root.T @ inverse_root)
    # the root's upper triangle is zero and stays so
    lower, _ = lapack.dpotri(root, lower=1)
    full = lower + lower.T
    full.ravel()[:: len(full) + 1] *= 0.5
    return np.asarray(full)


def _lapack(matrix: FloatArray) -> Any:
    """SciPy's LAPACK; None where NumPy does."""
    if len(matrix) <= SMALL and _LAPACK not in sys.modules:
        return None
    from scipy.linalg import lapack

    return lapack


_LAPACK = "scipy.linalg.lapack"
