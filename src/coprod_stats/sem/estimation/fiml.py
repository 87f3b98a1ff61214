"""Full-information maximum likelihood with missing answers.

Half the discrepancy of a group is minus the log-likelihood of the observed answers per case,
without its constant [arbuckle1996]_:

    ½ sum_j (n_j / n) [log|cov_j| + tr(P_j (S_j + d_j d_j'))],

over missing-data patterns ``j`` with their means and covariances. The gradient needs one sum
over patterns. Second derivatives are summed over patterns where these are few; otherwise they
are those of the saturated model (one sum over patterns as well) carried over by the Jacobian of
the implied moments, plus the model's own curvature.

References
----------
.. [arbuckle1996] Arbuckle, J. L. (1996). Full information estimation in the presence of
   incomplete data. In Advanced structural equation modeling (pp. 243-277). Erlbaum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.least_squares import moment_jacobian
from coprod_stats.sem.estimation.objective import Evaluation
from coprod_stats.sem.estimation.positive_definite import factor
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel
from coprod_stats.sem.observed.missing_patterns import MissingPatterns
from coprod_stats.sem.observed.pattern_precision import padded_precision
from coprod_stats.sem.observed.saturated_information import saturated_information

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PatternSums:
    """Value and first derivatives of the saturated log-likelihood, per case.

    Parameters
    ----------
    value : float
        Half the discrepancy.
    by_cov : (n_items, n_items) array
        ``sum_j (n_j / n) (P_j (S_j + d_j d_j') P_j - P_j)``, padded with zeros.
    by_mean : (n_items,) array
        ``sum_j (n_j / n) P_j d_j``.
    """

    value: float
    by_cov: FloatArray
    by_mean: FloatArray


def pattern_sums(patterns: MissingPatterns, *, mean: FloatArray, cov: FloatArray) -> PatternSums:
    """Sum value and first derivatives over patterns.

    Parameters
    ----------
    patterns : MissingPatterns
    mean : (n_items,) array
    cov : (n_items, n_items) array

    Raises
    ------
    numpy.linalg.LinAlgError
        Where `cov` is not positive definite.
    """
    n_items, n_obs = patterns.n_items, patterns.n_obs
    value = 0.0
    by_cov, by_mean = np.zeros((n_items, n_items)), np.zeros(n_items)
    for block in patterns.blocks():
        precision, log_dets = padded_precision(block, cov)
        shares = block.counts / n_obs
        deviation = np.where(block.observed, block.means - mean, 0.0)
        shift = np.einsum("kij,kj->ki", precision, deviation)
        weighted = precision @ block.covs
        traces = np.trace(weighted, axis1=1, axis2=2) + np.einsum("ki,ki->k", shift, deviation)
        value += 0.5 * float(shares @ (log_dets + traces))
        by_cov += np.tensordot(shares, weighted @ precision - precision, axes=1)
        by_cov += (shift * shares[:, None]).T @ shift
        by_mean += shares @ shift
    return PatternSums(value, by_cov, by_mean)


def expected_patterns(
    patterns: MissingPatterns, *, mean: FloatArray, cov: FloatArray
) -> MissingPatterns:
    """Patterns whose moments are those of a model: what is expected of each."""
    both = patterns.observed[:, :, None] & patterns.observed[:, None, :]
    return MissingPatterns(
        patterns.observed,
        patterns.counts,
        np.where(patterns.observed, mean, 0.0),
        np.where(both, cov, 0.0),
        patterns.pattern_of_case,
    )


class FullInformation:
    """FIML objective.

    Parameters
    ----------
    models : sequence of LisrelModel
        One per group.
    patterns : sequence of MissingPatterns
        One per group.
    saturated_values : sequence of float
        Half the discrepancy of each group's saturated model, so that a saturated model has value 0.
    n_free : int
        Number of free parameters of all groups.
    """

    def __init__(
        self,
        models: Sequence[LisrelModel],
        patterns: Sequence[MissingPatterns],
        *,
        saturated_values: Sequence[float],
        n_free: int,
    ) -> None:
        self.models = tuple(models)
        self.patterns = tuple(patterns)
        self.n_free = n_free
        total = sum(group.n_obs for group in patterns)
        self.weights = np.array([group.n_obs / total for group in patterns])
        self.saturated_values = np.array(saturated_values)

    def value(self, params: FloatArray) -> float:
        """Half the discrepancy; infinite where an implied covariance is not positive definite."""
        return float(self.group_values(params) @ self.weights)

    def group_values(self, params: FloatArray) -> FloatArray:
        """Half the discrepancy of each group, ``(n_groups,)``."""
        values = np.full(len(self.models), np.inf)
        for group, model in enumerate(self.models):
            try:
                implied = model.moments(params)
                sums = pattern_sums(self.patterns[group], mean=implied.mean, cov=implied.cov)
                values[group] = sums.value - self.saturated_values[group]
            except np.linalg.LinAlgError:
                pass
        return values

    def has_minimum_at(self, params: FloatArray) -> bool:
        """Whether all first derivatives vanish; spares the second derivatives."""
        for group, model in enumerate(self.models):
            implied = model.moments(params)
            sums = pattern_sums(self.patterns[group], mean=implied.mean, cov=implied.cov)
            slope = model.gradient(implied, by_cov=sums.by_cov / 2.0, by_mean=sums.by_mean)
            if np.abs(slope).max(initial=0.0) > 1e-11 * (1.0 + abs(sums.value)):
                return False
        return True

    def slope(self, params: FloatArray) -> tuple[float, FloatArray]:
        """Value, infinite where the model is not defined, and gradient."""
        total, gradient = 0.0, np.zeros(self.n_free)
        for group, model in enumerate(self.models):
            implied = model.moments(params)
            try:
                sums = pattern_sums(self.patterns[group], mean=implied.mean, cov=implied.cov)
            except np.linalg.LinAlgError:
                return np.inf, gradient
            weight = self.weights[group]
            total += weight * (sums.value - self.saturated_values[group])
            by_params = model.gradient(implied, by_cov=sums.by_cov / 2.0, by_mean=sums.by_mean)
            gradient[model.parameters] -= weight * by_params
        return total, gradient

    def evaluate(self, params: FloatArray, *, exact: bool) -> Evaluation:
        """Value, gradient and second derivatives (exact, or expected given the patterns)."""
        total = 0.0
        gradient = np.zeros(self.n_free)
        curvature = np.zeros((self.n_free, self.n_free))
        for group, model in enumerate(self.models):
            implied = model.moments(params)
            if factor(implied.cov) is None:
                return Evaluation(np.inf, gradient, curvature)
            patterns, weight = self.patterns[group], self.weights[group]
            sums = pattern_sums(patterns, mean=implied.mean, cov=implied.cov)
            total += weight * (sums.value - self.saturated_values[group])
            local = model.parameters
            slope = model.gradient(implied, by_cov=sums.by_cov / 2.0, by_mean=sums.by_mean)
            gradient[local] = -weight * slope
            if _few_patterns(patterns, model):
                bend = _summed_curvature(model, implied, patterns, exact=exact)
            else:
                bend = _carried_curvature(model, implied, patterns, sums if exact else None)
            curvature[model.block] = weight * bend
        return Evaluation(total, gradient, curvature)


def _few_patterns(patterns: MissingPatterns, model: LisrelModel) -> bool:
    """Whether second derivatives pattern by pattern take less work than the saturated model's.

    The first way gathers some eight matrices of the parameters per pattern, the second some six
    of the moments, whatever the number of patterns.
    """
    n_moments = patterns.n_items * (patterns.n_items + 3) // 2
    return 8 * len(patterns.counts) * model.parameters.size**2 <= 6 * n_moments**2


def _summed_curvature(
    model: LisrelModel, implied: ImpliedMoments, patterns: MissingPatterns, *, exact: bool
) -> FloatArray:
    """Second derivatives of half the discrepancy, summed over patterns, ``(n_local, n_local)``."""
    total = np.zeros((model.parameters.size,) * 2)
    for block in patterns.blocks():
        precisions, _ = padded_precision(block, implied.cov)
        deviations = np.where(block.observed, block.means - implied.mean, 0.0)
        shares = block.counts / patterns.n_obs
        for share, precision, cov, deviation in zip(
            shares, precisions, block.covs, deviations, strict=True
        ):
            if not exact:
                total += share * model.normal_information(implied, precision)
                continue
            second = cov + np.outer(deviation, deviation)
            residual = precision @ second @ precision - precision
            shift = precision @ deviation
            total += share * model.normal_hessian(implied, precision, residual, shift)
    return total


def _carried_curvature(
    model: LisrelModel, implied: ImpliedMoments, patterns: MissingPatterns, sums: PatternSums | None
) -> FloatArray:
    """Carry the second derivatives of the saturated model over; expected ones without `sums`."""
    moments = {"mean": implied.mean, "cov": implied.cov}
    seen = expected_patterns(patterns, **moments) if sums is None else patterns
    saturated = saturated_information(seen, **moments) / patterns.n_obs
    jacobian = moment_jacobian(model, implied, meanstructure=True)
    bend = jacobian.T @ saturated @ jacobian
    if sums is not None:
        Q = implied.columns
        bend -= model.curvature(implied, Q.T @ sums.by_cov @ Q, sums.by_mean @ Q)
    return np.asarray(bend)
