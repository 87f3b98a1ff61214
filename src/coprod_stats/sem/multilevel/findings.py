"""What a reader of a two-level model must know; see :mod:`coprod_stats.sem.inference.checks`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.inference.checks import Finding
from coprod_stats.sem.multilevel.boundary import VANISHING
from coprod_stats.sem.multilevel.two_level_sample import ClusteredSample

FEW_CLUSTERS = 30
"""Standard errors between clusters are too small with fewer [maas2005]_.

.. [maas2005] Maas, C. J. M., & Hox, J. J. (2005). Sufficient sample sizes for multilevel
   modeling. Methodology, 1, 86-92.
"""

SMALL_CLUSTERS = 1.5
"""Mean size of clusters below which the levels can hardly be distinguished."""

WORSE_THAN_MODEL = 1e-6
"""The fitted log-likelihood may exceed the unrestricted one by rounding error only."""


def two_level_findings(
    estimate: Estimate,
    samples: Sequence[ClusteredSample],
    *,
    indices: Mapping[str, float] | None = None,
) -> tuple[Finding, ...]:
    """Gather findings on clusters and on the unrestricted model.

    Parameters
    ----------
    estimate : Estimate
    samples : sequence of ClusteredSample
    indices : mapping of str to float, optional
        Fit indices, where they were computed.
    """
    found = [*_clusters(estimate, samples), *_boundary(estimate, samples)]
    if indices is not None and "baseline_chisq" not in indices:
        message = "the baseline model has no maximum; CFI and TLI are omitted"
        found.append(Finding("SEM-226", message))
    return tuple(found + _test(estimate, samples))


def _clusters(estimate: Estimate, samples: Sequence[ClusteredSample]) -> list[Finding]:
    levels = [sample.levels for sample in samples]
    n_clusters = sum(level.moments.n_clusters for level in levels)
    n_obs = sum(level.moments.n_obs for level in levels)
    n_between = sum(row.level == 2 and row.free >= 0 for row in estimate.table)
    findings = []
    if n_clusters < FEW_CLUSTERS or n_clusters <= n_between:
        message = (
            f"there are {n_clusters} clusters for {n_between} parameters of level 2; their "
            "standard errors and the test of the model cannot be trusted"
        )
        findings.append(Finding("SEM-221", message))
    if n_obs / n_clusters < SMALL_CLUSTERS:
        message = (
            f"clusters have {n_obs / n_clusters:.2f} cases on average, most of them a single one; "
            "the levels can hardly be distinguished"
        )
        findings.append(Finding("SEM-222", message))
    return findings


def _boundary(estimate: Estimate, samples: Sequence[ClusteredSample]) -> list[Finding]:
    """List variables without variance between clusters, or note a singular matrix."""
    findings = []
    for group, level in enumerate([sample.levels for sample in samples]):
        variation, found = level.moments.variation, level.unrestricted
        if found.rank == variation.between.size:
            continue
        where = estimate.table.in_group(group + 1)
        within, between = np.diagonal(found.moments.within), np.diagonal(found.moments.between)
        none = [i for i in variation.both if between[i] <= VANISHING * (between[i] + within[i])]
        names = tuple(estimate.table.observed[item] for item in none)
        if names:
            message = f"these variables have no variance between clusters{where}"
        else:
            message = (
                "the covariance matrix between clusters of the unrestricted model is singular"
                f"{where}; the test of the model is approximate"
            )
        findings.append(Finding("SEM-223", message, names))
    return findings


def _test(estimate: Estimate, samples: Sequence[ClusteredSample]) -> list[Finding]:
    """Warn where the test is not interpretable: only the unrestricted model is kept proper."""
    levels = [sample.levels for sample in samples]
    if not all(level.unrestricted.converged for level in levels):
        return [
            Finding(
                "SEM-224",
                "the unrestricted model did not converge; the test of the model is not valid",
            )
        ]
    sizes = np.array([sample.n_obs for sample in samples])
    values = sizes * estimate.objective.group_values(estimate.params)
    if values.min() >= -WORSE_THAN_MODEL:
        return []
    message = (
        "the model fits better than the unrestricted one, because its covariance matrix between "
        "clusters is not positive semidefinite; the test of the model is not interpretable"
    )
    return [Finding("SEM-225", message)]
