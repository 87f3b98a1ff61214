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
from coprod_stats.sem.inference.scales import GroupScales
from coprod_stats.sem.model.constraints import defined_functions
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel
from coprod_stats.sem.model.matrices import Kind, place_rows
from coprod_stats.sem.model.parameters import Parameter, ParameterTable

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
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

    def std_errors(self, covariance: FloatArray) -> FloatArray:
        """Delta-method standard errors of the values, (n_rows,).

        Parameters
        ----------
        covariance : (n_free, n_free) array
            Of the estimates.
        """
        return _delta_errors(self.jacobian, covariance)

    def defined_std_errors(self, covariance: FloatArray) -> FloatArray:
        """Delta-method standard errors of the defined parameters, (n_definitions,)."""
        return _delta_errors(self.defined_jacobian, covariance)


def _delta_errors(jacobian: FloatArray, covariance: FloatArray) -> FloatArray:
    variances = np.sum((jacobian @ covariance) * jacobian, axis=1)
    return np.asarray(np.sqrt(np.maximum(variances, 0.0)))


def row_values(estimate: Estimate) -> FloatArray:
    """Values of all rows of the table, free, fixed or taken from the sample."""
    values = np.empty(len(estimate.table))
    for (group, level), implied in zip(estimate.table.blocks, estimate.implied, strict=True):
        for index, place in place_rows(estimate.table, group, level=level):
            values[index] = implied.value(place)
    return values


def standardize(estimate: Estimate, kind: StandardizationType) -> Standardized:
    """Standardize all rows of the table.

    Parameters
    ----------
    estimate : Estimate
    kind : {'lv', 'all', 'nox'}
    """
    return standardized_solutions(estimate, (kind,))[kind]


def standardized_solutions(
    estimate: Estimate, kinds: Sequence[StandardizationType] = ("lv", "all", "nox")
) -> dict[StandardizationType, Standardized]:
    """Standardize all rows of the table in several ways.

    Parameters
    ----------
    estimate : Estimate
    kinds : sequence of {'lv', 'all', 'nox'}
    """
    table = estimate.table
    values = {kind: np.empty(len(table)) for kind in kinds}
    jacobians = {kind: np.zeros((len(table), table.n_free)) for kind in kinds}
    blocks = zip(table.blocks, estimate.models, estimate.implied, strict=True)
    for (group, level), model, implied in blocks:
        found, places = zip(*place_rows(table, group, level=level), strict=True)
        rows = np.array(found)
        scales = GroupScales(model, implied, places)
        estimates = np.array([implied.value(place) for place in places])
        own = scales.own_slopes([table.rows[index].free for index in found])
        for kind in kinds:
            powers = scales.used_powers(_is_scaled(table, model, kind, level))
            factors = scales.factors(powers)
            values[kind][rows] = estimates * factors
            slopes = own + estimates[:, None] * scales.relative_slopes(powers)
            jacobians[kind][rows[:, None], model.parameters] = factors[:, None] * slopes
            jacobians[kind][rows[np.isnan(factors)]] = np.nan
    return {
        kind: Standardized(
            values[kind], jacobians[kind], *_defined(table, values[kind], jacobians[kind])
        )
        for kind in kinds
    }


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
    factors: dict[int, float] = {}
    for group, (model, moments) in enumerate(zip(models, implied, strict=True)):
        indices, places = zip(*place_rows(table, group + 1), strict=True)
        scales = GroupScales(model, moments, places)
        found = scales.factors(scales.used_powers(_is_scaled(table, model, "all")))
        factors |= {table.rows[i].free: f for i, f in zip(indices, found.tolist(), strict=True)}
    return np.array([factors[row.free] for row in rows])


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


def _is_scaled(
    table: ParameterTable, model: LisrelModel, kind: StandardizationType, level: int = 0
) -> tuple[BoolArray, bool]:
    """Tell which elements of ``eta`` are standardized, and whether observed variables are."""
    variables = table.variables(level)
    n_latent, exogenous = len(variables.latent), variables.exogenous
    scaled = [
        index < n_latent or kind == "all" or (kind == "nox" and name not in exogenous)
        for index, name in enumerate(model.matrices.eta)
    ]
    return np.array(scaled, dtype=bool), kind != "lv"


def explained_variances(estimate: Estimate) -> tuple[dict[str, float], ...]:
    """Share of variance explained (R²) of indicators and outcomes, per group (and level).

    Nan where a variance is negative: nothing has a share beyond 1.
    """
    results = []
    for model, implied in zip(estimate.models, estimate.implied, strict=True):
        shares: dict[str, float] = {}
        matrices = model.matrices
        in_eta = set(matrices.eta)
        for index, name in enumerate(matrices.observed):
            if name not in in_eta and implied.lambda_[index].any():
                shares[name] = _explained(implied.theta[index, index], implied.cov[index, index])
        outcomes = set(matrices.rows[matrices.kinds == Kind.BETA].tolist())
        outcomes |= set(np.flatnonzero(implied.beta.any(axis=1)).tolist())
        for index in sorted(outcomes):
            residual, total = implied.psi[index, index], implied.eta_cov[index, index]
            shares[matrices.eta[index]] = _explained(residual, total)
        results.append(shares)
    return tuple(results)


def _explained(residual: float, total: float) -> float:
    return float(1.0 - residual / total) if residual >= 0.0 < total else float("nan")
