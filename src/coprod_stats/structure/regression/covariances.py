"""Covariances of regression estimates: classical, heteroskedasticity-robust, cluster-robust."""

from __future__ import annotations

from typing import get_args

import numpy as np
from numpy.typing import NDArray

from coprod_stats.counts import counted
from coprod_stats.literals import RegressionErrors, RegressionFamily
from coprod_stats.structure.errors import StructureError
from coprod_stats.structure.regression.estimates import Estimates

FULL_LEVERAGE = 1e-10
"""Distance of a leverage from 1 below which a row is fitted exactly, regardless of its outcome."""


def choose_errors(
    errors: RegressionErrors | None, *, family: RegressionFamily, clustered: bool, weighted: bool
) -> RegressionErrors:
    """Return the errors requested, or the default of the family; undefined ones are refused.

    Defaults: HC3 where there is a hat matrix (gaussian, binomial, poisson), HC0 for ordinal and
    negative-binomial outcomes; with clusters HC1 for gaussian and HC0 for others, as
    ``sandwich::vcovCL``.

    Raises
    ------
    StructureError
        If the errors are unknown, or not defined for the family or with clusters or weights.
    """
    if errors is None:
        if clustered:
            return "HC1" if family == "gaussian" else "HC0"
        return "HC0" if family in ("ordinal", "negative-binomial") else "HC3"
    if errors not in get_args(RegressionErrors):
        known = ", ".join(get_args(RegressionErrors))
        raise StructureError(f"unknown errors '{errors}'; choose from {known}")
    if errors == "classical" and (clustered or weighted):
        with_what = "clusters" if clustered else "sampling weights"
        raise StructureError(f"classical errors are not valid with {with_what}: use HC0 or HC1")
    if errors in ("HC2", "HC3"):
        if clustered:
            raise StructureError(f"{errors} is not defined with clusters here: use HC0 or HC1")
        if family in ("ordinal", "negative-binomial"):
            raise StructureError(
                f"{errors} is not defined for the family {family}, which has no hat matrix: "
                "use HC0, HC1 or classical"
            )
    return errors


def estimate_covariance(
    estimates: Estimates, *, errors: RegressionErrors, clusters: NDArray[np.intp] | None
) -> NDArray[np.float64]:
    """Return the covariance matrix of the parameters, shape (n_params, n_params).

    ``I^-1`` times the residual variance for classical errors, else ``I^-1 M I^-1`` with I the
    information and, s_i the score and h_i the leverage of row i, p the number of parameters:

    - HC0: M = sum s_i s_i'; HC1: times n / (n - p);
    - HC2: each term divided by 1 - h_i; HC3: by its square;
    - clusters: M = G / (G - 1) times the sum over the G clusters of s_g s_g', where s_g is the
      sum of a cluster's scores; HC1: also times (n - 1) / (n - p).

    Raises
    ------
    StructureError
        If HC2 or HC3 is requested and a row has leverage 1.

    References
    ----------
    MacKinnon, J. G., & White, H. (1985). Some heteroskedasticity-consistent covariance matrix
    estimators with improved finite sample properties. Journal of Econometrics, 29, 305-325.

    Zeileis, A., Köll, S., & Graham, N. (2020). Various versatile variances. Journal of
    Statistical Software, 95(1).
    """
    bread = np.asarray(np.linalg.inv(estimates.information), dtype=np.float64)
    if errors == "classical":
        return estimates.scale * bread
    scores = estimates.scores
    n_obs, n_params = scores.shape
    if clusters is not None:
        n_clusters = int(clusters.max()) + 1
        sums = np.zeros((n_clusters, n_params))
        np.add.at(sums, clusters, scores)
        factor = n_clusters / (n_clusters - 1)
        if errors == "HC1":
            factor *= (n_obs - 1) / (n_obs - n_params)
        return bread @ (factor * sums.T @ sums) @ bread
    if errors in ("HC2", "HC3"):
        scores = scores / _spared(estimates.leverage, power=1 if errors == "HC3" else 0.5)
    meat = scores.T @ scores
    if errors == "HC1":
        meat *= n_obs / (n_obs - n_params)
    return bread @ meat @ bread


def gaussian_df(*, n_obs: int, n_params: int, n_clusters: int | None) -> float:
    """Return the degrees of freedom of t: n - k, or clusters - 1."""
    return float(n_obs - n_params if n_clusters is None else n_clusters - 1)


def _spared(leverage: NDArray[np.float64] | None, *, power: float) -> NDArray[np.float64]:
    assert leverage is not None  # choose_errors refuses families without it
    rest = 1 - leverage
    full = int((rest < FULL_LEVERAGE).sum())
    if full:
        raise StructureError(
            f"HC2 and HC3 are not defined: {counted(full, 'row has', 'rows have')} leverage 1, "
            "perhaps as the only row of a category; pool the category, or use HC0 or HC1"
        )
    column: NDArray[np.float64] = (rest**power)[:, None]
    return column
