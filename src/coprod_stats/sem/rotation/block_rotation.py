"""The rotation of one block of exploratory factors, in the metric that lavaan rotates in.

Items are divided by their standard deviations (``std_ov``) and, for varimax and promax, weighted
to unit communality [kaiser1958]_. Afterwards factors are reflected and put in order.

References
----------
.. [kaiser1958] Kaiser, H. F. (1958). The varimax criterion for analytic rotation in factor
   analysis. Psychometrika, 23, 187-200.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.rotation.gradient_projection import (
    RotationProblem,
    search_rotation,
)
from coprod_stats.sem.rotation.options import RotationOptions
from coprod_stats.sem.rotation.promax import promax_turn

FloatArray = NDArray[np.float64]

NEAR_HIGHEST = 0.8
"""Loadings of this share of a factor's highest one determine the order of the factors."""


@dataclass(frozen=True, slots=True)
class BlockRotation:
    """A rotated block.

    Parameters
    ----------
    found : (n_factors, n_factors) array
        Where the search ended (promax: that of varimax).
    alignment : (n_factors, n_factors) array
        Order and signs of the factors, a signed permutation.
    rotation : (n_factors, n_factors) array
        ``H``: rotated factors are ``H'η``, loadings ``A H'⁻¹`` and correlations ``H'H``.
    n_minima, n_starts : int
        How many starts ended at the minimum.
    converged : bool
    """

    found: FloatArray
    alignment: FloatArray
    rotation: FloatArray
    n_minima: int
    n_starts: int
    converged: bool


def item_weights(
    loadings: FloatArray, residual_variances: FloatArray, options: RotationOptions
) -> FloatArray:
    """Weights that items have in the criterion, ``(n_items,)``.

    Parameters
    ----------
    loadings : (n_items, n_factors) array
        On uncorrelated factors with unit variances.
    residual_variances : (n_items,) array
    options : RotationOptions
    """
    communalities = (loadings**2).sum(axis=1)
    if options.is_kaiser:
        return np.asarray(1.0 / np.sqrt(communalities))
    if options.std_ov:
        return np.asarray(1.0 / np.sqrt(communalities + residual_variances))
    return np.ones(len(loadings))


def rotate_block(
    loadings: FloatArray, residual_variances: FloatArray, options: RotationOptions
) -> BlockRotation:
    """Rotate the loadings of one block.

    Parameters
    ----------
    loadings : (n_items, n_factors) array
        On uncorrelated factors with unit variances.
    residual_variances : (n_items,) array
    options : RotationOptions

    Raises
    ------
    SemOptionError
        Where the target does not fit the block.
    """
    weights = item_weights(loadings, residual_variances, options)
    weighted = weights[:, None] * loadings
    found = search_rotation(
        weighted,
        options.criterion(*loadings.shape),
        orthogonal=options.searches_orthogonally,
        n_starts=options.rstarts,
        seed=options.seed,
    )
    H = _completed(loadings, residual_variances, found.rotation, options)
    alignment = _alignment(loadings @ np.linalg.inv(H.T), options)
    ends = (found.n_minima, found.n_starts, found.converged)
    return BlockRotation(found.rotation, alignment, H @ alignment, *ends)


def rotate_like(
    loadings: FloatArray,
    residual_variances: FloatArray,
    options: RotationOptions,
    *,
    reference: FloatArray,
) -> BlockRotation:
    """Rotate a block to the minimum near a known solution, as samples of one sample need it.

    Parameters
    ----------
    loadings, residual_variances, options
        As in :func:`rotate_block`.
    reference : (n_items, n_factors) array
        Rotated loadings; factors take their order and signs.
    """
    orthogonal = options.searches_orthogonally
    criterion = options.criterion(*loadings.shape)
    weighted = item_weights(loadings, residual_variances, options)[:, None] * loadings
    start = _procrustes(loadings, reference, orthogonal)
    found = RotationProblem(weighted, criterion, orthogonal).minimum(start)
    H = _completed(loadings, residual_variances, found.rotation, options)
    alignment = _matching(loadings @ np.linalg.inv(H.T), reference)
    return BlockRotation(found.rotation, alignment, H @ alignment, 1, 1, found.converged)


def _completed(
    loadings: FloatArray,
    residual_variances: FloatArray,
    found: FloatArray,
    options: RotationOptions,
) -> FloatArray:
    """Go on from varimax to promax where that is asked for."""
    if options.name != "promax":
        return found
    standardized = standardized_loadings(loadings, residual_variances, options)
    return np.asarray(found @ promax_turn(standardized @ found, options))


def standardized_loadings(
    loadings: FloatArray, residual_variances: FloatArray, options: RotationOptions
) -> FloatArray:
    """Refer loadings to items with unit variance, if these are asked for."""
    if not options.std_ov:
        return loadings
    variances = (loadings**2).sum(axis=1) + residual_variances
    return np.asarray(loadings / np.sqrt(variances)[:, None])


def _alignment(rotated: FloatArray, options: RotationOptions) -> FloatArray:
    """Signs and order of the factors as a signed permutation, ``(n_factors, n_factors)``."""
    n_factors = rotated.shape[1]
    turned = options.reflected(n_factors) & (rotated.sum(axis=0) < 0)
    signs = np.where(turned, -1.0, 1.0)
    return np.asarray((np.eye(n_factors) * signs)[:, _order(rotated, options)])


def _order(rotated: FloatArray, options: RotationOptions) -> list[int]:
    """Order of the factors; ties by sums of squares, the larger first."""
    sizes = (rotated**2).sum(axis=0)
    if options.order == "none":
        return list(range(len(sizes)))
    if options.order == "sumofsquares":
        return [int(factor) for factor in np.argsort(-sizes, kind="stable")]
    high = np.abs(rotated) >= NEAR_HIGHEST * np.abs(rotated).max(axis=0)
    places = np.arange(len(rotated)) @ high / high.sum(axis=0)
    return sorted(range(len(sizes)), key=lambda factor: (places[factor], -sizes[factor]))


def _procrustes(loadings: FloatArray, reference: FloatArray, orthogonal: bool) -> FloatArray:
    """Rotate loadings towards known ones by least squares."""
    if orthogonal:
        left, _, right = np.linalg.svd(loadings.T @ reference)
        return np.asarray(left @ right)
    inverse = np.linalg.lstsq(loadings, reference, rcond=None)[0]
    H = np.linalg.inv(inverse).T
    return np.asarray(H / np.sqrt((H**2).sum(axis=0)))


def _matching(rotated: FloatArray, reference: FloatArray) -> FloatArray:
    """Signed permutation that brings factors to known ones, the most alike first."""
    n_factors = rotated.shape[1]
    alike = rotated.T @ reference
    alike /= np.outer(np.linalg.norm(rotated, axis=0), np.linalg.norm(reference, axis=0))
    matching = np.zeros((n_factors, n_factors))
    left = np.abs(alike)
    for _ in range(n_factors):
        own, known = np.unravel_index(int(np.argmax(left)), left.shape)
        matching[own, known] = 1.0 if alike[own, known] > 0 else -1.0
        left[own, :] = left[:, known] = -1.0
    return matching
