"""The ordered logit (proportional odds) model.

``OrderedModel`` of statsmodels has no weights and differentiates numerically; this one has exact
derivatives and is tested against it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.structure.regression.estimates import NEARLY_CERTAIN, TOLERANCE, Estimates

MOST_HALVINGS = 30


@dataclass(frozen=True, slots=True)
class _Derivatives:
    log_likelihood: float
    scores: NDArray[np.float64]
    information: NDArray[np.float64]
    largest_probability: float


def fit_ordered_logit(
    design: NDArray[np.float64],
    codes: NDArray[np.float64],
    *,
    n_categories: int,
    weights: NDArray[np.float64] | None,
    max_iterations: int,
) -> Estimates:
    """Estimate P(Y <= j) = expit(tau_j - x'beta) by Newton's method with step halving.

    The log-likelihood is concave in coefficients and thresholds (Pratt, 1981).

    Parameters
    ----------
    design : (n_obs, n_terms)
        In standard units, without an intercept.
    codes : (n_obs,)
        Categories numbered from 0, none empty.
    n_categories : int
        Three or more.
    weights : (n_obs,) or None
        Sampling weights of mean 1.
    max_iterations : int
        Newton steps.

    References
    ----------
    McCullagh, P. (1980). Regression models for ordinal data. Journal of the Royal Statistical
    Society B, 42, 109-142.

    Pratt, J. W. (1981). Concavity of the log likelihood. Journal of the American Statistical
    Association, 76, 103-106.
    """
    n_obs, n_terms = design.shape
    case_weights = np.ones(n_obs) if weights is None else weights
    rank = codes.astype(int)
    above, below = threshold_rows(design, rank, n_categories)
    shares = np.bincount(rank, weights=case_weights, minlength=n_categories).cumsum()[:-1] / n_obs
    params = np.concatenate([np.zeros(n_terms), np.log(shares / (1 - shares))])
    ends = rank == n_categories - 1, rank == 0
    current = _derivatives(params, above, below, ends=ends, weights=case_weights)
    assert current is not None  # the cumulative shares increase
    converged = False
    for _ in range(max_iterations):
        try:
            step = np.linalg.solve(current.information, current.scores.sum(axis=0))
        except np.linalg.LinAlgError:
            break
        converged = bool(np.abs(step).max() <= TOLERANCE)
        moved = _improved(params, step, current, above, below, ends=ends, weights=case_weights)
        if moved is None:
            break
        params, current = moved
        if converged:
            break
    return Estimates(
        params=params,
        scores=current.scores,
        information=current.information,
        leverage=None,
        scale=1.0,
        dispersion=np.nan,
        log_likelihood=current.log_likelihood,
        n_extra=0,
        certain=current.largest_probability > 1 - NEARLY_CERTAIN,
        converged=converged,
    )


def _improved(
    params: NDArray[np.float64],
    step: NDArray[np.float64],
    current: _Derivatives,
    above: NDArray[np.float64],
    below: NDArray[np.float64],
    *,
    ends: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    weights: NDArray[np.float64],
) -> tuple[NDArray[np.float64], _Derivatives] | None:
    """Return the first of the successively halved steps that does not lower the likelihood."""
    rounding = 1e-12 * abs(current.log_likelihood)
    for halving in range(MOST_HALVINGS):
        tried = params + step / 2**halving
        found = _derivatives(tried, above, below, ends=ends, weights=weights)
        if found and found.log_likelihood >= current.log_likelihood - rounding:
            return tried, found
    return None


def threshold_rows(
    design: NDArray[np.float64], rank: NDArray[np.intp], n_categories: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return rows whose products with the parameters are tau_j - x'beta and tau_(j-1) - x'beta."""
    thresholds = np.arange(n_categories - 1)
    above = (rank[:, None] == thresholds).astype(float)
    below = (rank[:, None] == thresholds + 1).astype(float)
    return np.hstack([-design, above]), np.hstack([-design, below])


def _derivatives(
    params: NDArray[np.float64],
    above: NDArray[np.float64],
    below: NDArray[np.float64],
    *,
    ends: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    weights: NDArray[np.float64],
) -> _Derivatives | None:
    """Differentiate sum w log(F(a) - F(b)); None if thresholds are out of order."""
    from scipy.special import expit

    upper = np.where(ends[0], np.inf, above @ params)
    lower = np.where(ends[1], -np.inf, below @ params)
    # in the upper tail the difference of survival probabilities keeps its precision
    tail = lower > 0
    probability = np.where(tail, expit(-lower) - expit(-upper), expit(upper) - expit(lower))
    if not (probability > 0).all():
        return None
    slope_up, slope_low = (expit(x) * expit(-x) for x in (upper, lower))
    scores = (slope_up[:, None] * above - slope_low[:, None] * below) / probability[:, None]
    bend_up = weights * slope_up * (1 - 2 * expit(upper)) / probability
    bend_low = weights * slope_low * (1 - 2 * expit(lower)) / probability
    second = above.T @ (bend_up[:, None] * above) - below.T @ (bend_low[:, None] * below)
    return _Derivatives(
        log_likelihood=float(weights @ np.log(probability)),
        scores=weights[:, None] * scores,
        information=scores.T @ (weights[:, None] * scores) - second,
        largest_probability=float(probability.max()),
    )
