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

from coprod_stats.sem.estimation.group_stacks import GroupStack, MomentSample, stacked_groups
from coprod_stats.sem.estimation.objective import Evaluation
from coprod_stats.sem.estimation.positive_definite import factor_stack
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel

FloatArray = NDArray[np.float64]


class MaximumLikelihood:
    """ML objective of complete data.

    Groups with the same variables are evaluated as one stack.

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
        self.meanstructure = meanstructure
        self.n_free = n_free
        self._n_groups = len(models)
        self._stacks = stacked_groups(models, samples)
        self._known: tuple[FloatArray, list[_Terms | None]] | None = None

    def value(self, params: FloatArray) -> float:
        """Half the discrepancy; infinite where an implied covariance is not positive definite."""
        values = self.group_values(params)
        return float(sum(stack.weights @ values[stack.groups] for stack in self._stacks))

    def group_values(self, params: FloatArray) -> FloatArray:
        """Half the discrepancy of each group, ``(n_groups,)``."""
        values = np.full(self._n_groups, np.inf)
        for stack, terms in zip(self._stacks, self._terms_at(params), strict=True):
            if terms is not None:
                values[stack.groups] = terms.values
        return values

    def has_minimum_at(self, params: FloatArray) -> bool:
        """Whether all first derivatives vanish; spares the second derivatives."""
        for stack, terms in zip(self._stacks, self._terms_at(params), strict=True):
            if terms is None:
                return False
            slope = np.abs(self._slope(stack, terms) * stack.model.matrices.is_present)
            slope = slope.max(axis=1, initial=0.0)
            size = np.abs(terms.implied.cov).max((1, 2)) * np.abs(terms.precision).max((1, 2))
            if (slope > 1e-13 * size).any():
                return False
        return True

    def evaluate(self, params: FloatArray, *, exact: bool) -> Evaluation:
        """Value, gradient and second derivatives (exact, or their expectation)."""
        total = 0.0
        gradient = np.zeros(self.n_free)
        curvature = np.zeros((self.n_free, self.n_free))
        for stack, terms in zip(self._stacks, self._terms_at(params), strict=True):
            if terms is None:
                return Evaluation(np.inf, gradient, curvature)
            model, weights = stack.model, stack.weights
            total += float(weights @ terms.values)
            slopes = -weights[:, None] * self._slope(stack, terms)
            bends = weights[:, None, None] * self._curvature(model, terms, exact)
            for destination, slope, bend in zip(stack.destinations, slopes, bends, strict=True):
                destination.write_gradient(gradient, slope)
                destination.write_curvature(curvature, bend)
        return Evaluation(total, gradient, curvature)

    def _terms_at(self, params: FloatArray) -> list[_Terms | None]:
        """Terms of all stacks; those of the last point are kept for whoever asks again."""
        if self._known is None or not np.array_equal(self._known[0], params):
            self._known = params.copy(), [self._stack_terms(s, params) for s in self._stacks]
        return self._known[1]

    def _stack_terms(self, stack: GroupStack, params: FloatArray) -> _Terms | None:
        try:
            implied = stack.model.moments(params)
        except np.linalg.LinAlgError:
            return None
        return self._terms(stack, implied)

    def _slope(self, stack: GroupStack, terms: _Terms) -> FloatArray:
        by_cov = terms.residual / 2.0
        return stack.model.gradient(terms.implied, by_cov=by_cov, by_mean=terms.shift)

    def _curvature(self, model: LisrelModel, terms: _Terms, exact: bool) -> FloatArray:
        if not exact:
            return model.normal_information(terms.implied, terms.precision)
        return model.normal_hessian(terms.implied, terms.precision, terms.residual, terms.shift)

    def _terms(self, stack: GroupStack, implied: ImpliedMoments) -> _Terms | None:
        factored = factor_stack(implied.cov)
        if factored is None:
            return None
        precision = factored.inverse
        second = stack.cov
        shift = np.zeros_like(implied.mean)
        if self.meanstructure:
            deviation = stack.mean - implied.mean
            shift = np.matvec(precision, deviation)
            second = second + deviation[:, :, None] * deviation[:, None, :]
        weighted = precision @ second
        traces = np.einsum("gii->g", weighted)
        values = 0.5 * (factored.log_det + traces - stack.saturated_terms)
        return _Terms(implied, values, precision, weighted @ precision - precision, shift)


@dataclass(frozen=True, slots=True)
class _Terms:
    """What values and derivatives of the groups of a stack are made of."""

    implied: ImpliedMoments
    values: FloatArray
    precision: FloatArray
    residual: FloatArray
    shift: FloatArray


class GeneralizedLeastSquares(MaximumLikelihood):
    """GLS objective: residuals weighed by the inverse of the sample covariance matrix.

    Expected second derivatives leave out the terms that vanish where the model holds.
    """

    def _terms(self, stack: GroupStack, implied: ImpliedMoments) -> _Terms | None:
        factored = factor_stack(stack.cov)
        if factored is None:
            return None
        precision = factored.inverse
        difference = precision @ (stack.cov - implied.cov)
        deviation = stack.mean - implied.mean if self.meanstructure else np.zeros_like(implied.mean)
        shift = np.matvec(precision, deviation)
        values = 0.25 * np.sum(difference * difference.mT, axis=(1, 2))
        values += 0.5 * np.sum(deviation * shift, axis=1)
        return _Terms(implied, values, precision, difference @ precision, shift)

    def _curvature(self, model: LisrelModel, terms: _Terms, exact: bool) -> FloatArray:
        information = model.normal_information(terms.implied, terms.precision)
        if not exact:
            return information
        Q = terms.implied.columns
        block, line = Q.mT @ terms.residual @ Q, np.vecmat(terms.shift, Q)
        return information - model.curvature(terms.implied, block, line)
