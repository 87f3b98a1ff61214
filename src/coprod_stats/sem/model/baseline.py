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
    """Take the sample moments, which are the ML estimates of the independence model.

    Parameters
    ----------
    table : ParameterTable
        From :func:`baseline_table`.
    means, covs : sequence of ndarray
        Sample moments per group.
    """
    place = {name: index for index, name in enumerate(table.observed)}
    start = np.zeros(table.n_free)
    for index in table.free_rows:
        row = table.rows[index]
        item = place[row.lhs]
        if row.op == "~1":
            start[row.free] = means[row.group - 1][item]
        else:
            start[row.free] = covs[row.group - 1][item, place[row.rhs]]
    return start


def baseline_table(table: ParameterTable) -> ParameterTable:
    """Build the independence model of the same variables.

    Variances (and means) are free and covariances are zero, save among covariates, whose moments
    are fixed or free as in the model, and with auxiliary variables.

    Parameters
    ----------
    table : ParameterTable
        The model.
    """
    fixed = any(row.exogenous for row in table)
    covariates, auxiliary = set(table.exogenous), set(table.auxiliary)
    rows: list[Parameter] = []
    free = 0
    for group in range(1, table.n_groups + 1):
        names = [(name, "~~", name) for name in table.observed]
        names += [(a, "~~", b) for a, b in combinations(table.exogenous, 2)]
        names += [(a, "~~", b) for a, b in combinations(table.observed, 2) if b in auxiliary]
        if table.meanstructure:
            names += [(name, "~1", "") for name in table.observed]
        for lhs, op, rhs in names:
            held = fixed and lhs in covariates and rhs not in auxiliary
            rows.append(Parameter(lhs, op, rhs, group, free=-1 if held else free, exogenous=held))
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
    )
