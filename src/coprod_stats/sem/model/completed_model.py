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

from coprod_stats.sem.errors import SemModelError
from coprod_stats.sem.model.latent_responses import LatentResponseModel
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel
from coprod_stats.sem.model.matrices import GroupMatrices, Kind, Place

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


class CompletedModel(LisrelModel):
    """Moments of the latent responses and covariates of one group.

    Parameters
    ----------
    matrices : GroupMatrices
        With the moments of fixed covariates filled in.
    responses : LatentResponseModel
        The same group given the covariates.

    Raises
    ------
    SemModelError
        Under the delta parameterization, where an ordered variable predicts others: its residual
        variance would enter their covariances.
    """

    def __init__(self, matrices: GroupMatrices, responses: LatentResponseModel) -> None:
        super().__init__(matrices)
        self.responses = responses
        self.ordered = responses.places[responses.is_ordered]
        observed = matrices.observed
        self.in_eta = np.array(
            [
                matrices.eta.index(observed[i]) if observed[i] in matrices.eta else -1
                for i in self.ordered
            ],
            dtype=np.intp,
        )
        if responses.parameterization == "delta":
            self._refuse_ordered_predictors()

    def _refuse_ordered_predictors(self) -> None:
        matrices = self.matrices
        free = matrices.kinds == Kind.BETA
        beta = matrices.template[matrices.offsets[Kind.BETA] : matrices.offsets[Kind.PSI]]
        fixed = np.flatnonzero(beta.reshape(matrices.n_eta, -1).any(axis=0))
        predictors = set(matrices.columns[free].tolist()) | set(fixed.tolist())
        names = [matrices.eta[index] for index in self.in_eta if index in predictors]
        if names:
            raise SemModelError(
                f"'{names[0]}' is ordered and predicts other variables; "
                "use parameterization='theta', in which its residual variance is part of the model"
            )

    def moments(self, params: FloatArray) -> ImpliedMoments:
        """Evaluate the model; see :meth:`LisrelModel.moments`."""
        total = super().moments(params)
        given = self.responses.lisrel.moments(params)
        ordered = self.ordered
        variances = np.diag(given.cov)[ordered]
        delta, cov = total.delta.copy(), total.cov.copy()
        theta, psi, eta_cov = total.theta.copy(), total.psi.copy(), total.eta_cov.copy()
        if self.responses.parameterization == "theta":
            delta[ordered] = variances**-0.5
            return replace(total, delta=delta)
        missing = delta[ordered] ** -2.0 - variances
        cov[ordered, ordered] += missing
        alone = self.in_eta < 0
        theta[ordered[alone], ordered[alone]] += missing[alone]
        factors = self.in_eta[~alone]
        psi[factors, factors] += missing[~alone]
        eta_cov[factors, factors] += missing[~alone]
        return replace(total, cov=cov, theta=theta, psi=psi, eta_cov=eta_cov)

    def cov_jacobian(
        self, implied: ImpliedMoments, rows: IntArray, columns: IntArray
    ) -> FloatArray:
        """Differentiate chosen covariances; see :meth:`LisrelModel.cov_jacobian`."""
        jacobian = super().cov_jacobian(implied, rows, columns)
        if self.responses.parameterization == "theta":
            return jacobian
        given = self.responses.lisrel
        moments = replace(implied, columns=self._columns_given_covariates(implied))
        for element in np.flatnonzero((rows == columns) & np.isin(rows, self.ordered)):
            item = rows[element : element + 1]
            jacobian[element] -= given.cov_jacobian(moments, item, item)[0]
            own = (self.matrices.kinds == Kind.DELTA) & (self.matrices.rows == item[0])
            jacobian[element, own] -= 2.0 * implied.delta[item[0]] ** -3.0
        return jacobian

    def implicit_jacobian(self, implied: ImpliedMoments, place: Place) -> FloatArray:
        """Differentiate a cell that follows from the parameters without being one.

        Such are the residual variances of ordered items under the delta parameterization.

        Parameters
        ----------
        implied : ImpliedMoments
        place : Place

        Returns
        -------
        (n_local,) array
            Zeros for a constant.
        """
        at = self.ordered if place.kind == Kind.THETA else self.in_eta
        variance = place.kind in (Kind.THETA, Kind.PSI) and place.row == place.column
        if not variance or place.row not in at or self.responses.parameterization == "theta":
            return np.zeros(self.parameters.size)
        item = self.ordered[at == place.row]
        explained = super().cov_jacobian(implied, item, item)
        return np.asarray((self.cov_jacobian(implied, item, item) - explained)[0])

    def eta_variance_jacobian(self, implied: ImpliedMoments) -> FloatArray:
        """Differentiate the variances of ``eta``; see :meth:`LisrelModel.eta_variance_jacobian`."""
        jacobian = super().eta_variance_jacobian(implied)
        inside = self.in_eta >= 0
        items = self.ordered[inside]
        jacobian[self.in_eta[inside]] = self.cov_jacobian(implied, items, items)
        return jacobian

    def _columns_given_covariates(self, implied: ImpliedMoments) -> FloatArray:
        """``Q`` with the covariates held fixed."""
        psi = implied.psi.copy()
        x = self.responses.covariates
        psi[x, :] = 0.0
        psi[:, x] = 0.0
        n_observed, n_eta = self.matrices.n_observed, self.matrices.n_eta
        cross = implied.lambda_ @ implied.total @ psi @ implied.total.T
        return np.hstack([implied.columns[:, : n_observed + n_eta], cross])
