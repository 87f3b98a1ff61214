"""Implied moments of a LISREL model and their derivatives.

With ``A = (I - beta)^-1``, ``G = lambda_ A`` and ``C = A psi A'``,

    mean = nu + G alpha,   cov = G psi G' + theta.

Every derivative of ``cov`` by a parameter is ``h (u v' + v u')`` and every derivative of ``mean``
is ``s u``, where ``u`` and ``v`` are columns of ``Q = [I | G | lambda_ C]``:

=======  =============  ==============  =====  ==============
matrix   u              v               h      s
=======  =============  ==============  =====  ==============
lambda_  ``I[:, i]``    ``(ΛC)[:, j]``  1      ``(A alpha)_j``
beta     ``G[:, i]``    ``(ΛC)[:, j]``  1      ``(A alpha)_j``
psi      ``G[:, i]``    ``G[:, j]``     1, ½   0
theta    ``I[:, i]``    ``I[:, j]``     1, ½   0
nu       ``I[:, i]``                    0      1
alpha    ``G[:, i]``                    0      1
=======  =============  ==============  =====  ==============

(½ on the diagonal.) Gradient, expected information and Hessian of any function of the moments
are therefore gathers from small blocks such as ``Q' W Q``; no matrix of the size of the moments
squared is made. The rules follow by differentiating the two lines above [magnus1988]_.

References
----------
.. [magnus1988] Magnus, J. R., & Neudecker, H. (1988). Matrix differential calculus. Wiley.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.model.matrices import GroupMatrices, Kind, Place

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class ImpliedMoments:
    """The model of one group at given parameters.

    Parameters
    ----------
    mean : (n_observed,) array
    cov : (n_observed, n_observed) array
    lambda_, beta, psi, theta, nu, alpha, tau, delta : ndarray
        The matrices.
    total : (n_eta, n_eta) array
        ``A = (I - beta)^-1``.
    eta_mean : (n_eta,) array
        ``A alpha``.
    eta_cov : (n_eta, n_eta) array
        ``C = A psi A'``.
    columns : (n_observed, n_observed + 2 n_eta) array
        ``Q = [I | G | lambda_ C]``.
    """

    mean: FloatArray
    cov: FloatArray
    lambda_: FloatArray
    beta: FloatArray
    psi: FloatArray
    theta: FloatArray
    nu: FloatArray
    alpha: FloatArray
    tau: FloatArray
    delta: FloatArray
    total: FloatArray
    eta_mean: FloatArray
    eta_cov: FloatArray
    columns: FloatArray

    def value(self, place: Place) -> float:
        """Value of a cell."""
        matrix = (
            self.lambda_,
            self.beta,
            self.psi,
            self.theta,
            self.nu,
            self.alpha,
            self.tau,
            self.delta,
        )[place.kind]
        return float(matrix[place.row, place.column] if matrix.ndim == 2 else matrix[place.row])


class LisrelModel:
    """Implied moments of one group as a function of its parameters.

    Parameters
    ----------
    matrices : GroupMatrices
        Cells of the parameters.
    """

    def __init__(self, matrices: GroupMatrices) -> None:
        self.matrices = matrices
        self.parameters = matrices.parameters
        self._identity: FloatArray = np.eye(matrices.n_eta)
        self._identity_y = np.eye(matrices.n_observed)
        self._has_beta = bool(
            (matrices.kinds == Kind.BETA).any()
            or matrices.template[matrices.offsets[Kind.BETA] : matrices.offsets[Kind.PSI]].any()
        )

    def moments(self, params: FloatArray) -> ImpliedMoments:
        """Evaluate the model.

        Parameters
        ----------
        params : (n_free,) array
            Free parameters of all groups.

        Raises
        ------
        numpy.linalg.LinAlgError
            Where ``I - beta`` is singular.
        """
        shapes, offsets = self.matrices.shapes, self.matrices.offsets
        cells = self.matrices.fill(params)
        parts = [cells[offsets[k] : offsets[k + 1]].reshape(shapes[k]) for k in range(8)]
        lambda_, beta, psi, theta, nu, alpha, tau, delta = parts
        total = np.linalg.inv(self._identity - beta) if self._has_beta else self._identity
        loadings = lambda_ @ total if self._has_beta else lambda_
        eta_cov = total @ psi @ total.T if self._has_beta else psi
        cross = lambda_ @ eta_cov
        cov = cross @ lambda_.T
        cov = (cov + cov.T) / 2.0 + theta
        return ImpliedMoments(
            mean=nu + loadings @ alpha,
            cov=cov,
            lambda_=lambda_,
            beta=beta,
            psi=psi,
            theta=theta,
            nu=nu,
            alpha=alpha,
            tau=tau,
            delta=delta,
            total=np.asarray(total, dtype=np.float64),
            eta_mean=total @ alpha,
            eta_cov=eta_cov,
            columns=np.hstack([self._identity_y, loadings, cross]),
        )

    @cached_property
    def directed(self) -> IntArray:
        """Local indices of loadings and regressions."""
        kinds = self.matrices.kinds
        return np.flatnonzero((kinds == Kind.LAMBDA) | (kinds == Kind.BETA))

    @cached_property
    def block(self) -> tuple[IntArray, IntArray]:
        """Rows and columns of the parameters in a matrix over all free parameters."""
        return self.parameters[:, None], self.parameters[None, :]

    @cached_property
    def u(self) -> IntArray:
        """Column of ``Q`` that is ``u``, ``(n_local,)``."""
        kinds, n_observed = self.matrices.kinds, self.matrices.n_observed
        in_eta = np.isin(kinds, (Kind.BETA, Kind.PSI, Kind.ALPHA))
        return np.where(self._without_moments, 0, self.matrices.rows + n_observed * in_eta)

    @cached_property
    def v(self) -> IntArray:
        """Column of ``Q`` that is ``v``, ``(n_local,)``."""
        kinds, columns = self.matrices.kinds, self.matrices.columns
        n_observed, n_eta = self.matrices.n_observed, self.matrices.n_eta
        directed = (kinds == Kind.LAMBDA) | (kinds == Kind.BETA)
        offset = np.where(directed, n_observed + n_eta, np.where(kinds == Kind.PSI, n_observed, 0))
        return np.where(self._without_moments, 0, columns + offset)

    @cached_property
    def h(self) -> FloatArray:
        """Factor of ``u v' + v u'``, ``(n_local,)``."""
        kinds = self.matrices.kinds
        symmetric = (kinds == Kind.PSI) | (kinds == Kind.THETA)
        on_diagonal = self.matrices.rows == self.matrices.columns
        return np.where(kinds <= Kind.THETA, np.where(symmetric & on_diagonal, 0.5, 1.0), 0.0)

    @cached_property
    def _without_moments(self) -> NDArray[np.bool_]:
        return np.asarray(self.matrices.kinds >= Kind.TAU)

    @cached_property
    def has_means(self) -> bool:
        """Whether the implied mean depends on parameters."""
        start, end = self.matrices.offsets[Kind.ALPHA : Kind.TAU + 1]
        means = np.isin(self.matrices.kinds, (Kind.NU, Kind.ALPHA)).any()
        return bool(means or self.matrices.template[start:end].any())

    def mean_factors(self, implied: ImpliedMoments) -> FloatArray:
        """Factors ``s`` of the derivatives of the mean, ``(n_local,)``."""
        factors = self._mean_units.copy()
        factors[self.directed] = implied.eta_mean[self._sources]
        return factors

    @cached_property
    def _mean_units(self) -> FloatArray:
        """Ones for intercepts and means, ``(n_local,)``."""
        return np.isin(self.matrices.kinds, (Kind.NU, Kind.ALPHA)).astype(np.float64)

    @cached_property
    def _sources(self) -> IntArray:
        """Element of ``eta`` that each loading or regression comes from, ``(n_directed,)``."""
        return self.matrices.columns[self.directed]

    def mean_jacobian(self, implied: ImpliedMoments) -> FloatArray:
        """Compute derivatives of the implied mean, ``(n_observed, n_local)``."""
        return np.asarray(implied.columns[:, self.u] * self.mean_factors(implied))

    def cov_jacobian(
        self, implied: ImpliedMoments, rows: IntArray, columns: IntArray
    ) -> FloatArray:
        """Compute derivatives of chosen elements of the implied covariance matrix.

        Parameters
        ----------
        implied : ImpliedMoments
        rows, columns : (n_elements,) int array

        Returns
        -------
        (n_elements, n_local) array
        """
        u, v = implied.columns[:, self.u], implied.columns[:, self.v]
        return np.asarray((u[rows] * v[columns] + v[rows] * u[columns]) * self.h)

    def eta_variance_jacobian(self, implied: ImpliedMoments) -> FloatArray:
        """Differentiate the variances of ``eta``, ``(n_eta, n_local)``."""
        kinds, rows, columns = self.matrices.kinds, self.matrices.rows, self.matrices.columns
        A, C = implied.total, implied.eta_cov
        jacobian = np.zeros((len(A), kinds.size))
        beta = kinds == Kind.BETA
        jacobian[:, beta] = 2.0 * A[:, rows[beta]] * C[:, columns[beta]]
        psi = kinds == Kind.PSI
        jacobian[:, psi] = 2.0 * self.h[psi] * A[:, rows[psi]] * A[:, columns[psi]]
        return jacobian

    def gradient(
        self, implied: ImpliedMoments, *, by_cov: FloatArray, by_mean: FloatArray | None
    ) -> FloatArray:
        """Chain rule: ``tr(by_cov dcov) + by_mean' dmean``, ``(n_local,)``.

        Parameters
        ----------
        implied : ImpliedMoments
        by_cov : (n_observed, n_observed) array
            Symmetric.
        by_mean : (n_observed,) array, optional
        """
        Q = implied.columns
        block = Q.T @ by_cov @ Q
        gradient = 2.0 * self.h * block[self.u, self.v]
        if by_mean is not None and self.has_means:
            gradient += self.mean_factors(implied) * (by_mean @ Q)[self.u]
        return np.asarray(gradient)

    def normal_information(self, implied: ImpliedMoments, precision: FloatArray) -> FloatArray:
        """Compute the expected information of one normal observation, ``(n_local, n_local)``.

        ``½ tr(P dcov_k P dcov_l) + dmean_k' P dmean_l``.
        """
        Q = implied.columns
        W = Q.T @ precision @ Q
        u, v = self.u, self.v
        W_u, W_v = W[u], W[v]
        information = W_u[:, u] * W_v[:, v] + W_u[:, v] * W_v[:, u]
        information *= self.h[:, None] * self.h
        if self.has_means:
            s = self.mean_factors(implied)
            information += W_u[:, u] * (s[:, None] * s)
        return np.asarray(information)

    def normal_hessian(
        self,
        implied: ImpliedMoments,
        precision: FloatArray,
        residual: FloatArray,
        shift: FloatArray,
    ) -> FloatArray:
        """Compute the observed information of one normal observation, ``(n_local, n_local)``.

        ``½ tr(P dcov_k P dcov_l) + tr(P dcov_k D dcov_l) + dmean_k' P dmean_l
        + b'dcov_k P dmean_l + b'dcov_l P dmean_k - ½ tr(D d²cov_kl) - b'd²mean_kl``.

        Parameters
        ----------
        implied : ImpliedMoments
        precision : (n_observed, n_observed) array
            ``P``, the inverse of the implied covariance matrix.
        residual : (n_observed, n_observed) array
            ``D = P (S + d d') P - P``, with ``d`` the sample mean minus the implied one.
        shift : (n_observed,) array
            ``b = P d``.
        """
        Q = implied.columns
        W, E, q = Q.T @ precision @ Q, Q.T @ residual @ Q, shift @ Q
        u, v = self.u, self.v
        W_uu, W_vv, W_uv = W[u][:, u], W[v][:, v], W[u][:, v]
        E_uu, E_vv, E_uv = E[u][:, u], E[v][:, v], E[u][:, v]
        hessian = W_uu * W_vv + W_uv * W_uv.T
        hessian += W_uv.T * E_uv + W_uv * E_uv.T + W_vv * E_uu + W_uu * E_vv
        hessian *= self.h[:, None] * self.h
        if self.has_means:
            s = self.mean_factors(implied)
            mixed = (self.h * q[u])[:, None] * W_uv.T * s + (self.h * q[v])[:, None] * W_uu * s
            hessian += W_uu * (s[:, None] * s) + mixed + mixed.T
        hessian -= self.curvature(implied, E, q)
        return np.asarray(hessian)

    def curvature(self, implied: ImpliedMoments, block: FloatArray, line: FloatArray) -> FloatArray:
        """Contract the second derivatives: ``½ tr(D d²cov_kl) + b'd²mean_kl``.

        Parameters
        ----------
        implied : ImpliedMoments
        block : (n_columns, n_columns) array
            ``Q' D Q``.
        line : (n_columns,) array
            ``Q' b``.

        Returns
        -------
        (n_local, n_local) array
        """
        n_local = self.parameters.size
        result = np.zeros((n_local, n_local))
        k, source = self.directed, self._sources
        if k.size == 0:
            return result
        u, v = self.u, self.v
        by_u = block[u[k]]
        A = implied.total[source]
        result[k[:, None], k] = implied.eta_cov[source][:, source] * by_u[:, u[k]]
        b = self._of_kind(Kind.BETA)
        if b.size:
            beyond = (
                by_u[:, v[b]] + line[u[k]][:, None] * implied.eta_mean[self.matrices.columns[b]]
            )
            self._add_mixed(result, k, b, A[:, self.matrices.rows[b]] * beyond)
        w = self._of_kind(Kind.PSI)
        if w.size:
            r, c = self.matrices.rows[w], self.matrices.columns[w]
            bend = A[:, r] * by_u[:, v[w]] + A[:, c] * by_u[:, u[w]]
            self._add_mixed(result, k, w, bend * self.h[w])
        a = self._of_kind(Kind.ALPHA)
        if a.size:
            self._add_mixed(result, k, a, A[:, self.matrices.rows[a]] * line[u[k]][:, None])
        return result

    @staticmethod
    def _add_mixed(result: FloatArray, rows: IntArray, columns: IntArray, term: FloatArray) -> None:
        """Add a block and its mirror image."""
        result[rows[:, None], columns] += term
        result[columns[:, None], rows] += term.T

    def _of_kind(self, kind: Kind) -> IntArray:
        """Local indices of the parameters of one matrix."""
        return self._by_kind[kind]

    @cached_property
    def _by_kind(self) -> tuple[IntArray, ...]:
        return tuple(np.flatnonzero(self.matrices.kinds == kind) for kind in Kind)
