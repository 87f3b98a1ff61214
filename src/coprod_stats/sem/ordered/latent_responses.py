"""Implied thresholds, slopes and correlations of a model with ordered items.

An ordered item is a continuous latent response cut at the thresholds ``tau``. Its scale is
arbitrary: ``delta`` rescales it, so that the statistics of an ordered item `i` are

    thresholds    δ_i (τ_k − μ_i)          slopes   δ_i Π_ix
    covariances   δ_i δ_j Σ_ij

with ``μ``, ``Π`` and ``Σ`` the intercepts, slopes on the covariates and covariances given the
covariates. Under the delta parameterization ``δ`` is a parameter (1 unless freed) and the
residual variance of the item follows from it (where the item predicts others it enters their
covariances, and is solved for); under the theta parameterization the residual
variance is the parameter and ``δ_i = Σ_ii^(−1/2)`` [muthen2002]_. Continuous items have ``δ = 1``
and contribute ``−μ_i`` and ``Σ_ii``.

References
----------
.. [muthen2002] Muthén, B., & Asparouhov, T. (2002). Latent variable analysis with categorical
   outcomes: multiple-group and growth modeling in Mplus. Mplus Web Notes 4, eqs. 5-12.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from coprod_stats.literals import Parameterization
from coprod_stats.sem.model.implicit_variances import ImplicitVariances
from coprod_stats.sem.model.layout import Kind
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class ImpliedStatistics:
    """The statistics of one group at given parameters, with what their derivatives need.

    Parameters
    ----------
    moments : ImpliedMoments
        Of the latent responses given the covariates.
    scales : (n_items,) array
        ``δ``.
    unscaled : (n_statistics,) array
        The statistics with ``δ = 1``.
    factors : (n_statistics,) array
        What multiplies them: 1, ``δ_i`` or ``δ_i δ_j``.
    """

    moments: ImpliedMoments
    scales: FloatArray
    unscaled: FloatArray
    factors: FloatArray

    @property
    def vector(self) -> FloatArray:
        """The statistics, in the order of :mod:`~coprod_stats.sem.ordered.moments`."""
        return self.unscaled * self.factors


class LatentResponseModel:
    """Implied statistics of one group of ordered and mixed data as a function of the parameters.

    Parameters
    ----------
    lisrel : LisrelModel
        Its last parameters are the `n_implicit` residual variances of ordered items among
        ``eta``, which follow from the others.
    items : tuple of str
        Endogenous observed variables, in the order of the sample statistics.
    n_categories : tuple of int
        Of each item; 0 for a continuous one.
    covariates : tuple of str
        Exogenous variables on which everything is conditioned.
    parameterization : {'delta', 'theta'}
    n_implicit : int
    """

    def __init__(
        self,
        lisrel: LisrelModel,
        items: tuple[str, ...],
        n_categories: tuple[int, ...],
        covariates: tuple[str, ...],
        parameterization: Parameterization,
        *,
        n_implicit: int = 0,
    ) -> None:
        self.lisrel = lisrel
        self.implicit = ImplicitVariances(lisrel, n_implicit)
        self.parameters = lisrel.parameters[: self.implicit.n_local]
        self.parameterization = parameterization
        matrices = lisrel.matrices
        self.places = np.array([matrices.observed.index(item) for item in items], dtype=np.intp)
        self.covariates = np.array([matrices.eta.index(x) for x in covariates], dtype=np.intp)
        self.is_ordered = np.array(n_categories) > 0
        sizes = [max(size - 1, 1) for size in n_categories]
        self.threshold_items = np.repeat(np.arange(len(items)), sizes)
        first, second = np.triu_indices(len(items), 1)
        self.rows, self.columns = second, first
        self.continuous = np.flatnonzero(~self.is_ordered)

    @cached_property
    def _item_pairs(self) -> tuple[IntArray, IntArray]:
        """Items whose scales multiply each statistic; −1 for none."""
        n_items = self.places.size
        none = np.full(1, -1)
        slope_items = np.tile(np.arange(n_items), self.covariates.size)
        of_first = [self.threshold_items, slope_items, np.repeat(none, self.continuous.size)]
        first = np.concatenate([*of_first, self.rows])
        second = np.concatenate([np.full(first.size - self.rows.size, -1), self.columns])
        scaled = np.append(self.is_ordered, False)
        return np.where(scaled[first], first, -1), np.where(scaled[second], second, -1)

    def statistics(self, params: FloatArray) -> ImpliedStatistics:
        """Evaluate the model.

        Parameters
        ----------
        params : (n_free,) array
            Free parameters of all groups.

        Raises
        ------
        numpy.linalg.LinAlgError
            Where ``I - beta`` is singular, or a latent response has no positive variance.
        """
        moments = self.lisrel.moments(self.implicit.complete(params))
        cov = moments.cov[np.ix_(self.places, self.places)]
        scales = np.ones(self.places.size)
        if self.parameterization == "delta":
            scales[self.is_ordered] = moments.delta[self.places][self.is_ordered]
        else:
            variances = np.diag(cov)[self.is_ordered]
            if variances.min(initial=1.0) <= 0.0:
                raise np.linalg.LinAlgError("a latent response has no positive variance")
            scales[self.is_ordered] = variances**-0.5
        mean = moments.mean[self.places]
        cuts = np.zeros(self.threshold_items.size)
        cuts[self.is_ordered[self.threshold_items]] = moments.tau
        slopes = self.loadings(moments)[np.ix_(self.places, self.covariates)]
        unscaled = np.concatenate(
            [
                cuts - mean[self.threshold_items],
                slopes.ravel(order="F"),
                np.diag(cov)[self.continuous],
                cov[self.rows, self.columns],
            ]
        )
        padded = np.append(scales, 1.0)
        first, second = self._item_pairs
        return ImpliedStatistics(moments, scales, unscaled, padded[first] * padded[second])

    def jacobian(self, implied: ImpliedStatistics) -> FloatArray:
        """Differentiate the statistics by the parameters of this group.

        Returns
        -------
        (n_statistics, n_local) array
        """
        return self.implicit.project(implied.moments, self._whole_jacobian(implied))

    def _whole_jacobian(self, implied: ImpliedStatistics) -> FloatArray:
        unscaled = self._unscaled_jacobian(implied.moments)
        jacobian = unscaled * implied.factors[:, None]
        by_scale = self._scale_jacobian(implied)
        if by_scale is not None:
            jacobian += implied.unscaled[:, None] * self._factor_jacobian(implied, by_scale)
        return jacobian

    def curvature(self, implied: ImpliedStatistics, weights: FloatArray) -> FloatArray:
        """Contract the second derivatives of the statistics, ``Σ_r w_r d²s_r``.

        Parameters
        ----------
        implied : ImpliedStatistics
        weights : (n_statistics,) array

        Returns
        -------
        (n_local, n_local) array
        """
        whole = self._whole_curvature(implied, weights)
        if self.implicit.factors.size == 0:
            return whole
        slopes = weights @ self._whole_jacobian(implied)
        return self.implicit.curvature(implied.moments, whole, slopes)

    def _whole_curvature(self, implied: ImpliedStatistics, weights: FloatArray) -> FloatArray:
        first, second = self._item_pairs
        n_whole = self.lisrel.parameters.size
        total = np.zeros((n_whole, n_whole))
        by_variance = np.zeros(self.places.size)
        by_scale = self._scale_jacobian(implied)
        if by_scale is not None:
            unscaled = self._unscaled_jacobian(implied.moments)
            mixed = unscaled.T @ (weights[:, None] * self._factor_jacobian(implied, by_scale))
            both = (first >= 0) & (second >= 0)
            products = np.zeros((self.places.size, self.places.size))
            products[first[both], second[both]] = (weights * implied.unscaled)[both]
            mixed += by_scale.T @ products @ by_scale
            total += mixed + mixed.T
            if self.parameterization == "theta":
                by_variance, bend = self._variance_terms(implied, weights)
                total += bend
        return total + self._moment_curvature(implied, weights * implied.factors, by_variance)

    def loadings(self, moments: ImpliedMoments) -> FloatArray:
        """Total effects of the elements of eta on observed variables, ``(n_observed, n_eta)``."""
        n_observed, n_eta = self.lisrel.matrices.n_observed, self.lisrel.matrices.n_eta
        return moments.columns[:, n_observed : n_observed + n_eta]

    def _unscaled_jacobian(self, moments: ImpliedMoments) -> FloatArray:
        """Differentiate the statistics with the scales held at 1."""
        lisrel = self.lisrel
        by_threshold = -lisrel.mean_jacobian(moments)[self.places[self.threshold_items]]
        kinds, rows = lisrel.matrices.kinds, lisrel.matrices.rows
        tau = np.flatnonzero(kinds == Kind.TAU)
        ordered_rows = np.flatnonzero(self.is_ordered[self.threshold_items])
        by_threshold[ordered_rows[rows[tau]], tau] += 1.0
        places = self.places
        diagonal = places[self.continuous]
        rows_of = np.concatenate([diagonal, places[self.rows]])
        columns_of = np.concatenate([diagonal, places[self.columns]])
        by_cov = lisrel.cov_jacobian(moments, rows_of, columns_of)
        return np.vstack([by_threshold, self._slope_jacobian(moments), by_cov])

    def _slope_jacobian(self, moments: ImpliedMoments) -> FloatArray:
        """Differentiate ``Π_ix = G_ix``: ``u_i A[j, x]`` for a loading or regression on `j`."""
        lisrel = self.lisrel
        directed = lisrel.layout.directed
        left = moments.columns[np.ix_(self.places, lisrel.layout.u[directed])]
        right = moments.total[lisrel.matrices.columns[directed]][:, self.covariates]
        n_whole = lisrel.parameters.size
        slopes = np.zeros((self.covariates.size, self.places.size, n_whole))
        slopes[:, :, directed] = left[None] * right.T[:, None, :]
        return slopes.reshape(-1, n_whole)

    def _scale_jacobian(self, implied: ImpliedStatistics) -> FloatArray | None:
        """Differentiate ``δ``, ``(n_items, n_local)``; None where none depends on parameters."""
        matrices = self.lisrel.matrices
        if self.parameterization == "delta":
            local = np.flatnonzero(matrices.kinds == Kind.DELTA)
            if local.size == 0:
                return None
            item_of = np.full(matrices.n_observed, -1)
            item_of[self.places] = np.arange(self.places.size)
            by_scale = np.zeros((self.places.size, self.lisrel.parameters.size))
            by_scale[item_of[matrices.rows[local]], local] = 1.0
            return by_scale
        places = self.places
        by_variance = self.lisrel.cov_jacobian(implied.moments, places, places)
        slope = np.where(self.is_ordered, -0.5 * implied.scales**3, 0.0)
        return np.asarray(slope[:, None] * by_variance)

    def _factor_jacobian(self, implied: ImpliedStatistics, by_scale: FloatArray) -> FloatArray:
        first, second = self._item_pairs
        padded = np.append(implied.scales, 1.0)
        rows = np.vstack([by_scale, np.zeros(by_scale.shape[1])])
        return np.asarray(
            rows[first] * padded[second][:, None] + rows[second] * padded[first][:, None]
        )

    def _variance_terms(
        self, implied: ImpliedStatistics, weights: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Weights of ``d²Σ_ii`` through ``δ_i = Σ_ii^(−1/2)``, and the term in ``(dΣ_ii)²``."""
        first, second = self._item_pairs
        padded = np.append(implied.scales, 1.0)
        weighted = weights * implied.unscaled
        n_items = self.places.size
        by_scale = np.bincount(first + 1, weighted * padded[second], minlength=n_items + 1)[1:]
        by_scale += np.bincount(second + 1, weighted * padded[first], minlength=n_items + 1)[1:]
        by_variance = self.lisrel.cov_jacobian(implied.moments, self.places, self.places)
        squares = 0.75 * implied.scales**5 * by_scale
        bend = by_variance.T @ (np.where(self.is_ordered, squares, 0.0)[:, None] * by_variance)
        slope = np.where(self.is_ordered, -0.5 * implied.scales**3 * by_scale, 0.0)
        return slope, np.asarray(bend)

    def _moment_curvature(
        self, implied: ImpliedStatistics, weights: FloatArray, by_variance: FloatArray
    ) -> FloatArray:
        """Contract the second derivatives of intercepts, slopes and covariances."""
        n_observed = self.lisrel.matrices.n_observed
        n_items, n_slopes = self.places.size, self.places.size * self.covariates.size
        ends = np.cumsum([self.threshold_items.size, n_slopes, self.continuous.size])
        of_threshold, of_slope, of_variance, of_cov = np.split(weights, ends)
        by_mean = np.zeros(n_observed)
        np.subtract.at(by_mean, self.places[self.threshold_items], of_threshold)
        diagonal = by_variance.copy()
        diagonal[self.continuous] += of_variance
        by_cov = np.zeros((n_observed, n_observed))
        by_cov[self.places[self.rows], self.places[self.columns]] = of_cov
        by_cov += by_cov.T
        by_cov[self.places, self.places] += 2.0 * diagonal
        Q = implied.moments.columns
        total = self.lisrel.curvature(implied.moments, Q.T @ by_cov @ Q, by_mean @ Q)
        if n_slopes:
            by_slope = of_slope.reshape(-1, n_items).T
            total += self._slope_curvature(implied.moments, by_slope)
        return total

    def _slope_curvature(self, moments: ImpliedMoments, by_slope: FloatArray) -> FloatArray:
        """``Σ_ix w_ix d²G_ix``, from ``d²G = dΛ dA + Λ d²A``."""
        lisrel = self.lisrel
        k = lisrel.layout.directed
        kinds, source = lisrel.matrices.kinds[k], lisrel.matrices.columns[k]
        regressions = np.flatnonzero(kinds == Kind.BETA)
        total = np.zeros((lisrel.parameters.size, lisrel.parameters.size))
        left = moments.columns[np.ix_(self.places, lisrel.layout.u[k])].T @ by_slope
        reach = moments.total[source][:, self.covariates]
        term = np.zeros((k.size, k.size))
        target = lisrel.matrices.rows[k[regressions]]
        term[:, regressions] = moments.total[source][:, target] * (left @ reach[regressions].T)
        total[np.ix_(k, k)] = term + term.T
        return total
