"""Two-step estimates from cases: mixed ordered and continuous items, and items given covariates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.ordered.casewise_pairs import PairFit, fit_pair
from coprod_stats.sem.ordered.margins import ContinuousMargin, Margin, OrderedMargin

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class CasewiseEstimates:
    """Correlations given the margins, and the influence of each case on everything.

    Parameters
    ----------
    correlations : (n_items, n_items) array
    cov : (n_items, n_items) array
        The correlations on the scale of the continuous items.
    influence : (n_statistics, n_obs) array
        Weights included; in the order of :mod:`.categorical_moments`.
    """

    correlations: FloatArray
    cov: FloatArray
    influence: FloatArray


def casewise_estimates(
    margins: tuple[Margin, ...], *, covariates: FloatArray, weights: FloatArray
) -> CasewiseEstimates:
    """Estimate all correlations given the margins.

    Parameters
    ----------
    margins : tuple of OrderedMargin or ContinuousMargin
    covariates : (n_obs, n_covariates) array
        May have no columns.
    weights : (n_obs,) array
    """
    profiles = _profiles(covariates)
    own = [_margin_influence(margin, weights) for margin in margins]
    scales = np.array([_scale(margin) for margin in margins])
    first, second = np.triu_indices(len(margins), 1)
    correlations = np.eye(len(margins))
    rows = []
    for i, j in zip(first, second, strict=True):
        pair = fit_pair(margins[i], margins[j], weights=weights, profiles=profiles)
        correlations[i, j] = correlations[j, i] = pair.rho
        row = _pair_influence(
            pair, (margins[i], margins[j]), (own[i], own[j]), (covariates, weights)
        )
        row *= scales[i] * scales[j]
        for item in (i, j):
            margin = margins[item]
            if isinstance(margin, ContinuousMargin):
                share = pair.rho * scales[i] * scales[j] / (2.0 * margin.variance)
                row += share * own[item][-1]
        rows.append(row)
    stacked = [_threshold_rows(margins, own), _slope_rows(margins, own, covariates.shape[1])]
    stacked.append(_variance_rows(margins, own))
    influence = np.vstack([*stacked, np.reshape(rows, (-1, weights.size))])
    return CasewiseEstimates(correlations, correlations * np.outer(scales, scales), influence)


def _profiles(covariates: FloatArray) -> IntArray:
    """Return cases with equal covariates equal numbers."""
    if covariates.shape[1] == 0:
        return np.zeros(covariates.shape[0], dtype=np.intp)
    return np.unique(covariates, axis=0, return_inverse=True)[1].ravel().astype(np.intp)


def _scale(margin: Margin) -> float:
    return float(np.sqrt(margin.variance)) if isinstance(margin, ContinuousMargin) else 1.0


def _margin_influence(margin: Margin, weights: FloatArray) -> FloatArray:
    """Influence on the parameters of one margin, ``(n_params, n_obs)``."""
    weighted = margin.scores * weights[:, None]
    information = margin.scores.T @ weighted
    return np.asarray(np.linalg.solve(information, weighted.T))


def _pair_influence(
    pair: PairFit,
    margins: tuple[Margin, Margin],
    own: tuple[FloatArray, FloatArray],
    design: tuple[FloatArray, FloatArray],
) -> FloatArray:
    """Influence on the correlation: its score, less what the margins' estimation carries over."""
    covariates, weights = design
    weighted = weights * pair.scores
    total = weighted.copy()
    for margin, influence, derivatives in zip(margins, own, (pair.first, pair.second), strict=True):
        total -= _cross_product(margin, weighted, derivatives, covariates) @ influence
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # see .determinacy
        return np.asarray(total / (weighted @ pair.scores))


def _cross_product(
    margin: Margin,
    weighted: FloatArray,
    derivatives: tuple[FloatArray, FloatArray],
    covariates: FloatArray,
) -> FloatArray:
    """Cross-product of the correlation's scores with those of the pair by a margin's parameters."""
    if isinstance(margin, OrderedMargin):
        upper, lower = weighted * derivatives[0], weighted * derivatives[1]
        n_thresholds, place = margin.thresholds.size, margin.codes + 1
        sums = [np.bincount(place, side, minlength=n_thresholds + 2) for side in (upper, lower)]
        by_threshold = sums[0][1 : n_thresholds + 1] - sums[1][2 : n_thresholds + 2]
        return np.concatenate([by_threshold, (lower - upper) @ covariates])
    by_mean = weighted * derivatives[0]
    return np.concatenate([[by_mean.sum()], by_mean @ covariates, [weighted @ derivatives[1]]])


def _threshold_rows(margins: tuple[Margin, ...], own: list[FloatArray]) -> FloatArray:
    return np.vstack(
        [
            influence[: margin.thresholds.size]
            if isinstance(margin, OrderedMargin)
            else -influence[:1]
            for margin, influence in zip(margins, own, strict=True)
        ]
    )


def _slope_rows(
    margins: tuple[Margin, ...], own: list[FloatArray], n_covariates: int
) -> FloatArray:
    rows = []
    for covariate in range(n_covariates):
        for margin, influence in zip(margins, own, strict=True):
            offset = margin.thresholds.size if isinstance(margin, OrderedMargin) else 1
            rows.append(influence[offset + covariate])
    return np.reshape(rows, (-1, own[0].shape[1]))


def _variance_rows(margins: tuple[Margin, ...], own: list[FloatArray]) -> FloatArray:
    rows = [
        influence[-1]
        for margin, influence in zip(margins, own, strict=True)
        if isinstance(margin, ContinuousMargin)
    ]
    return np.reshape(rows, (-1, own[0].shape[1]))
