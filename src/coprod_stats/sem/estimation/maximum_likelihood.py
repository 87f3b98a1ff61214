"""Normal-theory maximum likelihood, and generalized least squares, from sample moments.

With ``d = m - mean`` and ``P = cov^-1``, the ML discrepancy of a group is

    F = log|cov| + tr(P (S + d d')) - log|S| - n_observed     [joreskog1969]_

and the GLS discrepancy ``½ tr((S^-1 (S - cov))²) + d' S^-1 d`` [browne1974]_. ``d`` is zero
without a mean structure.

References
----------
.. [joreskog1969] Jöreskog, K. G. (1969). Psychometrika, 34, 183-202, eq. 6.
.. [browne1974] Browne, M. W. (1974). South African Statistical Journal, 8, 1-24.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.objective import Evaluation
from coprod_stats.sem.estimation.positive_definite import factor
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MomentSample:
    """What is fitted in one group.

    Parameters
    ----------
    mean : (n_observed,) array
    cov : (n_observed, n_observed) array
        With the divisor that the estimator asks for.
    weight : float
        Share of the group in the objective.
    """

    mean: FloatArray
    cov: FloatArray
    weight: float


class MaximumLikelihood:
    """ML objective of complete data.

    Parameters
    ----------
    models : sequence of LisrelModel
        One per group.
    samples : sequence of MomentSample
        One per group.
    meanstructure : bool
        Whether means are fitted.
    n_free : int
        Number of free parameters of all groups.
    """

    def __init__(
        self,
        models: Sequence[LisrelModel],
        samples: Sequence[MomentSample],
        *,
        meanstructure: bool,
        n_free: int,
    ) -> None:
        self.models = tuple(models)
        self.samples = tuple(samples)
        self.meanstructure = meanstructure
        self.n_free = n_free
        self._constants = [_saturated_term(sample.cov) for sample in samples]

    def value(self, params: FloatArray) -> float:
        """Half the discrepancy; infinite where an implied covariance is not positive definite."""
        values = self.group_values(params)
        return float(values @ [sample.weight for sample in self.samples])

    def group_values(self, params: FloatArray) -> FloatArray:
        """Half the discrepancy of each group, ``(n_groups,)``."""
        values = np.empty(len(self.models))
        for group, model in enumerate(self.models):
            try:
                terms = self._terms(group, model.moments(params))
            except np.linalg.LinAlgError:
                terms = None
            values[group] = np.inf if terms is None else terms.value
        return values

    def has_minimum_at(self, params: FloatArray) -> bool:
        """Whether all first derivatives vanish; spares the second derivatives."""
        for group, model in enumerate(self.models):
            implied = model.moments(params)
            terms = self._terms(group, implied)
            if terms is None:
                return False
            slope = model.gradient(implied, by_cov=terms.residual / 2.0, by_mean=terms.shift)
            size = np.abs(implied.cov).max() * np.abs(terms.precision).max()
            if np.abs(slope).max(initial=0.0) > 1e-13 * size:
                return False
        return True

    def evaluate(self, params: FloatArray, *, exact: bool) -> Evaluation:
        """Value, gradient and second derivatives (exact, or their expectation)."""
        total = 0.0
        gradient = np.zeros(self.n_free)
        curvature = np.zeros((self.n_free, self.n_free))
        for group, (model, sample) in enumerate(zip(self.models, self.samples, strict=True)):
            implied = model.moments(params)
            terms = self._terms(group, implied)
            if terms is None:
                return Evaluation(np.inf, gradient, curvature)
            total += sample.weight * terms.value
            local = model.parameters
            slope = model.gradient(implied, by_cov=terms.residual / 2.0, by_mean=terms.shift)
            gradient[local] = -sample.weight * slope
            bend = self._curvature(model, implied, terms, exact)
            curvature[model.block] = sample.weight * bend
        return Evaluation(total, gradient, curvature)

    def _curvature(
        self, model: LisrelModel, implied: ImpliedMoments, terms: _Terms, exact: bool
    ) -> FloatArray:
        if not exact:
            return model.normal_information(implied, terms.precision)
        return model.normal_hessian(implied, terms.precision, terms.residual, terms.shift)

    def _terms(self, group: int, implied: ImpliedMoments) -> _Terms | None:
        sample = self.samples[group]
        factored = factor(implied.cov)
        if factored is None:
            return None
        precision = factored.inverse
        second = sample.cov
        shift = np.zeros(implied.mean.size)
        if self.meanstructure:
            deviation = sample.mean - implied.mean
            shift = precision @ deviation
            second = second + np.outer(deviation, deviation)
        weighted = precision @ second
        value = 0.5 * (factored.log_det + float(np.trace(weighted)) - self._constants[group])
        return _Terms(value, precision, weighted @ precision - precision, shift)


@dataclass(frozen=True, slots=True)
class _Terms:
    value: float
    precision: FloatArray
    residual: FloatArray
    shift: FloatArray


def _saturated_term(cov: FloatArray) -> float:
    """Compute ``log|S| + n_observed``, only the latter where ``S`` is singular."""
    factored = factor(cov)
    return float(cov.shape[0]) + (0.0 if factored is None else factored.log_det)


class GeneralizedLeastSquares(MaximumLikelihood):
    """GLS objective: residuals weighed by the inverse of the sample covariance matrix.

    Expected second derivatives leave out the terms that vanish where the model holds.
    """

    def _terms(self, group: int, implied: ImpliedMoments) -> _Terms | None:
        sample = self.samples[group]
        factored = factor(sample.cov)
        if factored is None:
            return None
        precision = factored.inverse
        difference = precision @ (sample.cov - implied.cov)
        deviation = sample.mean - implied.mean if self.meanstructure else np.zeros(len(precision))
        shift = precision @ deviation
        value = 0.25 * float(np.sum(difference * difference.T)) + 0.5 * float(deviation @ shift)
        return _Terms(value, precision, difference @ precision, shift)

    def _curvature(
        self, model: LisrelModel, implied: ImpliedMoments, terms: _Terms, exact: bool
    ) -> FloatArray:
        information = model.normal_information(implied, terms.precision)
        if not exact:
            return information
        Q = implied.columns
        return information - model.curvature(implied, Q.T @ terms.residual @ Q, terms.shift @ Q)
