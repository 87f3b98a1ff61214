"""Observed information of the saturated normal model with incomplete data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.observed.missing_patterns import MissingPatterns

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
    mean_mean = np.zeros((n_items, n_items))
    mean_cov = np.zeros((n_items * n_items, n_items))
    cov_cov = np.zeros((n_items * n_items, n_items * n_items))
    for block in patterns.blocks():
        precision = _padded_precision(block, cov)
        deviation = np.where(block.observed, block.means - mean, 0.0)
        second = block.covs + deviation[:, :, None] * deviation[:, None, :]
        middle = precision @ second @ precision - precision / 2.0
        scaled = (precision * block.counts[:, None, None]).reshape(-1, n_items * n_items)
        mean_mean += scaled.sum(axis=0).reshape(n_items, n_items)
        mean_cov += scaled.T @ np.einsum("kij,kj->ki", precision, deviation)
        cov_cov += scaled.T @ middle.reshape(-1, n_items * n_items)
    return _assembled(mean_mean, mean_cov, cov_cov)


def _assembled(mean_mean: FloatArray, mean_cov: FloatArray, cov_cov: FloatArray) -> FloatArray:
    """Contract the sums over full matrices to the lower triangle, column by column."""
    n_items = mean_mean.shape[0]
    cols, rows = np.triu_indices(n_items)
    halving = np.where(rows == cols, 0.5, 1.0)
    triple = mean_cov.reshape(n_items, n_items, n_items)
    lower = (triple[:, rows, cols] + triple[:, cols, rows]) * halving
    quad = cov_cov.reshape(n_items, n_items, n_items, n_items)
    i, j = rows[:, None], cols[:, None]
    k, m = rows[None, :], cols[None, :]
    square = quad[j, k, m, i] + quad[i, k, m, j] + quad[j, m, k, i] + quad[i, m, k, j]
    square *= np.outer(halving, halving)
    return np.block([[mean_mean, lower], [lower.T, (square + square.T) / 2.0]])


def _padded_precision(block: MissingPatterns, cov: FloatArray) -> FloatArray:
    """Inverse of each pattern's covariance matrix, zero where unobserved.

    Unobserved rows and columns are replaced by those of the identity, so that one stacked call
    serves patterns of different sizes.
    """
    both = block.observed[:, :, None] & block.observed[:, None, :]
    return np.where(both, np.linalg.inv(np.where(both, cov, np.eye(block.n_items))), 0.0)
