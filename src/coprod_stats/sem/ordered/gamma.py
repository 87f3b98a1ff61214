"""Gamma: the asymptotic covariance matrix of √n times the sample statistics.

It is the cross-product of the influence of the cases (:mod:`.influence`). Within clusters the
influences are summed first, which makes it robust to their dependence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.observed.errors import ObservedDataError
from coprod_stats.sem.ordered.influence import Influence, Rows
from coprod_stats.sem.ordered.table_influence import TableInfluence

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

_BLOCK = 1 << 23
"""Numbers held at a time while cross-products are summed (64 MB)."""

SINGLE_FROM = 1 << 17
"""Number of cases from which the cross-products of a few thousand each are in single precision.

It halves the time. An entry of Gamma then has an error of some 1e-6, where its standard error is
above 2e-3; standard errors of the model differ by less than 1e-7. Where influences take few values
their roundings do not average out: variances, and all of thresholds, are summed from tables.
"""


def gamma_diagonal(influence: Influence, *, n_obs: float) -> FloatArray:
    """Diagonal of Gamma for independent cases: the inverse weights of DWLS.

    Parameters
    ----------
    influence : Influence
    n_obs : float
        Number of cases, or the sum of their weights.

    Returns
    -------
    (n_statistics,) array
    """
    return n_obs * influence.sums_of_squares()


def gamma_matrix(
    influence: Influence, *, n_obs: float, clusters: IntArray | None = None
) -> FloatArray:
    """Full Gamma, robust to dependence within clusters if these are given.

    ``n_obs Σ_i a_i a_i'``; with `C` clusters ``n_obs C/(C − 1) Σ_c (Σ_{i∈c} a_i)(Σ_{i∈c} a_i)'``
    (Asparouhov 2005; the factor as in Mplus and in lavaan for continuous data).

    Parameters
    ----------
    influence : Influence
    n_obs : float
        Number of cases, or the sum of their weights.
    clusters : (n_rows,) int array, optional
        Any codes.

    Returns
    -------
    (n_statistics, n_statistics) array

    Raises
    ------
    ObservedDataError
        ``OBS-014`` with fewer than two clusters.

    References
    ----------
    Asparouhov, T. (2005). Structural Equation Modeling, 12, 411-434.
    """
    factor = n_obs
    is_single = clusters is None and influence.n_rows >= SINGLE_FROM
    if is_single and isinstance(influence, TableInfluence):
        blocks = _row_blocks(partial(influence.columns, precision=np.float32), influence)
    elif clusters is None:
        blocks = _row_blocks(influence.columns, influence)
    else:
        n_clusters = np.unique(clusters).size
        if n_clusters < 2:
            raise ObservedDataError("OBS-014", "all cases are in one cluster; two are needed.")
        factor *= n_clusters / (n_clusters - 1.0)
        blocks = _cluster_blocks(influence, clusters)
    total = np.zeros((influence.n_statistics, influence.n_statistics))
    for block in blocks:
        total += block @ block.T
    if is_single and isinstance(influence, TableInfluence):
        products = influence.threshold_products()
        total[: len(products), : len(products)] = products
        np.fill_diagonal(total, influence.sums_of_squares())
    total *= factor
    return total


def _block_rows(influence: Influence) -> int:
    return max(1, min(8192, _BLOCK // max(1, influence.n_statistics)))


def _row_blocks(
    columns: Callable[[Rows], FloatArray], influence: Influence
) -> Iterator[FloatArray]:
    size = _block_rows(influence)
    for start in range(0, influence.n_rows, size):
        yield columns(slice(start, start + size))


def _cluster_blocks(influence: Influence, clusters: IntArray) -> Iterator[FloatArray]:
    """Sum the influences within clusters, some clusters at a time."""
    order = np.argsort(clusters, kind="stable")
    ordered = clusters[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    piece = starts // _block_rows(influence)
    first_of_piece = np.flatnonzero(np.concatenate([[True], piece[1:] != piece[:-1]]))
    ends = np.concatenate([starts[first_of_piece[1:]], [order.size]])
    for first, end in zip(starts[first_of_piece], ends, strict=True):
        columns = influence.columns(order[first:end])
        within = starts[(starts >= first) & (starts < end)] - first
        yield np.add.reduceat(columns, within, axis=1)
