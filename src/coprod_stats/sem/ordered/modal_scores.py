"""Factor scores of ordered and mixed data: the modes of the posterior (empirical Bayes modal).

Given the latent variables ``η`` (and covariates ``x``) the latent responses are normal with means
``a + L η`` and variances ``s²``, so that with thresholds ``τ`` and ``P(y = k | η) = Φ((τ_(k+1) − a
− Lη)/s) − Φ((τ_k − a − Lη)/s)`` the scores maximize

    log φ(η; E(η | x), V(η | x)) + Σ_j log P(y_j | η),

over the items that a case has answered [bock1981]_. The sum takes items as independent given
``η``: correlations of residuals are omitted, as in lavaan's ``method = "EBM"``. Log-concave in
``η``, it is maximized by Newton steps for all cases at once.

lavaan (0.6-14) evaluates all groups at the loadings of the first and, under the theta
parameterization, thresholds of standardized with loadings of unstandardized responses; both are
slips that are not followed, so that the scores of other groups, and those under theta, differ.

References
----------
.. [bock1981] Bock, R. D., & Aitkin, M. (1981). Psychometrika, 46, 443-459; for the mode, Muraki,
   E., & Engelhard, G. (1985). Applied Psychological Measurement, 9, 417-430.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.distributions import ndtr
from coprod_stats.sem.errors import SemOptionError
from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.ordered.latent_responses import LatentResponseModel
from coprod_stats.sem.ordered.sandwich import statistics_objective

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

SMALLEST_PROBABILITY = float(np.finfo(np.float64).tiny)
MAX_STEPS = 100


@dataclass(frozen=True, slots=True)
class _Conditional:
    """Items and latent variables of all cases, given the covariates.

    Parameters
    ----------
    loadings : (n_items, n_latent) array
    errors : (n_items,) array
        Standard deviations of the responses given the latent variables.
    precision : (n_latent, n_latent) array
        Inverse of the covariance of the latent variables.
    centres : (n_rows, n_latent) array
        Their expectations.
    lower, upper : (n_rows, n_items) array
        Bounds of the answers as they would be with all latent variables at 0; for continuous
        items the answer itself, twice. NaN where missing.
    is_ordered : (n_items,) bool array
    """

    loadings: FloatArray
    errors: FloatArray
    precision: FloatArray
    centres: FloatArray
    lower: FloatArray
    upper: FloatArray
    is_ordered: NDArray[np.bool_]


def modal_scores(estimate: Estimate) -> list[FloatArray]:
    """Score the cases of each group, ``(n_rows, n_latent)``.

    Parameters
    ----------
    estimate : Estimate
        From ordered or mixed data.

    Raises
    ------
    SemOptionError
        As in :func:`group_scores`.
    """
    table = estimate.table
    covariates = np.array([table.observed.index(x) for x in table.conditioned], dtype=np.intp)
    models = statistics_objective(estimate).models
    scores = []
    for model, sample in zip(models, estimate.problem.samples, strict=True):
        eta = model.lisrel.matrices.eta
        latent = np.array([eta.index(name) for name in table.latent], dtype=np.intp)
        scores.append(group_scores(model, estimate.params, sample.data, latent, covariates))
    return scores


def group_scores(
    model: LatentResponseModel,
    params: FloatArray,
    data: FloatArray,
    latent: IntArray,
    covariates: IntArray,
) -> FloatArray:
    """Score the cases of one group.

    Parameters
    ----------
    model : LatentResponseModel
    params : (n_free,) array
    data : (n_rows, n_observed) array
        Category codes from 0 of ordered variables; NaN where missing.
    latent : (n_latent,) int array
        Places of the latent variables in eta.
    covariates : (n_covariates,) int array
        Columns of the covariates in `data`.

    Returns
    -------
    (n_rows, n_latent) array
        NaN in rows without any answer.

    Raises
    ------
    SemOptionError
        Where a response has no residual variance, or the latent variables a singular covariance
        matrix.
    """
    given = _condition(model, params, data, latent, covariates)
    scores = given.centres.copy()
    value = _log_posterior(given, scores)
    active = np.flatnonzero(~np.isnan(given.lower).all(axis=1))
    for _ in range(MAX_STEPS):
        direction = _newton_direction(given, scores, active)
        value[active] = _advance(given, scores, value[active], active, direction)
        scale = 1.0 + np.abs(scores[active]).max(axis=1)
        active = active[np.abs(direction).max(axis=1) > 1e-10 * scale]
        if active.size == 0:
            break
    scores[np.isnan(given.lower).all(axis=1)] = np.nan
    return scores


def _condition(
    model: LatentResponseModel,
    params: FloatArray,
    data: FloatArray,
    latent: IntArray,
    covariates: IntArray,
) -> _Conditional:
    implied = model.statistics(params)
    moments, places = implied.moments, model.places
    spread = moments.eta_cov[np.ix_(latent, latent)]
    if np.linalg.eigvalsh(spread)[0] <= 1e-10 * np.trace(spread):
        raise SemOptionError("the latent variables have a singular covariance matrix: no scores")
    x = data[:, covariates]
    centres = moments.eta_mean[latent] + x @ moments.total[np.ix_(latent, model.covariates)].T
    on_eta = model.loadings(moments)[places]
    loadings = np.linalg.solve(spread, (moments.lambda_ @ moments.eta_cov)[places][:, latent].T).T
    variances = np.diag(moments.cov)[places].copy()
    variances[model.is_ordered] = implied.scales[model.is_ordered] ** -2
    residual = variances - np.einsum("ij,jk,ik->i", loadings, spread, loadings)
    if residual.min() <= 1e-10:
        raise SemOptionError("an item has no residual variance left: no scores")
    # the part of the means that the latent variables do not carry
    means = moments.mean[places] + x @ on_eta[:, model.covariates].T - centres @ loadings.T
    lower, upper = _bounds(model, moments.tau, data)
    return _Conditional(
        loadings=np.asarray(loadings, dtype=np.float64),
        errors=np.sqrt(residual),
        precision=np.asarray(np.linalg.inv(spread), dtype=np.float64),
        centres=centres,
        lower=lower - means,
        upper=upper - means,
        is_ordered=model.is_ordered,
    )


def _bounds(
    model: LatentResponseModel, tau: FloatArray, data: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Thresholds below and above each answer, ``(n_rows, n_items)`` each."""
    answers = data[:, model.places]
    lower, upper = answers.copy(), answers.copy()
    items = model.threshold_items[model.is_ordered[model.threshold_items]]
    for item in np.flatnonzero(model.is_ordered):
        cuts = np.concatenate([[-np.inf], tau[items == item], [np.inf]])
        answered = ~np.isnan(answers[:, item])
        codes = answers[answered, item].astype(np.intp)
        lower[answered, item], upper[answered, item] = cuts[codes], cuts[codes + 1]
    return lower, upper


def _standardized(
    given: _Conditional, scores: FloatArray, rows: IntArray | slice
) -> tuple[FloatArray, FloatArray]:
    fitted = scores[rows] @ given.loadings.T
    return (given.lower[rows] - fitted) / given.errors, (given.upper[rows] - fitted) / given.errors


def _probabilities(lower: FloatArray, upper: FloatArray) -> FloatArray:
    """``Φ(upper) − Φ(lower)`` without cancellation in the upper tail."""
    flip = lower > 0
    high, low = np.where(flip, -lower, upper), np.where(flip, -upper, lower)
    return np.asarray(np.maximum(ndtr(high) - ndtr(low), SMALLEST_PROBABILITY))


def _log_posterior(
    given: _Conditional, scores: FloatArray, rows: IntArray | slice = slice(None)
) -> FloatArray:
    lower, upper = _standardized(given, scores, rows)
    terms = np.where(given.is_ordered, np.log(_probabilities(lower, upper)), -0.5 * lower**2)
    shift = scores[rows] - given.centres[rows]
    prior = np.einsum("ni,ij,nj->n", shift, given.precision, shift)
    return np.asarray(np.nansum(terms, axis=1) - 0.5 * prior)


def _newton_direction(given: _Conditional, scores: FloatArray, rows: IntArray) -> FloatArray:
    lower, upper = _standardized(given, scores, rows)
    at_lower, at_upper = _density(lower), _density(upper)
    probability = _probabilities(lower, upper)
    slope = (at_lower - at_upper) / probability
    finite_lower = np.where(np.isinf(lower), 0.0, lower)
    finite_upper = np.where(np.isinf(upper), 0.0, upper)
    bend = slope**2 - (finite_lower * at_lower - finite_upper * at_upper) / probability
    slope = np.where(given.is_ordered, slope, lower)
    bend = np.where(given.is_ordered, np.maximum(bend, 0.0), 1.0)
    missing = np.isnan(lower)
    slope[missing], bend[missing] = 0.0, 0.0
    gradient = (slope / given.errors) @ given.loadings
    gradient -= (scores[rows] - given.centres[rows]) @ given.precision
    hessian = np.einsum(
        "nj,ja,jb->nab", bend / given.errors**2, given.loadings, given.loadings, optimize=True
    )
    hessian += given.precision
    return np.asarray(np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0])


def _density(values: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-0.5 * values**2) / np.sqrt(2.0 * np.pi))


def _advance(
    given: _Conditional,
    scores: FloatArray,
    value: FloatArray,
    rows: IntArray,
    direction: FloatArray,
) -> FloatArray:
    """Move each case along its direction, halving the step where the posterior would fall."""
    start = scores[rows].copy()
    length = np.ones(len(rows))
    for _ in range(30):
        scores[rows] = start + length[:, None] * direction
        reached = _log_posterior(given, scores, rows)
        worse = reached < value - 1e-12 * (1.0 + np.abs(value))
        if not worse.any():
            break
        length[worse] *= 0.5
    return reached
