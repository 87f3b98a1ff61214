"""Observed information of the saturated normal model with incomplete data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.observed.missing_patterns import MissingPatterns
from coprod_stats.sem.observed.pattern_precision import padded_precision

FloatArray = NDArray[np.float64]


def saturated_information(
    patterns: MissingPatterns, *, mean: FloatArray, cov: FloatArray
) -> FloatArray:
    """Observed information of the saturated model, summed over cases.

    Order of the parameters: means, then ``vech(cov)`` by columns of the lower triangle. With
    ``W_j`` the padded inverse of pattern `j`, ``V_j = S_j + d_j d_j'``,
    ``Q_j = W_j V_j W_j − W_j/2`` and ``dΣ`` a symmetric direction, the second differential is
    ``−d²l = sum_j n_j [dμ'W_j dμ + 2 dμ'W_j dΣ W_j d_j + tr(dΣ W_j dΣ Q_j)]``.

    Parameters
    ----------
    patterns : MissingPatterns
    mean : (n_items,) array
    cov : (n_items, n_items) array

    Returns
    -------
    (n_moments, n_moments) array
        ``n_moments = n_items (n_items + 3) / 2``.

    References
    ----------
    Savalei, V. (2010). Psychological Methods, 15, 352-367, appendix.
    """
    n_items = patterns.n_items
    cols, rows = np.triu_indices(n_items)
    mean_mean = np.zeros((n_items, n_items))
    mean_cov = np.zeros((rows.size, n_items))
    cov_cov = np.zeros((rows.size, rows.size))
    for block in patterns.blocks():
        precision, _ = padded_precision(block, cov)
        deviation = np.where(block.observed, block.means - mean, 0.0)
        second = block.covs + deviation[:, :, None] * deviation[:, None, :]
        middle = precision @ second @ precision - precision / 2.0
        mean_mean += np.tensordot(block.counts, precision, axes=1)
        triangles = precision[:, rows, cols] * block.counts[:, None]
        mean_cov += triangles.T @ np.einsum("kij,kj->ki", precision, deviation)
        cov_cov += triangles.T @ middle[:, rows, cols]
    return assemble_information(mean_mean, mean_cov, cov_cov)


def assemble_information(
    mean_mean: FloatArray, mean_cov: FloatArray, cov_cov: FloatArray
) -> FloatArray:
    """Contract sums over products of lower triangles to the information matrix.

    Parameters
    ----------
    mean_mean : (n_items, n_items) array
        Sum of ``W``.
    mean_cov : (n_pairs, n_items) array
        Sum of ``vech(W) (W d)'``.
    cov_cov : (n_pairs, n_pairs) array
        Sum of ``vech(W) vech(Q)'``.
    """
    n_items = mean_mean.shape[0]
    cols, rows = np.triu_indices(n_items)
    halving = np.where(rows == cols, 0.5, 1.0)
    place = np.empty((n_items, n_items), dtype=np.intp)
    place[rows, cols] = place[cols, rows] = np.arange(rows.size)
    lower = (mean_cov[place[:, rows], cols] + mean_cov[place[:, cols], rows]) * halving
    # Of the four products of a pair of directions (i, j) and (k, m) two and two are alike after
    # transposing: those of place[j, k] with place[i, m] and of place[j, m] with place[i, k].
    both = cov_cov + cov_cov.T
    square = np.empty_like(both)
    triangle = rows * n_items + cols
    for j in range(n_items):
        pairs = np.flatnonzero(cols == j)
        products = both[place[j]][:, place[rows[pairs]]].transpose(1, 0, 2)  # (i, k, m)
        products = products + products.transpose(0, 2, 1)
        square[pairs] = products.reshape(pairs.size, -1)[:, triangle]
    square *= halving[:, None]
    square *= halving
    return np.block([[mean_mean, lower], [lower.T, square]])
