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

    Parameters
    ----------
    table : ParameterTable
        From :func:`baseline_table`.
    means, covs : sequence of ndarray
        Sample moments per group (and level).
    """
    blocks = {block: index for index, block in enumerate(table.blocks)}
    start = np.zeros(table.n_free)
    for index in table.free_rows:
        row = table.rows[index]
        place = table.variables(row.group, row.level).observed.index
        block = blocks[row.group, row.level]
        if row.op == "~1":
            start[row.free] = means[block][place(row.lhs)]
        else:
            start[row.free] = covs[block][place(row.lhs), place(row.rhs)]
    return start


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
