"""A model of ordered items with what its parameters leave implicit filled in.

Under the delta parameterization the residual variance of an ordered item follows from its scale,
``var(y*|x) = 1/δ²``; under the theta parameterization the scale follows from the variance. With
both filled in, and the sample moments of the covariates put back, the implied moments are those
of the latent responses and covariates taken together: what standardized solutions, R² and checks
of the solution read.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.model.layout import Kind, Place
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel
from coprod_stats.sem.model.matrices import GroupMatrices
from coprod_stats.sem.ordered.latent_responses import LatentResponseModel

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


class CompletedModel(LisrelModel):
    """Moments of the latent responses and covariates of one group.

    Parameters
    ----------
    matrices : GroupMatrices
        Of the parameters of the model.
    whole : GroupMatrices
        With the implicit variances of `responses` as further parameters, and with the moments of
        fixed covariates filled in.
    responses : LatentResponseModel
        The same group given the covariates.
    """

    has_implicit_cells = True

    def __init__(
        self, matrices: GroupMatrices, whole: GroupMatrices, responses: LatentResponseModel
    ) -> None:
        super().__init__(matrices)
        self.whole = LisrelModel(whole)
        self.responses = responses
        ordered = responses.places[responses.is_ordered]
        in_eta = np.array([matrices.observed[item] in matrices.eta for item in ordered], dtype=bool)
        self.ordered = ordered
        self.residual_items = ordered[~in_eta]
        self.is_delta = responses.parameterization == "delta"

    def moments(self, params: FloatArray) -> ImpliedMoments:
        """Evaluate the model; see :meth:`LisrelModel.moments`."""
        completed = self.responses.implicit.complete(params)
        total = self.whole.moments(completed)
        given = self.responses.lisrel.moments(completed)
        delta, cov, theta = total.delta.copy(), total.cov.copy(), total.theta.copy()
        if not self.is_delta:
            delta[self.ordered] = np.diag(given.cov)[self.ordered] ** -0.5
            return replace(total, delta=delta)
        items = self.residual_items
        missing = delta[items] ** -2.0 - np.diag(given.cov)[items]
        cov[items, items] += missing
        theta[items, items] += missing
        return replace(total, cov=cov, theta=theta)

    def cov_jacobian(
        self, implied: ImpliedMoments, rows: IntArray, columns: IntArray
    ) -> FloatArray:
        """Differentiate chosen covariances; see :meth:`LisrelModel.cov_jacobian`."""
        jacobian = self.whole.cov_jacobian(implied, rows, columns)
        given = self._given_covariates(implied)
        if self.is_delta:
            for element in np.flatnonzero((rows == columns) & np.isin(rows, self.residual_items)):
                item = rows[element : element + 1]
                jacobian[element] -= self.responses.lisrel.cov_jacobian(given, item, item)[0]
                jacobian[element] += self._by_scale(implied, int(item[0]))
        return self.responses.implicit.project(given, jacobian)

    def eta_variance_jacobian(self, implied: ImpliedMoments) -> FloatArray:
        """Differentiate the variances of ``eta``; see :meth:`LisrelModel.eta_variance_jacobian`."""
        given = self._given_covariates(implied)
        return self.responses.implicit.project(given, self.whole.eta_variance_jacobian(implied))

    def implicit_jacobian(self, implied: ImpliedMoments, place: Place) -> FloatArray:
        """Differentiate a cell that follows from the parameters without being one.

        Such are the residual variances of ordered items under the delta parameterization, and
        their scales under the theta parameterization.

        Parameters
        ----------
        implied : ImpliedMoments
        place : Place

        Returns
        -------
        (n_local,) array
            Zeros for a constant.
        """
        nothing = np.zeros(self.parameters.size)
        if not self.is_delta and place.kind == Kind.DELTA and place.row in self.ordered:
            given, item = self._given_covariates(implied), np.array([place.row])
            slope = self.responses.lisrel.cov_jacobian(given, item, item)
            slope *= -0.5 * implied.delta[place.row] ** 3.0
            return np.asarray(self.responses.implicit.project(given, slope)[0])
        if not self.is_delta or place.row != place.column:
            return nothing
        given = self._given_covariates(implied)
        if place.kind == Kind.PSI and place.row in self.responses.implicit.factors:
            row = int(np.flatnonzero(self.responses.implicit.factors == place.row)[0])
            return np.asarray(self.responses.implicit.jacobian(given)[row])
        if place.kind == Kind.THETA and place.row in self.residual_items:
            item = np.array([place.row])
            explained = self.responses.lisrel.cov_jacobian(given, item, item)
            slope = self._by_scale(implied, place.row)[None, :] - explained
            return np.asarray(self.responses.implicit.project(given, slope)[0])
        return nothing

    def _by_scale(self, implied: ImpliedMoments, item: int) -> FloatArray:
        """Differentiate ``1/δ²`` of an item, by implicit parameters too."""
        matrices = self.whole.matrices
        own = (matrices.kinds == Kind.DELTA) & (matrices.rows == item)
        return np.where(own, -2.0 * implied.delta[item] ** -3.0, 0.0)

    def _given_covariates(self, implied: ImpliedMoments) -> ImpliedMoments:
        """Hold the covariates fixed."""
        psi = implied.psi.copy()
        x = self.responses.covariates
        psi[x, :] = 0.0
        psi[:, x] = 0.0
        eta_cov = implied.total @ psi @ implied.total.T
        n_observed, n_eta = self.matrices.n_observed, self.matrices.n_eta
        columns = [implied.columns[:, : n_observed + n_eta], implied.lambda_ @ eta_cov]
        return replace(implied, psi=psi, eta_cov=eta_cov, columns=np.hstack(columns))
