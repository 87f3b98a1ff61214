"""Units and starting values in which semopy's optimiser does well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprod_stats.sem.model.parameters import Parameter, ParameterTable

if TYPE_CHECKING:
    from numpy.typing import NDArray


_LATENT_VARIANCE = 0.3
_SMALLEST_MARKER = 0.1


@dataclass(frozen=True, slots=True)
class VariableScales:
    """Divisors of the variables; ``observed`` has shape ``(n_observed,)``.

    A model in divided variables has the same discrepancy, each parameter being multiplied by
    ``factor``. A latent variable takes the divisor of its first indicator, or 1 where its
    variance is fixed.
    """

    observed: NDArray[np.float64]
    by_name: dict[str, float]

    @classmethod
    def of(cls, table: ParameterTable, sample_cov: NDArray[np.float64]) -> VariableScales:
        """Standard deviations, or ones where equal parameters would then differ in units."""
        deviations = np.sqrt(np.diag(sample_cov))
        scales = cls(deviations, _by_name(table, deviations))
        for members in table.equal_parameters:
            rows = [table.rows[table.free_rows[index]] for index in members]
            if np.ptp([scales.factor(row) for row in rows]) > 1e-12:
                ones = np.ones_like(deviations)
                return cls(ones, _by_name(table, ones))
        return scales

    def factor(self, row: Parameter) -> float:
        """Give what a parameter is multiplied by when the variables are divided."""
        left, right = self.by_name[row.lhs], self.by_name[row.rhs]
        if row.op == "=~":
            return left / right
        return right / left if row.op == "~" else 1 / (left * right)


def _by_name(table: ParameterTable, observed: NDArray[np.float64]) -> dict[str, float]:
    scales = dict(zip(table.observed, observed.tolist(), strict=True))
    given_variance = {
        row.lhs for row in table if row.op == "~~" and row.lhs == row.rhs and row.free < 0
    }
    first_indicator: dict[str, str] = {}
    for row in table:
        if row.op == "=~":
            first_indicator.setdefault(row.lhs, row.rhs)
    for name in table.latent:
        indicator = name
        while indicator not in scales and indicator not in given_variance:
            indicator = first_indicator.get(indicator, "")
            if not indicator:
                break
        scales[name] = scales.get(indicator, 1.0)
    return scales


def starting_values(
    table: ParameterTable, scaled_cov: NDArray[np.float64], scales: VariableScales
) -> NDArray[np.float64]:
    """Starting values of the free parameters in divided units, shape ``(n_free,)``.

    Loadings follow the first principal component of the indicators of each latent variable, so
    that reverse-keyed indicators start with the right sign; moments of exogenous variables start
    at those observed, other variances at half of them, regressions and covariances at 0. Values that the model text gives come first.
    """
    loadings = _component_loadings(table, scaled_cov)
    variances = dict(zip(table.observed, 0.5 * np.diag(scaled_cov), strict=True))
    exogenous = set(table.exogenous)
    starts = np.zeros(table.n_free)
    for row in table:
        if row.free < 0:
            continue
        if np.isfinite(row.start):
            starts[row.free] = row.start * scales.factor(row)
        elif row.op == "=~":
            starts[row.free] = loadings.get((row.lhs, row.rhs), 1.0)
        elif row.op == "~~" and {row.lhs, row.rhs} <= exogenous:
            place = table.observed.index
            starts[row.free] = scaled_cov[place(row.lhs), place(row.rhs)]
        elif row.op == "~~" and row.lhs == row.rhs:
            starts[row.free] = variances.get(row.lhs, _LATENT_VARIANCE)
    return starts


def _component_loadings(
    table: ParameterTable, scaled_cov: NDArray[np.float64]
) -> dict[tuple[str, str], float]:
    place = {name: index for index, name in enumerate(table.observed)}
    loadings: dict[tuple[str, str], float] = {}
    for factor in table.latent:
        rows = [r for r in table if r.op == "=~" and r.lhs == factor and r.rhs in place]
        if not rows:
            continue
        places = [place[row.rhs] for row in rows]
        values, vectors = np.linalg.eigh(scaled_cov[np.ix_(places, places)])
        component = vectors[:, -1] * np.sqrt(values[-1])
        marker = next((i for i, row in enumerate(rows) if row.free < 0 and row.fixed != 0), None)
        unit = np.sign(component[0]) if marker is None else component[marker]
        if abs(unit) < _SMALLEST_MARKER:
            continue
        for row, loading in zip(rows, component / unit, strict=True):
            loadings[row.lhs, row.rhs] = float(loading)
    return loadings
