"""The bootstrap of a fitted model.

Cases are drawn with replacement within groups. A draw is a vector of counts, so that the moments
of all samples are one product of the counts with the cases' products, and complete-data ML is
estimated on all samples at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coprod_stats.literals import BootstrapInterval
from coprod_stats.sem.distributions import ndtr, ndtri
from coprod_stats.sem.errors import SemDataError, SemOptionError
from coprod_stats.sem.estimation.batched_gradients import MomentBatch
from coprod_stats.sem.estimation.batched_likelihood import minimize_batch
from coprod_stats.sem.estimation.estimate import Estimate, estimate_model, estimate_nearby
from coprod_stats.sem.estimation.least_squares import lower_triangle
from coprod_stats.sem.estimation.positive_definite import factor
from coprod_stats.sem.inference.checks import Finding
from coprod_stats.sem.inference.model_tests import plain_test
from coprod_stats.sem.model.constraints import defined_functions
from coprod_stats.sem.observed.errors import ObservedDataError
from coprod_stats.sem.sample import GroupSample

if TYPE_CHECKING:
    from coprod_stats.sem.problems.problem import SingleLevelProblem

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

REFIT_ITERATIONS = 100
"""Steps from the estimates of the whole sample after which a drawn sample is given up: most of
those that need more have no minimum at all, their parameters growing without end."""

CELLS_AT_ONCE = 2**24
"""Counts that are held at once (128 MB); more samples are drawn in portions."""


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """Estimates of a model on bootstrap samples.

    Parameters
    ----------
    params : (n_converged, n_free) array
    defined : (n_converged, n_definitions) array
    n_samples : int
        Samples that were drawn; those that did not converge are omitted.
    n_improper : int
        Samples among those kept whose solution is improper: a negative variance, or a covariance
        matrix of latent variables that is not positive semidefinite.
    """

    params: FloatArray
    defined: FloatArray
    n_samples: int
    n_improper: int

    @property
    def n_lost(self) -> int:
        """Samples without estimates."""
        return self.n_samples - len(self.params)

    def covariance(self) -> FloatArray:
        """Covariance matrix of the estimates over samples."""
        return np.atleast_2d(np.cov(self.params.T))


def bootstrap(estimate: Estimate, *, n_samples: int, rng: np.random.Generator) -> Bootstrap:
    """Refit a model to samples of its cases.

    Parameters
    ----------
    estimate : Estimate
    n_samples : int
    rng : numpy.random.Generator

    Raises
    ------
    SemOptionError
        With clusters or sampling weights, whose design the naive bootstrap ignores.
    SemDataError
        ``SEM-124`` where fewer than two samples have estimates.
    """
    problem = estimate.problem.single_level("the bootstrap")
    samples = problem.samples
    if any(sample.weights is not None or sample.clusters is not None for sample in samples):
        raise SemOptionError("the bootstrap does not follow clusters and sampling weights; use MLR")
    longest = max(len(sample.rows) for sample in samples)
    size = max(1, min(n_samples, CELLS_AT_ONCE // longest))
    parts = []
    for first in range(0, n_samples, size):
        n_drawn = min(size, n_samples - first)
        counts = [draw_counts(rng, len(sample.rows), n_drawn) for sample in samples]
        parts.append(_estimates(estimate, problem, counts))
    params, converged = (np.concatenate(kind) for kind in zip(*parts, strict=True))
    functions = defined_functions(estimate.table)
    kept = params[converged]
    if len(kept) < 2:
        raise too_few_samples(len(kept), n_samples)
    defined = np.array([[function.value(row) for function in functions] for row in kept])
    n_improper = sum(_is_improper(estimate, row) for row in kept)
    return Bootstrap(kept, defined.reshape(len(kept), len(functions)), n_samples, n_improper)


def too_few_samples(n_kept: int, n_samples: int) -> SemDataError:
    """Return the error of a bootstrap that is left without samples.

    Parameters
    ----------
    n_kept, n_samples : int
        Samples with estimates, and all that were drawn.
    """
    return SemDataError(
        f"the model could be estimated on {n_kept} of {n_samples} bootstrap samples only; it asks "
        "too much of these data",
        code="SEM-124",
    )


def resampled_estimates(
    estimate: Estimate, *, n_samples: int, rng: np.random.Generator
) -> Iterator[Estimate | None]:
    """Refit a model to samples of its cases, or of its clusters where there are any.

    Whole clusters are drawn with replacement, so that what their cases have in common varies over
    samples as over other clusters [field2007]_.

    Parameters
    ----------
    estimate : Estimate
    n_samples : int
    rng : numpy.random.Generator

    Yields
    ------
    Estimate or None
        Per sample; None where it has no estimates.

    Raises
    ------
    SemOptionError
        With sampling weights, or clusters in several groups.

    References
    ----------
    .. [field2007] Field, C. A., & Welsh, A. H. (2007). Bootstrapping clustered data. Journal of
       the Royal Statistical Society B, 69, 369-390.
    """
    problem = estimate.problem.single_level("the bootstrap")
    samples = problem.samples
    if any(sample.weights is not None for sample in samples):
        raise SemOptionError("the bootstrap does not follow sampling weights")
    if len(samples) > 1 and any(sample.clusters is not None for sample in samples):
        raise SemOptionError("the bootstrap does not follow clusters in several groups")
    for _ in range(n_samples):
        counts = []
        for sample in samples:
            drawn = draw_counts(rng, sample.n_clusters, 1)[0]
            counts.append(drawn if sample.clusters is None else drawn[sample.clusters])
        yield _refit(estimate, problem, counts)


def _is_improper(estimate: Estimate, params: FloatArray) -> bool:
    """Whether a solution has a negative variance or latent variables without a proper one."""
    rows = estimate.table.rows
    variances = [r.free for r in rows if r.free >= 0 and r.op == "~~" and r.lhs == r.rhs]
    if (params[variances] < 0).any():
        return True
    eta_covs = [model.moments(params).eta_cov for model in estimate.models]
    return any(
        cov.size and np.linalg.eigvalsh(cov)[0] < -1e-8 * max(np.trace(cov), 1e-8)
        for cov in eta_covs
    )


NOTEWORTHY_SHARE = 0.05
"""Share of bootstrap samples lost or improper from which on a reader must know."""


def bootstrap_findings(draws: Bootstrap) -> list[Finding]:
    """Describe lost and improper samples, where they are many.

    Parameters
    ----------
    draws : Bootstrap
    """
    findings = lost_samples(draws.n_lost, draws.n_samples)
    if draws.n_improper >= NOTEWORTHY_SHARE * draws.n_samples:
        message = (
            f"{draws.n_improper} of {draws.n_samples} bootstrap samples have an improper solution "
            "(a negative variance, or a covariance matrix of latent variables that is not positive "
            "definite); they are included"
        )
        findings.append(Finding("SEM-207", message))
    return findings


def lost_samples(n_lost: int, n_samples: int) -> list[Finding]:
    """Describe bootstrap samples without estimates, where they are many.

    Parameters
    ----------
    n_lost, n_samples : int
    """
    if n_lost < NOTEWORTHY_SHARE * n_samples:
        return []
    message = (
        f"{n_lost} of {n_samples} bootstrap samples have no estimates (no convergence, or answers "
        "that do not vary) and are omitted; what rests on the others is biased towards samples "
        "that the model suits"
    )
    return [Finding("SEM-206", message)]


def draw_counts(rng: np.random.Generator, n_rows: int, n_samples: int) -> IntArray:
    """Draw rows with replacement and count how often each comes, ``(n_samples, n_rows)``."""
    drawn = rng.integers(0, n_rows, size=(n_samples, n_rows), dtype=np.int64)
    drawn += n_rows * np.arange(n_samples)[:, None]
    return np.bincount(drawn.ravel(), minlength=n_samples * n_rows).reshape(n_samples, n_rows)


def _estimates(
    estimate: Estimate, problem: SingleLevelProblem, counts: list[IntArray]
) -> tuple[FloatArray, BoolArray]:
    """Estimates from each drawn sample, and whether there are any."""
    n_samples = len(counts[0])
    if _is_fitted_in_batches(estimate, problem):
        params, converged = _by_moments(estimate, counts)
    else:
        params, converged = np.empty((n_samples, problem.table.n_free)), np.zeros(n_samples, bool)
    for number in np.flatnonzero(~converged):
        refitted = _refit(estimate, problem, [drawn[number] for drawn in counts])
        if refitted is not None:
            params[number], converged[number] = refitted.params, True
    return params, converged


def _is_fitted_in_batches(estimate: Estimate, problem: SingleLevelProblem) -> bool:
    """Whether all samples can be fitted at once, with the Hessian of the original one."""
    limits = estimate.restrictions
    if not problem.rests_on_normal_moments or limits.is_nonlinear or estimate.shifted is not None:
        return False
    return factor(limits.basis.T @ estimate.minimum.final.curvature @ limits.basis) is not None


def _by_moments(estimate: Estimate, counts: list[IntArray]) -> tuple[FloatArray, BoolArray]:
    limits, samples = estimate.restrictions, estimate.problem.samples
    total = sum(sample.n_obs for sample in samples)
    batches = [
        _moment_batch(sample, drawn.astype(np.float64), sample.n_obs / total)
        for sample, drawn in zip(samples, counts, strict=True)
    ]
    result = minimize_batch(
        estimate.models,
        batches,
        basis=limits.basis,
        origin=limits.origin,
        start=limits.reduce(estimate.params),
        hessian=limits.basis.T @ estimate.minimum.final.curvature @ limits.basis,
        meanstructure=estimate.table.meanstructure,
    )
    return result.params, result.converged


def _moment_batch(sample: GroupSample, counts: FloatArray, weight: float) -> MomentBatch:
    """Moments of all samples from counts, ``(n_samples, n_rows)``."""
    centred = sample.data - sample.mean
    rows, columns = lower_triangle(centred.shape[1])
    shifts = counts @ centred / len(centred)
    products = counts @ (centred[:, rows] * centred[:, columns]) / len(centred)
    products -= shifts[:, rows] * shifts[:, columns]
    covs = np.empty((len(counts), centred.shape[1], centred.shape[1]))
    covs[:, rows, columns] = covs[:, columns, rows] = products
    return MomentBatch(sample.mean + shifts, covs, weight)


def _refit(
    estimate: Estimate, problem: SingleLevelProblem, counts: list[IntArray]
) -> Estimate | None:
    """Estimate from one drawn sample; None where it has no estimates."""
    try:
        drawn = problem.resampled(counts)
        near = estimate_nearby(drawn, estimate)
        if near is not None:
            return near
        refitted = estimate_model(drawn, start=estimate.params, max_iterations=REFIT_ITERATIONS)
    except (ObservedDataError, np.linalg.LinAlgError):
        return None
    return refitted if refitted.minimum.converged else None


def bootstrap_interval(
    draws: FloatArray, estimates: FloatArray, kind: BootstrapInterval, *, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Bounds of bootstrap intervals.

    Quantiles are interpolated on the scale of the normal distribution. ``bca`` corrects for bias,
    with an acceleration of zero.

    Parameters
    ----------
    draws : (n_samples, n) array
    estimates : (n,) array
    kind : {'percentile', 'bca'}
    level : float

    References
    ----------
    Davison, A. C., & Hinkley, D. V. (1997). Bootstrap methods and their application. Cambridge,
    eqs. 5.6 and 5.20-5.22.
    """
    tails = ndtri(np.array([(1 - level) / 2, (1 + level) / 2]))
    bounds = np.empty((2, draws.shape[1]))
    for place in range(draws.shape[1]):
        column = np.sort(draws[:, place])
        shift = 0.0
        if kind == "bca":
            shift = float(ndtri(np.mean(column < estimates[place])))
        for side, tail in enumerate(tails):
            bounds[side, place] = _normal_quantile(column, float(ndtr(2 * shift + tail)))
    return bounds[0], bounds[1]


def _normal_quantile(ordered: FloatArray, probability: float) -> float:
    size = len(ordered)
    rank = (size + 1) * probability
    below = int(np.clip(np.floor(rank), 1, size - 1))
    if rank <= 1 or rank >= size or rank == below:
        return float(ordered[int(np.clip(round(rank), 1, size)) - 1])
    grid = ndtri(np.array([probability, below / (size + 1), (below + 1) / (size + 1)]))
    share = (grid[0] - grid[1]) / (grid[2] - grid[1])
    return float(ordered[below - 1] + share * (ordered[below] - ordered[below - 1]))


@dataclass(frozen=True, slots=True)
class BollenStine:
    """Bootstrap distribution of the test statistic under the model.

    Parameters
    ----------
    statistics : (n_converged,) array
    p_value : float
        Share of samples whose statistic is at least that of the data.
    n_samples : int
        Samples that were drawn; those that did not converge are omitted.
    """

    statistics: FloatArray
    p_value: float
    n_samples: int


def bollen_stine(estimate: Estimate, *, n_samples: int, rng: np.random.Generator) -> BollenStine:
    """Test the model by samples of data that are transformed to fit it exactly.

    Parameters
    ----------
    estimate : Estimate
        Of complete data.
    n_samples : int
    rng : numpy.random.Generator

    Raises
    ------
    SemOptionError
        With incomplete or ordered data, clusters or sampling weights.
    SemDataError
        ``SEM-124`` where no sample has a statistic.

    References
    ----------
    Bollen, K. A., & Stine, R. A. (1992). Sociological Methods & Research, 21, 205-229, eq. 19.
    """
    problem = estimate.problem.single_level("the Bollen-Stine bootstrap")
    moved = problem.moved_to_model(estimate.implied)
    drawn = []
    for _ in range(n_samples):
        counts = [draw_counts(rng, len(s.rows), 1)[0] for s in moved.samples]
        refitted = _refit(estimate, moved, counts)
        if refitted is not None:
            drawn.append(plain_test(refitted, df=1).statistic)
    if not drawn:
        raise too_few_samples(0, n_samples)
    observed = plain_test(estimate, df=1).statistic
    statistics = np.array(drawn)
    return BollenStine(statistics, float(np.mean(statistics >= observed)), n_samples)
