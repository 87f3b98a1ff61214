"""How the rotation of a block follows its unrotated loadings.

The rotation is an implicit function: the conditions of stationarity stay true. With unrotated
loadings ``A`` and residual variances that change, the rotation ``H`` becomes ``H (I + K)``, and the
turn ``K`` solves linear equations [jennrich1973]_. Weights of items (their standard deviations,
Kaiser's communalities) change too.

lavaan's bordered information (``rotation.se = "bordered"``, to this day) takes the weights from
``diag(L L' + Θ)`` with oblique loadings ``L``, while it rotates with ``diag(A A' + Θ)``, which is
``diag(L Φ L' + Θ)``. With ``se="bordered"`` its numbers are reproduced.

References
----------
.. [jennrich1973] Jennrich, R. I. (1973). Standard errors for obliquely rotated factor loadings.
   Psychometrika, 38, 593-604.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.rotation.block_rotation import (
    BlockRotation,
    item_weights,
    standardized_loadings,
)
from coprod_stats.sem.rotation.criteria import Criterion
from coprod_stats.sem.rotation.options import RotationOptions
from coprod_stats.sem.rotation.promax import promax_turn, promax_turn_change
from coprod_stats.sem.rotation.stationarity import (
    is_singular,
    stationarity_change,
    turn_changes,
    turns,
)

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class UnrotatedBlock:
    """One block before its rotation.

    Parameters
    ----------
    loadings : (n_items, n_factors) array
        On uncorrelated factors with unit variances.
    residual_variances : (n_items,) array
    """

    loadings: FloatArray
    residual_variances: FloatArray


def turn_slopes(
    block: UnrotatedBlock,
    rotation: BlockRotation,
    options: RotationOptions,
    *,
    of_loadings: FloatArray,
    of_residuals: FloatArray,
) -> FloatArray | None:
    """Differentiate the rotation along changes of the unrotated loadings and residual variances.

    Parameters
    ----------
    block : UnrotatedBlock
    rotation : BlockRotation
        Of the block.
    options : RotationOptions
    of_loadings : (n, n_items, n_factors) array
    of_residuals : (n, n_items) array

    Returns
    -------
    (n, n_factors, n_factors) array or None
        Turns ``K`` of the rotated factors; None where the criterion leaves the rotation open.
    """
    conditions = _Conditions(block, rotation, options)
    basis = turns(len(rotation.found), conditions.correlations, orthogonal=conditions.orthogonal)
    nothing = np.zeros_like(block.loadings), np.zeros_like(block.residual_variances)
    by_turn = np.array([conditions.change(*nothing, turn) for turn in basis]).T
    if is_singular(by_turn):
        return None
    still = np.zeros_like(rotation.found)
    changes = zip(of_loadings, of_residuals, strict=True)
    by_change = np.array([conditions.change(dA, dt, still) for dA, dt in changes])
    found = np.tensordot(-np.linalg.solve(by_turn, by_change.T).T, basis, axes=1)
    if options.name == "promax":
        found = _onwards_to_promax(block, rotation, options, found, (of_loadings, of_residuals))
    P = rotation.alignment
    return np.asarray(P.T @ found @ P)


class _Conditions:
    """The conditions of stationarity where the search ended."""

    def __init__(
        self, block: UnrotatedBlock, rotation: BlockRotation, options: RotationOptions
    ) -> None:
        self.block, self.options = block, options
        self.orthogonal = options.searches_orthogonally
        self.inverse = np.linalg.inv(rotation.found.T)
        self.loadings = block.loadings @ self.inverse
        self.correlations = rotation.found.T @ rotation.found
        self.criterion: Criterion = options.criterion(*block.loadings.shape)
        self.by_rotated = options.errors == "bordered" and not self.orthogonal
        base = self.loadings if self.by_rotated else block.loadings
        self.weights = item_weights(base, block.residual_variances, options)

    def change(
        self, of_loadings: FloatArray, of_residuals: FloatArray, turn: FloatArray
    ) -> FloatArray:
        """Differentiate along unrotated loadings, residual variances and a turn."""
        by_turn, of_correlations = turn_changes(self.loadings, self.correlations, turn)
        rotated = of_loadings @ self.inverse + by_turn
        if self.by_rotated:
            moved = 2.0 * (self.loadings * rotated).sum(axis=1)
        else:
            moved = 2.0 * (self.block.loadings * of_loadings).sum(axis=1)
        of_weights = _weight_change(self.weights, moved, of_residuals, self.options)
        return stationarity_change(
            self.weights[:, None] * self.loadings,
            self.correlations,
            self.criterion,
            (
                self.weights[:, None] * rotated + of_weights[:, None] * self.loadings,
                of_correlations,
            ),
            orthogonal=self.orthogonal,
        )


def _weight_change(
    weights: FloatArray,
    of_communalities: FloatArray,
    of_residuals: FloatArray,
    options: RotationOptions,
) -> FloatArray:
    if options.is_kaiser:
        return np.asarray(-0.5 * weights**3 * of_communalities)
    if options.std_ov:
        return np.asarray(-0.5 * weights**3 * (of_communalities + of_residuals))
    return np.zeros_like(weights)


def _onwards_to_promax(
    block: UnrotatedBlock,
    rotation: BlockRotation,
    options: RotationOptions,
    varimax_turns: FloatArray,
    changes: tuple[FloatArray, FloatArray],
) -> FloatArray:
    """Carry turns of the varimax factors over to the promax factors."""
    A, t = block.loadings, block.residual_variances
    standardized = standardized_loadings(A, t, options)
    X = standardized @ rotation.found
    R = promax_turn(X, options)
    found = np.empty_like(varimax_turns)
    for place, (dA, dt, turn) in enumerate(zip(*changes, varimax_turns, strict=True)):
        of_standardized = dA
        if options.std_ov:
            variances = (A**2).sum(axis=1) + t
            relative = (2.0 * (A * dA).sum(axis=1) + dt) / (2.0 * variances)
            of_standardized = dA / np.sqrt(variances)[:, None] - standardized * relative[:, None]
        dX = of_standardized @ rotation.found + X @ turn
        found[place] = np.linalg.solve(R, turn @ R) + promax_turn_change(X, dX, options)
    return found
