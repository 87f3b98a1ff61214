"""Sandwich standard errors and the mean scaling of MLR.

With ``A`` the information of one observation and ``B`` the mean cross product of the cases'
derivatives, the estimates have covariance ``A^-1 B A^-1 / N`` [white1982]_. The test statistic
is divided by ``c = (tr(A1^-1 B1) - tr(A^-1 B)) / df``, where ``A1`` and ``B1`` belong to the
saturated model [yuan2000]_, in the variant of Mplus: ``A1`` and ``B1`` at the saturated, ``A``
and ``B`` at the fitted moments [asparouhov2005]_. With clusters ``B`` sums over clusters, with
sampling weights the derivatives are weighted.

References
----------
.. [white1982] White, H. (1982). Econometrica, 50, 1-25.
.. [yuan2000] Yuan, K.-H., & Bentler, P. M. (2000). Sociological Methodology, 30, 165-200, eq. 20.
.. [asparouhov2005] Asparouhov, T. (2005). Sampling weights in latent variable modeling.
   Structural Equation Modeling, 12, 411-434.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.estimation.fiml import expected_patterns
from coprod_stats.sem.estimation.least_squares import lower_triangle
from coprod_stats.sem.estimation.positive_definite import scaled_inverse
from coprod_stats.sem.inference.casewise import (
    cross_products,
    model_scores,
    small_sample_factor,
)
from coprod_stats.sem.inference.saturated_model import saturated_model
from coprod_stats.sem.model.parameters import ParameterTable
from coprod_stats.sem.observed.saturated_information import saturated_information
from coprod_stats.sem.sample import GroupSample

if TYPE_CHECKING:
    from coprod_stats.sem.incomplete_sample import IncompleteSample

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class CaseScores:
    """What the scores of independent cases or clusters contribute to robust inference.

    Parameters
    ----------
    meat : (n_free, n_free) array
        ``B``.
    saturated_trace : float, optional
        ``tr(A1^-1 B1)``; None without a scaled test, and where the data leave a saturated moment
        open.
    """

    meat: FloatArray
    saturated_trace: float | None


def complete_scores(estimate: Estimate, *, scaled: bool) -> CaseScores:
    """Compute the scores of complete cases.

    Parameters
    ----------
    estimate : Estimate
    scaled : bool
        Whether a scaled test is to be computed.

    Raises
    ------
    numpy.linalg.LinAlgError
        At a singular covariance matrix.
    """
    meat = score_covariance(estimate)
    if not scaled:
        return CaseScores(meat, None)
    table = estimate.table
    trace = sum(
        complete_trace(sample, meanstructure=table.meanstructure, fixed=fixed_columns(table, group))
        for group, sample in enumerate(estimate.problem.samples, start=1)
    )
    return CaseScores(meat, trace)


def incomplete_scores(
    estimate: Estimate, samples: Sequence[IncompleteSample], *, scaled: bool
) -> CaseScores:
    """Compute the scores of incomplete cases.

    Parameters
    ----------
    estimate : Estimate
    samples : sequence of IncompleteSample
    scaled : bool
        Whether a scaled test is to be computed.
    """
    meat = score_covariance(estimate)
    if not scaled:
        return CaseScores(meat, None)
    table = estimate.table
    expected = estimate.problem.method.information == "expected"
    try:
        trace = sum(
            _incomplete_trace(sample, fixed_columns(table, group), expected)
            for group, sample in enumerate(samples, start=1)
        )
    except np.linalg.LinAlgError:
        return CaseScores(meat, None)
    return CaseScores(meat, trace)


def score_covariance(estimate: Estimate) -> FloatArray:
    """Mean cross product of the cases' derivatives, ``(n_free, n_free)``.

    Parameters
    ----------
    estimate : Estimate
    """
    samples = estimate.problem.samples
    total = sum(sample.n_obs for sample in samples)
    result = np.zeros((estimate.table.n_free, estimate.table.n_free))
    for model, implied, sample in zip(estimate.models, estimate.implied, samples, strict=True):
        mean = implied.mean if estimate.table.meanstructure else sample.mean
        scores = model_scores(model, implied, sample.data, mean=mean, patterns=sample.patterns)
        block = cross_products(scores, weights=sample.weights, clusters=sample.clusters)
        result[np.ix_(model.parameters, model.parameters)] = block / total
    return result


def fixed_columns(table: ParameterTable, group: int) -> IntArray:
    """Columns of covariates whose moments are held at their sample values; the first group is 1."""
    if not any(row.exogenous for row in table):
        return np.empty(0, dtype=np.intp)
    return covariate_columns(table, group)


def covariate_columns(table: ParameterTable, group: int) -> IntArray:
    """Columns of exogenous observed variables, fixed or random; the first group is 1."""
    variables = table.variables(group)
    places = [variables.observed.index(name) for name in variables.exogenous]
    return np.array(places, dtype=np.intp)


def moments_among(items: IntArray, n_items: int) -> NDArray[np.bool_]:
    """Mark means and covariances that are of the given items only, ``(n_moments,)``."""
    rows, columns = lower_triangle(n_items)
    among = np.isin(rows, items) & np.isin(columns, items)
    return np.concatenate([np.isin(np.arange(n_items), items), among])


def sandwich(inverse: FloatArray, meat: FloatArray) -> FloatArray:
    """Compute ``A^-1 B A^-1``."""
    return np.asarray(inverse @ meat @ inverse)


def complete_trace(sample: GroupSample, *, meanstructure: bool, fixed: IntArray) -> float:
    """Compute ``tr(A1^-1 B1)`` of the saturated model of one group of complete cases.

    It has a closed form. With ``z`` the cases in the metric of the Cholesky root of
    ``S``, fixed covariates ``x`` first and the others ``y`` after them, the derivatives of a case
    are ``z_y`` (means), ``z_y z_x'`` (regressions on ``x``) and ``(z_y z_y' - I) / sqrt(2)``, all
    with unit information: the trace is the mean of their squared lengths, summed over a cluster's
    cases first where there are clusters.

    Parameters
    ----------
    sample : GroupSample
    meanstructure : bool
        Whether means are moments of the model.
    fixed : (n_fixed,) int array
        Columns of fixed covariates, whose own moments are no parameters.
    """
    others = np.setdiff1d(np.arange(len(sample.cov)), fixed)
    order = np.concatenate([fixed, others])
    root = np.linalg.cholesky(sample.cov[np.ix_(order, order)])
    z = (sample.data - sample.mean)[:, order] @ np.linalg.inv(root).T
    x, y = z[:, : fixed.size], z[:, fixed.size :]
    weights = np.ones(len(z)) if sample.weights is None else sample.weights
    if sample.clusters is not None:
        return _clustered_trace(x, y, weights, sample.clusters, meanstructure) / sample.n_obs
    squares = np.einsum("ij,ij->i", y, y)
    by_x = np.einsum("ij,ij->i", x, x) + meanstructure
    by_cov = 0.5 * (squares**2 - 2 * squares + others.size)
    return float(weights**2 @ (squares * by_x + by_cov)) / sample.n_obs


def _clustered_trace(
    x: FloatArray, y: FloatArray, weights: FloatArray, clusters: IntArray, meanstructure: bool
) -> float:
    total = 0.0
    members = np.split(np.argsort(clusters, kind="stable"), np.cumsum(np.bincount(clusters))[:-1])
    identity = np.eye(y.shape[1])
    for rows in members:
        weighted = y[rows] * weights[rows, None]
        by_cov = weighted.T @ y[rows] - weights[rows].sum() * identity
        by_x = weighted.T @ x[rows]
        total += 0.5 * float((by_cov**2).sum()) + float((by_x**2).sum())
        if meanstructure:
            total += float((weighted.sum(axis=0) ** 2).sum())
    return total * small_sample_factor(len(members))


def _incomplete_trace(sample: IncompleteSample, fixed: IntArray, expected: bool) -> float:
    kept = np.flatnonzero(~moments_among(fixed, len(sample.cov)))
    saturated = saturated_model(sample, kept)
    if not expected:
        return float(np.sum(saturated.inverse * saturated.meat))
    moments = {"mean": sample.mean, "cov": sample.cov}
    information = saturated_information(expected_patterns(sample.patterns, **moments), **moments)
    inverse = scaled_inverse(information[np.ix_(kept, kept)] / sample.n_obs)
    return float(np.sum(inverse * saturated.meat))
