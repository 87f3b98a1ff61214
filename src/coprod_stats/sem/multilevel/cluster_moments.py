"""Sufficient statistics of clustered data: within clusters, and of the cluster means by size.

The normal likelihood of clusters with random intercepts depends on the cases only through the
pooled covariance matrix within clusters and, for each size that clusters have, the number, mean
and covariance matrix of the cluster means [muthen1990]_. Its cost grows with the number of
different sizes, not with the cases.

References
----------
.. [muthen1990] Muthén, B. O. (1990). Mean and covariance structure analysis of hierarchical data
   (UCLA Statistics Series 62).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True)
class Variation:
    """At which level each variable of a model varies.

    Parameters
    ----------
    n_variables : int
        Variables of both levels together.
    within : (n_within,) int array
        Variables of level 1, ascending.
    between : (n_between,) int array
        Variables of level 2, ascending.
    """

    n_variables: int
    within: IntArray
    between: IntArray

    @cached_property
    def within_only(self) -> IntArray:
        """Variables of level 1 that have no part between clusters."""
        return np.setdiff1d(self.within, self.between)

    @cached_property
    def between_only(self) -> IntArray:
        """Variables of the clusters themselves."""
        return np.setdiff1d(self.between, self.within)

    @cached_property
    def both(self) -> IntArray:
        """Variables that vary at both levels."""
        return np.intersect1d(self.within, self.between)


@dataclass(frozen=True, slots=True)
class ClusterMoments:
    """Moments of one group of clustered data.

    Parameters
    ----------
    variation : Variation
    n_obs, n_clusters : int
    pooled_within : (n_within, n_within) array
        Covariance matrix within clusters, divisor ``n_obs - n_clusters``.
    sizes, counts : (n_sizes,) array
        Sizes that clusters have, ascending, and how many have each.
    means : (n_sizes, n_variables) array
        Mean of the cluster means of each size.
    covs : (n_sizes, n_variables, n_variables) array
        Their covariance matrices, divisor ``counts``.
    """

    variation: Variation
    n_obs: int
    n_clusters: int
    pooled_within: FloatArray
    sizes: FloatArray
    counts: FloatArray
    means: FloatArray
    covs: FloatArray


@dataclass(frozen=True, slots=True)
class ClusterMeans:
    """Cluster means and what is left within clusters.

    Parameters
    ----------
    sizes : (n_clusters,) int array
    means : (n_clusters, n_variables) array
    deviations : (n_obs, n_variables) array
        Values minus the mean of their cluster.
    """

    sizes: IntArray
    means: FloatArray
    deviations: FloatArray


def cluster_means(data: FloatArray, clusters: IntArray) -> ClusterMeans:
    """Split values into cluster means and deviations from them.

    Parameters
    ----------
    data : (n_obs, n_variables) array
    clusters : (n_obs,) int array
        Codes from 0, each of them present.
    """
    sizes = np.bincount(clusters)
    order = np.argsort(clusters, kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    # deviations from the first case of a cluster: equal values then have a spread of exactly 0
    first = data[order][starts]
    means = first + np.add.reduceat((data - first[clusters])[order], starts) / sizes[:, None]
    return ClusterMeans(sizes, means, data - means[clusters])


def cluster_moments(data: FloatArray, clusters: IntArray, variation: Variation) -> ClusterMoments:
    """Compute the sufficient statistics of clustered data.

    Parameters
    ----------
    data : (n_obs, n_variables) array
        Complete.
    clusters : (n_obs,) int array
        Codes from 0, each of them present.
    variation : Variation
    """
    split = cluster_means(data, clusters)
    inner = split.deviations[:, variation.within]
    n_obs, n_clusters = len(data), len(split.sizes)
    sizes, size_of_cluster, counts = np.unique(split.sizes, return_inverse=True, return_counts=True)
    means = np.empty((sizes.size, data.shape[1]))
    covs = np.empty((sizes.size, data.shape[1], data.shape[1]))
    for place in range(sizes.size):
        members = split.means[size_of_cluster == place]
        means[place] = members.mean(axis=0)
        centred = members - means[place]
        covs[place] = centred.T @ centred / len(members)
    return ClusterMoments(
        variation=variation,
        n_obs=n_obs,
        n_clusters=n_clusters,
        pooled_within=inner.T @ inner / max(n_obs - n_clusters, 1),
        sizes=sizes.astype(np.float64),
        counts=counts.astype(np.float64),
        means=means,
        covs=covs,
    )
