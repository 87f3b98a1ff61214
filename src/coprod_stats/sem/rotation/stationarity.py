"""Conditions that a rotated solution meets, and how they change.

At a minimum of a criterion with derivatives ``G`` by the rotated loadings ``L``, and with
``Z = L'G``, an orthogonal rotation has ``Z = Z'`` [jennrich1974]_ and an oblique one has
``Z = diag(Z) Φ`` off the diagonal [jennrich1973]_. A turn ``K`` of the factors, ``T (I + K)``,
changes loadings by ``−L K'`` and correlations by ``Φ K + K'Φ``; it is skew-symmetric for
orthogonal factors and leaves unit variances, ``diag(Φ K) = 0``, for oblique ones.

References
----------
.. [jennrich1973] Jennrich, R. I. (1973). Standard errors for obliquely rotated factor loadings.
   Psychometrika, 38, 593-604.
.. [jennrich1974] Jennrich, R. I. (1974). Simplified formulae for standard errors in
   maximum-likelihood factor analysis. British Journal of Mathematical and Statistical Psychology,
   27, 122-131.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.rotation.criteria import Criterion

FloatArray = NDArray[np.float64]

SINGULAR_BELOW = 1e-10
"""Smallest singular value, relative to the largest, of conditions that settle the rotation."""


def stationarity(
    loadings: FloatArray, correlations: FloatArray, criterion: Criterion, *, orthogonal: bool
) -> FloatArray:
    """Left sides of the conditions, zero at a minimum.

    Parameters
    ----------
    loadings : (n_items, n_factors) array
        As the criterion sees them.
    correlations : (n_factors, n_factors) array
    criterion : Criterion
    orthogonal : bool

    Returns
    -------
    (n_conditions,) array
    """
    return _conditions(loadings.T @ criterion(loadings)[1], correlations, orthogonal)


def stationarity_change(
    loadings: FloatArray,
    correlations: FloatArray,
    criterion: Criterion,
    changes: tuple[FloatArray, FloatArray],
    *,
    orthogonal: bool,
) -> FloatArray:
    """Differentiate the conditions along changes of the loadings and correlations.

    Parameters
    ----------
    loadings, correlations, criterion, orthogonal
        As in :func:`stationarity`.
    changes : pair of ndarray
        Of the loadings and of the correlations.
    """
    of_loadings, of_correlations = changes
    slope = criterion(loadings)[1]
    Z = loadings.T @ slope
    dZ = of_loadings.T @ slope + loadings.T @ criterion.bend(loadings, of_loadings)
    if orthogonal:
        return _conditions(dZ, correlations, True)
    moved = dZ - np.diagonal(dZ)[:, None] * correlations - np.diagonal(Z)[:, None] * of_correlations
    return np.asarray(moved[~np.eye(len(Z), dtype=bool)])


def _conditions(Z: FloatArray, correlations: FloatArray, orthogonal: bool) -> FloatArray:
    if orthogonal:
        return np.asarray((Z - Z.T)[np.tril_indices(len(Z), -1)])
    return np.asarray((Z - np.diagonal(Z)[:, None] * correlations)[~np.eye(len(Z), dtype=bool)])


def turns(n_factors: int, correlations: FloatArray, *, orthogonal: bool) -> FloatArray:
    """List turns that keep unit variances and orthogonality.

    Returns
    -------
    (n_turns, n_factors, n_factors) array
    """
    if orthogonal:
        rows, columns = np.tril_indices(n_factors, -1)
        skew = np.zeros((rows.size, n_factors, n_factors))
        skew[np.arange(rows.size), rows, columns] = 1.0
        skew[np.arange(rows.size), columns, rows] = -1.0
        return skew
    rows, columns = np.nonzero(~np.eye(n_factors, dtype=bool))
    free = np.zeros((rows.size, n_factors, n_factors))
    free[np.arange(rows.size), rows, columns] = 1.0
    free[np.arange(rows.size), columns, columns] = -correlations[columns, rows]
    return free


def turn_changes(
    loadings: FloatArray, correlations: FloatArray, turn: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Change loadings and correlations by a small turn."""
    return -loadings @ turn.T, correlations @ turn + turn.T @ correlations


def newton_turn(
    loadings: FloatArray, correlations: FloatArray, criterion: Criterion, *, orthogonal: bool
) -> FloatArray | None:
    """Turn that makes the conditions hold to first order; None where they do not settle one.

    Parameters
    ----------
    loadings, correlations, criterion, orthogonal
        As in :func:`stationarity`.
    """
    basis = turns(len(correlations), correlations, orthogonal=orthogonal)
    by_turn = np.array(
        [
            stationarity_change(
                loadings,
                correlations,
                criterion,
                turn_changes(loadings, correlations, turn),
                orthogonal=orthogonal,
            )
            for turn in basis
        ]
    ).T
    now = stationarity(loadings, correlations, criterion, orthogonal=orthogonal)
    if is_singular(by_turn):
        return None
    return np.asarray(np.tensordot(-np.linalg.solve(by_turn, now), basis, axes=1))


def is_singular(square: FloatArray) -> bool:
    """Whether conditions leave some turn open."""
    sizes = np.linalg.svd(square, compute_uv=False)
    return bool(not np.isfinite(sizes).all() or sizes[-1] <= SINGULAR_BELOW * sizes[0])
