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

Groups with the same variables are evaluated as one: with matrices stacked on a leading axis
(:func:`~coprod_stats.sem.model.matrices.stacked_matrices`) every array of this module has that
axis too. Shapes below are those of one group.

References
----------
.. [magnus1988] Magnus, J. R., & Neudecker, H. (1988). Matrix differential calculus. Wiley.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.model.layout import Kind, Layout, Place, span, square
from coprod_stats.sem.model.matrices import GroupMatrices

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

    def values(self, layout: Layout, cells: IntArray) -> FloatArray:
        """Values of cells of one group, ``(n,)``.

        Parameters
        ----------
        layout : Layout
        cells : (3, n) int array
            Matrices, rows and columns.
        """
        matrices = (self.lambda_, self.beta, self.psi, self.theta)
        vectors = (self.nu, self.alpha, self.tau, self.delta)
        values = np.concatenate([*(matrix.ravel() for matrix in matrices), *vectors])
        return np.asarray(values[layout.flat(*cells)])


def eta_means(
    beta: FloatArray, intercepts: FloatArray, known: FloatArray, is_known: NDArray[np.bool_]
) -> FloatArray:
    """Complete the means of ``eta`` where those of observed variables in it are known.

    Parameters
    ----------
    beta : (n_eta, n_eta) array
    intercepts : (n_eta,) array
        Those of the other elements count.
    known : (n_eta,) array
        Known means, 0 elsewhere.
    is_known : (n_eta,) bool array

    Raises
    ------
    numpy.linalg.LinAlgError
        Where the others determine each other.
    """
    means, of_others = known.copy(), beta[..., ~is_known, :]
    explained = intercepts[..., ~is_known] + np.matvec(of_others, known)
    among = np.eye(explained.shape[-1]) - of_others[..., ~is_known]
    means[..., ~is_known] = np.linalg.solve(among, explained[..., None])[..., 0]
    return means


class LisrelModel:
    """Implied moments of one group as a function of its parameters.

    Parameters
    ----------
    matrices : GroupMatrices
        Cells of the parameters.
    """

    def __init__(self, matrices: GroupMatrices) -> None:
        self.matrices = matrices
        self.layout = matrices.layout
        self.parameters = matrices.parameters
        lead = matrices.template.shape[:-1]
        self._identity: FloatArray = np.eye(matrices.n_eta)
        self._no_effects = np.broadcast_to(self._identity, (*lead, *self._identity.shape))
        self._identity_y = np.broadcast_to(
            np.eye(matrices.n_observed), (*lead, matrices.n_observed, matrices.n_observed)
        )
        start, end = matrices.layout.offsets[Kind.BETA : Kind.THETA]
        self._has_beta = bool(
            (matrices.kinds == Kind.BETA).any() or matrices.template[..., start:end].any()
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
        parts = self.layout.split(self.matrices.fill(params))
        lambda_, beta, psi, theta, nu, alpha, tau, delta = parts
        total = np.linalg.inv(self._identity - beta) if self._has_beta else self._no_effects
        loadings = lambda_ @ total if self._has_beta else lambda_
        eta_cov = total @ psi @ total.mT if self._has_beta else psi
        cross = lambda_ @ eta_cov
        cov = cross @ lambda_.mT
        cov = (cov + cov.mT) / 2.0 + theta
        return ImpliedMoments(
            mean=nu + np.matvec(loadings, alpha),
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
            eta_mean=np.matvec(total, alpha) if self._has_beta else alpha,
            eta_cov=eta_cov,
            columns=np.concatenate([self._identity_y, loadings, cross], axis=-1),
        )

    @cached_property
    def block(self) -> tuple[slice, slice] | tuple[IntArray, ...]:
        """Rows and columns of the parameters in a matrix over all free parameters."""
        return square(span(self.parameters))

    @cached_property
    def has_means(self) -> bool:
        """Whether the implied mean depends on parameters."""
        start, end = self.layout.offsets[Kind.ALPHA : Kind.TAU + 1]
        means = np.isin(self.layout.kinds, (Kind.NU, Kind.ALPHA)).any()
        return bool(means or self.matrices.template[..., start:end].any())

    def mean_factors(self, implied: ImpliedMoments) -> FloatArray:
        """Factors ``s`` of the derivatives of the mean, ``(n_local,)``."""
        factors = np.empty(self.parameters.shape)
        factors[...] = self.layout.mean_units
        factors[..., self.layout.directed] = implied.eta_mean[..., self.layout.sources]
        return factors

    def mean_jacobian(self, implied: ImpliedMoments) -> FloatArray:
        """Compute derivatives of the implied mean, ``(n_observed, n_local)``."""
        return np.asarray(implied.columns[:, self.layout.u] * self.mean_factors(implied))

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
        u, v = implied.columns[:, self.layout.u], implied.columns[:, self.layout.v]
        return np.asarray((u[rows] * v[columns] + v[rows] * u[columns]) * self.layout.h)

    def eta_variance_jacobian(self, implied: ImpliedMoments) -> FloatArray:
        """Differentiate the variances of ``eta``, ``(n_eta, n_local)``."""
        kinds, rows, columns = self.layout.kinds, self.layout.rows, self.layout.columns
        A, C = implied.total, implied.eta_cov
        jacobian = np.zeros((len(A), kinds.size))
        beta = kinds == Kind.BETA
        jacobian[:, beta] = 2.0 * A[:, rows[beta]] * C[:, columns[beta]]
        psi = kinds == Kind.PSI
        jacobian[:, psi] = 2.0 * self.layout.h[psi] * A[:, rows[psi]] * A[:, columns[psi]]
        return jacobian

    has_implicit_cells: ClassVar[bool] = False
    """Whether cells that are no parameters follow from them, as for ordered items."""

    def implicit_jacobian(self, implied: ImpliedMoments, place: Place) -> FloatArray:  # noqa: ARG002
        """Differentiate a cell that is no parameter, ``(n_local,)``; zeros for a constant."""
        return np.zeros(self.parameters.size)

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
        block = Q.mT @ by_cov @ Q
        gradient = 2.0 * self.layout.h * block[..., self.layout.u, self.layout.v]
        if by_mean is not None and self.has_means:
            gradient += self.mean_factors(implied) * np.vecmat(by_mean, Q)[..., self.layout.u]
        return np.asarray(gradient)

    def normal_information(self, implied: ImpliedMoments, precision: FloatArray) -> FloatArray:
        """Compute the expected information of one normal observation, ``(n_local, n_local)``.

        ``½ tr(P dcov_k P dcov_l) + dmean_k' P dmean_l``.
        """
        Q = implied.columns
        W_uu, W_vv, W_uv = self._gathered(Q.mT @ precision @ Q)
        information = W_uu * W_vv + W_uv * W_uv.mT
        information *= self.layout.hh
        if self.has_means:
            s = self.mean_factors(implied)
            information += W_uu * (s[..., :, None] * s[..., None, :])
        return np.asarray(information)

    def _gathered(self, block: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Elements of a block at (u, u), (v, v) and (u, v), each ``(n_local, n_local)``."""
        # two takes are faster than one by pairs of indices
        of_u, of_v = block.take(self.layout.u, axis=-2), block.take(self.layout.v, axis=-2)
        return (
            of_u.take(self.layout.u, axis=-1),
            of_v.take(self.layout.v, axis=-1),
            of_u.take(self.layout.v, axis=-1),
        )

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
        E, q = Q.mT @ residual @ Q, np.vecmat(shift, Q)
        W_uu, W_vv, W_uv = self._gathered(Q.mT @ precision @ Q)
        E_uu, E_vv, E_uv = self._gathered(E)
        # products of (u, v) and (v, u), each other's transposes, then of (u, u) and (v, v)
        hessian = W_uv * (0.5 * W_uv + E_uv).mT
        hessian += hessian.mT + W_vv * E_uu + W_uu * (W_vv + E_vv)
        hessian *= self.layout.hh
        if self.has_means:
            s = self.mean_factors(implied)
            by_u, by_v = (
                self.layout.h * q[..., column] for column in (self.layout.u, self.layout.v)
            )
            mixed = by_u[..., :, None] * W_uv.mT + by_v[..., :, None] * W_uu
            mixed *= s[..., None, :]
            hessian += W_uu * (s[..., :, None] * s[..., None, :]) + mixed + mixed.mT
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
        layout = self.layout
        result = np.zeros((*self.parameters.shape, self.parameters.shape[-1]))
        if not layout.sources.size:
            return result
        rows, columns = layout.eta_rows, layout.eta_columns
        by_u = block.take(layout.u[layout.directed], axis=-2)
        A, C = (matrix.take(layout.sources, axis=-2) for matrix in (implied.total, implied.eta_cov))
        slopes = implied.eta_mean[..., columns] * layout.is_kind[Kind.BETA]
        slopes += layout.is_kind[Kind.ALPHA]
        bends = by_u.take(layout.v, axis=-1) * layout.bends_by_row
        bends += line[..., layout.u[layout.directed], None] * slopes[..., None, :]
        bends *= A.take(rows, axis=-1)
        across = A.take(columns, axis=-1) * layout.bends_by_column
        across += C.take(columns, axis=-1) * (0.5 * layout.is_directed)
        bends += across * by_u.take(layout.u, axis=-1)
        # the rows of loadings and regressions, and their mirror image
        result[..., layout.directed_span, :] = bends
        result[..., layout.directed_span] += bends.mT
        return result
