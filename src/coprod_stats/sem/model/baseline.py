"""The independence model, against which incremental fit indices compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from coprod_stats.sem.model.parameters import ModelOptions, Parameter, ParameterTable

FloatArray = NDArray[np.float64]


def baseline_start(
    table: ParameterTable, means: Sequence[FloatArray], covs: Sequence[FloatArray]
) -> FloatArray:
    """Take the sample moments, which are the ML estimates of a single-level independence model.

    They are not with auxiliary variables, which covary with variables that do not covary among
    themselves: their covariances are halved until they belong to a covariance matrix.

    Parameters
    ----------
    table : ParameterTable
        From :func:`baseline_table`.
    means, covs : sequence of ndarray
        Sample moments per group (and level).
    """
    start = np.zeros(table.n_free)
    for (group, level), mean, cov in zip(table.blocks, means, covs, strict=True):
        place = table.variables(group, level).observed.index
        rows = [table.rows[index] for index in table.block_rows[group, level]]
        covariances = [(row, place(row.lhs), place(row.rhs)) for row in rows if row.op == "~~"]
        share = _largest_share(covariances, cov)
        for row, one, other in covariances:
            if row.free >= 0:
                start[row.free] = cov[one, other] * (1.0 if one == other else share)
        for row in rows:
            if row.op == "~1" and row.free >= 0:
                start[row.free] = mean[place(row.lhs)]
    return start


def _largest_share(covariances: Sequence[tuple[Parameter, int, int]], cov: FloatArray) -> float:
    """Halve free covariances until the matrix is positive definite; return what is left, of 1.

    Where no halving makes it so, the fault lies elsewhere: all is left, for estimation to report.
    """
    share = 1.0
    while share > 1e-3:
        matrix = np.zeros_like(cov)
        for row, one, other in covariances:
            left = share if row.free >= 0 and one != other else 1.0
            matrix[one, other] = matrix[other, one] = cov[one, other] * left
        if share == 1.0 and np.count_nonzero(matrix) == len(cov):
            return 1.0
        scale = np.sqrt(np.maximum(np.diagonal(matrix), np.finfo(np.float64).tiny))
        if np.linalg.eigvalsh(matrix / scale[:, None] / scale)[0] > 1e-6:
            return share
        share *= 0.5
    return 1.0


def baseline_table(table: ParameterTable) -> ParameterTable:
    """Build the independence model of the same variables.

    Variances (and means) are free and covariances are zero, save among covariates, whose moments
    are fixed or free as in the model, and with auxiliary variables. Means of variables of both
    levels belong to level 2.

    Parameters
    ----------
    table : ParameterTable
        The model.
    """
    fixed = any(row.exogenous for row in table)
    auxiliary = set(table.auxiliary)
    rows: list[Parameter] = []
    free = 0
    for group, level in table.blocks:
        variables = table.variables(group, level)
        covariates = set(variables.exogenous)
        names = [(name, "~~", name) for name in variables.observed]
        names += [(a, "~~", b) for a, b in combinations(variables.exogenous, 2)]
        names += [(a, "~~", b) for a, b in combinations(variables.observed, 2) if b in auxiliary]
        if table.meanstructure:
            names += [(name, "~1", "") for name in variables.observed]
        above = set(table.variables(group, 2).observed) if level == 1 else set()
        for lhs, op, rhs in names:
            if op == "~1" and lhs in above:
                rows.append(Parameter(lhs, op, rhs, group, level, free=-1, fixed=0.0))
                continue
            held = fixed and lhs in covariates and rhs not in auxiliary
            place = -1 if held else free
            rows.append(Parameter(lhs, op, rhs, group, level, free=place, exogenous=held))
            free += not held
    return ParameterTable(
        rows=tuple(rows),
        definitions=(),
        constraints=(),
        observed=table.observed,
        latent=(),
        exogenous=table.exogenous,
        n_groups=table.n_groups,
        meanstructure=table.meanstructure,
        options=replace(ModelOptions(), fixed_x=table.options.fixed_x),
        levels=tuple(replace(level, latent=()) for level in table.levels),
        group_labels=table.group_labels,
        group_variables=tuple(replace(group, latent=()) for group in table.group_variables),
    )
