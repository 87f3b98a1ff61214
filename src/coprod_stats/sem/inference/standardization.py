"""Standardized solutions with their derivatives.

``lv`` standardizes latent variables, ``all`` observed ones as well, ``nox`` all but fixed
covariates. A directed parameter is multiplied by the standard deviation of the predictor and
divided by that of the outcome; a variance is divided by the total variance; a covariance of
residuals by the residual standard deviations; an intercept by the standard deviation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.estimation.estimate import Estimate
from coprod_stats.sem.inference.scales import GroupScales
from coprod_stats.sem.model.constraints import defined_functions
from coprod_stats.sem.model.layout import Kind
from coprod_stats.sem.model.lisrel import ImpliedMoments, LisrelModel
from coprod_stats.sem.model.matrices import place_rows
from coprod_stats.sem.model.parameters import Parameter, ParameterTable

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
StandardizationType = Literal["lv", "all", "nox"]


@dataclass(frozen=True)
class Standardized:
    """A standardized solution; its derivatives are computed when they are asked for.

    Parameters
    ----------
    table : ParameterTable
    blocks : tuple of _ScaledBlock
        One per group (and level).
    """

    table: ParameterTable
    blocks: tuple[_ScaledBlock, ...]

    @cached_property
    def values(self) -> FloatArray:
        """In the order of the table's rows, ``(n_rows,)``; nan where a variance is not positive."""
        values = np.empty(len(self.table))
        for block in self.blocks:
            values[block.scales.placed.numbers] = block.estimates * block.factors
        return values

    @cached_property
    def jacobian(self) -> FloatArray:
        """Derivatives of the values by the free parameters, ``(n_rows, n_free)``."""
        jacobian = np.zeros((len(self.table), self.table.n_free))
        for block in self.blocks:
            rows, scales = block.scales.placed.numbers, block.scales
            slopes = block.estimates[:, None] * scales.relative_slopes(block.powers)
            slopes += scales.own_slopes
            slopes *= block.factors[:, None]
            jacobian[rows[:, None], scales.model.parameters] = slopes
            jacobian[rows[np.isnan(block.factors)]] = np.nan
        return jacobian

    @cached_property
    def defined(self) -> FloatArray:
        """Defined parameters computed from standardized ones, ``(n_definitions,)``."""
        free = self.values[list(self.table.free_rows)]
        return np.array([function.value(free) for function in defined_functions(self.table)])

    @cached_property
    def defined_jacobian(self) -> FloatArray:
        """Derivatives of the defined parameters, ``(n_definitions, n_free)``."""
        rows = list(self.table.free_rows)
        values, jacobian = self.values[rows], self.jacobian[rows]
        functions = defined_functions(self.table)
        slopes = np.zeros((len(functions), self.table.n_free))
        for place, function in enumerate(functions):
            slopes[place] = function.jet(values).gradient @ jacobian[list(function.indices)]
        return slopes

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


@dataclass(frozen=True, slots=True)
class _ScaledBlock:
    """Rows of one group (and level): their estimates and what these are multiplied by."""

    scales: GroupScales
    powers: FloatArray
    factors: FloatArray
    estimates: FloatArray


def _delta_errors(jacobian: FloatArray, covariance: FloatArray) -> FloatArray:
    variances = np.sum((jacobian @ covariance) * jacobian, axis=1)
    return np.asarray(np.sqrt(np.maximum(variances, 0.0)))


def row_values(estimate: Estimate) -> FloatArray:
    """Values of all rows of the table, free, fixed or taken from the sample."""
    table = estimate.table
    values = np.empty(len(table))
    blocks = zip(table.blocks, estimate.models, estimate.implied, strict=True)
    for (group, level), model, implied in blocks:
        placed = place_rows(table, group, level=level)
        values[placed.numbers] = implied.values(model.layout, placed.coordinates)
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
    same_as: dict[StandardizationType, StandardizationType] = {
        kind: "all" if kind == "nox" and not table.exogenous else kind for kind in kinds
    }
    blocks: dict[StandardizationType, list[_ScaledBlock]] = {kind: [] for kind in same_as.values()}
    parts = zip(table.blocks, estimate.models, estimate.implied, strict=True)
    for (group, level), model, implied in parts:
        placed = place_rows(table, group, level=level)
        scales = GroupScales(model, implied, placed)
        estimates = implied.values(model.layout, placed.coordinates)
        for kind, found in blocks.items():
            powers = scales.used_powers(_is_scaled(table, model, kind, (group, level)))
            found.append(_ScaledBlock(scales, powers, scales.factors(powers), estimates))
    made = {kind: Standardized(table, tuple(found)) for kind, found in blocks.items()}
    return {kind: made[same_as[kind]] for kind in kinds}


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
        placed = place_rows(table, group + 1)
        scales = GroupScales(model, moments, placed)
        found = scales.factors(scales.used_powers(_is_scaled(table, model, "all", (group + 1, 0))))
        factors |= dict(zip(placed.free.tolist(), found.tolist(), strict=True))
    return np.array([factors[row.free] for row in rows])


def _is_scaled(
    table: ParameterTable, model: LisrelModel, kind: StandardizationType, block: tuple[int, int]
) -> tuple[BoolArray, bool]:
    """Describe which elements of ``eta`` are standardized, and whether observed variables are."""
    variables = table.variables(*block)
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
