"""Standardized solutions with their derivatives.

``lv`` standardizes latent variables, ``all`` observed ones as well, ``nox`` all but fixed
covariates. A directed parameter is multiplied by the standard deviation of the predictor and
divided by that of the outcome; a variance is divided by the total variance; a covariance of
residuals by the residual standard deviations; an intercept by the standard deviation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.model.completed_model import CompletedModel
from coprod_stats.sem.model.constraints import defined_functions
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel
from coprod_stats.sem.model.matrices import Kind, Place, place_rows
from coprod_stats.sem.model.parameters import Parameter, ParameterTable

FloatArray = NDArray[np.float64]
StandardizationType = Literal["lv", "all", "nox"]


@dataclass(frozen=True, slots=True)
class Standardized:
    """A standardized solution.

    Parameters
    ----------
    values : (n_rows,) array
        In the order of the table's rows; nan where a variance is not positive.
    jacobian : (n_rows, n_free) array
        Derivatives by the free parameters.
    defined : (n_definitions,) array
        Defined parameters computed from standardized ones.
    defined_jacobian : (n_definitions, n_free) array
    """

    values: FloatArray
    jacobian: FloatArray
    defined: FloatArray
    defined_jacobian: FloatArray


def row_values(estimate: Estimate) -> FloatArray:
    """Values of all rows of the table, free, fixed or taken from the sample."""
    values = np.empty(len(estimate.table))
    for group, implied in enumerate(estimate.implied):
        for index, place in place_rows(estimate.table, group + 1):
            values[index] = _cell(implied, place)
    return values


def standardize(estimate: Estimate, kind: StandardizationType) -> Standardized:
    """Standardize all rows of the table.

    Parameters
    ----------
    estimate : Estimate
    kind : {'lv', 'all', 'nox'}
    """
    table = estimate.table
    values = np.empty(len(table))
    jacobian = np.zeros((len(table), table.n_free))
    for group, (model, implied) in enumerate(zip(estimate.models, estimate.implied, strict=True)):
        scales = _GroupScales(table, model, implied, kind)
        for index, place in place_rows(table, group + 1):
            values[index], jacobian[index] = scales.standardized(place, table.rows[index].free)
    defined, defined_jacobian = _defined(table, values, jacobian)
    return Standardized(values, jacobian, defined, defined_jacobian)


def scale_factors(
    table: ParameterTable,
    models: Sequence[LisrelModel],
    implied: Sequence[ImpliedMoments],
    rows: Sequence[Parameter],
) -> FloatArray:
    """Factors that fully standardize chosen parameters, ``(n_rows,)``.

    Parameters
    ----------
    table : ParameterTable
    models, implied : sequence
        One per group.
    rows : sequence of Parameter
        Free ones of the table.
    """
    factors = {}
    for group, (model, moments) in enumerate(zip(models, implied, strict=True)):
        scales = _GroupScales(table, model, moments, "all")
        for index, place in place_rows(table, group + 1):
            factors[table.rows[index].free] = (scales, place)
    return np.array([factors[row.free][0].factor(factors[row.free][1]) for row in rows])


def _defined(
    table: ParameterTable, values: FloatArray, jacobian: FloatArray
) -> tuple[FloatArray, FloatArray]:
    rows = list(table.free_rows)
    free_values, free_jacobian = values[rows], jacobian[rows]
    functions = defined_functions(table)
    defined = np.empty(len(functions))
    slopes = np.zeros((len(functions), table.n_free))
    for place, function in enumerate(functions):
        jet = function.jet(free_values)
        defined[place] = jet.value
        slopes[place] = jet.gradient @ free_jacobian[list(function.indices)]
    return defined, slopes


def _cell(implied: ImpliedMoments, place: Place) -> float:
    matrix = (
        implied.lambda_,
        implied.beta,
        implied.psi,
        implied.theta,
        implied.nu,
        implied.alpha,
        implied.tau,
        implied.delta,
    )[place.kind]
    return float(matrix[place.row, place.column] if matrix.ndim == 2 else matrix[place.row])


class _GroupScales:
    """Variances of one group by which its parameters are divided, with derivatives."""

    def __init__(
        self,
        table: ParameterTable,
        model: LisrelModel,
        implied: ImpliedMoments,
        kind: StandardizationType,
    ) -> None:
        self.model, self.implied = model, implied
        self.n_free = table.n_free
        eta = model.matrices.eta
        n_latent = len(table.latent)
        scaled = [
            index < n_latent or kind == "all" or (kind == "nox" and name not in table.exogenous)
            for index, name in enumerate(eta)
        ]
        self.eta_scaled = np.array(scaled, dtype=bool)
        self.y_scaled = kind != "lv"
        self.eta_variances = np.diagonal(implied.eta_cov)
        self.y_variances = np.diagonal(implied.cov)
        self.eta_slopes = self._spread(model.eta_variance_jacobian(implied))
        index = np.arange(len(self.y_variances))
        self.y_slopes = self._spread(model.cov_jacobian(implied, index, index))

    def _spread(self, local: FloatArray) -> FloatArray:
        spread = np.zeros((local.shape[0], self.n_free))
        spread[:, self.model.parameters] = local
        return spread

    def factor(self, place: Place) -> float:
        """Compute what a cell is multiplied by; nan where a variance is not positive."""
        scales = [(variance, power) for variance, _, power in self._scales(place)]
        if any(variance <= 0 for variance, _ in scales):
            return float("nan")
        return float(np.prod([variance**power for variance, power in scales]))

    def standardized(self, place: Place, free: int) -> tuple[float, FloatArray]:
        """Standardized value of a cell and its derivatives by the free parameters."""
        estimate = _cell(self.implied, place)
        factor = 1.0
        relative = np.zeros(self.n_free)
        for variance, slope, power in self._scales(place):
            if variance <= 0:
                return float("nan"), np.full(self.n_free, np.nan)
            factor *= variance**power
            relative += power * slope / variance
        jacobian = estimate * factor * relative
        if free >= 0:
            jacobian[free] += factor
        elif isinstance(self.model, CompletedModel):
            implicit = self.model.implicit_jacobian(self.implied, place)
            jacobian[self.model.parameters] += factor * implicit
        return estimate * factor, jacobian

    def _scales(self, place: Place) -> list[tuple[float, FloatArray, float]]:
        """Variances with their derivatives, and the power each is raised to."""
        row, column = place.row, place.column
        match place.kind:
            case Kind.LAMBDA:
                return self._eta(column, 0.5) + self._y(row, -0.5)
            case Kind.BETA:
                return self._eta(column, 0.5) + self._eta(row, -0.5)
            case Kind.PSI if row == column:
                return self._eta(row, -1.0)
            case Kind.PSI:
                return self._residual(Kind.PSI, row) + self._residual(Kind.PSI, column)
            case Kind.THETA if row == column:
                return self._y(row, -1.0)
            case Kind.THETA:
                return self._residual(Kind.THETA, row) + self._residual(Kind.THETA, column)
            case Kind.NU:
                return self._y(row, -0.5)
            case Kind.ALPHA:
                return self._eta(row, -0.5)
            case Kind.TAU:
                matrices = self.model.matrices
                item = matrices.thresholds[row].partition("|")[0]
                return self._y(matrices.observed.index(item), -0.5)
            case _:
                return self._scale(row)

    def _eta(self, index: int, power: float) -> list[tuple[float, FloatArray, float]]:
        if not self.eta_scaled[index]:
            return []
        return [(float(self.eta_variances[index]), self.eta_slopes[index], power)]

    def _y(self, index: int, power: float) -> list[tuple[float, FloatArray, float]]:
        if not self.y_scaled:
            return []
        return [(float(self.y_variances[index]), self.y_slopes[index], power)]

    def _scale(self, index: int) -> list[tuple[float, FloatArray, float]]:
        """Bring the scale of a latent response to 1."""
        if not self.y_scaled:
            return []
        matrices = self.model.matrices
        own = (matrices.kinds == Kind.DELTA) & (matrices.rows == index)
        slope = np.zeros(self.n_free)
        slope[self.model.parameters[own]] = 1.0
        if isinstance(self.model, CompletedModel):
            place = Place(Kind.DELTA, index, 0)
            slope[self.model.parameters] += self.model.implicit_jacobian(self.implied, place)
        return [(float(self.implied.delta[index]), slope, -1.0)]

    def _residual(self, kind: Kind, index: int) -> list[tuple[float, FloatArray, float]]:
        scaled = self.eta_scaled[index] if kind == Kind.PSI else self.y_scaled
        if not scaled:
            return []
        matrix = self.implied.psi if kind == Kind.PSI else self.implied.theta
        matrices = self.model.matrices
        own = (matrices.kinds == kind) & (matrices.rows == index) & (matrices.columns == index)
        slope = np.zeros(self.n_free)
        slope[self.model.parameters[own]] = 1.0
        if isinstance(self.model, CompletedModel):
            place = Place(kind, index, index)
            slope[self.model.parameters] += self.model.implicit_jacobian(self.implied, place)
        return [(float(matrix[index, index]), slope, -0.5)]


def explained_variances(estimate: Estimate) -> tuple[dict[str, float], ...]:
    """Share of variance explained (R²) of indicators and outcomes, per group."""
    results = []
    for model, implied in zip(estimate.models, estimate.implied, strict=True):
        shares: dict[str, float] = {}
        matrices = model.matrices
        in_eta = set(matrices.eta)
        for index, name in enumerate(matrices.observed):
            if name not in in_eta:
                shares[name] = 1.0 - implied.theta[index, index] / implied.cov[index, index]
        outcomes = set(matrices.rows[matrices.kinds == Kind.BETA].tolist())
        outcomes |= set(np.flatnonzero(implied.beta.any(axis=1)).tolist())
        for index in sorted(outcomes):
            residual, total = implied.psi[index, index], implied.eta_cov[index, index]
            shares[matrices.eta[index]] = 1.0 - residual / total
        results.append({name: float(value) for name, value in shares.items()})
    return tuple(results)
