"""Scaling of variables for semopy's optimiser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprod_stats.sem.model.parameters import Parameter, ParameterTable

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
        """Take standard deviations, or ones where equal parameters would then differ in units."""
        deviations = np.sqrt(np.diag(sample_cov))
        scales = cls(deviations, _by_name(table, deviations))
        for members in table.equal_parameters:
            rows = [table.rows[table.free_rows[index]] for index in members]
            if np.ptp([scales.factor(row) for row in rows]) > 1e-12:
                ones = np.ones_like(deviations)
                return cls(ones, _by_name(table, ones))
        return scales

    def factor(self, row: Parameter) -> float:
        """Return the factor of a parameter when the variables are divided."""
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
        for _ in table.latent:  # down to an observed variable, without following cycles
            if indicator in scales or indicator in given_variance:
                break
            indicator = first_indicator.get(indicator, "")
        scales[name] = scales.get(indicator, 1.0)
    return scales
