"""Robust fit indices of ordered data: the model judged by its normal-theory discrepancy.

WLSMV's own indices depend on the weight matrix and flatter a model with many cases. Here the
estimates are put into the maximum likelihood discrepancy between polychoric and implied
correlations, whose distribution under misspecification is that of a continuous analysis
[savalei2021]_. It exists where the polychoric matrices are positive definite.

References
----------
.. [savalei2021] Savalei, V. (2021). Improving fit indices in structural equation modeling with
   categorical data. Multivariate Behavioral Research, 56, 390-407, eqs. 12-17.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.inference.infer import Inference
from coprod_stats.sem.inference.weighted_least_squares import GroupDerivatives
from coprod_stats.sem.ordered.sample import OrderedSample
from coprod_stats.sem.ordered.sandwich import statistics_objective

FloatArray = NDArray[np.float64]

SMALLEST_EIGENVALUE = float(np.sqrt(np.finfo(np.float64).eps))


@dataclass(frozen=True, slots=True)
class NormalTheoryFit:
    """Normal-theory statistics of the model and of independence, with their scaling factors.

    Parameters
    ----------
    statistic, baseline_statistic : float
        ``Σ n_g F_ML``.
    df, baseline_df : int
        On the correlations alone.
    incremental_df : int
        For CFI and TLI. lavaan has those of the whole model there, though the statistic knows
        nothing of thresholds; where thresholds or intercepts are held equal, of which it gives
        none, they are `df`.
    scaling_factor, baseline_scaling_factor : float
        Expectation over degrees of freedom.
    """

    statistic: float
    df: int
    incremental_df: int
    scaling_factor: float
    baseline_statistic: float
    baseline_df: int
    baseline_scaling_factor: float


def normal_theory_fit(
    estimate: Estimate, inference: Inference, samples: Sequence[OrderedSample]
) -> NormalTheoryFit | None:
    """Evaluate the normal-theory discrepancy of a model for ordered items.

    Parameters
    ----------
    estimate : Estimate
    inference : Inference
    samples : sequence of OrderedSample

    Returns
    -------
    NormalTheoryFit or None
        None with continuous items or covariates, where the theory is not worked out, without
        degrees of freedom, and where a polychoric or an implied correlation matrix is not
        positive definite.
    """
    models = statistics_objective(estimate).models
    if not all(model.is_ordered.all() and model.covariates.size == 0 for model in models):
        return None
    if inference.df <= 0:
        return None
    statistic = baseline = 0.0
    moments = [sample.moments for sample in samples]
    precisions: list[FloatArray] = []
    for model, sample in zip(models, moments, strict=True):
        implied = _correlations(model.statistics(estimate.params).vector, len(sample.cov))
        for matrix in (implied, sample.cov):
            if np.linalg.eigvalsh(matrix)[0] < SMALLEST_EIGENVALUE:
                return None
        precision = np.asarray(np.linalg.inv(implied))
        sample_log_det = np.linalg.slogdet(sample.cov).logabsdet
        discrepancy = np.sum(precision * sample.cov) - np.linalg.slogdet(precision).logabsdet
        statistic += sample.n_obs * float(discrepancy - sample_log_det - len(implied))
        baseline -= sample.n_obs * float(sample_log_det)
        precisions.append(precision)
    baseline_df = sum(model.rows.size for model in models)
    tied = _ties_thresholds(estimate)
    sizes = [len(precision) for precision in precisions]
    df = baseline_df - (_n_seen(inference, sizes) if tied else _n_open(estimate, inference))
    return NormalTheoryFit(
        statistic=statistic,
        df=df,
        incremental_df=df if tied else inference.df,
        scaling_factor=_expectation(inference, precisions) / df if df else np.nan,
        baseline_statistic=baseline,
        baseline_df=baseline_df,
        baseline_scaling_factor=_baseline_expectation(inference, precisions) / baseline_df,
    )


def _correlations(statistics: FloatArray, n_items: int) -> FloatArray:
    first, second = np.triu_indices(n_items, 1)
    matrix = np.eye(n_items)
    matrix[first, second] = matrix[second, first] = statistics[-first.size :]
    return matrix


def _ties_thresholds(estimate: Estimate) -> bool:
    """Whether thresholds or intercepts are held equal."""
    table = estimate.table
    kept = [
        table.rows[index].free for index in table.free_rows if table.rows[index].op in ("|", "~1")
    ]
    return bool(kept) and np.linalg.matrix_rank(estimate.restrictions.basis[kept]) < len(kept)


def _n_open(estimate: Estimate, inference: Inference) -> int:
    """Count the open directions without thresholds and intercepts, as lavaan does."""
    kept = [
        estimate.table.rows[index].free
        for index in estimate.table.free_rows
        if estimate.table.rows[index].op not in ("|", "~1")
    ]
    return int(np.linalg.matrix_rank(inference.inverted.basis[kept])) if kept else 0


def _n_seen(inference: Inference, sizes: Sequence[int]) -> int:
    """Count the open directions that change correlations; some free scales change none."""
    slopes = np.vstack(
        [
            _correlation_part(group, size).jacobian
            for group, size in zip(inference.groups, sizes, strict=True)
        ]
    )
    slopes = slopes @ inference.inverted.basis
    scale = np.linalg.norm(slopes, axis=0)
    return int(np.linalg.matrix_rank(slopes / np.where(scale > 0, scale, 1.0), tol=1e-7))


def _expectation(inference: Inference, precisions: Sequence[FloatArray]) -> float:
    """Trace of ``(I − ΔE⁻¹Δ'W)' V (I − ΔE⁻¹Δ'W) Γ`` on the correlations (eq. 15).

    ``V`` is the normal-theory information of the correlations, ``V_(ij),(kl) = P_ik P_jl + P_il
    P_jk`` with the inverse ``P`` of the implied matrix.
    """
    inverse = inference.inverted.inverse
    n_free = len(inverse)
    total = 0.0
    bent, variability, cross = (np.zeros((n_free, n_free)) for _ in range(3))
    for group, precision in zip(inference.groups, precisions, strict=True):
        part = _correlation_part(group, precision.shape[0])
        information = _normal_information(precision)
        total += float(np.sum(information * part.gamma))
        used = np.flatnonzero(part.jacobian.any(axis=0))
        by_jacobian = information @ part.jacobian[:, used]
        cells = np.ix_(used, used)
        bent[cells] += part.share * (part.jacobian[:, used].T @ by_jacobian)
        variability += part.share * (part.weighted_jacobian.T @ part.spread)
        cross[used] += part.share * (by_jacobian.T @ part.spread)
    total -= 2.0 * float(np.sum(inverse * cross))
    return total + float(np.sum((inverse @ bent @ inverse) * variability))


def _correlation_part(group: GroupDerivatives, n_items: int) -> GroupDerivatives:
    kept = slice(group.jacobian.shape[0] - n_items * (n_items - 1) // 2, None)
    weights = group.weight_matrix
    weights = weights[kept, kept] if weights.ndim == 2 else weights[kept]
    return GroupDerivatives(group.jacobian[kept], weights, group.gamma[kept, kept], group.share)


def _normal_information(precision: FloatArray) -> FloatArray:
    j, i = np.triu_indices(precision.shape[0], 1)
    straight = precision[np.ix_(i, i)] * precision[np.ix_(j, j)]
    return np.asarray(straight + precision[np.ix_(i, j)] * precision[np.ix_(j, i)])


def _baseline_expectation(inference: Inference, precisions: Sequence[FloatArray]) -> float:
    """Trace of Gamma of the correlations; under independence ``V`` is the identity.

    Divided by the share of each group, as lavaan does (up to 0.6-14 at least): with several groups
    the expectation under independence has no such divisor, which makes its CFI a little lower.
    """
    traces = [
        np.trace(_correlation_part(group, len(precision)).gamma) / group.share
        for group, precision in zip(inference.groups, precisions, strict=True)
    ]
    return float(np.sum(traces))
