"""Standardised solutions and their delta-method covariance.

Every standardised parameter is the parameter times powers of variances,

    loading or regression   est sd(predictor) / sd(outcome)
    variance, intercept     est / var,  est / sd
    covariance              est / sqrt(residual variances of the two),

so that its derivative by the free parameters is exact once those of the implied variances are
known. Covariances of residuals are scaled by residual standard deviations, as lavaan does
(``cov.std = TRUE``), and so become correlations.

References
----------
.. [bollen1989] Bollen, K. A. (1989). Structural equations with latent variables. Wiley, p. 349.
.. [cudeck1989] Cudeck, R. (1989). Analysis of correlation matrices using covariance structure
   models. Psychological Bulletin, 105, 317-327.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel
from coprod_stats.sem.model.matrices import Kind
from coprod_stats.sem.model.parameters import Parameter, ParameterTable

FloatArray = NDArray[np.float64]

Standardization = Literal["lv", "all", "nox"]
"""Variables brought to unit variance: latent; all; all but exogenous observed ones."""


@dataclass(frozen=True, slots=True)
class ImpliedVariances:
    """Variances at the solution by name, and their derivatives by the free parameters.

    Parameters
    ----------
    total : mapping of str to float
        Variance of each variable.
    total_jacobian : mapping of str to (n_free,) array
    residual : mapping of str to float
        Variance that the parameter table holds for each variable: of the residual, or of the
        variable itself where it is exogenous.
    residual_jacobian : mapping of str to (n_free,) array
    """

    total: Mapping[str, float]
    total_jacobian: Mapping[str, FloatArray]
    residual: Mapping[str, float]
    residual_jacobian: Mapping[str, FloatArray]


@dataclass(frozen=True, slots=True)
class StandardizedSolution:
    """Standardised values of the rows of a parameter table.

    Parameters
    ----------
    estimates : (n_rows,) array
        NaN where a row cannot be standardised, as a negative variance under a root.
    jacobian : (n_rows, n_free) array
        Derivatives by the free parameters.
    """

    estimates: FloatArray
    jacobian: FloatArray

    def std_errors(self, vcov: FloatArray) -> FloatArray:
        """Delta-method standard errors, ``(n_rows,)``; ``vcov`` is ``(n_free, n_free)``."""
        variances = np.einsum("ij,jk,ik->i", self.jacobian, vcov, self.jacobian)
        return np.asarray(np.sqrt(np.maximum(variances, 0.0)))


def row_estimates(table: ParameterTable, params: FloatArray, sample_cov: FloatArray) -> FloatArray:
    """Values of all rows, free, fixed or taken from the sample, ``(n_rows,)``.

    Parameters
    ----------
    table : ParameterTable
        One group, no means of fixed covariates.
    params : (n_free,) array
    sample_cov : (n_observed, n_observed) array
        For the moments of fixed covariates.
    """
    place = {name: index for index, name in enumerate(table.observed)}
    values = np.empty(len(table))
    for index, row in enumerate(table):
        if row.free >= 0:
            values[index] = params[row.free]
        elif row.exogenous:
            values[index] = sample_cov[place[row.lhs], place[row.rhs]]
        else:
            values[index] = row.fixed
    return values


def implied_variances(
    table: ParameterTable, model: LisrelModel, implied: ImpliedMoments, estimates: FloatArray
) -> ImpliedVariances:
    """Total and residual variances with their derivatives.

    Parameters
    ----------
    table : ParameterTable
        One group.
    model : LisrelModel
    implied : ImpliedMoments
        Of the model at the solution.
    estimates : (n_rows,) array
        Values of all rows of the table.
    """
    n_free = table.n_free
    observed, eta = model.matrices.observed, model.matrices.eta
    diagonal = np.arange(len(observed))
    local_observed = model.cov_jacobian(implied, diagonal, diagonal)
    local_eta = _eta_variance_jacobian(model, implied)
    total: dict[str, float] = {}
    total_jacobian: dict[str, FloatArray] = {}
    for names, variances, local in (
        (observed, np.diag(implied.cov), local_observed),
        (eta, np.diag(implied.eta_cov), local_eta),
    ):
        for place, name in enumerate(names):
            total[name] = float(variances[place])
            total_jacobian[name] = np.zeros(n_free)
            total_jacobian[name][model.parameters] = local[place]
    residual: dict[str, float] = {}
    residual_jacobian: dict[str, FloatArray] = {}
    for row, estimate in zip(table, estimates, strict=True):
        if row.op == "~~" and row.lhs == row.rhs:
            residual[row.lhs] = float(estimate)
            residual_jacobian[row.lhs] = _unit(n_free, row)
    return ImpliedVariances(total, total_jacobian, residual, residual_jacobian)


def standardized_solution(
    table: ParameterTable,
    estimates: FloatArray,
    variances: ImpliedVariances,
    *,
    kind: Standardization = "all",
) -> StandardizedSolution:
    """Standardise loadings, regressions, (co)variances and intercepts.

    Parameters
    ----------
    table : ParameterTable
        One group.
    estimates : (n_rows,) array
    variances : ImpliedVariances
    kind : {"lv", "all", "nox"}
        See ``Standardization``.
    """
    scaled = {
        "lv": set(table.latent),
        "all": {*table.latent, *table.observed},
        "nox": {*table.latent, *table.observed} - set(table.exogenous),
    }[kind]
    values = np.full(len(table), np.nan)
    jacobian = np.zeros((len(table), table.n_free))
    for index, row in enumerate(table):
        factor, gradient = 1.0, np.zeros(table.n_free)
        for name, power, of_residual in _powers(row):
            if name not in scaled:
                continue
            variance, derivative = _variance(variances, name, of_residual=of_residual)
            factor *= variance**power if variance > 0 else np.nan
            gradient += power * derivative / variance if variance > 0 else np.nan
        values[index] = estimates[index] * factor
        jacobian[index] = factor * (_unit(table.n_free, row) + estimates[index] * gradient)
    return StandardizedSolution(values, jacobian)


def r_squared(table: ParameterTable, variances: ImpliedVariances) -> dict[str, float]:
    """Explained share of the variance of every indicator and outcome, by name.

    ``1 - residual variance / implied variance``.
    """
    outcomes = dict.fromkeys(
        row.rhs if row.op == "=~" else row.lhs for row in table if row.op in ("=~", "~")
    )
    return {name: 1.0 - variances.residual[name] / variances.total[name] for name in outcomes}


def _powers(row: Parameter) -> tuple[tuple[str, float, bool], ...]:
    """Variances that a parameter is multiplied by: name, power, whether of the residual."""
    match row.op:
        case "=~":
            return (row.lhs, 0.5, False), (row.rhs, -0.5, False)
        case "~":
            return (row.rhs, 0.5, False), (row.lhs, -0.5, False)
        case "~~" if row.lhs == row.rhs:
            return ((row.lhs, -1.0, False),)
        case "~~":
            return (row.lhs, -0.5, True), (row.rhs, -0.5, True)
        case "~1":
            return ((row.lhs, -0.5, False),)
        case _:
            return ()


def _variance(
    variances: ImpliedVariances, name: str, *, of_residual: bool
) -> tuple[float, FloatArray]:
    if of_residual:
        return variances.residual[name], variances.residual_jacobian[name]
    return variances.total[name], variances.total_jacobian[name]


def _unit(n_free: int, row: Parameter) -> FloatArray:
    vector = np.zeros(n_free)
    if row.free >= 0:
        vector[row.free] = 1.0
    return vector


def _eta_variance_jacobian(model: LisrelModel, implied: ImpliedMoments) -> FloatArray:
    """Differentiate the diagonal of ``C = A psi A'``, ``(n_eta, n_local)``.

    By ``beta_ij``: ``2 A[:, i] C[:, j]``; by ``psi_ij``: ``2 h A[:, i] A[:, j]``.
    """
    kinds, rows, columns = model.matrices.kinds, model.matrices.rows, model.matrices.columns
    jacobian = np.zeros((model.matrices.n_eta, kinds.size))
    for kind, right in ((Kind.BETA, implied.eta_cov), (Kind.PSI, implied.total)):
        local = np.flatnonzero(kinds == kind)
        jacobian[:, local] = (
            2.0 * model.h[local] * implied.total[:, rows[local]] * right[:, columns[local]]
        )
    return jacobian
