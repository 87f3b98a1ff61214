"""Gaussian, binomial, Poisson and negative binomial outcomes, by statsmodels' GLM."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from coprod_stats.structure.regression.estimates import NEARLY_CERTAIN, TOLERANCE, Estimates

GlmFamily = Literal["gaussian", "binomial", "poisson", "negative-binomial"]

MAX_ITERATIONS = 100
"""Default maximum of Newton's method; about a dozen are usual."""

LOG_DISPERSIONS = (-12.0, 12.0)
"""Range in which the logarithm of alpha is searched; beyond it, rounding dominates."""


def fit_glm(
    design: NDArray[np.float64],
    outcome: NDArray[np.float64],
    *,
    family: GlmFamily,
    weights: NDArray[np.float64] | None,
    max_iterations: int,
) -> Estimates:
    """Estimate a generalized linear model with its canonical link, or the log for counts.

    Parameters
    ----------
    design : (n_obs, n_terms)
        In standard units.
    outcome : (n_obs,)
        Numbers, 0/1 or counts.
    family : str
        ``negative-binomial`` is the NB2 model; its dispersion is estimated by maximum likelihood.
    weights : (n_obs,) or None
        Sampling weights of mean 1.
    max_iterations : int
        Of the weighted least squares; for a negative binomial also of its alternations.
    """
    if family == "negative-binomial":
        return _fit_negative_binomial(
            design, outcome, weights=weights, max_iterations=max_iterations
        )
    return _fit(
        design, outcome, family=family, alpha=0.0, weights=weights, max_iterations=max_iterations
    )


def _fit(
    design: NDArray[np.float64],
    outcome: NDArray[np.float64],
    *,
    family: GlmFamily,
    alpha: float,
    weights: NDArray[np.float64] | None,
    max_iterations: int,
) -> Estimates:
    # statsmodels takes nearly two seconds to import
    from statsmodels.api import GLM

    model = GLM(outcome, design, family=_family(family, alpha), var_weights=weights)
    # the conditions of statsmodels' warnings are detected and reported by the caller
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        fit: Any = model.fit(
            maxiter=max_iterations, atol=TOLERANCE, rtol=TOLERANCE, tol_criterion="params"
        )
        params = np.asarray(fit.params, dtype=float)
        mean = np.asarray(fit.fittedvalues, dtype=float)
        score = model.score_factor(params, scale=1.0)
        curvature = model.hessian_factor(params, scale=1.0, observed=False)
        log_likelihood = float(fit.llf)
    case_weights = np.ones(len(outcome)) if weights is None else weights
    gaussian = family == "gaussian"
    squares = float(case_weights @ (outcome - mean) ** 2)
    n_obs, n_terms = design.shape
    return Estimates(
        params=params,
        scores=score[:, None] * design,
        information=design.T @ (curvature[:, None] * design),
        leverage=_leverage(design, curvature),
        scale=squares / (n_obs - n_terms) if gaussian else 1.0,
        dispersion=np.nan,
        log_likelihood=_normal_log_likelihood(squares, n_obs) if gaussian else log_likelihood,
        n_extra=int(gaussian),
        certain=_is_certain(outcome, mean, family),
        converged=bool(fit.converged) and bool(np.isfinite(params).all()),
    )


def _fit_negative_binomial(
    design: NDArray[np.float64],
    outcome: NDArray[np.float64],
    *,
    weights: NDArray[np.float64] | None,
    max_iterations: int,
) -> Estimates:
    """Alternate between the coefficients and the dispersion, as MASS::glm.nb does.

    The two are asymptotically orthogonal, so that few alternations are needed.
    """
    case_weights = np.ones(len(outcome)) if weights is None else weights
    fit = _fit(
        design,
        outcome,
        family="poisson",
        alpha=0.0,
        weights=weights,
        max_iterations=max_iterations,
    )
    mean = np.exp(design @ fit.params)
    if not fit.converged:
        return replace(fit, n_extra=1)
    if case_weights @ ((outcome - mean) ** 2 - outcome) <= 0:
        return replace(
            fit,
            dispersion=0.0,
            n_extra=1,
            note="no overdispersion: the dispersion is at its bound 0, as in a Poisson regression",
        )
    alpha, settled = 0.0, False
    for _ in range(max_iterations):
        previous, alpha = alpha, _dispersion(outcome, mean, case_weights)
        fit = _fit(
            design,
            outcome,
            family="negative-binomial",
            alpha=alpha,
            weights=weights,
            max_iterations=max_iterations,
        )
        if not fit.converged:
            break
        mean = np.exp(design @ fit.params)
        settled = abs(alpha - previous) <= TOLERANCE * alpha
        if settled:
            break
    return replace(
        fit,
        dispersion=alpha,
        n_extra=1,
        converged=fit.converged and settled,
        log_likelihood=float(case_weights @ _log_probability(outcome, mean, alpha)),
    )


def _dispersion(
    outcome: NDArray[np.float64], mean: NDArray[np.float64], weights: NDArray[np.float64]
) -> float:
    """Return the alpha that maximizes the NB2 likelihood at these means."""
    # half a second to import
    from scipy.optimize import brentq
    from scipy.special import digamma

    def loss(log_alpha: float) -> float:
        # a positive multiple of minus the derivative with respect to alpha; theta = 1 / alpha
        theta = float(np.exp(-log_alpha))
        each = (
            digamma(outcome + theta)
            - digamma(theta)
            - np.log1p(mean / theta)
            + (mean - outcome) / (mean + theta)
        )
        return float(weights @ each) * theta**2

    low, high = LOG_DISPERSIONS
    if loss(low) >= 0:
        return float(np.exp(low))
    if loss(high) <= 0:
        return float(np.exp(high))
    return float(np.exp(brentq(loss, low, high, xtol=1e-13)))


def _log_probability(
    outcome: NDArray[np.float64], mean: NDArray[np.float64], alpha: float
) -> NDArray[np.float64]:
    from scipy.special import gammaln

    theta = 1 / alpha
    found: NDArray[np.float64] = (
        gammaln(outcome + theta)
        - gammaln(theta)
        - gammaln(outcome + 1)
        - theta * np.log1p(alpha * mean)
        + outcome * (np.log(alpha * mean) - np.log1p(alpha * mean))
    )
    return found


def _family(family: GlmFamily, alpha: float) -> Any:
    from statsmodels.genmod import families

    if family == "negative-binomial":
        return families.NegativeBinomial(alpha=alpha)
    known = {
        "gaussian": families.Gaussian,
        "binomial": families.Binomial,
        "poisson": families.Poisson,
    }
    return known[family]()


def explained_variance(
    outcome: NDArray[np.float64],
    fitted: NDArray[np.float64],
    *,
    n_terms: int,
    weights: NDArray[np.float64] | None,
    intercept: bool,
) -> tuple[float, float]:
    """Return R2 and adjusted R2, uncentred if there is no intercept.

    R2 = 1 - SS_res / SS_tot; adjusted 1 - (1 - R2) (n - c) / (n - k), c = 1 with an intercept.
    """
    centre = np.average(outcome, weights=weights) if intercept else 0.0
    case_weights = np.ones(len(outcome)) if weights is None else weights
    total = float(case_weights @ (outcome - centre) ** 2)
    left = float(case_weights @ (outcome - fitted) ** 2) / total
    n_obs = len(outcome)
    return 1 - left, 1 - left * (n_obs - int(intercept)) / (n_obs - n_terms)


def _leverage(design: NDArray[np.float64], curvature: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the diagonal of W^1/2 X (X'WX)^-1 X' W^1/2, shape (n_obs,)."""
    basis, _ = np.linalg.qr(np.sqrt(curvature)[:, None] * design)
    diagonal: NDArray[np.float64] = (basis**2).sum(axis=1)
    return diagonal


def _normal_log_likelihood(squares: float, n_obs: int) -> float:
    with np.errstate(divide="ignore"):
        return float(-n_obs / 2 * (np.log(2 * np.pi * squares / n_obs) + 1))


def _is_certain(outcome: NDArray[np.float64], mean: NDArray[np.float64], family: GlmFamily) -> bool:
    if family == "gaussian":
        return False
    missed = np.abs(outcome - mean) if family == "binomial" else mean[outcome == 0]
    return bool((missed < NEARLY_CERTAIN).any())
