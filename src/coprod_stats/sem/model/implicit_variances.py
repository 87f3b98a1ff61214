"""Residual variances that follow from other parameters.

Under the delta parameterization the latent response of an ordered item has variance ``1/δ²``, so
that its residual variance is no parameter. Where the item stands in a regression the variance is
an element of ``psi`` that enters other covariances too. It solves ``C_ii = 1/δ_i²``, which is
linear in it, and its derivatives are those of an implicit function.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.model.layout import Kind
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


class ImplicitVariances:
    """The last parameters of a model as functions of the others.

    Parameters
    ----------
    lisrel : LisrelModel
        Given the covariates; its last parameters are the implicit ones.
    n_implicit : int
    """

    def __init__(self, lisrel: LisrelModel, n_implicit: int) -> None:
        self.lisrel = lisrel
        self.n_local = lisrel.parameters.size - n_implicit
        self.factors = lisrel.matrices.rows[self.n_local :]

    @cached_property
    def items(self) -> IntArray:
        """The items among the observed variables."""
        matrices = self.lisrel.matrices
        names = [matrices.eta[factor] for factor in self.factors]
        return np.array([matrices.observed.index(name) for name in names], dtype=np.intp)

    def complete(self, params: FloatArray) -> FloatArray:
        """Append the implicit variances to the parameters of all groups."""
        if self.factors.size == 0:
            return params
        at_zero = self.lisrel.moments(np.append(params, np.zeros(self.factors.size)))
        reach = at_zero.total[np.ix_(self.factors, self.factors)] ** 2
        left = at_zero.delta[self.items] ** -2.0 - np.diag(at_zero.eta_cov)[self.factors]
        return np.append(params, np.linalg.solve(reach, left))

    def project(self, moments: ImpliedMoments, jacobian: FloatArray) -> FloatArray:
        """Carry derivatives by the implicit variances over to the parameters they follow from.

        Parameters
        ----------
        moments : ImpliedMoments
            Given the covariates.
        jacobian : (n, n_local + n_implicit) array

        Returns
        -------
        (n, n_local) array
        """
        if self.factors.size == 0:
            return jacobian
        own, implicit = jacobian[:, : self.n_local], jacobian[:, self.n_local :]
        return np.asarray(own + implicit @ self.jacobian(moments))

    def jacobian(self, moments: ImpliedMoments) -> FloatArray:
        """Differentiate the implicit variances by the parameters, ``(n_implicit, n_local)``."""
        equations = self._equations(moments)
        by_own, by_implicit = equations[:, : self.n_local], equations[:, self.n_local :]
        return np.asarray(-np.linalg.solve(by_implicit, by_own))

    def curvature(
        self, moments: ImpliedMoments, whole: FloatArray, slopes: FloatArray
    ) -> FloatArray:
        """Second derivatives of a function by the parameters alone.

        Parameters
        ----------
        moments : ImpliedMoments
        whole : (n_local + n_implicit, n_local + n_implicit) array
            Second derivatives by all of them.
        slopes : (n_local + n_implicit,) array
            First derivatives.

        Returns
        -------
        (n_local, n_local) array
        """
        by_implicit = self._equations(moments)[:, self.n_local :]
        multipliers = np.asarray(np.linalg.solve(by_implicit.T, slopes[self.n_local :]))
        bend = whole - self._equation_curvature(moments, multipliers)
        spread = np.vstack([np.eye(self.n_local), self.jacobian(moments)])
        return np.asarray(spread.T @ bend @ spread)

    def _equations(self, moments: ImpliedMoments) -> FloatArray:
        """Differentiate ``C_ii − 1/δ_i²``."""
        equations = self.lisrel.eta_variance_jacobian(moments)[self.factors]
        for row, item in enumerate(self.items):
            equations[row, self._scale_of(item)] += 2.0 * moments.delta[item] ** -3.0
        return equations

    def _equation_curvature(self, moments: ImpliedMoments, weights: FloatArray) -> FloatArray:
        """Contract the second derivatives of ``C_ii − 1/δ_i²``."""
        n_observed = self.lisrel.matrices.n_observed
        by_cov = np.zeros((n_observed, n_observed))
        by_cov[self.items, self.items] = 2.0 * weights
        Q = moments.columns
        total = self.lisrel.curvature(moments, Q.T @ by_cov @ Q, np.zeros(Q.shape[1]))
        for item, weight in zip(self.items, weights, strict=True):
            own = self._scale_of(item)
            total[own, own] -= 6.0 * weight * moments.delta[item] ** -4.0
        return total

    def _scale_of(self, item: int) -> IntArray:
        matrices = self.lisrel.matrices
        return np.flatnonzero((matrices.kinds == Kind.DELTA) & (matrices.rows == item))
