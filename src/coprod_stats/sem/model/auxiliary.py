"""Auxiliary variables as saturated correlates [graham2003]_.

They covary with one another and with the residuals of all observed variables, so that they inform
about missing answers and leave the model and its degrees of freedom as they are.

References
----------
.. [graham2003] Graham, J. W. (2003). Structural Equation Modeling, 10, 80-100.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations_with_replacement

from coprod_stats.sem.errors import SemModelError
from coprod_stats.sem.model.parameters import Parameter, ParameterTable


def with_auxiliary(table: ParameterTable, names: Sequence[str]) -> ParameterTable:
    """Add saturated correlates to a model with a mean structure.

    Parameters
    ----------
    table : ParameterTable
    names : sequence of str
        Variables that the model does not hold.

    Raises
    ------
    SemModelError
        Where a variable is part of the model, or given twice.
    """
    for place, name in enumerate(names):
        if name in (*table.observed, *table.latent, *names[:place]):
            raise SemModelError(f"auxiliary variable '{name}' is already part of the model")
    rows: list[Parameter] = list(table.rows)
    free = table.n_free
    for group in range(1, table.n_groups + 1):
        added = [(a, "~~", b) for a, b in combinations_with_replacement(names, 2)]
        added += [(name, "~1", "") for name in names]
        items = table.variables(group).observed
        added += [(name, "~~", item) for item in items for name in names]
        for lhs, op, rhs in added:
            rows.append(Parameter(lhs, op, rhs, group, free=free, user=False))
            free += 1
    return replace(
        table,
        rows=tuple(rows),
        observed=(*table.observed, *names),
        auxiliary=tuple(names),
        group_variables=tuple(
            replace(variables, observed=(*variables.observed, *names))
            for variables in table.group_variables
        ),
    )
